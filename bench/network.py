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

STREETS = 74
"""Streets each way of a grid: 74 · 75 · 2 links of 100 m are 1,110 km."""
BLOCK_M = 100.0
BENDS = 5


def grid() -> list[list[tuple[int, int]]]:
    """The links of the grid, each as places in units of a fifth of a block."""
    lines = []
    for street in range(STREETS + 1):
        for block in range(STREETS):
            along = [(BENDS * block + bend, BENDS * street) for bend in range(BENDS + 1)]
            lines += [along, [(y, x) for x, y in along]]
    return lines


def geopackage(directory: Path) -> Path:
    step_m = BLOCK_M / BENDS
    rows = [
        (NVDB | {"ROUTE_ID": f"1:{number}"}, town_line([(x * step_m, y * step_m) for x, y in line]))
        for number, line in enumerate(grid())
    ]
    return write_geopackage(directory / "nvdb.gpkg", rows)


def osm(directory: Path) -> Path:
    step_m = BLOCK_M / BENDS
    places = sorted({place for line in grid() for place in line})
    nodes = {place: number for number, place in enumerate(places, 1)}
    ways = [
        (number, [nodes[place] for place in line], {"highway": "residential", "name": f"Gata {number}"})
        for number, line in enumerate(grid(), 1)
    ]
    return write_osm(
        directory / "town.osm.pbf",
        {number: (x * step_m, y * step_m) for (x, y), number in nodes.items()},
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
                    print(f"{file.name}: {time.perf_counter() - began:.1f} s; {said[0]}")
        finally:
            server.remove()
    print(f"greatest memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")


if __name__ == "__main__":
    main()
