"""Recordings: files of messages as they came, one JSON object a line (docs/replay.md), gzip or not.

A payload that is JSON on one line stands there byte for byte; any other is base64. Reading gives back the same bytes.
"""

import gzip
import zlib
from base64 import b64encode
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated, BinaryIO, Final

import msgspec
import orjson

from vinterkoll.ingest.message import Message

SOURCE: Final = "replay"
_GZIP_MAGIC: Final = b"\x1f\x8b"
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)
_TOPIC_NAME: Final = r"^[^+#\0]+$"
"""What a message can be published on, unlike a filter."""


class RecordingError(Exception):
    """A file is no recording, or a broken one; the message names the file, the line and what is wrong there."""


class _Line(msgspec.Struct, forbid_unknown_fields=True):
    time: Annotated[datetime, msgspec.Meta(tz=True)]
    topic: Annotated[str, msgspec.Meta(pattern=_TOPIC_NAME)]
    payload: msgspec.Raw = msgspec.Raw()
    payload_base64: bytes | None = None


_decoder: Final = msgspec.json.Decoder(_Line)


def line_of(time_us: int, topic: str, payload: bytes) -> bytes:
    r"""Return the line of a message that came at `time_us`, microseconds since 1970.

    >>> line_of(0, "mip/v1/nordsno/positions", b'[{"lon": 18.7}]')
    b'{"time":"1970-01-01T00:00:00.000000Z","topic":"mip/v1/nordsno/positions","payload":[{"lon": 18.7}]}\n'
    >>> line_of(0, "t", b"[1")
    b'{"time":"1970-01-01T00:00:00.000000Z","topic":"t","payload_base64":"WzE="}\n'
    """
    moment = (_EPOCH + time_us * _MICROSECOND).replace(tzinfo=None)
    line: dict[str, object] = {"time": f"{moment.isoformat(timespec='microseconds')}Z", "topic": topic}
    if _stands_alone(payload):
        line["payload"] = orjson.Fragment(payload)
    else:
        line["payload_base64"] = b64encode(payload).decode()
    return orjson.dumps(line, option=orjson.OPT_APPEND_NEWLINE)


def _stands_alone(payload: bytes) -> bool:
    """Whether `payload` can be a member of a line of JSON, and is the same bytes when it is read again."""
    if b"\n" in payload or b"\r" in payload or payload != payload.strip():
        return False
    try:
        orjson.loads(payload)
    except orjson.JSONDecodeError:
        return False
    return True


class Recordings:
    """The messages of files, one after the other, without the first `skip` lines, which are not looked at.

    `bytes_read` of `bytes_total`, as they lie on disk, are behind; `handed` messages were given; `ended` after the last.

    Raises
    ------
    OSError
        When a file is not there, or may not be read.
    """

    def __init__(self, paths: Sequence[Path], skip: int = 0) -> None:
        self._paths = paths
        self._skip = skip
        self.handed = 0
        self.ended = False
        self.bytes_total = sum(path.stat().st_size for path in paths)
        self.bytes_read = 0

    def __iter__(self) -> Iterator[Message]:
        """Yield the messages; RecordingError at the first place that cannot be read."""
        before, skip = 0, self._skip
        for path in self._paths:
            with path.open("rb") as file:
                for message in _messages(path, file, skip):
                    if message is None:
                        skip -= 1
                        continue
                    self.bytes_read = before + file.tell()
                    self.handed += 1
                    yield message
            before += path.stat().st_size
        self.bytes_read = before
        self.ended = True


def _messages(path: Path, file: BinaryIO, skip: int) -> Iterator[Message | None]:
    """Yield the messages of a file, None for each of the first `skip` lines."""
    packed = file.read(len(_GZIP_MAGIC)) == _GZIP_MAGIC
    file.seek(0)
    number = 0
    try:
        for number, line in enumerate(gzip.GzipFile(fileobj=file) if packed else file, 1):
            yield _message(line) if number > skip else None
    except EOFError:
        raise RecordingError(
            f"{path}, after line {number}: the gzip file is cut off; its recorder was not ended by Ctrl-C"
        ) from None
    except (zlib.error, gzip.BadGzipFile) as error:
        raise RecordingError(f"{path}, after line {number}: broken gzip: {error}") from None
    except msgspec.MsgspecError as error:
        raise RecordingError(f"{path}, line {number}: {error}") from None


def _message(line: bytes) -> Message:
    try:
        read = _decoder.decode(line)
    except UnicodeDecodeError:
        raise msgspec.ValidationError("the line is not UTF-8") from None
    payload = bytes(read.payload)
    if (read.payload_base64 is None) == (not payload):
        raise msgspec.ValidationError("a line has one of `payload` and `payload_base64`")
    if read.payload_base64 is not None:
        payload = read.payload_base64
    return Message(read.topic, payload, (read.time - _EPOCH) // _MICROSECOND, SOURCE)
