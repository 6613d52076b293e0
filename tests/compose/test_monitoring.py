"""Alert rules, by promtool: each fires where it should and not where not. Rules and dashboard use metrics that there are."""

import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any, Final, NamedTuple

import msgspec
import pytest

from metrics_document import labels_used, series, used

FOLDER: Final = Path(__file__).parents[2] / "compose"
RULES: Final = FOLDER / "prometheus" / "alerts.yml"
ALERTS: Final[dict[str, dict[str, Any]]] = {
    rule["alert"]: rule
    for group in msgspec.yaml.decode(RULES.read_text(encoding="utf-8"))["groups"]
    for rule in group["rules"]
}
DASHBOARD: Final = json.loads(
    (FOLDER / "grafana" / "dashboards" / "vinterkoll.json").read_text(encoding="utf-8")
)

COUNT: Final = "vinterkoll_delivery_delay_seconds_count"
BUCKET: Final = "vinterkoll_delivery_delay_seconds_bucket"
Samples = dict[str, str]
"""Series by minutes, in promtool's notation: `a+bxn` is a and n more, b apart."""


class Case(NamedTuple):
    """What makes an alert fire at a minute, what does not, and how many are firing then."""

    minute: int
    fires: Samples
    quiet: list[Samples]
    alerts: int = 1


CASES: Final = {
    "VinterkollDown": Case(
        5,
        {'up{job="vinterkoll"}': "0x5", 'up{job="vinterkoll-bridge"}': "0x5"},
        [{'up{job="vinterkoll"}': "1x5", 'up{job="node"}': "0x5"}, {'up{job="vinterkoll"}': "1x3 0x1"}],
        alerts=2,
    ),
    "VinterkollDatabaseAway": Case(
        5, {"vinterkoll_database_up": "0x5"}, [{"vinterkoll_database_up": "1 0 1 0 1 0"}]
    ),
    "VinterkollWorkerSilent": Case(
        5,
        {'vinterkoll_ingest_silence_seconds{worker="ingest"}': "10+60x5"},
        [
            {'vinterkoll_ingest_silence_seconds{worker="ingest"}': "5x5"},
            {'vinterkoll_ingest_silence_seconds{worker="http"}': "10+60x5"},
        ],
    ),
    "VinterkollBrokerAway": Case(
        5,
        {
            'vinterkoll_ingest_connected{worker="a"}': "0x5",
            'vinterkoll_ingest_silence_seconds{worker="a"}': "3x5",
        },
        [
            {
                'vinterkoll_ingest_connected{worker="a"}': "1x5",
                'vinterkoll_ingest_silence_seconds{worker="a"}': "3x5",
            },
            {
                'vinterkoll_ingest_connected{worker="a"}': "0x5",
                'vinterkoll_ingest_silence_seconds{worker="a"}': "100+60x5",
            },
        ],
    ),
    "VinterkollSensorsSilent": Case(
        900,
        {f'{COUNT}{{supplier="town", kind="snow"}}': "0+1x450 450x450"},
        [
            {f'{COUNT}{{supplier="town", kind="snow"}}': "0+1x900"},
            {f'{COUNT}{{supplier="town", kind="position"}}': "0+1x450 450x450"},
            {f'{COUNT}{{supplier="town", kind="snow"}}': "450x900"},
        ],
    ),
    "VinterkollDeliveriesLate": Case(
        60,
        {
            f'{COUNT}{{supplier="nord", kind="position"}}': "0+10x60",
            f'{BUCKET}{{supplier="nord", kind="position", le="300.0"}}': "0+4x60",
        },
        [
            {
                f'{COUNT}{{supplier="nord", kind="position"}}': "0+10x60",
                f'{BUCKET}{{supplier="nord", kind="position", le="300.0"}}': "0+6x60",
            },
            {
                f'{COUNT}{{supplier="nord", kind="position"}}': "0+1x60",
                f'{BUCKET}{{supplier="nord", kind="position", le="300.0"}}': "0x60",
            },
        ],
    ),
    "VinterkollRejectsMany": Case(
        60,
        {
            'vinterkoll_rejects_total{supplier="nord", code="future"}': "0+1x60",
            'vinterkoll_rejects_total{supplier="nord", code="bad_json"}': "0+1x60",
        },
        [
            {
                'vinterkoll_rejects_total{supplier="nord", code="future"}': "0+1x60",
                'vinterkoll_rejects_total{supplier="syd", code="future"}': "0+1x60",
            }
        ],
    ),
    "VinterkollWorkerLate": Case(
        20,
        {
            'vinterkoll_ingest_lag_seconds{worker="a"}': "90x20",
            'vinterkoll_ingest_messages_total{worker="a"}': "0+5x20",
        },
        [
            {
                'vinterkoll_ingest_lag_seconds{worker="a"}': "90x20",
                'vinterkoll_ingest_messages_total{worker="a"}': "5x20",
            },
            {
                'vinterkoll_ingest_lag_seconds{worker="a"}': "0.2x20",
                'vinterkoll_ingest_messages_total{worker="a"}': "0+5x20",
            },
        ],
    ),
    "VinterkollKafkaBehind": Case(
        20,
        {
            'vinterkoll_kafka_lag_records{group="g", topic="behind", partition="0"}': "6000x20",
            'vinterkoll_kafka_lag_records{group="g", topic="behind", partition="1"}': "6000x20",
            'vinterkoll_kafka_lag_age_seconds{group="g", topic="behind", partition="1"}': "3x20",
            'vinterkoll_kafka_lag_records{group="g", topic="unread", partition="0"}': "0x20",
            'vinterkoll_kafka_lag_age_seconds{group="g", topic="unread", partition="0"}': "0+60x20",
        },
        [
            {
                'vinterkoll_kafka_lag_records{group="g", topic="t", partition="0"}': "9000x20",
                'vinterkoll_kafka_lag_age_seconds{group="g", topic="t", partition="0"}': "3x20",
            }
        ],
        alerts=2,
    ),
    "VinterkollBridgeStuck": Case(
        10,
        {
            "vinterkoll_bridge_waiting_messages": "500x10",
            "vinterkoll_bridge_written_messages_total": "0+900x5 5000x5",
        },
        [
            {
                "vinterkoll_bridge_waiting_messages": "500x10",
                "vinterkoll_bridge_written_messages_total": "0+900x10",
            },
            {
                "vinterkoll_bridge_waiting_messages": "0x10",
                "vinterkoll_bridge_written_messages_total": "900x10",
            },
        ],
    ),
    "VinterkollRederivationWaits": Case(
        400,
        {"vinterkoll_rederivation_age_seconds": "0+60x400"},
        [{"vinterkoll_rederivation_age_seconds": "0+60x300 0x100"}],
    ),
    "VinterkollHousekeepingOverdue": Case(
        120,
        {"vinterkoll_housekeeping_age_seconds": "172000+60x120"},
        [{"vinterkoll_housekeeping_age_seconds": "100000+60x120"}],
    ),
    "VinterkollServerErrors": Case(
        20,
        {'vinterkoll_http_requests_total{path="/api/v1/ingest/mip", status="503"}': "0+3x20"},
        [
            {'vinterkoll_http_requests_total{path="/health/ready", status="503"}': "0+3x20"},
            {'vinterkoll_http_requests_total{path="/api/v1/segments", status="404"}': "0+3x20"},
        ],
    ),
}


