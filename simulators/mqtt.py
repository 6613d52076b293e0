"""The sink that publishes by MQTT 5, QoS 1: a message counts as sent when the broker has acknowledged it.

While the broker is away it keeps what is not acknowledged, takes no more, and connects again by itself.
"""

import logging
import ssl
import sys
import threading
import time
from typing import Any, Final

from paho.mqtt.client import Client, ConnectFlags, DisconnectFlags
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from vinterkoll.simulators.stream import Message

IN_FLIGHT: Final = 50
"""Messages that may wait for their acknowledgement: half of the lowest limit among the brokers in use."""
DRAIN_S: Final = 10.0
"""Once told to stop, this long for the acknowledgements that are missing; the broker answers within milliseconds."""
KEEPALIVE_S: Final = 30
RECONNECT_S: Final = (1, 8)
"""Shortest and longest wait between two attempts to connect."""
_CHECK_S: Final = 0.2
"""How soon a waiting `send` sees that the run is to end."""
_REFUSALS: Final = frozenset(
    {"Bad user name or password", "Not authorized", "Client identifier not valid", "Banned", "Unsupported protocol version"}
)  # fmt: skip
"""Answers that waiting does not change."""

_log = logging.getLogger(__name__)


class RefusedError(Exception):
    """The broker is there and says no: credentials or rights are the operator's to mend."""


class MqttSink:
    """Publishes to one broker until closed."""

    def __init__(
        self,
        host: str,
        port: int,
        stopping: threading.Event,
        *,
        user: str = "",
        password: str = "",
        client_id: str = "",
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self._where = f"{host}:{port}"
        self._stopping = stopping
        self._changed = threading.Condition()
        self._unacknowledged = 0
        self._room = 0  # until a broker has said how many it takes
        self._refusal = ""
        self._not_taken = 0
        self._client = Client(CallbackAPIVersion.VERSION2, client_id, protocol=MQTTProtocolVersion.MQTTv5)
        if user:
            self._client.username_pw_set(user, password)
        if tls:
            self._client.tls_set_context(tls)
        self._client.max_inflight_messages_set(IN_FLIGHT)
        self._client.max_queued_messages_set(0)
        self._client.reconnect_delay_set(*RECONNECT_S)
        self._client.on_connect = self._connected
        self._client.on_connect_fail = self._not_connected
        self._client.on_disconnect = self._disconnected
        self._client.on_publish = self._acknowledged
        self._client.connect_async(host, port, KEEPALIVE_S)
        self._client.loop_start()

    @property
    def unacknowledged(self) -> int:
        """Messages the broker has not answered for."""
        return self._unacknowledged

    @property
    def not_taken(self) -> int:
        """Messages that the broker answered with a refusal: it has dropped them."""
        return self._not_taken

    def send(self, message: Message) -> bool:
        """Publish; wait while as many messages are unacknowledged as may be. Once told to stop, a message without
        room is not sent: False.

        Raises
        ------
        RefusedError
            When the broker does not let us in.
        """
        with self._changed:
            while self._unacknowledged >= self._room and not self._stopping.is_set():
                self._check()
                self._changed.wait(_CHECK_S)
            self._check()
            if self._unacknowledged >= self._room:
                return False
            self._unacknowledged += 1
        # Should the connection be lost meanwhile, the client keeps the message until there is one.
        self._client.publish(message.topic, message.payload, qos=1)
        return True

    def close(self) -> None:
        """Wait for the acknowledgements, at most `DRAIN_S` from being told to stop, and leave."""
        deadline = float("inf")
        with self._changed:
            while self._unacknowledged and not self._refusal and time.monotonic() < deadline:
                if self._stopping.is_set():
                    deadline = min(deadline, time.monotonic() + DRAIN_S)
                self._changed.wait(_CHECK_S)
            if self._unacknowledged:
                _log.warning("%d messages are not acknowledged by the broker", self._unacknowledged)
            if self._not_taken:
                _log.warning("the broker refused %d messages", self._not_taken)
        self._client.disconnect()
        self._client.loop_stop()

    def _check(self) -> None:
        if self._refusal:
            raise RefusedError(f"the MQTT broker at {self._where} {self._refusal}")

    def _connected(
        self, _: Client, __: Any, ___: ConnectFlags, reason: ReasonCode, properties: Properties | None
    ) -> None:
        if reason.is_failure:
            with self._changed:
                self._refusal = f"refuses the connection: {reason}" if str(reason) in _REFUSALS else ""
                self._changed.notify_all()
            _log.warning("no connection to the MQTT broker at %s: %s", self._where, reason)
            return
        with self._changed:
            self._room = min(IN_FLIGHT, getattr(properties, "ReceiveMaximum", IN_FLIGHT))
            self._changed.notify_all()
        _log.info("connected to the MQTT broker at %s", self._where)

    def _not_connected(self, *_: Any) -> None:
        error = sys.exception()  # paho calls this while it handles it
        if isinstance(error, ssl.SSLCertVerificationError) and not self._room:  # else it was accepted before
            with self._changed:
                self._refusal = (
                    f"has a certificate that is not accepted: {error.verify_message.rstrip('.')}. It must be valid now, for "
                    "the name in VINTERKOLL_MQTT_HOST, and signed by a CA in VINTERKOLL_MQTT_CA_FILE"
                )
                self._changed.notify_all()
        else:
            _log.warning("no connection to the MQTT broker at %s: %s; trying again", self._where, error)

    def _disconnected(
        self, _: Client, __: Any, ___: DisconnectFlags, reason: ReasonCode, ____: Properties | None
    ) -> None:
        if reason.is_failure:
            _log.warning("lost the MQTT broker at %s (%s); trying again", self._where, reason)

    def _acknowledged(self, _: Client, __: Any, ___: int, reason: ReasonCode, ____: Properties) -> None:
        with self._changed:
            self._unacknowledged -= 1
            if reason.is_failure:
                self._not_taken += 1
            self._changed.notify_all()
