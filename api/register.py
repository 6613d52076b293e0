"""/api/v1/register: contractors, areas, contracts, vehicles and sensors, each from when to when; and who changed them.

A key of the scope `register` reads and changes all of it; any other key reads what is its contractor's, and the areas.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Any, Final

import psycopg
from fastapi import APIRouter, Path, Query, Request, Response
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException

from vinterkoll.api.body import read_body
from vinterkoll.api.context import Shared
from vinterkoll.api.keyholder import Reader, Registrar
from vinterkoll.api.problems import documented
from vinterkoll.api.representation import JSON, NEVER_KEEP, json_answer
from vinterkoll.storage import register_log, register_reading
from vinterkoll.storage.register import Connection, RegisterError, Table, cell_of, put, remove
from vinterkoll.storage.register_log import Change

router = APIRouter(tags=["register"])

_PATH: Final = "/api/v1/register"
_BYTES_MAX: Final = 10_000_000
"""Some 50,000 vehicles."""
_LIMIT: Final = 100
_LIMIT_MAX: Final = 1_000

_VEHICLE: Final[dict[str, Any]] = {
    "contractor": "norrplog",
    "vehicle": "NP1",
    "name": "Traktor",
    "kinds": ["carriageway", "gc"],
    "contract": None,
    "valid_from": "2026-02-01T00:00:00Z",
    "valid_to": None,
}

_TablePath = Annotated[Table, Path(description="Which table of the register.")]


def _no_truth(value: object) -> object:
    if isinstance(value, bool):  # pydantic would take it for a number
        raise ValueError("true and false are no values of the register")  # noqa: TRY004 - pydantic answers this one
    return value


Cell = Annotated[str | int | float | list[str] | None, BeforeValidator(_no_truth)]


class RegisterRows(BaseModel):
    """Rows of a table, by key and beginning. null in `valid_from` and `valid_to`: since ever, for ever."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"rows": [_VEHICLE]}]})
    rows: list[dict[str, Cell]] = Field(description="With the columns of docs/register.md.")


class RegisterEdit(BaseModel):
    """What is to change, all or none."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [{"set": [_VEHICLE]}, {"remove": [{"contractor": "a", "vehicle": "b"}]}]
        },
    )
    set: list[dict[str, Cell]] = Field(
        default=[],
        description="Rows to add, or to change where key and `valid_from` are known; optional columns that one lacks stay.",
    )
    remove: list[dict[str, Cell]] = Field(
        default=[],
        description="Key and `valid_from` of rows that were a mistake. What ended gets a `valid_to`.",
    )


class RegisterChange(BaseModel):
    """One row that was changed: as it was and as it became, null where it was not there."""

    change_id: int
    changed_at: datetime
    author: str
    login: str = Field(description="The database user.")
    table: str
    operation: str = Field(description="INSERT, UPDATE, DELETE or TRUNCATE.")
    old: dict[str, Any] | None
    new: dict[str, Any] | None


class RegisterChanges(BaseModel):
    """Rows that were changed."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "changes": [
                        {
                            "change_id": 41,
                            "changed_at": "2026-01-15T06:00:01Z",
                            "author": "key 3 of kommunen",
                            "login": "vinterkoll_register_login",
                            "table": "contractor",
                            "operation": "UPDATE",
                            "old": {"contractor": "norrplog", "name": "Norrplog"},
                            "new": {"contractor": "norrplog", "name": "Norrplog AB"},
                        }
                    ]
                }
            ]
        }
    )
    changes: list[RegisterChange]


# before the tables, whose path would take it
@router.get(
    f"{_PATH}/log",
    summary="Changes of the register",
    response_model=RegisterChanges,
    responses=documented(400, 401, 403, 503),
)
async def log(
    request: Request,
    context: Shared,
    _holder: Registrar,
    before: Annotated[
        int | None, Query(description="Only those before this `change_id`.", examples=[41])
    ] = None,
    limit: Annotated[int, Query(ge=1, description=f"At most {_LIMIT_MAX}.", examples=[10])] = _LIMIT,
) -> Response:
    """Who changed what, newest first."""
    async with context.connections.connection() as connection:
        found = await register_log.page(connection, min(limit, _LIMIT_MAX), before)
    return _changes(request, found)


@router.get(
    _PATH + "/{table}",
    summary="Rows of the register",
    response_model=RegisterRows,
    responses=documented(400, 401, 503),
)
async def table_rows(request: Request, context: Shared, holder: Reader, table: _TablePath) -> Response:
    """The rows of a table: all of them for the scope `register`, else the areas and what is the key's contractor's."""
    owner = None if holder.scope == "register" else holder.owner
    async with context.connections.connection() as connection:
        rows = await register_reading.rows_of(connection, table, owner)
    return json_answer(request, {"rows": rows}, JSON, cache_control=NEVER_KEEP)


@router.post(
    _PATH + "/{table}",
    summary="Change the register",
    response_model=RegisterChanges,
    responses=documented(400, 401, 403, 404, 408, 413, 415, 422, 503),
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {JSON: {"schema": RegisterEdit.model_json_schema()}},
        }
    },
)
async def change_table(
    request: Request,
    context: Shared,
    holder: Registrar,
    table: _TablePath,
    dry_run: Annotated[bool, Query(description="Answer what would change, and change nothing.")] = False,
) -> Response:
    """Change rows of a table, all or none, and derive anew what that affects; 200 after the commit."""
    if context.change_register is None:
        raise HTTPException(
            404, "The register is not changed by HTTP here: VINTERKOLL_REGISTER_DATABASE_URL is not set."
        )
    try:
        edit = _edit(table, RegisterEdit.model_validate_json(await read_body(request, _BYTES_MAX)))
        author = f"key {holder.key_id} of {holder.owner}"
        changes = await run_in_threadpool(context.change_register, edit, author, dry_run)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(map(str, first["loc"])) or "the body"
        raise HTTPException(422, f"Nothing was changed. {place}: {first['msg']}") from None
    except RegisterError as error:
        raise HTTPException(422, f"Nothing was changed. {error}") from None
    return _changes(request, changes)


def _edit(table: Table, wanted: RegisterEdit) -> Callable[[Connection], None]:
    columns = register_reading.columns_of(table)
    rows = {
        name: [{column: cell_of(value) for column, value in row.items()} for row in part]
        for name, part in (("remove", wanted.remove), ("set", wanted.set))
    }
    if unknown := {column for part in rows.values() for row in part for column in row} - set(columns):
        raise RegisterError(f"{', '.join(sorted(unknown))}: {table} has the columns {', '.join(columns)}")

    def edit(connection: "psycopg.Connection[Any]") -> None:
        for row in rows["remove"]:  # first: a row that begins at another time is removed and set
            remove(connection, table, row)
        for row in rows["set"]:
            put(connection, table, row)

    return edit


def _changes(request: Request, found: list[Change]) -> Response:
    content = {"changes": [one._asdict() for one in found]}
    return json_answer(request, content, JSON, cache_control=NEVER_KEEP)
