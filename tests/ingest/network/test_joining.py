"""Links joined at their ends and where an end lies on the middle of another, whatever the order of the rows."""

import json
import random
from collections import Counter
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from network_files import NVDB, Line, feature, nvdb, read
from vinterkoll.ingest.network.cutting import places_of, segments_of
from vinterkoll.ingest.network.joining import APART_MIN_M, joined
from vinterkoll.ingest.network.links import Link, NetworkFileError, Report
from vinterkoll.processing.network import Segments

STREET: Line = [(0, 0), (60, 0), (90, 0)]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "nvdb.gpkg"


def junctions(segments: Segments) -> list[int]:
    """How many segments meet at each node."""
    return sorted(Counter([*segments.start_node.tolist(), *segments.end_node.tolist()]).values())


OF_0_1_0 = [
    (666703562904900716, 147317378955100000, -1587613783311653586),
    (1587613783311653586, -1587613783311653586, -7292775165257095259),
    (7292775165257095259, -7292775165257095259, 147371066046300000),
    (7867541203538114133, 147371066046300000, -4888863593441406802),
    (4888863593441406802, -4888863593441406802, 147396835850082000),
    (4968160933051011138, 147371066046300000, 147371066046294000),
    (4377341248549209651, 147317378955130000, -8221118990818444577),
    (8221118990818444577, -8221118990818444577, -7139225737161392395),
    (7139225737161392395, -7139225737161392395, 147317378955130000),
    (5545081744277952130, 147317378955100800, 147323821406044800),
    (4912685637842012163, 147328116373335000, 147328116373345000),
]
"""Segment, start and end node, as release 0.1.0 gave them to the links of the test below."""


def test_links_that_are_not_cut_keep_the_ids_of_release_0_1_0(file: Path) -> None:
    ring: Line = [(0, 300), (20, 300), (20, 320), (0, 320), (0, 300)]
    segments, report = nvdb(
        file,
        ([(0, 0), (250, 0)], {"ROUTE_ID": "long"}),
        ([(250, 0), (310, 0), (310, 60), (370, 60)], {"ROUTE_ID": "bent"}),
        ([(250.004, 0), (250, -60)], {"ROUTE_ID": "meets by 4 mm"}),
        (ring, {"ROUTE_ID": "ring"}),
        ([(0, 8), (30, 8)], {"ROUTE_ID": "path", "Vagtr_474": 2}),
        ([(50, -50), (50, 50)], {"ROUTE_ID": "over"}),
    )
    columns = (segments.segment_id, segments.start_node, segments.end_node)
    assert list(zip(*(column.tolist() for column in columns), strict=True)) == OF_0_1_0
    assert report.joined == 0


def test_ids_of_files_in_degrees_are_those_of_release_0_1_0(tmp_path: Path) -> None:
    geojson = tmp_path / "a.geojson"
    line = {"type": "LineString", "coordinates": [[18.7153, 63.2909], [18.7170, 63.2911], [18.7190, 63.2911]]}
    geojson.write_text(json.dumps({"type": "FeatureCollection", "features": [feature(NVDB, line)]}))
    segments, _ = read(geojson)
    assert segments.segment_id.tolist() == [5017246696629627156, 6558863252052622063]
    assert segments.start_node[0] == 147368175533349560


@pytest.mark.parametrize(
    ("end", "lengths"),
    [
        ((60, 0), [60, 30, 50]),
        ((20, 0), [20, 70, 50]),
        ((20, 0.009), [20, 70, 49.991]),
        ((60.006, 0.006), [60, 30, 49.994]),
    ],
)
def test_a_link_is_cut_where_an_end_lies_on_its_middle(
    file: Path, end: tuple[float, float], lengths: list[float]
) -> None:
    segments, report = nvdb(file, (STREET, {}), ([end, (end[0], 50)], {"ROUTE_ID": "2"}))
    assert segments.length_m == pytest.approx(lengths, abs=2e-3)
    assert junctions(segments) == [1, 1, 1, 3]
    assert segments.end_node[0] == segments.start_node[1] == segments.start_node[2]
    assert (report.links, report.joined) == (2, 1)
    assert "ends joined to the middle of another link: 1" in list(report.lines())


