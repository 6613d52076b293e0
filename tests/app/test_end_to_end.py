"""One thin line through everything: simulator, mosquitto, worker, database, API, and a street that changes colour."""

import os
import re
import subprocess
import sys
import time
from pathlib import Path

import httpx
import psycopg
import pytest
from playwright.sync_api import Page, expect

from broker import Broker
from chromium import canvas_colours, chromium, watch
from processes import running
from vinterkoll.simulators.network_file import write_network
from vinterkoll.simulators.register import write_register

pytestmark = [pytest.mark.postgres, pytest.mark.mosquitto, pytest.mark.browser]

ANCHOR = "2026-01-15T03:00:00+00:00"


def vinterkoll(environment: dict[str, str], *arguments: str) -> None:
    command = [sys.executable, "-m", "vinterkoll.app.cli", *arguments]
    subprocess.run(command, env=environment, check=True, capture_output=True)


def wait_for(address: str) -> None:
    deadline = time.monotonic() + 30
    while True:
        try:
            if httpx.get(address).status_code == 200:
                return
        except httpx.TransportError:
            pass
        assert time.monotonic() < deadline, f"{address} does not answer"
        time.sleep(0.1)


def test_a_street_changes_colour(
    empty_database_url: str, mosquitto: Broker, port: int, tmp_path: Path
) -> None:
    """As an operator would set it up: migrate, network, register, worker, API; then a vehicle begins its round."""
    environment = os.environ | {
        "VINTERKOLL_DATABASE_URL": empty_database_url,
        "VINTERKOLL_MQTT_PORT": str(mosquitto.port),
        "VINTERKOLL_MQTT_CLIENT_ID": "end-to-end",
        "VINTERKOLL_API_PORT": str(port),
    }
    vinterkoll(environment, "migrate")
    write_network(tmp_path / "network.geojson", 1)
    vinterkoll(environment, "network", "import", str(tmp_path / "network.geojson"))
    for table, file in write_register(tmp_path, 1).items():
        vinterkoll(environment, "register", "load", table, str(file))
    address = f"http://127.0.0.1:{port}"
    with running(environment, "ingest", "--drain-s", "1"), running(environment, "api"):
        wait_for(f"{address}/health/ready")
        with chromium() as browser:
            page = browser.new_page(viewport={"width": 1200, "height": 800})
            seen = watch(page, address)
            page.goto(address)
            expect(page.locator("html")).to_have_attribute("data-segments", "3853", timeout=20_000)
            expect(page.locator("html")).to_have_attribute("data-treated", "0")
            simulation = (
                "simulate",
                "--speed",
                "600",
                "--hours",
                "3",
                "--duration",
                "3",
                "--anchor",
                anchor(),
            )
            with running(environment, *simulation):
                street_turns(page, empty_database_url)
            assert seen.complaints == []
            assert seen.elsewhere == []


def anchor() -> str:
    """04:00 of the simulated morning: three hours ago."""
    return time.strftime("%Y-%m-%dT%H:%M:00+00:00", time.gmtime(time.time() - 3 * 3600))


def street_turns(page: Page, url: str) -> None:
    """Wait for a treatment in the database, go to its street on the map, and see its colour."""
    with psycopg.connect(url, autocommit=True) as connection:
        deadline = time.monotonic() + 30
        query = """
            SELECT (@@ extent)[0], (@@ extent)[1] FROM treatment
            JOIN segment USING (segment_id) WHERE share > 0.9 AND kind = 'gc' LIMIT 1
        """
        while (row := connection.execute(query).fetchone()) is None:
            assert time.monotonic() < deadline, "nothing was treated"
            time.sleep(0.2)
    expect(page.locator("html")).to_have_attribute("data-treated", re.compile("^[1-9]"), timeout=20_000)
    lon, lat = row
    page.goto(f"{page.url.partition('#')[0]}#18/{lat}/{lon}")
    page.reload()
    expect(page.locator("html")).to_have_attribute("data-treated", re.compile("^[1-9]"), timeout=20_000)
    colours = {colour for down in range(-30, 31, 2) for colour in canvas_colours(page, 30, down)}
    assert any(is_blue(colour) for colour in colours), colours


def is_blue(colour: str) -> bool:
    """The treated classes are blues; untreated streets are a warm grey."""
    if not colour:
        return False
    red, green, blue = (int(colour[at : at + 2], 16) for at in (1, 3, 5))
    return blue > red + 40 and blue > green
