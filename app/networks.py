"""`vinterkoll network`: import a street network as a version of its own, and show the mappings that are shipped."""

import hashlib
import sys
from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import psycopg
import shapely
import typer

from vinterkoll.app.database import connected
from vinterkoll.app.errors import ConfigurationError
from vinterkoll.app.instants import instant, microseconds, shown
from vinterkoll.app.progress import watched
from vinterkoll.app.renewal import renew_due
from vinterkoll.app.settings import Settings, read_settings
from vinterkoll.ingest.network.cutting import segments_of
from vinterkoll.ingest.network.links import NetworkFileError, Report
from vinterkoll.ingest.network.mapping import Shipped, read_mapping, shipped
from vinterkoll.ingest.network.reading import Area, is_geojson, is_osm, links_of, open_features
from vinterkoll.ingest.network.ready import ReadyNetwork, read_ready
from vinterkoll.processing.network import Segments
from vinterkoll.storage import network as network_table

network = typer.Typer(help="The street network that positions are matched to.", no_args_is_help=True)


@network.command("import")
def import_command(
    file: Annotated[
        Path, typer.Argument(exists=True, dir_okay=False, help="GeoJSON, GeoPackage or OpenStreetMap PBF.")
    ],
    mapping: Annotated[
        Path | None,
        typer.Option(
            exists=True,
            dir_okay=False,
            help="What its columns mean, TOML. Default: OSM's for PBF, NVDB's for GeoPackage; GeoJSON without one holds ready segments.",
        ),
    ] = None,
    valid_from: Annotated[
        str | None,
        typer.Option(
            metavar="TIME", help="A day or an instant. Default: ever for the first, now for later ones."
        ),
    ] = None,
    name: Annotated[str | None, typer.Option(help="What the network is called. Default: the file's.")] = None,
) -> None:
    """Import a street network as the version valid from a date (docs/street-network.md).

    The same again changes nothing. What is affected of the days that raw observations are kept for is derived anew.
    """
    settings = read_settings()
    moment = None if valid_from is None else instant("--valid-from", valid_from, datetime.now(UTC))
    with connected(settings) as connection:
        for line in import_network(connection, file, settings, mapping=mapping, valid_from=moment, name=name):
            typer.echo(line)


@network.command("mapping")
def show_mapping(name: Annotated[Shipped, typer.Argument(help="A shipped one.")]) -> None:
    """Write a shipped mapping to standard output, to start your own from."""
    sys.stdout.buffer.write(shipped(name))


def import_network(
    connection: "psycopg.Connection[Any]",
    file: Path,
    settings: Settings,
    *,
    mapping: Path | None = None,
    valid_from: datetime | None = None,
    name: str | None = None,
) -> Iterator[str]:
    """Import a file, derive anew what that affects, and say line by line what was done, or what was left out if nothing was.

    Raises
    ------
    ConfigurationError
        When the file or the mapping is none, or a segment's id is that of another one.
    """
    report = Report()
    try:
        found = _read(file, mapping, Area(*settings.area_lon_lat), report)
        name = name or found.name or file.stem
        version = network_table.load(
            connection,
            found.segments,
            name=name,
            generated=found.generated,
            digest=_digest(name, found),
            valid_from=valid_from,
            watch=lambda parts: watched(parts, "storing", len(parts)),
        )
    except (NetworkFileError, network_table.NetworkConflictError) as error:
        yield from report.lines()
        raise ConfigurationError(f"{file}: {error}") from None
    yield f"{name}: {_extent(found.segments)}, {_validity(version)}"
    yield from report.lines()
    if count := renew_due(connection):
        yield f"{count} positions derived anew"


def _read(file: Path, mapping: Path | None, area: Area, report: Report) -> ReadyNetwork:
    if mapping is None and is_geojson(file):
        return read_ready(file.read_bytes(), area, report)
    content = mapping.read_bytes() if mapping else shipped("osm" if is_osm(file) else "nvdb")
    rules = read_mapping(content)
    with open_features(file, rules, watched) as features:
        watching = watched(features, "reading", features.count)
        links, metres = links_of(features, watching, rules, area, report)
        segments = segments_of(links, metres, report, degrees=features.crs.is_geographic, watch=watched)
    return ReadyNetwork("", False, segments)


def _digest(name: str, found: ReadyNetwork) -> str:
    """Return a digest of all that a version holds."""
    one = found.segments
    digest = hashlib.sha256(f"{name}\n{found.generated}\n".encode())
    for text in (one.street, one.kind):
        digest.update("\n".join(text).encode())
    for numbers in (
        one.segment_id,
        one.winter_class,
        one.passes_required,
        one.start_node,
        one.end_node,
        one.one_way,
    ):
        digest.update(numbers.astype(">i8").tobytes())
    digest.update(shapely.get_coordinates(one.lines).tobytes())
    return digest.hexdigest()


def _validity(version: network_table.Version | None) -> str:
    if version is None:
        return "already there"
    moment = version.valid_from
    return f"valid from {'ever' if moment.timestamp() == 0 else shown(microseconds(moment))}"


def _extent(segments: Segments) -> str:
    """Say how many segments and kilometres there are, by kind where there are several."""
    kilometres: dict[str, float] = defaultdict(float)
    for kind, length_m in zip(segments.kind, segments.length_m, strict=True):
        kilometres[kind] += length_m / 1000
    kinds = ", ".join(f"{kind} {length:.1f}" for kind, length in sorted(kilometres.items()))
    whole = f"{len(segments.lines)} segments, {sum(kilometres.values()):.1f} km"
    return f"{whole} ({kinds})" if len(kilometres) > 1 else whole
