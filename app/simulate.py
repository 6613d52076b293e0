"""`vinterkoll simulate`: a winter morning of vehicles, traffic counters and snow sensors, by MQTT or into files."""

import logging
import threading
import time
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated, Final

import typer

from vinterkoll.app.broker_trust import broker_trust
from vinterkoll.app.errors import ConfigurationError
from vinterkoll.app.settings import read_settings
from vinterkoll.app.stopping import when_stopped
from vinterkoll.simulators.faults import EVERYTHING, TOLD, faults_of
from vinterkoll.simulators.files import FileSink, LoggedSink, write_truth
from vinterkoll.simulators.mqtt import MqttSink, RefusedError
from vinterkoll.simulators.network_file import write_network
from vinterkoll.simulators.pace import WallClock, paced
from vinterkoll.simulators.register import write_register
from vinterkoll.simulators.scenario import DEFAULT_ANCHOR, DEFAULT_SEED, Part, Scenario
from vinterkoll.simulators.stream import SECOND_US, Message, Sink, to_us

PROGRESS_S: Final = 5.0
"""Between two lines of progress."""

_log = logging.getLogger(__name__)


_FAULTS_HELP: Final = "\n\n".join(
    [
        f"What goes wrong, with commas between, or {EVERYTHING}.",
        *(f"{name}: {told}." for name, told in TOLD.items()),
    ]
)


def _faults(text: str) -> str:
    try:
        faults_of(text)
    except ValueError as error:
        raise typer.BadParameter(str(error)) from None
    return text


def _instant(text: str | datetime) -> datetime:
    if isinstance(text, datetime):
        return text  # a default
    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter(f"{text!r} is no instant such as 2026-01-15T04:00+01:00") from None
    if instant.tzinfo is None:
        raise typer.BadParameter(f"{text!r} has no offset: write 2026-01-15T03:00Z or 2026-01-15T04:00+01:00")
    return instant


def simulate(
    seed: Annotated[
        int, typer.Option(min=0, help="Another seed is another town, fleet and day.")
    ] = DEFAULT_SEED,
    anchor: Annotated[
        datetime,
        typer.Option(
            parser=_instant,
            metavar="INSTANT",
            help="What counts as 04:00 of the winter morning; the day repeats.",
        ),
    ] = DEFAULT_ANCHOR,
    hours: Annotated[
        float, typer.Option(min=0, help="Begin so long before now; with --out, length from the anchor on.")
    ] = 6.0,
    begin: Annotated[
        datetime | None,
        typer.Option("--from", parser=_instant, metavar="INSTANT", help="Begin here instead."),
    ] = None,
    until: Annotated[
        datetime | None, typer.Option(parser=_instant, metavar="INSTANT", help="End here; else by Ctrl-C.")
    ] = None,
    duration: Annotated[
        float | None, typer.Option(min=0, metavar="HOURS", help="End after so many simulated hours.")
    ] = None,
    speed: Annotated[
        float,
        typer.Option(min=0.001, help="Times as fast as real time, until the simulated clock reaches now."),
    ] = 60.0,
    mqtt_host: Annotated[str | None, typer.Option(help="Broker; else VINTERKOLL_MQTT_HOST.")] = None,
    mqtt_port: Annotated[
        int | None, typer.Option(min=1, max=65535, help="Else VINTERKOLL_MQTT_PORT.")
    ] = None,
    mqtt_user: Annotated[
        str | None,
        typer.Option(help="Else VINTERKOLL_MQTT_USER. The password is VINTERKOLL_MQTT_PASSWORD only."),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Write files, as fast as it goes, instead of publishing."),
    ] = None,
    only: Annotated[list[Part] | None, typer.Option(help="Only this part; may be given again.")] = None,
    vehicles: Annotated[
        int | None, typer.Option(min=0, help="Only the first so many of the 22 vehicles.")
    ] = None,
    faults: Annotated[str, typer.Option(callback=_faults, metavar="NAMES", help=_FAULTS_HELP)] = "",
    truth: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="When publishing: write truth.csv and deliveries.csv here."),
    ] = None,
) -> None:
    """Simulate a winter day in Örnsköldsvik and Ånge: vehicles, traffic, snow.

    22 vehicles, 12 traffic counters and 10 snow-depth sensors, all made up;
    only the towns' places on the map are true. The same seed and anchor give
    the same messages for the same times, byte for byte, in every run.

    By MQTT (the default): begins --hours before now, runs --speed times as
    fast, and goes on at real speed from where it reaches now: nothing is dated
    in the future. Ctrl-C waits for the broker's acknowledgements.

    Into files: --out DIR writes messages.ndjson, truth.csv (what was really
    treated), deliveries.csv (each sending: when the observation was made, its
    attempt, the device's fault, the reject to expect), network.geojson,
    contractors.csv, vehicles.csv and sensors.csv.

    Nothing goes wrong unless --faults says so: --faults dead-zones,duplicates.
    Faults of delivery (dead-zones, duplicates, reordering, broken) change when
    and how often a message is sent, never what it says.
    """
    start = begin or (anchor if out else datetime.now(UTC) - timedelta(hours=hours))
    if duration is None and out and until is None:
        duration = hours
    end = until if duration is None else start + timedelta(hours=duration)
    scenario = Scenario(seed, anchor, vehicles=vehicles, parts=only or tuple(Part), faults=faults_of(faults))
    if out is not None:
        assert end is not None, "files have an end"  # noqa: S101
        _write(scenario, seed, out, start, end)
        return
    stopping = threading.Event()
    when_stopped(stopping.set)
    sink: Sink = _mqtt_sink(mqtt_host, mqtt_port, mqtt_user, stopping)
    if truth is not None:
        truth.mkdir(parents=True, exist_ok=True)
        sink = LoggedSink(sink, truth / "deliveries.csv")
    messages = paced(scenario.messages(start, end), to_us(start), speed, WallClock(stopping))
    try:
        _, last = _send(messages, sink)
    except RefusedError as error:
        raise ConfigurationError(str(error)) from None
    if truth is not None:
        write_truth(truth / "truth.csv", scenario.truth(start, last or start))


