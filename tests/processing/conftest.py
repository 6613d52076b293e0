"""A small town to match in."""

import pytest

from small_town import network_of
from vinterkoll.processing.network import StreetNetwork


@pytest.fixture(scope="session")
def town() -> StreetNetwork:
    """A main street west to east in three segments, a crossing street, a gc path 6 m south, a bend.

            5
            │
    ──1──┬──2──┬──3──╮
    ~~~~~│~~~7~~~~~   4
            6
    """
    return network_of(
        [
            [(0, 0), (100, 0)],
            [(100, 0), (150, 0)],
            [(150, 0), (250, 0)],
            [(250, 0), (270, 10), (280, 30), (280, 100)],
            [(100, 0), (100, 100)],
            [(100, -100), (100, 0)],
            [(0, -6), (250, -6)],
        ],
        ["carriageway"] * 6 + ["gc"],
    )
