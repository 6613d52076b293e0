from pathlib import Path

import numpy as np
import orjson
import pytest
import shapely

from vinterkoll.app.settings import Settings
from vinterkoll.ingest.network.links import Report
from vinterkoll.ingest.network.reading import Area
from vinterkoll.ingest.network.ready import read_ready
from vinterkoll.simulators import network as networks
from vinterkoll.simulators.interchange import TOWN
from vinterkoll.simulators.network import Network, network
from vinterkoll.simulators.network_file import write_network
from vinterkoll.simulators.towns import TOWNS


def test_it_has_about_300_km_two_thirds_of_it_in_ornskoldsvik(streets: Network) -> None:
    km = streets.lengths_m() / 1_000
    in_town = np.array(streets.town)
    assert 285 < km.sum() < 315
    assert 185 < km[in_town == "ornskoldsvik"].sum() < 215
    assert 85 < km[in_town != "ornskoldsvik"].sum() < 115


def test_no_segment_is_longer_than_100_m_or_shorter_than_25_m(streets: Network) -> None:
    lengths = streets.lengths_m()
    assert lengths.max() <= 100
    assert lengths.min() >= 25


def test_each_town_is_one_connected_whole_at_its_true_place(streets: Network) -> None:
    for town in TOWNS:
        here = [i for i in range(len(streets)) if streets.town[i] == town.key]
        joined: dict[int, set[int]] = {}
        for i in here:
            joined.setdefault(streets.start_node[i], set()).add(streets.end_node[i])
            joined.setdefault(streets.end_node[i], set()).add(streets.start_node[i])
        reached, queue = set(), [streets.start_node[here[0]]]
        while queue:
            node = queue.pop()
            if node not in reached:
                reached.add(node)
                queue.extend(joined[node])
        assert reached == set(joined)
        points = np.vstack([streets.lon_lat[i] for i in here])
        degrees_from_anchor = np.hypot((points[:, 0] - town.lon) / 2, points[:, 1] - town.lat)
        assert degrees_from_anchor.min() < 0.002


def test_segments_meet_exactly_where_they_share_a_node(streets: Network) -> None:
    place: dict[int, tuple[float, float]] = {}
    for i in range(len(streets)):
        for node, (lon, lat) in (
            (streets.start_node[i], streets.lon_lat[i][0].tolist()),
            (streets.end_node[i], streets.lon_lat[i][-1].tolist()),
        ):
            assert place.setdefault(node, (lon, lat)) == (lon, lat)


def test_carriageways_cross_at_nodes_or_on_the_bridge_only_and_none_is_there_twice(streets: Network) -> None:
    places = [i for i in range(len(streets)) if streets.kind[i] == "carriageway"]
    lines = [shapely.LineString(streets.lines[i]) for i in places]
    tree = shapely.STRtree(lines)
    crossing = [[streets.name[places[i]] for i in pair] for pair in tree.query(lines, predicate="crosses").T]
    below = sorted(under for over, under in crossing if over == "Brogatan")
    assert below == ["Förbifarten", "Förbifarten", "Servicevägen"]
    assert len(crossing) == 2 * len(below)
    assert tree.query(lines, predicate="overlaps").size == 0
    assert len({line.normalize().wkb for line in lines}) == len(lines)


def test_paths_run_5_to_8_m_beside_their_street(streets: Network) -> None:
    of_street: dict[tuple[str, str], list[shapely.LineString]] = {}
    for i in range(len(streets)):
        if streets.kind[i] == "carriageway":
            of_street.setdefault((streets.town[i], streets.name[i]), []).append(
                shapely.LineString(streets.lines[i])
            )
    distances = []
    for i in range(len(streets)):
        if streets.kind[i] == "gc" and streets.town[i] != TOWN:
            at = shapely.line_interpolate_point(
                shapely.LineString(streets.lines[i]), np.linspace(0, 1, 11), normalized=True
            )
            own = shapely.MultiLineString(of_street[streets.town[i], streets.name[i]])
            distances.append(shapely.distance(at, own))
    beside = np.concatenate(distances)
    assert beside.max() <= 8.3
    assert ((beside >= 5) & (beside <= 8)).mean() > 0.85  # the rest leads to the junctions


def test_a_good_share_of_the_larger_streets_has_a_path(streets: Network) -> None:
    km = streets.lengths_m() / 1_000
    larger = np.array(
        [k == "carriageway" and c <= 3 for k, c in zip(streets.kind, streets.winter_class, strict=True)]
    )
    path = np.array(streets.kind) == "gc"
    assert 0.4 < km[path].sum() / km[larger].sum() < 0.9