def test_what_ends_farther_than_a_centimetre_from_a_link_does_not_meet_it(file: Path) -> None:
    segments, report = nvdb(file, (STREET, {}), ([(20, 0.011), (20, 50)], {"ROUTE_ID": "2"}))
    assert junctions(segments) == [1, 1, 1, 1]
    assert report.joined == 0
    assert not any("ends joined" in line for line in report.lines())


def test_a_bridge_meets_nothing_below(file: Path) -> None:
    segments, report = nvdb(file, (STREET, {}), ([(60, -40), (60, 0), (60, 40)], {"ROUTE_ID": "2"}))
    assert (junctions(segments), report.joined) == ([1, 1, 1, 1], 0)


@pytest.mark.parametrize("x", [(100.004, 100.006), (100.0, 100.01), (100.0, 100.008, 100.016)])
def test_ends_within_a_centimetre_and_chains_of_them_are_one_node(file: Path, x: tuple[float, ...]) -> None:
    lines: list[Line] = [[(at, 0), (90 + 10 * number, 60)] for number, at in enumerate(x)]
    rows = [
        ([(0, 0), (100, 0)], {}),
        *((line, {"ROUTE_ID": str(number)}) for number, line in enumerate(lines)),
    ]
    segments, report = nvdb(file, *rows)
    assert junctions(segments) == [*[1] * len(rows), len(rows)]
    assert report.joined == 0
    ids = set(segments.segment_id.tolist())
    for _ in range(3):
        random.Random(1).shuffle(rows)
        assert set(nvdb(file, *rows)[0].segment_id.tolist()) == ids


def test_a_link_that_ends_on_itself_is_cut_there(file: Path) -> None:
    loop: Line = [(0, 0), (50, 0), (70, 0), (70, 20), (50, 20), (50, 0)]
    segments, report = nvdb(file, (loop, {}))
    assert segments.length_m == pytest.approx([50, *[80 / 3] * 3])
    assert (junctions(segments), report.joined) == ([1, 2, 2, 3], 1)


def test_a_grid_with_every_second_junction_on_the_middle_of_a_link_is_whole(file: Path) -> None:
    def grid(step: int) -> Segments:
        """Streets along x as links of `step` blocks, across them as links of one."""
        along = [[(x, y), (x + 40 * step, y)] for y in range(0, 200, 40) for x in range(0, 160, 40 * step)]
        across = [[(x, y), (x, y + 40)] for x in range(0, 200, 40) for y in range(0, 160, 40)]
        return nvdb(file, *((line, {"ROUTE_ID": str(line)}) for line in along + across))[0]

    def meeting(segments: Segments) -> set[tuple[int, int]]:
        return set(zip(segments.start_node.tolist(), segments.end_node.tolist(), strict=True))

    assert meeting(grid(2)) == meeting(grid(1))
    assert len(meeting(grid(1))) == 40


def test_a_cut_renews_the_ids_of_what_it_cuts_only(file: Path) -> None:
    long: tuple[Line, dict[str, str]] = ([(0, 0), (1000, 0)], {"Namn_130": "long"})

    def ids(*sides: int) -> list[int]:
        """Those of a long street and of one that meets its end, with side streets at some places of the long one."""
        others: list[tuple[Line, dict[str, str]]] = [([(x, 0), (x, 50)], {"ROUTE_ID": str(x)}) for x in sides]
        segments, _ = nvdb(file, ([(0, 50), (0, 0)], {"Namn_130": "long"}), long, *others)
        found: list[int] = segments.segment_id[segments.street == "long"].tolist()
        return found

    before, once, twice = ids(), ids(500), ids(250, 500)
    assert [len(found) for found in (before, once, twice)] == [1 + 10, 1 + 5 + 5, 1 + 3 + 3 + 5]
    assert before[0] == once[0] == twice[0]
    assert not set(before[1:]) & set(once[1:])
    assert once[6:] == twice[7:]
    assert not set(once[1:6]) & set(twice[1:7])


def lengths(segments: Segments) -> list[float]:
    return sorted(np.round(segments.length_m, 3).tolist())


