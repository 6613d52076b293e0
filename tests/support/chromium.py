"""Debian's Chromium, driven by Playwright, and a page that remembers what it should not have done."""

import contextlib
import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field

from playwright.sync_api import Browser, Page, sync_playwright

QUIET = (
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


@contextlib.contextmanager
def chromium() -> Iterator[Browser]:
    """A browser. While it runs, this thread cannot use `asyncio.run`."""
    program = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    assert program, "this test needs Chromium: apt-get install chromium"
    root = ["--no-sandbox"] if os.geteuid() == 0 else []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=[*QUIET, *root])
        try:
            yield browser
        finally:
            browser.close()


@dataclass
class Watch:
    """What a page complained of, and what it asked for elsewhere."""

    complaints: list[str] = field(default_factory=list)
    elsewhere: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)


def watch(page: Page, address: str) -> Watch:
    """Note complaints and requests of `page`; `address` is the only server it may ask."""
    seen = Watch()

    def said(kind: str, text: str) -> None:
        if kind in {"error", "warning"} and "getImageData" not in text:  # that is `canvas_colours` below
            seen.complaints.append(text)

    page.on("console", lambda message: said(message.type, message.text))
    page.on("pageerror", lambda error: seen.complaints.append(str(error)))

    def asked(url: str) -> None:
        seen.requests.append(url)
        if not url.startswith((address, "data:")):
            seen.elsewhere.append(url)

    page.on("request", lambda request: asked(request.url))
    return seen


def canvas_colours(page: Page, reach: int, down: int) -> list[str]:
    """The colours that the streets' canvas has so many pixels below the middle of the map, and up to `reach` left and right of it: `#rrggbb`, or empty."""
    colours = page.evaluate(
        """([reach, down]) => {
            const map = document.getElementById("map").getBoundingClientRect();
            const canvas = document.querySelector(".leaflet-overlay-pane canvas");
            const shown = canvas.getBoundingClientRect();
            const scale = canvas.width / shown.width;
            const left = (map.left + map.width / 2 - reach - shown.left) * scale;
            const y = (map.top + map.height / 2 + down - shown.top) * scale;
            const width = 2 * reach + 1;
            const { data } = canvas.getContext("2d").getImageData(Math.round(left), Math.round(y), width * scale, 1);
            return Array.from({ length: width }, (_, i) => {
                const [r, g, b, alpha] = data.slice(4 * i * scale, 4 * i * scale + 4);
                return alpha < 200 ? "" : "#" + [r, g, b].map((one) => one.toString(16).padStart(2, "0")).join("");
            });
        }""",
        [reach, down],
    )
    return [str(colour) for colour in colours]
