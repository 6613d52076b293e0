"""Streams of good messages, one for each format and more for forms that cost otherwise: for tests and the bench."""

from base64 import b64encode
from collections.abc import Callable


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
    "trafikverket-traffic-flow": (
        "trafikverket-traffic-flow",
        "traffic/v1/kommun/trafikverket",
        _trafikverket,
    ),
    "chirpstack": ("chirpstack", "application/1/device/0004a30b001c0530/event/up", _uplink),
    "the-things-stack": ("the-things-stack", "v3/snow@kommun/devices/snow-1/up", _things),
    "netmore": ("netmore", "snow/v1/kommun/depth", _netmore),
    "weather-observed": ("weather-observed", "snow/v1/kommun/depth", _weather),
    "snow": ("snow", "snow/v1/kommun/depth", _uplink),
    "harja, 100 points each": ("harja", "harja/v1/1234567-8/positions", _harja),
}
"""Title to format, topic of the default settings, and the maker of message number so and so."""
