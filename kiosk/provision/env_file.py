"""The text of a `kiosk.env` as a merchant's friend wrote it -> settings, or what is wrong with it.

Nothing here contains a value: a line of mistakes names the setting, or the line's number.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from kiosk.panel.wiring import read_wiring
from kiosk.provision.wifi import NAMES as WIFI_NAMES
from kiosk.provision.wifi import Wifi, wifi_of, wifi_problems
from kiosk.settings import SECRETS, TABLE, Settings, WrongSettings, load, unknown
from kiosk.settings_file import FileRefused, SettingsFile, parse

_BARE: Final = re.compile(r"[A-Za-z0-9_./:,+@%-]*")


@dataclass(frozen=True, slots=True)
class EnvFile:
    """A file that may be used: a text of NAME=value lines, the secrets and the Wi-Fi."""

    text: str
    secrets: Mapping[str, str]
    wifi: Wifi | None = None

    def __repr__(self) -> str:
        return "EnvFile(***)"


def read_env_file(data: bytes) -> EnvFile:
    """Read and check a whole settings file, which must be complete by itself.

    Raises:
        FileRefused: with every mistake there is.
    """
    return checked_settings(parse(data, "kiosk.env"), extra_check=file_problems)


def checked_settings(
    given: SettingsFile,
    extra_check: Callable[[Mapping[str, str]], Iterator[str]] = lambda _: iter(()),
) -> EnvFile:
    """Check settings as a whole, which must be complete by themselves.

    Raises:
        FileRefused: with every mistake there is.
    """
    values = given.values
    problems = [*given.problems, *strangers(values), *unknown(values), *wifi_problems(values)]
    problems += extra_check(values)
    try:
        problems += _wiring_problems(load(values))
    except WrongSettings as error:
        problems += error.problems
    if problems:
        raise FileRefused(tuple(problems))
    return split_secrets(given)


def read_wifi_file(data: bytes) -> Wifi:
    """Read and check a file with Wi-Fi settings and nothing else.

    Raises:
        FileRefused: with every mistake there is.
    """
    given = parse(data, "wifi.env")
    problems = [*given.problems]
    for name in given.values:
        if name in TABLE:
            problems.append(f"{name} belongs into kiosk.env")
        elif name not in WIFI_NAMES:
            problems.append(f"{name} is not a setting")
    problems += wifi_problems(given.values)
    wifi = wifi_of(given.values)
    if wifi is None and not problems:
        problems.append("WIFI_SSID: is missing")
    if problems or wifi is None:
        raise FileRefused(tuple(problems))
    return wifi


def split_secrets(given: SettingsFile) -> EnvFile:
    """The settings as lines that every reader reads alike, without secrets and Wi-Fi."""
    secrets = {name: value for name, value in given.values.items() if name in SECRETS}
    lines = [
        f"{name}={quoted(value)}\n"
        for name, value in given.values.items()
        if name not in SECRETS and name not in WIFI_NAMES
    ]
    return EnvFile("".join(lines), secrets, wifi_of(given.values))


def meant(values: Mapping[str, str]) -> dict[str, str]:
    """The settings that are given: an empty text means the default, where it does not mean none."""
    keep_empty = {name for name, entry in TABLE.items() if entry.keeps_empty}
    return {name: text for name, text in values.items() if text or name in keep_empty}


def strangers(values: Mapping[str, str]) -> Iterator[str]:
    """One line for each name that is no setting, and each value that could not be kept."""
    for name, value in values.items():
        if name in WIFI_NAMES:
            continue
        if name not in TABLE and not unknown({name: ""}):
            yield f"{name} is not a setting"
        elif name not in SECRETS and quoted(value) is None:  # those have files of their own
            yield f"{name}: holds a sign that cannot be kept: a backslash, or both ' and \""


def _wiring_problems(settings: Settings) -> Iterator[str]:
    """What the keypad, the LED and the buzzer cannot be together: no till is built with it."""
    try:
        read_wiring(
            settings.keypad_rows,
            settings.keypad_columns,
            settings.keypad_layout,
            led_pin=settings.led_pin,
            buzzer_pin=settings.buzzer_pin,
        )
    except ValueError as error:
        yield str(error)


def file_problems(values: Mapping[str, str]) -> Iterator[str]:
    """What a file that anybody with the card may have put there must not set."""
    for entry in TABLE.values():
        if entry.boot_check is not None and (value := values.get(entry.name)):
            try:
                entry.boot_check(value)
            except ValueError as error:
                yield f"{entry.name}: {error}"


def quoted(value: str) -> str | None:
    """A value as every reader of such files reads it alike, taking no sign away; None: no way.

    An older release, which an update may have to go back to, has systemd read the file.
    """
    if _BARE.fullmatch(value):
        return value
    if not set(value) & set("'\\"):
        return f"'{value}'"
    if not set(value) & set('"\\$`'):
        return f'"{value}"'
    return None
