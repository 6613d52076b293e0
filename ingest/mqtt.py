"""Messages from an MQTT 5 broker, each acknowledged only when the caller says it is durable.

The broker keeps a persistent session: what was not acknowledged comes again, to this process or the next one with the
same client id. It sends at most `receive_maximum` messages ahead of their acknowledgement: that is the back-pressure
and the size of the queue.
"""

import contextlib
import logging
import socket
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

from paho.mqtt.client import Client, ConnectFlags, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode
from paho.mqtt.subscribeoptions import SubscribeOptions

from vinterkoll.ingest.arrivals import Arrivals
from vinterkoll.ingest.errors import BrokerRefusedError, BrokerUnavailableError
from vinterkoll.ingest.message import Message
from vinterkoll.ingest.topics import is_topic_filter

QOS: Final = 1
KEEPALIVE_S: Final = 30
"""A broker that is silent for one and a half times this is gone."""
STALL_MAX_S: Final = KEEPALIVE_S / 2
"""How long the network thread may wait for room in the queue, and still answer the broker in time."""
RECONNECT_MIN_S: Final = 1
RECONNECT_MAX_S: Final = 60
"""Back-off between attempts; doubled each time, so that a broker that restarts is not stormed."""

REFUSALS: Final = frozenset(
    {
        "Unsupported protocol version",
        "Client identifier not valid",
        "Bad user name or password",
        "Not authorized",
        "Banned",
        "Bad authentication method",
    }
)
"""Answers to a connection that waiting does not change; all others are tried again."""

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class MqttSession:
    """Where the broker is, and which session there is ours."""

    host: str
    port: int
    client_id: str
    topics: Sequence[str]
    """Topic filters. One that is taken off this list stays in the broker's session until that expires."""
    receive_maximum: int = 10_000
    expiry_s: int = 7 * 24 * 3600
    user: str = ""
    password: str = field(default="", repr=False)


class Receipt(NamedTuple):
    """Packet ids are reused: one is worth something only in the connection that gave it."""

    connection: int
    packet_id: int


def wall_clock_us() -> int:
    """Return the time of day in microseconds since 1970-01-01 UTC."""
    return time.time_ns() // 1_000


