"""HARJA's names of tasks, in Finnish, to action codes.

HARJA does not say which kind of salting: `suolaus` becomes SALTING_PREWETTED, the usual one on Finnish roads.
"""

from typing import Final

from vinterkoll.processing.actions import BIT, UNKNOWN

TASKS: Final[dict[str, str]] = {
    "auraus ja sohjonpoisto": "PLOUGHING",
    "lumivallien madaltaminen": "BANK_LOWERING",
    "sohjo-ojien teko": "SLUSH_DITCHING",
    "pinnan tasaus": "GRADING",
    "suolaus": "SALTING_PREWETTED",
    "linjahiekoitus": "SANDING_LINE",
    "pistehiekoitus": "SANDING_SPOT",
    "lumensiirto": "SNOW_REMOVAL",
    "lumen siirto": "SNOW_REMOVAL",
    "harjaus": "SWEEPING",
    "paannejaan poisto": "ICE_REMOVAL",
    "sulamisveden haittojen torjunta": "MELTWATER",
    "aurausviitoitus ja kinostimet": "SNOW_STAKES",
    "kelintarkastus": "INSPECTION",
    "muu": "OTHER",
}
"""Without umlauts, as HARJA's schema writes them."""

_UMLAUTS: Final = str.maketrans("äöå", "aoa")


def actions_of(tasks: list[str]) -> tuple[int, str]:
    """Return the mask of `tasks`, and the texts of those that are not in `TASKS`, sorted, one a line.

    >>> actions_of(["Auraus ja sohjonpoisto", "koneellinen niitto"])
    (1048577, 'koneellinen niitto')
    """
    mask = 0
    unknown: set[str] = set()
    for task in tasks:
        text = " ".join(task.split())
        code = TASKS.get(text.lower().translate(_UMLAUTS))
        mask |= UNKNOWN if code is None else BIT[code]
        if code is None and text:
            unknown.add(text)
    return mask, "\n".join(sorted(unknown))
