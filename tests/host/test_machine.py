"""What is read from the kernel and systemd, on a machine of files."""

import errno
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

import pytest

from kiosk.durable_files import PARTITION_MISSING
from kiosk.host.machine import BoardPower, Machine, System, ask
from kiosk.host.refused_settings import REFUSAL


class Box:
    """A root folder with what a test puts there, and a systemd that says what it is told to."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.systemd: dict[str, str] = {}
        self.put("/proc/self/mounts", "/dev/mmcblk0p2 / ext4 rw,noatime 0 0\n")
        self.machine = Machine(Path("/var/lib/kiosk/journal.sqlite3"), root, self._ask)

    def put(self, path: str, text: str) -> None:
        file = self.root / path.lstrip("/")
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)

    def _ask(self, command: Sequence[str]) -> str | None:
        unit = command[2] if not command[2].startswith("--") else "manager"
        return self.systemd.get(unit)


@pytest.fixture
def box(tmp_path: Path) -> Box:
    return Box(tmp_path)


def test_a_bare_machine_says_nothing_and_breaks_nothing(box: Box) -> None:
    machine = box.machine
    assert machine.unit("kiosk.service") is None
    assert machine.hardware_watchdog() is None
    assert machine.core_pattern() is None
    assert machine.left_on_boot() is None
    assert machine.temperature_c() is None
    assert machine.power() is BoardPower.UNKNOWN
    assert (machine.displays(), machine.backlights(), machine.sound_cards()) == ((), (), ())
    assert machine.card().worn_percent is None


def test_systemds_properties_are_read_whatever_is_in_them(box: Box) -> None:
    box.systemd["kiosk.service"] = "LoadState=loaded\nStatusText=a=b = c\nodd line\n"
    assert box.machine.unit("kiosk.service") == {"LoadState": "loaded", "StatusText": "a=b = c"}


@pytest.mark.parametrize(
    ("manager", "device", "used"),
    [
        ("RuntimeWatchdogUSec=15s\nWatchdogDevice=/dev/watchdog\n", "/dev/watchdog", True),
        ("RuntimeWatchdogUSec=15s\nWatchdogDevice=\n", "/dev/watchdog0", True),
        ("RuntimeWatchdogUSec=15s\n", None, False),  # asked for, and the board has none
        ("RuntimeWatchdogUSec=0\n", "/dev/watchdog0", False),
    ],
)
def test_a_hardware_watchdog_counts_when_it_is_there_and_used(
    box: Box, manager: str, device: str | None, used: bool
) -> None:
    box.systemd["manager"] = manager
    if device is not None:
        box.put(device, "")
    assert box.machine.hardware_watchdog() == (device if used else None)


def test_a_settings_file_on_the_boot_partition_is_seen(box: Box) -> None:
    box.put("/boot/firmware/kiosk.env", "KIOSK_PIN=1")
    assert box.machine.left_on_boot() == "/boot/firmware/kiosk.env"


@pytest.mark.parametrize("name", ["kiosk.env~", ".kiosk.env.swp", "wifi.env.bak", "ITEMS.CSV"])
def test_a_copy_that_an_editor_left_is_seen_too(box: Box, name: str) -> None:
    box.put(f"/boot/firmware/{name}", "")
    assert box.machine.left_on_boot() == f"/boot/firmware/{name}"


def test_a_boot_partition_that_only_root_may_list_is_as_roots_unit_found_it(
    box: Box, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The doctor, which is no root, called it good (`umask=0077`)."""

    def refuse(_: Path) -> NoReturn:
        raise PermissionError(errno.EACCES, "Permission denied")

    box.put("/boot/firmware/kiosk.env", "KIOSK_PIN=1")
    monkeypatch.setattr(Path, "iterdir", refuse)
    assert box.machine.left_on_boot() is None
    box.put(str(REFUSAL), "kiosk.env: was taken in, but cannot be removed\n")
    assert box.machine.left_on_boot() == "a settings file in /boot/firmware"


def test_connectors_belong_to_their_card_and_a_card_may_have_none(box: Box) -> None:
    """Box fault 19: every connector disconnected, or only a render node, was called good."""
    for name in ("card0", "card1", "card10"):
        box.put(f"/dev/dri/{name}", "")
    box.put("/sys/class/drm/card1-HDMI-A-1/status", "disconnected\n")
    box.put("/sys/class/drm/card10-DSI-1/status", "connected\n")
    box.put("/dev/fb0", "")
    box.put("/dev/fb1", "")
    displays = box.machine.displays()
    assert [dict(display.connectors) for display in displays] == [
        {},
        {"HDMI-A-1": "disconnected"},
        {"DSI-1": "connected"},
    ]
    assert [display.is_connected for display in displays] == [False, False, True]
    assert box.machine.other_screens() == ("/dev/fb1",)


