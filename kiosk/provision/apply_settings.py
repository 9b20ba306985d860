"""Take a settings file in: into force if it is right, word for the screen if it is wrong."""

import hashlib
import json
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Final

from kiosk.durable_files import lacks_partition, wipe, write_private
from kiosk.host.refused_settings import BOOT_FOLDERS, COPY, REFUSAL, TAKEN, UNFINISHED
from kiosk.provision.env_file import (
    EnvFile,
    checked_settings,
    read_env_file,
    read_wifi_file,
    split_secrets,
    strangers,
)
from kiosk.provision.settings_in_force import (
    BEFORE,
    CREDENTIALS,
    finish_change,
    is_being_changed,
    put_in_force,
    secret_file,
    set_aside,
    values_in_force,
)
from kiosk.provision.wifi import NAMES as WIFI_NAMES
from kiosk.provision.wifi import Wifi, bring_up, use_radio, wifi_of
from kiosk.settings import SECRETS, TABLE, has_account
from kiosk.settings.items import items_of_csv, items_text
from kiosk.settings_file import FileRefused, SettingsFile, parse, read_file

log: Final = logging.getLogger("kiosk")

# Windows hides what a name ends with, and its editor adds .txt.
_ENDINGS: Final = ("", ".txt")
TRIAL: Final = "settings-on-trial"
COUNTRY: Final = "wifi-country"
# A Wi-Fi that came with a stick's settings, until it is joined.
WIFI_TO_JOIN: Final = "wifi-to-join"
_LEFT: Final = "left-on-boot"


@dataclass(frozen=True, slots=True)
class Paths:
    """Where things are on an appliance."""

    boot: tuple[Path, ...] = BOOT_FOLDERS
    etc: Path = Path("/etc/kiosk")
    refusal: Path = REFUSAL
    join: Callable[[Wifi], None] = bring_up
    use_radio: Callable[[str], None] = use_radio


def apply_file(file: Path, places: Paths) -> None:
    """Put a settings file into force; it stays where it is.

    Raises:
        FileRefused: it is wrong; what was in force still is.
        OSError: it cannot be read, or nothing can be written.
    """
    _take_settings(read_file(file), places)


def apply_from_boot(places: Paths) -> tuple[str, ...]:
    """Move in what is on the boot partition (`_FILES`). The mistakes, if any was refused.

    The settings come first: no tool that the Wi-Fi needs can keep them from being read. A file that
    is right is wiped only when its copy is on the disk, so a power cut in between means that it is
    taken once more. A wrong one stays, to be put right.
    """
    places.refusal.unlink(missing_ok=True)
    places.refusal.with_name(UNFINISHED.name).touch()  # a card that hangs has this program killed
    problems = [*_problems_of_own_file(places)]
    _tell_of_change(places)
    _tell_of_trial(places)
    if lacks_partition(places.etc):
        return _reported((f"kiosk.env: {places.etc} is on a partition that is missing",), places)
    country = kept_country(places.etc)
    if country:  # on a system that is only read, the last boot's radio is forgotten
        places.use_radio(country)
    _join_kept(places)
    for name, take in _FILES.items():
        problems += _take_named(name, take, places)
        problems += _leftovers(name, places)
    _tell_of_change(places)
    return _reported(tuple(problems), places)


def keep_secrets_apart(etc: Path) -> None:
    """Move keys that somebody wrote into kiosk.env to where only the till sees them.

    A file that is not clear stays as it is: nothing is taken out of what may mean something else.
    A change that the power cut in two is finished before.
    """
    finish_change(etc)
    for name in SECRETS:
        _keep_no_digits(etc / CREDENTIALS, name)
    file = etc / "kiosk.env"
    if not file.is_file():
        return
    data = read_file(file)
    given = parse(data, file.name)
    if given.problems or any(strangers(given.values)):
        return
    env_file = split_secrets(given)
    if env_file.secrets:
        put_in_force(env_file, etc, set(env_file.secrets))


def _tell_of_change(places: Paths) -> None:
    """Whether a change is written in part: a till must not sell with half of the settings."""
    mark = places.refusal.with_name(UNFINISHED.name)
    if is_being_changed(places.etc):
        mark.touch()
    else:
        mark.unlink(missing_ok=True)


def _tell_of_trial(places: Paths) -> None:
    """Whether the till is to start for the first time with what was changed on its screen."""
    trial = places.refusal.with_name(TRIAL)
    trial.unlink(missing_ok=True)
    if (places.etc / BEFORE).is_file():
        trial.touch(mode=0o644)


def _problems_of_own_file(places: Paths) -> tuple[str, ...]:
    """What is not clear in the settings in force, which somebody may have written by hand."""
    try:
        keep_secrets_apart(places.etc)
    except FileRefused as refused:
        return refused.problems
    return ()


def _take_named(name: str, take: Callable[[bytes, Paths], None], places: Paths) -> tuple[str, ...]:
    """Take this file of the boot partition in, if it is there; what is wrong with it."""
    files = [file for file in _there(name, places) if file.name.lower() in _names(name)]
    if len(files) > 1:
        return (f"{name}: only one may be there, not {' and '.join(map(str, files))}",)
    for file in files:
        try:
            data = read_file(file)
            if _is_left(name, data, places):
                return (_cannot_be_wiped(name),)
            take(data, places)
        except FileRefused as refused:
            return refused.problems
        except OSError as error:
            log.error("%s: %s", file, error.strerror)  # noqa: TRY400 - a sentence is enough
            return (f"{name}: could not be taken in: {error.strerror}",)
        try:
            wipe(file)
            (places.etc / f"{_LEFT}-{name}").unlink(missing_ok=True)
        except OSError as error:
            log.error("%s cannot be wiped: %s", file, error.strerror)  # noqa: TRY400
            write_private(places.etc / f"{_LEFT}-{name}", _hash(data))
            return (_cannot_be_wiped(name),)
    return ()


