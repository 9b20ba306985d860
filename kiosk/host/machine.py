"""What the kernel and systemd report about this machine; tests pass another root folder."""

import logging
import os
import subprocess
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from types import MappingProxyType
from typing import Final

from kiosk.durable_files import lacks_partition
from kiosk.host.refused_settings import BOOT_FOLDERS, REFUSAL

log: Final = logging.getLogger("kiosk")

ASK_S: Final = 5.0

_PROPERTIES: Final = (
    "LoadState,ActiveState,NRestarts,StatusText,WatchdogUSec,LimitCORE,Type,FragmentPath"
)
# Bits of the Raspberry Pi firmware's get_throttled.
_LOW_NOW: Final = 1 << 0
_WAS_LOW: Final = 1 << 16

# A Pi's display card has a connector that writes pictures back into memory; it never is a screen,
# and its status is "unknown".
_WRITEBACK: Final = "Writeback-"

_BOOT_FILES: Final = ("kiosk.env", "wifi.env", "items.csv")

# The set-up by phone: Debian's packages, and the tool of each that is used.
_TOOLS_FOR_PHONE: Final = MappingProxyType(
    {"network-manager": "nmcli", "wpasupplicant": "wpa_supplicant", "dnsmasq-base": "dnsmasq"}
)
_TOOL_FOLDERS: Final = ("/usr/bin", "/usr/sbin")

Ask = Callable[[Sequence[str]], str | None]


class BoardPower(StrEnum):
    """What the board says of its power supply."""

    ENOUGH = "enough"  # and has been since the boot
    ENOUGH_NOW = "enough_now"  # and nobody knows what was before
    LOW_NOW = "low_now"
    WAS_LOW = "was_low"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Display:
    """A card of /dev/dri with its connectors, as the kernel calls them and how they are.

    One without connectors only computes: a Pi has such a one for its 3D.
    """

    device: str
    connectors: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_connected(self) -> bool:
        """Whether a screen is there, or a connector that does not say."""
        return any(status != "disconnected" for status in self.connectors.values())


class System(StrEnum):
    """How the system's own file system is mounted, and how it was meant to be (`readonly`)."""

    WRITABLE = "writable"
    READ_ONLY = "read_only"
    NO_EFFECT = "no_effect"  # meant to be only read, and it is not
    INCOMPLETE = "incomplete"  # the partition for journal and settings is missing


@dataclass(frozen=True, slots=True)
class Card:
    """The file system under the journal. `worn_percent` is None where the disk does not say."""

    mount: str
    read_only: bool = False
    errors: int = 0
    worn_percent: int | None = None
    free_bytes: int = 0


