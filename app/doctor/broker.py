"""The MQTT broker: does it let the worker's user in and read its topics, and does it take messages as large as may be.

How much it keeps for a worker that is away, no client is told. mosquitto grants every subscription, and sends nothing on
those that it bars: such a one shows as `nothing-received`.
"""

import queue
import sys
from collections.abc import Iterator
from typing import Any, Final

from paho.mqtt.client import Client

from vinterkoll.app.broker_trust import broker_trust, is_loopback
from vinterkoll.app.doctor.certificates import certificate
from vinterkoll.app.doctor.finding import Finding, fail, ok, warn
from vinterkoll.app.listening import listener
from vinterkoll.app.settings import Settings
from vinterkoll.ingest.errors import BrokerRefusedError, BrokerUnavailableError
from vinterkoll.ingest.mqtt_session import MqttSession

_ANSWER_S: Final = 5.0
_PACKET_MAX: Final = 268_435_455
"""MQTT's own limit, where a broker tells none."""


def broker(settings: Settings) -> Iterator[Finding]:
    """Log in and subscribe, as a listener beside the worker."""
    try:
        session = listener(settings, list(settings.mqtt_topics))
        properties = _visit(session)
    except BrokerUnavailableError as error:
        yield fail("broker-unreachable", str(error))
        return
    except BrokerRefusedError as error:
        yield fail("broker-refused", str(error))
        return
    receive_max = getattr(properties, "ReceiveMaximum", 65_535)
    packet_max = getattr(properties, "MaximumPacketSize", _PACKET_MAX)
    yield ok(
        f"{session.broker} speaks MQTT 5 and grants {len(session.topics)} topics; it takes {receive_max} messages at once"
    )
    if packet_max < settings.message_bytes_max:
        yield warn(
            "broker-packet-small", f"it cuts off packets over {packet_max} bytes, before they can be rejected"
        )
    trust = broker_trust(settings, settings.mqtt_host, "")
    if trust:
        yield certificate(settings.mqtt_host, settings.mqtt_port, trust)
    elif settings.mqtt_user and not is_loopback(settings.mqtt_host):
        yield warn("broker-in-clear", "password and positions cross the network in clear")


def _visit(session: MqttSession) -> Any:
    """Return the properties of the broker's answer, once it has granted all subscriptions."""
    answers: queue.SimpleQueue[Any] = queue.SimpleQueue()
    client = session.new_client()
    client.on_connect = lambda *given: answers.put((session.connection_refusal(given[3]), given[3], given[4]))
    client.on_connect_fail = lambda *_: answers.put(BrokerUnavailableError(session.trouble(sys.exception())))
    client.on_subscribe = lambda *given: answers.put((session.subscription_refusal(given[3]), None, None))
    session.start(client)
    try:
        reason, properties = _answer(session, answers)
        if reason is not None and reason.is_failure:
            raise BrokerUnavailableError(f"{session.broker}: {reason}")
        session.subscribe(client)
        _answer(session, answers)
    finally:
        _leave(client)
    return properties


def _answer(session: MqttSession, answers: "queue.SimpleQueue[Any]") -> tuple[Any, Any]:
    try:
        answer = answers.get(timeout=_ANSWER_S)
    except queue.Empty:
        raise BrokerUnavailableError(session.trouble()) from None
    if isinstance(answer, BrokerUnavailableError):  # paho calls its handler while it handles the reason
        raise answer
    refusal, reason, properties = answer
    if refusal:
        raise BrokerRefusedError(refusal)
    return reason, properties


def _leave(client: Client) -> None:
    client.disconnect()
    client.loop_stop()
    client.on_connect = client.on_connect_fail = client.on_subscribe = None
