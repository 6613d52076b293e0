"""The API behind a real uvicorn on a free port, in a thread of the test."""

import contextlib
import socket
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import uvicorn
from fastapi import FastAPI
from psycopg import AsyncConnection

Serve = Callable[..., str]


class FailingConnections:
    """An `api.context.Connections` that never has a connection."""

    def __init__(self, error: Exception) -> None:
        self._error = error

    def connection(self) -> contextlib.AbstractAsyncContextManager[AsyncConnection[Any]]:
        raise self._error

    async def open(self) -> None: ...

    async def close(self) -> None: ...


@contextlib.contextmanager
def serving(app: FastAPI) -> Iterator[str]:
    """Serve `app` and yield its address."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP) as listener:
        listener.bind(("127.0.0.1", 0))
        server = uvicorn.Server(uvicorn.Config(app, log_config=None, timeout_graceful_shutdown=2))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        deadline = time.monotonic() + 10
        while not server.started:
            assert thread.is_alive(), "the server ended at start"
            assert time.monotonic() < deadline, "the server did not start"
            time.sleep(0.01)
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join()
