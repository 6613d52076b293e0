"""Settings of every command: environment variables with the prefix VINTERKOLL_, read once and passed in."""

from typing import Annotated, Literal

from pydantic import Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict, SettingsError

from vinterkoll.app.errors import ConfigurationError


class Settings(BaseSettings):
    """Every field is the environment variable `VINTERKOLL_` + its name in capitals; docs/settings.md lists them."""

    model_config = SettingsConfigDict(env_prefix="VINTERKOLL_", extra="ignore", frozen=True)

    database_url: SecretStr = SecretStr("postgresql:///vinterkoll")
    """libpq connection URI."""

    mqtt_host: str = "127.0.0.1"
    mqtt_port: int = 1883
    mqtt_user: str = ""
    mqtt_password: SecretStr = SecretStr("")
    mqtt_client_id: str = "vinterkoll-ingest"
    """Names the persistent session: two workers need two names."""
    mqtt_topics: dict[str, str] = Field(
        default_factory=lambda: {
            "mip/v1/+/+/position": "mip",
            "mip/v1/+/positions": "mip",
            "traffic/v1/+/flow": "traffic-flow-observed",
            "application/+/device/+/event/up": "chirpstack",
        }
    )
    """Topic filter to format, as JSON in the environment."""
    mqtt_receive_maximum: Annotated[int, Field(ge=1, le=65535)] = 10_000
    """Messages the broker may have unacknowledged at the worker: the back-pressure, and the size of its queue."""
    mqtt_session_expiry_s: int = 7 * 24 * 3600
    """How long the broker keeps messages for a worker that is away."""

    batch_rows: Annotated[int, Field(ge=1)] = 5_000
    batch_ms: Annotated[int, Field(ge=1)] = 250
    batch_idle_ms: Annotated[int, Field(ge=1)] = 20
    """A batch closes at `batch_rows` messages, `batch_ms` after its first, or `batch_idle_ms` after its last."""

    message_bytes_max: int = 1_000_000
    """Longer messages are rejected `too_large`."""
    future_max_s: float = 300.0
    """Event times further ahead of the receive clock are rejected `future`."""
    raw_days: float = 30.0
    """Event times older than this are rejected `too_old`."""
    area_lon_lat: tuple[float, float, float, float] = (10.0, 55.0, 24.5, 69.5)
    """Service area of vehicles: west, south, east, north. The default holds Sweden."""

    api_host: Literal["127.0.0.1", "::1", "localhost"] = "127.0.0.1"
    """Loopback only, until roles exist."""
    api_port: Annotated[int, Field(ge=0, le=65535)] = 8080
    generated_note: bool = False
    """Say on the map that the data is simulated."""

    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"


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
        raise ConfigurationError(f"{error}: lists and tables are written as JSON") from None
