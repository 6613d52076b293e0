"""The street network file: what fits, and a clear word for what does not."""

import copy
from typing import Any

import orjson
import pytest

from vinterkoll.ingest.network.links import NetworkFileError, Report
from vinterkoll.ingest.network.reading import Area
from vinterkoll.ingest.network.ready import ReadyNetwork, read_ready
from vinterkoll.processing.network import KINDS

FEATURE: dict[str, Any] = {
    "type": "Feature",
    "geometry": {"type": "LineString", "coordinates": [[18.7153, 63.2909], [18.7170, 63.2911]]},
    "properties": {
        "segment_id": 1,
        "name": "Storgatan",
        "kind": "carriageway",
        "winter_class": 2,
        "passes_required": 2,
        "start_node": 1,
        "end_node": 2,
    },
}


def read(content: bytes) -> tuple[ReadyNetwork, list[str]]:
    report = Report()
    return read_ready(content, Area(10, 55, 24.5, 69.5), report), list(report.lines())


def file_of(*features: dict[str, Any], **members: Any) -> bytes:
    return orjson.dumps({"type": "FeatureCollection", "features": list(features)} | members)


def changed(**properties: Any) -> dict[str, Any]:
    feature = copy.deepcopy(FEATURE)
    feature["properties"] |= properties
    return feature


def line(*coordinates: list[float]) -> dict[str, Any]:
    return {"type": "LineString", "coordinates": coordinates}


def test_the_kinds_are_those_of_the_kernels() -> None:
    for kind in KINDS:
        assert read(file_of(changed(kind=kind)))[0].segments.kind.tolist() == [kind]


def test_columns() -> None:
    found, said = read(file_of(FEATURE, changed(segment_id=2, kind="gc"), name="Stad", generated=True))
    assert (found.name, found.generated) == ("Stad", True)
    assert found.segments.segment_id.tolist() == [1, 2]
    assert found.segments.kind.tolist() == ["carriageway", "gc"]
    assert found.segments.length_m.tolist() == pytest.approx([88.2, 88.2], abs=0.2)
    assert said == []


def test_heights_are_dropped() -> None:
    high = changed(segment_id=2) | {"geometry": line([18.7153, 63.2909, 12], [18.7170, 63.2911])}
    segments = read(file_of(FEATURE, high))[0].segments
    assert segments.length_m[0] == segments.length_m[1]
    assert segments.lines[0] == segments.lines[1]


def test_what_lies_outside_the_service_area_is_left_out_and_told() -> None:
    swapped = changed(segment_id=7) | {"geometry": line([63.2909, 18.7153], [63.2911, 18.7170])}
    found, said = read(file_of(swapped, FEATURE, swapped))
    assert found.segments.segment_id.tolist() == [1]
    assert said == ["left out: 2 outside the service area (such as 7)"]
    with pytest.raises(NetworkFileError, match="no street is left"):
        read(file_of(swapped))


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "not a street network"),
        (b"[1]", "not a street network"),
        (b'{"type": "Feature", "features": []}', r"Feature"),
        (b'\xff{"features": 3}', "not a street network"),
        (file_of({"type": "Feature"}), r"geometry.*\$.features\[0\]"),
        (file_of(FEATURE, changed(kind="road")), r"'road' - at `\$.features\[1\].properties.kind`"),
        (file_of(changed(winter_class=6)), r"<= 5.*winter_class"),
        (file_of(changed(passes_required=3)), r"<= 2.*passes_required"),
        (file_of(changed(segment_id="1")), r"`int`, got `str`.*segment_id"),
        (file_of(changed(start_node=True)), r"`int`, got `bool`.*start_node"),
        (file_of(changed(segment_id=2**63)), r"segment_id"),
        (file_of(changed(name=None)), r"`str`, got `null`.*name"),
        (file_of(FEATURE, FEATURE), "a segment_id occurs twice"),
        (file_of(FEATURE | {"geometry": None}), r"geometry"),
        (file_of(FEATURE | {"geometry": line() | {"type": "Point"}}), r"Point"),
        (
            file_of(FEATURE, changed(segment_id=2) | {"geometry": line([18, 63], [18, 63])}),
            r"no length.*\[1\]",
        ),
        (file_of(FEATURE | {"geometry": line([18, 63])}), r"length >= 2"),
        (
            file_of(FEATURE, changed(segment_id=2) | {"geometry": line([18, 63], [18.0000001, 63])}),
            r"no length of 0.01 m.*\[1\]",
        ),
        (
            file_of(FEATURE, FEATURE | {"geometry": line([18, 63], [686100, 7023000])}),
            r"degrees, got 686100, 7023000 - at `\$.features\[1\].geometry.coordinates`",
        ),
        (file_of(FEATURE | {"geometry": line([18, 63], [18, 100])}), r"got 18, 100"),
        (file_of(FEATURE | {"geometry": line([18, 63], [105, 0])}), r"no length of 0.01 m.*\[0\]"),
        (file_of(changed(name="Stor\0gatan")), r"matching.*features\[0\].properties.name"),
        (file_of(FEATURE, name="\0"), r"matching.*name"),
        (file_of(FEATURE | {"properties": [1]}), r"properties"),
        (file_of(), r"length >= 1.*features"),
    ],
)
def test_what_does_not_fit_is_named(content: bytes, message: str) -> None:
    with pytest.raises(NetworkFileError, match=message):
        read(content)
