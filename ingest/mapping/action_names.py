"""A supplier's names of actions to a mask of codes; what neither the mapping nor the profile knows is kept as text."""

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any, Final

from vinterkoll.ingest.formats.mip_message import ACTION_CHARS, ACTIONS_MAX, actions_of
from vinterkoll.ingest.formats.problems import Problem
from vinterkoll.ingest.mapping.file import Actions, Codes
from vinterkoll.ingest.mapping.sources import MappingFault
from vinterkoll.processing.actions import BIT, mask_of
from vinterkoll.processing.rejects import Reason

_LISTS_REMEMBERED: Final = 4_096
"""Different lists of names in use at once: what a fleet's equipment can be doing, with room."""


def masks_of(actions: Actions, field: str) -> Callable[[tuple[Any, ...]], tuple[int, str]]:
    """Return what turns the names of one item into (mask, unknown texts), and raises `Problem` for bad names."""
    plain = _folded if actions.ignore_case else _collapsed
    ignored = {plain(name) for name in actions.ignore}
    known = {plain(code): bit for code, bit in BIT.items()}
    for name, codes in actions.codes.items():
        if plain(name) in ignored:
            raise MappingFault(["actions", "codes", name], f"{name!r} is ignored and has a code")
        known[plain(name)] = codes_mask(["actions", "codes", name], codes)

    @lru_cache(maxsize=_LISTS_REMEMBERED)
    def masks(names: tuple[Any, ...]) -> tuple[int, str]:
        mask, others, count = 0, [], 0
        for name in names:
            _check(name, field)
            folded = plain(name)
            if folded in ignored:
                continue
            count += 1
            bit = known.get(folded)
            if bit is None:
                others.append(name)
            else:
                mask |= bit
        if count > ACTIONS_MAX:
            raise Problem(Reason.OUT_OF_RANGE, field, f"expected at most {ACTIONS_MAX} actions, got {count}")
        other_mask, unknown = actions_of(others)
        return mask | other_mask, unknown

    return masks


def codes_mask(keys: Sequence[str], codes: Codes) -> int:
    """Return the mask of the `codes` that stand at `keys` of a mapping."""
    try:
        return mask_of([codes] if isinstance(codes, str) else codes)
    except KeyError as error:
        raise MappingFault(keys, f"{error.args[0]!r} is no action code") from None


def _check(name: Any, field: str) -> None:
    if not isinstance(name, str):
        raise Problem(Reason.WRONG_TYPE, field, "expected names of actions")
    if not 0 < len(name) <= ACTION_CHARS:
        raise Problem(Reason.OUT_OF_RANGE, field, f"expected names of 1 to {ACTION_CHARS} characters")


def _collapsed(name: str) -> str:
    return " ".join(name.split())


def _folded(name: str) -> str:
    return _collapsed(name).casefold()
