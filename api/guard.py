"""The outermost layer: only hosts that are meant, security headers on every answer, and no insides in a 500.

A page of another site can make a browser ask 127.0.0.1 under that site's name (DNS rebinding), and would be allowed
to read the answer. Its Host header gives it away.
"""

import logging
from collections.abc import Collection
from typing import Final

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from vinterkoll.api.problems import MEDIA_TYPE, problem_content

log = logging.getLogger(__name__)

LOOPBACK_HOSTS: Final = frozenset({"127.0.0.1", "localhost", "[::1]"})

_POLICY: Final = (
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' data:",  # Leaflet frees the memory of tiles with an empty data: image
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
)
_HEADERS: Final = {
    "Content-Security-Policy": "; ".join(_POLICY),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}


def _host_without_port(host: str) -> str:
    """Return the host of a Host header.

    >>> _host_without_port("[::1]:8080"), _host_without_port("localhost:80"), _host_without_port("127.0.0.1")
    ('[::1]', 'localhost', '127.0.0.1')
    """
    if host.startswith("["):
        return host.partition("]")[0] + "]"
    return host.partition(":")[0].lower()


class Guard:
    """ASGI middleware around everything else."""

    def __init__(self, app: ASGIApp, hosts: Collection[str] = LOOPBACK_HOSTS) -> None:
        self._app = app
        self._hosts = frozenset(hosts)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = False

        async def send_guarded(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                headers = MutableHeaders(scope=message)
                for name, value in _HEADERS.items():
                    headers[name] = value
                headers.setdefault("Cache-Control", "no-cache")  # static files: ask again, their ETag answers
            await send(message)

        if _host_without_port(Headers(scope=scope).get("host", "")) not in self._hosts:
            detail = f"This server answers to {', '.join(sorted(self._hosts))} only."
            await _problem(421, detail, "wrong-host", scope)(scope, receive, send_guarded)
            return
        try:
            await self._app(scope, receive, send_guarded)
        except Exception:
            log.exception("%s %s failed", scope["method"], scope["path"])
            if started:
                raise
            await _problem(500, "An error on our side. It was logged.", "internal", scope)(
                scope, receive, send_guarded
            )


def _problem(status: int, detail: str, kind: str, scope: Scope) -> Response:
    content = problem_content(status, detail, scope["path"], kind)
    return Response(content, status, {"Cache-Control": "no-store"}, MEDIA_TYPE)
