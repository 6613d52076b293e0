"""The map in a real browser: a street that is treated changes colour, and every control can be reached."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from importlib.resources import files
from typing import Any

import psycopg
import pytest
from playwright.sync_api import Browser, Page, expect
from psycopg.types.json import Jsonb

from api_server import Serve
from chromium import Watch, canvas_colour, chromium, watch
from town_rows import (
    SIDE_STREET,
    STORGATAN,
    add_depth,
    add_device,
    add_network,
    add_position,
    add_treatment,
    add_window,
    hours_ago,
    insert,
)
from vinterkoll.processing.actions import CODES, mask_of

pytestmark = [pytest.mark.browser, pytest.mark.postgres]
Database = psycopg.Connection[Any]

PLOUGHING, SALTING, SANDING = map(CODES.index, ("PLOUGHING", "SALTING_DRY", "SANDING_LINE"))
ON_STORGATAN = "/#17/63.29000/18.71700"
POLL_MS = 5_000
PATIENCE_MS = 3 * POLL_MS
SIDE_PX = 4
"""Where a direction's line is, right of the middle of its street, at zoom 17."""

_PALETTE = (files("vinterkoll.api") / "static" / "palette.js").read_text()
NEWEST, *_OLDER = re.findall(r'untilHours: \d+, colour: "(#\w{6})"', _PALETTE)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    page = browser.new_page(viewport={"width": 1280, "height": 800}, locale="sv-SE")
    yield page
    page.close()


@pytest.fixture
def town(rows: Database) -> Database:
    """Streets, a plough on Storgatan, a counter, a snow sensor, nothing treated yet."""
    add_network(rows)
    now = datetime.now(UTC)
    insert(rows, "contractor", contractor="nord", name="Nord AB")
    insert(rows, "vehicle", contractor="nord", vehicle="p1", name="Plogbil 1")
    truck = add_device(rows, "position", "nord", "p1")
    add_position(rows, truck, now, lon=18.7172, lat=63.2904, actions=mask_of(["PLOUGHING"]), heading_deg=90.0)
    insert(rows, "sensor", sensor="urn:a", kind="flow", name="Bron", lon=18.7165, lat=63.2896)
    for lane in ("lane=1 forward", "lane=1 backward"):
        add_window(rows, add_device(rows, "flow", "", "urn:a", lane), hours_ago(0.2, now), 15)
    add_depth(
        rows,
        add_device(rows, "snow", "", "eui"),
        hours_ago(0.1, now),
        None,
        depth_m=0.12,
        lon=18.7178,
        lat=63.2896,
    )
    return rows


def treat(
    rows: Database, segment: int, direction: int, action: int, hours: float, share: float = 1.0, **values: Any
) -> None:
    add_treatment(rows, segment, direction, action, hours_ago(hours, datetime.now(UTC)), 1, share, **values)


def shows(page: Page, name: str, value: int) -> None:
    """Wait until the page's hook `name` has `value`."""
    expect(page.locator("html")).to_have_attribute(f"data-{name}", str(value), timeout=PATIENCE_MS)


def middle_of_map(page: Page) -> tuple[float, float]:
    box = page.locator("#map").bounding_box()
    assert box
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def open_map(page: Page, address: str, where: str = ON_STORGATAN) -> Watch:
    seen = watch(page, address)
    page.goto(address + where)
    shows(page, "segments", 3)
    shows(page, "vehicles", 1)
    return seen


@pytest.fixture
def address(serve: Serve, database_url: str) -> str:
    return serve(database_url, simulated=True)


def test_a_treated_street_changes_colour(page: Page, address: str, town: Database) -> None:
    seen = open_map(page, address)
    shows(page, "treated", 0)
    page.mouse.move(5, 5)
    assert canvas_colour(page, 0, SIDE_PX) == ""
    assert canvas_colour(page, 0, 0) != "", "an untreated street is a thin line"

    treat(town, STORGATAN, 1, PLOUGHING, 0.1)  # eastwards, so on the southern side
    shows(page, "treated", 1)
    page.wait_for_timeout(100)  # the canvas draws in the next frame
    assert canvas_colour(page, 0, SIDE_PX) == NEWEST
    assert canvas_colour(page, 0, -SIDE_PX) == ""

    treat(town, STORGATAN, -1, PLOUGHING, 5)
    shows(page, "treated", 2)
    page.wait_for_timeout(100)
    assert canvas_colour(page, 0, -SIDE_PX) == _OLDER[2]
    assert seen.complaints == []
    assert seen.elsewhere == []
    assert [url for url in seen.requests if url.endswith("/api/v1/segments")] != []


