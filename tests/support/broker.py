"""The mosquitto that tests talk to."""

import os
import shutil
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

from vinterkoll.app.children import accepts_connections


@dataclass
class Broker:
    """A mosquitto that can be stopped and started again on the same port, keeping its persistent sessions."""

    directory: Path
    port: int
    host: str = "127.0.0.1"
    process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        config = self.directory / "mosquitto.conf"
        config.write_text(
            f"listener {self.port} 127.0.0.1\nallow_anonymous true\n"
            f"persistence true\npersistence_location {self.directory}/\nautosave_interval 1\n"
            "max_queued_messages 1000000\nmax_inflight_messages 0\n"
        )
        program = shutil.which("mosquitto") or "/usr/sbin/mosquitto"
        command = [program, "-c", str(config)]
        if os.geteuid() == 0:  # mosquitto gives up root for a user who cannot write here
            config.write_text(config.read_text() + "user root\n")
        self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        deadline = time.monotonic() + 10
        while not accepts_connections(self.port):
            assert self.process.poll() is None, "mosquitto ended at start"
            assert time.monotonic() < deadline, "mosquitto did not start"
            time.sleep(0.02)

    def stop(self) -> None:
        if self.process is not None:
            self.process.terminate()
            self.process.wait(10)
            self.process = None
