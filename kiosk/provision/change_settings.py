"""A change of settings from the screen: root decides, and puts it into force or says why not.

The till lays a request into its runtime folder (`kiosk.sale.settings_change`); systemd then starts
this. The PIN is checked here, and its wrong tries are counted here: a till that somebody has taken
over can change nothing without it.
"""

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from kiosk.durable_files import lacks_partition, write_private
from kiosk.provision.apply_settings import COUNTRY, keep_secrets_apart, keep_wifi_to_join
from kiosk.provision.change_history import described, note
from kiosk.provision.env_file import EnvFile, checked_settings, meant, split_secrets
from kiosk.provision.manager_pin import PHONE_ALLOWED, PinPaths, allow_phone, pin_refusal
from kiosk.provision.settings_in_force import (
    ChangeUnfinished,
    forget_before,
    keep_for_going_back,
    put_in_force,
    settings_before,
    values_in_force,
)
from kiosk.provision.stick_settings import keep_logo, mark_as_taken, read_stick_settings
from kiosk.provision.wifi import wifi_problems
from kiosk.sale.first_run_screen import TILL_ACCOUNT
from kiosk.sale.settings_change import (
    ChangeOutcome,
    ChangeSettings,
    RequestKind,
    SettingsChangeResult,
    answer_text,
    read_request,
)
from kiosk.settings import SECRETS, TABLE, has_account
from kiosk.settings.entry import Group
from kiosk.settings_file import FileRefused, SettingsFile, read_file

log: Final = logging.getLogger("kiosk")


@dataclass(frozen=True, slots=True)
class ChangePaths:
    """Where the request comes from, where the answer goes to, and where the settings are.

    `request` lies in a folder of the till's: its unit lets root write nowhere else but there, in
    `answers`, in `stick` and in `etc`, so a link in its place leads nowhere. In `stick` is the copy
    of a stick's file.
    """

    request: Path = Path("/run/kiosk/settings/wanted")
    answers: Path = Path("/run/kiosk-settings")
    etc: Path = Path("/etc/kiosk")
    stick: Path = Path("/run/kiosk-stick-settings")


def answer_request(paths: ChangePaths, now_s: float, unix_s: float) -> SettingsChangeResult | None:
    """Take the request away, and answer it; None if there is none that can be read.

    `now_s` is monotonic seconds since the boot, `unix_s` the wall clock.

    Raises:
        OSError: the request cannot be taken away, or the answer not be written.
    """
    try:
        data = read_file(paths.request)
        token, change = read_request(data.decode())
    except FileNotFoundError:
        return None
    except (FileRefused, ValueError, OSError) as error:  # a link in its place is an OSError
        log.error("a request for settings cannot be read: %s", type(error).__name__)  # noqa: TRY400
        paths.request.unlink()
        return None
    paths.request.unlink()  # before anything else: a request that ends this program is not repeated
    try:
        result = _changed(change, paths, now_s, unix_s)
    except FileRefused as refused:
        result = SettingsChangeResult(ChangeOutcome.WRONG, refused.problems)
    except ChangeUnfinished as error:
        log.error("written in part, the next start goes on: %s", error.strerror)  # noqa: TRY400
        result = SettingsChangeResult(ChangeOutcome.UNFINISHED)
    except OSError as error:
        log.error("the settings cannot be written: %s", error.strerror)  # noqa: TRY400
        result = SettingsChangeResult(ChangeOutcome.NOT_SAVED)
    log.warning("settings asked for on the screen: %s", result.outcome)
    answer = paths.answers / "answer"
    write_private(answer, answer_text(result, token))
    answer.chmod(0o644)  # names of settings, never a value: the till's user reads it
    return result


def put_first_settings(values: Mapping[str, str], etc: Path, way: str, unix_s: float) -> None:
    """Put the first settings into force. `way` is how they came, for the history.

    Raises:
        FileRefused: they are wrong.
        OSError: they cannot be written.
    """
    before = values_in_force(etc).values
    put_in_force(checked_settings(SettingsFile(values)), etc, set(SECRETS))
    note(etc, f"first set-up, {way}", described(before, values), unix_s)


def changed_values(in_force: Mapping[str, str], change: ChangeSettings) -> dict[str, str]:
    """The settings as they would be: an empty text takes a setting back to its default."""
    return meant({**in_force, **dict(change.changes)})


def not_for_the_screen(change: ChangeSettings) -> tuple[str, ...]:
    """The names among the changes that only a file may set."""
    allowed = {entry.name for entry in TABLE.values() if entry.changed_on_screen}
    return tuple(name for name, _ in change.changes if name not in allowed)


def pays_others(before: Mapping[str, str], after: Mapping[str, str]) -> bool:
    """Whether anything differs that says whose money it is, or where that is asked."""
    accounts = [name for name, entry in TABLE.items() if entry.group is Group.ACCOUNTS]
    return any(before.get(name) != after.get(name) for name in accounts)


