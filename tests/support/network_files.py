"""Network files of others, written for tests and read: GeoPackage as Lastkajen's homogenised NVDB has it, OSM PBF, GeoJSON."""

import sqlite3
import struct
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import osmium
import shapely
from osmium.osm import mutable

from small_town import E0, N0
from vinterkoll.ingest.network.cutting import segments_of
from vinterkoll.ingest.network.links import Report
from vinterkoll.ingest.network.mapping import Shipped, read_mapping, shipped
from vinterkoll.ingest.network.reading import Area, links_of, open_features
from vinterkoll.processing.coordinates import wgs84_from_sweref
from vinterkoll.processing.network import Segments

Line = Sequence[tuple[float, float]]

NVDB = {
    "ROUTE_ID": "1:1",
    "Vagtr_474": 1,
    "Namn_130": "Storgatan",
    "Namn_132": None,
    "Huvud_13": None,
    "Europ_16": 0,
    "GCM_t_502": None,
    "drift_50": None,
    "Klass_181": 5,
    "Vagha_6": 2,
    "Bredd_156": 7.0,
    "Korfa_497": None,
    "F_Forbjuden_fardriktning": 0,
    "B_Forbjuden_fardriktning": 0,
    "Farjeled": 0,
}
"""A row of NVDB, an ordinary street."""


def blob_of(geometry: shapely.Geometry | None, srs: int = 3006) -> bytes | None:
    """A geometry as GeoPackage stores it, with an envelope."""
    if geometry is None:
        return None
    west, south, east, north = geometry.bounds
    header = struct.pack("<2sBBi4d", b"GP", 0, 0b11, srs, west, east, south, north)
    return header + bytes(shapely.to_wkb(geometry, output_dimension=3))


def town_line(line: Line) -> shapely.LineString:
    """A line of metres in the small town, in SWEREF 99 TM."""
    return shapely.LineString([(E0 + x, N0 + y) for x, y in line])


def write_geopackage(
    path: Path,
    rows: Sequence[tuple[Mapping[str, object], shapely.Geometry | None]],
    layer: str = "TNE_FT_VAGDATA",
    epsg: int = 3006,
) -> Path:
    """A GeoPackage of one layer; its columns are those of the first row."""
    names = list(rows[0][0])
    with sqlite3.connect(path) as database:
        database.executescript(
            f"""
            CREATE TABLE gpkg_spatial_ref_sys (srs_name, srs_id, organization, organization_coordsys_id, definition);
            CREATE TABLE IF NOT EXISTS gpkg_geometry_columns (table_name, column_name, geometry_type_name, srs_id, z, m);
            INSERT INTO gpkg_spatial_ref_sys VALUES ('x', {epsg}, 'EPSG', {epsg}, 'undefined');
            INSERT INTO gpkg_geometry_columns VALUES ('{layer}', 'Shape', 'LINESTRING', {epsg}, 1, 0);
            CREATE TABLE "{layer}" (OBJECTID INTEGER PRIMARY KEY, Shape, {", ".join(names)});
            """
        )
        places = ", ".join("?" * (len(names) + 1))
        database.executemany(
            f'INSERT INTO "{layer}" (Shape, {", ".join(names)}) VALUES ({places})',
            [(blob_of(geometry, epsg), *values.values()) for values, geometry in rows],
        )
    database.close()
    return path


def write_osm(
    path: Path,
    nodes: Mapping[int, tuple[float, float]],
    ways: Sequence[tuple[int, Sequence[int], Mapping[str, str]]],
) -> Path:
    """An OSM file. Nodes are metres in the small town; ways have their id, their nodes and their tags."""
    places = np.array(list(nodes.values()), float) + np.array([E0, N0])
    lon, lat = wgs84_from_sweref(*places.T)
    with osmium.SimpleWriter(str(path)) as writer:
        for node, x, y in zip(nodes, lon.tolist(), lat.tolist(), strict=True):
            writer.add_node(mutable.Node(id=node, location=(x, y)))
        for way, refs, tags in ways:
            writer.add_way(mutable.Way(id=way, nodes=list(refs), tags=dict(tags)))
    return path


def feature(values: Mapping[str, Any], geometry: Any) -> dict[str, Any]:
    return {"type": "Feature", "properties": dict(values), "geometry": geometry}


AREA = Area(10, 55, 24.5, 69.5)


def read(path: Path, mapping: Shipped | bytes = "nvdb", area: Area = AREA) -> tuple[Segments, Report]:
    """The segments of a file, and what was told of it."""
    report = Report()
    rules = read_mapping(shipped(mapping) if isinstance(mapping, str) else mapping)
    with open_features(path, rules) as file:
        links, metres = links_of(file, iter(file), rules, area, report)
        return segments_of(links, metres, report, degrees=file.crs.is_geographic), report


def nvdb(path: Path, *rows: tuple[Line, dict[str, Any]]) -> tuple[Segments, Report]:
    """The segments of a GeoPackage that is written first: of ordinary streets, but for the values given."""
    path.unlink(missing_ok=True)
    return read(write_geopackage(path, [(NVDB | values, town_line(line)) for line, values in rows]))
