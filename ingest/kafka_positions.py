"""Where a member of a consumer group is in each of its partitions, and that no offset is passed over in silence."""

import logging
from collections.abc import Mapping

from aiokafka import ConsumerRecord, TopicPartition

from vinterkoll.ingest.errors import BrokerRefusedError
from vinterkoll.ingest.kafka_records import message_of
from vinterkoll.ingest.message import Message

_log = logging.getLogger(__name__)


class Positions:
    """The next offset of each partition."""

    def __init__(self, starts: Mapping[TopicPartition, int], ends: Mapping[TopicPartition, int]) -> None:
        self._next = dict(starts)
        for partition, start in starts.items():
            if start > ends[partition]:
                raise _other_topic(partition, start)

    def message(self, partition: TopicPartition, record: ConsumerRecord) -> Message:
        """Return the next record as a message, whose receipt covers what is missing before it.

        Raises
        ------
        BrokerRefusedError
            When the record lies before the next offset: the partition is not the one of the stored offsets.
        """
        start = self._next[partition]
        if record.offset < start:
            raise _other_topic(partition, start)
        if record.offset > start:
            _log.error(
                "%s/%d: offsets %d to %d are not there: deleted before they were read",
                *partition,
                start,
                record.offset - 1,
            )
        self._next[partition] = record.offset + 1
        return message_of(record, start)


def _other_topic(partition: TopicPartition, start: int) -> BrokerRefusedError:
    return BrokerRefusedError(
        f"{partition.topic}/{partition.partition} ends before the stored offset {start}: it was made anew or lost"
        " records. Name a new VINTERKOLL_KAFKA_GROUP to read it from its beginning; no row is stored twice"
    )
