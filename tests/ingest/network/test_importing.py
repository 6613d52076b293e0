"""Files of others to segments: NVDB as GeoPackage, GeoJSON with columns, OpenStreetMap; cut, joined, with lasting ids."""

import collections
import dataclasses
import json
import sqlite3
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import shapely

from network_files import NVDB, Line, feature, town_line, write_geopackage, write_osm
from vinterkoll.ingest.network.cutting import segments_of
from vinterkoll.ingest.network.links import NetworkFileError, Report
from vinterkoll.ingest.network.mapping import Shipped, read_mapping, shipped
from vinterkoll.ingest.network.reading import Area, links_of, open_features
from vinterkoll.processing.coordinates import sweref_from_wgs84
from vinterkoll.processing.network import Segments

AREA = Area(10, 55, 24.5, 69.5)
STREET: Line = [(0, 0), (250, 0)]


def read(path: Path, mapping: Shipped | bytes = "nvdb", area: Area = AREA) -> tuple[Segments, Report]:
    report = Report()
    rules = read_mapping(shipped(mapping) if isinstance(mapping, str) else mapping)
    with open_features(path, rules) as file:
        links, metres = links_of(file, iter(file), rules, area, report)
        return segments_of(links, metres, degrees=file.crs.is_geographic), report


def nvdb(path: Path, *rows: tuple[Line, dict[str, Any]]) -> tuple[Segments, Report]:
    path.unlink(missing_ok=True)
    return read(write_geopackage(path, [(NVDB | values, town_line(line)) for line, values in rows]))


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "nvdb.gpkg"


def test_a_link_becomes_equal_parts_in_a_row(file: Path) -> None:
    segments, report = nvdb(file, (STREET, {}))
    assert segments.length_m == pytest.approx([250 / 3] * 3)
    assert segments.start_node[1:].tolist() == segments.end_node[:-1].tolist()
    assert len({*segments.start_node.tolist(), *segments.end_node.tolist()}) == 4
    x, _ = sweref_from_wgs84(*shapely.get_coordinates(segments.lines).T)
    assert np.diff(x) == pytest.approx([250 / 3, 0, 250 / 3, 0, 250 / 3], abs=0.01)
    assert (segments.street[0], segments.kind[0], segments.winter_class[0]) == ("Storgatan", "carriageway", 3)
    assert (segments.passes_required[0], segments.one_way[0], report.links) == (2, 0, 1)


def test_the_parts_follow_the_bends(file: Path) -> None:
    segments, _ = nvdb(file, ([(0, 0), (60, 0), (60, 60), (120, 60)], {}))
    assert segments.length_m.tolist() == pytest.approx([90, 90])
    assert [len(line.coords) for line in segments.lines] == [3, 3]


def test_links_meet_at_their_ends_and_a_bridge_meets_nothing_below(file: Path) -> None:
    over: Line = [(50, -50), (50, 50)]
    segments, _ = nvdb(file, ([(0, 0), (100, 0)], {}), ([(100, 0), (100.004, 60)], {}), (over, {}))
    assert segments.end_node[0] == segments.start_node[1]
    assert len({*segments.start_node.tolist(), *segments.end_node.tolist()}) == 5


def test_a_ring_has_three_parts(file: Path) -> None:
    ring: Line = [(0, 0), (20, 0), (20, 20), (0, 20), (0, 0)]
    segments, _ = nvdb(file, (ring, {}))
    assert segments.length_m.tolist() == pytest.approx([80 / 3] * 3)
    assert segments.end_node[2] == segments.start_node[0]