def test_chips_and_legend_choose_what_counts(page: Page, address: str, town: Database) -> None:
    treat(town, STORGATAN, 1, PLOUGHING, 3)
    treat(town, STORGATAN, 1, SANDING, 0.5)
    treat(town, SIDE_STREET, 1, PLOUGHING, 20)
    open_map(page, address)
    shows(page, "treated", 1)  # within eight hours
    for hours, treated in ((24, 2), (1, 1), (2, 1)):
        page.get_by_text(f"{hours} h", exact=True).click()
        shows(page, "treated", treated)
    page.locator("[data-action=SANDING_LINE]").uncheck()
    shows(page, "treated", 0)
    page.get_by_text("8 h", exact=True).click()
    shows(page, "treated", 1)
    page.wait_for_timeout(100)
    assert canvas_colour(page, 0, SIDE_PX) == _OLDER[1], "the ploughing three hours ago is what is left"
    page.locator("[data-action=PLOUGHING]").uncheck()
    shows(page, "treated", 0)


def test_the_keyboard_reaches_everything(page: Page, address: str, town: Database) -> None:
    treat(town, SIDE_STREET, 1, PLOUGHING, 1.2, share=0.5)
    seen = open_map(page, address)
    shows(page, "treated", 1)
    page.keyboard.press("Tab")
    expect(page.locator(".skip")).to_be_focused()
    expect(page.locator(".skip")).to_be_in_viewport()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(page.locator("#window-8")).to_be_focused()
    page.keyboard.press("ArrowLeft")
    expect(page.locator("#window-2")).to_be_checked()
    shows(page, "treated", 1)
    page.keyboard.press("ArrowLeft")
    shows(page, "treated", 0)
    page.keyboard.press("ArrowRight")

    focusable = page.locator("#panel :is(input, select, button)")
    reached = set()
    for _ in range(focusable.count()):
        page.keyboard.press("Tab")
        inside = page.evaluate(
            """() => {
                const one = document.activeElement;
                if (one === document.body) return "the end";
                const ring = getComputedStyle(one).outlineStyle !== "none";
                return ring ? one.id || one.dataset.action || one.dataset.layer || one.textContent : "no ring";
            }"""
        )
        reached.add(inside)
    assert {"find", "order", "vehicles", "PLOUGHING", "Storgatan", "Sidogatan"} <= reached
    assert "no ring" not in reached

    page.locator("#find").focus()
    page.keyboard.type("SIDO")
    street = page.locator("#streets tr")
    expect(street).to_have_count(1)
    expect(street).to_contain_text("25 %")  # half of one of two directions
    expect(street).to_contain_text("1 h 12 min")
    for _ in range(2):
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    popup = page.locator(".leaflet-popup")
    expect(popup).to_contain_text("Sidogatan")
    expect(popup).to_contain_text("plogning ploughing")
    expect(popup).to_contain_text("norrut northbound")
    expect(popup).to_contain_text("50 %")
    assert seen.complaints == []


def test_a_click_on_a_street_tells_what_was_done_by_whom_and_how_much(
    page: Page, address: str, town: Database
) -> None:
    arctic = add_device(town, "position", "arctic", "a1")
    unknown = dict.fromkeys(("material", "kg", "litres", "g_per_m2", "ml_per_m2", "width_m"))
    salt = unknown | {"material": "SALT", "kg": 0.846, "g_per_m2": 12.0, "width_m": 6.0}
    began, devices = hours_ago(1.5, datetime.now(UTC)), [1, arctic]
    for direction, spread in ((1, salt), (-1, unknown)):
        more = {"first_time": began, "device_ids": devices, "spread": Jsonb([spread])}
        treat(town, STORGATAN, direction, SALTING, 0.1, 0.5, **more)
    seen = open_map(page, address)
    shows(page, "treated", 2)
    page.mouse.click(*middle_of_map(page))
    rows = page.locator(".leaflet-popup tbody tr")
    span = r"\d\d:\d\d–\d\d:\d\d 6 min"
    expect(rows.nth(0)).to_contain_text(re.compile(rf"SALT 0,8 kg, 12 g/m²nord, arctic{span}50 %"))
    expect(rows.nth(1)).to_contain_text(re.compile(rf"okänd mängd unknown amountnord, arctic{span}50 %"))
    expect(rows).to_have_count(2)
    assert seen.complaints == []


