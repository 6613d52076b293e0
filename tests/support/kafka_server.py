"""The Apache Kafka that tests talk to: one JVM, KRaft, its jars fetched by Maven once."""

import shutil
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from vinterkoll.app.children import accepts_connections, free_port

POM: Final = Path(__file__).parent.parent / "kafka" / "pom.xml"
JARS: Final = POM.parent.parent.parent / ".cache" / "kafka"
CLUSTER_ID: Final = "dmludGVya29sbC10ZXN0cw"
"""Any 16 bytes in base64."""
SESSION_MIN_MS: Final = 1_000
"""Groups of tests notice a dead member sooner than Kafka's least, 6 s, allows."""
_FETCH_S: Final = 500
_START_S: Final = 60
_STOP_S: Final = 30


def fetched_jars() -> Path:
    """Let Maven fetch what `pom.xml` lists, unless that was done since the list changed."""
    stamp = JARS / "fetched"
    if not stamp.exists() or stamp.read_bytes() != POM.read_bytes():
        shutil.rmtree(JARS, ignore_errors=True)
        command = ["mvn", "--batch-mode", "--quiet", "--file", str(POM), "dependency:copy-dependencies"]
        command += ["-DincludeScope=runtime", f"-DoutputDirectory={JARS}"]
        done = subprocess.run(command, capture_output=True, text=True, timeout=_FETCH_S, check=False)
        assert done.returncode == 0, f"Maven did not fetch Kafka: {done.stdout[-2000:]}{done.stderr[-2000:]}"
        stamp.write_bytes(POM.read_bytes())
    return JARS


@dataclass
class KafkaServer:
    """A Kafka that can be stopped and started again on the same port, keeping its topics."""

    directory: Path
    port: int
    process: subprocess.Popen[bytes] | None = None

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.port}"

    @property
    def _config(self) -> Path:
        return self.directory / "server.properties"

    def format(self) -> None:
        """Write its configuration and prepare its storage: once."""
        controller_port = free_port()
        settings = {
            "process.roles": "broker,controller",
            "node.id": 1,
            "controller.quorum.voters": f"1@127.0.0.1:{controller_port}",
            "controller.listener.names": "CONTROLLER",
            "listeners": f"PLAINTEXT://{self.address},CONTROLLER://127.0.0.1:{controller_port}",
            "log.dirs": self.directory / "data",
            "auto.create.topics.enable": "false",
            "offsets.topic.replication.factor": 1,
            "offsets.topic.num.partitions": 1,
            "transaction.state.log.replication.factor": 1,
            "transaction.state.log.min.isr": 1,
            "share.coordinator.state.topic.replication.factor": 1,
            "share.coordinator.state.topic.min.isr": 1,
            "group.initial.rebalance.delay.ms": 0,
            "group.min.session.timeout.ms": SESSION_MIN_MS,
        }
        self._config.write_text("".join(f"{name}={value}\n" for name, value in settings.items()))
        command = self._java("kafka.tools.StorageTool", "format", "--cluster-id", CLUSTER_ID, "--config")
        done = subprocess.run(
            [*command, str(self._config)], capture_output=True, text=True, timeout=_START_S, check=False
        )
        assert done.returncode == 0, f"Kafka's storage: {done.stdout}{done.stderr}"

    def start(self) -> None:
        with (self.directory / "server.log").open("ab") as log:
            command = self._java("kafka.Kafka", str(self._config))
            self.process = subprocess.Popen(command, stdout=log, stderr=log, cwd=self.directory)
        deadline = time.monotonic() + _START_S
        while not accepts_connections(self.port):
            assert self.process.poll() is None, f"Kafka ended at start: {self.said()}"
            assert time.monotonic() < deadline, f"Kafka did not start: {self.said()}"
            time.sleep(0.1)

    def stop(self) -> None:
        if self.process is not None:
            self.process.terminate()
            try:
                self.process.wait(_STOP_S)
            except subprocess.TimeoutExpired:
                self.kill()
            self.process = None

    def kill(self) -> None:
        """End it as a power cut would."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None

    def said(self) -> str:
        return (self.directory / "server.log").read_text(errors="replace")[-2000:]

    def _java(self, *arguments: str) -> list[str]:
        options = [
            "-Xms128m",
            "-Xmx384m",
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
            "-Dlog4j2.level=INFO",
        ]
        return ["java", *options, "-cp", f"{fetched_jars()}/*", *arguments]
