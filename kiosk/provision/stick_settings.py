"""The files of a USB stick: `systemd/usb-stick` leaves copies, this says what they do.

A file that is complete by itself replaces all settings, as one on the boot partition does. Any
other one changes what it names, so that a new key needs a line alone. The manager's PIN stays
unless the file has another. Quick items (items.csv) and a logo come alone or beside it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Final

from kiosk.durable_files import write_private
from kiosk.provision.env_file import EnvFile, checked_settings, file_problems, meant
from kiosk.settings import TABLE, has_account
from kiosk.settings.defaults import FROM_STICK, LOGO_CREDENTIAL
from kiosk.settings.items import items_of_csv, items_text
from kiosk.settings_file import FileRefused, SettingsFile, parse, read_file

COPY: Final = "kiosk.env"
ITEMS: Final = "items.csv"
LOGO: Final = LOGO_CREDENTIAL
MOST_LOGO_BYTES: Final = 500_000  # systemd hands a service at most a million bytes of credentials
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
    """Read and check the copies; `in_force` are the settings as they are.

    Raises:
        FileNotFoundError: no file was read from a stick, or none that makes a till without others.
        FileRefused: with every mistake there is.
    """
    listed = {**_items(folder / ITEMS), **_logo(folder / LOGO)}
    is_set_up = has_account(in_force)
    if not (folder / COPY).exists():
        if not listed or not is_set_up:
            raise FileNotFoundError(COPY)
        values = meant({**in_force, **listed})
        return StickSettings(values, checked_settings(SettingsFile(values)))
    written = parse(read_file(folder / COPY), COPY)
    given = SettingsFile({**written.values, **listed}, written.problems)
    if not is_set_up:
        return _checked(given)
    pin = {name: in_force[name] for name in ("KIOSK_PIN",) if name in in_force}
    try:
        return _checked(SettingsFile({**pin, **given.values}, given.problems))
    except FileRefused:
        return _checked(SettingsFile({**in_force, **given.values}, given.problems))


def keep_logo(folder: Path, etc: Path) -> None:
    """Keep the stick's logo, if there is one, where the till's unit hands it to the till.

    Raises:
        OSError: it cannot be written.
    """
    if (folder / LOGO).exists():
        write_private(etc / LOGO, (folder / LOGO).read_bytes())


def mark_as_taken(folder: Path) -> None:
    """The files are in force: a kiosk.env may be wiped on the stick, and the copies go."""
    copy = folder / COPY
    if copy.exists():
        write_private(folder / TAKEN, f"{sha256(read_file(copy)).hexdigest()}\n")
    for name in (COPY, ITEMS, LOGO):
        (folder / name).unlink(missing_ok=True)


def _items(file: Path) -> dict[str, str]:
    """The setting that a CSV file of quick items makes."""
    if not file.exists():
        return {}
    items, problems = items_of_csv(read_file(file))
    if problems:
        raise FileRefused(tuple(f"KIOSK_ITEMS: {problem}" for problem in problems))
    return {"KIOSK_ITEMS": items_text(items)}


def _logo(file: Path) -> dict[str, str]:
    """The setting that a logo makes; that it can be drawn was tried when it was read."""
    if not file.exists():
        return {}
    if file.stat().st_size > MOST_LOGO_BYTES:
        raise FileRefused((f"KIOSK_LOGO: is larger than {MOST_LOGO_BYTES // 1000} kB",))
    return {"KIOSK_LOGO": FROM_STICK}


def _checked(given: SettingsFile) -> StickSettings:
    clean = SettingsFile(meant(given.values), given.problems)
    return StickSettings(clean.values, checked_settings(clean, extra_check=file_problems))
