"""What compose.yaml promises, with compose.kafka.yaml on top and without: only the broker, by TLS, listens beyond this machine;
no secret is in it; a service that is broken into is of little use; names fit the settings."""

import re
from typing import Final

import pytest
from psycopg.conninfo import conninfo_to_dict

from certificates import DOCUMENT
from compose_file import (
    EVERY,
    FILES,
    FOLDER,
    SERVICES,
    VOLUMES,
    WITH_KAFKA,
    Service,
    environment,
    interpolated,
    read,
    variables,
)
from vinterkoll.app.cli import application
from vinterkoll.app.settings import Settings

OURS: Final = {name: service for name, service in EVERY.items() if service["image"] == "vinterkoll:local"}
RUN_ONCE: Final = {"migrate", "db-users", "broker-access", "kafka-access"}
ROOTS: Final = {"broker-access"}
"""Runs once, without a network: it hands the certificate's key, which is root's, to the broker's user."""
BRIDGE: Final = ["bridge", "--metrics-port", "9464"]
UNITS: Final = {"m": 1 << 20, "g": 1 << 30}
QUEUED_MESSAGE_BYTES: Final = 430
"""What mosquitto keeps of a message beside its payload: 500,000 of 250 bytes took 340 MB."""

each_service = pytest.mark.parametrize("service", EVERY.values(), ids=EVERY)
each_of_ours = pytest.mark.parametrize("service", OURS.values(), ids=OURS)


def name_of(service: Service) -> str:
    return next(name for name, one in EVERY.items() if one is service).partition(",")[0]


def given() -> list[tuple[str, str]]:
    return [pair for service in EVERY.values() for pair in service.get("environment", {}).items()]


def size_of(text: str) -> int:
    number, unit = re.fullmatch(r"(\d+)([mg])b?", interpolated(text).lower()).groups()  # type: ignore[union-attr]
    return int(number) * UNITS[unit]


@each_service
def test_services_listen_on_the_hosts_loopback_only(service: Service) -> None:
    assert service["network_mode"] == ("none" if name_of(service) in ROOTS else "host")
    assert not service.keys() & {"ports", "expose", "networks"}


def test_the_database_listens_on_loopback_and_asks_everybody_for_a_password() -> None:
    assert "listen_addresses=127.0.0.1" in SERVICES["db"]["command"]
    assert SERVICES["db"]["environment"]["POSTGRES_INITDB_ARGS"] == "--auth=scram-sha-256"


def test_prometheus_and_grafana_listen_on_loopback_where_they_are_wanted() -> None:
    assert "--web.listen-address=127.0.0.1:9090" in SERVICES["prometheus"]["command"]
    assert SERVICES["grafana"]["environment"]["GF_SERVER_HTTP_ADDR"] == "127.0.0.1"
    wanted = {name for name, service in WITH_KAFKA.items() if "profiles" in service}
    assert wanted == {"prometheus", "grafana"}
    assert {tuple(SERVICES[name]["profiles"]) for name in wanted} == {("monitoring",)}


def test_prometheus_keeps_no_more_than_it_has_room_for() -> None:
    kept = [word for word in SERVICES["prometheus"]["command"] if ".retention." in word]
    assert kept == ["--storage.tsdb.retention.time=90d", "--storage.tsdb.retention.size=2GB"]
    assert not [word for word in SERVICES["prometheus"]["command"] if word.startswith("--web.enable-")]


def test_grafana_lets_nobody_in_without_a_password_and_calls_nobody() -> None:
    said = SERVICES["grafana"]["environment"]
    off = {name for name, value in said.items() if value == "false"}
    assert {"GF_AUTH_ANONYMOUS_ENABLED", "GF_USERS_ALLOW_SIGN_UP", "GF_ANALYTICS_REPORTING_ENABLED"} <= off
    assert {"GF_ANALYTICS_CHECK_FOR_UPDATES", "GF_ANALYTICS_CHECK_FOR_PLUGIN_UPDATES"} <= off
    assert said["GF_PLUGINS_PREINSTALL_DISABLED"] == "true"
    assert {"GF_SECURITY_ADMIN_PASSWORD", "GF_SECURITY_SECRET_KEY"} <= said.keys(), (
        "it has defaults of its own"
    )


@each_service
def test_images_are_pinned(service: Service) -> None:
    assert re.fullmatch(r"\S+:(local|v?\d+\.\d+\.\d+\S*)", service["image"])


@each_service
def test_a_service_writes_to_its_volumes_and_to_memory_alone(service: Service) -> None:
    assert service["read_only"] is True
    for mount in service.get("tmpfs", []):
        assert re.match(r"/[\w/]+:size=\d+m", mount), "without a size it may take half of the memory"
        assert ",exec" not in mount or service["image"].startswith("apache/kafka")


