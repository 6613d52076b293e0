"""The Apache Kafka that tests talk to: one JVM, KRaft, its jars fetched by Maven once. It listens in clear for anybody, and
by TLS for a user with a password."""

import re
import shlex
import shutil
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from certificates import CERTIFIED_NAME, DOCUMENT, certify
from vinterkoll.app.children import accepts_connections, free_port

POM: Final = Path(__file__).parent.parent / "kafka" / "pom.xml"
JARS: Final = POM.parent.parent.parent / ".cache" / "kafka"
CLUSTER_ID: Final = "dmludGVya29sbC10ZXN0cw"
"""Any 16 bytes in base64."""
SESSION_MIN_MS: Final = 1_000
"""Groups of tests notice a dead member sooner than Kafka's least, 6 s, allows."""
USER: Final = "ingest"
PASSWORD: Final = "halka-och-is"
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


def java(*arguments: str) -> list[str]:
    """Return the command that runs one of Kafka's programs, or begins to."""
    options = ["-Xms128m", "-Xmx384m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"]
    return ["java", *options, "-cp", f"{fetched_jars()}/*", *arguments]


@dataclass
class KafkaServer:
    """A Kafka that can be stopped and started again on the same port, keeping its topics."""

    directory: Path
    port: int
    secure_port: int
    process: subprocess.Popen[bytes] | None = None

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.port}"

    @property
    def secure_address(self) -> str:
        return f"{CERTIFIED_NAME}:{self.secure_port}"

    @property
    def ca_file(self) -> Path:
        return self.directory / "ca.pem"

    @property
    def _config(self) -> Path:
        return self.directory / "server.properties"

    def format(self) -> None:
        """Write its configuration and prepare its storage: once."""
        controller_port = free_port()
        certify(self.directory)
        keystore = self.directory / "keystore.pem"
        keystore.write_bytes(
            (self.directory / "privkey.pem").read_bytes() + (self.directory / "fullchain.pem").read_bytes()
        )
        login = "org.apache.kafka.common.security.scram.ScramLoginModule required;"
        settings = {
            "process.roles": "broker,controller",
            "node.id": 1,
            "controller.quorum.voters": f"1@127.0.0.1:{controller_port}",
            "controller.listener.names": "CONTROLLER",
            "listeners": f"PLAINTEXT://{self.address},SASL_SSL://{self.secure_address},"
            f"CONTROLLER://127.0.0.1:{controller_port}",
            "listener.security.protocol.map": "PLAINTEXT:PLAINTEXT,SASL_SSL:SASL_SSL,CONTROLLER:PLAINTEXT",
            "listener.name.sasl_ssl.sasl.enabled.mechanisms": "SCRAM-SHA-512",
            "listener.name.sasl_ssl.scram-sha-512.sasl.jaas.config": login,
            "listener.name.sasl_ssl.ssl.keystore.type": "PEM",
            "listener.name.sasl_ssl.ssl.keystore.location": keystore,
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
        command = java("kafka.tools.StorageTool", "format", "--cluster-id", CLUSTER_ID)
        command += ["--add-scram", f"SCRAM-SHA-512=[name={USER},password={PASSWORD}]"]
        done = subprocess.run(
            [*command, "--config", str(self._config)],
            capture_output=True,
            text=True,
            timeout=_START_S,
            check=False,
        )
        assert done.returncode == 0, f"Kafka's storage: {done.stdout[-2000:]}{done.stderr[-2000:]}"

    def create_topic_of_production(self, topic: str) -> None:
        """Create `topic` by the command that docs/production.md gives, but for the two brokers more that it takes."""
        [command] = re.findall(
            r"^kafka-topics.sh ((?:\\\n|.)+)", DOCUMENT.read_text(encoding="utf-8"), re.MULTILINE
        )
        arguments = shlex.split(command.replace("min.insync.replicas=2", "min.insync.replicas=1"))
        for option, value in (
            ("--bootstrap-server", self.address),
            ("--topic", topic),
            ("--replication-factor", "1"),
        ):
            arguments[arguments.index(option) + 1] = value
        done = subprocess.run(
            [*java("org.apache.kafka.tools.TopicCommand"), *arguments],
            capture_output=True,
            text=True,
            timeout=_START_S,
            check=False,
        )
        assert done.returncode == 0, f"the topic was not created: {done.stdout[-2000:]}{done.stderr[-2000:]}"

    def start(self) -> None:
        with (self.directory / "server.log").open("ab") as log:
            command = java("-Dlog4j2.level=INFO", "kafka.Kafka", str(self._config))
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
