"""The formats: one module each, found by name."""

from typing import Final

from vinterkoll.ingest.formats import chirpstack, mip, traffic_flow_observed
from vinterkoll.ingest.message import Decoder
from vinterkoll.processing.observations import ObservationKind

FORMATS: Final[dict[str, Decoder]] = {
    "mip": mip.decode,
    "traffic-flow-observed": traffic_flow_observed.decode,
    "chirpstack": chirpstack.decode,
}

KINDS: Final[dict[str, ObservationKind]] = {
    "mip": "position",
    "traffic-flow-observed": "flow",
    "chirpstack": "snow",
}
"""What each format's rows are."""
