"""The unit holds its promises as text, and systemd itself agrees where it is at hand."""

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from kiosk.doctor import device
from kiosk.doctor.finding import Verdict
from kiosk.durable_files import PARTITION_MISSING
from kiosk.host import (
    copy_request,
    phone_setup,
    settings_request,
    stick_settings,
    usb_export,
    usb_stick,
)
from kiosk.host.refused_settings import REFUSAL
from kiosk.host.restarts import note_start
from kiosk.host.watchdog import FEEDS_PER_TIMEOUT
from kiosk.loop import EVENTS_A_TURN
from kiosk.provision.access_point import DOWN_S, GRACE_S
from kiosk.provision.apply_settings import TRIAL, Paths
from kiosk.provision.change_settings import ChangePaths
from kiosk.provision.phone_doors import PhonePaths
from kiosk.settings import PIN_CREDENTIAL, SECRETS, SETTINGS_CREDENTIAL
from kiosk.settings.defaults import LOGO_CREDENTIAL
from kiosk.settings.parsers import DATA_FOLDER

ROOT = Path(__file__).parent.parent.parent
SYSTEMD = ROOT / "systemd"
SLOW_WRITE_S = 0.1  # one synced write to a slow memory card
SECRET_FILES = (*SECRETS, PIN_CREDENTIAL)
MOST_EXPOSED = {
    "kiosk.service": 1.5,
    "kiosk-provision.service": 1.7,
    "kiosk-export.service": 2.0,
    "kiosk-settings.service": 1.5,
    "kiosk-copy.service": 2.0,
    "kiosk-stick.service": 2.0,
    "kiosk-phone-setup.service": 2.7,
}

needs_systemd = pytest.mark.skipif(
    shutil.which("systemd-analyze") is None, reason="no systemd-analyze on this machine"
)


def words_of(file: str) -> dict[str, list[str]]:
    """Every NAME=value of a unit, in order; a name may come more than once."""
    values: dict[str, list[str]] = {}
    for line in (SYSTEMD / file).read_text().splitlines():
        name, is_one, value = line.partition("=")
        if is_one and not line.startswith("#"):
            values.setdefault(name, []).append(value)
    return values


UNIT = words_of("kiosk.service")


@pytest.fixture
def units(tmp_path: Path) -> list[str]:
    """The units as they are installed, but for the program, which is not here."""
    for unit in (*SYSTEMD.glob("*.service"), *SYSTEMD.glob("*.path")):
        text = re.sub(r"/opt/kiosk/current/\S+", "/bin/true", unit.read_text())
        (tmp_path / unit.name).write_text(text)
    return [str(file) for file in sorted(tmp_path.iterdir())]


@needs_systemd
def test_systemd_finds_nothing_to_say_about_the_units(units: list[str]) -> None:
    output = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", *units], capture_output=True, text=True
    )
    assert (output.returncode, output.stdout + output.stderr) == (0, "")


@needs_systemd
@pytest.mark.parametrize("name", sorted(MOST_EXPOSED))
def test_a_unit_is_exposed_no_more_than_promised(units: list[str], name: str) -> None:
    """Box fault 35: a foreign file was parsed by root with everything in its reach (9.6, 6.6)."""
    output = judged(units, name)
    level = re.search(rf"Overall exposure level for {name}: ([0-9.]+)", output)
    assert level is not None, output
    assert float(level[1]) <= MOST_EXPOSED[name]


@needs_systemd
def test_the_program_looks_for_the_trial_of_settings_where_root_tells_of_it() -> None:
    assert Paths().refusal.with_name(TRIAL) == settings_request.TRIAL


