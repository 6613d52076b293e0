"""`vinterkoll doctor`: one module a part of the installation, each of which says what it found; `cures.py` says what to do."""
