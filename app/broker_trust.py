"""Whom connections to brokers trust: TLS with the broker's name verified always, or none and a warning."""

import ipaddress
import logging
import ssl
from collections.abc import Iterable

from vinterkoll.app.errors import ConfigurationError
from vinterkoll.app.settings import Settings

_log = logging.getLogger(__name__)


def broker_trust(settings: Settings, host: str, user: str) -> ssl.SSLContext | None:
    """Return what an MQTT broker's certificate must satisfy; None where the connection is to be in clear.

    Raises
    ------
    ConfigurationError
        When the file of CA certificates cannot be used.
    """
    if settings.mqtt_tls:
        return _verifying(settings.mqtt_ca_file, "VINTERKOLL_MQTT_CA_FILE")
    if user:
        _warn_in_clear([host], "MQTT", "VINTERKOLL_MQTT_TLS")
    return None


def kafka_trust(settings: Settings) -> ssl.SSLContext | None:
    """Return the same for Kafka's brokers."""
    if settings.kafka_tls:
        return _verifying(settings.kafka_ca_file, "VINTERKOLL_KAFKA_CA_FILE")
    if settings.kafka_user:
        servers = settings.kafka_bootstrap_servers.split(",")
        hosts = [server.strip().rpartition(":")[0].strip("[]") for server in servers]
        _warn_in_clear(hosts, "Kafka", "VINTERKOLL_KAFKA_TLS")
    return None


def _verifying(ca_file: str, setting: str) -> ssl.SSLContext:
    try:
        trust = ssl.create_default_context(cafile=ca_file or None)
    except ssl.SSLError:
        raise ConfigurationError(f"{setting}: no certificate in PEM form is in that file") from None
    except OSError as error:
        raise ConfigurationError(f"{setting}: {error.strerror}") from None
    trust.minimum_version = ssl.TLSVersion.TLSv1_2  # whatever this machine's OpenSSL allows
    return trust


def _warn_in_clear(hosts: Iterable[str], what: str, setting: str) -> None:
    if not all(map(is_loopback, hosts)):
        _log.warning("the %s password crosses the network in clear: set %s=true", what, setting)


def is_loopback(host: str) -> bool:
    """Return whether what is sent to `host` stays on this machine."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
