"""Messages per second that each decoder turns into columns, beside orjson.loads of the same bytes, on one core.

Run: python bench/decode.py [--messages 5000] [--rounds 15]
"""

import argparse
import json
import time
from base64 import b64encode
from collections.abc import Callable

import orjson

from vinterkoll.ingest.formats import FORMATS
from vinterkoll.ingest.message import Message


def _position(seq: int) -> dict[str, object]:
    return {
        "vehicle": "AB12",
        "time": f"2026-01-12T05:{seq // 60 % 60:02d}:{seq % 60:02d}.123Z",
        "lon": round(18.7 + seq * 1e-5, 7),
        "lat": 63.2901234,
        "speed_kmh": 31.2,
        "heading": 271.5,
        "accuracy_m": 3.1,
        "actions": ["PLOUGHING"],
        "plough": {"front": "DOWN", "side_left": "UP"},
        "seq": seq,
    }


def _flow(seq: int) -> dict[str, object]:
    def moment(minute: int) -> dict[str, object]:
        return {
            "type": "Property",
            "value": {"@type": "DateTime", "@value": f"2026-01-12T05:{minute:02d}:00Z"},
        }

    return {
        "id": "urn:ngsi-ld:TrafficFlowObserved:ornskoldsvik:7",
        "type": "TrafficFlowObserved",
        "dateObserved": moment(seq % 55),
        "dateObservedFrom": moment(seq % 55),
        "dateObservedTo": moment(seq % 55 + 1),
        "intensity": {"type": "Property", "value": seq % 90},
        "occupancy": {"type": "Property", "value": 0.12},
        "averageVehicleSpeed": {"type": "Property", "value": 47.3},
        "laneId": {"type": "Property", "value": 1},
        "laneDirection": {"type": "Property", "value": "forward"},
        "location": {"type": "GeoProperty", "value": {"type": "Point", "coordinates": [18.7, 63.29]}},
    }


def _uplink(seq: int) -> dict[str, object]:
    return {
        "deviceInfo": {"tenantName": "Kommun", "deviceName": "snow 1", "devEui": "0004a30b001c0530"},
        "time": f"2026-01-12T05:{seq // 60 % 60:02d}:{seq % 60:02d}.775023242+00:00",
        "fCnt": seq,
        "fPort": 1,
        "data": b64encode(bytes.fromhex("02012f000304d200010bb1")).decode(),
        "rxInfo": [
            {"gatewayId": "0016c001f153a14c", "rssi": -57, "snr": 9.8, "location": {"latitude": 63.3}}
        ],
    }


STREAMS: dict[str, tuple[str, str, Callable[[int], object]]] = {
    "mip, single": ("mip", "mip/v1/nordsno/AB12/position", _position),
    "mip, arrays of 100": ("mip", "mip/v1/nordsno/AB12/position", lambda seq: [_position(seq)] * 100),
    "traffic-flow-observed": ("traffic-flow-observed", "traffic/v1/kommun/flow", _flow),
    "chirpstack": ("chirpstack", "application/1/device/0004a30b001c0530/event/up", _uplink),
}


def _best_s(run: Callable[[], object], rounds: int) -> float:
    times_s = []
    for _ in range(rounds):
        started_s = time.perf_counter()
        run()
        times_s.append(time.perf_counter() - started_s)
    return min(times_s)


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--messages", type=int, default=5_000)
    arguments.add_argument("--rounds", type=int, default=15)
    chosen = arguments.parse_args()
    print(f"{'stream':24}{'bytes':>7}{'rows/s':>12}{'orjson.loads/s':>16}{'ratio':>7}")
    for title, (name, topic, make) in STREAMS.items():
        rows_each = 100 if "100" in title else 1
        messages = [
            Message(topic, json.dumps(make(seq)).encode(), 0) for seq in range(chosen.messages // rows_each)
        ]
        decode = FORMATS[name]
        decoded = decode(messages)
        assert len(decoded.rows) == chosen.messages, decoded.rejects[:1]
        ours = chosen.messages / _best_s(lambda: decode(messages), chosen.rounds)  # noqa: B023
        theirs = chosen.messages / _best_s(lambda: [orjson.loads(m.payload) for m in messages], chosen.rounds)  # noqa: B023
        print(f"{title:24}{len(messages[0].payload):7}{ours:12,.0f}{theirs:16,.0f}{ours / theirs:7.2f}")


if __name__ == "__main__":
    main()
