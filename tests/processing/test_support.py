"""What is read back around new fixes is enough, and what is owned is all that they change: on whole tracks, in memory."""

import random
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from small_town import fixes_of as fixes_in_metres
from stretch_messages import SPELLS, fix_in_spell
from vinterkoll.app.derivation import fixes_of
from vinterkoll.ingest.formats import FORMATS
from vinterkoll.ingest.message import Message
from vinterkoll.processing.hygiene import Thresholds, flags_of
from vinterkoll.processing.network import ALL_KINDS
from vinterkoll.processing.observations import BoolColumn, IntColumn
from vinterkoll.processing.support import MARGIN, NEAR, flags_changed, steps_changed
from vinterkoll.processing.tracks import GAP_MAX_S, REACH, Fixes, linked_to_next

Steps = dict[int, list[int]]
"""The times of all fixes that a step looks at, by the time at which it starts."""


def track(count: int, noise: random.Random, good: list[int]) -> Fixes:
    """One slow vehicle; so many good fixes in a row, between bad ones mostly as many as a step may just pass over."""
    found: list[Message] = []
    at_s, along_m = 0, 0
    while len(found) < count:
        spell = noise.choice(SPELLS)
        for _ in range(noise.choice(good) if not spell else noise.choice([1, 2, 3, 3, 3, 3, 4, 17])):
            found.append(fix_in_spell(spell, "v0", at_s, along_m, noise))
            at_s, along_m = at_s + noise.choice([5] * 20 + [295, 301]), along_m + 12
    rows = FORMATS["mip"](found).rows
    support = {name: np.ascontiguousarray(rows[name]) for name in rows.dtype.names or ()}
    support["time"] = support["time_us"]
    support["range_id"] = np.zeros(len(rows), np.int64)
    support["kinds"] = np.full(len(rows), ALL_KINDS)
    support["of_line"] = np.zeros(len(rows), np.int64)
    return fixes_of(support)


def steps_of(fixes: Fixes) -> Steps:
    """The steps of fixes to believe, each with `REACH` links on both sides: all that its stretches follow from."""
    linked, found = linked_to_next(fixes), {}
    for start in np.flatnonzero(linked).tolist():
        first, last = start, start + 1
        for _ in range(REACH):
            first -= int(first > 0 and linked[first - 1])
            last += int(linked[last])
        found[int(fixes.time_us[start])] = fixes.time_us[first : last + 1].tolist()
    return found


def read_back(fixes: Fixes, new: BoolColumn) -> BoolColumn:
    """Tell which fixes are read for the range of the `new` ones, as app.derivation does."""
    near = neighbourhood(fixes, new, NEAR)
    flagged = flags_of(fixes.only(near), Thresholds()) != 0
    return neighbourhood(fixes, new, MARGIN) if (flagged & ~new[near]).any() else near


def neighbourhood(fixes: Fixes, new: BoolColumn, margin: int) -> BoolColumn:
    """Tell which fixes storage.stretches.read_support reads."""
    low, high = fixes.time_us[new][[0, -1]]
    reach_us = margin * GAP_MAX_S * 1e6
    before = np.flatnonzero((fixes.time_us < low) & (fixes.time_us >= low - reach_us))[-margin:]
    after = np.flatnonzero((fixes.time_us > high) & (fixes.time_us <= high + reach_us))[:margin]
    read = new.copy()
    read[before] = read[after] = True
    return read


def by_time(fixes: Fixes, flags: IntColumn) -> dict[int, int]:
    return dict(zip(fixes.time_us.tolist(), flags.tolist(), strict=True))


def check(after: Fixes, new: BoolColumn) -> None:
    """What is stored before the `new` fixes come, and derived when they come, is what `after` gives at once."""
    after_flags = flags_of(after, Thresholds())
    before = replace(after.only(~new), place=np.arange(np.count_nonzero(~new)))
    before_flags = flags_of(before, Thresholds())
    kept = steps_of(before.only(before_flags == 0))

    read = read_back(after, new)
    part, flags = after.only(read), flags_of(after.only(read), Thresholds())
    owned = flags_changed(part, new[read])
    stored = by_time(before, before_flags)
    for time, mask in by_time(part.only(owned), flags[owned]).items():
        stored[time] = mask
    assert stored == by_time(after, after_flags)

    old = np.array([by_time(before, before_flags).get(time, -1) for time in part.time_us.tolist()])
    starts, needed = steps_changed(part, flags == 0, owned & (old != flags))
    local = steps_of(part.only(needed))
    for time in part.time_us[starts].tolist():
        kept.pop(time, None)
        if time in local:
            kept[time] = local[time]
    assert kept == steps_of(after.only(after_flags == 0))


@settings(max_examples=200)
@given(st.integers(0, 2**32), st.sampled_from([[1, 1, 2], [9, 12, 15, 19, 40]]))
def test_support_is_enough_and_ownership_complete(seed: int, good: list[int]) -> None:
    noise = random.Random(seed)
    after = track(50, noise, good)
    for at in range(len(after)):
        new = np.zeros(len(after), bool)
        new[at : at + noise.choice([1, 1, 2])] = True
        check(after, new)


@pytest.mark.parametrize("backwards", [False, True])
def test_not_one_fix_is_read_in_vain(backwards: bool) -> None:
    """The farthest that a fix is felt, which random tracks do not meet: it takes all of `MARGIN` on either side.

    The last fix makes a jump of the three before it, so that the fourth is believed, which changes steps two links of four
    fixes away. They look at one more, which is believed because the farthest fix of all makes a jump of three others.
    """
    kinds = "-" + "aaa-" + "ppp-" * (1 + 2 * REACH) + "aaa" + "-"  # good, away, poor
    kinds = kinds[::-1] if backwards else kinds
    fixes = fixes_in_metres(
        [(12.0 * at + (5000.0 if kind == "a" else 0.0), 0.0) for at, kind in enumerate(kinds)],
        accuracy_m=[60.0 if kind == "p" else 5.0 for kind in kinds],
    )
    new = np.arange(len(kinds)) == (0 if backwards else len(kinds) - 1)
    assert len(kinds) == 1 + MARGIN
    check(fixes, new)
