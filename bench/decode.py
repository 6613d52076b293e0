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


def _trafikverket(seq: int) -> dict[str, object]:
    return {
        "SiteId": 4021,
        "MeasurementTime": f"2026-01-12T06:{seq % 60:02d}:00.000+01:00",
        "MeasurementOrCalculationPeriod": 60,
        "VehicleType": "anyVehicle",
        "VehicleFlowRate": seq % 900,
        "AverageVehicleSpeed": 71.4,
        "CountyNo": [22],
        "SpecificLane": f"lane{seq % 3 + 1}",
        "MeasurementSide": "northBound",
        "DataQuality": "good",
        "Geometry": {"SWEREF99TM": "POINT (686012.11 7024118.98)", "WGS84": "POINT (18.7162 63.2909)"},
        "ModifiedTime": "2026-01-12T05:15:21.432Z",
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


def _things(seq: int) -> dict[str, object]:
    return {
        "end_device_ids": {
            "device_id": "snow-1",
            "application_ids": {"application_id": "snow"},
            "dev_eui": "0004A30B001C0530",
        },
        "received_at": f"2026-01-12T05:{seq // 60 % 60:02d}:{seq % 60:02d}.981204Z",
        "uplink_message": {
            "f_port": 1,
            "f_cnt": seq,
            "frm_payload": b64encode(bytes.fromhex("083FA31F152D2401042009")).decode(),
            "rx_metadata": [{"gateway_ids": {"gateway_id": "roof"}, "rssi": -57, "snr": 9.8}],
            "received_at": f"2026-01-12T05:{seq // 60 % 60:02d}:{seq % 60:02d}.775023242Z",
        },
    }


def _netmore(seq: int) -> list[dict[str, object]]:
    return [
        {
            "devEui": "0004a30b001c0530",
            "sensorType": "dl_mbx",
            "messageType": "payload",
            "timestamp": f"2026-01-12T05:{seq // 60 % 60:02d}:{seq % 60:02d}.775Z",
            "payload": "02012f000304d200010bb1",
            "fCntUp": seq,
            "rssi": "-104",
            "fPort": "1",
        }
    ]


def _weather(seq: int) -> dict[str, object]:
    return {
        "id": "urn:ngsi-ld:WeatherObserved:ornskoldsvik:snow-1",
        "type": "WeatherObserved",
        "dateObserved": {
            "type": "Property",
            "value": {"@type": "DateTime", "@value": f"2026-01-12T05:{seq % 60:02d}:00Z"},
        },
        "snowHeight": {"type": "Property", "value": 23.5, "unitCode": "CMT"},
        "temperature": {"type": "Property", "value": -8.2},
        "location": {"type": "GeoProperty", "value": {"type": "Point", "coordinates": [18.7, 63.29]}},
    }


def _harja(seq: int) -> dict[str, object]:
    return {
        "otsikko": {
            "lahettaja": {"jarjestelma": "x", "organisaatio": {"nimi": "Oy", "ytunnus": "1234567-8"}},
            "viestintunniste": {"id": seq},
            "lahetysaika": "2026-01-12T07:20:00+02:00",
        },
        "havainnot": [
            {
                "havainto": {
                    "tyokone": {"id": 123456789, "tyokonetyyppi": "aura-auto"},
                    "sijainti": {"koordinaatit": {"x": 444308.0 + place, "y": 7184125.0}},
                    "suunta": 90,
                    "urakkaid": 4,
                    "havaintoaika": f"2026-01-12T07:{seq % 60:02d}:{place % 60:02d}+02:00",
                    "suoritettavatTehtavat": ["auraus ja sohjonpoisto", "suolaus"],
                }
            }
            for place in range(100)
        ],
    }


STREAMS: dict[str, tuple[str, str, Callable[[int], object]]] = {
    "mip, single": ("mip", "mip/v1/nordsno/AB12/position", _position),
    "mip, arrays of 100": ("mip", "mip/v1/nordsno/AB12/position", lambda seq: [_position(seq)] * 100),
    "traffic-flow-observed": ("traffic-flow-observed", "traffic/v1/kommun/flow", _flow),
    "traffic-flow, other names": (
        "traffic-flow-observed",
        "traffic/v1/kommun/flow",
        lambda seq: {**_flow(seq), "https://smartdatamodels.org/gap": 1},
    ),
    "trafikverket-traffic-flow": ("trafikverket-traffic-flow", "trafikverket/v1/TrafficFlow", _trafikverket),
    "chirpstack": ("chirpstack", "application/1/device/0004a30b001c0530/event/up", _uplink),
    "the-things-stack": ("the-things-stack", "v3/snow@kommun/devices/snow-1/up", _things),
    "netmore": ("netmore", "netmore/uplink", _netmore),
    "weather-observed": ("weather-observed", "weather/v1/kommun/observed", _weather),
    "snow": ("snow", "snow/v1/kommun/uplink", _uplink),
    "harja, 100 points each": ("harja", "harja/v1/1234567-8/havainnot", _harja),
}


def best_s(run: Callable[[], object], rounds: int) -> float:
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
    print(f"{'stream':26}{'bytes':>7}{'rows/s':>12}{'orjson.loads/s':>16}{'ratio':>7}")
    for title, (name, topic, make) in STREAMS.items():
        rows_each = 100 if "100" in title else 1
        messages = [
            Message(topic, json.dumps(make(seq)).encode(), 0) for seq in range(chosen.messages // rows_each)
        ]
        decode = FORMATS[name]
        decoded = decode(messages)
        assert len(decoded.rows) == chosen.messages, decoded.rejects[:1]
        ours = chosen.messages / best_s(lambda: decode(messages), chosen.rounds)  # noqa: B023
        theirs = chosen.messages / best_s(lambda: [orjson.loads(m.payload) for m in messages], chosen.rounds)  # noqa: B023
        print(f"{title:26}{len(messages[0].payload):7}{ours:12,.0f}{theirs:16,.0f}{ours / theirs:7.2f}")


if __name__ == "__main__":
    main()
