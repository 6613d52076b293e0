"""What compose.yaml promises: only the broker, by TLS, listens beyond this machine; no secret is in it; names fit the settings."""

import re
from pathlib import Path
from typing import Any

import msgspec
import pytest

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
    assert not re.search(r"://[^/@]*:[^/@]*@", str(FILE)), "a password in a connection URI"


def test_certificates_and_keys_are_not_committed() -> None:
    rules = (FOLDER / "certificate" / ".gitignore").read_text().splitlines()
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
