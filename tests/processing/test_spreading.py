"""Settings of spreaders beside a naive twin."""

import math

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from vinterkoll.processing.actions import SPREADING_ACTIONS, mask_of
from vinterkoll.processing.spreading import SPREAD, spread_of

NAN = math.nan
PLOUGHING, SALTING = mask_of(["PLOUGHING"]), mask_of(["PLOUGHING", "SALTING_DRY"])

Setting = tuple[int, int, float, float, float]

sent = st.one_of(st.sampled_from([NAN, 0.0, 0.25, 50.0, 10_000.0, 3.4e38]), st.floats(0, 20_000, width=32))


def naive(actions: int, material: int, g: float, ml: float, width: float) -> tuple[int, ...]:
    if not actions & SPREADING_ACTIONS:
        return (-1,) * 4
    rates = [round(rate * 1000) if rate <= 10_000 else -1 for rate in (g, ml)]
    return material, *rates, round(width * 1000) if 0 < width <= 50 else -1


@given(
    st.lists(st.tuples(st.sampled_from([0, PLOUGHING, SALTING]), st.sampled_from([-1, 7]), sent, sent, sent))
)
def test_settings_equal_the_naive_twin(drawn: list[Setting]) -> None:
    columns = [
        np.array([one[at] for one in drawn], kind)
        for at, kind in enumerate((np.int64, np.int64, float, float, float))
    ]
    found = spread_of(*columns)
    assert found.dtype == SPREAD
    assert found.tolist() == [naive(*one) for one in drawn]
