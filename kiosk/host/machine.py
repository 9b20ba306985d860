"""What the kernel and systemd tell about this machine; a test gives it another root."""

import logging
import os
import subprocess
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Final

log: Final = logging.getLogger("kiosk")

ASK_S: Final = 5.0

_PROPERTIES: Final = (
    "LoadState,ActiveState,NRestarts,StatusText,WatchdogUSec,LimitCORE,Type,FragmentPath"
)
# Bits of the Raspberry Pi firmware's get_throttled.
_LOW_NOW: Final = 1 << 0
_WAS_LOW: Final = 1 << 16

Ask = Callable[[Sequence[str]], str | None]


class BoardPower(StrEnum):
    """What the board says of its power supply."""

    ENOUGH = "enough"
    LOW_NOW = "low_now"
    WAS_LOW = "was_low"
    UNKNOWN = "unknown"


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
        told = self._ask(("systemctl", "show", name, f"--property={_PROPERTIES}"))
        return _pairs(told) if told else None

    def hardware_watchdog(self) -> str | None:
        """The device by which systemd restarts a frozen machine, None when it does not."""
        told = self._ask(("systemctl", "show", "--property=RuntimeWatchdogUSec,WatchdogDevice"))
        pairs = _pairs(told or "")
        if pairs.get("RuntimeWatchdogUSec", "0") in ("", "0", "infinity"):
            return None
        device = pairs.get("WatchdogDevice") or "/dev/watchdog0"
        return device if self._at(device).exists() else None

    def core_pattern(self) -> str | None:
        """Where the kernel sends core dumps."""
        return self._text("/proc/sys/kernel/core_pattern")

    def left_on_boot(self) -> str | None:
        """A settings file that still lies on the boot partition."""
        for folder in ("/boot/firmware", "/boot"):
            for name in ("kiosk.env", "kiosk.env.txt"):
                if self._at(f"{folder}/{name}").is_file():
                    return f"{folder}/{name}"
        return None

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
        told = [text for text in (_read(zone) for zone in zones) if text is not None]
        degrees = [int(text) / 1000 for text in told if text.lstrip("-").isdigit()]
        return max(degrees, default=None)

    def power(self) -> BoardPower:
        """What a Raspberry Pi says of its voltage: its firmware, or the kernel's sensor."""
        told = self._text("/sys/devices/platform/soc/soc:firmware/get_throttled")
        if told is not None:
            bits = int(told, 16)
            if bits & _LOW_NOW:
                return BoardPower.LOW_NOW
            return BoardPower.WAS_LOW if bits & _WAS_LOW else BoardPower.ENOUGH
        for sensor in self._at("/sys/class/hwmon").glob("hwmon*"):
            if _read(sensor / "name") == "rpi_volt":
                alarm = _read(sensor / "in0_lcrit_alarm")
                return BoardPower.LOW_NOW if alarm == "1" else BoardPower.ENOUGH
        return BoardPower.UNKNOWN

    def displays(self) -> tuple[str, ...]:
        """The display cards, each usable by this user or not: `/dev/dri/card0`."""
        return tuple(sorted(str(card) for card in self._at("/dev/dri").glob("card*")))

    def backlights(self) -> tuple[Path, ...]:
        """The panels whose brightness can be set."""
        return tuple(sorted(self._at("/sys/class/backlight").glob("*/brightness")))

    def sound_cards(self) -> tuple[str, ...]:
        """The names of the sound cards."""
        told = self._text("/proc/asound/cards") or ""
        lines = (line.strip() for line in told.splitlines())
        return tuple(line for line in lines if line[:1].isdigit())

    def _worn(self, partition: str) -> int | None:
        """An eMMC's own estimate, in steps of ten percent; an SD card has none."""
        disk = partition.partition("p")[0]
        told = self._text(f"/sys/block/{disk}/device/life_time")
        if told is None:
            return None
        steps = [int(part, 16) for part in told.split()]
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


def _pairs(told: str) -> Mapping[str, str]:
    return dict(line.partition("=")[::2] for line in told.splitlines() if "=" in line)


def _free(path: Path) -> int:
    """Bytes that this user may still write where `path` is or will be."""
    while not path.exists() and path != path.parent:
        path = path.parent
    seen = os.statvfs(path)
    return seen.f_bavail * seen.f_frsize
