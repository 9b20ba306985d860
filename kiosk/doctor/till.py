"""The till's own parts: journal, keypad and LED, display, fonts, sound."""

import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from kiosk.doctor.finding import Finding, good, note, stop
from kiosk.host.machine import Card
from kiosk.panel.gpio_chip import HELD_BY_TILL
from kiosk.panel.inspection import Inspection
from kiosk.settings import Settings

LATE_S: Final = 3600
ROOM_LOW_BYTES: Final = 200_000_000  # years of sales, but a card this full has other troubles


def settings(read: Settings, strange: tuple[str, ...]) -> Iterator[Finding]:
    """What the till will be, and names that look like settings and are none."""
    words = f"till {read.kiosk_id}, {', '.join(read.currencies)}, {read.language}"
    yield good("settings", f"{words}, days of {read.timezone}")
    for line in strange:
        yield note("settings", line, "correct the name, or take the line out")
    if read.pin is None:
        yield note("manager", "no PIN: totals, history and the box page are off", "set KIOSK_PIN")


def room(card: Card) -> Finding:
    """Space for more sales."""
    free = f"{card.free_bytes / 1_000_000:,.0f} MB free"
    if card.free_bytes < ROOM_LOW_BYTES:
        return note("space", free, "take files away; without room for a sale the till stops")
    return good("space", free)


def new_journal(path: Path) -> Finding:
    """There is none before the first start; can it be made?"""
    folder = next(parent for parent in path.parents if parent.exists())
    if os.access(folder, os.W_OK | os.X_OK):
        return good("journal", f"{path}: none yet, it is made at the first start")
    return stop(
        "journal",
        f"{path}: cannot be made by this user",
        "KIOSK_JOURNAL names its place; on an appliance run this with sudo",
    )


def journal(
    path: Path, waiting: Sequence[tuple[int, str]], now_s: int, *, running: bool
) -> Finding:
    """A sound journal. `waiting` is when sales not forwarded yet were paid, and why they wait."""
    paid_at, why = min(waiting, default=(now_s, ""))
    late_s = now_s - paid_at
    if late_s > LATE_S:
        return note(
            "journal",
            f"{path}: {len(waiting)} forwards wait, the oldest for {late_s // 3600} hours: {why}",
            "`kiosk forwards` says why, `kiosk forwards --retry` asks Blink again",
        )
    beside = "; the till has it open" if running else ", can be written"
    return good("journal", f"{path}: sound{beside}, {len(waiting)} forwards on the way")


def panel(mode: str, reading: Inspection | None, *, running: bool) -> Finding:
    """Keypad, LED and buzzer. `reading` None: nobody looked, since the setting is off."""
    if reading is None:
        return good("keypad", "KIOSK_GPIO is off: touchscreen and keyboard only")
    # The till that runs has its own pins; a pin that anybody else has is a finding.
    missing = " ".join(
        words for words in reading.missing if not (running and HELD_BY_TILL in words)
    )
    if reading.missing and not missing:
        return good("keypad", "in use by the till; it tells stuck keys itself")
    if missing and mode == "on":
        return stop("keypad", missing, "or set KIOSK_GPIO to auto: then the touchscreen is enough")
    if missing and reading.has_header:
        return note("keypad", missing, "free the pin, or set KIOSK_GPIO to off")
    if missing:
        return good("keypad", f"none: {missing}")
    if reading.down:
        keys = ", ".join(reading.down)
        return note(
            "keypad",
            f"down right now, though nobody presses: {keys}",
            "see Wiring; `kiosk keypad` shows it live",
        )
    return good("keypad", "all pins free, no key stuck; `kiosk keypad` shows them live")


def light(led_pin: int | None) -> Finding:
    """The LED. Only a person can see whether one is connected."""
    if led_pin is None:
        return good("LED", "none (KIOSK_LED_PIN is empty)")
    return good("LED", f"on pin {led_pin}, when the keypad's pins are there")


def fonts(name: str, *, covered: bool) -> Finding:
    """Whether the shop's name can be drawn; the languages always can."""
    if not covered:
        return note("fonts", f"cannot draw all of {name!r}", "spell KIOSK_NAME with other letters")
    return good("fonts", "draw every language and the name")


def printer(address: str, problem: str, cure: str) -> Finding:
    """The receipt printer; `problem` is empty when nothing is wrong with it. It stops no sale."""
    if not address:
        return good("printer", "none (KIOSK_PRINTER is empty)")
    if problem:
        return note("printer", f"{address}: {problem}", cure)
    return good("printer", f"{address} can be used")


def logo(file: Path | None, problem: str | None) -> Finding:
    """The shop's picture; `problem` is empty when it can be drawn."""
    if file is None:
        return good("logo", "none (KIOSK_LOGO is empty)")
    if problem:
        return note("logo", problem, "the name is drawn in its place; correct KIOSK_LOGO")
    return good("logo", f"{file} can be drawn")


def sound(volume: int, cards: tuple[str, ...]) -> Finding:
    """Sound is a comfort."""
    if volume == 0:
        return good("sound", "off (KIOSK_VOLUME is 0)")
    if not cards:
        return note(
            "sound", "no sound card: the till is silent", "set KIOSK_VOLUME to 0, or connect one"
        )
    return good("sound", cards[0])


def backlight(panels: tuple[Path, ...]) -> Finding:
    """Dimming."""
    if not panels:
        return good("backlight", "none to be set: the picture itself is dimmed")
    closed = [str(path) for path in panels if not os.access(path, os.W_OK)]
    if closed:
        return note(
            "backlight",
            f"{closed[0]} may not be written",
            "the udev rule of setup.sh install does it",
        )
    return good("backlight", str(panels[0]))
