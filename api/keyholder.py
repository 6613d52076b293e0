"""Who asks, by `Authorization: Bearer KEY`: 401 without a key that is good, 403 with one that is good for less."""

import logging
from collections.abc import Callable
from typing import Annotated, Final

import psycopg
from fastapi import Depends
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from starlette.exceptions import HTTPException

from vinterkoll.api.context import Context, Shared
from vinterkoll.storage import keys

_log = logging.getLogger(__name__)

_BEARER: Final = HTTPBearer(
    auto_error=False, scheme_name="key", description="An API key of `vinterkoll keys create`."
)
_Credentials = Annotated[HTTPAuthorizationCredentials | None, Depends(_BEARER)]


async def _any_holder(context: Shared, credentials: _Credentials) -> keys.Holder:
    if credentials is None:
        raise _unauthorised("Send an API key: Authorization: Bearer KEY.", "Bearer")
    async with context.connections.connection() as connection:
        holder = await keys.holder(connection, credentials.credentials)
    if holder is None:
        raise _unauthorised("Nobody has this API key.")
    if holder.revoked:
        raise _unauthorised("This API key was revoked.")
    if not holder.used_today:
        await _note_use(context, holder.key_id)
    return holder


def _unauthorised(detail: str, challenge: str = 'Bearer error="invalid_token"') -> HTTPException:
    return HTTPException(401, detail, {"WWW-Authenticate": challenge})


async def _note_use(context: Context, key_id: int) -> None:
    """Note the day. Nobody is turned away because that failed: two noted it at once, or the database is a replica."""
    try:
        async with context.connections.connection() as connection:
            await keys.note_use(connection, key_id)
    except psycopg.Error as error:
        _log.info("the use of key %d was not noted: %s", key_id, type(error).__name__)


Reader = Annotated[keys.Holder, Depends(_any_holder)]
"""A route's parameter of this type is given the holder of a key of any scope."""


def _with_scope(scope: keys.Scope) -> Callable[[keys.Holder], keys.Holder]:
    def checked(holder: Reader) -> keys.Holder:
        if holder.scope != scope:
            detail = f"This API key is for {holder.scope}, not for {scope}."
            raise HTTPException(403, detail, {"WWW-Authenticate": 'Bearer error="insufficient_scope"'})
        return holder

    return checked


Sender = Annotated[keys.Holder, Depends(_with_scope("ingest"))]
"""A route's parameter of this type is given the holder of a key that may send."""

Registrar = Annotated[keys.Holder, Depends(_with_scope("register"))]
"""A route's parameter of this type is given the holder of a key that may change the register."""
