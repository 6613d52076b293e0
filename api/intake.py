"""What HTTP ingest hands on and gets back. The API decodes and stores nothing itself: `create_app` is handed an Intake."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final, Protocol

HTTP_WORKER: Final = "http"
"""Its name among the workers in /health/ready and /metrics."""


class TooManyItemsError(Exception):
    """The body holds more items than are taken at once; nothing of it was stored."""


class BusyError(Exception):
    """As many requests wait for the database as may; nothing of this one was stored."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """The body of a request, unpacked, and whose it is."""

    path_name: str
    owner: str
    content: bytes
    lines: bool
    """One message a line, rather than one JSON value."""


@dataclass(frozen=True, slots=True)
class RejectedItem:
    """An item that was not accepted: its place in the body, or its line, from 0."""

    index: int
    code: str
    field: str
    detail: str


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of a delivery."""

    accepted: int
    duplicate: int
    rejected: list[RejectedItem]


class NotReadyError(Exception):
    """It cannot be taken now, and the text says why: the operator must mend it, or Kafka is away."""


class Intake(Protocol):
    """Where deliveries become durable: `app.http_intake.HttpIntake`, `app.kafka_intake.KafkaIntake`."""

    @property
    def is_stored(self) -> bool:
        """Whether what it accepted is in the database then, and not yet on its way there."""

    @property
    def path_names(self) -> Collection[str]:
        """The formats it takes."""

    @property
    def body_bytes_max(self) -> int:
        """How long a body may be, unpacked."""

    @property
    def busy(self) -> bool:
        """Whether `accept` would raise BusyError."""

    async def accept(self, delivery: Delivery) -> Receipt:
        """Take a delivery; durable when it returns.

        Raises
        ------
        TooManyItemsError, BusyError
            Nothing of it was taken.
        NotReadyError
            It cannot be taken now; to send all of it again does no harm.
        psycopg.OperationalError
            The database is away. Parts may have been stored; to send all of it again does no harm.
        """

    async def close(self) -> None:
        """End, after what is under way."""
