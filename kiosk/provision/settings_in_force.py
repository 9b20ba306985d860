"""The settings in force, in /etc/kiosk: read as one, replaced as one.

They are several files: kiosk.env, and one for each secret. What is to be in force is first written
as a whole beside them, so a power cut between two of them is made good at the next start.
"""

import json
import logging
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from kiosk.durable_files import sync_folder, wipe, write_private
from kiosk.provision.env_file import EnvFile
from kiosk.settings import PIN_CREDENTIAL, SECRETS, TABLE
from kiosk.settings_file import SettingsFile, parse, read_file

log: Final = logging.getLogger("kiosk")

FILE: Final = "kiosk.env"
CREDENTIALS: Final = "credentials"
# JSON: the text, and each secret or null.
BEING_CHANGED: Final = "being-changed"
BEFORE: Final = "before-change"  # until the till has worked with what was changed
DAMAGED: Final = ".damaged"  # added to the name of a file that cannot be read


def values_in_force(etc: Path) -> SettingsFile:
    """Every setting with its text, secrets too; of the PIN its hash.

    Raises:
        FileRefused: kiosk.env is no settings file.
        OSError: something cannot be read.
    """
    file = etc / FILE
    given = parse(read_file(file), FILE) if file.is_file() else SettingsFile({})
    values = dict(given.values)
    for name in SECRETS:
        secret = secret_file(etc / CREDENTIALS, name)
        if secret.is_file():
            values[name] = secret.read_text(errors="replace").strip()
    return SettingsFile(values, given.problems)


def secret_file(folder: Path, name: str) -> Path:
    """The file that a secret is kept in."""
    return folder / (PIN_CREDENTIAL if name == "KIOSK_PIN" else name)


class ChangeUnfinished(OSError):
    """The change is written down as a whole, and not yet done: the next start finishes it."""


def put_in_force(env_file: EnvFile, etc: Path, replaced: set[str]) -> None:
    """Write the settings; of the `replaced` secrets, those that are not given are removed.

    Raises:
        ChangeUnfinished: they will be in force at the next start, and are not now.
        OSError: nothing is changed.
    """
    (etc / CREDENTIALS).mkdir(mode=0o700, parents=True, exist_ok=True)
    write_private(etc / BEING_CHANGED, _whole(env_file, replaced))
    try:
        finish_change(etc)
    except OSError as error:
        raise ChangeUnfinished(error.errno, error.strerror, error.filename) from error


def keep_for_going_back(env_file: EnvFile, etc: Path) -> None:
    """Keep these settings, which are about to be replaced."""
    write_private(etc / BEFORE, _whole(env_file, set(SECRETS)))


def settings_before(etc: Path) -> SettingsFile | None:
    """The settings of before the last change, None once the till has worked with it."""
    file = etc / BEFORE
    if not file.is_file():
        return None
    before = _read_whole(file)
    if before is None:
        return None
    text, secrets = before
    values = dict(parse(text.encode(), FILE).values)
    values |= {name: value for name, value in secrets.items() if value is not None}
    return SettingsFile(values)


def forget_before(etc: Path) -> None:
    """The till works: there is no going back."""
    if (etc / BEFORE).is_file():
        wipe(etc / BEFORE)


def is_being_changed(etc: Path) -> bool:
    """Whether a change is written down, and not yet done.

    Raises:
        OSError: nobody can say.
    """
    try:
        (etc / BEING_CHANGED).lstat()
    except FileNotFoundError:
        return False
    return True


def finish_change(etc: Path) -> None:
    """Do what was written down as about to be done, if anything was and it can be read.

    Raises:
        OSError: it cannot be done, or nobody can say whether anything was.
    """
    if not is_being_changed(etc):
        return
    whole = etc / BEING_CHANGED
    change = _read_whole(whole)
    if change is None:
        return  # the settings that were in force still are
    text, secrets = change
    _write_secrets(etc / CREDENTIALS, secrets)
    write_private(etc / FILE, text)
    wipe(whole)


def _whole(env_file: EnvFile, replaced: set[str]) -> str:
    given = {name: env_file.secrets.get(name) for name in sorted(replaced)}
    secrets = {name: TABLE[name].kept(value) if value else None for name, value in given.items()}
    return json.dumps({"text": env_file.text, "secrets": secrets})


def _read_whole(file: Path) -> tuple[str, Mapping[str, str | None]] | None:
    """The text and the secrets that `_whole` has put down; a damaged file is set aside."""
    try:
        return _text_and_secrets(json.loads(file.read_bytes()))
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        set_aside(file, error)
        return None


def set_aside(file: Path, error: Exception) -> None:
    """Keep a file that cannot be read under another name, so that it stops nothing any more."""
    aside = file.with_name(f"{file.name}{DAMAGED}")
    file.replace(aside)
    sync_folder(file.parent)
    # The text of the error may hold a piece of the file, and so of a secret.
    log.error("%s is damaged (%s); kept as %s", file.name, type(error).__name__, aside.name)


def _text_and_secrets(values: Any) -> tuple[str, Mapping[str, str | None]]:
    text, secrets = values["text"], dict(values["secrets"])
    secrets_fit = all(isinstance(secret, str | None) for secret in secrets.values())
    if not isinstance(text, str) or not secrets_fit or not secrets.keys() <= set(SECRETS):
        raise ValueError("not as it was written")
    return text, secrets


def _write_secrets(folder: Path, secrets: Mapping[str, str | None]) -> None:
    for name, value in secrets.items():
        file = secret_file(folder, name)
        if value is None:
            file.unlink(missing_ok=True)
        else:
            write_private(file, value)
        if file.name != name:
            (folder / name).unlink(missing_ok=True)
    sync_folder(folder)
