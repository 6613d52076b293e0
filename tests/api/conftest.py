"""The API as it is served: uvicorn on a free port, over a real database, at an hour of its own."""

import contextlib
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

import httpx
import psycopg
import pytest

from api_server import FailingConnections, Serve, serving
from town_rows import NOW
from vinterkoll.api.application import create_app, utc_now
from vinterkoll.storage.reading import reading_pool


@pytest.fixture
def serve() -> Iterator[Serve]:
    """Serve the API over the database of a URL; `clock` and `simulated` as in create_app."""
    with contextlib.ExitStack() as stack:

        def start(url: str, clock: Callable[[], datetime] = utc_now, *, simulated: bool = False) -> str:
            return stack.enter_context(
                serving(create_app(reading_pool(url), clock=clock, simulated=simulated))
            )

        yield start


@pytest.fixture
def rows(database_url: str) -> Iterator[psycopg.Connection[Any]]:
    """A connection to put rows in with."""
    with psycopg.connect(database_url, autocommit=True) as connection:
        yield connection


@pytest.fixture
def client(serve: Serve, database_url: str) -> Iterator[httpx.Client]:
    """A client of the API at `town_rows.NOW`."""
    with httpx.Client(base_url=serve(database_url, lambda: NOW)) as client:
        yield client


@pytest.fixture(scope="session")
def bare_client() -> Iterator[httpx.Client]:
    """A client of an API without a database, for what is answered before one is asked."""
    app = create_app(
        FailingConnections(psycopg.OperationalError("no database in this test")), clock=lambda: NOW
    )
    with serving(app) as url, httpx.Client(base_url=url) as client:
        yield client