def test_vehicles_and_sensors_say_what_they_know(page: Page, address: str, town: Database) -> None:
    open_map(page, address)
    truck = page.get_by_role("button", name="Plogbil 1: plogning")
    assert truck.locator("path").get_attribute("transform") == "rotate(90)"
    expect(truck).to_have_class(re.compile("working"))
    truck.press("Enter")
    expect(page.locator(".leaflet-popup")).to_contain_text("Nord AB")
    expect(page.locator(".is-sensor.traffic")).to_contain_text("360/h 40 km/h")
    snow = page.locator(".is-sensor.snow")
    expect(snow).to_contain_text("12 cm")
    snow.press("Enter")
    expect(page.locator(".leaflet-popup", has_text="snödjup")).to_contain_text(
        "inte i registret not registered"
    )
    page.get_by_role("checkbox", name="snödjup").uncheck()
    expect(page.locator(".is-sensor.snow")).to_have_count(0)
    expect(page.locator("#note")).to_contain_text("none of this happened")


def test_it_says_when_it_cannot_reach_the_server(page: Page, address: str, town: Database) -> None:
    open_map(page, address)
    expect(page.locator("#updated")).to_contain_text(re.compile(r"uppdaterad \d\d:\d\d"))
    page.route("**/api/**", lambda route: route.abort())
    expect(page.locator("#trouble")).to_contain_text("No contact with the server", timeout=PATIENCE_MS)
    page.unroute("**/api/**")
    expect(page.locator("#trouble")).to_be_empty(timeout=2 * PATIENCE_MS)


def test_a_hidden_page_does_not_poll(page: Page, address: str, town: Database) -> None:
    seen = open_map(page, address)
    hide = """(hidden) => {
        Object.defineProperty(document, "hidden", { value: hidden, configurable: true });
        document.dispatchEvent(new Event("visibilitychange"));
    }"""
    page.evaluate(hide, True)
    page.wait_for_timeout(500)
    before = len(seen.requests)
    page.wait_for_timeout(POLL_MS + 1_000)
    assert len(seen.requests) == before
    page.evaluate(hide, False)
    page.wait_for_timeout(1_000)
    assert len(seen.requests) > before


def test_the_view_is_in_the_address_and_towns_are_found(page: Page, address: str, town: Database) -> None:
    open_map(page, address, "/")
    expect(page.locator("#places button")).to_have_text(["Örnsköldsvik"])
    page.wait_for_timeout(300)
    assert re.search(r"#\d+/63\.\d+/18\.\d+$", page.url)
    page.goto(page.url.partition("#")[0] + "#12/62.52000/15.66000")
    page.wait_for_timeout(300)
    assert page.url.endswith("#12/62.52000/15.66000")
    page.locator("#places button").click()
    page.wait_for_timeout(1_000)
    assert "/63." in page.url


@pytest.mark.parametrize(("width", "height"), [(1280, 800), (390, 844), (320, 640)])
def test_nothing_sticks_out(page: Page, address: str, town: Database, width: int, height: int) -> None:
    page.set_viewport_size({"width": width, "height": height})
    open_map(page, address)
    assert page.evaluate("() => document.documentElement.scrollWidth") <= width
    assert page.evaluate(
        "() => document.getElementById('panel').scrollWidth <= document.getElementById('panel').clientWidth"
    )
    named = page.evaluate(
        """() => [...document.querySelectorAll("button, input, select, [role=button]")].filter(
            (one) => !(one.labels?.length || one.textContent.trim() || one.getAttribute("aria-label"))
        ).map((one) => one.outerHTML)"""
    )
    assert named == []
