"""What root's part asks a phone for: everything in a first run, or a new key of the till account.

Each keeps what was typed until it is in force, so that another try has it again.
"""

import logging
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Final, Protocol

from kiosk.durable_files import lacks_partition, write_private
from kiosk.phone_setup.form import (
    FIELDS,
    KEY,
    SECRET_FIELDS,
    read_form,
    settings_of_form,
    wrong_fields,
)
from kiosk.phone_setup.gate import DIGITS_WITHIN_S, FORM_WITHIN_S
from kiosk.provision.apply_settings import COUNTRY, kept_country
from kiosk.provision.change_settings import (
    needs_key,
    put_first_settings,
    replace_settings,
)
from kiosk.provision.env_file import checked_settings
from kiosk.provision.manager_pin import take_phone_permit
from kiosk.provision.phone_doors import Doors, PhonePaths
from kiosk.provision.settings_in_force import finish_change, values_in_force
from kiosk.provision.wifi import Wifi, wifi_of
from kiosk.sale.first_run_screen import DIRECT
from kiosk.sale.phone_setup import PhoneFailure, PhoneProgress, failed
from kiosk.sale.wifi import Network, Security, WifiNotice
from kiosk.settings import has_account
from kiosk.settings_file import FileRefused, SettingsFile

log: Final = logging.getLogger("kiosk")

MOST_NETWORKS: Final = 30


class Task(Protocol):
    """What a phone is asked for. `within_s` is how long the till waits for the form."""

    fields: tuple[str, ...]
    within_s: float
    form: dict[str, str]

    def is_allowed(self) -> bool:
        """Whether it may begin now, or go on."""
        ...

    def networks(self) -> tuple[str, ...]:
        """The networks that the page offers, looked for before the box opens its own."""
        ...

    def wrong_fields(self) -> tuple[str, ...]:
        """The fields of the form that are wrong."""
        ...

    def values(self) -> dict[str, str]:
        """All settings as they would be with the form."""
        ...

    def network(self, values: Mapping[str, str]) -> Wifi | None:
        """The network that has to be joined for these settings, None to stay as it is."""
        ...

    def join_failure(self, name: str, notice: WifiNotice) -> PhoneProgress:
        """Why a network of this name could not be joined."""
        ...

    def confirmed(self, values: Mapping[str, str], payee: str) -> Mapping[str, str]:
        """The settings that were checked, paying exactly whom the till has agreed to."""
        ...

    def put_in_force(self, values: Mapping[str, str]) -> None:
        """Put the settings into force that were checked.

        Raises:
            FileRefused: they are wrong.
            OSError: they cannot be written.
        """


class FirstSettings:
    """Everything that a till must know, as long as nobody has set it up."""

    fields: tuple[str, ...] = tuple(FIELDS)
    within_s: float = FORM_WITHIN_S

    def __init__(self, paths: PhonePaths, doors: Doors) -> None:
        self._paths = paths
        self._doors = doors
        self._protected: frozenset[str] = frozenset()
        self._wpa3_alone: frozenset[str] = frozenset()
        self.form: dict[str, str] = {}

    def is_allowed(self) -> bool:
        """Whether nobody has; a file that cannot be read is somebody's work."""
        try:
            in_force = _finished_settings(self._paths.etc)
        except FileRefused:
            return False
        is_missing = lacks_partition(self._paths.etc)
        return not (is_missing or in_force.problems or has_account(in_force.values))

    def networks(self) -> tuple[str, ...]:
        """The networks in range that a passphrase or none opens."""
        doors, country = self._doors, kept_country(self._paths.etc)
        if country:
            doors.use_country(country)
        doors.radio.switch_on()
        networks = doors.radio.scan()
        self._protected = _protected(networks)
        self._wpa3_alone = _wpa3_alone(networks)
        return _choices(networks)

    def wrong_fields(self) -> tuple[str, ...]:
        """The fields that are wrong, by themselves and as a whole."""
        return wrong_fields(self.form, self._problems)

    def values(self) -> dict[str, str]:
        """The form's, and what is set already and says nothing of the money."""
        return self._whole(settings_of_form(self.form))

    def network(self, values: Mapping[str, str]) -> Wifi | None:
        """The shop's, if one was named."""
        return wifi_of(values)

    def join_failure(self, name: str, notice: WifiNotice) -> PhoneProgress:
        """Why the shop's network could not be joined."""
        if name in self._wpa3_alone and notice is not WifiNotice.REFUSED:
            return replace(failed(PhoneFailure.WPA3_ALONE), network=name)
        return failed(PhoneFailure.NOT_JOINED)

    def confirmed(self, values: Mapping[str, str], payee: str) -> dict[str, str]:
        """As on the screen: a direct payee is kept as the address that was shown."""
        if values["KIOSK_RECEIVE"] != DIRECT:
            return dict(values)
        rest = {name: text for name, text in values.items() if name != "MERCHANT_USERNAME"}
        return {**rest, "MERCHANT_ADDRESS": payee}

    def put_in_force(self, values: Mapping[str, str]) -> None:
        """The network first: without settings all of it can be done again."""
        wifi = wifi_of(values)
        if wifi is not None:
            write_private(self._paths.etc / COUNTRY, f"{wifi.country}\n")
            self._doors.join(wifi)
        put_first_settings(values, self._paths.etc, "phone", self._doors.unix())

    def _problems(self, values: Mapping[str, str]) -> tuple[str, ...]:
        problems = settings_problems(self._whole(values))
        if values.get("WIFI_SSID") in self._protected and not values.get("WIFI_PASSPHRASE"):
            return ("WIFI_PASSPHRASE: is missing, and the network asks for it", *problems)
        return problems

    def _whole(self, values: Mapping[str, str]) -> dict[str, str]:
        return {**values_in_force(self._paths.etc).values, **values}