class MqttSource:
    """A `Source` on paho-mqtt. Methods named `_on_…` run in paho's network thread, the others in the worker's."""

    def __init__(
        self,
        session: MqttSession,
        clock_us: Callable[[], int] = wall_clock_us,
        stall_max_s: float = STALL_MAX_S,
    ) -> None:
        for topic in session.topics:
            if not is_topic_filter(topic):
                raise BrokerRefusedError(f"not an MQTT topic filter: {topic!r}")
        self._session = session
        self._clock_us = clock_us
        self._stall_max_s = stall_max_s
        self._arrivals = Arrivals()
        self._changed = self._arrivals.changed
        self._connection = 0
        self._connected = False
        self._subscribed = False
        self._overflowed = False
        self._closed = False
        self._network: threading.Thread | None = None
        self._client = self._new_client()
        self._connect()

    def wait_connected(self, timeout_s: float) -> None:
        """Return when the broker has taken connection and subscriptions, or sends what an earlier session left.

        Raises
        ------
        BrokerRefusedError
            When it said no.
        BrokerUnavailableError
            When it did neither within `timeout_s`; the source goes on trying.
        """
        with self._changed:
            answered = self._changed.wait_for(
                lambda: self._subscribed or self._arrivals.failed or len(self._arrivals) > 0, timeout_s
            )
            self._arrivals.raise_failure()
            if not answered:
                raise BrokerUnavailableError(f"no MQTT 5 broker at {self._session.host}:{self._session.port}")

    @property
    def connected(self) -> bool:
        """Whether the broker has taken the connection."""
        return self._connected

    def receive(self, max_rows: int, max_wait_s: float, idle_s: float) -> list[Message]:
        """See `Source`. A lost connection is no error here: nothing comes until it is back.

        Raises
        ------
        BrokerRefusedError
            When the broker refused the connection or a subscription.
        """
        self._revive()
        return self._arrivals.take(max_rows, max_wait_s, idle_s)

    def acknowledge(self, messages: Sequence[Message]) -> None:
        """See `Source`. Receipts of an earlier connection are void: the broker sends those messages again."""
        for message in messages:
            receipt = message.receipt
            if receipt is None:
                continue
            with self._changed:  # held for one message only: the network thread needs it too
                if self._connected and receipt.connection == self._connection:
                    self._client.ack(receipt.packet_id, QOS)

    def close(self) -> None:
        """Send the acknowledgements that are under way, then leave. The session stays with the broker."""
        with self._changed:
            if self._closed:
                return
            self._closed = True
            self._changed.notify_all()
        self._client.disconnect()
        self._client.loop_stop()

    def _connect(self) -> None:
        properties = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call]
        properties.SessionExpiryInterval = self._session.expiry_s
        properties.ReceiveMaximum = self._session.receive_maximum
        self._client.connect_async(
            self._session.host, self._session.port, KEEPALIVE_S, clean_start=False, properties=properties
        )
        self._client.loop_start()

    def _revive(self) -> None:
        """Start the network thread again if it died: paho lets an error in a packet end it."""
        if self._closed or self._network is None or self._network.is_alive():
            return
        log.error("the MQTT network thread ended unexpectedly; connecting again")
        self._network = None
        self._on_disconnect()
        self._client = self._new_client()
        self._connect()

    def _new_client(self) -> Client:
        client = Client(
            CallbackAPIVersion.VERSION2,
            client_id=self._session.client_id,
            protocol=MQTTProtocolVersion.MQTTv5,
            manual_ack=True,
        )
        if self._session.user:
            client.username_pw_set(self._session.user, self._session.password)
        client.reconnect_delay_set(RECONNECT_MIN_S, RECONNECT_MAX_S)
        client.on_pre_connect = self._on_pre_connect
        client.on_connect = self._on_connect
        client.on_subscribe = self._on_subscribe
        client.on_disconnect = self._on_disconnect
        client.on_message = self._on_message
        return client

    def _on_pre_connect(self, *_: Any) -> None:
        self._network = threading.current_thread()
        with self._changed:  # no connection is open here, so the network thread may wait
            self._connected = self._subscribed = False
            self._changed.wait_for(lambda: self._closed or not self._overflowed or not self._arrivals)
            self._overflowed = False

    def _on_connect(
        self, client: Client, _userdata: Any, _flags: ConnectFlags, reason: ReasonCode, _properties: Any
    ) -> None:
        if reason.is_failure:
            log.warning("the MQTT broker refused the connection: %s", reason)
            if str(reason) in REFUSALS:
                self._refuse(f"the MQTT broker refused client {self._session.client_id!r}: {reason}")
            return
        with self._changed:
            self._connection += 1
            self._connected = True
        # Every time: a session that was there knows its old filters only, one that was lost has none.
        client.subscribe([(topic, SubscribeOptions(qos=QOS)) for topic in self._session.topics])

    def _on_subscribe(
        self, _client: Client, _userdata: Any, _mid: int, reasons: Iterable[ReasonCode], _properties: Any
    ) -> None:
        for topic, reason in zip(self._session.topics, reasons, strict=False):
            if reason.is_failure:
                self._refuse(f"the MQTT broker refused the subscription to {topic!r}: {reason}")
            elif reason.value < QOS:
                self._refuse(
                    f"the MQTT broker grants only QoS {reason.value} for {topic!r}: messages would be lost"
                )
        with self._changed:
            self._subscribed = not self._arrivals.failed
            self._changed.notify_all()

    def _refuse(self, refusal: str) -> None:
        self._arrivals.fail(BrokerRefusedError(refusal))

    def _on_disconnect(self, *_: Any) -> None:
        if not self._closed:
            log.warning("lost the MQTT broker at %s:%d", self._session.host, self._session.port)
        with self._changed:
            self._connected = self._subscribed = False

    def _on_message(self, client: Client, _userdata: Any, packet: MQTTMessage) -> None:
        received_us = self._clock_us()
        try:
            topic = packet.topic
        except UnicodeDecodeError:
            topic = ""  # belongs to no format, so it ends as a reject
        receipt = Receipt(self._connection, packet.mid) if packet.qos else None
        with self._changed:
            if not self._overflowed and self._has_room():
                self._arrivals.put(Message(topic, bytes(packet.payload), received_us, receipt=receipt))
            elif not self._overflowed:
                self._leave_until_drained(client)

    def _has_room(self) -> bool:
        """Wait for room, but only as long as the broker does not miss us. Meanwhile TCP holds the broker back.

        A broker that honours the receive maximum never comes this far. mosquitto 2.0.11, of Debian 12, does not: after
        the first acknowledgement it sends another receive maximum of messages for each.
        """
        return self._changed.wait_for(
            lambda: self._closed or self._arrivals.has_room(self._session.receive_maximum), self._stall_max_s
        )

    def _leave_until_drained(self, client: Client) -> None:
        """Drop the connection. What was turned away was not acknowledged, so the broker sends it again."""
        log.warning(
            "the queue has been full for %g s: leaving the MQTT broker until it is drained", self._stall_max_s
        )
        self._overflowed = True
        connection = client.socket()
        if isinstance(connection, socket.socket):
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
