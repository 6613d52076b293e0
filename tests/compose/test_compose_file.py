"""What compose.yaml promises: only the broker, by TLS, listens beyond this machine; no secret is in it; names fit the settings."""

import re
from pathlib import Path
from typing import Any

import msgspec
import pytest
from psycopg.conninfo import conninfo_to_dict

from vinterkoll.app.cli import application
from vinterkoll.app.settings import Settings

FOLDER = Path(__file__).parents[2] / "compose"
FILE: dict[str, Any] = msgspec.yaml.decode((FOLDER / "compose.yaml").read_text(encoding="utf-8"))
SERVICES: dict[str, dict[str, Any]] = FILE["services"]
OURS = {name: service for name, service in SERVICES.items() if service["image"] == "vinterkoll:local"}
RUN_ONCE = {"migrate", "db-users", "broker-access"}

each_service = pytest.mark.parametrize("service", SERVICES.values(), ids=SERVICES)


def environment() -> list[tuple[str, str]]:
    return [pair for service in SERVICES.values() for pair in service.get("environment", {}).items()]


def variables() -> dict[str, str]:
    """Each `${NAME…}` of the file, with what follows the name."""
    return dict(re.findall(r"\$\{(\w+)([^}]*)\}", (FOLDER / "compose.yaml").read_text(encoding="utf-8")))


@each_service
def test_services_listen_on_the_hosts_loopback_only(service: dict[str, Any]) -> None:
    assert service["network_mode"] == "host"
    assert "ports" not in service
    assert not service.get("privileged")


def test_the_database_listens_on_loopback_and_asks_everybody_for_a_password() -> None:
    assert "listen_addresses=127.0.0.1" in SERVICES["db"]["command"]
    assert SERVICES["db"]["environment"]["POSTGRES_INITDB_ARGS"] == "--auth=scram-sha-256"


@each_service
def test_images_are_pinned(service: dict[str, Any]) -> None:
    assert re.fullmatch(r"\S+:(local|\d+\.\d+\.\d+\S*)", service["image"])


def test_no_secret_has_a_default() -> None:
    secret = [value for name, value in environment() if re.search("PASSWORD|CLIENT_ID", name)]
    assert len(secret) >= 9
    for value in secret:
        assert re.fullmatch(r"\$\{\w+:\?[^}]+\}", value)


def interpolated(text: str) -> str:
    """As Compose reads it where every variable without a default has its own name as value."""
    return re.sub(r"\$\{(\w+)(?::-([^}]*))?(?::\?[^}]*)?\}", lambda found: found[2] or found[1], text)


@pytest.mark.parametrize("service", OURS.values(), ids=OURS)
def test_every_database_user_has_its_own_password(service: dict[str, Any]) -> None:
    given = {name: interpolated(value) for name, value in service["environment"].items()}
    urls = [conninfo_to_dict(url) for name, url in given.items() if name.endswith("DATABASE_URL")]
    assert urls
    for url in urls:
        role = str(url["user"]).removeprefix("vinterkoll_").removesuffix("_login")
        assert url.get("password", given["PGPASSWORD"]) == f"DB_{role.upper()}_PASSWORD"
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


@pytest.mark.parametrize("folder", ["certificate", "mappings"])
def test_certificates_keys_and_mappings_are_not_committed(folder: str) -> None:
    rules = (FOLDER / folder / ".gitignore").read_text().splitlines()
    assert [rule for rule in rules if not rule.startswith("#")] == ["*", "!.gitignore"]


def test_the_example_names_every_variable_and_gives_no_secret() -> None:
    example = dict(re.findall(r"^#?(\w+)=(.*)$", (FOLDER / "env.example").read_text(), re.MULTILINE))
    assert example.keys() == variables().keys()
    for name, rule in variables().items():
        assert example[name] == ("" if rule.startswith(":?") else rule.removeprefix(":-"))


def test_variables_of_vinterkoll_are_settings() -> None:
    for name, _ in environment():
        if name.startswith("VINTERKOLL_"):
            assert name.removeprefix("VINTERKOLL_").lower() in Settings.model_fields


def test_commands_of_vinterkoll_exist() -> None:
    there = {
        command.name or command.callback.__name__
        for command in application.registered_commands
        if command.callback
    }
    assert {service["command"][0] for service in OURS.values()} == {"migrate", "ingest", "api"} <= there


def test_what_runs_once_ends_before_what_needs_it() -> None:
    for name, service in SERVICES.items():
        assert ("restart" in service) == (name not in RUN_ONCE)
        for needed, how in service.get("depends_on", {}).items():
            assert (how["condition"] == "service_completed_successfully") == (needed in RUN_ONCE)
    assert SERVICES["db-users"]["depends_on"].keys() == {"migrate"}, (
        "the group roles come with the migrations"
    )
    for name in ("ingest", "api"):
        assert "db-users" in SERVICES[name]["depends_on"]


def test_volumes_and_mounted_files_are_there() -> None:
    for service in SERVICES.values():
        for volume in service.get("volumes", []):
            source = volume.split(":")[0]
            if source.startswith("."):
                assert (FOLDER / source).exists()
                assert volume.endswith(":ro")
            else:
                assert source in FILE["volumes"]