@pytest.mark.parametrize(
    ("lines", "expected", "twice"),
    [
        ([[(0, 0), (90, 0)], [(40, 0), (130, 0)]], [40, 40, 50], 1),
        ([[(0, 0), (90, 0)], [(0, 0), (50, 0)]], [40, 50], 1),
        ([[(0, 0), (90, 0)], [(0, 0), (50, 0)], [(30, 0), (90, 0)]], [20, 30, 40], 4),
        ([[(0, 0), (90, 0)], [(90, 0), (40, 0)]], [40, 50, 50], 0),
    ],
)
@pytest.mark.parametrize("identity", [None, "1:1"])
def test_links_of_one_identity_that_overlap_are_there_once(
    file: Path, identity: str | None, lines: list[Line], expected: list[float], twice: int
) -> None:
    rows: list[tuple[Line, dict[str, str | None]]] = [(line, {"ROUTE_ID": identity}) for line in lines]
    segments, report = nvdb(file, *rows)
    assert lengths(segments) == expected
    assert (report.links, report.skipped["twice in the file"]) == (len(lines), twice)
    assert set(nvdb(file, *rows[::-1])[0].segment_id.tolist()) == set(segments.segment_id.tolist())


def test_of_links_of_one_identity_that_overlap_the_order_does_not_say_which_is_kept(file: Path) -> None:
    rows: list[tuple[Line, dict[str, str]]] = [
        ([(0, 0), (90, 0)], {"Namn_130": "Ena"}),
        ([(40, 0), (130, 0)], {"Namn_130": "Andra"}),
    ]
    for order in (rows, rows[::-1]):
        segments, report = nvdb(file, *order)
        assert sorted(segments.street.tolist()) == ["Andra", "Andra", "Ena"]
        assert report.examples == {"twice in the file": "1:1"}


@pytest.mark.parametrize(
    ("lines", "expected", "meeting"),
    [
        ([[(0, 0), (50.03, 0)], [(50, 0), (90, 0)]], [40, 50.03], [1, 1, 2]),
        ([[(0, 0), (50.149, 0)], [(50, 0), (90, 0)]], [40, 50.149], [1, 1, 2]),
        ([[(0, 0), (50.151, 0)], [(50, 0), (90, 0)]], [0.151, 0.151, 39.849, 50], [1, 1, 3, 3]),
        ([STREET, [(20, 0), (20, 50)], [(20.02, 0), (20.02, -40)]], [20, 40, 50, 70], [1, 1, 1, 1, 4]),
        ([STREET, *([(20 + x / 10, 0), (20 + 9 * x, 50)] for x in range(4))], None, [1] * 6 + [4, 4]),
        ([STREET, [(0.1, 0), (0.1, 50)], [(89.9, 0), (89.9, 50)]], [50, 50, 90], [1, 1, 2, 2]),
        ([[(0, 0), (0.12, 0)], [(0.12, 0), (50, 0)], [(0.07, 0), (0, 50)]], None, [1, 1, 1, 3]),
        ([STREET, [(20, 0), (20.06, 0.05), (20.12, 0)]], [20, 70], [1, 1, 2]),
        ([[(0, 0), (50, 0), (50, 0.1), (50.1, 0.1), (50, 0)]], [50], [1, 1]),
    ],
)
def test_joining_makes_no_segment_that_is_too_short_to_be_treated(
    file: Path, lines: list[Line], expected: list[float] | None, meeting: list[int]
) -> None:
    rows: list[tuple[Line, dict[str, str]]] = [(at, {"ROUTE_ID": str(n)}) for n, at in enumerate(lines)]
    segments, _ = nvdb(file, *rows)
    assert junctions(segments) == meeting
    assert expected is None or lengths(segments) == pytest.approx(expected)
    ids = set(segments.segment_id.tolist())
    assert set(nvdb(file, *rows[::-1])[0].segment_id.tolist()) == ids


def test_a_short_ring_is_told_of(file: Path) -> None:
    ring: Line = [(0, 0), (0.1, 0), (0.1, 0.1), (0, 0)]
    _, report = nvdb(file, (STREET, {}), (ring, {"ROUTE_ID": "ring"}))
    assert "left out: 1 a ring of less than 0.45 m (such as ring)" in list(report.lines())
    with pytest.raises(NetworkFileError, match="no street is left"):
        nvdb(file, (ring, {}))


def cut(links: list[Link]) -> Segments:
    lines = np.array([link.line for link in links], object)
    return segments_of(links, lines, Report(), degrees=False)


