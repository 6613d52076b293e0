"""Where a mapping's actions come from: a list of names, names in one text, and values that say it by themselves."""

from collections.abc import Callable
from typing import Annotated, Any, Final

import numpy as np
from msgspec import Meta
from numpy.typing import NDArray

from vinterkoll.ingest.formats.columns import Checks, texts
from vinterkoll.ingest.formats.mip_message import Code
from vinterkoll.ingest.formats.problems import Problem
from vinterkoll.ingest.mapping.action_names import codes_mask, masks_of
from vinterkoll.ingest.mapping.file import Actions
from vinterkoll.ingest.mapping.paths import parse_path, takes_all
from vinterkoll.ingest.mapping.sources import Items, MappingFault, Source, Sources
from vinterkoll.ingest.mapping.values import each, state_column, text_list
from vinterkoll.processing.observations import IntColumn
from vinterkoll.processing.rejects import Reason

TEXT_CHARS: Final = 2_000
"""Of all names in one text; each is limited by itself too."""

SCALAR: Final = bool | int | float | str

ActionColumns = Callable[[Items, Checks], tuple[IntColumn, NDArray[np.object_]]]
"""To the masks (n,) and the unknown names (n,)."""

_NOTHING: Final = (0, "")
_Names = list[tuple[Any, ...]]


def plan_actions(actions: Actions, sources: Sources) -> dict[tuple[str, ...], Any]:
    """Plan the places that `actions` reads; return them by their keys."""
    found: dict[tuple[str, ...], Any] = {}
    if _named(actions):
        found["actions",] = actions
    elif not actions.flags:
        raise MappingFault(["actions"], "expected path, header, value or flags")
    if actions.separator is not None and actions.form != "text":
        raise MappingFault(["actions", "separator"], 'a separator needs form = "text"')
    for at, flag in enumerate(actions.flags):
        found["actions", "flags", str(at)] = flag
    for keys, whence in found.items():
        if whence is actions:
            sources.plan(keys, whence, _names_type(actions, whence.path or whence.header), many=True)
        else:
            sources.plan(keys, whence, SCALAR)
    return found


def action_columns(actions: Actions, sources: Sources) -> ActionColumns:
    """Return what reads the actions of a batch."""
    source = sources.source(actions) if _named(actions) else None
    masks = masks_of(actions, "" if source is None else source.text)
    flags = [
        (
            sources.source(flag),
            [(one, 1) for one in flag.on],
            codes_mask(["actions", "flags", str(at), "codes"], flag.codes),
        )
        for at, flag in enumerate(actions.flags)
    ]

    def named(batch: Items, checks: Checks) -> tuple[IntColumn, NDArray[np.object_]]:
        if source is None:
            return np.zeros(len(batch.items), np.int64), np.full(len(batch.items), "", np.object_)
        names = _names(actions, source, batch, checks)
        try:
            found = list(map(masks, names))
        except (Problem, TypeError):  # TypeError: a name that is an object or array cannot be looked up
            found = each(lambda *name: masks(tuple(map(_hashable, name))), names, _NOTHING, checks)
        return np.array([mask for mask, _ in found], np.int64), texts([unknown for _, unknown in found])

    def read(batch: Items, checks: Checks) -> tuple[IntColumn, NDArray[np.object_]]:
        column, unknown = named(batch, checks)
        for flag, on, mask in flags:
            column |= np.where(state_column(flag, batch, on) == 1, mask, 0)
        return column, unknown

    return read


def _named(actions: Actions) -> bool:
    return actions.path is not None or actions.header is not None or actions.value is not None


def _names_type(actions: Actions, path: str | None) -> Any:
    if actions.form == "text":
        return Annotated[str, Meta(max_length=TEXT_CHARS)]
    try:
        return SCALAR if path is not None and takes_all(parse_path(path)) else list[Code]
    except ValueError:
        return SCALAR  # no path; planning says so


def _names(actions: Actions, source: Source, batch: Items, checks: Checks) -> _Names:
    if actions.form == "text":
        values: list[Any] = list(text_list(source, batch, checks, (0, TEXT_CHARS), loose=False))
    else:
        values = source.read(batch)
    if None in values:
        if actions.required:
            missing = np.array([value is None for value in values], np.bool_)
            checks.refuse(missing, Reason.MISSING_FIELD, source.text, "required, was not sent")
        values = [() if value is None else value for value in values]
    if actions.form == "text":
        return [_split(value, actions.separator) if value else () for value in values]
    if not source.typed:
        wrong = np.array([not isinstance(value, list | tuple) for value in values], np.bool_)
        checks.refuse(wrong, Reason.WRONG_TYPE, source.text, "expected a list of names")
        values = [() if bad else value for value, bad in zip(values, wrong.tolist(), strict=True)]
    return list(map(tuple, values))


def _split(text: str, separator: str | None) -> tuple[str, ...]:
    parts = [text] if separator is None else text.split(separator)
    return tuple(part.strip() for part in parts if part.strip())


def _hashable(name: Any) -> Any:
    return 0 if isinstance(name, dict | list) else name
