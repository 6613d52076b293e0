"""`vinterkoll api` as a process: a taken port, a wrong URL, and an end within five seconds."""

import os
import signal
import subprocess
import sys
import time

import httpx
import pytest

from vinterkoll.app.errors import ConfigurationError
from vinterkoll.app.serve import listen

SERVE = "from vinterkoll.app.serve import api; api(port=0)"
END_S = 5.0


def start(database_url: str) -> subprocess.Popen[str]:
    environment = os.environ | {"VINTERKOLL_DATABASE_URL": database_url}
    return subprocess.Popen(
        [sys.executable, "-c", SERVE],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_a_taken_port_is_the_operators_to_mend(taken_port: int) -> None:
    with pytest.raises(ConfigurationError, match=f"port {taken_port}: Address already in use"):
        listen("127.0.0.1", taken_port)


def test_port_0_is_a_free_one() -> None:
    with listen("127.0.0.1", 0) as one, listen("127.0.0.1", 0) as other:
        assert one.getsockname() != other.getsockname()


def test_a_wrong_database_url_is_not_repeated() -> None:
    process = start("postgresql://user:hidden@[::1/vinterkoll")
    _, errors = process.communicate(timeout=30)
    assert process.returncode != 0
    assert "ConfigurationError: VINTERKOLL_DATABASE_URL: " in errors
    assert "hidden" not in errors


@pytest.mark.postgres
@pytest.mark.parametrize("sign", [signal.SIGTERM, signal.SIGINT])
def test_it_serves_until_it_is_told_to_stop(database_url: str, sign: signal.Signals) -> None:
    with start(database_url) as process:
        assert process.stdout is not None
        address = process.stdout.readline().strip()
        with httpx.Client(base_url=address) as client:  # keeps its connection open while the server ends
            deadline = time.monotonic() + 20
            while True:
                try:
                    assert client.get("/api/v1/segments").json()["features"] == []
                    break
                except httpx.ConnectError:
                    assert time.monotonic() < deadline
                    time.sleep(0.05)
            begun = time.monotonic()
            for _ in range(20):
                client.get("/health/live")
            assert time.monotonic() - begun < 0.4  # 20 times the 40 ms of a delayed acknowledgement are 0.8 s
            process.send_signal(sign)
            assert process.wait(END_S) == 0
