"""The command as a shell sees it: help that teaches, one line for an error, no secret in it."""

from pathlib import Path

import pytest

from command import SECRET, fails, vinterkoll


def test_help_and_version() -> None:
    said = vinterkoll("--help").stdout
    for command in (
        "demo",
        "migrate",
        "ingest",
        "api",
        "simulate",
        "network",
        "rederive",
        "register",
        "rejects",
        "keys",
    ):
        assert command in said
    assert vinterkoll("--version").stdout.startswith("vinterkoll 0.")
    assert vinterkoll().returncode == 2


@pytest.mark.parametrize(
    "command", [["migrate"], ["ingest"], ["register", "dump", "vehicle"], ["rejects", "list"]]
)
def test_a_database_that_is_away(command: list[str], port: int) -> None:
    url = f"postgresql://anna:{SECRET}@127.0.0.1:{port}/vinterkoll"
    assert str(port) in fails(vinterkoll(*command, VINTERKOLL_DATABASE_URL=url), 1)


def test_a_url_that_is_none() -> None:
    for url in (
        f"postgres//{SECRET}",
        f"postgresql://u:{SECRET}@x@127.0.0.1/db",
        f"postgresql://u:a@{SECRET}@h/db",
    ):
        said = fails(vinterkoll("migrate", VINTERKOLL_DATABASE_URL=url), 2)
        assert "VINTERKOLL_DATABASE_URL" in said


def test_a_bad_setting_is_named_without_its_value() -> None:
    assert "VINTERKOLL_MQTT_PORT" in fails(vinterkoll("migrate", VINTERKOLL_MQTT_PORT=SECRET), 2)
    assert "JSON" in fails(vinterkoll("migrate", VINTERKOLL_MQTT_TOPICS=f"{{{SECRET}"), 2)


@pytest.mark.postgres
def test_a_database_without_schema(empty_database_url: str) -> None:
    for command in (["ingest"], ["register", "dump", "vehicle"], ["network", "import", "pyproject.toml"]):
        said = fails(vinterkoll(*command, VINTERKOLL_DATABASE_URL=empty_database_url), 2)
        assert "vinterkoll migrate" in said or "pyproject.toml" in said


@pytest.mark.postgres
def test_migrate_says_what_it_did(empty_database_url: str) -> None:
    first = vinterkoll("migrate", VINTERKOLL_DATABASE_URL=empty_database_url)
    assert first.stdout.splitlines()[0] == "applied 0001 foundation"
    second = vinterkoll("migrate", VINTERKOLL_DATABASE_URL=empty_database_url)
    assert second.stdout == "the schema is current (plain PostgreSQL, no TimescaleDB)\n"


@pytest.mark.postgres
def test_register_there_and_back(database_url: str, tmp_path: Path) -> None:
    file = tmp_path / "contractors.csv"
    file.write_text("contractor,name\nnorrplog,Norrplog AB\n")
    loaded = vinterkoll("register", "load", "contractor", str(file), VINTERKOLL_DATABASE_URL=database_url)
    assert loaded.stdout == "1 rows of contractor changed\n"
    dumped = vinterkoll("register", "dump", "contractor", VINTERKOLL_DATABASE_URL=database_url)
    assert dumped.stdout == "contractor,name,valid_from,valid_to\nnorrplog,Norrplog AB,,\n"
    file.write_text("contractor,name\nx\n")
    failed = vinterkoll("register", "load", "contractor", str(file), VINTERKOLL_DATABASE_URL=database_url)
    assert "line 2" in fails(failed, 2)


@pytest.mark.postgres
def test_rejects(database_url: str) -> None:
    assert vinterkoll("rejects", "list", VINTERKOLL_DATABASE_URL=database_url).stdout == ""
    assert "no reject 7" in fails(vinterkoll("rejects", "show", "7", VINTERKOLL_DATABASE_URL=database_url), 2)


@pytest.mark.postgres
def test_an_unknown_format_is_refused_at_start(database_url: str) -> None:
    topics = '{"mip/#": "mipp"}'
    done = vinterkoll("ingest", VINTERKOLL_DATABASE_URL=database_url, VINTERKOLL_MQTT_TOPICS=topics)
    assert "mipp" in fails(done, 2)


@pytest.mark.postgres
def test_topic_filters_that_overlap_are_refused_at_start(database_url: str) -> None:
    topics = '{"mip/v1/+/positions": "mip", "snow/#": "snow", "$share/all/mip/v1/nordsno/#": "mip"}'
    done = vinterkoll("ingest", VINTERKOLL_DATABASE_URL=database_url, VINTERKOLL_MQTT_TOPICS=topics)
    assert "mip/v1/+/positions and $share/all/mip/v1/nordsno/#" in fails(done, 2)


@pytest.mark.postgres
def test_without_streets_nothing_is_taken_in(database_url: str) -> None:
    assert "network import" in fails(vinterkoll("ingest", VINTERKOLL_DATABASE_URL=database_url), 2)


@pytest.mark.postgres
def test_a_broker_that_is_away(town_url: str, port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    from vinterkoll.app import ingest

    monkeypatch.setattr(ingest, "CONNECT_TIMEOUT_S", 0.5)
    monkeypatch.setenv("VINTERKOLL_DATABASE_URL", town_url)
    monkeypatch.setenv("VINTERKOLL_MQTT_PORT", str(port))
    with pytest.raises(OSError, match=str(port)):
        ingest.ingest()
