"""The source for tests behaves like a broker."""

from vinterkoll.ingest.memory import MemorySource
from vinterkoll.ingest.message import Message, Source


def test_what_was_not_acknowledged_comes_again_first() -> None:
    memory = MemorySource(Message("t", str(number).encode(), number) for number in range(5))
    source: Source = memory
    batch = source.receive(3, 0, 0)
    source.acknowledge(batch[:1])
    source.acknowledge(batch[:1])
    assert memory.unacknowledged == batch[1:]
    memory.reconnect()
    assert [message.received_us for message in source.receive(10, 0, 0)] == [1, 2, 3, 4]
    assert memory.acknowledged == batch[:1]
    source.close()
    assert memory.closed
