"""The demo's MQTT broker: mosquitto where it is installed, else rumqttd out of the `iotcore` wheel."""

import os
import shutil
import sys
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from vinterkoll.app.children import Child, accepts_connections, free_port
from vinterkoll.app.errors import PartFailedError

_START_TIMEOUT_S: Final = 20.0
_STOP_TIMEOUT_S: Final = 10.0
_MOSQUITTO_PLACES: Final = f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin"
_RUMQTTD_INFLIGHT: Final = 100
"""rumqttd sends at most so many messages ahead of their acknowledgement."""

_MOSQUITTO: Final = """\
listener {port} 127.0.0.1
allow_anonymous true
persistence true
persistence_location {directory}/
autosave_interval 5
# the worker's session is kept while it is away; 100,000 messages are some 50 MB
max_queued_messages 100000
max_inflight_messages 0
{user}
"""

_RUMQTTD: Final = """\
id = 0

[router]
id = 0
max_connections = 100
max_outgoing_packet_count = 200
max_segment_size = 104857600
max_segment_count = 10

[v5.1]
name = "v5-1"
listen = "127.0.0.1:{port}"
next_connection_delay_ms = 1

    [v5.1.connections]
    connection_timeout_ms = 60000
    max_payload_size = 1048576
    max_inflight_count = {inflight}
    dynamic_filters = true
"""


@dataclass(frozen=True, slots=True)
class DemoBroker:
    """A running broker on a free port of 127.0.0.1."""

    name: str
    port: int
    receive_maximum: int
    """Messages a worker may leave unacknowledged."""
    child: Child

    def stop(self) -> None:
        self.child.stop(_STOP_TIMEOUT_S)


def start_broker(directory: Path) -> DemoBroker:
    """Start a broker whose files are in `directory`; PartFailedError when there is none or it does not start."""
    directory.mkdir(exist_ok=True)
    mosquitto = shutil.which("mosquitto", path=_MOSQUITTO_PLACES)
    broker = _mosquitto(mosquitto, directory) if mosquitto else _rumqttd(directory)
    broker.child.wait_until(lambda: accepts_connections(broker.port), _START_TIMEOUT_S)
    return broker


def _mosquitto(program: str, directory: Path) -> DemoBroker:
    port = free_port()
    # root's mosquitto would change to a user of its own, who cannot write here
    user = "user root" if os.geteuid() == 0 else ""
    config = directory / "mosquitto.conf"
    config.write_text(_MOSQUITTO.format(port=port, directory=directory.absolute(), user=user))
    child = Child("mosquitto", [program, "-c", str(config)], directory / "broker.log")
    return DemoBroker("mosquitto", port, 5_000, child)


def _rumqttd(directory: Path) -> DemoBroker:
    if find_spec("iotcore") is None:
        raise PartFailedError("no MQTT broker: install mosquitto, or vinterkoll with its extra `demo`")
    port = free_port()
    config = directory / "rumqttd.toml"
    config.write_text(_RUMQTTD.format(port=port, inflight=_RUMQTTD_INFLIGHT))
    # rumqttd logs every packet as an error
    command = [sys.executable, "-m", "iotcore", "--config", str(config), "--log-level", "CRITICAL"]
    child = Child("rumqttd", command, directory / "broker.log", directory=directory)
    return DemoBroker("rumqttd (iotcore)", port, _RUMQTTD_INFLIGHT, child)