@each_service
def test_a_service_has_no_capability_and_can_get_none(service: Service) -> None:
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert ("cap_add" in service) == (name_of(service) in ROOTS)
    assert not service.keys() & {"privileged", "pid", "ipc", "devices", "device_cgroup_rules", "userns_mode"}
    assert not [mount for mount in service.get("volumes", []) if "docker.sock" in mount]


@each_service
def test_a_service_is_not_root(service: Service) -> None:
    user = str(service["user"]).partition(":")[0]
    assert (user in {"root", "0", ""}) == (name_of(service) in ROOTS)


def test_the_one_that_is_root_may_do_what_it_is_there_for() -> None:
    assert {name: SERVICES[name]["cap_add"] for name in ROOTS} == {"broker-access": ["CHOWN", "DAC_OVERRIDE"]}
    assert ROOTS < RUN_ONCE


@each_service
def test_a_service_has_limits_of_memory_processes_and_log(service: Service) -> None:
    assert size_of(service["mem_limit"]) <= 4 * UNITS["g"]
    assert 0 < service["pids_limit"] <= 512
    assert service["logging"] == {"driver": "local"}


def test_the_limits_hold_what_is_configured() -> None:
    """A broker that is killed for its memory loses what is queued; a database, what it was doing."""
    config = (FOLDER / "mosquitto" / "mosquitto.conf").read_text(encoding="utf-8")
    queued = {
        name: int(value) for name, value in re.findall(r"^(max_queued_\w+) (\d+)$", config, re.MULTILINE)
    }
    worst = queued["max_queued_bytes"] + queued["max_queued_messages"] * QUEUED_MESSAGE_BYTES
    assert worst < size_of(SERVICES["broker"]["mem_limit"])
    [shared] = [word for word in SERVICES["db"]["command"] if word.startswith("shared_buffers=")]
    assert size_of(shared.partition("=")[2]) * 4 == size_of(SERVICES["db"]["mem_limit"])
    [heap] = re.findall(r"-Xmx(\w+)", WITH_KAFKA["kafka"]["environment"]["KAFKA_HEAP_OPTS"])
    assert size_of(heap) * 2 <= size_of(WITH_KAFKA["kafka"]["mem_limit"])


@each_service
def test_what_runs_for_long_is_asked_for_its_health_and_comes_back(service: Service) -> None:
    runs = name_of(service) not in RUN_ONCE
    assert service.get("restart") == ("unless-stopped" if runs else None)
    assert ("healthcheck" in service) == runs
    if runs:
        check = service["healthcheck"]
        assert check["test"][0] in {"CMD", "CMD-SHELL"}
        assert {"interval", "timeout"} <= check.keys()
        assert check.keys() & {"start_period", "retries"}, "it is not there at once"


def test_no_secret_has_a_default() -> None:
    secret = [value for name, value in given() if re.search("PASSWORD|CLIENT_ID|SECRET", name)]
    assert len(secret) >= 20
    for value in secret:
        assert re.fullmatch(r"\$\{\w+:\?[^}]+\}", value)


@each_of_ours
def test_every_database_user_has_its_own_password(service: Service) -> None:
    said = environment(service, {})
    urls = [conninfo_to_dict(url) for name, url in said.items() if name.endswith("DATABASE_URL")]
    assert bool(urls) == (name_of(service) != "bridge")
    for url in urls:
        role = str(url["user"]).removeprefix("vinterkoll_").removesuffix("_login")
        assert url.get("password", said["PGPASSWORD"]) == f"DB_{role.upper()}_PASSWORD"
        assert (url["host"], url["port"], url["dbname"]) == ("127.0.0.1", "5432", "vinterkoll")


def test_the_users_of_the_database_are_those_that_the_script_makes() -> None:
    script = (FOLDER / "postgres" / "users.sql").read_text(encoding="utf-8")
    asked = set(re.findall(r"^\\getenv \w+ (\w+)$", script, re.MULTILINE))
    assert asked == {name for name in SERVICES["db-users"]["environment"] if name.startswith("DB_")}


def test_the_api_takes_in_and_changes_the_register_by_http() -> None:
    """Each of these settings is off by default, and its half of the API with it."""
    api = SERVICES["api"]["environment"]
    assert {"VINTERKOLL_INGEST_DATABASE_URL", "VINTERKOLL_REGISTER_DATABASE_URL"} <= api.keys()


@pytest.mark.parametrize("name", ["ingest", "api"])
def test_mappings_are_mounted_where_they_are_read(name: str) -> None:
    folder = SERVICES[name]["environment"]["VINTERKOLL_MAPPINGS"]
    assert f"./mappings:{folder}:ro" in SERVICES[name]["volumes"]


