"""The wiring: the `vinterkoll` command, settings, worker and demo. Nobody imports it."""
