"""The map's files: colours that can be told apart, a word for every action, nothing from elsewhere."""

import re
from importlib.resources import files
from itertools import pairwise

import httpx

from vinterkoll.processing.actions import CODES

STATIC = files("vinterkoll.api") / "static"
SCRIPTS = [file for file in STATIC.iterdir() if file.name.endswith(".js")]
CONTRAST_OF_GRAPHICS = 3.0  # WCAG 2.1, 1.4.11
CONTRAST_OF_TEXT = 4.5  # 1.4.3
CONTRAST_BETWEEN_CLASSES = 1.4  # in lightness alone, for those who see no hue


def luminance(colour: str) -> float:
    channels = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (
        value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4 for value in channels
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    darker, lighter = sorted([luminance(one), luminance(other)])
    return (lighter + 0.05) / (darker + 0.05)


def test_classes_are_told_apart_without_their_hue() -> None:
    palette = (STATIC / "palette.js").read_text()
    classes = re.findall(r'untilHours: \d+, colour: "(#\w{6})"', palette)
    named = dict(re.findall(r'export const (\w+) = "(#\w{6})"', palette))
    assert len(classes) == 5
    assert [luminance(colour) for colour in classes] == sorted(map(luminance, classes)), "dark is recent"
    assert luminance(named["UNTREATED"]) > luminance(classes[-1]), "and what was not treated is lightest"
    for one, other in pairwise([*classes, named["UNTREATED"]]):
        assert contrast(one, other) >= CONTRAST_BETWEEN_CLASSES
    for colour in [*classes, named["UNTREATED"]]:
        assert contrast(colour, named["LAND"]) >= CONTRAST_OF_GRAPHICS


def test_texts_have_contrast() -> None:
    style = (STATIC / "style.css").read_text()
    colours = dict(re.findall(r"--(\w+): (#\w{6});", style))
    for name in ("ink", "quiet", "accent", "vehicle", "traffic", "snow", "trouble"):
        assert contrast(colours[name], colours["paper"]) >= CONTRAST_OF_TEXT, name
    faded = re.findall(r"^(.*) \{[^}]*opacity: 0?\.", style, re.MULTILINE)
    assert faded == [], "what shines through has less"


def test_every_action_has_its_words() -> None:
    words = (STATIC / "words.js").read_text()
    named = re.findall(r'^  ([A-Z_]+): \["[^"]+", "[^"]+"\],$', words, re.MULTILINE)
    assert named == list(CODES)


def test_nothing_comes_from_elsewhere_and_nothing_is_parsed_as_markup() -> None:
    for file in [*SCRIPTS, STATIC / "index.html", STATIC / "style.css"]:
        text = file.read_text()
        assert set(re.findall(r"https?://[^\"'\s)]+", text)) <= {
            "https://leafletjs.com",
            "http://www.w3.org/2000/svg",
        }
        assert not re.search(
            r"innerHTML|insertAdjacentHTML|document\.write|\beval\(| style=| on\w+=\"", text
        ), file.name


def test_files_are_served_as_what_they_are(bare_client: httpx.Client) -> None:
    types = {
        "/": "text/html",
        "/static/map.js": "text/javascript",
        "/static/style.css": "text/css",
        "/static/icon.svg": "image/svg+xml",
        "/static/municipalities.geojson": "application/geo+json",
        "/static/leaflet/leaflet.js": "text/javascript",
        "/static/leaflet/leaflet.css": "text/css",
    }
    for path, media_type in types.items():
        answer = bare_client.get(path)
        assert answer.status_code == 200, path
        assert answer.headers["content-type"].partition(";")[0] == media_type
        assert answer.headers["cache-control"] == "no-cache"
        same = bare_client.get(path, headers={"If-None-Match": answer.headers["etag"]})
        assert same.status_code in {200, 304}
