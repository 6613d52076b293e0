"""Files of others to segments: NVDB as GeoPackage, GeoJSON with columns, OpenStreetMap; cut, joined, with lasting ids."""

import collections
import dataclasses
import json
import math
import sqlite3
import struct
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import shapely

from network_files import NVDB, Line, feature, nvdb, read, town_line, write_geopackage, write_osm
from vinterkoll.ingest.network.links import NetworkFileError
from vinterkoll.ingest.network.mapping import shipped
from vinterkoll.processing.coordinates import sweref_from_wgs84

STREET: Line = [(0, 0), (250, 0)]


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


@pytest.mark.parametrize(
    ("values", "street"),
    [
        ({"Huvnr_556_1": 4, "Undnr_557": 0, "Lan_558": 22, "Evag_555": -1}, "E 4"),
        ({"Huvnr_556_1": 335, "Undnr_557": 0, "Lan_558": 22, "Evag_555": 0}, "väg 335"),
        ({"Huvnr_556_1": 0, "Undnr_557": 0, "Lan_558": 22, "Evag_555": None}, ""),
        ({"Namn_130": "Kustvägen", "Huvnr_556_1": 335, "Evag_555": 0}, "Kustvägen"),
    ],
)
def test_road_numbers_of_newer_deliveries(file: Path, values: dict[str, Any], street: str) -> None:
    older = {"Huvud_13", "Europ_16"}
    row = {name: value for name, value in NVDB.items() if name not in older} | {"Namn_130": None} | values
    segments, report = read(write_geopackage(file, [(row, town_line(STREET))]))
    assert segments.street[0] == street
    assert report.not_found == []


def test_stairs_lifts_and_the_like_are_left_out(file: Path) -> None:
    codes = [14, 16, 17, 18, 19, 20, 21, 22, 23, 27]
    rows = [(STREET, {"ROUTE_ID": str(code), "Vagtr_474": 4, "GCM_t_502": code}) for code in range(1, 30)]
    segments, report = nvdb(file, *rows)
    assert report.skipped == {"nothing to plough by its GCM type": len(codes)}
    assert report.links == 29 - len(codes)
    assert report.examples == {"nothing to plough by its GCM type": "14"}
    assert set(segments.kind) == {"gc"}


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


def test_what_differs_by_less_than_a_centimetre_is_there_twice(file: Path) -> None:
    line = town_line(STREET)
    rows = [
        (NVDB, shapely.force_3d(line, 1.0)),
        (NVDB, shapely.force_3d(line, 2.0)),
        (NVDB, town_line([(0, 0), (250, 0.001)])),
        (NVDB | {"ROUTE_ID": "2"}, line),
    ]
    segments, report = read(write_geopackage(file, rows))
    assert (len(segments.lines), report.skipped) == (6, {"twice in the file": 2})


@pytest.mark.parametrize("x", [math.inf, math.nan, 1e300, 1e8])
def test_a_coordinate_that_is_none_costs_its_link_only(file: Path, x: float) -> None:
    with np.errstate(invalid="ignore"):
        bad = shapely.LineString([(686000, 7023000), (x, 7023000)])
    segments, report = read(
        write_geopackage(file, [(NVDB, town_line(STREET)), (NVDB | {"ROUTE_ID": "2"}, bad)])
    )
    assert (len(segments.lines), report.skipped) == (3, {"with a coordinate that is no place": 1})
    assert report.examples["with a coordinate that is no place"] == "2"


def test_a_name_that_no_database_holds_costs_its_link_only(file: Path) -> None:
    _, report = nvdb(file, (STREET, {}), (STREET, {"ROUTE_ID": "2", "Namn_130": "Stor\0gatan"}))
    assert (report.links, report.skipped) == (1, {"a name with U+0000": 1})


def wkb(kind: int, *parts: bytes, count: int | None = None, order: str = "<") -> bytes:
    return struct.pack(f"{order}BII", order == "<", kind, len(parts) if count is None else count) + b"".join(
        parts
    )


def wkb_line(*places: tuple[float, ...], kind: int = 2, order: str = "<") -> bytes:
    numbers = [number for place in places for number in place]
    return wkb(kind, struct.pack(f"{order}{len(numbers)}d", *numbers), count=len(places), order=order)


A, B, C = (686000.0, 7023000.0), (686050.0, 7023000.0), (686050.0, 7023040.0)


@pytest.mark.parametrize(
    ("curve", "lengths"),
    [
        (wkb(11, wkb_line(A, B), wkb_line(B, C)), [50, 40]),
        (wkb(9, wkb_line(A, B), wkb_line(B, C)), [90]),
        (wkb(11, wkb(9, wkb_line(A, B), wkb_line(B, C)), wkb_line(C, A)), [90, math.hypot(50, 40)]),
        (wkb(1011, wkb_line((*A, 7.0), (*B, 8.0), kind=1002)), [50]),
        (wkb(3009, wkb_line((*A, 7.0, 0.0), (*B, 8.0, 1.0), kind=3002)), [50]),
        (wkb(11, wkb_line(A, B, order=">"), order=">"), [50]),
    ],
)
def test_curves_of_straight_lines_are_unwrapped(file: Path, curve: bytes, lengths: list[float]) -> None:
    segments, report = read(with_curve(file, curve))
    assert segments.length_m[3:] == pytest.approx(lengths)
    assert not report.skipped


