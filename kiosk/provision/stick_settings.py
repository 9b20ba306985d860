"""The settings file of a USB stick: `systemd/usb-stick` leaves a copy, this says what it does.

A file that is complete by itself replaces all settings, as one on the boot partition does. Any
other one changes what it names, so that a new key needs a line alone. The manager's PIN stays
unless the file has another.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Final

from kiosk.durable_files import write_private
from kiosk.provision.env_file import EnvFile, checked_settings, file_problems, meant
from kiosk.settings import TABLE, has_account
from kiosk.settings_file import FileRefused, SettingsFile, parse, read_file

COPY: Final = "kiosk.env"
TAKEN: Final = "taken"  # the hash of the file that may be wiped on the stick

_PAYEES: Final = ("MERCHANT_ADDRESS", "MERCHANT_USERNAME")


@dataclass(frozen=True, slots=True)
class StickSettings:
    """What would be in force: all texts by name, and the file that makes them so."""

    values: Mapping[str, str]
    env_file: EnvFile

    def __repr__(self) -> str:
        return "StickSettings(***)"

    @property
    def payee(self) -> str:
        """Who gets the money, empty where a key of theirs decides."""
        return next((self.values[name] for name in _PAYEES if self.values.get(name)), "")

    def changed_names(self, in_force: Mapping[str, str]) -> tuple[str, ...]:
        """The settings that would change."""
        return tuple(name for name in TABLE if self.values.get(name) != in_force.get(name))


def read_stick_settings(folder: Path, in_force: Mapping[str, str]) -> StickSettings:
    """Read and check the copy; `in_force` are the settings as they are.

    Raises:
        FileNotFoundError: no file was read from a stick.
        FileRefused: with every mistake there is.
    """
    given = parse(read_file(folder / COPY), COPY)
    if not has_account(in_force):
        return _checked(given)
    pin = {name: in_force[name] for name in ("KIOSK_PIN",) if name in in_force}
    try:
        return _checked(SettingsFile({**pin, **given.values}, given.problems))
    except FileRefused:
        return _checked(SettingsFile({**in_force, **given.values}, given.problems))


def mark_as_taken(folder: Path) -> None:
    """The file is in force: it may be wiped on the stick, and the copy goes."""
    copy = folder / COPY
    write_private(folder / TAKEN, f"{sha256(read_file(copy)).hexdigest()}\n")
    copy.unlink()


def _checked(given: SettingsFile) -> StickSettings:
    clean = SettingsFile(meant(given.values), given.problems)
    return StickSettings(clean.values, checked_settings(clean, extra_check=file_problems))
