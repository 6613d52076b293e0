"""The register: CSV in, the same CSV out, errors that name the line; validity without overlaps; every change noted."""

from typing import Any

import psycopg
import pytest

from vinterkoll.storage import inputs, register_checks, register_log
from vinterkoll.storage.register import SHAPES, RegisterError, Table, put, remove
from vinterkoll.storage.register_csv import dump, load
from vinterkoll.storage.register_edits import amend, end

pytestmark = pytest.mark.postgres

SQUARE = "POLYGON ((18.6 63.2, 18.8 63.2, 18.8 63.4, 18.6 63.4, 18.6 63.2))"
HIGH = "MULTIPOLYGON Z (((18.6 63.2 9, 18.8 63.2 9, 18.8 63.4 9, 18.6 63.2 9)))"
FULL: dict[Table, str] = {
    "contractor": "contractor,name,valid_from,valid_to\nnorrplog,Norrplog AB,,\nåsnö,Å & snö,,\n",
    "area": f'area,name,polygon,valid_from,valid_to\nnorr,Norra stan,"{SQUARE}",,\n',
    "contract": "contractor,contract,name,areas,valid_from,valid_to\n"
    "norrplog,2026-1,Vinter,norr,2025-10-01T00:00:00Z,2026-05-01T00:00:00Z\n",
    "vehicle": "contractor,vehicle,name,kinds,contract,valid_from,valid_to\n"
    'norrplog,NP1,"Väghyvel, stor",carriageway,2026-1,,2026-01-15T00:00:00Z\n'
    'norrplog,NP1,"Väghyvel, stor",carriageway|gc,,2026-01-15T00:00:00Z,\n'
    "norrplog,NP2,Traktor,gc|area,,,\n",
    "sensor": "sensor,kind,name,lon,lat,mounting_height_m,period_s,owner,valid_from,valid_to\n"
    "70b3d57ed0000001,snow,Torget,18.7153,63.2909,3.2,,,,\n"
    "urn:ngsi-ld:TrafficFlowObserved:1,flow,Bron,18.7,63.3,,60.0,trafikkontoret,,\n",
}
SHORT: dict[Table, str] = {
    "contractor": "contractor,name\nnorrplog,Norrplog AB\n",
    "vehicle": "contractor,vehicle,name,kinds\nnorrplog,NP1,Hyvel,carriageway\n",
}
NP1 = {"contractor": "norrplog", "vehicle": "NP1"}
Database = psycopg.Connection[Any]


@pytest.fixture
def register(database_url: str) -> Any:
    with psycopg.connect(database_url, autocommit=True) as connection:
        yield connection


def lines(register: Database, table: Table) -> list[str]:
    return dump(register, table).splitlines()[1:]


def test_out_comes_what_went_in(register: Database) -> None:
    for table, text in FULL.items():
        assert load(register, table, "\N{ZERO WIDTH NO-BREAK SPACE}" + text) == text.count("\n") - 1
    register_checks.check(register)
    assert {table: dump(register, table) for table in SHAPES} == FULL


def test_columns_that_may_be_absent_are_empty_and_a_dev_eui_is_in_lower_case(register: Database) -> None:
    load(register, "contractor", SHORT["contractor"])
    load(register, "vehicle", SHORT["vehicle"])
    load(register, "sensor", "sensor,kind,name,lon,lat,mounting_height_m\n70B3D57ED0000001,snow,T,18,63,3\n")
    assert lines(register, "vehicle") == ["norrplog,NP1,Hyvel,carriageway,,,"]
    assert lines(register, "sensor") == ["70b3d57ed0000001,snow,T,18.0,63.0,3.0,,,,"]


def test_an_entity_is_called_as_it_calls_itself(register: Database) -> None:
    load(register, "sensor", f"{SENSOR}Flow:E4-Norr,flow,E,18,63,,60,\nhttps://a.se/E4,flow,E,18,63,,60,\n")
    assert [line.split(",")[0] for line in lines(register, "sensor")] == ["Flow:E4-Norr", "https://a.se/E4"]


