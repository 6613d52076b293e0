"""Give a contractor's unknown names of actions a meaning, and derive anew what their positions give."""

from collections.abc import Mapping
from typing import Any

import psycopg

from vinterkoll.app.rederivation import rederive
from vinterkoll.processing.actions import TREATING_ACTIONS
from vinterkoll.storage import action_names, inputs
from vinterkoll.storage.columns import register
from vinterkoll.storage.network import Versions


def name_actions(connection: "psycopg.Connection[Any]", contractor: str, named: Mapping[str, int]) -> int:
    """Let each text of `named` mean its mask from now on, UNKNOWN: nothing known; return how many positions were derived anew.

    One transaction; batches wait for its end. It costs as much as the days of positions with a text that treats
    streets now, or did before; what names transit or equipment alone costs nothing.
    """
    register(connection)
    with connection.transaction():
        inputs.change(connection)
        versions = Versions(connection)
        before = action_names.masks(connection, contractor)
        action_names.store(connection, contractor, named)
        changed = [
            text
            for text, mask in named.items()
            if (before.get((contractor, text), 0) ^ mask) & TREATING_ACTIONS
        ]
        return sum(
            rederive(connection, "position", versions, [device_id], low_us, high_us + 1)
            for device_id, low_us, high_us in action_names.spans(connection, contractor, changed)
        )
