"""`vinterkoll api`: serve the API and the map on the loopback interface until told to stop."""

import signal
import socket
from types import FrameType
from typing import Annotated, Final

import typer
import uvicorn

from vinterkoll.api.application import create_app
from vinterkoll.app.errors import ConfigurationError
from vinterkoll.app.http_register import register_changer
from vinterkoll.app.intakes import http_intake
from vinterkoll.app.settings import read_settings
from vinterkoll.app.stopping import end_in_time
from vinterkoll.storage.reading import reading_pool

_DRAIN_S: Final = 3
"""Open requests are given this long: whoever sends SIGTERM expects an end within five seconds."""
_BACKLOG: Final = 512


def listen(host: str, port: int) -> socket.socket:
    """Return a socket that listens on `port` of `host`; 0 is a free one.

    Raises
    ------
    ConfigurationError
        When the port is taken or may not be used.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # asyncio switches Nagle's algorithm off only where TCP is named: else an answer waits 40 ms for its second packet
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
        listener.listen(_BACKLOG)
    except OSError as error:
        listener.close()
        reason = error.strerror or str(error)
        raise ConfigurationError(
            f"cannot listen on {host} port {port}: {reason}; choose another with --port"
        ) from None
    return listener


def api(
    port: Annotated[
        int | None, typer.Option(min=0, max=65535, help="Default: VINTERKOLL_API_PORT, 8080.")
    ] = None,
) -> None:
    """Serve the API and the map. Loopback only, until roles exist."""
    settings = read_settings()
    listener = listen(settings.api_host, settings.api_port if port is None else port)
    app = create_app(
        reading_pool(settings.database_url.get_secret_value()),
        simulated=settings.generated_note,
        intake=http_intake(settings),
        change_register=register_changer(settings),
    )
    config = uvicorn.Config(
        app,
        log_config=None,
        access_log=False,  # /metrics counts; a log of who asked for which street is nobody's business
        server_header=False,
        proxy_headers=False,
        timeout_graceful_shutdown=_DRAIN_S,
    )
    # uvicorn raises the signal that ended it once more, when everything is closed: being told to stop is no failure
    for sign in (signal.SIGINT, signal.SIGTERM):
        signal.signal(sign, lambda *_: None)
    shown = f"[{settings.api_host}]" if ":" in settings.api_host else settings.api_host
    typer.echo(f"http://{shown}:{listener.getsockname()[1]}/")
    _Server(config).run(sockets=[listener])


class _Server(uvicorn.Server):
    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        end_in_time()
        super().handle_exit(sig, frame)
