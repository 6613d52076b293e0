"""Errors of the wiring.

    VinterkollError
    ├── ConfigurationError   the operator's: one clear line, exit 2
    └── PartFailedError      a part of the demo (database, broker, child process) did not start or died

Bad data is no error here: it becomes a reject. An unavailable database or broker is `psycopg.OperationalError` or
`OSError`, which the worker waits out.
"""


class VinterkollError(Exception):
    """The root of the tree."""


class ConfigurationError(VinterkollError):
    """A setting, an argument or a file is wrong; the message says what to do about it."""


class PartFailedError(VinterkollError):
    """A part that this process started is not there; the message holds the part's own last words."""
