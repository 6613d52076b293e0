"""compose/kafka on a real Kafka: its files as they are but for ports and folder, its scripts with the jars that Maven fetched."""

import os
import shlex
import shutil
import subprocess
from pathlib import Path
from typing import Final

from kafka_server import java
from vinterkoll.app.children import free_port

SHIPPED: Final = Path(__file__).parents[2] / "compose" / "kafka"
PROGRAMS: Final = {
    "kafka-storage.sh": "kafka.tools.StorageTool",
    "kafka-server-start.sh": "kafka.Kafka",
    "kafka-topics.sh": "org.apache.kafka.tools.TopicCommand",
    "kafka-configs.sh": "kafka.admin.ConfigCommand",
    "kafka-acls.sh": "org.apache.kafka.tools.AclCommand",
}
"""The scripts of Kafka's own archive, and what they run."""
JMX: Final = "-Dcom.sun.management.jmxremote=true -Dcom.sun.management.jmxremote.authenticate=false"
"""What they add where they are not told otherwise. It opens a port on every address of the machine."""


class ShippedKafka:
    """The files in `folder`: `config` as mounted, `data` as the volume, `bin` for the archive's scripts."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port, self.controller_port = free_port(), free_port()
        self.data = folder / "data"
        self.data.mkdir()
        self.config = shutil.copytree(SHIPPED, folder / "config")
        changes = {
            "127.0.0.1:9092": self.address,
            "127.0.0.1:9095": f"127.0.0.1:{self.controller_port}",
            "/var/lib/kafka/data": str(self.data),
        }
        for file in self.config.glob("*.*"):
            text = file.read_text(encoding="utf-8")
            for shipped, here in changes.items():
                text = text.replace(shipped, here)
            file.write_text(text, encoding="utf-8")
        (folder / "bin").mkdir()
        for name, program in PROGRAMS.items():
            script = folder / "bin" / name
            line = (
                f'exec {shlex.join(java())} ${{KAFKA_LOG4J_OPTS:-}} ${{KAFKA_JMX_OPTS:-{JMX}}} {program} "$@"'
            )
            script.write_text(f"#!/bin/sh\n{line}\n")
            script.chmod(0o755)

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.port}"

    @property
    def path(self) -> str:
        """Where the scripts look for programs."""
        return f"{self.folder / 'bin'}:{os.environ['PATH']}"

    def run(self, script: str, **passwords: str) -> subprocess.CompletedProcess[str]:
        """Run a script of compose/kafka to its end."""
        return subprocess.run(
            ["sh", str(self.config / script)],
            env={"PATH": self.path, **passwords},
            capture_output=True,
            text=True,
            check=False,
        )
