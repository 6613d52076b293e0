"""What is read back around new fixes is enough, and what is owned is all that they change: on whole tracks, in memory."""

import random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from small_town import E0, LINES, N0, network_of
from stretch_messages import SPELLS, fix_in_spell
from vinterkoll.app.derivation import fixes_of
from vinterkoll.ingest.formats import FORMATS
from vinterkoll.ingest.message import Message
from vinterkoll.processing.hygiene import Thresholds, flags_of
from vinterkoll.processing.network import ALL_KINDS, StreetNetwork
from vinterkoll.processing.observations import BoolColumn
from vinterkoll.processing.tracks import GAP_MAX_S, Fixes
from vinterkoll.processing.treatment import stretches_of
from vinterkoll.storage.stretches import MARGIN, owned_steps

Derived = dict[int, tuple[int, list[tuple[int, ...]]]]
"""Flags and stretches by the time of their fix."""


@pytest.fixture(scope="module")
def streets() -> StreetNetwork:
    return network_of([[(x + E0, y + N0) for x, y in line] for line in LINES])


def track(count: int, noise: random.Random) -> Fixes:
    """One slow vehicle; good fixes by ones and twos, between bad ones mostly as many as a step may just pass over."""
    found: list[Message] = []
    at_s, along_m = 0, 0
    while len(found) < count:
        spell = noise.choice(SPELLS)
        for _ in range(noise.choice([1, 1, 2]) if not spell else noise.choice([1, 2, 3, 3, 3, 3, 4])):
            found.append(fix_in_spell(spell, "v0", at_s, along_m, noise))
            at_s, along_m = at_s + noise.choice([5] * 20 + [295, 301]), along_m + 12
    rows = FORMATS["mip"](found).rows
    support = {name: np.ascontiguousarray(rows[name]) for name in rows.dtype.names or ()}
    support["time"] = support["time_us"]
    support["range_id"] = np.zeros(len(rows), np.int64)
    support["kinds"] = np.full(len(rows), ALL_KINDS)
    return fixes_of(support)


def derived(fixes: Fixes, streets: StreetNetwork) -> Derived:
    flags = flags_of(fixes, Thresholds())
    believed = fixes.only(flags == 0)
    rows, _ = stretches_of(believed, np.zeros(len(believed), np.int64), streets)
    found: Derived = {
        time: (mask, []) for time, mask in zip(fixes.time_us.tolist(), flags.tolist(), strict=True)
    }
    for row in rows:
        found[int(row["time_us"])][1].append(tuple(row.tolist()))
    return found


def read_back(fixes: Fixes, new: BoolColumn) -> tuple[BoolColumn, np.ndarray]:
    """Return which fixes the range of the `new` ones reads, and the side of each of these."""
    low, high = fixes.time_us[new][[0, -1]]
    side = np.where(fixes.time_us < low, -1, np.where(fixes.time_us > high, 1, 0))
    reach_us = MARGIN * GAP_MAX_S * 1e6
    before = np.flatnonzero((side < 0) & (fixes.time_us >= low - reach_us))[-MARGIN:]
    after = np.flatnonzero((side > 0) & (fixes.time_us <= high + reach_us))[:MARGIN]
    read = side == 0
    read[before] = read[after] = True
    return read, side[read]


@settings(max_examples=200, deadline=None)
@given(st.integers(0, 2**32))
def test_support_is_enough_and_ownership_complete(streets: StreetNetwork, seed: int) -> None:
    noise = random.Random(seed)
    after = track(50, noise)
    whole = derived(after, streets)
    for at in range(len(after)):
        new = np.zeros(len(after), bool)
        new[at : at + noise.choice([1, 1, 2])] = True
        before = derived(after.only(~new), streets)
        read, side = read_back(after, new)
        part = after.only(read)
        owned = part.time_us[owned_steps(part.group, side, part.time_us)].tolist()
        local = derived(part, streets)
        assert {time: local[time] for time in owned} == {time: whole[time] for time in owned}
        others = whole.keys() - set(owned)
        assert {time: before[time] for time in others} == {time: whole[time] for time in others}
