"""10 MB of anything ends as rejects, within memory that follows the message's length, whatever decodes it."""

import json
import tracemalloc

import pytest

from good_messages import GOOD, TOPIC
from large_messages import SIZE, large_messages
from mapping_samples import MAPPED, SAMPLES
from vinterkoll.app.decoding import Decoding
from vinterkoll.ingest.formats import FORMATS
from vinterkoll.ingest.message import Message
from vinterkoll.processing.cleaning import Limits

MEMORY_FACTOR_MAX = 20
"""Bytes for each byte of a message; a list of short values takes the most, an object of 64 bytes for each."""
EVERYWHERE = Limits(future_max_s=1e10, west=-180, south=-90, east=180, north=90)
ACCEPTED = {
    "a text that is not read",
    "a text in a member",
    "digits in a member",
    "escapes",
    "U+0000",
    "operators",
    "expanded names",
    "one name many times",
}
"""Shapes in which a good item may be hidden: where nothing is read of what fills them."""


@pytest.mark.parametrize("name", sorted({*FORMATS, "headed", "odd"}))
def test_ten_megabytes_of_anything(name: str) -> None:
    good = SAMPLES[name][1][0] if name not in FORMATS else GOOD[name][0]
    topic = TOPIC.get(name, TOPIC["mip"])
    neighbour = Message(topic, json.dumps(good).encode(), 0)
    decoding = Decoding(EVERYWHERE, lambda _: name, 2 * SIZE, MAPPED)
    for shape, payload in large_messages(name, good).items():
        assert abs(len(payload) - SIZE) < SIZE / 20, shape
        tracemalloc.start()
        try:
            batch = decoding.decode([neighbour, Message(topic, payload, 0), neighbour])
            peak = tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()
        assert peak < MEMORY_FACTOR_MAX * SIZE, (shape, peak)
        (observations,) = batch.observations.values()
        accepted = set(observations.rows["message"].tolist())
        rejected = {one.reject.message for one in batch.rejected}
        assert accepted | rejected == {0, 1, 2}, shape
        assert rejected == ({1} - accepted), shape
        assert shape in ACCEPTED or rejected, shape
