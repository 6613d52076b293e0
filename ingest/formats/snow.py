"""Snow depth in any envelope: each message is read as the format that its names say, and no other is tried.

`end_device_ids` is The Things Stack's, `deviceInfo` or `devEUI` ChirpStack's, `snowHeight` or `WeatherObserved` a
weather entity's, `timestamp` Netmore's, in this order; the rest is ChirpStack's. An array holds one kind of envelope.
"""

from collections.abc import Sequence
from typing import Final

import numpy as np

from vinterkoll.ingest.formats import chirpstack, netmore, the_things_stack, weather_observed
from vinterkoll.ingest.formats.problems import in_order
from vinterkoll.ingest.message import Decoded, Decoder, Message
from vinterkoll.processing.rejects import Reject

_SIGNS: Final[tuple[tuple[bytes, Decoder], ...]] = (
    (b'"end_device_ids"', the_things_stack.decode),
    (b'"deviceInfo"', chirpstack.decode),
    (b'"devEUI"', chirpstack.decode),
    (b'snowHeight"', weather_observed.decode),
    (b'WeatherObserved"', weather_observed.decode),
    (b'"timestamp"', netmore.decode),
)


def decode(messages: Sequence[Message]) -> Decoded:
    """Return the snow-depth rows of `messages`, and the rejects of all other items."""
    groups: dict[Decoder, list[int]] = {}
    for origin, message in enumerate(messages):
        groups.setdefault(_decoder_of(message.payload), []).append(origin)
    parts = [Decoded.empty("snow").rows]
    rejects: list[Reject] = []
    for decoder, origins in groups.items():
        decoded = decoder([messages[origin] for origin in origins])
        decoded.rows["message"] = np.array(origins, np.int32)[decoded.rows["message"]]
        parts.append(decoded.rows)
        rejects.extend(one._replace(message=origins[one.message]) for one in decoded.rejects)
    rows = np.concatenate(parts)
    return Decoded("snow", rows[np.lexsort((rows["item"], rows["message"]))], in_order(rejects))


def _decoder_of(payload: bytes) -> Decoder:
    return next((decoder for sign, decoder in _SIGNS if sign in payload), chirpstack.decode)