def test_the_unit_that_changes_settings_can_reach_no_network_and_no_device(
    units: list[str],
) -> None:
    checks = json.loads(judged(units, "kiosk-settings.service", "--json=short"))
    closed = {check["json_field"] for check in checks if check["set"]}
    assert {"PrivateNetwork", "PrivateDevices"} <= closed
    capabilities = {
        check["json_field"]
        for check in checks
        if check["json_field"].startswith("CapabilityBoundingSet_")
    }
    # It reads and writes files of root and of the till, and has no other power of root's.
    assert capabilities - closed == {"CapabilityBoundingSet_CAP_DAC_FOWNER_IPC_OWNER"}


def judged(units: list[str], name: str, *options: str) -> str:
    """What systemd says of a unit's sandbox."""
    unit = next(unit for unit in units if unit.endswith(f"/{name}"))
    command = ["systemd-analyze", "security", "--offline=true", "--no-pager", *options, unit]
    return subprocess.run(command, capture_output=True, text=True).stdout


def test_the_slowest_turn_of_the_loop_still_feeds_the_watchdog_in_time() -> None:
    """What the loop takes in one turn, and how patient systemd is, are two files' numbers."""
    patience_s = float(UNIT["WatchdogSec"][0])
    slowest_turn_s = EVENTS_A_TURN * SLOW_WRITE_S
    assert patience_s / FEEDS_PER_TIMEOUT + slowest_turn_s < patience_s


def test_settings_and_secrets_are_credentials_and_may_be_missing() -> None:
    """Box fault 26: systemd read kiosk.env as well, in a way of its own."""
    folder = "/etc/kiosk"
    assert UNIT["LoadCredential"] == [
        f"{SETTINGS_CREDENTIAL}:{folder}/{SETTINGS_CREDENTIAL}",
        *(f"{name}:{folder}/credentials/{name}" for name in SECRET_FILES),
        f"{LOGO_CREDENTIAL}:{folder}/{LOGO_CREDENTIAL}",
    ]
    names = (SETTINGS_CREDENTIAL, *SECRET_FILES, LOGO_CREDENTIAL)
    assert UNIT["SetCredential"] == [rf"{name}:\x20" for name in names]
    assert "EnvironmentFile" not in UNIT
    shell = (SYSTEMD / "kiosk").read_text()
    files = f"{folder}/{SETTINGS_CREDENTIAL} {folder}/{LOGO_CREDENTIAL} {folder}/credentials/*"
    assert f"for file in {files}; do" in shell
    assert "EnvironmentFile" not in shell


def test_a_command_in_a_shell_has_the_groups_of_the_service() -> None:
    """Without one of them `kiosk doctor` reports a printer or a keypad that nobody may use."""
    shell = (SYSTEMD / "kiosk").read_text()
    assert f"--property=SupplementaryGroups='{UNIT['SupplementaryGroups'][0]}'" in shell


def test_the_first_picture_does_not_wait_for_a_network() -> None:
    for file in ("kiosk.service", "kiosk-provision.service"):
        output = words_of(file)
        waits = " ".join(
            output.get("After", []) + output.get("Wants", []) + output.get("Requires", [])
        )
        assert "network" not in waits.lower()


def test_the_doctor_finds_no_way_for_a_core_dump_to_keep_the_keys() -> None:
    """By the unit alone, and by what the kernel and systemd do with dumps of other programs."""
    limits = {name: values[-1] for name, values in UNIT.items()}
    assert device.core_dumps(limits, "|/usr/lib/systemd/systemd-coredump").verdict is Verdict.GOOD
    pattern = words_of("sysctl.conf")["kernel.core_pattern "][-1].strip()
    handler = pattern.removeprefix("|")
    assert handler != pattern, "a dump goes to a program, not to a file"
    assert subprocess.run(handler, input=b"a key", capture_output=True).stdout == b""
    assert words_of("coredump.conf")["Storage"] == ["none"]


def test_what_the_till_holds_in_memory_is_never_swapped_out() -> None:
    assert int(UNIT["MemorySwapMax"][-1]) == 0