@pytest.mark.parametrize(
    ("curve", "reason"),
    [
        (wkb_line(A, B, C, kind=8), "with arcs"),
        (wkb(9, wkb_line(A, B), wkb_line(B, C, A, kind=8)), "with arcs"),
        (wkb(11, wkb_line(A, B, C, kind=8)), "with arcs"),
        (wkb(7, wkb_line(A, B, C, kind=8)), "with arcs"),
        (wkb(10, wkb_line(A, B, C, A)), "with arcs"),
        (wkb(11, wkb_line(A, B))[:-4], "a geometry that cannot be read"),
        (wkb(11, wkb_line(A)), "a geometry that cannot be read"),
        (wkb(9), "a geometry that cannot be read"),
        (b"\x01\x0b", "a geometry that cannot be read"),
    ],
)
def test_other_curves_are_left_out(file: Path, curve: bytes, reason: str) -> None:
    segments, report = read(with_curve(file, curve))
    assert (len(segments.lines), report.skipped, report.examples) == (3, {reason: 1}, {reason: "2"})


def with_curve(file: Path, curve: bytes) -> Path:
    """An ordinary street, and link 2, whose geometry is `curve`."""
    write_geopackage(file, [(NVDB, town_line(STREET)), (NVDB | {"ROUTE_ID": "2"}, None)])
    with sqlite3.connect(file) as database:
        blob = struct.pack("<2sBBi", b"GP", 0, 1, 3006) + curve
        database.execute("UPDATE TNE_FT_VAGDATA SET Shape = ? WHERE ROUTE_ID = '2'", [blob])
    database.close()
    return file


def test_an_area_is_drawn_as_lines(file: Path) -> None:
    mapping = shipped("nvdb").replace(b"kind = [", b'kind = [\n  {is = "area", when = {"Vagtr_*" = 9}},', 1)
    square = town_line([(0, 0), (40, 0), (40, 40), (0, 40), (0, 0)])
    rows = [
        (NVDB | {"Vagtr_474": 9}, square),
        (NVDB | {"ROUTE_ID": "2", "Vagtr_474": 9}, shapely.Polygon(square)),
        (NVDB | {"ROUTE_ID": "3", "Vagtr_474": 9}, shapely.MultiPolygon([shapely.Polygon(square)])),
    ]
    segments, report = read(write_geopackage(file, rows), mapping)
    assert segments.kind.tolist() == ["area"] * 3
    assert report.skipped == {"an area, not a line": 2}


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
        "features": [
            feature(NVDB, geometry),
            feature({}, None),
            feature(NVDB, None),
            feature(NVDB, {"type": "LineString", "coordinates": [[1]]}),
            feature(NVDB, {"type": "LineString", "coordinates": [[686000, 7023000], [10**300, 7023000]]}),
        ],
    }
    geojson.write_text(json.dumps(content))
    segments, report = read(geojson)
    assert segments.segment_id.tolist() == expected.segment_id.tolist()
    assert report.skipped == {
        "without a rule for its kind": 1,
        "no geometry": 1,
        "a geometry that cannot be read": 1,
        "with a coordinate that is no place": 1,
    }
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


def test_the_end_of_a_name_may_be_in_capitals(file: Path) -> None:
    assert len(read(write_geopackage(file.with_name("NVDB.GPKG"), [(NVDB, town_line(STREET))]))[0].lines) == 3
    content = {"type": "FeatureCollection", "features": [feature(NVDB, None)]}
    geojson = file.with_name("NVDB.GeoJSON")
    geojson.write_text(json.dumps(content))
    with pytest.raises(NetworkFileError, match="no street is left"):
        read(geojson)
    osm = write_osm(file.with_name("a.osm.pbf"), NODES, [STORGATAN])
    assert read(osm.rename(file.with_name("A.OSM.PBF")), "osm")[1].links == 1


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
    ("tags", "taken"),
    [
        ({"access": "no"}, False),
        ({"access": "no", "bus": "yes"}, True),
        ({"access": "no", "bus": "designated"}, True),
        ({"access": "no", "psv": "yes"}, True),
        ({"access": "no", "bus": "no"}, False),
        ({"access": "no", "motor_vehicle": "destination"}, True),
        ({"access": "no", "motor_vehicle": "private"}, False),
        ({"access": "private", "bus": "yes"}, False),
        ({"access": "no", "bus": "yes", "area": "yes"}, False),
    ],
)
def test_osm_streets_that_are_closed_to_some(tmp_path: Path, tags: dict[str, str], taken: bool) -> None:
    way = (30, [5, 6], {"highway": "service"} | tags)
    _, report = read(write_osm(tmp_path / "a.osm.pbf", NODES, [STORGATAN, way]), "osm")
    assert report.links == 1 + taken


@pytest.mark.parametrize(
    ("tags", "one_way", "passes"),
    [
        ({"oneway": "yes"}, 1, 1),
        ({"oneway": "alternating"}, 0, 1),
        ({"oneway": "reversible"}, 0, 1),
        ({"oneway": "no", "junction": "roundabout"}, 0, 1),
        ({"width": "4.5 m"}, 0, 1),
        ({"width": "5.5 m"}, 0, 2),
        ({"width": "15 ft"}, 0, 2),
    ],
)
def test_osm_directions_and_widths(tmp_path: Path, tags: dict[str, str], one_way: int, passes: int) -> None:
    way = (30, [5, 6], {"highway": "residential"} | tags)
    segments, _ = read(write_osm(tmp_path / "a.osm.pbf", NODES, [way]), "osm")
    assert (segments.one_way[0], segments.passes_required[0]) == (one_way, passes)


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
