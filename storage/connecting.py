"""How a connection is opened on which each side notices when the other falls silent. What the URL says has precedence."""

import os
from typing import Any, Final

from psycopg.conninfo import conninfo_to_dict

_NOTICING: Final = {
    "connect_timeout": 3,
    "keepalives_idle": 5,
    "keepalives_interval": 2,
    "keepalives_count": 3,
    "tcp_user_timeout": 10_000,
}
"""A network that swallows everything is noticed within 11 s, where the URL says nothing else: libpq's own would take hours.
A database that does not answer at all is tried again, or its caller told, rather than waited for."""
_NOTICED: Final = {
    "tcp_keepalives_idle": 5,
    "tcp_keepalives_interval": 2,
    "tcp_keepalives_count": 3,
    "tcp_user_timeout": 10_000,
}
"""The server gives up as soon who fell silent: a session that is left in a transaction keeps its locks until then."""


def noticing_arguments(
    url: str, *, idle_max_s: int, server: dict[str, Any] | None = None, **more: Any
) -> dict[str, Any]:
    """Return what to hand to psycopg to connect by `url`; `server` are settings of the session, `more` as the URL may have it.

    The server ends the session when nothing comes for `idle_max_s` in an open transaction.
    """
    said = conninfo_to_dict(url)
    settings = _NOTICED | {"idle_in_transaction_session_timeout": f"{idle_max_s}s"} | (server or {})
    ours = " ".join(f"-c {name}={value}" for name, value in settings.items())
    theirs = said.pop("options", None) or os.environ.get("PGOPTIONS", "")  # the server takes the last of each
    return {**_NOTICING, **more, **said, "options": f"{ours} {theirs}".rstrip()}
