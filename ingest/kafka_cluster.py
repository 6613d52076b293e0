"""A cluster of Kafka brokers, how it is reached, and what its topics are like."""

import asyncio
import ssl
from collections.abc import Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Final

from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from aiokafka.conn import AIOKafkaConnection, collect_hosts
from aiokafka.errors import (
    IllegalSaslStateError,
    KafkaError,
    SaslAuthenticationFailed,
    UnsupportedSaslMechanismError,
)

from vinterkoll.ingest.errors import BrokerRefusedError, BrokerUnavailableError

_ANSWER_MS: Final = 5_000
"""A broker that is there answers at once; the next one is tried after this."""
_HANG_UP_S: Final = 1.0
"""Ending TLS takes an answer too; left to itself, the socket would outlive the loop."""


@dataclass(frozen=True, slots=True)
class Topic:
    """What Kafka says of a topic."""

    name: str
    partitions: int
    replicas: int
    config: Mapping[str, str]
    """Empty where the user may not see it."""


@dataclass(frozen=True, slots=True)
class KafkaCluster:
    """A cluster. `tls` is what the brokers' certificates must satisfy, None for connections in clear; without a `user`
    nothing is logged in to.
    """

    bootstrap_servers: str
    client_id: str
    tls: ssl.SSLContext | None = None
    sasl_mechanism: str = "SCRAM-SHA-512"
    user: str = ""
    password: str = field(default="", repr=False)

    @property
    def access(self) -> dict[str, Any]:
        """What every client of aiokafka is to be told."""
        return {
            "bootstrap_servers": self.bootstrap_servers,
            "client_id": self.client_id,
            "security_protocol": ("SASL_" if self.user else "") + ("SSL" if self.tls else "PLAINTEXT"),
            "ssl_context": self.tls,
            "sasl_mechanism": self.sasl_mechanism,
            "sasl_plain_username": self.user,
            "sasl_plain_password": self.password,
        }

    async def log_in(self) -> None:
        """Connect to one broker and hang up: aiokafka would log why it cannot, and raise without the reason.

        Raises
        ------
        BrokerRefusedError
            When a broker's certificate, or the broker itself the log-in, cannot be accepted.
        BrokerUnavailableError
            When no broker answers.
        """
        trouble: Exception | None = None
        for host, port, _ in collect_hosts(self.bootstrap_servers):
            try:
                await self._reach(host, port)
            except ssl.SSLCertVerificationError as error:
                raise BrokerRefusedError(
                    f"{self} shows a certificate that does not satisfy: {error.verify_message}"
                ) from error
            except (SaslAuthenticationFailed, UnsupportedSaslMechanismError, IllegalSaslStateError) as error:
                raise BrokerRefusedError(f"{self} refused the log-in: {error}") from error
            except (KafkaError, OSError) as error:
                trouble = error
            else:
                return
        raise BrokerUnavailableError(f"{self}: {trouble}") from trouble

    async def topics(self, names: Collection[str]) -> list[Topic]:
        """Log in, and return what is known of those of the topics `names` that are there for this user.

        Raises
        ------
        BrokerRefusedError, BrokerUnavailableError
            See `log_in`.
        KafkaError
            When Kafka went away meanwhile.
        """
        await self.log_in()
        admin = AIOKafkaAdminClient(request_timeout_ms=_ANSWER_MS, **self.access)
        await admin.start()
        try:
            found = [one for one in await admin.describe_topics(list(names)) if not one["error_code"]]
            wanted = [ConfigResource(ConfigResourceType.TOPIC, one["topic"]) for one in found]
            answers = await admin.describe_configs(wanted) if wanted else []
        finally:
            await admin.close()
        configured = {
            resource[3]: {entry[0]: entry[1] for entry in resource[4]}
            for answer in answers
            for resource in answer.resources
        }
        return [
            Topic(
                one["topic"],
                len(one["partitions"]),
                min(len(part["replicas"]) for part in one["partitions"]),
                configured[one["topic"]],
            )
            for one in found
        ]

    def missing(self, topics: Collection[str]) -> BrokerRefusedError:
        """Return the error that says that `topics` are not there."""
        return BrokerRefusedError(
            f"{self} has no topic {', '.join(sorted(topics))} for this user: create it, or let the user have it"
        )

    async def _reach(self, host: str, port: int) -> None:
        access = {name: value for name, value in self.access.items() if name != "bootstrap_servers"}
        connection = AIOKafkaConnection(host, port, request_timeout_ms=_ANSWER_MS, **access)
        try:
            await connection.connect()
        finally:
            with suppress(TimeoutError):  # of one that was never connected
                await asyncio.wait_for(connection.close(), _HANG_UP_S)

    def __str__(self) -> str:
        return f"Kafka at {self.bootstrap_servers}"