def test_the_display_is_waited_for_by_the_name_that_udev_gives_it() -> None:
    alias = re.search(r'SYSTEMD_ALIAS}\+="/dev/([a-z/]+)"', (SYSTEMD / "kiosk.rules").read_text())
    assert alias is not None
    unit = f"dev-{alias[1].replace('/', '-')}.device"
    assert unit in UNIT["After"][0]
    assert f"/etc/systemd/system/{unit}.d/kiosk.conf\n" in (SYSTEMD / "appliance.sh").read_text()


def test_a_display_that_does_not_come_is_not_waited_for_longer_than_a_person_would() -> None:
    """Box fault 5: without a display card the till said nothing for systemd's 90 seconds."""
    waits_s = float(words_of("display-device.conf")["JobRunningTimeoutSec"][0])
    assert waits_s <= 30


def test_root_watches_where_the_till_leaves_its_wish_for_a_stick() -> None:
    assert words_of("kiosk-export.path")["PathExists"] == [
        f"/run/kiosk/{usb_export.FOLDER}/{usb_stick.REQUEST_FILE}"
    ]
    assert words_of("kiosk-stick.path")["PathExists"] == [
        f"/run/kiosk/{stick_settings.FOLDER}/{usb_stick.REQUEST_FILE}"
    ]
    (copies,) = words_of("kiosk-stick.service")["RuntimeDirectory"]
    assert str(ChangePaths().stick) == f"/run/{copies}"
    assert f"kept=${{KIOSK_KEPT:-/run/{copies}}}" in (SYSTEMD / "usb-stick").read_text()
    assert UNIT["RuntimeDirectory"] == ["kiosk"]
    assert words_of("kiosk-copy.path")["PathExists"] == [
        f"/run/kiosk/{copy_request.FOLDER}/{usb_stick.REQUEST_FILE}"
    ]
    watching = {"kiosk-export.path", "kiosk-stick.path", "kiosk-copy.path"}
    assert watching <= set(UNIT["Wants"])


def test_a_copy_of_the_books_waits_for_the_till_and_never_the_other_way_round() -> None:
    """Books 11: it takes minutes on a small Pi, and sales are made meanwhile."""
    unit = words_of("kiosk-copy.service")
    assert (unit["Nice"], unit["IOSchedulingClass"]) == (["10"], ["idle"])
    assert unit["TimeoutStartSec"] == [f"{copy_request.PATIENCE_S / 60:.0f}min"]


def test_root_watches_where_the_till_leaves_its_wish_for_settings_and_answers_where_it_looks() -> (
    None
):
    asked = f"/run/kiosk/{settings_request.FOLDER}/{settings_request.REQUEST_FILE}"
    assert words_of("kiosk-settings.path")["PathExists"] == [asked]
    assert str(ChangePaths().request) == asked
    assert str(ChangePaths().answers / "answer") == str(settings_request.ANSWER)
    assert words_of("kiosk-settings.service")["RuntimeDirectory"] == [ChangePaths().answers.name]
    assert "kiosk-settings.path" in UNIT["Wants"]


def test_root_watches_where_the_till_asks_for_a_phone_and_answers_where_it_looks() -> None:
    paths, unit = PhonePaths(), words_of("kiosk-phone-setup.service")
    assert words_of("kiosk-phone-setup.path")["PathExists"] == [str(paths.wanted)]
    asked = Path("/run/kiosk") / phone_setup.FOLDER
    assert (paths.wanted, paths.stop, paths.answer) == (
        asked / phone_setup.REQUEST_FILE,
        asked / phone_setup.STOP_FILE,
        asked / phone_setup.ANSWER_FILE,
    )
    assert paths.progress == phone_setup.PROGRESS
    assert unit["RuntimeDirectory"] == [phone_setup.PROGRESS.parent.name]
    assert unit["Group"] == UNIT["Group"]
    assert unit["RuntimeDirectoryMode"] == ["0750"]
    assert "kiosk-phone-setup.path" in UNIT["Wants"]


