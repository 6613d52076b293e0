from pathlib import Path

import numpy as np
import orjson
import pytest
import shapely

from vinterkoll.ingest.network.ready import read_ready
from vinterkoll.simulators import network as networks
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


def test_carriageways_cross_at_nodes_only_and_none_is_there_twice(streets: Network) -> None:
    lines = [
        shapely.LineString(line)
        for line, kind in zip(streets.lines, streets.kind, strict=True)
        if kind == "carriageway"
    ]
    tree = shapely.STRtree(lines)
    assert tree.query(lines, predicate="crosses").size == 0
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
        if streets.kind[i] == "gc":
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
    for kind, winter_class, passes in zip(
        streets.kind, streets.winter_class, streets.passes_required, strict=True
    ):
        assert kind in {"carriageway", "gc"}
        assert 1 <= winter_class <= 5
        assert passes == 1 if kind == "gc" else passes == 2 or winter_class == 5
    assert set(streets.winter_class) == {1, 2, 3, 4, 5}
    assert 1 in {p for p, k in zip(streets.passes_required, streets.kind, strict=True) if k == "carriageway"}


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
    read = read_ready(file.read_bytes())
    assert read.generated
    assert len(read.segments.segment_id) == len(streets)
