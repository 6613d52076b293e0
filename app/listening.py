"""Reading from the broker beside the worker: a session of a moment, with a name that nobody else has."""

import secrets
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from vinterkoll.app.ingest import mqtt_session
from vinterkoll.app.settings import Settings
from vinterkoll.ingest.mqtt import MqttSource
from vinterkoll.ingest.mqtt_session import MqttSession
from vinterkoll.ingest.topics import without_share


def listener(settings: Settings, topics: Sequence[str]) -> MqttSession:
    """Return a session that the broker forgets when its client leaves.

    A shared subscription is replaced by its filter: as a member of the group, it would take messages from the workers.
    """
    plain = [without_share(topic) for topic in topics]
    name = f"vinterkoll-listener-{secrets.token_hex(8)}"
    return mqtt_session(settings, topics=plain, client_id=name, expiry_s=0)


@contextmanager
def listening(settings: Settings, topics: Sequence[str]) -> Iterator[MqttSource]:
    """Yield a source of such a session."""
    source = MqttSource(listener(settings, topics))
    try:
        yield source
    finally:
        source.close()