def test_a_second_load_changes_rows_and_keeps_other_rows_and_columns(register: Database) -> None:
    for table, text in FULL.items():
        load(register, table, text)
    load(register, "contractor", "name,contractor\nNorrplog Nya AB,norrplog\n")
    assert lines(register, "contractor") == ["norrplog,Norrplog Nya AB,,", "åsnö,Å & snö,,"]
    sent = "contractor,vehicle,name,kinds,valid_from\nnorrplog,NP1,Hyveln,gc,2026-01-15T01:00:00+01:00\n"
    load(register, "vehicle", sent + "norrplog,NP1,Hyveln,carriageway,\n")
    assert lines(register, "vehicle")[:2] == [
        "norrplog,NP1,Hyveln,carriageway,2026-1,,2026-01-15T00:00:00Z",
        "norrplog,NP1,Hyveln,gc,,2026-01-15T00:00:00Z,",
    ]


SENSOR = "sensor,kind,name,lon,lat,mounting_height_m,period_s,owner\n"


@pytest.mark.parametrize(
    ("table", "text", "message"),
    [
        ("contractor", "", "must name the columns contractor,name and may name valid_from,valid_to"),
        ("contractor", "contractor\na\n", "must name the columns"),
        ("contractor", "contractor,name,colour\na,A,red\n", "must name the columns"),
        ("contractor", "contractor,name,name\na,A,B\n", "must name the columns"),
        ("contractor", "contractor,name\na,A\nb\n", "line 3: expected 2 cells"),
        ("contractor", "contractor,name\na,A\nb,B,C\n", "line 3: expected 2 cells"),
        ("contractor", "contractor,name\na,A\n,B\n", "line 3: .*null"),
        ("contractor", "contractor,name\na,A\0B\n", "line 2: .*NUL"),
        ("contractor", f"contractor,name\na,{'x' * 200_000}\n", "line .: .*field limit"),
        ("contractor", "contractor,name,valid_from\na,A,2026-01-15\n", "line 2: .*valid_from.*offset"),
        ("contractor", "contractor,name,valid_to\na,A,monday\n", "line 2: .*valid_to.*offset"),
        (
            "contractor",
            "contractor,name,valid_from\na,A,0001-01-01T00:00:00+14:00\n",
            "line 2: .*valid_from.*years",
        ),
        ("contractor", "contractor,name,valid_to\na,A,9999-12-31T23:59:59Z\n", "line 2: .*valid_to.*years"),
        (
            "contractor",
            "contractor,name,valid_from,valid_to\na,A,2026-01-15T00:00Z,2026-01-15T00:00Z\n",
            "line 2: .*valid_to_is_later",
        ),
        ("area", "area,name,polygon\na|b,A,POINT (1 2)\n", "line 2: .*POLYGON"),
        ("area", f'area,name,polygon\na|b,A,"{SQUARE}"\n', "line 2: .*area_is_a_short_word"),
        ("area", "area,name,polygon\na,A,here\n", "line 2: .*WKT"),
        (
            "area",
            'area,name,polygon\na,A,"POLYGON ((0 0, 1 1, 1 0, 0 1, 0 0))"\n',
            "line 2: .*crosses itself",
        ),
        ("area", 'area,name,polygon\na,A,"POLYGON ((0 0, 700000 0, 1 7000000, 0 0))"\n', "not in degrees"),
        ("area", f'area,name,polygon\na,A,"{HIGH}"\n', "line 2: .*heights.*leave them out"),
        ("sensor", f"{SENSOR}1,snow,A,east,63,,,\n", "line 2: .*double precision"),
        ("sensor", f"{SENSOR}1,snow,A,18,63,,,\n", "line 2: .*check"),
        ("sensor", f"{SENSOR}1,snow,A,500,63,3,,\n", "line 2: .*check"),
        ("sensor", f"{SENSOR}1,snow,A,NaN,63,3,,\n", "line 2: .*check"),
        ("sensor", f"{SENSOR}1,snow,A,18,63,NaN,,\n", "line 2: .*check"),
        ("sensor", f"{SENSOR}1,flow,A,18,63,,3601,\n", "line 2: .*period_s_is_at_most_an_hour"),
        ("sensor", f"{SENSOR}1,flow,A,18,63,,NaN,\n", "line 2: .*period_s_is_at_most_an_hour"),
        ("sensor", f"{SENSOR}1,flow,A,18,63,,60,a/b\n", "line 2: .*owner_is_a_topic_level"),
        ("vehicle", "contractor,vehicle,name,kinds\na,1,A,\n", "line 2: .*check"),
        ("vehicle", "contractor,vehicle,name,kinds\na,1,A,road\n", "line 2: .*check"),
    ],
)
def test_a_bad_line_is_named(register: Database, table: Table, text: str, message: str) -> None:
    with pytest.raises(RegisterError, match=message), register.transaction():
        load(register, table, text)
    assert lines(register, table) == []


