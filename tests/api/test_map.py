"""The map in a real browser: a street that is treated changes colour, and every control can be reached."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from importlib.resources import files
from itertools import groupby
from typing import Any

import psycopg
import pytest
from playwright.sync_api import Browser, Page, Route, expect
from psycopg.types.json import Jsonb

from api_server import Serve
from chromium import Watch, canvas_colours, chromium, watch
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
WIDTH_PX = 6
"""How wide it is there."""
ALONG_PX = 60
"""So far from the middle of the map one is still on Storgatan."""

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
    add_window(rows, add_device(rows, "flow", "", "urn:a", "lane=2 forward"), hours_ago(3.1, now), 15)
    sensor = add_device(rows, "snow", "", "eui")
    for hours, depth in ((2.0, 0.08), (0.1, 0.12)):
        add_depth(rows, sensor, hours_ago(hours, now), None, depth_m=depth, lon=18.7178, lat=63.2896)
    return rows


def treat(
    rows: Database, segment: int, direction: int, action: int, hours: float, share: float = 1.0, **values: Any
) -> None:
    add_treatment(rows, segment, direction, action, hours_ago(hours, datetime.now(UTC)), 1, share, **values)


def shows(page: Page, name: str, value: int) -> None:
    """Wait until the page's hook `name` has `value`."""
    expect(page.locator("html")).to_have_attribute(f"data-{name}", str(value), timeout=PATIENCE_MS)


def told(segment: int, direction: str, **actions: dict[str, Any]) -> dict[str, Any]:
    """A feature of the API's treatments: by action, how many hours ago it was touched and whole, and the shares."""
    now = datetime.now(UTC)

    def treated(
        touched: float,
        share: float,
        whole: float | None = None,
        whole_share: float | None = None,
        first: float | None = None,
    ) -> dict[str, Any]:
        time = hours_ago(touched, now).isoformat()
        return {
            "first_time": time if first is None else hours_ago(first, now).isoformat(),
            "time": time,
            "share": share,
            "whole_time": None if whole is None else hours_ago(whole, now).isoformat(),
            "whole_share": whole_share,
            "spread": [],
            "contractor": "nord",
            "contractors": ["nord"],
        }

    done = {code: treated(**values) for code, values in actions.items()}
    return {
        "type": "Feature",
        "geometry": None,
        "properties": {"segment_id": segment, "direction": direction, "actions": done},
    }


def answer_treatments(page: Page, *features: dict[str, Any]) -> None:
    """Let the page be told of these treatments, whatever the database has."""
    content = {"type": "FeatureCollection", "features": list(features)}
    page.route("**/api/v1/treatments?*", lambda route: route.fulfill(json=content))


def with_a_hundredfold_length(route: Route) -> None:
    """Answer with a network whose kilometres can be told apart."""
    network = route.fetch().json()
    for one in network["features"]:
        one["properties"]["length_m"] *= 100
    route.fulfill(json=network)


def along(page: Page, down: int) -> list[str]:
    """The colours of the pixels along Storgatan, so many below its middle."""
    page.wait_for_timeout(100)  # the canvas draws in the next frame
    return canvas_colours(page, ALONG_PX, down)


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
    assert set(along(page, SIDE_PX)) == {""}
    assert "" not in along(page, 0), "an untreated street is a thin line"

    treat(town, STORGATAN, 1, PLOUGHING, 0.1)  # eastwards, so on the southern side
    shows(page, "treated", 1)
    assert NEWEST in along(page, SIDE_PX)
    assert set(along(page, -SIDE_PX)) == {""}

    treat(town, STORGATAN, -1, PLOUGHING, 5)
    shows(page, "treated", 2)
    assert _OLDER[2] in along(page, -SIDE_PX)
    assert seen.complaints == []
    assert seen.elsewhere == []
    assert [url for url in seen.requests if url.endswith("/api/v1/segments")] != []


