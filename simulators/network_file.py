"""Writes the generated network as the GeoJSON file that `vinterkoll network import` takes."""

from pathlib import Path

import orjson

from vinterkoll.simulators.network import network


def write_network(path: Path, seed: int) -> int:
    """Write the network of `seed` and return its number of segments."""
    streets = network(seed)
    features = [
        {
            "type": "Feature",
            "geometry": {"type": "LineString", "coordinates": streets.lon_lat[i].tolist()},
            "properties": {
                "segment_id": streets.segment_id[i],
                "name": streets.name[i],
                "kind": streets.kind[i],
                "winter_class": streets.winter_class[i],
                "passes_required": streets.passes_required[i],
                "start_node": streets.start_node[i],
                "end_node": streets.end_node[i],
            },
        }
        for i in range(len(streets))
    ]
    collection = {
        "type": "FeatureCollection",
        "name": f"Generated streets, Örnsköldsvik and Ånge (seed {seed})",
        "generated": True,
        "features": features,
    }
    path.write_bytes(orjson.dumps(collection, option=orjson.OPT_APPEND_NEWLINE))
    return len(streets)