class NewKey:
    """A new key of the till account, in a till whose manager has typed the PIN a moment ago."""

    fields: tuple[str, ...] = (KEY,)
    within_s: float = DIGITS_WITHIN_S  # the till is offline meanwhile

    def __init__(self, paths: PhonePaths, doors: Doors) -> None:
        self._paths = paths
        self._doors = doors
        self._is_permitted = False
        self._before = SettingsFile({})
        self.form: dict[str, str] = {}

    def is_allowed(self) -> bool:
        """Whether the PIN was typed for this run, and the settings are those that it began with."""
        in_force = _finished_settings(self._paths.etc)
        if not self._is_permitted:
            self._is_permitted = take_phone_permit(self._paths.permit, self._doors.clock())
            self._before = in_force
        is_clear = not in_force.problems and not lacks_partition(self._paths.etc)
        is_same = in_force.values == self._before.values
        return self._is_permitted and is_clear and is_same and needs_key(in_force.values)

    def networks(self) -> tuple[str, ...]:
        """None: no other one is joined."""
        return ()

    def wrong_fields(self) -> tuple[str, ...]:
        """The key, if it is none."""
        is_wrong = not self.form[KEY] or settings_problems(self.values())
        return self.fields if is_wrong else ()

    def values(self) -> dict[str, str]:
        """The settings in force, with this key."""
        return {**self._before.values, KEY: self.form[KEY]}

    def network(self, _: Mapping[str, str]) -> None:
        """None: the till goes back to its own."""

    def join_failure(self, name: str, notice: WifiNotice) -> PhoneProgress:  # noqa: ARG002 - a till in service joins none
        """The till's own network has not come back."""
        return failed(PhoneFailure.NOT_JOINED)

    def confirmed(self, values: Mapping[str, str], payee: str) -> Mapping[str, str]:  # noqa: ARG002 - a key changes no payee
        """As they were checked."""
        return values

    def put_in_force(self, values: Mapping[str, str]) -> None:
        """In place of the key of before."""
        env_file = checked_settings(SettingsFile(values))
        unix_s = self._doors.unix()
        replace_settings(self._before, values, env_file, self._paths.etc, ", by phone", unix_s)


def _finished_settings(etc: Path) -> SettingsFile:
    """The settings in force, once a change that was written in part is finished.

    Raises:
        FileRefused: kiosk.env is no settings file.
        OSError: it cannot be finished, or something cannot be read.
    """
    finish_change(etc)
    return values_in_force(etc)


def take_form(task: Task, data: object) -> tuple[str, ...]:
    """Keep what was typed; the fields that are wrong.

    Raises:
        ValueError: it is no form. The sentence holds nothing of it.
    """
    task.form = read_form(data, task.form, task.fields)
    return task.wrong_fields()


def kept_secrets(task: Task) -> tuple[str, ...]:
    """The names of the secrets that were typed before, and are kept."""
    return tuple(name for name in SECRET_FIELDS if task.form.get(name))


def settings_problems(values: Mapping[str, str]) -> tuple[str, ...]:
    """What is wrong with settings as a whole: lines that begin with a setting's name, no value."""
    try:
        checked_settings(SettingsFile(values))
    except FileRefused as refused:
        return refused.problems
    return ()


def _choices(networks: tuple[Network, ...]) -> tuple[str, ...]:
    """The names that can be joined with a passphrase or without one, each once."""
    names = (network.name for network in networks if network.security is not Security.OTHER)
    return tuple(dict.fromkeys(names))[:MOST_NETWORKS]


def _protected(networks: tuple[Network, ...]) -> frozenset[str]:
    """The names that no open network here has: without a passphrase only a stranger's is joined."""
    open_names = {network.name for network in networks if network.security is Security.OPEN}
    return frozenset(network.name for network in networks) - open_names


def _wpa3_alone(networks: tuple[Network, ...]) -> frozenset[str]:
    """The names of which no access point here speaks anything but WPA3."""
    others = {network.name for network in networks if network.security is not Security.WPA3}
    return frozenset(network.name for network in networks) - others
