"""Whom the connection to the MQTT broker trusts: TLS with the broker's name verified always, or none and a warning."""

import ipaddress
import logging
import ssl

from vinterkoll.app.errors import ConfigurationError
from vinterkoll.app.settings import Settings

_log = logging.getLogger(__name__)


def broker_trust(settings: Settings, host: str, user: str) -> ssl.SSLContext | None:
    """Return what a broker's certificate must satisfy; None where the connection is to be in clear.

    Raises
    ------
    ConfigurationError
        When the file of CA certificates cannot be used.
    """
    if not settings.mqtt_tls:
        if user and not _is_loopback(host):
            _log.warning("the MQTT password crosses the network in clear: set VINTERKOLL_MQTT_TLS=true")
        return None
    try:
        trust = ssl.create_default_context(cafile=settings.mqtt_ca_file or None)
    except ssl.SSLError:
        raise ConfigurationError(
            "VINTERKOLL_MQTT_CA_FILE: no certificate in PEM form is in that file"
        ) from None
    except OSError as error:
        raise ConfigurationError(f"VINTERKOLL_MQTT_CA_FILE: {error.strerror}") from None
    trust.minimum_version = ssl.TLSVersion.TLSv1_2  # whatever this machine's OpenSSL allows
    return trust


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
