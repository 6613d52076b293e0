"""The HTTP API of this machine: does it answer, and is it ready."""

import urllib.error
import urllib.request
from collections.abc import Iterator
from typing import Any, Final

import orjson

from vinterkoll.app.doctor.finding import Finding, fail, ok, warn
from vinterkoll.app.settings import Settings

_ANSWER_S: Final = 5.0


def web(settings: Settings) -> Iterator[Finding]:
    """Ask /health/ready."""
    host = f"[{settings.api_host}]" if ":" in settings.api_host else settings.api_host
    try:
        status = _asked(f"http://{host}:{settings.api_port}/health/ready")
    except (OSError, ValueError):
        yield warn("api-unreachable", f"no API answers at {host}:{settings.api_port}")
        return
    if reasons := status.get("reasons"):
        yield fail("api-not-ready", f"it is not ready: {'; '.join(reasons)}")
    else:
        yield ok("it is ready")


def _asked(url: str) -> dict[str, Any]:
    straight = urllib.request.build_opener(urllib.request.ProxyHandler({}))  # loopback is behind no proxy
    try:
        with straight.open(url, timeout=_ANSWER_S) as answer:
            content = answer.read()
    except urllib.error.HTTPError as refusal:  # 503 says why
        with refusal:
            content = refusal.read()
    status = orjson.loads(content)
    if not isinstance(status, dict):
        raise TypeError("no JSON object")
    return status
