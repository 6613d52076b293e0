"""The HTTP application: made from what it is handed, reads no environment, starts nothing but the connection pool."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from importlib.metadata import version
from typing import Any, Final

from fastapi import Depends, FastAPI
from fastapi.openapi.utils import get_openapi

from vinterkoll.api import (
    flow,
    health,
    ingest,
    metrics,
    page,
    problems,
    register,
    rejects,
    segments,
    snow,
    status,
    treatment_days,
    treatments,
    vehicles,
)
from vinterkoll.api.context import ChangeRegister, Connections, Context
from vinterkoll.api.guard import Guard
from vinterkoll.api.head import Head
from vinterkoll.api.intake import Intake
from vinterkoll.api.measures import Measured, Measures
from vinterkoll.api.parameters import refuse_unknown

_ROUTES: Final = (
    segments,
    treatments,
    treatment_days,
    vehicles,
    flow,
    snow,
    status,
    ingest,
    rejects,
    register,
    health,
    metrics,
)

_DESCRIPTION: Final = """
Which street was treated, how, in which direction, when; where the vehicles are; traffic and snow.

Lists are GeoJSON FeatureCollections without a limit on their length. Times are UTC. Errors are RFC 9457 problem
details. Contractors send with an API key. Until roles exist, the server answers to the loopback interface only.
"""


def utc_now() -> datetime:
    """Return the present."""
    return datetime.now(UTC)


def create_app(
    connections: Connections,
    *,
    clock: Callable[[], datetime] = utc_now,
    simulated: bool = False,
    intake: Intake | None = None,
    change_register: ChangeRegister | None = None,
) -> FastAPI:
    """Return the application. It opens `connections` when it starts; when it ends it closes them and `intake`."""

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        await connections.open()
        try:
            yield
        finally:
            if intake is not None:
                await intake.close()
            await connections.close()

    number = version("vinterkoll")
    measures = Measures(number)
    app = FastAPI(
        title="vinterkoll",
        version=number,
        summary="Streaming telemetry for snow clearing and traffic",
        description=_DESCRIPTION,
        license_info={"name": "Apache-2.0", "identifier": "Apache-2.0"},
        lifespan=lifespan,
        docs_url=None,  # its script would come from another site
        redoc_url=None,
        dependencies=[Depends(refuse_unknown)],
        separate_input_output_schemas=False,
    )
    app.state.context = Context(connections, clock, simulated, number, measures, change_register, intake)
    for module in _ROUTES:
        app.include_router(module.router)
    page.install(app)
    problems.install(app)
    app.add_middleware(Head)
    app.add_middleware(Guard)
    app.add_middleware(Measured, measures=measures)
    _describe(app, intake)
    return app


def _describe(app: FastAPI, intake: Intake | None) -> None:
    """Make the OpenAPI document true where no route can: the problem model, no 422, the formats that are taken."""

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            schema = get_openapi(
                title=app.title,
                version=app.version,
                summary=app.summary,
                description=app.description,
                routes=app.routes,
                license_info=app.license_info,
            )
            schemas = schema["components"]["schemas"]
            schemas["Problem"] = problems.Problem.model_json_schema()
            for name in ("HTTPValidationError", "ValidationError"):
                schemas.pop(name, None)
            for path in schema["paths"].values():
                for operation in path.values():
                    if "application/json" in operation["responses"].get("422", {}).get("content", {}):
                        del operation["responses"]["422"]  # FastAPI's own, which is answered with 400
            if intake is not None:
                ingest.list_formats(schema["paths"], intake.path_names)
            app.openapi_schema = schema
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign]  # FastAPI documents this as the way
