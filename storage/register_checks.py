"""What holds for the register as a whole, looked at before a change is kept: no overlaps, no dangling names."""

from typing import Final

from psycopg import sql

from vinterkoll.storage.register import SHAPES, TABLES, Connection, Reference, RegisterError, Table

_OVERLAPS: Final = sql.SQL("""
    SELECT concat_ws('/', {key}), valid_to, next FROM (
        SELECT *, lead(valid_from) OVER (PARTITION BY {key} ORDER BY valid_from) AS next FROM {table}
    ) AS successive
    WHERE next < valid_to ORDER BY 1 LIMIT 1
""")
_DANGLING: Final = sql.SQL("""
    SELECT concat_ws('/', {key}), concat_ws('/', {named}) FROM {table} AS r {lists}
    WHERE ROW({named}) IS NOT NULL AND NOT EXISTS (SELECT FROM {other} AS o WHERE ROW({others}) = ROW({named}))
    ORDER BY 1, 2 LIMIT 1
""")


def check(connection: Connection) -> None:
    """Look at the register as it is now, in the transaction that changed it.

    Raises
    ------
    RegisterError
        Naming the first row that does not fit the others.
    """
    for table in TABLES:
        _check_overlaps(connection, table)
        for reference in SHAPES[table].references:
            _check_reference(connection, table, reference)


def _check_overlaps(connection: Connection, table: Table) -> None:
    key = sql.SQL(", ").join(map(sql.Identifier, SHAPES[table].key))
    query = sql.SQL(
        "SELECT name, valid_to::text, next::text FROM ({}) AS found (name, valid_to, next)"
    ).format(_OVERLAPS.format(key=key, table=sql.Identifier(table)))
    for name, until, following in connection.execute(query):
        raise RegisterError(
            f"{name}: a row of {table} is valid until {until}, the next already from {following}: "
            "end the first one where the next begins"
        )


def _check_reference(connection: Connection, table: Table, reference: Reference) -> None:
    columns, other = reference
    if columns == ("areas",):
        lists = sql.SQL("CROSS JOIN unnest(r.areas) AS listed (named)")
        named = sql.Composed([sql.Identifier("listed", "named")])
    else:
        lists = sql.SQL("")
        named = sql.SQL(", ").join(sql.Identifier("r", column) for column in columns)
    query = _DANGLING.format(
        key=sql.SQL(", ").join(sql.Identifier("r", column) for column in SHAPES[table].key),
        named=named,
        table=sql.Identifier(table),
        lists=lists,
        other=sql.Identifier(other),
        others=sql.SQL(", ").join(sql.Identifier("o", column) for column in SHAPES[other].key),
    )
    for name, missing in connection.execute(query):
        raise RegisterError(f"{table} {name} names the {other} {missing}, which the register does not have")