def test_nothing_listens_before_a_phone_is_asked_for_and_nothing_stays_open_after() -> None:
    """No unit has a socket of systemd's, and none but the request starts the page."""
    assert not [*SYSTEMD.glob("*.socket")]
    unit = words_of("kiosk-phone-setup.service")
    assert "Restart" not in unit
    assert "WantedBy" not in unit
    assert unit["ExecStopPost"][0].endswith("--close-phone-network")
    closing_s = 2 * (DOWN_S + GRACE_S)  # a NetworkManager that hangs, asked for two profiles
    assert closing_s < float(unit["TimeoutStopSec"][0])


def test_a_till_that_is_stopped_takes_its_set_up_by_phone_along() -> None:
    """It stayed for up to half an hour with its network open; the till's unit is not restarted."""
    unit = words_of("kiosk-phone-setup.service")
    assert unit["StopPropagatedFrom"] == ["kiosk.service"]
    assert not {"PartOf", "BindsTo", "Requires"} & unit.keys(), "nor started again with the till"


def test_the_program_counts_its_starts_where_systemd_keeps_them(tmp_path: Path) -> None:
    """Were the folder removed with every end, every start would be the first; none would wait."""
    folder = tmp_path / UNIT["RuntimeDirectory"][-1]
    failures = []
    for _ in range(3):
        folder.mkdir(exist_ok=True)
        failures.append(note_start(folder, now_s=1.0).failures)
        if UNIT.get("RuntimeDirectoryPreserve", ["no"])[-1] == "no":
            shutil.rmtree(folder)
    assert failures == [0, 1, 2]


def test_the_mark_beneath_a_missing_partition_has_one_name() -> None:
    assert f"mark={PARTITION_MISSING} " in (SYSTEMD / "appliance.sh").read_text()
    assert f"mark=/var/lib/kiosk/{PARTITION_MISSING}\n" in (SYSTEMD / "partition-came").read_text()


def test_the_till_starts_after_its_partition_and_without_it_too() -> None:
    """Box fault 3: with the partition gone the till never started, and nobody was told."""
    for file in ("kiosk.service", "kiosk-provision.service"):
        output = words_of(file)
        assert "etc-kiosk.mount" in " ".join(output["After"])
        assert not {"RequiresMountsFor", "Requires", "BindsTo"} & set(output)
        # Each of these implies RequiresMountsFor= its folder; `readonly` mounts no other.
        assert not {"StateDirectory", "ConfigurationDirectory"} & set(output)


def test_the_till_may_write_where_its_sales_are_kept_and_the_folder_is_its_own() -> None:
    assert f"-{DATA_FOLDER}" in UNIT["ReadWritePaths"]
    script = "systemd/journal-folder"
    assert f"-+/opt/kiosk/current/{script}" in UNIT["ExecStartPre"]
    assert f"folder={DATA_FOLDER}\n" in (ROOT / script).read_text()


def test_refused_settings_are_left_where_the_program_looks() -> None:
    assert str(REFUSAL) == str(Paths().refusal)


def test_uninstalling_takes_away_what_root_keeps_in_memory_for_each_unit() -> None:
    """The copy of a stick's settings, which has keys, stayed until the next boot."""
    shell = (SYSTEMD / "appliance.sh").read_text()
    removed = re.search(r"\n    rm -rf (/run/.*)\n", shell)
    assert removed is not None
    kept = [
        folder
        for unit in SYSTEMD.glob("*.service")
        if words_of(unit.name).get("RuntimeDirectoryPreserve") == ["yes"]
        for folder in words_of(unit.name)["RuntimeDirectory"]
    ]
    assert set(removed[1].split()) == {f"/run/{folder}" for folder in kept}
    assert "rm -f /etc/NetworkManager/dnsmasq-shared.d/kiosk-phone.conf " in shell
