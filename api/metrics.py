"""GET /metrics: the process's own measures, and what the ingest workers wrote down, for Prometheus (docs/metrics.md)."""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import Final

import psycopg
from fastapi import APIRouter, Response
from fastapi.responses import PlainTextResponse
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Gauge, generate_latest
from prometheus_client.core import CounterMetricFamily, HistogramMetricFamily
from prometheus_client.registry import Collector

from vinterkoll.api.context import Context, Shared
from vinterkoll.storage import deliveries, ingest_reading, tally

router = APIRouter(tags=["health"])

_COUNTED_OVER: Final = timedelta(hours=1)
"""Long enough for a slow alarm, short enough that the index answers whatever the table's size."""

_COUNTERS: Final = {
    "reject": ("rejects", "Items that were not accepted.", "code"),
    "flag": ("flagged_fixes", "Flags that fixes got; one that a later fix takes back stays counted.", "flag"),
}
"""What is tallied: the counter's name, its text, its label beside `supplier`. Suppliers are those of the register."""


@router.get("/metrics", summary="For Prometheus", response_class=PlainTextResponse)
async def metrics(context: Shared) -> Response:
    """Requests and their latency; what the ingest workers received, from whom and how late; whether the database answers."""
    stored = CollectorRegistry()
    up = Gauge("vinterkoll_database_up", "1 if the database answers.", registry=stored)
    try:
        await _read_stored(context, stored)
        up.set(1)
    except psycopg.Error:
        up.set(0)
    content = generate_latest(context.measures.registry) + generate_latest(stored)
    return Response(content, headers={"Cache-Control": "no-store", "Content-Type": CONTENT_TYPE_LATEST})


async def _read_stored(context: Context, registry: CollectorRegistry) -> None:
    now = context.clock()
    async with context.connections.connection() as connection:
        workers = await ingest_reading.ingest(connection)
        unknown = await ingest_reading.unknown_actions(connection, now - _COUNTED_OVER)
        totals = await tally.totals(connection)
        delivered = await deliveries.delivered(connection)
        lags = await ingest_reading.kafka_lags(connection)
        rederiving_since = await ingest_reading.rederiving_since(connection)
        kept_house_at = await ingest_reading.kept_house_at(connection)
    _show_workers(registry, workers, now)
    registry.register(_Accounts(workers))
    unnamed = Gauge(
        "vinterkoll_unknown_actions_last_hour",
        "Positions of the last hour with an action that has no code.",
        ["supplier"],
        registry=registry,
    )
    for supplier, count in unknown.items():
        unnamed.labels(supplier).set(count)
    registry.register(_Tally(totals))
    registry.register(_Delivered(delivered))
    _show_kafka(registry, lags, now)
    for name, text, since in (
        (
            "rederivation",
            "Since when stored days wait to be derived anew; 0 where none do.",
            rederiving_since,
        ),
        ("housekeeping", "Since housekeeping was last done with all that was due.", kept_house_at),
    ):
        age = Gauge(f"vinterkoll_{name}_age_seconds", text, registry=registry)
        age.set((now - since).total_seconds() if since else 0)


def _show_workers(
    registry: CollectorRegistry, workers: Iterable[ingest_reading.IngestRow], now: datetime
) -> None:
    def gauge(name: str, text: str) -> Gauge:
        return Gauge(f"vinterkoll_ingest_{name}", text, ["worker"], registry=registry)

    lag = gauge("lag_seconds", "From receipt to commit, the worst of the last batch.")
    silence = gauge("silence_seconds", "Since the worker last wrote its status.")
    behind = gauge("event_age_seconds", "Age of the newest message's event time.")
    connected = gauge("connected", "1 if the worker had its broker when it last wrote its status.")
    for worker in workers:
        if worker.lag_s is not None:
            lag.labels(worker.worker).set(worker.lag_s)
        if worker.last_event_at is not None:
            behind.labels(worker.worker).set((now - worker.last_event_at).total_seconds())
        if worker.connected is not None:
            connected.labels(worker.worker).set(worker.connected)
        silence.labels(worker.worker).set((now - worker.updated_at).total_seconds())


def _show_kafka(
    registry: CollectorRegistry, lags: Iterable[ingest_reading.KafkaLagRow], now: datetime
) -> None:
    """Only a worker can know the lag, so its age stands beside it: a lag that nobody looks at says nothing."""
    labels = ["group", "topic", "partition"]
    lag = Gauge("vinterkoll_kafka_lag_records", "Not stored yet, by offsets.", labels, registry=registry)
    age = Gauge(
        "vinterkoll_kafka_lag_age_seconds", "Since a worker found out the lag.", labels, registry=registry
    )
    for one in lags:
        lag.labels(one.group, one.topic, one.partition).set(one.lag)
        age.labels(one.group, one.topic, one.partition).set((now - one.lag_at).total_seconds())


class _Accounts(Collector):
    """What each worker has counted since its first start."""

    def __init__(self, workers: list[ingest_reading.IngestRow]) -> None:
        self._workers = workers

    def collect(self) -> Iterator[CounterMetricFamily]:
        for name in ("messages", "rows", "duplicates", "rejects"):
            text = f"{name.capitalize()} since the worker's first start."
            family = CounterMetricFamily(f"vinterkoll_ingest_{name}", text, labels=["worker"])
            for worker in self._workers:
                family.add_metric([worker.worker], getattr(worker, name))
            yield family


class _Tally(Collector):
    """The stored tally as counters."""

    def __init__(self, totals: list[tuple[str, str, str, int]]) -> None:
        self._totals = totals

    def collect(self) -> Iterator[CounterMetricFamily]:
        for what, (name, text, label) in _COUNTERS.items():
            family = CounterMetricFamily(f"vinterkoll_{name}", text, labels=["supplier", label])
            for supplier, of_what, of_name, count in self._totals:
                if of_what == what:
                    family.add_metric([supplier, of_name], count)
            yield family


class _Delivered(Collector):
    """What suppliers delivered, as a histogram of its delay: its count says from whom data comes."""

    def __init__(self, delivered: list[deliveries.Delivered]) -> None:
        self._delivered = delivered

    def collect(self) -> Iterator[HistogramMetricFamily]:
        family = HistogramMetricFamily(
            "vinterkoll_delivery_delay_seconds",
            "Accepted observations by the time from event to receipt.",
            labels=["supplier", "kind"],
        )
        bounds = [*map(str, deliveries.BOUNDS_S[:-1]), "+Inf"]
        for one in self._delivered:
            buckets = list(zip(bounds, map(float, one.within), strict=True))
            family.add_metric([one.supplier, one.kind], buckets, one.delay_s)
        yield family
