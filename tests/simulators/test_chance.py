import numpy as np

from vinterkoll.simulators import chance


def test_a_number_depends_on_its_address_alone() -> None:
    whole = chance.uniform(1, "vehicle", start=-100, stop=100)
    assert np.array_equal(chance.uniform(1, "vehicle", start=-3, stop=17), whole[97:117])
    assert not np.array_equal(chance.uniform(2, "vehicle", start=-100, stop=100), whole)
    assert not np.array_equal(chance.uniform(1, "other", start=-100, stop=100), whole)


def test_smooth_numbers_do_not_depend_on_where_a_run_begins() -> None:
    whole = chance.smooth_normal(1, "drift", start=0, stop=500, memory=24)
    part = chance.smooth_normal(1, "drift", start=123, stop=130, memory=24)
    assert np.allclose(part, whole[123:130], rtol=0, atol=1e-12)


def test_normal_numbers_are_normal_and_smooth_ones_are_smooth() -> None:
    normal = chance.normal(1, "n", start=0, stop=20_000)
    smooth = chance.smooth_normal(1, "n", start=0, stop=20_000, memory=24)
    assert abs(normal.mean()) < 0.03
    assert abs(normal.std() - 1) < 0.03
    assert abs(smooth.std() - 1) < 0.1
    assert np.abs(np.diff(smooth)).mean() < 0.3 * np.abs(np.diff(normal)).mean()


def test_no_index_gives_no_number() -> None:
    assert chance.uniform(1, "x", start=5, stop=5).shape == (0, 4)
    assert chance.smooth_normal(1, "x", start=5, stop=5, memory=3).shape == (0,)
