"""Reading from the broker beside the worker: a session of a moment, with a name that nobody else has."""

import secrets
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from vinterkoll.app.ingest import mqtt_session
from vinterkoll.app.settings import Settings
from vinterkoll.ingest.mqtt import MqttSource
from vinterkoll.ingest.topics import without_share


@contextmanager
def listening(settings: Settings, topics: Sequence[str]) -> Iterator[MqttSource]:
    """Yield a source that the broker forgets when it leaves.

    A shared subscription is replaced by its filter: as a member of the group, it would take messages from the workers.
    """
    plain = [without_share(topic) for topic in topics]
    name = f"vinterkoll-listener-{secrets.token_hex(8)}"
    source = MqttSource(mqtt_session(settings, topics=plain, client_id=name, expiry_s=0))
    try:
        yield source
    finally:
        source.close()
