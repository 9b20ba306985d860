"""Where settings come from: environment, systemd credentials and files -> one `Settings`.

Every mistake is reported at once, one line each, by the setting's name, and never with a secret.
"""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from kiosk.settings.table import FIELDS, SECRETS, TABLE, Settings
from kiosk.settings_file import FileRefused, SettingsFile, parse, read_file

# The PIN's hash, in a file of its own: an older release that an update went back to knows digits
# alone, and would refuse all the settings over it.
PIN_CREDENTIAL: Final = "KIOSK_PIN_HASH"
SETTINGS_CREDENTIAL: Final = "kiosk.env"  # the whole file, as systemd passes it on

# Without any of these, nobody has said yet whose money it is.
_WHOSE_MONEY: Final = (
    "MERCHANT_ADDRESS",
    "MERCHANT_USERNAME",
    "MERCHANT_API_KEY",
    "BLINKPOS_API_KEY",
)
_OURS: Final = re.compile(r"(KIOSK|BLINK|BLINKPOS|MERCHANT)_")


class WrongSettings(ValueError):
    """Settings that cannot be used; `problems` has one line for each mistake.

    `rest` is all the same, with a default in place of what is wrong: enough to draw a screen with.
    """

    def __init__(self, problems: tuple[str, ...], rest: Settings) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems
        self.rest = rest


def load(
    environ: Mapping[str, str],
    *,
    dotenv: Path | None = None,
    credentials: Path | None = None,
    need_account: bool = True,
) -> Settings:
    """Read and check all settings; the environment comes before credentials, they come before
    files.

    Of the files, `kiosk.env` among the credentials comes before `.env`.

    Raises:
        WrongSettings: with every mistake there is.
    """
    sources, problems = _sources(environ, dotenv, credentials)
    values = _values(sources)
    settings, wrong = _read(values)
    problems += wrong
    problems += _item_problems(settings)
    if need_account:
        problems += _account_problems(values, settings)
    if problems:
        raise WrongSettings(tuple(problems), settings)
    return settings


def unknown(
    environ: Mapping[str, str], dotenv: Path | None = None, credentials: Path | None = None
) -> tuple[str, ...]:
    """One line for each name that looks like a setting of ours and is none."""
    sources, _ = _sources(environ, dotenv, credentials)
    names = {name for source in sources for name in source}
    strange = sorted(name for name in names if _OURS.match(name) and name not in TABLE)
    if not strange:
        return ()
    import difflib

    lines = []
    for name in strange:
        near = difflib.get_close_matches(name, TABLE, n=1)
        hint = f"; did you mean {near[0]}?" if near else ""
        lines.append(f"{name} is not a setting{hint}")
    return tuple(lines)


def has_account(values: Mapping[str, str]) -> bool:
    """Whether these say whose money it is, rightly or wrongly: else nobody has set the till up."""
    return any(values.get(name, "").strip() for name in _WHOSE_MONEY)


def is_set_up(environ: Mapping[str, str], dotenv: Path | None, credentials: Path | None) -> bool:
    """Whether anybody has set the till up yet. A file that cannot be read is somebody's work."""
    sources, problems = _sources(environ, dotenv, credentials)
    return bool(problems) or has_account(_values(sources))


def _values(sources: Sequence[Mapping[str, str]]) -> dict[str, str]:
    values = {entry.name: entry.default for entry in TABLE.values()}
    for source in sources:
        for name, value in source.items():
            if name in TABLE and (value.strip() or TABLE[name].keeps_empty):
                values[name] = value.strip()
    return values


def _sources(
    environ: Mapping[str, str], dotenv: Path | None, credentials: Path | None
) -> tuple[list[Mapping[str, str]], list[str]]:
    """Where settings come from, the weakest first, and what is wrong with the files."""
    files = [file for file in (dotenv, _file_credential(credentials)) if file is not None]
    read = [_read_settings(file) for file in files]
    sources: list[Mapping[str, str]] = [source.values for source in read]
    if credentials is not None:
        secrets = [credentials / name for name in SECRETS]
        hashed = credentials / PIN_CREDENTIAL
        if hashed.is_file():
            sources.append({"KIOSK_PIN": hashed.read_text(errors="replace")})
        sources.append(
            {file.name: file.read_text(errors="replace") for file in secrets if file.is_file()}
        )
    sources.append(environ)
    return sources, [problem for source in read for problem in source.problems]