def test_what_is_whole_is_told_from_what_was_touched_since(page: Page, address: str, town: Database) -> None:
    ploughed = {"touched": 0.05, "share": 0.03, "whole": 3.0, "whole_share": 0.9}
    salted = {"touched": 0.5, "share": 0.1}
    answer_treatments(
        page,
        told(STORGATAN, "forward", PLOUGHING=ploughed, SALTING_DRY=salted),
        told(STORGATAN, "backward", PLOUGHING=ploughed | {"whole": 9.0}, SALTING_DRY=salted),
        told(SIDE_STREET, "forward", PLOUGHING={"touched": 5, "share": 1.0, "whole": 5, "whole_share": 1.0}),
        told(
            SIDE_STREET,
            "backward",
            PLOUGHING={"touched": 7.5, "share": 1.0, "whole": 8.5, "whole_share": 1.0, "first": 8.5},
        ),
    )
    page.route("**/api/v1/segments", with_a_hundredfold_length)
    seen = open_map(page, address)
    shows(page, "treated", 4)
    assert set(along(page, SIDE_PX)) == {_OLDER[1]}, "whole since three hours: solid, and as old as that"
    assert set(along(page, -SIDE_PX)) == {NEWEST, ""}, "whole before the window, in part within it"
    figures = page.locator("#ages .figure")
    # of 5 km each, the greater of 0.03 and 0.1, 0.9, all; and none of what was whole before the window and touched within it, for how much
    # that was nobody tells; the rest of the town's 25 km is not treated
    expect(figures).to_have_text(["0,5 km", "0,0 km", "4,5 km", "5,0 km", "–", "15,0 km"])
    expect(page.locator("#actions label", has_text="plogning")).to_contain_text("9,7 km")
    expect(page.locator("#actions label", has_text="saltning, torr")).to_contain_text("1,0 km")
    expect(page.locator("#ages")).to_contain_text("streckad: under 80 % dashed: under 80 %")
    street = page.locator("#streets tr", has_text="Storgatan")
    expect(street.locator("td").nth(0)).to_have_text("50 %")  # 0.9 of one direction, a tenth of the other
    expect(street.locator("td").nth(1)).to_contain_text("3 min")
    expect(page.locator("#streets tr", has_text="Sidogatan").locator("td").nth(0)).to_have_text("50 %")

    page.locator("[data-action=PLOUGHING]").uncheck()
    shows(page, "treated", 2)
    for side in (SIDE_PX, -SIDE_PX):
        assert set(along(page, side)) == {NEWEST, ""}, "a tenth was salted, half an hour ago"
    expect(street.locator("td").nth(0)).to_have_text("10 %")

    page.get_by_role("button", name="Storgatan").click()
    popup = page.locator(".leaflet-popup")
    row = popup.locator("tbody").nth(0).locator("tr", has_text="plogning")
    expect(row).to_contain_text(
        re.compile(r"helt \d\d:\d\d, senast \d\d:\d\d på 3 % whole \d\d:\d\d, latest \d\d:\d\d on 3 %")
    )
    expect(popup.locator("tbody").nth(0).locator("tr", has_text="saltning")).not_to_contain_text("helt")
    expect(popup).to_contain_text("Senaste åtgärd av varje slag, de senaste 24 timmarna.")
    assert seen.complaints == []


def test_dashes_have_gaps(page: Page, address: str, town: Database) -> None:
    answer_treatments(page, told(STORGATAN, "forward", PLOUGHING={"touched": 0.1, "share": 0.5}))
    open_map(page, address)
    shows(page, "treated", 1)
    runs = [(colour, len(list(run))) for colour, run in groupby(along(page, SIDE_PX))][1:-1]
    assert len(runs) > 6
    for colour, length in runs:
        assert length >= WIDTH_PX - 1, (colour, length)
    assert {colour for colour, _ in runs} == {NEWEST, ""}


