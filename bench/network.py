"""Import of a generated town network of 1,100 km: GeoPackage as NVDB delivers it, and OpenStreetMap PBF. Aim: 60 s each."""

import resource
import tempfile
import time
from pathlib import Path

import psycopg

from network_files import NVDB, town_line, write_geopackage, write_osm
from vinterkoll.app.embedded_postgres import EmbeddedPostgres
from vinterkoll.app.networks import import_network
from vinterkoll.app.settings import Settings
from vinterkoll.storage.migrate import migrate

STREETS = 44
"""Streets each way of a grid: 44 · 45 · 2 blocks are 990 km."""
BLOCK_M = 250.0
ROADS = 24
"""Roads out of the town, 5 km each with a vertex every 5 m."""
ROAD_M = 5000.0
STEP_M = 5.0
BENDS = 5
TIME_MAX_S = 60.0
"""The aim, of 1,100 km."""

Place = tuple[int, int]


def town(streets: int, roads: int) -> list[list[Place]]:
    """The links of a town, each as places in units of `STEP_M`.

    Along x, streets are links of two blocks, so that every second street across ends on the middle of links.
    """
    block = round(BLOCK_M / STEP_M)
    border = streets * block
    bend = block // BENDS
    across = [
        [(street, at + along) for along in range(0, block + 1, bend)]
        for street in range(0, border + 1, block)
        for at in range(0, border, block)
    ]
    along = [
        [(at + along, street) for along in range(0, 2 * block + 1, bend)]
        for street in range(0, border + 1, block)
        for at in range(0, border, 2 * block)
    ]
    out = [
        [(border + along, road * block + along // 100 % 2) for along in range(round(ROAD_M / STEP_M) + 1)]
        for road in range(roads)
    ]
    return across + along + out


def geopackage(directory: Path, streets: int = STREETS, roads: int = ROADS) -> Path:
    rows = [
        (
            NVDB | {"ROUTE_ID": f"1:{number}"},
            town_line([(x * STEP_M, y * STEP_M) for x, y in line]),
        )
        for number, line in enumerate(town(streets, roads))
    ]
    return write_geopackage(directory / "nvdb.gpkg", rows)


def osm(directory: Path) -> Path:
    lines = town(STREETS, ROADS)
    nodes = {place: number for number, place in enumerate(sorted({p for line in lines for p in line}), 1)}
    ways = [
        (number, [nodes[place] for place in line], {"highway": "residential", "name": f"Gata {number}"})
        for number, line in enumerate(lines, 1)
    ]
    return write_osm(
        directory / "town.osm.pbf",
        {number: (x * STEP_M, y * STEP_M) for (x, y), number in nodes.items()},
        ways,
    )


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        directory = Path(name)
        files = [geopackage(directory), osm(directory)]
        server = EmbeddedPostgres(directory / "postgres")
        server.start()
        try:
            with psycopg.connect(server.url(), autocommit=True) as connection:
                migrate(connection)
                for file in files:
                    began = time.perf_counter()
                    said = list(import_network(connection, file, Settings()))
                    took_s = time.perf_counter() - began
                    print(f"{file.name}: {took_s:.1f} s; {said[0]}")
                    assert took_s < TIME_MAX_S
        finally:
            server.remove()
    print(f"greatest memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")


if __name__ == "__main__":
    main()
