"""The map at `/` and its static files. Leaflet comes out of its wheel: it is not copied into this repository."""

import mimetypes
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from fastapi import FastAPI
from fastapi.responses import FileResponse
from starlette.staticfiles import StaticFiles

STATIC: Final = Path(__file__).with_name("static")

# what the machine's own tables say of these differs, and a wrong type stops a module from loading
for _ending, _type in {
    ".js": "text/javascript",
    ".css": "text/css",
    ".svg": "image/svg+xml",
    ".geojson": "application/geo+json",
}.items():
    mimetypes.add_type(_type, _ending)


def leaflet_folder() -> Path:
    """Return where the `django-js-lib-leaflet` wheel keeps Leaflet's files, without importing Django."""
    spec = find_spec("js_lib_leaflet")
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError("Leaflet is missing: install django-js-lib-leaflet")
    return Path(spec.origin).parent / "static" / "js_lib_leaflet"


def install(app: FastAPI) -> None:
    """Add the map to `app`."""

    @app.get("/", include_in_schema=False)
    async def index() -> FileResponse:
        return FileResponse(STATIC / "index.html", media_type="text/html")

    app.mount("/static/leaflet", StaticFiles(directory=leaflet_folder()), name="leaflet")
    app.mount("/static", StaticFiles(directory=STATIC), name="static")
