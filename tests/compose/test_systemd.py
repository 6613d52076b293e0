"""The units for systemd: systemd takes them, they give away little, and what they start is there."""

import json
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from vinterkoll.app.settings import Settings

ROOT = Path(__file__).parents[2]
UNITS = ROOT / "compose" / "systemd"
PRODUCTION = ROOT / "docs" / "production.md"
SERVICES = sorted(UNITS.glob("*.service"))
BROKER = UNITS / "vinterkoll-broker.service"
OURS = [unit for unit in SERVICES if unit != BROKER]
PROGRAM = "/opt/vinterkoll/bin/vinterkoll"
EXPOSURE_MAX = 20
"""Tenths of systemd's measure, in which 0 gives away nothing and 100 all."""


@pytest.fixture
def installed(tmp_path: Path) -> Path:
    """The units as on a machine that has the program elsewhere: here."""
    for unit in UNITS.iterdir():
        text = unit.read_text().replace(PROGRAM, f"{Path(sys.executable).parent}/vinterkoll")
        (tmp_path / unit.name.replace("@.", "@one.")).write_text(text)
    return tmp_path


def systemd_analyze(*arguments: str) -> None:
    done = subprocess.run(["systemd-analyze", *arguments], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "vinterkoll" not in done.stderr, done.stderr


def test_systemd_takes_them(installed: Path) -> None:
    units = sorted(map(str, installed.glob("vinterkoll-*")))
    assert len(units) == len(SERVICES) + 1
    systemd_analyze("verify", "--man=no", *units)


@pytest.mark.parametrize("service", SERVICES, ids=lambda path: path.stem)
def test_they_give_away_little(service: Path, installed: Path) -> None:
    name = service.name.replace("@.", "@one.")
    systemd_analyze("security", "--offline=true", f"--threshold={EXPOSURE_MAX}", str(installed / name))


@pytest.mark.parametrize("service", OURS, ids=lambda path: path.stem)
def test_what_they_start_is_there(service: Path) -> None:
    [arguments] = re.findall(rf"^ExecStart={PROGRAM} (.+)$", service.read_text(), re.MULTILINE)
    command = [sys.executable, "-m", "vinterkoll.app.cli", *arguments.split(), "--help"]
    assert subprocess.run(command, capture_output=True, check=False).returncode == 0


@pytest.mark.parametrize("service", OURS, ids=lambda path: path.stem)
def test_secrets_come_from_files_and_what_runs_comes_back(service: Path) -> None:
    text = service.read_text()
    assert re.search(r"^EnvironmentFile=/etc/vinterkoll/\w+\.env$", text, re.MULTILINE)
    assert not re.search(r"^Environment=.*(PASSWORD|URL|KEY|CLIENT_ID)", text, re.MULTILINE)
    assert "RestartPreventExitStatus=2\n" in text
    assert ("Restart=always\n" in text) == ("Type=oneshot\n" not in text)


def test_the_broker_comes_back_and_writes_where_its_configuration_says() -> None:
    text, document = BROKER.read_text(), PRODUCTION.read_text()
    configuration = (ROOT / "compose" / "mosquitto" / "mosquitto.conf").read_text()
    assert "Restart=always\n" in text
    [folder] = re.findall(r"^WorkingDirectory=(.+)$", text, re.MULTILINE)
    [data] = re.findall(r"^persistence_location (.+)/$", configuration, re.MULTILINE)
    assert f"ReadWritePaths={folder}/{data}\n" in text
    assert f"mkdir -p {folder}/{data} && cd {folder}" in document
    started = re.findall(r"^systemctl enable --now (.+)$", document, re.MULTILINE)
    assert BROKER.stem in started[0].split()


@pytest.mark.parametrize("service", ["vinterkoll-ingest@", "vinterkoll-bridge@"])
def test_who_reads_from_the_broker_starts_after_it(service: str) -> None:
    [after] = re.findall(r"^After=(.+)$", (UNITS / f"{service}.service").read_text(), re.MULTILINE)
    assert BROKER.name in after.split()


def test_housekeeping_that_was_kept_from_its_work_is_tried_again_until_the_morning() -> None:
    """A dump that reads for an hour at 02:30 would keep it from it every night."""
    text = (UNITS / "vinterkoll-housekeeping.service").read_text()
    assert "Restart=on-failure\n" in text
    [pause_min] = re.findall(r"^RestartSec=(\d+)min$", text, re.MULTILINE)
    [times] = re.findall(r"^StartLimitBurst=(\d+)$", text, re.MULTILINE)
    [counted_over_h] = re.findall(r"^StartLimitIntervalSec=(\d+)h$", text, re.MULTILINE)
    tried_h = int(pause_min) * int(times) / 60
    assert 2 <= tried_h < int(counted_over_h), "or the bound would never be met"
    assert tried_h + int(counted_over_h) < 24, "or the next night would be counted with this one"


def files_of_a_bridge(folder: Path) -> dict[str, dict[str, str]]:
    """What docs/production.md lets an operator write for the bridge `one`: each file's variables."""
    [block] = re.findall(
        r"^```sh\n(cat > bridge\.env.*?)^```$", PRODUCTION.read_text(), re.DOTALL | re.MULTILINE
    )
    folder.mkdir()
    subprocess.run(["bash", "-eu", "-c", block], cwd=folder, check=True)
    return {
        file.name: dict(one.split("=", 1) for one in shlex.split(file.read_text()))
        for file in folder.iterdir()
    }


def test_a_bridge_has_a_client_id_that_nobody_guesses_and_a_port_of_its_own(tmp_path: Path) -> None:
    unit = (UNITS / "vinterkoll-bridge@.service").read_text().replace("%i", "one")
    read = re.findall(r"^EnvironmentFile=/etc/vinterkoll/(.+)$", unit, re.MULTILINE)
    assert read == ["bridge.env", "bridge-one.env"], "what is read last counts"
    made = files_of_a_bridge(tmp_path / "a")
    shared, own = (made[name] for name in read)
    assert "VINTERKOLL_MQTT_CLIENT_ID" not in shared
    assert all(topic.startswith("$share/") for topic in json.loads(shared["VINTERKOLL_MQTT_TOPICS"]))
    other = files_of_a_bridge(tmp_path / "b")["bridge-one.env"]
    assert own["VINTERKOLL_MQTT_CLIENT_ID"] != other["VINTERKOLL_MQTT_CLIENT_ID"]
    assert re.fullmatch(r"[0-9a-f]{48}", own["VINTERKOLL_MQTT_CLIENT_ID"])
    [port] = re.findall(r" bridge --metrics-port \$\{(\w+)\}$", unit, re.MULTILINE)
    assert own[port].isdecimal()


def test_no_client_id_is_shown_that_could_be_copied() -> None:
    shown = re.findall(r"VINTERKOLL_MQTT_CLIENT_ID=(\S+)", PRODUCTION.read_text())
    assert set(shown) == {"…", "$(openssl"}


def test_what_is_kept_stands_where_housekeeping_reads_it() -> None:
    service = (UNITS / "vinterkoll-housekeeping.service").read_text()
    assert "EnvironmentFile=/etc/vinterkoll/owner.env\n" in service
    [written] = re.findall(
        r"^cat > owner\.env <<END\n(.*?)^END$", PRODUCTION.read_text(), re.DOTALL | re.MULTILINE
    )
    days = {name: int(value) for name, value in re.findall(r"VINTERKOLL_(\w+_DAYS)=(\d+)", written)}
    retention = (ROOT / "docs" / "retention.md").read_text()
    assert days.keys() == set(re.findall(r"^\|.*\| `VINTERKOLL_(\w+_DAYS)` \|$", retention, re.MULTILINE))
    assert all(value == getattr(Settings(), name.lower()) for name, value in days.items())