def test_classes_and_passes(streets: Network) -> None:
    for place, (kind, winter_class, passes) in enumerate(
        zip(streets.kind, streets.winter_class, streets.passes_required, strict=True)
    ):
        assert kind in {"carriageway", "gc"}
        assert 1 <= winter_class <= 5
        single = kind == "gc" or place in streets.one_way
        assert passes == 1 if single else passes == 2 or winter_class == 5
    assert set(streets.winter_class) == {1, 2, 3, 4, 5}
    assert 1 in {p for p, k in zip(streets.passes_required, streets.kind, strict=True) if k == "carriageway"}


def beside(
    streets: Network, name: str, kind: str, other: str
) -> "np.ndarray[tuple[int], np.dtype[np.float64]]":
    """Metres from points along the streets called `name` to the nearest carriageway called `other`."""
    near = shapely.MultiLineString(
        [
            streets.lines[i]
            for i in range(len(streets))
            if (streets.name[i], streets.kind[i]) == (other, "carriageway")
        ]
    )
    own = [
        i
        for i in range(len(streets))
        if (streets.town[i], streets.name[i], streets.kind[i]) == (TOWN, name, kind)
    ]
    points = [
        shapely.line_interpolate_point(
            shapely.LineString(streets.lines[i]), np.linspace(0, 1, 11), normalized=True
        )
        for i in own
    ]
    return np.asarray(shapely.distance(np.concatenate(points), near))


def test_the_interchange_has_parallels_at_9_to_12_m(streets: Network) -> None:
    for name, kind, other, metres in (
        ("Servicevägen", "carriageway", "Förbifarten", 9.5),
        ("Förbifarten", "gc", "Förbifarten", 9.0),
        ("Övre vägen", "gc", "Övre vägen", 11.0),
    ):
        assert (abs(beside(streets, name, kind, other) - metres) < 0.2).mean() > 0.85
    dual = [i for i in streets.one_way if streets.name[i] == "Förbifarten"]
    east, west = (
        shapely.MultiLineString(
            [streets.lines[i] for i in dual if (streets.lines[i][-1] - streets.lines[i][0]) @ ahead > 0]
        )
        for ahead in (np.array([1.0, 0.5]), np.array([-1.0, -0.5]))
    )
    assert 11.5 < shapely.distance(east.centroid, west) < 12.5


def test_one_way_streets_meet_head_to_tail(streets: Network) -> None:
    """Whoever drives into one can go on: a roundabout is a ring, a carriageway leads from one ring to the other."""
    starts = {streets.start_node[i] for i in streets.one_way}
    assert starts == {streets.end_node[i] for i in streets.one_way}
    assert len(streets.one_way) == 2 * 4 + 2 * 9


def test_the_towns_ids_do_not_depend_on_the_interchange(streets: Network) -> None:
    first = streets.town.index(TOWN)
    assert set(streets.town[first:]) == {TOWN}
    assert min(streets.segment_id[first:]) > max(streets.segment_id[:first])
    assert (
        len(set(streets.start_node[first:] + streets.end_node[first:]) & set(streets.end_node[:first])) == 1
    )


def test_ids_are_unique_and_the_same_for_the_same_seed(streets: Network) -> None:
    assert len(set(streets.segment_id)) == len(streets)
    networks.network.cache_clear()
    again = network(1)
    assert again.segment_id == streets.segment_id
    assert again.name == streets.name
    assert all(np.array_equal(a, b) for a, b in zip(again.lon_lat, streets.lon_lat, strict=True))


@pytest.mark.parametrize("seed", [2, 3, 4])
def test_other_seeds_give_other_towns_that_hold_the_same_promises(seed: int, streets: Network) -> None:
    other = network(seed)
    lengths = other.lengths_m()
    assert 270_000 < lengths.sum() < 330_000
    assert lengths.max() <= 100
    assert not np.array_equal(other.lon_lat[0], streets.lon_lat[0])
    test_each_town_is_one_connected_whole_at_its_true_place(other)


def test_the_file_is_one_that_ingest_reads(tmp_path: Path, streets: Network) -> None:
    file = tmp_path / "network.geojson"
    assert write_network(file, 1) == len(streets)
    collection = orjson.loads(file.read_bytes())
    assert collection["generated"] is True
    report = Report()
    read = read_ready(file.read_bytes(), Area(*Settings().area_lon_lat), report)
    assert read.generated
    assert not report.skipped
    assert len(read.segments.segment_id) == len(streets)
