"""The machine: systemd, watchdogs, memory card, power, and what a core dump could give away."""

import os
from collections.abc import Mapping
from typing import Final

from kiosk.doctor.finding import Finding, good, note, stop
from kiosk.host.machine import BoardPower, Card, Display, System

UNIT: Final = "kiosk.service"
WORN_PERCENT: Final = 80
WARM_C: Final = 70.0
HOT_C: Final = 80.0  # a Pi slows itself down from here on

_INSTALL: Final = "sudo ./setup.sh install makes this machine an appliance"
_SPI: Final = (
    "the screen on /dev/fb1 has a driver that nothing here can draw with; in config.txt take its"
    " DRM overlay (mipi-dbi-spi, or the maker's), then restart"
)
_SUPPLY: Final = "use the board's own power supply and a short cable"


def service(unit: Mapping[str, str] | None) -> Finding:
    """Whether systemd has the till, and whether it stays up. `unit` None: no systemd here."""
    if unit is None or unit.get("LoadState") != "loaded":
        return note("service", "not installed: the till does not start with the box", _INSTALL)
    state, restarts = unit.get("ActiveState", "?"), unit.get("NRestarts", "0")
    if state != "active":
        return note("service", f"is {state}", f"systemctl status {UNIT} says why")
    status = unit.get("StatusText") or "active"
    if restarts != "0":
        return note(
            "service",
            f"{status}; was restarted {restarts} times since the boot",
            f"journalctl -b -u {UNIT} -p warning says why",
        )
    return good("service", status)


def watchdog(unit: Mapping[str, str] | None, hardware: str | None) -> Finding:
    """The program's watchdog, and the one that restarts a frozen machine."""
    watched = unit is not None and unit.get("WatchdogUSec", "0") not in ("0", "", "infinity")
    if not watched:
        return note("watchdog", "nobody notices a till that hangs", _INSTALL)
    if hardware is None:
        return note(
            "watchdog",
            "watches the till; a frozen machine is not restarted",
            "RuntimeWatchdogSec=15 in /etc/systemd/system.conf.d, where the board has a watchdog",
        )
    return good("watchdog", f"watches the till, and {hardware} the machine")


def core_dumps(unit: Mapping[str, str] | None, pattern: str | None) -> Finding:
    """A core dump would hold the keys. The program refuses them itself; this is the second lock."""
    if unit is not None and unit.get("LimitCORE") == "0":
        return good("core dumps", "off for the till")
    if not pattern:
        return good("core dumps", "off for all programs")
    return note(
        "core dumps",
        "on, except for the till's own process",
        f"LimitCORE=0 in the unit; {_INSTALL}",
    )


def boot_partition(left: str | None) -> Finding:
    """A settings file that still lies there was refused, or holds secrets anyone can read."""
    if left is None:
        return good("boot", "no settings file is left on the boot partition")
    return note(
        "boot",
        f"{left} still lies there: it was refused, or could not be removed",
        "journalctl -b -u kiosk-provision says what is wrong with it; correct it and restart",
    )


def card(reading: Card) -> Finding:
    """The disk under the journal: still writable, no errors, not worn out."""
    if reading.read_only:
        return stop(
            "disk",
            f"{reading.mount} is mounted read-only: no sale could be kept",
            "it was made so after an error, or by hand: dmesg, then replace the card",
        )
    if reading.errors:
        return note(
            "disk",
            f"{reading.errors} errors on the file system of {reading.mount} so far",
            "save the journal, check the file system, replace the card",
        )
    if reading.worn_percent is not None and reading.worn_percent >= WORN_PERCENT:
        return note("disk", f"{reading.worn_percent} % worn", "replace it before it fails")
    worn = "" if reading.worn_percent is None else f", {reading.worn_percent} % worn"
    return good("disk", f"{reading.mount} can be written, no errors{worn}")


