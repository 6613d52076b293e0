"""A TCP link to a server, which a test can cut, mend and slow down: every connection goes through it."""

import asyncio
import threading
from collections.abc import Coroutine
from contextlib import suppress
from typing import Any, Self

from vinterkoll.app.children import free_port

_CHUNK_BYTES = 65_536


class Link:
    """Listens on `port` of an address of this machine and passes bytes on to `target`."""

    def __init__(self, target: int, address: str = "127.0.0.1") -> None:
        self._address = address
        self.port = free_port()
        self.delay_s = 0.0
        self._target = target
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever)
        self._server: asyncio.Server | None = None
        self._open: set[asyncio.StreamWriter] = set()

    def __enter__(self) -> Self:
        self._thread.start()
        self.mend()
        return self

    def __exit__(self, *_: object) -> None:
        self.cut()
        self._do(self._ended())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def mend(self) -> None:
        """Take connections."""
        self._do(self._listen())

    def cut(self) -> None:
        """Drop all connections, and take none."""
        self._do(self._drop())

    def _do(self, work: Coroutine[Any, Any, None]) -> None:
        asyncio.run_coroutine_threadsafe(work, self._loop).result(10)

    async def _listen(self) -> None:
        self._server = await asyncio.start_server(self._connected, self._address, self.port)

    async def _drop(self) -> None:
        if self._server is not None:
            self._server.close()
            self._server = None
        for writer in [*self._open]:
            writer.transport.abort()

    async def _ended(self) -> None:
        passing = asyncio.all_tasks() - {asyncio.current_task()}
        for one in passing:
            one.cancel()  # it may be held up for longer than the test
        await asyncio.gather(*passing, return_exceptions=True)

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._open.add(writer)
        try:
            there, back = await asyncio.open_connection("127.0.0.1", self._target)
            self._open.add(back)
            await asyncio.gather(self._pass(reader, back), self._pass(there, writer))
            self._open.discard(back)
        except OSError:  # the server is away
            writer.transport.abort()
        finally:
            self._open.discard(writer)

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            while data := await reader.read(_CHUNK_BYTES):
                if self.delay_s:
                    await asyncio.sleep(self.delay_s)
                writer.write(data)
                await writer.drain()
        writer.close()