@pytest.mark.parametrize(
    ("table", "row", "message"),
    [
        (
            "vehicle",
            {**NP1, "name": "A", "kinds": "gc"},
            "vehicle norrplog/NP1 names the contractor norrplog,",
        ),
        (
            "vehicle",
            {"contractor": "a", "vehicle": "1", "name": "A", "kinds": "gc", "contract": "b"},
            "vehicle a/1 names the contract a/b,",
        ),
        (
            "contract",
            {"contractor": "a", "contract": "c", "name": "C", "areas": "norr|syd"},
            "contract a/c names the area syd,",
        ),
    ],
)
def test_names_that_lead_nowhere(register: Database, table: Table, row: dict[str, str], message: str) -> None:
    put(register, "contractor", {"contractor": "a", "name": "A"})
    put(register, "area", {"area": "norr", "name": "N", "polygon": SQUARE})
    register_checks.check(register)
    put(register, table, row)
    with pytest.raises(RegisterError, match=message):
        register_checks.check(register)


def test_an_overlap_is_refused_in_words(register: Database) -> None:
    put(register, "contractor", {"contractor": "a", "name": "A", "valid_to": "2026-01-15T00:00:00Z"})
    put(register, "contractor", {"contractor": "a", "name": "B", "valid_from": "2026-01-15T00:00:00Z"})
    register_checks.check(register)  # the one ends where the other begins
    put(register, "contractor", {"contractor": "a", "name": "C", "valid_from": "2026-01-14T00:00:00Z"})
    with pytest.raises(
        RegisterError, match=r"a: a row of contractor is valid until 2026-01-15.*from 2026-01-14"
    ):
        register_checks.check(register)


def test_amended_from_an_instant_on(register: Database) -> None:
    for table, text in SHORT.items():
        load(register, table, text)
    amend(register, "vehicle", NP1, {"kinds": "gc"}, "2026-02-01T00:00:00+01:00")
    amend(register, "vehicle", NP1, {"name": "Hyveln"}, "2026-01-31T23:00:00Z")  # the row that begins there
    amend(register, "vehicle", NP1, {"kinds": "area"}, "")
    amend(register, "vehicle", NP1, {"kinds": "gc|area"}, "2026-01-15T00:00:00Z")
    end(register, "vehicle", NP1, "2026-04-30T00:00:00+02:00")
    amend(register, "vehicle", NP1, {"name": "Ny", "kinds": "gc"}, "2026-10-01T00:00:00Z")
    amend(register, "vehicle", NP1, {"name": "Sommar", "kinds": "gc"}, "2026-06-01T00:00:00Z")
    register_checks.check(register)
    assert lines(register, "vehicle") == [
        "norrplog,NP1,Hyvel,area,,,2026-01-15T00:00:00Z",
        "norrplog,NP1,Hyvel,gc|area,,2026-01-15T00:00:00Z,2026-01-31T23:00:00Z",
        "norrplog,NP1,Hyveln,gc,,2026-01-31T23:00:00Z,2026-04-29T22:00:00Z",
        "norrplog,NP1,Sommar,gc,,2026-06-01T00:00:00Z,2026-10-01T00:00:00Z",
        "norrplog,NP1,Ny,gc,,2026-10-01T00:00:00Z,",
    ]