def _names(name: str) -> tuple[str, ...]:
    return tuple(f"{name}{ending}" for ending in _ENDINGS)


def _there(name: str, places: Paths) -> list[Path]:
    """Everything on the boot partition that is called so, or nearly so.

    To the computer that wrote it, capital and small letters of a name are the same.
    """
    files = (file for folder in places.boot for file in sorted(folder.glob("*")))
    return [file for file in files if name in file.name.lower()]


def _leftovers(name: str, places: Paths) -> list[str]:
    """Copies that an editor left: nobody takes them in, and keys in them can be read by anyone."""
    files = (file.name for file in _there(name, places) if file.name.lower() not in _names(name))
    return [f"{name}: {COPY}: {file}" for file in files]


def _take_settings(data: bytes, places: Paths) -> None:
    env_file = read_env_file(data)
    if lacks_partition(places.etc):
        raise FileRefused((f"kiosk.env: {places.etc} is on a partition that is missing",))
    _put_in_force(env_file, places)
    if env_file.wifi is not None:
        _join(env_file.wifi, places)


def _take_wifi(data: bytes, places: Paths) -> None:
    _join(read_wifi_file(data), places)


def _take_items(data: bytes, places: Paths) -> None:
    """Put the quick items of a CSV file into force, in place of those before."""
    listed, problems = items_of_csv(data)
    if problems:
        raise FileRefused(tuple(f"items.csv: {problem}" for problem in problems))
    in_force = values_in_force(places.etc)
    if not has_account(in_force.values):
        raise FileRefused(("items.csv: is taken in once the till is set up",))
    values = {**in_force.values, "KIOSK_ITEMS": items_text(listed)}
    given = SettingsFile(values, in_force.problems)
    _put_in_force(checked_settings(given), places)


def _put_in_force(env_file: EnvFile, places: Paths) -> None:
    """Write the settings; that they are being changed is told before, in case this is killed."""
    if places.refusal.parent.is_dir():  # there is none where no till has been started
        places.refusal.with_name(UNFINISHED.name).touch()
    put_in_force(env_file, places.etc, set(SECRETS))
    _tell_of_change(places)


_FILES: Final[Mapping[str, Callable[[bytes, Paths], None]]] = MappingProxyType(
    # The items come last: whether their taxes are there is a matter of the settings.
    {"kiosk.env": _take_settings, "wifi.env": _take_wifi, "items.csv": _take_items}
)


def _join(wifi: Wifi, places: Paths) -> None:
    write_private(places.etc / COUNTRY, f"{wifi.country}\n")
    places.join(wifi)


def keep_wifi_to_join(wifi: Wifi, etc: Path) -> None:
    """Have `apply_from_boot` join this network, which its caller has no rights to do."""
    passphrase = "" if wifi.passphrase is None else wifi.passphrase.reveal()
    values = (wifi.ssid, passphrase, wifi.country, "on" if wifi.hidden else "off")
    write_private(etc / WIFI_TO_JOIN, json.dumps(dict(zip(WIFI_NAMES, values, strict=True))))


def kept_country(etc: Path) -> str:
    """The country whose channels the radio uses, empty where nobody has named one."""
    file = etc / COUNTRY
    return file.read_text(errors="replace").strip() if file.is_file() else ""


def _join_kept(places: Paths) -> None:
    """Join it; where that cannot be done it is tried again at the next boot."""
    file = places.etc / WIFI_TO_JOIN
    if not file.is_file():
        return
    try:
        wifi = wifi_of(dict(json.loads(file.read_bytes())))
        if wifi is not None:
            _join(wifi, places)
        wipe(file)
    except (ValueError, TypeError, AttributeError, RecursionError) as error:
        set_aside(file, error)
    except OSError as error:
        log.error("the stick's Wi-Fi cannot be joined: %s", error.strerror)  # noqa: TRY400


def _is_left(name: str, data: bytes, places: Paths) -> bool:
    """Whether this very file was taken at an earlier boot and could only not be wiped.

    It is not taken again: what was changed since in /etc/kiosk would be undone at each boot.
    """
    left = places.etc / f"{_LEFT}-{name}"
    return left.is_file() and left.read_text() == _hash(data)


def _hash(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _cannot_be_wiped(name: str) -> str:
    return f"{name}: {TAKEN}: the boot partition is only read"


def _reported(problems: tuple[str, ...], places: Paths) -> tuple[str, ...]:
    if problems:
        write_private(places.refusal, "".join(f"{line}\n" for line in problems))
        places.refusal.chmod(0o644)  # names of settings, never a value: the kiosk shows them
    return problems


def _keep_no_digits(folder: Path, name: str) -> None:
    """Of PINs that somebody wrote by hand into a secret's file keep the hashes, not the digits."""
    plain = folder / name
    if not plain.is_file():
        return
    written = plain.read_text(errors="replace").strip()
    file, kept = secret_file(folder, name), TABLE[name].kept(written)
    if not written:
        file.unlink(missing_ok=True)
    elif (file, kept) != (plain, written):
        write_private(file, kept)
    if file != plain:
        plain.unlink()
