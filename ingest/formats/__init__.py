"""The formats: one module each, found by name."""

from typing import Final

from vinterkoll.ingest.formats import (
    chirpstack,
    harja,
    mip,
    netmore,
    snow,
    the_things_stack,
    traffic_flow_observed,
    trafikverket_traffic_flow,
    weather_observed,
)
from vinterkoll.ingest.message import Decoder
from vinterkoll.processing.observations import ObservationKind

FORMATS: Final[dict[str, Decoder]] = {
    "mip": mip.decode,
    "traffic-flow-observed": traffic_flow_observed.decode,
    "trafikverket-traffic-flow": trafikverket_traffic_flow.decode,
    "chirpstack": chirpstack.decode,
    "the-things-stack": the_things_stack.decode,
    "netmore": netmore.decode,
    "weather-observed": weather_observed.decode,
    "snow": snow.decode,
    "harja": harja.decode,
}

KINDS: Final[dict[str, ObservationKind]] = {
    "mip": "position",
    "traffic-flow-observed": "flow",
    "trafikverket-traffic-flow": "flow",
    "chirpstack": "snow",
    "the-things-stack": "snow",
    "netmore": "snow",
    "weather-observed": "snow",
    "snow": "snow",
    "harja": "position",
}
"""What each format's rows are."""