def test_a_connector_that_only_writes_back_into_memory_is_no_screen(box: Box) -> None:
    """Box fault 19: a Pi without a screen was called good, for this one's status is unknown."""
    box.put("/dev/dri/card1", "")
    box.put("/sys/class/drm/card1-HDMI-A-1/status", "disconnected\n")
    box.put("/sys/class/drm/card1-Writeback-1/status", "unknown\n")
    (display,) = box.machine.displays()
    assert dict(display.connectors) == {"HDMI-A-1": "disconnected"}
    assert not display.is_connected


def test_every_swap_is_seen_as_the_kernel_has_it(box: Box) -> None:
    """Box fault 16: MemorySwapMax=0 in the unit was taken for swap that is off."""
    assert box.machine.swaps() == ()
    box.put("/proc/swaps", "Filename Type Size\n/dev/zram0 partition 1\n/var/swap file 2\n")
    assert box.machine.swaps() == ("/dev/zram0", "/var/swap")


def test_what_the_set_up_by_phone_lacks_is_named_by_its_package(box: Box) -> None:
    needed = ("network-manager", "wpasupplicant", "dnsmasq-base")
    assert box.machine.missing_for_phone() == needed
    box.put("/usr/bin/nmcli", "")
    box.put("/usr/sbin/wpa_supplicant", "")
    assert box.machine.missing_for_phone() == ("dnsmasq-base",)
    box.put("/usr/sbin/dnsmasq", "")
    assert box.machine.missing_for_phone() == ()


def test_a_system_that_was_to_be_only_read_is_looked_at(box: Box) -> None:
    """Box fault 13: `readonly on` without an initramfs was promised all the same."""
    assert box.machine.system() is System.WRITABLE
    box.put("/etc/overlayroot.local.conf", "")
    assert box.machine.system() is System.NO_EFFECT
    box.put("/proc/self/mounts", "overlayroot / overlay rw 0 0\n")
    assert box.machine.system() is System.READ_ONLY
    box.put(f"/var/lib/kiosk/{PARTITION_MISSING}", "")
    assert box.machine.system() is System.INCOMPLETE


def test_the_journals_own_mount_is_looked_at(box: Box) -> None:
    box.put(
        "/proc/self/mounts",
        "/dev/mmcblk0p2 / ext4 ro 0 0\n/dev/mmcblk0p3 /var/lib/kiosk ext4 rw 0 0\n"
        "tmpfs /var/lib/kioskette tmpfs ro 0 0\n",
    )
    box.put("/sys/fs/ext4/mmcblk0p3/errors_count", "4\n")
    card = box.machine.card()
    assert (card.mount, card.read_only, card.errors) == ("/var/lib/kiosk", False, 4)


def test_an_emmc_tells_how_worn_it_is(box: Box) -> None:
    box.put("/sys/block/mmcblk0/device/life_time", "0x01 0x09\n")
    assert box.machine.card().worn_percent == 90


def test_the_hottest_zone_counts(box: Box) -> None:
    box.put("/sys/class/thermal/thermal_zone0/temp", "45123\n")
    box.put("/sys/class/thermal/thermal_zone1/temp", "61000\n")
    box.put("/sys/class/thermal/thermal_zone2/temp", "not yet\n")
    assert box.machine.temperature_c() == 61.0


@pytest.mark.parametrize(
    ("bits", "power"),
    [("0", BoardPower.ENOUGH), ("50005", BoardPower.LOW_NOW), ("50000", BoardPower.WAS_LOW)],
)
def test_the_firmware_tells_of_low_voltage(box: Box, bits: str, power: BoardPower) -> None:
    box.put("/sys/devices/platform/soc/soc:firmware/get_throttled", bits + "\n")
    assert box.machine.power() is power


def test_a_pi_5_keeps_the_same_word_elsewhere(box: Box) -> None:
    """Box fault 19: undervoltage on a Pi 5 was looked for in a place that it does not have."""
    place = "/sys/devices/platform/soc@107c000000/soc@107c000000:firmware/get_throttled"
    box.put(place, "50000\n")
    assert box.machine.power() is BoardPower.WAS_LOW


@pytest.mark.parametrize(
    ("alarm", "power"), [("0", BoardPower.ENOUGH_NOW), ("1", BoardPower.LOW_NOW)]
)
def test_the_kernels_sensor_tells_of_low_voltage(box: Box, alarm: str, power: BoardPower) -> None:
    box.put("/sys/class/hwmon/hwmon0/name", "cpu_thermal\n")
    box.put("/sys/class/hwmon/hwmon1/name", "rpi_volt\n")
    box.put("/sys/class/hwmon/hwmon1/in0_lcrit_alarm", alarm)
    assert box.machine.power() is power


def test_sound_cards_are_named(box: Box) -> None:
    box.put("/proc/asound/cards", " 0 [Headphones ]: bcm2835\n                 bcm2835\n")
    assert box.machine.sound_cards() == ("0 [Headphones ]: bcm2835",)


def test_a_command_that_is_not_there_or_fails_says_nothing() -> None:
    assert ask(("/nowhere/systemctl", "show")) is None
    assert ask(("false",)) is None
    assert ask(("echo", "a=b")) == "a=b\n"
