"""Errors of the sources, by whose fault they are.

    SourceError
    ├── BrokerUnavailableError   environment: also a ConnectionError (OSError); back off, do not acknowledge
    ├── BrokerRefusedError       configuration: credentials, client id or topic filter; exit with its one line
    └── SupersededError          nobody's: another worker has these messages; leave them, nothing of them is stored

Bad data is no error here: it becomes a reject.
"""


class SourceError(Exception):
    """The root of the tree."""


class BrokerUnavailableError(SourceError, ConnectionError):
    """The broker cannot be reached now; it may come back."""


class BrokerRefusedError(SourceError):
    """The broker is there and said no; waiting will not help."""


class SupersededError(SourceError):
    """What these messages came from is another worker's now, or was stored already."""