def test_ids_last_as_long_as_the_link_says_the_same(file: Path) -> None:
    other: Line = [(0, 50), (90, 50)]
    first, _ = nvdb(file, (STREET, {}), (other, {}))
    again, _ = nvdb(file, (other, {}), (STREET, {"Bredd_156": 8.0}))
    assert again.segment_id.tolist() == [first.segment_id[3], *first.segment_id[:3]]
    assert (first.segment_id > 0).all()
    for change in ({"Namn_130": "x"}, {"Klass_181": 9}, {"ROUTE_ID": "2"}, {"B_Forbjuden_fardriktning": 1}):
        changed, _ = nvdb(file, (STREET, change), (other, {}))
        assert not set(changed.segment_id[:3].tolist()) & set(first.segment_id.tolist())
        assert changed.segment_id[3] == first.segment_id[3]
    moved, _ = nvdb(file, ([(0, 0), (250, 0.02)], {}))
    assert not set(moved.segment_id.tolist()) & set(first.segment_id.tolist())


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({"Vagtr_474": 2}, {"kind": "gc", "winter_class": 3, "passes_required": 1}),
        ({"Vagtr_474": "4"}, {"kind": "gc"}),
        ({"drift_50": 1}, {"winter_class": 1}),
        ({"Klass_181": 0}, {"winter_class": 1}),
        ({"Klass_181": None}, {"winter_class": 5}),
        ({"Namn_130": "", "Namn_132": "Kustvägen"}, {"street": "Kustvägen"}),
        ({"Namn_130": None, "Huvud_13": 4, "Europ_16": 1}, {"street": "E 4"}),
        ({"Namn_130": None, "Huvud_13": 335.0}, {"street": "väg 335"}),
        ({"Namn_130": None}, {"street": ""}),
        ({"Bredd_156": 4.5}, {"passes_required": 1}),
        ({"Korfa_497": 1}, {"passes_required": 1}),
        ({"F_Forbjuden_fardriktning": -1}, {"one_way": -1, "passes_required": 1}),
        ({"B_Forbjuden_fardriktning": "ja"}, {"one_way": 1, "passes_required": 1}),
    ],
)
def test_what_nvdb_says(file: Path, values: dict[str, Any], expected: dict[str, Any]) -> None:
    segments, _ = nvdb(file, (STREET, values))
    assert {name: getattr(segments, name)[0] for name in expected} == expected


def test_columns_whose_number_changed_and_columns_that_are_not_there(file: Path) -> None:
    values = {"ROUTE_ID": "1", "VAGTR_9": 1, "Klass_9": 0, "Namn_130": "x", "Namn_131": "y"}
    segments, report = read(write_geopackage(file, [(values, town_line(STREET))]))
    assert segments.winter_class[0] == 1
    assert {"drift_50", "Bredd_*", "Farjeled"} <= set(report.not_found)
    assert not {"Klass_*", "Vagtr_*"} & set(report.not_found)
    assert "not in the file: drift_50" in list(report.lines())


def test_what_is_left_out_is_told_with_its_reason(file: Path) -> None:
    line = town_line(STREET)
    rows = [
        (NVDB, line),
        (NVDB, line),
        (NVDB | {"ROUTE_ID": "2"}, None),
        (NVDB | {"ROUTE_ID": "3"}, shapely.Point(686000, 7023000)),
        (NVDB | {"ROUTE_ID": "4", "Vagtr_474": 9}, line),
        (NVDB | {"ROUTE_ID": "5", "Farjeled": 1}, line),
        (NVDB | {"ROUTE_ID": "6"}, shapely.LineString([(686000, 3000000), (686100, 3000000)])),
        (NVDB | {"ROUTE_ID": "7"}, shapely.LineString([(686000, 7023000), (686000, 7023000.001)])),
    ]
    segments, report = read(write_geopackage(file, rows))
    assert len(segments.lines) == 3
    assert report.skipped == collections.Counter(
        [
            "twice in the file",
            "no geometry",
            "not a line",
            "without a rule for its kind",
            "ferry",
            "outside the service area",
            "without length",
        ]
    )
    assert "left out: 1 ferry (such as 5)" in list(report.lines())


def test_another_road_owner_can_be_left_out(file: Path) -> None:
    rule = '{is = "another road owner"'
    mapping = shipped("nvdb").decode().replace(f"# {rule}", rule).encode()
    rows = [(NVDB, town_line(STREET)), (NVDB | {"ROUTE_ID": "2", "Vagha_6": 3}, town_line(STREET))]
    _, report = read(write_geopackage(file, rows), mapping)
    assert report.skipped == {"another road owner": 1}


def test_lines_of_several_parts_and_with_heights(file: Path) -> None:
    parts = shapely.force_3d(
        shapely.MultiLineString([town_line(STREET), town_line([(0, 50), (90, 50)])]), z=12.0
    )
    segments, report = read(write_geopackage(file, [(NVDB, parts)]))
    assert (len(segments.lines), report.links) == (4, 2)
    assert not shapely.has_z(segments.lines).any()


def test_the_layer_by_its_name(file: Path) -> None:
    write_geopackage(file, [(NVDB, town_line(STREET))], "any")
    assert len(read(file)[0].lines) == 3
    with sqlite3.connect(file) as database:
        database.execute("INSERT INTO gpkg_geometry_columns VALUES ('b', 'g', 'LINESTRING', 3006, 0, 0)")
    database.close()
    with pytest.raises(NetworkFileError, match=r"0 layers.*there are: any, b"):
        read(file)


