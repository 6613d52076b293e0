"""The register: CSV in, the same CSV out, all or nothing, errors that name the line."""

import psycopg
import pytest

from vinterkoll.storage.register import RegisterFileError, dump_csv, load_csv

pytestmark = pytest.mark.postgres

CONTRACTORS = "contractor,name\nnorrplog,Norrplog AB\nåsnö,Å & snö\n"
VEHICLES = (
    'contractor,vehicle,name,kinds\nnorrplog,NP1,"Väghyvel, stor",carriageway\nnorrplog,NP2,Traktor,gc|area\n'
)
SENSORS = (
    "sensor,kind,name,lon,lat,mounting_height_m\n"
    "70B3D57ED0000001,snow,Torget,18.7153,63.2909,3.2\n"
    "urn:ngsi-ld:TrafficFlowObserved:1,flow,Bron,18.7,63.3,\n"
)


def test_out_comes_what_went_in(database_url: str) -> None:
    with psycopg.connect(database_url, autocommit=True) as connection:
        assert load_csv(connection, "contractor", "\N{ZERO WIDTH NO-BREAK SPACE}" + CONTRACTORS) == 2
        assert load_csv(connection, "vehicle", VEHICLES) == 2
        assert load_csv(connection, "sensor", SENSORS) == 2
        assert dump_csv(connection, "contractor") == CONTRACTORS
        assert dump_csv(connection, "vehicle") == VEHICLES
        assert dump_csv(connection, "sensor") == SENSORS.replace("70B3D57ED0000001", "70b3d57ed0000001")


def test_a_second_load_changes_rows_and_keeps_others(database_url: str) -> None:
    with psycopg.connect(database_url, autocommit=True) as connection:
        load_csv(connection, "contractor", CONTRACTORS)
        load_csv(connection, "contractor", "name,contractor\nNorrplog Nya AB,norrplog\n")
        assert "norrplog,Norrplog Nya AB\nåsnö" in dump_csv(connection, "contractor")


@pytest.mark.parametrize(
    ("table", "text", "message"),
    [
        ("contractor", "", "must name the columns contractor,name"),
        ("contractor", "contractor\na\n", "must name the columns"),
        ("contractor", "contractor,name\na,A\nb\n", "line 3: expected 2 cells"),
        ("contractor", "contractor,name\na,A\nb,B,C\n", "line 3: expected 2 cells"),
        ("contractor", "contractor,name\na,A\n,B\n", "line 3: .*null"),
        ("vehicle", "contractor,vehicle,name,kinds\nnobody,1,A,gc\n", "line 2: .*foreign key"),
        (
            "sensor",
            "sensor,kind,name,lon,lat,mounting_height_m\n1,snow,A,east,63,\n",
            "line 2: .*double precision",
        ),
        ("sensor", "sensor,kind,name,lon,lat,mounting_height_m\n1,snow,A,18,63,\n", "line 2: .*check"),
        ("sensor", "sensor,kind,name,lon,lat,mounting_height_m\n1,snow,A,500,63,3\n", "line 2: .*check"),
        ("sensor", "sensor,kind,name,lon,lat,mounting_height_m\n1,snow,A,NaN,63,3\n", "line 2: .*check"),
        ("sensor", "sensor,kind,name,lon,lat,mounting_height_m\n1,snow,A,18,63,NaN\n", "line 2: .*check"),
        ("contractor", "contractor,name\na,A\0B\n", "line 2: .*NUL"),
        ("contractor", f"contractor,name\na,{'x' * 200_000}\n", "line .: .*field limit"),
        ("vehicle", "contractor,vehicle,name,kinds\na,1,A,\n", "line 2: .*check"),
    ],
)
def test_a_bad_line_is_named_and_nothing_is_stored(
    database_url: str, table: str, text: str, message: str
) -> None:
    with psycopg.connect(database_url, autocommit=True) as connection:
        with pytest.raises(RegisterFileError, match=message):
            load_csv(connection, table, text)  # type: ignore[arg-type]
        assert dump_csv(connection, table).count("\n") == 1  # type: ignore[arg-type]
