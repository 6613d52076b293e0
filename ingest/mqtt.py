"""Messages from an MQTT 5 broker, each acknowledged only when the caller says it is durable.

The broker keeps a persistent session: what was not acknowledged comes again, to this process or the next one with the
same client id. It sends at most `receive_maximum` messages ahead of their acknowledgement: that is the back-pressure
and the size of the queue.
"""

import logging
import ssl
import sys
import threading
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final

from paho.mqtt.client import Client, ConnectFlags, MQTTMessage
from paho.mqtt.reasoncodes import ReasonCode

from vinterkoll.ingest.arrivals import Arrivals
from vinterkoll.ingest.errors import BrokerRefusedError, BrokerUnavailableError
from vinterkoll.ingest.message import Message, wall_clock_us
from vinterkoll.ingest.mqtt_session import KEEPALIVE_S, QOS, MqttSession, Receipt, hang_up

STALL_MAX_S: Final = KEEPALIVE_S / 2
"""How long the network thread may wait for room in the queue, and still answer the broker in time."""
_LEAVE_MAX_S: Final = 0.5
"""How long the last acknowledgements may take, and then once more how long the network thread: a broker that does not answer
is left. It knows by itself what it was not told."""

log = logging.getLogger(__name__)


class MqttSource:
    """A `Source` on paho-mqtt. Methods named `_on_…` run in paho's network thread, the others in the worker's."""

    def __init__(
        self,
        session: MqttSession,
        clock_us: Callable[[], int] = wall_clock_us,
        stall_max_s: float = STALL_MAX_S,
    ) -> None:
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
        self._trouble = session.trouble()
        self._network: threading.Thread | None = None
        self._client = self._start()

    def wait_connected(self, timeout_s: float) -> None:
        """Return when the broker has taken connection and subscriptions, or sends what an earlier session left, or after `close`.

        Raises
        ------
        BrokerRefusedError
            When it said no.
        BrokerUnavailableError
            When it did neither within `timeout_s`; the source goes on trying.
        """
        with self._changed:
            answered = self._changed.wait_for(
                lambda: self._subscribed or self._closed or self._arrivals.failed or len(self._arrivals) > 0,
                timeout_s,
            )
            self._arrivals.raise_failure()
            if not answered:
                raise BrokerUnavailableError(self._trouble)

    @property
    def connected(self) -> bool:
        """See `Source`: whether the broker has taken the connection."""
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
        """Send the acknowledgements that are under way, then leave. The session stays with the broker.

        From any thread; `wait_connected` returns then.
        """
        with self._changed:
            if self._closed:
                return
            self._closed = True
            self._changed.notify_all()
        self._client.disconnect()
        # It joins the network thread, which may be connecting to a host that does not answer, or looking for its name.
        leaving = threading.Thread(target=self._client.loop_stop, daemon=True)
        leaving.start()
        leaving.join(_LEAVE_MAX_S)
        if leaving.is_alive():
            hang_up(self._client)
            leaving.join(_LEAVE_MAX_S)

    def _revive(self) -> None:
        """Start the network thread again if it died: paho lets an error in a packet end it."""
        if self._closed or self._network is None or self._network.is_alive():
            return
        log.error("the MQTT network thread ended unexpectedly; connecting again")
        self._network = None
        self._on_disconnect()
        self._client = self._start()

    def _start(self) -> Client:
        client = self._session.new_client()
        client.on_pre_connect = self._on_pre_connect
        client.on_connect = self._on_connect
        client.on_subscribe = self._on_subscribe
        client.on_disconnect = self._on_disconnect
        client.on_message = self._on_message
        client.on_connect_fail = self._on_connect_fail
        self._session.start(client)
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
            log.warning("%s refused the connection: %s", self._session.broker, reason)
            self._refuse(self._session.connection_refusal(reason))
            return
        with self._changed:
            self._connection += 1
            self._connected = True
        self._session.subscribe(client)

    def _on_subscribe(
        self, _client: Client, _userdata: Any, _mid: int, reasons: Iterable[ReasonCode], _properties: Any
    ) -> None:
        self._refuse(self._session.subscription_refusal(reasons))
        with self._changed:
            self._subscribed = not self._arrivals.failed
            self._changed.notify_all()

    def _refuse(self, refusal: str) -> None:
        if refusal:
            self._arrivals.fail(BrokerRefusedError(refusal))

    def _on_connect_fail(self, *_: Any) -> None:
        error = sys.exception()  # paho calls this while it handles it
        self._trouble = self._session.trouble(error)
        # After a first connection the settings are right: what changed since may change back.
        if isinstance(error, ssl.SSLCertVerificationError) and not self._connection:
            self._refuse(self._trouble)
        else:
            log.warning("%s", self._trouble)

    def _on_disconnect(self, *_: Any) -> None:
        if not self._closed:
            log.warning("lost %s", self._session.broker)
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
        log.warning("the queue was full for %g s: leaving the MQTT broker until drained", self._stall_max_s)
        self._overflowed = True
        hang_up(client)