def test_who_waits_longest_is_the_street_whose_oldest_direction_does(
    page: Page, address: str, town: Database
) -> None:
    def whole(hours: float) -> dict[str, Any]:
        return {"touched": hours, "share": 1.0, "whole": hours, "whole_share": 1.0}

    answer_treatments(
        page,
        told(STORGATAN, "forward", PLOUGHING=whole(0.1)),
        told(STORGATAN, "backward", PLOUGHING={"touched": 0.1, "share": 0.7}),
        told(SIDE_STREET, "forward", PLOUGHING=whole(3)),
        told(SIDE_STREET, "backward", PLOUGHING=whole(4)),
    )
    open_map(page, address)
    shows(page, "treated", 4)
    names = page.locator("#streets button")
    expect(names).to_have_text(["Storgatan", "Sidogatan"])
    page.locator("#order").select_option("latest")
    expect(names).to_have_text(["Storgatan", "Sidogatan"])
    answer_treatments(
        page,
        *(told(STORGATAN, way, PLOUGHING=whole(hours)) for way, hours in (("forward", 0.1), ("backward", 5))),
        *(told(SIDE_STREET, way, PLOUGHING=whole(4)) for way in ("forward", "backward")),
    )
    page.locator("#order").select_option("waiting")
    expect(page.locator("#streets tr", has_text="Sidogatan")).to_contain_text("4 h", timeout=PATIENCE_MS)
    expect(names).to_have_text(["Storgatan", "Sidogatan"])
    answer_treatments(
        page,
        *(told(STORGATAN, way, PLOUGHING=whole(1)) for way in ("forward", "backward")),
        *(
            told(SIDE_STREET, way, PLOUGHING=whole(hours))
            for way, hours in (("forward", 0.1), ("backward", 4))
        ),
    )
    expect(names).to_have_text(["Sidogatan", "Storgatan"], timeout=PATIENCE_MS)


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
    assert _OLDER[1] in along(page, SIDE_PX), "the ploughing three hours ago is what is left"
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


def with_a_second_part(route: Route) -> None:
    """Answer with the network, and a further, shorter segment of Storgatan east of the first."""
    network = route.fetch().json()
    [first] = [one for one in network["features"] if one["properties"]["segment_id"] == STORGATAN]
    shorter = [[lon + 0.0025, lat] for lon, lat in first["geometry"]["coordinates"][1:]]
    second = {
        **first,
        "properties": first["properties"] | {"segment_id": 4},
        "geometry": {"type": "LineString", "coordinates": shorter},
    }
    route.fulfill(json=network | {"features": [second, *network["features"]]})


def test_the_focus_goes_to_a_streets_popup_along_its_parts_and_back(
    page: Page, address: str, town: Database
) -> None:
    page.route("**/api/v1/segments", with_a_second_part)
    answer_treatments(page, told(4, "forward", SANDING_LINE={"touched": 0.1, "share": 0.5}))
    seen = watch(page, address)
    page.goto(address + ON_STORGATAN)
    shows(page, "segments", 4)
    shows(page, "treated", 1)
    street = page.get_by_role("button", name="Storgatan")
    street.focus()
    page.keyboard.press("Enter")
    popup = page.locator(".leaflet-popup")
    heading = popup.get_by_role("heading", name="Storgatan")
    expect(heading).to_be_focused()
    expect(heading).to_be_in_viewport(ratio=1)
    expect(popup).to_contain_text("del 1 av 2 part 1 of 2")
    expect(popup).not_to_contain_text("sandning")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    for part, sanded in ((2, 1), (1, 0), (2, 1)):
        page.keyboard.press("Enter")
        expect(popup).to_contain_text(f"del {part} av 2")
        expect(popup.locator("tr", has_text="sandning")).to_have_count(sanded)
        expect(popup.get_by_role("button", name="Nästa next")).to_be_focused()
    expect(popup).to_be_in_viewport(ratio=1)
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Stäng, close")).to_be_focused()
    page.keyboard.press("Escape")
    expect(popup).to_have_count(0)
    expect(street).to_be_focused()
    assert seen.complaints == []


