"""What the API is handed when it is made. It reads no environment and no clock of its own."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, Protocol, cast

from fastapi import Depends, Request
from psycopg import AsyncConnection

from vinterkoll.api.intake import Intake
from vinterkoll.api.measures import Measures
from vinterkoll.storage.register import Connection
from vinterkoll.storage.register_log import Change


class Connections(Protocol):
    """Where database connections come from; `storage.reading.reading_pool` makes one."""

    def connection(self) -> AbstractAsyncContextManager[AsyncConnection[Any]]:
        """Lend a connection for one transaction. Raises psycopg.OperationalError when there is none."""

    async def open(self) -> None: ...

    async def close(self) -> None: ...


ChangeRegister = Callable[[Callable[[Connection], None], str, bool], list[Change]]
"""Edit, author, dry run → the rows that changed. Raises storage.register.RegisterError: nothing was changed."""


@dataclass(frozen=True, slots=True)
class Context:
    """The parts that every route shares."""

    connections: Connections
    clock: Callable[[], datetime]
    """The present, in UTC."""
    simulated: bool
    """Say wherever the data is shown that nobody ploughed these streets."""
    version: str
    measures: Measures
    change_register: ChangeRegister | None
    """Does an edit of the register in the name of an author, or shows what it would do; None: by HTTP nobody does."""
    intake: Intake | None
    """Where what is sent by HTTP goes; None: nowhere."""


def _context(request: Request) -> Context:
    return cast("Context", request.app.state.context)


Shared = Annotated[Context, Depends(_context)]
"""A route's parameter of this type is given the application's context."""
