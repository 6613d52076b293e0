"""The mapping files of VINTERKOLL_MAPPINGS as formats of an installation, beside those that are built in."""

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Final

from vinterkoll.app.errors import ConfigurationError
from vinterkoll.app.settings import Settings
from vinterkoll.ingest.formats import FORMATS
from vinterkoll.ingest.http_body import HTTP_FORMATS, HttpFormat
from vinterkoll.ingest.mapping.decoder import MappedFormat
from vinterkoll.ingest.mapping.reading import MappingError, read_mapping

_NAME: Final = re.compile(r"[a-z0-9][a-z0-9-]{0,63}")


def mappings_of(settings: Settings) -> Mapping[str, MappedFormat]:
    """Return the mappings of VINTERKOLL_MAPPINGS by name. Their files are read once, at start.

    Raises
    ------
    ConfigurationError
        Naming the file that is no mapping, its line and the reason.
    """
    return _mapped(Path(settings.mappings)) if settings.mappings else {}


def http_formats_of(settings: Settings) -> Mapping[str, HttpFormat]:
    """Return what each path name of HTTP ingest stands for: the built-in formats, and every mapping by its name."""
    return HTTP_FORMATS | {
        name: HttpFormat(name, f"mapping/v1/{{owner}}/{name}", mapped.wrapper)
        for name, mapped in mappings_of(settings).items()
    }


def mapping_of(file: Path) -> MappedFormat:
    """Compile one mapping file; ConfigurationError names file, line and reason."""
    try:
        return read_mapping(file.read_bytes())
    except MappingError as error:
        raise ConfigurationError(f"{file}, line {error.line}: {error.reason}") from None
    except OSError as error:
        raise ConfigurationError(f"{file}: {error.strerror}") from None


@cache
def _mapped(directory: Path) -> dict[str, MappedFormat]:
    if not directory.is_dir():
        raise ConfigurationError(f"VINTERKOLL_MAPPINGS: {directory} is no directory")
    found: dict[str, MappedFormat] = {}
    for file in sorted(directory.glob("*.toml")):
        if file.stem in FORMATS:
            raise ConfigurationError(f"{file}: {file.stem} is the name of a built-in format")
        if not _NAME.fullmatch(file.stem):
            raise ConfigurationError(f"{file}: a format's name has small letters, digits and hyphens only")
        found[file.stem] = mapping_of(file)
    return found
