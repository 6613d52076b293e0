"""Which MQTT 5 broker and which session there, the client that is set up for it, and which refusals are for good."""

import contextlib
import socket
import ssl
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from paho.mqtt.client import Client
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode
from paho.mqtt.subscribeoptions import SubscribeOptions

from vinterkoll.ingest.errors import BrokerRefusedError
from vinterkoll.ingest.topics import is_topic_filter

QOS: Final = 1
KEEPALIVE_S: Final = 30
"""A broker that is silent for one and a half times this is gone."""
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


class Receipt(NamedTuple):
    """Packet ids are reused: one is worth something only in the connection that gave it."""

    connection: int
    packet_id: int


@dataclass(frozen=True, slots=True)
class MqttSession:
    """Where the broker is, and which session there is ours.

    Raises
    ------
    BrokerRefusedError
        When one of `topics` is no topic filter.
    """

    host: str
    port: int
    client_id: str
    topics: Sequence[str]
    """Topic filters. One that is taken off this list stays in the broker's session until that expires."""
    receive_maximum: int = 10_000
    expiry_s: int = 7 * 24 * 3600
    user: str = ""
    password: str = field(default="", repr=False)
    tls: ssl.SSLContext | None = None
    """Which certificates are accepted; None connects in clear."""

    def __post_init__(self) -> None:
        for topic in self.topics:
            if not is_topic_filter(topic):
                raise BrokerRefusedError(f"not an MQTT topic filter: {topic!r}")

    @property
    def broker(self) -> str:
        """How messages to the operator call the broker."""
        return f"the MQTT broker at {self.host}:{self.port}"

    def new_client(self) -> Client:
        """Return a client that logs in to this session once `start` is called."""
        client = Client(
            CallbackAPIVersion.VERSION2,
            client_id=self.client_id,
            protocol=MQTTProtocolVersion.MQTTv5,
            manual_ack=True,
        )
        if self.user:
            client.username_pw_set(self.user, self.password)
        if self.tls:
            client.tls_set_context(self.tls)
        client.reconnect_delay_set(RECONNECT_MIN_S, RECONNECT_MAX_S)
        return client

    def start(self, client: Client) -> None:
        """Let `client` connect, and connect again whenever it must, in a thread of its own."""
        properties = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call]
        properties.SessionExpiryInterval = self.expiry_s
        properties.ReceiveMaximum = self.receive_maximum
        client.connect_async(self.host, self.port, KEEPALIVE_S, clean_start=False, properties=properties)
        client.loop_start()

    def subscribe(self, client: Client) -> None:
        """Subscribe at each connection: a session that was there knows its old filters only, a lost one has none."""
        client.subscribe([(topic, SubscribeOptions(qos=QOS)) for topic in self.topics])

    def connection_refusal(self, reason: ReasonCode) -> str:
        """Return why the broker will not let us in, "" when it may yet."""
        return f"{self.broker} refused client {self.client_id!r}: {reason}" if str(reason) in REFUSALS else ""

    def trouble(self, error: BaseException | None = None) -> str:
        """Return why there is no connection: for `error`, or because nothing came back."""
        if isinstance(error, ssl.SSLCertVerificationError):
            return (
                f"the certificate of {self.broker} is not accepted: {error.verify_message.rstrip('.')}. It must be "
                f"valid now, for the name in VINTERKOLL_MQTT_HOST, and signed by a CA in VINTERKOLL_MQTT_CA_FILE"
            )
        if error:
            return f"no connection to {self.broker}: {error}"
        return f"no MQTT 5 broker answers {'with' if self.tls else 'without'} TLS at {self.host}:{self.port}"

    def subscription_refusal(self, reasons: Iterable[ReasonCode]) -> str:
        """Return which subscription was not granted as it must be, "" when all were."""
        for topic, reason in zip(self.topics, reasons, strict=False):
            if reason.is_failure:
                return f"{self.broker} refused the subscription to {topic!r}: {reason}"
            if reason.value < QOS:
                return f"{self.broker} grants only QoS {reason.value} for {topic!r}: messages would be lost"
        return ""


def hang_up(client: Client) -> None:
    """Drop the connection at once, unlike `disconnect`: the client connects again."""
    connection = client.socket()
    if isinstance(connection, socket.socket):
        with contextlib.suppress(OSError):
            # not SSLSocket's own, after which what is still in the buffer would be read undeciphered
            socket.socket.shutdown(connection, socket.SHUT_RDWR)
