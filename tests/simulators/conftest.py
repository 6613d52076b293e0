"""One scenario for all tests of the simulators: it is never changed."""

from datetime import UTC, datetime

import pytest

from vinterkoll.simulators.network import Network, network
from vinterkoll.simulators.scenario import Scenario

ANCHOR = datetime(2026, 1, 15, 3, tzinfo=UTC)


@pytest.fixture(scope="session")
def streets() -> Network:
    return network(1)


@pytest.fixture(scope="session")
def scenario() -> Scenario:
    return Scenario(1, ANCHOR)


@pytest.fixture(scope="session")
def anchor() -> datetime:
    """04:00 of the scenario's morning."""
    return ANCHOR
