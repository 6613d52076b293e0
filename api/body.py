"""The body of a request, of bounded length also when it is packed: an archive of zeros costs no more than its limit."""

import asyncio
import zlib
from typing import Final

from fastapi import Request
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

_GZIP_WINDOW: Final = 31
"""zlib's number for: gzip, with the largest window."""
_UPLOAD_S: Final = 60.0
"""A sender who needs longer than this for a body blocks nobody else, but keeps its bytes in memory."""
_DRAINED_SHARE: Final = 2
"""What exceeds the limit is read on up to this many times the limit: a sender who is cut off sees no answer."""


class _TooLargeError(Exception):
    pass


class _Unpacking:
    """Takes gzip chunk by chunk, several members too."""

    def __init__(self, bytes_max: int) -> None:
        self._bytes_max = bytes_max
        self._member = zlib.decompressobj(_GZIP_WINDOW)
        self._inside = False
        self.content = bytearray()

    def take(self, chunk: bytes) -> None:
        while chunk:
            if self._member.eof:
                self._member = zlib.decompressobj(_GZIP_WINDOW)
            self.content += self._member.decompress(chunk, self._bytes_max + 1 - len(self.content))
            if len(self.content) > self._bytes_max:
                raise _TooLargeError
            chunk = self._member.unconsumed_tail or self._member.unused_data
        self._inside = not self._member.eof

    def end(self) -> None:
        if self._inside:
            raise zlib.error("cut off")


class _Plain:
    """Takes bytes as they are."""

    def __init__(self, bytes_max: int) -> None:
        self._bytes_max = bytes_max
        self.content = bytearray()

    def take(self, chunk: bytes) -> None:
        if len(self.content) + len(chunk) > self._bytes_max:
            raise _TooLargeError
        self.content += chunk

    def end(self) -> None: ...


async def read_body(request: Request, bytes_max: int) -> bytes:
    """Return the body, unpacked.

    Raises
    ------
    HTTPException
        413 when it is longer than `bytes_max`, packed or unpacked; 415 for an encoding other than gzip; 400 for gzip
        that is none; 408 when it takes too long.
    """
    coding = request.headers.get("content-encoding", "identity").strip().lower()
    if coding not in {"gzip", "identity"}:
        raise HTTPException(
            415, f"Content-Encoding is gzip or nothing, not {coding}.", {"Accept-Encoding": "gzip"}
        )
    taking = _Unpacking(bytes_max) if coding == "gzip" else _Plain(bytes_max)
    try:
        async with asyncio.timeout(_UPLOAD_S):
            return await _taken(request, taking, bytes_max)
    except _TooLargeError:
        raise HTTPException(413, f"A body may have {bytes_max} bytes, unpacked. Send it in parts.") from None
    except zlib.error:
        raise HTTPException(400, "The body is not gzip, though Content-Encoding says so.") from None
    except TimeoutError:
        raise HTTPException(408, f"The body took longer than {_UPLOAD_S:.0f} s.") from None
    except ClientDisconnect:
        raise HTTPException(400, "The body was cut off.") from None


async def _taken(request: Request, taking: _Plain | _Unpacking, bytes_max: int) -> bytes:
    failure: Exception | None = None
    received = 0
    async for chunk in request.stream():
        received += len(chunk)
        if failure is None:
            try:
                taking.take(chunk)
            except (_TooLargeError, zlib.error) as error:
                failure = error
                taking.content.clear()
        elif received > _DRAINED_SHARE * bytes_max:
            break
    if failure is not None:
        raise failure
    taking.end()
    return bytes(taking.content)