def _mqtt_sink(host: str | None, port: int | None, user: str | None, stopping: threading.Event) -> MqttSink:
    settings = read_settings()
    host, user = host or settings.mqtt_host, settings.mqtt_user if user is None else user
    return MqttSink(
        host,
        port or settings.mqtt_port,
        stopping,
        user=user,
        password=settings.mqtt_password.get_secret_value(),
        tls=broker_trust(settings, host, user),
    )


def _send(messages: Iterable[Message], sink: Sink) -> tuple[int, datetime | None]:
    """Send all messages, say now and then how far it is, and close the sink; return their number and the last's time."""
    count, last, told_s = 0, None, time.monotonic()
    try:
        for message in messages:
            if not sink.send(message):
                break
            count, last = count + 1, message.time_us
            if time.monotonic() - told_s >= PROGRESS_S:
                told_s = time.monotonic()
                _log.info("%d messages sent; simulated time %s", count, _clock_text(last))
    finally:
        sink.close()
    _log.info(
        "%d messages sent, up to simulated time %s", count, _clock_text(last) if last is not None else "-"
    )
    return count, None if last is None else datetime.fromtimestamp(last / SECOND_US, UTC)


def _clock_text(time_us: int) -> str:
    return f"{datetime.fromtimestamp(time_us // 1_000_000, UTC):%Y-%m-%d %H:%M:%SZ}"


def _write(scenario: Scenario, seed: int, directory: Path, start: datetime, end: datetime) -> None:
    directory.mkdir(parents=True, exist_ok=True)
    segments = write_network(directory / "network.geojson", seed)
    write_register(directory, seed)
    sink = LoggedSink(FileSink(directory / "messages.ndjson"), directory / "deliveries.csv")
    count, _ = _send(scenario.messages(start, end), sink)
    rows = write_truth(directory / "truth.csv", scenario.truth(start, end))
    typer.echo(f"{directory}: {count} messages, {rows} treated stretches, {segments} segments")