def ask(command: Sequence[str]) -> str | None:
    """What a command prints, None when it cannot be run or fails."""
    try:
        done = subprocess.run(  # noqa: S603 - no shell, fixed arguments
            command, capture_output=True, text=True, timeout=ASK_S, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout if done.returncode == 0 else None


class Machine:
    """Reads /sys, /proc and the boot partition below `root`; asks systemd through `ask`."""

    def __init__(self, journal: Path, root: Path = Path("/"), asked: Ask = ask) -> None:
        self._journal = journal.absolute()
        self._root = root
        self._ask = asked

    def unit(self, name: str) -> Mapping[str, str] | None:
        """Properties of a systemd unit, None where there is no systemd to be asked."""
        output = self._ask(("systemctl", "show", name, f"--property={_PROPERTIES}"))
        return _pairs(output) if output else None

    def hardware_watchdog(self) -> str | None:
        """The device by which systemd restarts a frozen machine, None when it does not."""
        output = self._ask(("systemctl", "show", "--property=RuntimeWatchdogUSec,WatchdogDevice"))
        pairs = _pairs(output or "")
        if pairs.get("RuntimeWatchdogUSec", "0") in ("", "0", "infinity"):
            return None
        device = pairs.get("WatchdogDevice") or "/dev/watchdog0"
        return device if self._at(device).exists() else None

    def core_pattern(self) -> str | None:
        """Where the kernel sends core dumps."""
        return self._text("/proc/sys/kernel/core_pattern")

    def left_on_boot(self) -> str | None:
        """A settings file, or an editor's copy of one, that still lies on the boot partition.

        Where only root may look, it is what root's unit found there at the start.
        """
        for folder in BOOT_FOLDERS:
            try:
                files = sorted(self._at(str(folder)).iterdir())
            except (FileNotFoundError, NotADirectoryError):
                continue
            except OSError:
                if self._at(str(REFUSAL)).exists():
                    return f"a settings file in {folder}"
                continue
            for file in files:
                if any(name in file.name.lower() for name in _BOOT_FILES):
                    return f"{folder}/{file.name}"
        return None

    def system(self) -> System:
        """Whether the system is only read, and was to be."""
        if lacks_partition(self._journal_folder()):
            return System.INCOMPLETE
        lines = (self._text("/proc/self/mounts") or "").splitlines()
        if any(line.split(" ")[1:3] == ["/", "overlay"] for line in lines):
            return System.READ_ONLY
        wanted = self._at("/etc/overlayroot.local.conf").is_file()
        return System.NO_EFFECT if wanted else System.WRITABLE

    def swaps(self) -> tuple[str, ...]:
        """Where memory may be written to, zram included."""
        lines = (self._text("/proc/swaps") or "").splitlines()[1:]
        return tuple(line.split()[0] for line in lines if line.strip())

    def missing_for_phone(self) -> tuple[str, ...]:
        """Debian's packages that the set-up by phone needs and that are not there."""
        return tuple(
            package
            for package, tool in _TOOLS_FOR_PHONE.items()
            if not any(self._at(f"{folder}/{tool}").exists() for folder in _TOOL_FOLDERS)
        )

    def card(self) -> Card:
        """The file system that the journal is on."""
        mount, device, options = self._mount_of(self._journal)
        name = device.rpartition("/")[2]
        errors = self._text(f"/sys/fs/ext4/{name}/errors_count") or "0"
        return Card(
            mount,
            read_only="ro" in options,
            errors=int(errors) if errors.isdigit() else 0,
            worn_percent=self._worn(name),
            free_bytes=_free(self._journal),
        )

    def temperature_c(self) -> float | None:
        """The hottest thermal zone, in degrees Celsius."""
        zones = self._at("/sys/class/thermal").glob("thermal_zone*/temp")
        output = [text for text in (_read(zone) for zone in zones) if text is not None]
        degrees = [int(text) / 1000 for text in output if text.lstrip("-").isdigit()]
        return max(degrees, default=None)

    def power(self) -> BoardPower:
        """What a Raspberry Pi says of its voltage: its firmware, or the kernel's sensor."""
        # soc:firmware, and on a Pi 5 soc@107c000000:firmware
        for file in sorted(self._at("/sys/devices/platform").glob("soc*/*firmware/get_throttled")):
            output = _read(file)
            if output is None:
                continue
            bits = int(output, 16)
            if bits & _LOW_NOW:
                return BoardPower.LOW_NOW
            return BoardPower.WAS_LOW if bits & _WAS_LOW else BoardPower.ENOUGH
        for sensor in self._at("/sys/class/hwmon").glob("hwmon*"):
            if _read(sensor / "name") == "rpi_volt":
                alarm = _read(sensor / "in0_lcrit_alarm")
                return BoardPower.LOW_NOW if alarm == "1" else BoardPower.ENOUGH_NOW
        return BoardPower.UNKNOWN

    def displays(self) -> tuple[Display, ...]:
        """The display cards, each usable by this user or not."""
        cards = sorted(self._at("/dev/dri").glob("card*"))
        return tuple(Display(str(card), self._connectors(card.name)) for card in cards)

    def other_screens(self) -> tuple[str, ...]:
        """Framebuffers past the first: an SPI screen's, on which nothing here can draw."""
        names = sorted(file.name for file in self._at("/dev").glob("fb[1-9]*"))
        return tuple(f"/dev/{name}" for name in names)

    def backlights(self) -> tuple[Path, ...]:
        """The panels whose brightness can be set."""
        return tuple(sorted(self._at("/sys/class/backlight").glob("*/brightness")))

    def sound_cards(self) -> tuple[str, ...]:
        """The names of the sound cards."""
        output = self._text("/proc/asound/cards") or ""
        lines = (line.strip() for line in output.splitlines())
        return tuple(line for line in lines if line[:1].isdigit())

    def _connectors(self, card: str) -> Mapping[str, str]:
        folders = sorted(self._at("/sys/class/drm").glob(f"{card}-*"))
        statuses = {folder.name.partition("-")[2]: _read(folder / "status") for folder in folders}
        return {
            name: status
            for name, status in statuses.items()
            if status is not None and not name.startswith(_WRITEBACK)
        }

    def _journal_folder(self) -> Path:
        return self._at(str(self._journal.parent))

    def _worn(self, partition: str) -> int | None:
        """An eMMC's own estimate, in steps of ten percent; an SD card has none."""
        disk = partition.partition("p")[0]
        output = self._text(f"/sys/block/{disk}/device/life_time")
        if output is None:
            return None
        steps = [int(part, 16) for part in output.split()]
        return max((step * 10 for step in steps), default=None)

    def _mount_of(self, path: Path) -> tuple[str, str, tuple[str, ...]]:
        """Mount point, device and options of the file system that `path` is on."""
        best: tuple[str, str, tuple[str, ...]] = ("/", "", ("rw",))
        for line in (self._text("/proc/self/mounts") or "").splitlines():
            device, mount, _, options, *_ = line.split(" ")
            inside = mount == "/" or path == Path(mount) or Path(mount) in path.parents
            if inside and len(mount) >= len(best[0]):
                best = (mount, device, tuple(options.split(",")))
        return best

    def _text(self, path: str) -> str | None:
        return _read(self._at(path))

    def _at(self, path: str) -> Path:
        return self._root / path.lstrip("/")


def _read(file: Path) -> str | None:
    try:
        return file.read_text().strip()
    except (OSError, UnicodeDecodeError):
        return None


def _pairs(output: str) -> Mapping[str, str]:
    return dict(line.partition("=")[::2] for line in output.splitlines() if "=" in line)


def _free(path: Path) -> int:
    """Bytes that this user may still write where `path` is or will be."""
    while not path.exists() and path != path.parent:
        path = path.parent
    usage = os.statvfs(path)
    return usage.f_bavail * usage.f_frsize