def test_geojson_with_columns_is_the_same_street(file: Path) -> None:
    expected, _ = nvdb(file, (STREET, {}))
    geojson = file.with_suffix(".geojson")
    geometry = json.loads(shapely.to_geojson(town_line(STREET)))
    system = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::3006"}}
    content = {
        "type": "FeatureCollection",
        "crs": system,
        "features": [feature(NVDB, geometry), feature({}, None)],
    }
    geojson.write_text(json.dumps(content))
    segments, report = read(geojson)
    assert segments.segment_id.tolist() == expected.segment_id.tolist()
    assert report.skipped == {"without a rule for its kind": 1}
    degrees = [list(place) for place in expected.lines[0].coords]
    line = {"type": "LineString", "coordinates": degrees}
    geojson.write_text(json.dumps({"type": "FeatureCollection", "features": [feature(NVDB, line)]}))
    assert read(geojson)[0].length_m == pytest.approx([250 / 3], abs=0.01)


NODES = {1: (0.0, 0.0), 2: (60.0, 0.0), 3: (120.0, 0.0), 4: (60.0, 60.0), 5: (30.0, -30.0), 6: (30.0, 30.0)}
STORGATAN = (10, [1, 2, 3], {"highway": "residential", "name": "Storgatan"})
SIDE = (11, [2, 4], {"highway": "cycleway"})
BRIDGE = (12, [5, 6], {"highway": "tertiary", "ref": "335", "bridge": "yes", "oneway": "-1"})


def test_osm_ways_are_cut_at_shared_nodes_and_bridges_share_none(tmp_path: Path) -> None:
    segments, report = read(write_osm(tmp_path / "a.osm.pbf", NODES, [STORGATAN, SIDE, BRIDGE]), "osm")
    assert segments.start_node.tolist() == [1, 2, 2, 5]
    assert segments.end_node.tolist() == [2, 3, 4, 6]
    assert segments.length_m == pytest.approx([60, 60, 60, 60], abs=0.05)
    assert segments.street.tolist() == ["Storgatan", "Storgatan", "", "335"]
    assert segments.kind.tolist() == ["carriageway", "carriageway", "gc", "carriageway"]
    assert segments.winter_class.tolist() == [4, 4, 3, 3]
    assert segments.passes_required.tolist() == [2, 2, 1, 1]
    assert segments.one_way.tolist() == [0, 0, 0, -1]
    assert (report.links, report.skipped, report.not_found) == (4, {}, [])


def test_osm_ids_last_where_the_way_is_cut_elsewhere(tmp_path: Path) -> None:
    first, _ = read(write_osm(tmp_path / "a.osm.pbf", NODES, [STORGATAN, SIDE]), "osm")
    more = (13, [3, 6], {"highway": "residential"})
    again, _ = read(write_osm(tmp_path / "b.osm.pbf", NODES, [SIDE, STORGATAN, more]), "osm")
    assert set(first.segment_id.tolist()) < set(again.segment_id.tolist())


def test_osm_ways_that_are_left_out(tmp_path: Path) -> None:
    ways = [
        STORGATAN,
        (20, [1, 4], {"highway": "construction"}),
        (21, [1, 99], {"highway": "residential"}),
        (22, [1, 5], {"highway": "service", "service": "driveway"}),
        (23, [5, 6], {"building": "yes"}),
    ]
    _, report = read(write_osm(tmp_path / "a.osm.pbf", NODES, ways), "osm")
    assert report.skipped == {
        "without a rule for its kind": 1,
        "cut off at the edge of the extract": 1,
        "a driveway or parking aisle": 1,
    }
    assert report.examples["cut off at the edge of the extract"] == "way/21"


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("a.gpkg", "no GeoPackage"),
        ("a.osm.pbf", "no OpenStreetMap file"),
        ("a.geojson", "no GeoJSON"),
        ("a.shp", "ends with"),
    ],
)
def test_what_is_no_network_file_is_refused(tmp_path: Path, name: str, message: str) -> None:
    (tmp_path / name).write_bytes(b"x" * 4096)
    with pytest.raises(NetworkFileError, match=message):
        read(tmp_path / name)


def test_nothing_left_is_an_error(file: Path) -> None:
    with pytest.raises(NetworkFileError, match="no street is left"):
        nvdb(file, (STREET, {"Vagtr_474": 9}))


def test_columns_have_one_length(file: Path) -> None:
    segments, _ = nvdb(file, (STREET, {}), ([(0, 0), (0, 60)], {}))
    lengths = {len(getattr(segments, column.name)) for column in dataclasses.fields(segments)}
    assert lengths == {4}
