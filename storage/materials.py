"""Materials by id: stretches hold numbers, and what suppliers call their salt and sand is free text."""

from collections.abc import Iterable
from typing import Any

import numpy as np
import psycopg

from vinterkoll.storage.columns import Texts


class Materials:
    """The names that this process has met. A row is never changed or deleted, so they stay known."""

    def __init__(self) -> None:
        self._known: set[str] = {""}

    def note(self, connection: "psycopg.Connection[Any]", names: Iterable[str]) -> None:
        """See to it that each name has a row; `""` is none.

        Call it outside the batch's transaction, as `devices.Devices.ids`.
        """
        new = sorted(set(names) - self._known)
        if not new:
            return
        connection.execute(
            "INSERT INTO material (name) SELECT * FROM unnest(%b::text[]) ON CONFLICT DO NOTHING",
            [Texts(np.array(new, object))],
        )
        self._known.update(new)
