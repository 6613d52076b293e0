"""How an answer leaves: JSON bytes with a strong ETag, gzip where the caller takes it, 304 where nothing changed."""

import gzip
import hashlib
from typing import Any, Final

import orjson
from fastapi import Request, Response
from fastapi.responses import JSONResponse

GEOJSON: Final = "application/geo+json"
JSON: Final = "application/json"

REVALIDATE: Final = "no-cache"
"""May be kept, but not used without asking: the ETag makes asking cheap."""
NEVER_KEEP: Final = "no-store"

_GZIP_FROM_BYTES: Final = 1_000
"""Below one packet there is nothing to win."""
_GZIP_LEVEL: Final = 3
"""Level 6 takes three times as long for a tenth less, on coordinates and times."""


class GeoJsonResponse(JSONResponse):
    """Tells the OpenAPI document the media type of GeoJSON routes."""

    media_type = GEOJSON


def digest_of(*parts: str | bytes) -> str:
    """Return a short digest that changes when any part does."""
    digest = hashlib.blake2b(digest_size=16)
    for part in parts:
        content = part.encode() if isinstance(part, str) else part
        digest.update(len(content).to_bytes(8, "big") + content)
    return digest.hexdigest()


def _takes_gzip(request: Request) -> bool:
    for choice in request.headers.get("accept-encoding", "").lower().split(","):
        coding, _, weight = choice.partition(";")
        if coding.strip() == "gzip":
            return weight.replace(" ", "") not in {"q=0", "q=0.0", "q=0.00", "q=0.000"}
    return False


def _etag(request: Request, tag: str) -> str:
    """A strong ETag names the bytes: for callers who take gzip they are others, and so is the tag."""
    return f'"{tag}-gzip"' if _takes_gzip(request) else f'"{tag}"'


def unchanged(request: Request, tag: str, cache_control: str = REVALIDATE) -> Response | None:
    """Return 304 if the caller already has the representation that `tag` names."""
    asked = [name.strip().removeprefix("W/") for name in request.headers.get("if-none-match", "").split(",")]
    etag = _etag(request, tag)
    if etag not in asked and "*" not in asked:
        return None
    return Response(status_code=304, headers=_headers(etag, cache_control))


def _headers(etag: str, cache_control: str) -> dict[str, str]:
    return {"ETag": etag, "Cache-Control": cache_control, "Vary": "Accept-Encoding"}


def json_answer(
    request: Request,
    content: Any,
    media_type: str = GEOJSON,
    tag: str | None = None,
    cache_control: str = REVALIDATE,
) -> Response:
    """Return `content` as JSON. Its tag is made from its bytes where `tag` does not name it already.

    Compressing is slow: call it in a worker thread.
    """
    body = orjson.dumps(content, option=orjson.OPT_UTC_Z)
    if tag is None:
        tag = digest_of(body)
        if same := unchanged(request, tag, cache_control):
            return same
    headers = _headers(_etag(request, tag), cache_control)
    if _takes_gzip(request) and len(body) >= _GZIP_FROM_BYTES:
        body = gzip.compress(body, _GZIP_LEVEL, mtime=0)
        headers["Content-Encoding"] = "gzip"
    return Response(body, headers=headers, media_type=media_type)
