"""Settings of every command: environment variables with the prefix VINTERKOLL_, read once and passed in."""

from typing import Annotated, Literal

from psycopg import ProgrammingError
from psycopg.conninfo import conninfo_to_dict
from pydantic import Field, SecretStr, ValidationError, ValidationInfo, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict, SettingsError

from vinterkoll.api.intake import HTTP_WORKER
from vinterkoll.app.errors import ConfigurationError
from vinterkoll.ingest.formats.envelope import MAX_ITEMS


class Settings(BaseSettings):
    """Every field is the environment variable `VINTERKOLL_` + its name in capitals; docs/settings.md lists them."""

    model_config = SettingsConfigDict(env_prefix="VINTERKOLL_", extra="ignore", frozen=True)

    database_url: SecretStr = SecretStr("postgresql:///vinterkoll")
    """libpq connection URI."""

    mqtt_host: str = "127.0.0.1"
    mqtt_port: Annotated[int, Field(ge=1, le=65535)] = 1883
    mqtt_tls: bool = False
    mqtt_ca_file: str = ""
    """PEM file of the CAs whose signature under the broker's certificate counts; empty: those of the system."""
    mqtt_user: str = ""
    mqtt_password: SecretStr = SecretStr("")
    mqtt_client_id: Annotated[str, Field(min_length=1)] = "vinterkoll-ingest"
    """Names the persistent session: two workers need two. Whoever may log in to the broker and knows it can take the
    session over, so in production it is random and shown nowhere."""
    mqtt_topics: dict[str, str] = Field(
        default_factory=lambda: {
            "mip/v1/+/+/position": "mip",
            "mip/v1/+/positions": "mip",
            "harja/v1/+/positions": "harja",
            "traffic/v1/+/flow": "traffic-flow-observed",
            "traffic/v1/+/trafikverket": "trafikverket-traffic-flow",
            "snow/v1/+/depth": "snow",
            "application/+/device/+/event/up": "chirpstack",
            "v3/+/devices/+/up": "the-things-stack",
        }
    )
    """Topic filter to format, as JSON in the environment."""
    mappings: str = ""
    """Directory of supplier mappings, `*.toml`; each is a format by its file's name."""
    mqtt_receive_maximum: Annotated[int, Field(ge=1, le=65535)] = 10_000
    """Messages the broker may have unacknowledged at the worker: the back-pressure, and the size of its queue."""
    mqtt_session_expiry_s: Annotated[int, Field(ge=1, le=2**32 - 1)] = 7 * 24 * 3600
    """How long the broker keeps messages for a worker that is away."""

    kafka_bootstrap_servers: Annotated[str, Field(min_length=1)] = "127.0.0.1:9092"
    """Brokers to begin with, host:port, comma-separated."""
    kafka_topics: Annotated[tuple[Annotated[str, Field(min_length=1)], ...], Field(min_length=1)] = (
        "vinterkoll.messages",
    )
    """Their records hold the MQTT topic, for which `mqtt_topics` has the format."""
    kafka_group: Annotated[str, Field(min_length=1)] = "vinterkoll-ingest"
    """Workers of one group share the partitions. A new name reads the topics from their beginning."""
    kafka_session_timeout_s: Annotated[float, Field(ge=1, allow_inf_nan=False)] = 10.0
    """A worker that is silent for so long loses its partitions."""
    kafka_tls: bool = False
    kafka_ca_file: str = ""
    """PEM file of the CAs whose signature under the brokers' certificates counts; empty: those of the system."""
    kafka_user: str = ""
    kafka_password: SecretStr = SecretStr("")
    kafka_sasl_mechanism: Literal["SCRAM-SHA-512", "SCRAM-SHA-256", "PLAIN"] = "SCRAM-SHA-512"
    """How user and password are shown to Kafka."""

    batch_rows: Annotated[int, Field(ge=1)] = 5_000
    batch_ms: Annotated[int, Field(ge=1)] = 250
    batch_idle_ms: Annotated[int, Field(ge=1)] = 20
    """A batch closes at `batch_rows` messages, `batch_ms` after its first, or `batch_idle_ms` after its last."""

    worker: Annotated[str, Field(min_length=1)] = "ingest"
    """The worker's name in /health/ready and /metrics: two workers need two."""

    message_bytes_max: Annotated[int, Field(ge=1)] = 1_000_000
    """Longer messages are rejected `too_large`."""
    future_max_s: Annotated[float, Field(ge=0, allow_inf_nan=False)] = 300.0
    """Event times further ahead of the receive clock are rejected `future`."""
    raw_days: Annotated[int, Field(ge=2, le=36_500)] = 30
    """Days that positions and rejects are kept. One day before, late ones are rejected `too_old`: so two at least."""
    vehicle_days: Annotated[int, Field(ge=0, le=36_500)] = 0
    """Days that what was derived tells which vehicle it was, where that is more than `raw_days`; by whole months."""
    history_days: Annotated[int, Field(le=36_500)] = 5 * 366
    """Days that what was derived is kept, and the readings of traffic and snow."""
    area_lon_lat: tuple[float, float, float, float] = (10.0, 55.0, 24.5, 69.5)
    """Service area of vehicles: west, south, east, north. The default holds Sweden."""

    unregistered: Literal["accept", "reject"] = "accept"
    """What becomes of data of devices that the register does not have at its time; `reject`: `unregistered`."""

    @field_validator("database_url", "ingest_database_url", "register_database_url")
    @classmethod
    def _url_is_one(cls, url: SecretStr) -> SecretStr:
        """Refuse here what libpq would refuse with a part of the password in its message."""
        try:
            host = conninfo_to_dict(url.get_secret_value()).get("host")
        except ProgrammingError:
            raise ValueError("this is not a PostgreSQL connection URI") from None
        if "@" in str(host or ""):
            raise ValueError("write @ in a user name or password as %40")
        return url

    @field_validator("worker")
    @classmethod
    def _worker_is_not_the_apis(cls, name: str) -> str:
        if name == HTTP_WORKER:
            raise ValueError("the API keeps its account of HTTP ingest under this name: choose another")
        return name

    @field_validator("history_days")
    @classmethod
    def _history_outlives_raw(cls, days: int, others: ValidationInfo) -> int:
        if days <= others.data.get("raw_days", 0):
            raise ValueError(
                "it is more than VINTERKOLL_RAW_DAYS: what is derived outlives what it is derived from"
            )
        return days

    @field_validator("mqtt_ca_file", "kafka_ca_file")
    @classmethod
    def _ca_file_is_used(cls, path: str, info: ValidationInfo) -> str:
        tls = str(info.field_name).replace("ca_file", "tls")
        if path and not info.data.get(tls, True):
            raise ValueError(
                f"it is used with VINTERKOLL_{tls.upper()}=true only, and without it nothing is verified"
            )
        return path

    @field_validator("area_lon_lat")
    @classmethod
    def _area_has_an_inside(
        cls, area: tuple[float, float, float, float]
    ) -> tuple[float, float, float, float]:
        west, south, east, north = area
        if not (-180 <= west < east <= 180 and -90 <= south < north <= 90):
            raise ValueError("write [west, south, east, north] in degrees, west < east and south < north")
        return area

    api_host: Literal["127.0.0.1", "::1", "localhost"] = "127.0.0.1"
    """Loopback only, until roles exist."""
    api_port: Annotated[int, Field(ge=0, le=65535)] = 8080
    ingest_database_url: SecretStr = SecretStr("")
    """libpq connection URI of a user who may store; with one, `vinterkoll api` takes what is sent by HTTP."""
    http_to: Literal["database", "kafka"] = "database"
    """Where `vinterkoll api` puts what is sent by HTTP: `kafka` answers 202 and leaves it to the workers."""
    register_database_url: SecretStr = SecretStr("")
    """libpq connection URI of a member of vinterkoll_register; with one, `vinterkoll api` changes the register."""
    http_body_bytes_max: Annotated[int, Field(ge=1)] = 10_000_000
    """Longer bodies, unpacked, are refused with 413: two full batches with generous items."""
    http_items_max: Annotated[int, Field(ge=1, le=MAX_ITEMS)] = MAX_ITEMS
    """Bodies with more items or lines are refused with 413: one transaction."""
    http_waiting_max: Annotated[int, Field(ge=1)] = 16
    """Requests that may wait for the database; more are refused with 429. Each keeps its body in memory."""
    generated_note: bool = False
    """Say on the map that the data is simulated."""

    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    log_format: Literal["text", "json"] = "text"


def read_settings() -> Settings:
    """Read the environment.

    Raises
    ------
    ConfigurationError
        Naming each variable that does not fit, never its value: it may be a secret.
    """
    try:
        return Settings()
    except ValidationError as error:
        faults = [
            f"VINTERKOLL_{'.'.join(map(str, one['loc'])).upper()}: {one['msg']}" for one in error.errors()
        ]
        raise ConfigurationError("; ".join(faults)) from None
    except SettingsError as error:
        # pydantic names the field only inside its text
        names = [f"VINTERKOLL_{name.upper()}" for name in Settings.model_fields if f'"{name}"' in str(error)]
        raise ConfigurationError(f"{', '.join(names)}: lists and tables are written as JSON") from None