def street(identity: str, line: shapely.LineString) -> Link:
    return Link(identity, "", "carriageway", 3, 2, 0, line, None)


centimetres = st.tuples(st.integers(0, 150), st.integers(2, 150), st.booleans())


@given(
    st.lists(centimetres, min_size=1, max_size=6),
    st.lists(st.integers(0, 300), max_size=6),
    st.sampled_from(["", "own"]),
    st.randoms(use_true_random=False),
)
def test_whatever_overlaps_and_ends_close_together_gives_no_short_segments_and_one_set_of_ids(
    along: list[tuple[int, int, bool]], sides: list[int], identity: str, noise: random.Random
) -> None:
    lines = [shapely.LineString([(0, -5), (0, -9)])]
    lines += [
        shapely.LineString([(x / 100, 0), ((x + by) / 100, 0)][:: -1 if back else 1]) for x, by, back in along
    ]
    lines += [shapely.LineString([(x / 100, 0), (x / 100, 5)]) for x in sides]
    links = [street(identity and str(at), line) for at, line in enumerate(lines)]
    segments = cut(links)
    in_file = {round(line.length, 6) for line in lines}
    short = segments.length_m[segments.length_m < APART_MIN_M - 1e-6]
    assert {round(length, 6) for length in short.tolist()} <= in_file
    noise.shuffle(links)
    assert set(cut(links).segment_id.tolist()) == set(segments.segment_id.tolist())


steps = st.tuples(st.sampled_from([(1, 0), (0, 1), (-1, 0), (0, -1)]), st.integers(1, 3))
walks = st.tuples(st.tuples(st.integers(0, 3), st.integers(0, 3)), st.lists(steps, min_size=1, max_size=4))
Place = tuple[int, int]


def passed_by(walk: tuple[Place, list[tuple[Place, int]]]) -> tuple[list[Place], list[Place]]:
    """The vertices of a walk over a grid, and all that it passes."""
    vertices, passed = [walk[0]], [walk[0]]
    for (dx, dy), count in walk[1]:
        passed += [(passed[-1][0] + dx * by, passed[-1][1] + dy * by) for by in range(1, count + 1)]
        vertices.append(passed[-1])
    return vertices, passed


@given(
    st.lists(walks, min_size=1, max_size=6),
    st.lists(st.sampled_from(["", "1", "2"]), min_size=6, max_size=6),
    st.randoms(use_true_random=False),
)
def test_joining_equals_walks_over_a_grid_that_are_cut_where_any_of_them_ends(
    drawn: list[tuple[Place, list[tuple[Place, int]]]], identities: list[str], noise: random.Random
) -> None:
    walked = [passed_by(walk) for walk in drawn]
    noise.shuffle(walked)
    ends = {passed[at] for _, passed in walked for at in (0, -1)}
    expected = [pair for _, passed in walked for pair in pairwise(place for place in passed if place in ends)]
    lines = [
        shapely.LineString(
            [(x + noise.uniform(-0.003, 0.003), y + noise.uniform(-0.003, 0.003)) for x, y in vertices]
        )
        for vertices, _ in walked
    ]
    links = [street(*one) for one in zip(identities, lines, strict=False)]
    found = joined(links, np.array(lines, object), Report())
    rounded = [
        [tuple(np.rint(one.metres.coords[at]).astype(int).tolist()) for at in (0, -1)] for one in found
    ]
    assert [tuple(pair) for pair in rounded] == expected
    nodes = {
        (node, place)
        for one, pair in zip(found, rounded, strict=True)
        for node, place in zip(one.nodes, pair, strict=True)
    }
    assert len(nodes) == len({node for node, _ in nodes}) == len(ends)
    assert all(one.link.line.equals_exact(one.metres, 1e-9) for one in found)
    assert sum(one.metres.length for one in found) == pytest.approx(sum(line.length for line in lines))
    once = {(one.link.identity, places_of(one.link, degrees=False)): one for one in found}.values()
    count = sum(3 if one.nodes[0] == one.nodes[1] else 1 for one in once)
    segments = cut(links)
    assert len(segments.segment_id) == count
    noise.shuffle(links)
    assert set(cut(links).segment_id.tolist()) == set(segments.segment_id.tolist())