def promtool(*arguments: str) -> str:
    program = shutil.which("promtool")
    assert program, "promtool is in Debian's package prometheus: sh tests/debian-packages.sh"
    done = subprocess.run([program, *arguments], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def firing(alert: str, samples: Samples, minute: int, count: int) -> dict[str, Any]:
    """A unit test of promtool's: so many alerts of the name are firing."""
    query = f'count(ALERTS{{alertname="{alert}", alertstate="firing"}}) or vector(0)'
    return giving(query, samples, minute, count)


def giving(query: str, samples: Samples, minute: int, value: float) -> dict[str, Any]:
    expected = [{"labels": "{}", "value": value}]
    return {
        "interval": "1m",
        "input_series": [{"series": name, "values": values} for name, values in samples.items()],
        "promql_expr_test": [{"expr": query, "eval_time": f"{minute}m", "exp_samples": expected}],
    }


def proved(tests: list[dict[str, Any]], file: Path) -> None:
    """Let promtool run its unit tests."""
    # YAML has all of JSON
    file.write_text(json.dumps({"rule_files": [str(RULES)], "evaluation_interval": "1m", "tests": tests}))
    assert "SUCCESS" in promtool("test", "rules", str(file))


def test_prometheus_takes_the_configuration_and_the_rules() -> None:
    assert f"SUCCESS: {len(ALERTS)} rules found" in promtool("check", "rules", str(RULES))
    promtool("check", "config", str(FOLDER / "prometheus" / "prometheus.yml"))


def test_bridges_are_asked_where_the_operator_says_and_nothing_is_missed_where_there_is_none(
    tmp_path: Path,
) -> None:
    for file in ("prometheus.yml", "alerts.yml"):
        shutil.copy(FOLDER / "prometheus" / file, tmp_path)
    (tmp_path / "bridges").mkdir()
    arguments = ("--timeout=1s", str(tmp_path / "prometheus.yml"), "vinterkoll-bridge")
    assert json.loads(promtool("check", "service-discovery", *arguments)) == []
    document = (FOLDER.parent / "docs" / "production.md").read_text(encoding="utf-8")
    [(name, line)] = re.findall(r"`bridges/(\w+\.yml)`, with one line: `(.+?)`", document)
    (tmp_path / "bridges" / name).write_text(line)
    found = json.loads(promtool("check", "service-discovery", *arguments))
    assert [one["labels"]["instance"] for one in found] == ["127.0.0.1:9464", "127.0.0.1:9465"]


def test_there_is_a_case_for_each_alert() -> None:
    assert CASES.keys() == ALERTS.keys()


@pytest.mark.parametrize("alert", CASES)
def test_an_alert_fires_and_does_not_fire(alert: str, tmp_path: Path) -> None:
    case = CASES[alert]
    tests = [
        firing(alert, case.fires, case.minute, case.alerts),
        *(firing(alert, samples, case.minute, 0) for samples in case.quiet),
    ]
    proved(tests, tmp_path / "tests.yml")


@pytest.mark.parametrize("alert", ALERTS)
def test_an_alert_says_what_is_and_what_to_do(alert: str) -> None:
    rule = ALERTS[alert]
    assert rule["labels"]["severity"] in {"critical", "warning"}
    assert rule["annotations"].keys() == {"summary", "do"}
    uses_nothing_unknown(rule["expr"])


def expressions() -> list[str]:
    return [target["expr"] for panel in DASHBOARD["panels"] for target in panel.get("targets", [])]


def uses_nothing_unknown(expression: str) -> None:
    there = series()
    assert used(expression)
    assert used(expression) <= there.keys()
    assert labels_used(expression) <= {"job", "instance"}.union(*(there[name] for name in used(expression)))


@pytest.mark.parametrize("expression", expressions())
def test_the_dashboard_shows_what_there_is(expression: str, tmp_path: Path) -> None:
    uses_nothing_unknown(expression)
    rule = {"record": "shown", "expr": expression}
    file = tmp_path / "shown.yml"
    file.write_text(json.dumps({"groups": [{"name": "shown", "rules": [rule]}]}))
    promtool("check", "rules", str(file))


def test_the_dashboard_counts_no_worker_that_is_dead(tmp_path: Path) -> None:
    """One had its broker when it died, one is alive without, one has both; with none of them there is still a number."""
    [query] = [
        target["expr"]
        for panel in DASHBOARD["panels"]
        if panel["title"] == "Workers with a broker"
        for target in panel["targets"]
    ]
    samples = {
        f'vinterkoll_ingest_{name}{{worker="{worker}"}}': f"{value}x5"
        for worker, connected, silence_s in (("dead", 1, 600), ("cut-off", 0, 3), ("well", 1, 3))
        for name, value in (("connected", connected), ("silence_seconds", silence_s))
    }
    http = {'vinterkoll_ingest_silence_seconds{worker="http"}': "3x5"}
    proved([giving(query, samples | http, 3, 1), giving(query, http, 3, 0)], tmp_path / "tests.yml")


def test_the_dashboard_is_one_that_grafana_takes() -> None:
    panels = DASHBOARD["panels"]
    assert len({panel["id"] for panel in panels}) == len(panels)
    sources = msgspec.yaml.decode(
        (FOLDER / "grafana" / "provisioning" / "datasources" / "prometheus.yaml").read_text()
    )
    [source] = sources["datasources"]
    shown = {panel["datasource"]["uid"] for panel in panels if panel["type"] != "row"}
    assert shown == {source["uid"]}
    for one in panels:
        place = one["gridPos"]
        assert place["x"] + place["w"] <= 24


def test_the_document_has_every_alert() -> None:
    text = (FOLDER.parent / "docs" / "operations.md").read_text(encoding="utf-8")
    table = text.partition("## Alerts")[2].partition("\n## ")[0]
    assert re.findall(r"^\| `(\w+)` \|", table, re.MULTILINE) == list(ALERTS)