def _file_credential(credentials: Path | None) -> Path | None:
    return None if credentials is None else credentials / SETTINGS_CREDENTIAL


def _read_settings(file: Path) -> SettingsFile:
    try:
        # Whoever starts the program may have made it a link: it is theirs to follow.
        return parse(read_file(file.resolve()), file.name)
    except FileNotFoundError:
        return SettingsFile({})
    except FileRefused as refused:
        return SettingsFile({}, refused.problems)
    except OSError as error:
        return SettingsFile({}, (f"{file.name}: {error.strerror}",))


def _read(values: Mapping[str, str]) -> tuple[Settings, list[str]]:
    """The settings, and what is wrong with their values."""
    read: dict[str, Any] = {}
    problems = []
    for field, entry in FIELDS.items():
        try:
            read[field] = entry.read(values[entry.name])
        except ValueError as error:
            problems.append(f"{entry.name}: {error}")
            read[field] = entry.in_place_of_a_wrong_value()
    return Settings(**read), problems


def _item_problems(settings: Settings) -> list[str]:
    """The tax rates that items name and nobody has set."""
    known = {rate.name for rate in settings.taxes}
    missing = dict.fromkeys(item.tax for item in settings.items if item.tax not in {"", *known})
    return [f"KIOSK_ITEMS: names a tax that KIOSK_TAX does not have: {tax}" for tax in missing]


def _account_problems(values: Mapping[str, str], settings: Settings) -> list[str]:
    """What is missing or too much among the settings that say whose money it is."""
    if settings.receive == "direct":
        return _direct_problems(values, settings)
    problems = []
    if values["MERCHANT_ADDRESS"]:
        problems.append("MERCHANT_ADDRESS: is for KIOSK_RECEIVE=direct; now it is forward")
    if not values["BLINKPOS_API_KEY"]:
        problems.append(
            "BLINKPOS_API_KEY: is missing: make a key with READ, RECEIVE and WRITE at Blink"
        )
    has_key, has_name = bool(values["MERCHANT_API_KEY"]), bool(values["MERCHANT_USERNAME"])
    if has_key and has_name:
        problems.append("MERCHANT_USERNAME: give either this or MERCHANT_API_KEY, not both")
    elif not has_key and not has_name:
        problems.append("MERCHANT_USERNAME: give this or MERCHANT_API_KEY: who gets the money?")
    if has_name and values["MERCHANT_WALLET_ID"]:
        problems.append("MERCHANT_WALLET_ID: goes with MERCHANT_API_KEY, not with a user name")
    if settings.merchant_updates and not has_key:
        problems.append("MERCHANT_UPDATES: needs MERCHANT_API_KEY: a user name cannot be watched")
    if has_key and values["MERCHANT_API_KEY"] == values["BLINKPOS_API_KEY"]:
        problems.append("MERCHANT_API_KEY: is the key of the BlinkPOS account; two are needed")
    return problems


def _direct_problems(values: Mapping[str, str], settings: Settings) -> list[str]:
    """What is missing or too much for direct sales.

    Keys that are still there finish forwards of before: both accounts' then, as they did.
    """
    has_address, has_name = bool(values["MERCHANT_ADDRESS"]), bool(values["MERCHANT_USERNAME"])
    problems = []
    if has_address and has_name:
        problems.append("MERCHANT_ADDRESS: give either this or MERCHANT_USERNAME, not both")
    elif not has_address and not has_name:
        problems.append("MERCHANT_ADDRESS: give this, or MERCHANT_USERNAME: who gets the money?")
    if settings.merchant_updates:
        problems.append("MERCHANT_UPDATES: is for KIOSK_RECEIVE=forward; every sale is shown here")
    return problems
