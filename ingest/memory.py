"""A `Source` in memory, for tests: delivers again what was not acknowledged, as a broker does."""

from collections.abc import Iterable, Sequence

from vinterkoll.ingest.message import Message


class MemorySource:
    """Hands out the messages it was given, without waiting."""

    def __init__(self, messages: Iterable[Message] = ()) -> None:
        self._waiting: list[Message] = []
        self._unacknowledged: dict[int, Message] = {}
        self._next_receipt = 0
        self.acknowledged: list[Message] = []
        self.closed = False
        self.send(*messages)

    @property
    def connected(self) -> bool:
        """See `Source`."""
        return not self.closed

    def send(self, *messages: Message) -> None:
        """Put `messages` at the end of the stream."""
        for message in messages:
            self._waiting.append(
                Message(
                    message.topic, message.payload, message.received_us, message.source, self._next_receipt
                )
            )
            self._next_receipt += 1

    def reconnect(self) -> None:
        """Deliver everything that was not acknowledged once more, before the rest."""
        self._waiting[:0] = self._unacknowledged.values()
        self._unacknowledged.clear()

    def receive(self, max_rows: int, max_wait_s: float, idle_s: float) -> list[Message]:  # noqa: ARG002
        """See `Source`."""
        batch, self._waiting = self._waiting[:max_rows], self._waiting[max_rows:]
        self._unacknowledged.update((message.receipt, message) for message in batch)
        return batch

    def acknowledge(self, messages: Sequence[Message]) -> None:
        """See `Source`."""
        for message in messages:
            if self._unacknowledged.pop(message.receipt, None) is not None:
                self.acknowledged.append(message)

    @property
    def unacknowledged(self) -> list[Message]:
        """What was handed out and not acknowledged since."""
        return list(self._unacknowledged.values())

    def close(self) -> None:
        """See `Source`."""
        self.closed = True