@pytest.mark.parametrize("folder", ["certificate", "mappings", "prometheus/bridges"])
def test_certificates_keys_mappings_and_addresses_are_not_committed(folder: str) -> None:
    rules = (FOLDER / folder / ".gitignore").read_text().splitlines()
    assert [rule for rule in rules if not rule.startswith("#")] == ["*", "!.gitignore"]


def required(*files: str) -> set[str]:
    return {name for name, rule in variables(*files).items() if rule.startswith(":?")}


def test_the_example_names_every_variable_and_gives_no_secret() -> None:
    text = (FOLDER / "env.example").read_text()
    example = dict(re.findall(r"^#?(\w+)=(.*)$", text, re.MULTILINE))
    switches = {"COMPOSE_FILE": ":".join(FILES), "COMPOSE_PROFILES": "monitoring"}
    known = variables(*FILES)
    assert example.keys() == known.keys() | switches
    for name, rule in known.items():
        assert example[name] == ("" if rule.startswith(":?") else rule.removeprefix(":-"))
    assert {name: example[name] for name in switches} == switches
    assert set(re.findall(r"^(\w+)=", text, re.MULTILINE)) == required("compose.yaml")


def test_the_document_makes_up_all_that_is_required() -> None:
    text = DOCUMENT.read_text(encoding="utf-8")
    loops = [set(names.split()) - {"\\"} for names in re.findall(r"for name in ((?:\\\n|.)+)\ndo echo", text)]
    assert loops == [required("compose.yaml"), required("compose.kafka.yaml") - required("compose.yaml")]


def test_variables_of_vinterkoll_are_settings() -> None:
    for name, _ in given():
        if name.startswith("VINTERKOLL_"):
            assert name.removeprefix("VINTERKOLL_").lower() in Settings.model_fields


def test_commands_of_vinterkoll_exist() -> None:
    there = {
        command.name or command.callback.__name__
        for command in application.registered_commands
        if command.callback
    }
    used = {service["command"][0] for service in OURS.values() if "entrypoint" not in service}
    assert used == {"migrate", "ingest", "bridge", "api"} <= there


@pytest.mark.parametrize("services", [SERVICES, WITH_KAFKA], ids=["without Kafka", "with Kafka"])
def test_one_service_reads_the_broker_and_always_the_same_queue(services: dict[str, Service]) -> None:
    readers = [one for one in services.values() if one.get("command") in (["ingest"], BRIDGE)]
    assert [one["environment"]["VINTERKOLL_MQTT_CLIENT_ID"] for one in readers] == [
        "${MQTT_INGEST_CLIENT_ID:?set it in compose/.env}"
    ]


def test_workers_that_read_kafka_have_names_of_their_own() -> None:
    workers = [one for one in WITH_KAFKA.values() if one.get("command") == ["ingest", "--source", "kafka"]]
    names = [one["environment"].get("VINTERKOLL_WORKER", "ingest") for one in workers]
    assert sorted(names) == ["ingest", "ingest-2"]


def test_what_runs_once_ends_before_what_needs_it() -> None:
    for service in EVERY.values():
        for needed, how in service.get("depends_on", {}).items():
            assert (how["condition"] == "service_completed_successfully") == (needed in RUN_ONCE)
    assert SERVICES["db-users"]["depends_on"].keys() == {"migrate"}, (
        "the group roles come with the migrations"
    )
    for name in ("ingest", "api"):
        assert "db-users" in SERVICES[name]["depends_on"]
    for name in ("ingest", "ingest-2", "bridge"):
        assert "kafka-access" in WITH_KAFKA[name]["depends_on"]


@each_service
def test_volumes_and_mounted_files_are_there(service: Service) -> None:
    for volume in service.get("volumes", []):
        source = volume.split(":")[0]
        if source.startswith("."):
            assert (FOLDER / source).exists()
            assert volume.endswith(":ro")
        else:
            assert source in VOLUMES


def test_a_volume_is_mounted_where_nothing_can_be_made() -> None:
    """The bridge's address lies in a folder of another mount, which is read-only: the folder must be there."""
    assert WITH_KAFKA["prometheus"]["volumes"][-1] == "./kafka/metrics:/etc/prometheus/bridges:ro"
    assert (FOLDER / "prometheus" / "bridges").is_dir()


def test_the_file_with_kafka_repeats_what_hardens() -> None:
    """Compose takes no anchor from another file."""
    first, second = (read(name)["x-service"] for name in FILES)
    assert second == {name: value for name, value in first.items() if name != "pids_limit"}
