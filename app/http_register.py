"""Changes of the register that come by HTTP: each through a connection of its own, with rights for nothing else."""

from collections.abc import Callable
from typing import Any

import psycopg

from vinterkoll.api.context import ChangeRegister
from vinterkoll.app.database import COMMAND_IDLE_MAX_S, noticing
from vinterkoll.app.registering import change
from vinterkoll.app.settings import Settings
from vinterkoll.storage.register_log import Change


def register_changer(settings: Settings) -> ChangeRegister | None:
    """Return what does an edit for an author, or shows what it would do; None where no database user is set for it."""
    url = settings.register_database_url.get_secret_value()
    if not url:
        return None

    def changed(
        edit: Callable[["psycopg.Connection[Any]"], None], author: str, dry_run: bool
    ) -> list[Change]:
        with noticing(
            url, idle_max_s=COMMAND_IDLE_MAX_S, application_name="vinterkoll register"
        ) as connection:
            return change(connection, edit, author=author, dry_run=dry_run)

    return changed