def test_what_cannot_be_amended_ended_or_removed(register: Database) -> None:
    with pytest.raises(RegisterError, match="norrplog/NP1: a vehicle needs kinds"):
        amend(register, "vehicle", NP1, {"name": "A"}, "")
    with pytest.raises(RegisterError, match="no vehicle of this name holds"):
        end(register, "vehicle", NP1, "2026-02-01T00:00:00Z")
    with pytest.raises(RegisterError, match="offset"):
        end(register, "vehicle", NP1, "2026-02-01")
    with pytest.raises(RegisterError, match="no vehicle of this name begins then"):
        remove(register, "vehicle", {**NP1, "valid_from": "2026-02-01T00:00:00Z"})


def test_every_change_is_noted_whoever_makes_it(register: Database) -> None:
    with register.transaction():
        register_log.name_author(register, "Anna")
        put(register, "contractor", {"contractor": "a", "name": "A"})
        put(register, "contractor", {"contractor": "a", "name": "A"})  # changes nothing
        put(register, "contractor", {"contractor": "a", "name": "B"})
    register.execute("DELETE FROM contractor")  # by hand
    register.execute("TRUNCATE sensor")
    noted = register_log.recent(register, 10)
    login = register.info.user
    assert [(one.author, one.login, one.table, one.operation) for one in noted] == [
        ("Anna", login, "contractor", "INSERT"),
        ("Anna", login, "contractor", "UPDATE"),
        (login, login, "contractor", "DELETE"),
        (login, login, "sensor", "TRUNCATE"),
    ]
    names = [((one.old or {}).get("name"), (one.new or {}).get("name")) for one in noted]
    assert names == [(None, "A"), ("A", "B"), ("B", None), (None, None)]
    assert register_log.after(register, noted[1].change_id) == noted[2:]


def test_every_change_raises_the_version_of_the_inputs_once(register: Database) -> None:
    for statement in (
        "INSERT INTO contractor (contractor, name) VALUES ('a', 'A'), ('b', 'B')",
        "UPDATE contractor SET name = 'C'",
        "DELETE FROM contractor",
        "TRUNCATE area, area_segment, contract, vehicle, sensor",
    ):
        before = inputs.version(register)
        with register.transaction():
            register.execute(statement)
            register.execute(statement.replace("'a'", "'c'").replace("'b'", "'d'"))
        assert inputs.version(register) == before + 1, statement
    with register.transaction(force_rollback=True):
        register.execute("DELETE FROM contractor")
    assert inputs.version(register) == before + 1


@pytest.mark.parametrize("role", ["vinterkoll_register", "vinterkoll_ingest", "vinterkoll_api"])
@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO register_change (author, login, table_name, operation) VALUES ('a', 'a', 'sensor', 'INSERT')",
        "UPDATE register_change SET author = 'nobody'",
        "DELETE FROM register_change",
        "TRUNCATE register_change",
        "TRUNCATE sensor",
        "ALTER TABLE sensor DISABLE TRIGGER noted",
        "DELETE FROM position",
        "UPDATE api_key SET scope = 'register'",
    ],
)
def test_no_role_changes_the_log(register: Database, role: str, statement: str) -> None:
    register.execute(f"SET ROLE {role}")
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        register.execute(statement)


def test_only_one_role_changes_the_register(register: Database) -> None:
    for role in ("vinterkoll_ingest", "vinterkoll_api"):
        register.execute(f"SET ROLE {role}")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            put(register, "contractor", {"contractor": "a", "name": "A"})
    register.execute("SET ROLE vinterkoll_register")
    put(register, "contractor", {"contractor": "a", "name": "A"})
    assert register_log.newest(register) == 1
