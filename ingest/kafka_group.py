"""A membership in one of Kafka's consumer groups: who it is, and how its brokers are reached."""

import asyncio
import ssl
from collections.abc import Collection
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Final

from aiokafka import AIOKafkaConsumer
from aiokafka.admin import AIOKafkaAdminClient
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
class KafkaGroup:
    """A membership. `tls` is what the brokers' certificates must satisfy, None for connections in clear; without a
    `user` nothing is logged in to.
    """

    bootstrap_servers: str
    topics: Collection[str]
    group: str
    client_id: str
    session_timeout_s: float
    tls: ssl.SSLContext | None = None
    sasl_mechanism: str = "SCRAM-SHA-512"
    user: str = ""
    password: str = field(default="", repr=False)

    def new_consumer(self) -> AIOKafkaConsumer:
        """Return a consumer that is not connected yet."""
        return AIOKafkaConsumer(
            bootstrap_servers=self.bootstrap_servers,
            group_id=self.group,
            session_timeout_ms=round(self.session_timeout_s * 1_000),
            heartbeat_interval_ms=round(self.session_timeout_s * 1_000 / 3),
            enable_auto_commit=False,
            auto_offset_reset="earliest",  # Kafka knows no offsets of ours; the wanted one is sought before it counts
            **self._access(),
        )

    async def connect(self, consumer: AIOKafkaConsumer) -> None:
        """Start `consumer`, and see that the topics are there.

        Raises
        ------
        BrokerRefusedError
            When a broker's certificate, or the broker itself the log-in, cannot be accepted; when a topic is missing.
        BrokerUnavailableError
            When no broker answers.
        """
        await self.log_in()
        await consumer.start()
        missing = sorted(set(self.topics) - await consumer.topics())
        if missing:
            raise BrokerRefusedError(
                f"{self} has no topic {', '.join(missing)} for this user: create it, or let the user read it"
            )

    def new_admin(self) -> AIOKafkaAdminClient:
        """Return a client that looks at topics; it is not connected yet."""
        return AIOKafkaAdminClient(
            bootstrap_servers=self.bootstrap_servers, request_timeout_ms=_ANSWER_MS, **self._access()
        )

    async def log_in(self) -> None:
        """Connect to one broker and hang up: the consumer would log why it cannot, and raise without the reason."""
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

    async def _reach(self, host: str, port: int) -> None:
        connection = AIOKafkaConnection(host, port, request_timeout_ms=_ANSWER_MS, **self._access())
        try:
            await connection.connect()
        finally:
            with suppress(TimeoutError):  # of one that was never connected
                await asyncio.wait_for(connection.close(), _HANG_UP_S)

    def __str__(self) -> str:
        return f"Kafka at {self.bootstrap_servers}"

    def _access(self) -> dict[str, Any]:
        return {
            "client_id": self.client_id,
            "security_protocol": ("SASL_" if self.user else "") + ("SSL" if self.tls else "PLAINTEXT"),
            "ssl_context": self.tls,
            "sasl_mechanism": self.sasl_mechanism,
            "sasl_plain_username": self.user,
            "sasl_plain_password": self.password,
        }
