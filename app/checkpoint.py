"""What a source must have written in the database: how far it got, and how far behind it is."""

from collections.abc import Sequence
from typing import Any, Protocol

import psycopg

from vinterkoll.ingest.message import Message


class Checkpoint(Protocol):
    """How far a source got, kept in the database."""

    def advance(self, connection: "psycopg.Connection[Any]", messages: Sequence[Message]) -> None:
        """Note, in the transaction of their rows, that `messages` are stored.

        Raises
        ------
        SupersededError
            When that is not ours to say; the transaction must be rolled back.
        """

    def note_lag(self, connection: "psycopg.Connection[Any]") -> None:
        """Note how far behind the source is, if that was found out since the last call."""


class NoCheckpoint:
    """For sources that are told after the commit."""

    def advance(self, connection: "psycopg.Connection[Any]", messages: Sequence[Message]) -> None:
        """Do nothing."""

    def note_lag(self, connection: "psycopg.Connection[Any]") -> None:
        """Do nothing."""