def system(reading: System) -> Finding:
    """Whether `setup.sh readonly` is what it was said to be."""
    match reading:
        case System.WRITABLE:
            return good("system", "can be written; `setup.sh readonly` spares the card")
        case System.READ_ONLY:
            return good("system", "is only read")
        case System.NO_EFFECT:
            return note(
                "system",
                "`readonly on` had no effect: the system is written to",
                "it needs an initramfs: auto_initramfs=1 in config.txt of the boot partition",
            )
        case System.INCOMPLETE:
            return stop(
                "system",
                "the partition with the journal and the settings is missing",
                "put its card or stick in: it is mounted by itself, and the till starts anew",
            )


def phone(missing: tuple[str, ...]) -> Finding:
    """Whether a new box could be set up by phone, or this one after its settings are gone."""
    if not missing:
        return good("phone", "it can be set up by phone, where it has Wi-Fi")
    return note(
        "phone",
        f"no set-up by phone without {' and '.join(missing)}",
        f"apt install {' '.join(missing)}; the screen and a USB stick work without",
    )


def swap(places: tuple[str, ...]) -> Finding:
    """Memory holds keys; swap is memory on the card, and zram is memory that others may read."""
    if not places:
        return good("swap", "off: keys stay in memory")
    return note(
        "swap", f"on ({', '.join(places)}): keys can be written there", f"swapoff -a; {_INSTALL}"
    )


def display(
    desktop: bool, cards: tuple[Display, ...], others: tuple[str, ...], *, driver: bool
) -> Finding:
    """Where pictures go. `driver`: whether SDL here can draw without a desktop."""
    if desktop:
        return good("display", "a desktop's")
    if not driver:
        return stop(
            "display",
            "SDL cannot draw without a desktop here",
            "install pygame-ce, not pygame: only its wheels have the KMSDRM driver",
        )
    usable = [card for card in cards if card.connectors]
    if not usable:
        return stop(
            "display", _no_card(cards), _SPI if others else "connect a screen, then restart"
        )
    allowed = [card for card in usable if os.access(card.device, os.R_OK | os.W_OK)]
    if not allowed:
        return stop(
            "display",
            f"{', '.join(card.device for card in usable)} may not be used by this user",
            "add it to the groups video and render, or run this with sudo",
        )
    lit = [card for card in allowed if card.is_connected]
    if not lit:
        names = ", ".join(name for card in allowed for name in card.connectors)
        cure = _SPI if others else "connect a screen, and look at its power and its cable"
        return stop("display", f"no screen is connected to {names}", cure)
    connected = (
        f"{name} of {card.device}"
        for card in lit
        for name, status in card.connectors.items()
        if status != "disconnected"
    )
    return good("display", f"{', '.join(connected)}, by KMSDRM")


def _no_card(cards: tuple[Display, ...]) -> str:
    if cards:
        return f"{', '.join(card.device for card in cards)} can compute pictures and show none"
    return "no desktop and no /dev/dri/card*"


def temperature(celsius: float | None) -> Finding:
    """A hot board slows down, then turns itself off."""
    if celsius is None:
        return good("heat", "this machine does not say")
    if celsius >= HOT_C:
        return note("heat", f"{celsius:.0f} °C: the board slows itself down", "give it air")
    if celsius >= WARM_C:
        return note("heat", f"{celsius:.0f} °C: warm", "give it air")
    return good("heat", f"{celsius:.0f} °C")


def power(reading: BoardPower) -> Finding:
    """A weak power supply wears the card out and stops payments half way."""
    match reading:
        case BoardPower.UNKNOWN:
            return good("power", "this machine does not say")
        case BoardPower.LOW_NOW:
            return note("power", "too little voltage right now", _SUPPLY)
        case BoardPower.WAS_LOW:
            return note("power", "too little voltage since the boot", _SUPPLY)
        case BoardPower.ENOUGH:
            return good("power", "enough voltage since the boot")
        case BoardPower.ENOUGH_NOW:
            return good(
                "power", "enough voltage right now; what was before this board does not say"
            )
