"""What the process measures of itself, and the middleware that measures requests."""

import platform
import time
from typing import Any, Final

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_LATENCY_BUCKETS_S: Final = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)


class Measures:
    """Counters of one application; each application has its own registry."""

    def __init__(self, version: str) -> None:
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        build = Gauge("vinterkoll_build_info", "What runs.", ["version", "python"], registry=self.registry)
        build.labels(version, platform.python_version()).set(1)
        self.requests = Counter(
            "vinterkoll_http_requests",
            "Answered requests.",
            ["method", "path", "status"],
            registry=self.registry,
        )
        self.latency = Histogram(
            "vinterkoll_http_request_seconds",
            "From request to the answer's last byte.",
            ["path"],
            buckets=_LATENCY_BUCKETS_S,
            registry=self.registry,
        )


class Measured:
    """ASGI middleware that counts requests and times them, by route: a label a visitor chooses would fill memory."""

    def __init__(self, app: ASGIApp, measures: Measures) -> None:
        self._app = app
        self._measures = measures

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        status = 500
        begun = time.perf_counter()

        async def send_noted(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._app(scope, receive, send_noted)
        finally:
            path = _route(scope)
            method = scope["method"] if scope["method"] in {"GET", "HEAD", "POST", "OPTIONS"} else "other"
            self._measures.requests.labels(method, path, status).inc()
            self._measures.latency.labels(path).observe(time.perf_counter() - begun)


def _route(scope: Scope) -> str:
    path: Any = getattr(scope.get("route"), "path", None)
    if isinstance(path, str):
        return path
    return "/static" if scope["path"].startswith("/static/") else "other"
