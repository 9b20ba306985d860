"""The manager's PIN as root checks it: its wrong tries, and what it lets root's other unit do."""

import logging
import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from kiosk.durable_files import write_private
from kiosk.sale.pin import PIN_TRIES, is_correct_pin, lock_s
from kiosk.sale.settings_change import ChangeOutcome, SettingsChangeResult
from kiosk.settings import has_account

log: Final = logging.getLogger("kiosk")

WRONG_PINS: Final = "wrong-pins"
LAST_WRONG: Final = "last-wrong-pin"
PHONE_ALLOWED: Final = "phone-allowed"  # when, in seconds since the boot
PERMIT_S: Final = 60.0  # for root's other unit to start, on a small Pi


@dataclass(frozen=True, slots=True)
class PinPaths:
    """Where the tries are counted: in `etc`, and in `boot` what the next boot forgets."""

    etc: Path
    boot: Path


def pin_refusal(
    typed: str, in_force: Mapping[str, str], paths: PinPaths, now_s: float
) -> SettingsChangeResult | None:
    """Why this PIN opens nothing, None if it does. A try counts before it is looked at.

    As long as nobody has set the till up there is none to type.
    """
    if not has_account(in_force):
        return None
    hashed = in_force.get("KIOSK_PIN", "")
    if not hashed:  # whoever has the till's process could else change who gets the money
        return SettingsChangeResult(ChangeOutcome.NOT_ALLOWED)
    tries, last = paths.etc / WRONG_PINS, paths.boot / LAST_WRONG
    wrong = _number(tries, if_damaged=PIN_TRIES)
    # After a boot the pause begins anew: no clock tells how long the plug was out.
    left_s = _number(last, if_damaged=0.0) + lock_s(int(wrong)) - now_s
    if left_s > 0:
        return SettingsChangeResult(ChangeOutcome.PIN_LOCKED, wait_s=int(left_s) + 1)
    write_private(last, f"{now_s}\n")
    write_private(tries, f"{int(wrong) + 1}\n")
    if not is_correct_pin(typed, hashed):
        log.warning("a wrong PIN for the settings, %d in a row", int(wrong) + 1)
        return SettingsChangeResult(ChangeOutcome.PIN_WRONG)
    tries.unlink()
    return None


def allow_phone(file: Path, now_s: float) -> None:
    """Let root's unit for a phone begin, once and soon: the PIN was right.

    Raises:
        OSError: it cannot be written.
    """
    write_private(file, f"{now_s}\n")


def take_phone_permit(file: Path, now_s: float) -> bool:
    """Whether the manager's PIN was typed a moment ago for a phone; it counts once.

    Raises:
        OSError: it cannot be taken away.
    """
    given_s = _number(file, if_damaged=-math.inf)
    is_new = file.is_file() and 0 <= now_s - given_s < PERMIT_S
    file.unlink(missing_ok=True)
    return is_new


def _number(file: Path, *, if_damaged: float) -> float:
    """What a file counts, 0 where it is not there; one that cannot be read ends nothing."""
    if not file.is_file():
        return 0.0
    try:
        number = float(file.read_text(errors="replace"))
    except ValueError:
        number = math.nan
    return number if math.isfinite(number) else if_damaged