def _changed(
    change: ChangeSettings, paths: ChangePaths, now_s: float, unix_s: float
) -> SettingsChangeResult:
    etc = paths.etc
    if lacks_partition(etc):
        return SettingsChangeResult(ChangeOutcome.NOT_SAVED)
    keep_secrets_apart(etc)
    in_force = values_in_force(etc)
    if in_force.problems:  # written by hand, and not clear: nobody but its writer may touch it
        return SettingsChangeResult(ChangeOutcome.WRONG, in_force.problems)
    if change.kind is RequestKind.RADIO:
        return _country_kept(change, in_force.values, etc)
    if change.kind is RequestKind.KEEP:
        forget_before(etc)
        return SettingsChangeResult(ChangeOutcome.IN_FORCE)
    if change.kind is RequestKind.GO_BACK:
        return _back(in_force.values, etc, unix_s)
    if change.kind is RequestKind.CHECK_STICK:
        return _stick_checked(in_force.values, paths)
    if names := not_for_the_screen(change):
        log.error("not to be set on the screen: %s", ", ".join(names))
        return SettingsChangeResult(ChangeOutcome.NOT_ALLOWED)
    pins = PinPaths(etc, paths.answers)
    refused = pin_refusal(change.pin, in_force.values, pins, now_s)
    if refused is not None:
        return refused
    if change.kind is RequestKind.TAKE_STICK:
        return _stick_taken(in_force, paths, unix_s)
    if change.kind is RequestKind.ALLOW_PHONE:
        return _phone_allowed(in_force.values, paths, now_s)
    values = changed_values(in_force.values, change)
    replace_settings(in_force, values, checked_settings(SettingsFile(values)), etc, "", unix_s)
    return SettingsChangeResult(ChangeOutcome.IN_FORCE)


def replace_settings(
    in_force: SettingsFile,
    values: Mapping[str, str],
    env_file: EnvFile,
    etc: Path,
    how: str,
    unix_s: float,
) -> None:
    """Put other settings into force, and keep who did it and what was before.

    `how` is the way they came, for the history.

    Raises:
        OSError: they cannot be written.
    """
    is_first = not has_account(in_force.values)
    if not is_first and _may_stop_a_start(in_force.values, values):
        keep_for_going_back(split_secrets(in_force), etc)
    else:  # the till that asks works with what is in force: going back would take this change away
        forget_before(etc)
    put_in_force(env_file, etc, set(SECRETS))
    who = "first set-up" if is_first else "manager, with the PIN"
    note(etc, f"{who}{how}", described(in_force.values, values), unix_s)


def _may_stop_a_start(before: Mapping[str, str], after: Mapping[str, str]) -> bool:
    """Whether a till may fail to start with it; what a running one takes over is no cause."""
    changed = {name for name, entry in TABLE.items() if before.get(name) != after.get(name)}
    return not all(TABLE[name].applies_at_once for name in changed)


def _stick_checked(in_force: Mapping[str, str], paths: ChangePaths) -> SettingsChangeResult:
    """What the stick's file would change; nothing secret, so that it needs no PIN."""
    try:
        given = read_stick_settings(paths.stick, in_force)
    except FileNotFoundError:
        return SettingsChangeResult(ChangeOutcome.NO_FILE)
    changed = given.changed_names(in_force)
    return SettingsChangeResult(ChangeOutcome.FITS, changed=changed, payee=given.payee)


def _stick_taken(in_force: SettingsFile, paths: ChangePaths, unix_s: float) -> SettingsChangeResult:
    """Put the stick's file into force; its Wi-Fi is for kiosk-provision, which runs after this."""
    try:
        given = read_stick_settings(paths.stick, in_force.values)
    except FileNotFoundError:
        return SettingsChangeResult(ChangeOutcome.NO_FILE)
    if given.env_file.wifi is not None:  # first: with settings and no network it could not sell
        keep_wifi_to_join(given.env_file.wifi, paths.etc)
    keep_logo(paths.stick, paths.etc)
    replace_settings(
        in_force, given.values, given.env_file, paths.etc, ", with a USB stick", unix_s
    )
    try:
        mark_as_taken(paths.stick)
    except OSError as error:  # then it is left on the stick, and the screen says so
        log.error("the stick's file is in force, and not marked: %s", error.strerror)  # noqa: TRY400
    return SettingsChangeResult(ChangeOutcome.IN_FORCE, payee=given.payee)


def _phone_allowed(
    in_force: Mapping[str, str], paths: ChangePaths, now_s: float
) -> SettingsChangeResult:
    """The PIN was right: root's unit for a phone may begin, once and soon."""
    if not needs_key(in_force):
        return SettingsChangeResult(ChangeOutcome.NOT_ALLOWED)
    allow_phone(paths.answers / PHONE_ALLOWED, now_s)
    return SettingsChangeResult(ChangeOutcome.ALLOWED)


def needs_key(in_force: Mapping[str, str]) -> bool:
    """Whether the settings are those of a till account, which has a key."""
    is_forward = in_force.get("KIOSK_RECEIVE", TABLE["KIOSK_RECEIVE"].default) == TILL_ACCOUNT
    return is_forward and has_account(in_force)


def _country_kept(
    change: ChangeSettings, in_force: Mapping[str, str], etc: Path
) -> SettingsChangeResult:
    """Keep the country of the radio for kiosk-provision, which runs after this unit."""
    country = dict(change.changes).get("WIFI_COUNTRY", "").upper()
    problems = tuple(wifi_problems({"WIFI_SSID": "any", "WIFI_COUNTRY": country}))
    if has_account(in_force) or len(change.changes) != 1:
        return SettingsChangeResult(ChangeOutcome.NOT_ALLOWED)
    if problems:
        return SettingsChangeResult(ChangeOutcome.WRONG, problems)
    write_private(etc / COUNTRY, f"{country}\n")
    return SettingsChangeResult(ChangeOutcome.IN_FORCE)


def _back(in_force: Mapping[str, str], etc: Path, unix_s: float) -> SettingsChangeResult:
    """Put the settings of before the last change back, but never another payee.

    It needs no PIN: nobody can choose what comes, and it is what was in force a moment ago.
    """
    before = settings_before(etc)
    if before is None or pays_others(in_force, before.values):
        return SettingsChangeResult(ChangeOutcome.NOT_ALLOWED)
    put_in_force(checked_settings(before), etc, set(SECRETS))
    forget_before(etc)
    note(etc, "the till, which could not start", described(in_force, before.values), unix_s)
    return SettingsChangeResult(ChangeOutcome.IN_FORCE)