def test_an_open_popup_tells_what_comes(page: Page, address: str, town: Database) -> None:
    answer_treatments(page)
    open_map(page, address)
    page.get_by_role("button", name="Storgatan").press("Enter")
    popup = page.locator(".leaflet-popup")
    expect(popup.locator("tbody").nth(0)).to_have_text("österut eastboundinte åtgärdad not treated")
    keep = "() => { document.activeElement.kept = true; }"
    kept = "() => document.activeElement.kept"
    page.evaluate(keep)
    answer_treatments(page, told(STORGATAN, "forward", PLOUGHING={"touched": 0.1, "share": 0.5}))
    expect(popup.locator("tbody").nth(0)).to_contain_text("plogning ploughing", timeout=PATIENCE_MS)
    expect(popup.locator("h3")).to_be_focused()
    assert page.evaluate(kept), "the heading that had the focus is the one that has it"

    heads = popup.locator("thead th")
    expect(heads).to_have_text(["riktning direction", "åtgärd action", "tid time", "andel share"])
    assert popup.locator("tbody th[scope=rowgroup]").count() == popup.locator("tbody").count() == 2


def test_who_falls_silent_grows_old_without_a_new_answer(page: Page, address: str, town: Database) -> None:
    page.clock.install()
    open_map(page, address)
    truck, sensors = page.locator(".is-vehicle[role=button]"), page.locator(".is-sensor")
    expect(sensors).to_have_count(2)
    expect(truck).to_have_class(re.compile("working"))
    expect(page.locator("#updated strong")).to_have_count(0)
    page.locator(".is-sensor.snow").press("Enter")
    expect(page.locator(".leaflet-popup")).to_contain_text(re.compile(r"\D\d min"))

    # else the page learns that the hour is not over
    page.route("**/api/v1/status", lambda route: route.abort())
    page.clock.fast_forward(60 * 60 * 1_000)
    expect(page.locator(".is-sensor.old")).to_have_count(2)
    expect(truck).to_have_class(re.compile("silent"))
    expect(truck).to_have_attribute(
        "aria-label",
        re.compile(r"Plogbil 1: plogning, tyst sedan \d\d:\d\d, silent since \d\d:\d\d"),
    )
    expect(page.locator(".leaflet-popup")).to_contain_text(re.compile(r"1 h \d+ min"))
    expect(page.locator("#updated strong")).to_contain_text(re.compile(r"data till (\w+ )?\d\d:\d\d"))


def test_a_sensor_does_not_hide_that_vehicles_are_silent(page: Page, address: str, rows: Database) -> None:
    add_network(rows)
    now = datetime.now(UTC)
    add_position(rows, add_device(rows, "position", "nord", "p1"), hours_ago(0.5, now))
    future = {"updated_at": now, "last_event_at": hours_ago(-1, now)}
    insert(rows, "ingest_status", worker="w", messages=0, rows=0, duplicates=0, rejects=0, **future)
    open_map(page, address)
    expect(page.locator("#updated strong")).to_contain_text("data till")
    rows.execute("DELETE FROM position")
    shows(page, "vehicles", 0)
    expect(page.locator("#updated strong")).to_contain_text("no positions in 24 h")


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
    expect(page.locator(".leaflet-popup", has_text="snödjup")).to_contain_text("since")
    page.locator(".is-sensor.traffic").press("Enter")
    lanes = page.locator(".leaflet-popup tbody tr")
    expect(lanes).to_have_count(3)
    expect(lanes.filter(has_text="3 h")).to_have_text(re.compile("körfält 2"))
    box = page.get_by_role("checkbox", name="snödjup")
    box.uncheck()
    expect(page.locator(".is-sensor.snow")).to_have_count(0)
    box.check()
    expect(snow).to_have_attribute("aria-label", "eui: 12 cm")
    expect(snow).to_have_attribute("title", "eui: 12 cm")
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
