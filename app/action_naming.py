"""Give a contractor's unknown names of actions a meaning, and note what has to be derived anew for it."""

from collections.abc import Mapping
from typing import Any

import psycopg

from vinterkoll.processing.actions import TREATING_ACTIONS
from vinterkoll.storage import action_names, inputs


def name_actions(connection: "psycopg.Connection[Any]", contractor: str, named: Mapping[str, int]) -> None:
    """Let each text of `named` mean its mask from now on, UNKNOWN: nothing known. `renewal.renew_due` does the rest.

    That costs as much as the days of positions with a text that treats streets now, or did before; what names transit or
    equipment alone costs nothing.
    """
    with connection.transaction():
        inputs.change(connection)
        before = action_names.masks(connection, contractor)
        action_names.store(connection, contractor, named)
        changed = [
            text
            for text, mask in named.items()
            if (before.get((contractor, text), 0) ^ mask) & TREATING_ACTIONS
        ]
        action_names.note_due(connection, contractor, changed)
