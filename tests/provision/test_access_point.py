"""The box's own network for a phone: a stand-in for nmcli writes down what it was given."""

import sys
from pathlib import Path

import pytest

from kiosk.provision.access_point import (
    PROFILE,
    SCAN_AGAIN_S,
    SCANS,
    TRIAL_PROFILE,
    AccessPoint,
    Radio,
    access_point_profile,
)
from kiosk.provision.wifi import Wifi
from kiosk.sale.wifi import WifiNotice
from kiosk.settings import Secret

PASSPHRASE = "abcd2345wxyz"
POINT = AccessPoint("kiosk-7h2k", Secret(PASSPHRASE), "10.7.8.1")
SHOP = Wifi("Shop", Secret("correct horse"), "SV")
STAND_IN = """
import sys
from pathlib import Path
here = Path(__file__).parent
with (here / "runs").open("a") as runs:
    runs.write(" ".join(sys.argv[1:]) + "\\n")
profiles = here / "run/NetworkManager/system-connections"
if sys.argv[3:5] == ["connection", "up"]:
    assert (profiles / (sys.argv[5] + ".nmconnection")).stat().st_mode & 0o777 == 0o600
listed = here / "listed"
if "list" in sys.argv and listed.exists():
    sys.stdout.write(listed.read_text())
failing = here / "failing"
if failing.exists() and sys.argv[3:5] == ["connection", "up"]:
    sys.stderr.write(failing.read_text())
    sys.exit(4)
"""


class Machine:
    """A file system, and an nmcli in it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        program = folder / "nmcli.py"
        program.write_text(STAND_IN)
        self.slept: list[float] = []
        self.command = (sys.executable, str(program))
        self.radio = Radio(folder, self.command, self.slept.append)

    @property
    def runs(self) -> list[str]:
        return (self.folder / "runs").read_text().splitlines()

    def left(self) -> list[str]:
        return sorted(
            file.name
            for file in self.folder.rglob("*")
            if file.suffix in (".nmconnection", ".conf")
        )


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


def test_the_network_is_opened_and_nothing_of_it_is_left_when_it_is_closed(
    machine: Machine,
) -> None:
    assert machine.radio.open(POINT)
    assert machine.left() == ["kiosk-phone.conf", f"{PROFILE}.nmconnection"]
    names = machine.folder / "etc/NetworkManager/dnsmasq-shared.d/kiosk-phone.conf"
    assert names.read_text() == "address=/#/10.7.8.1\n"
    machine.radio.close()
    assert machine.left() == []
    assert [" ".join(run.split()[2:4]) for run in machine.runs] == [
        "connection load",
        "connection up",
        "connection delete",
    ]


def test_no_passphrase_is_an_argument(machine: Machine) -> None:
    machine.radio.open(POINT)
    machine.radio.try_network(SHOP)
    text = "\n".join(machine.runs)
    assert PASSPHRASE not in text
    assert "correct horse" not in text


def test_closing_what_was_never_opened_runs_nothing(machine: Machine) -> None:
    machine.radio.close()
    machine.radio.forget_trial()
    assert not (machine.folder / "runs").exists()


def test_a_radio_that_opens_nothing_is_told_and_leaves_nothing(machine: Machine) -> None:
    (machine.folder / "failing").write_text("Error: no device")
    assert not machine.radio.open(POINT)
    machine.radio.close()
    assert machine.left() == []


def test_a_wrong_passphrase_of_the_shops_network_is_told(machine: Machine) -> None:
    (machine.folder / "failing").write_text("Secrets were required, but not provided")
    assert machine.radio.try_network(SHOP) is WifiNotice.REFUSED
    machine.radio.forget_trial()
    assert machine.left() == []


def test_a_network_on_trial_lies_in_memory_alone(machine: Machine) -> None:
    assert machine.radio.try_network(SHOP) is WifiNotice.JOINED
    assert machine.left() == [f"{TRIAL_PROFILE}.nmconnection"]
    assert (machine.folder / "run/NetworkManager/system-connections").is_dir()


def test_without_networkmanager_nothing_is_opened(tmp_path: Path) -> None:
    assert not Radio(tmp_path, ("no-such-program",)).open(POINT)


def test_phones_can_join_what_a_pis_radio_opens() -> None:
    """WPA2 with CCMP alone, and without the frames that the firmware has not."""
    lines = access_point_profile(POINT, ()).splitlines()
    assert {"mode=ap", "key-mgmt=wpa-psk", "proto=rsn", "pairwise=ccmp", "pmf=1"} <= set(lines)
    assert "autoconnect=false" in lines
    assert "address1=10.7.8.1/24" in lines


def test_a_phone_is_not_routed_into_the_network_of_a_cable(machine: Machine) -> None:
    """NetworkManager's `shared` alone would forward what comes from the phone."""
    for radio in ("wlan0", "wlan1"):
        (machine.folder / "sys/class/net" / radio / "phy80211").mkdir(parents=True)
    for other in ("eth0", "lo"):
        (machine.folder / "sys/class/net" / other).mkdir()
    (machine.folder / "sys/class/net/wl an2/phy80211").mkdir(parents=True)
    machine.radio.open(POINT)
    [file] = (machine.folder / "run/NetworkManager/system-connections").iterdir()
    rules = [line for line in file.read_text().splitlines() if line.startswith("routing-rule")]
    assert rules == [
        "routing-rule1=priority 1 from 0.0.0.0/0 iif wlan0 type prohibit",
        "routing-rule2=priority 2 from 0.0.0.0/0 iif wlan1 type prohibit",
    ]


def test_a_radio_that_was_just_switched_on_is_asked_again_for_networks(machine: Machine) -> None:
    """The first list is empty then, and the page offered no network at all."""

    def comes_on(seconds: float) -> None:
        machine.slept.append(seconds)
        (machine.folder / "listed").write_text(r" :00\:11\:22\:33\:44\:55:70:WPA2:Shop" + "\n")

    radio = Radio(machine.folder, machine.command, comes_on)
    assert [network.name for network in radio.scan()] == ["Shop"]
    assert machine.slept == [SCAN_AGAIN_S]


def test_where_there_is_no_network_it_is_said_after_a_few_looks(machine: Machine) -> None:
    assert machine.radio.scan() == ()
    assert machine.slept == [SCAN_AGAIN_S] * (SCANS - 1)


def test_without_a_manager_of_networks_nobody_looks_again(tmp_path: Path) -> None:
    slept: list[float] = []
    assert Radio(tmp_path, ("no-such-program",), slept.append).scan() == ()
    assert slept == []
