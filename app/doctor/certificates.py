"""How long a server's certificate is still good for."""

import socket
import ssl
import time
from typing import Final

from vinterkoll.app.doctor.finding import Finding, fail, ok, warn

_CONNECT_S: Final = 5.0
_DAYS_MIN: Final = 14.0
"""Let's Encrypt's are renewed a month before they end: one that is nearer was forgotten."""
_DAY_S: Final = 86_400


def certificate(host: str, port: int, trust: ssl.SSLContext) -> Finding:
    """Look at the certificate that is shown at an address."""
    try:
        with (
            socket.create_connection((host, port), _CONNECT_S) as plain,
            trust.wrap_socket(plain, server_hostname=host) as secure,
        ):
            shown = secure.getpeercert() or {}
    except ssl.SSLCertVerificationError as error:
        return fail(
            "certificate-expiring",
            f"the certificate of {host}:{port} is not accepted: {error.verify_message}",
        )
    return certificate_finding((ssl.cert_time_to_seconds(str(shown["notAfter"])) - time.time()) / _DAY_S)


def certificate_finding(days: float) -> Finding:
    """Judge by the days that are left."""
    what = f"the certificate is valid for {days:.0f} days"
    return ok(what) if days >= _DAYS_MIN else warn("certificate-expiring", what)
