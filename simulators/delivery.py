"""How messages get from a device to the broker: late, again, out of order, cut in half. What they say is not touched."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

import numpy as np

from vinterkoll.simulators import chance
from vinterkoll.simulators.dead_zones import APART_S, LONGEST_S, Coverage
from vinterkoll.simulators.faults import Fault, Faults
from vinterkoll.simulators.stream import BLOCK_S, SECOND_US, Message, Source

LATE_SHARE: Final = 0.15
LATE_S: Final = 25.0
"""At most: a few fixes."""
BROKEN_SHARE: Final = 0.005
RESEND_S: Final = 2.0
"""From the broken message to the whole one."""
AGAIN_SHARE: Final = 0.04
AGAIN_S: Final = (0.2, 900.0)
"""From a message to its duplicate: mostly soon, for a lost acknowledgement; at times minutes later, by a unit that starts anew."""
LONGEST_BLOCKS: Final = 6
"""No message is sent more than so many blocks after it was made."""

if LONGEST_S * (1 + APART_S) + LATE_S + RESEND_S + sum(AGAIN_S) > LONGEST_BLOCKS * BLOCK_S:
    raise AssertionError("a message could be sent when no run looks for it any more")


class Delivery:
    """Another source's messages, as they are sent under `faults`. `coverage` is a vehicle's, where there are dead zones."""

    def __init__(self, source: Source, seed: int, faults: Faults, coverage: Coverage | None) -> None:
        self._source, self._seed, self._faults, self._coverage = source, seed, faults, coverage
        self.device = source.device

    def block(self, number: int) -> list[Message]:
        """Return all sendings of what is made in a block; some come after its end."""
        made = self._source.block(number)
        if self._coverage:
            sent_us = self._coverage.sent_us(np.array([message.time_us for message in made], np.int64))
            made = [replace(one, time_us=at) for one, at in zip(made, sent_us.tolist(), strict=True)]
        # Two rows a message: the number of messages before it in its block is the same in every run.
        luck = chance.uniform(self._seed, "delivery", self.device, number, start=0, stop=2 * len(made))
        rows = zip(made, luck.reshape(-1, 8).tolist(), strict=True)
        return [sending for message, numbers in rows for sending in self._sendings(message, numbers)]

    def _sendings(self, message: Message, luck: list[float]) -> Iterator[Message]:
        """Yield the sendings of one message, in order."""
        account, time_us, attempt = message.account, message.time_us, 1
        if Fault.REORDERING in self._faults and luck[0] < LATE_SHARE:
            time_us += _us(luck[1] * LATE_S)
        if Fault.BROKEN in self._faults and luck[2] < BROKEN_SHARE:
            half = message.payload[: len(message.payload) // 2]
            yield replace(message, time_us=time_us, payload=half, account=account._replace(reject="bad_json"))
            time_us, attempt = time_us + _us(RESEND_S), 2
        yield replace(message, time_us=time_us, account=account._replace(attempt=attempt))
        if Fault.DUPLICATES in self._faults and luck[3] < AGAIN_SHARE:
            again_us = time_us + _us(AGAIN_S[0] + luck[4] ** 4 * AGAIN_S[1])
            yield replace(message, time_us=again_us, account=account._replace(attempt=attempt + 1))


def _us(seconds: float) -> int:
    """Return whole milliseconds, in microseconds."""
    return int(seconds * 1_000) * (SECOND_US // 1_000)
