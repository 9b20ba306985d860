"""Set up by phone, root's part: opens a network, has the page served, puts the form into force.

The till lays a request down (`kiosk.sale.phone_setup`) and systemd starts this. What was typed
stays in this process's memory until it is right: then it is in force, or the box is where it was.
"""

import logging
import secrets
from collections.abc import Mapping
from typing import Any, Final

from kiosk.durable_files import write_private
from kiosk.phone_setup.form import (
    SECRET_FIELDS,
    read_form,
    settings_of_form,
    shown_again,
    wrong_fields,
)
from kiosk.phone_setup.gate import DIGITS_WITHIN_S, FORM_WITHIN_S
from kiosk.phone_setup.messages import Opening
from kiosk.provision.access_point import AccessPoint
from kiosk.provision.apply_settings import COUNTRY, NOT_MOUNTED, kept_country
from kiosk.provision.change_settings import put_first_settings
from kiosk.provision.env_file import checked_settings
from kiosk.provision.phone_doors import Doors, Page, PhonePaths, RadioDoor
from kiosk.provision.settings_in_force import values_in_force
from kiosk.provision.wifi import wifi_of
from kiosk.sale.phone_setup import (
    PhoneFailure,
    PhoneProgress,
    PhoneRequest,
    PhoneStep,
    failed,
    progress_text,
    read_phone_answer,
    read_phone_request,
)
from kiosk.sale.wifi import Network, Security, WifiNotice
from kiosk.settings import Secret, has_account
from kiosk.settings_file import FileRefused, SettingsFile, read_file

log: Final = logging.getLogger("kiosk")

LOOK_S: Final = 0.5  # how often to look whether the till wants it to end
READ_S: Final = 2.0  # for the phone to get its last page
WAITS_S: Final = 600.0  # after a failure, for another try with what was typed
CONFIRMED_WITHIN_S: Final = 600.0
SHOWN_S: Final = 20.0  # after the end, for the till to read it
MOST_NETWORKS: Final = 30
_SIGNS: Final = "abcdefghjkmnpqrstuvwxyz23456789"  # none that looks like another
_PASSPHRASE_SIGNS: Final = 12  # 59 bits, for half an hour


class PhoneSetup:
    """One set-up with all its tries."""

    def __init__(self, paths: PhonePaths, doors: Doors) -> None:
        self._paths = paths
        self._doors = doors
        self._token = ""
        self._progress = PhoneProgress(PhoneStep.OPENING)
        self._form: dict[str, str] = {}
        self._protected: frozenset[str] = frozenset()

    def run(self) -> PhoneProgress | None:
        """Try as often as the till asks for it; how it ended, None if nobody asked."""
        request = self._taken_request()
        if request is None:
            return None
        while request is not None:
            self._token = request.token
            self._say(self._tried(request))
            request = self._next_request()
        return self._progress

    def _tried(self, request: PhoneRequest) -> PhoneProgress:
        try:
            if self._is_set_up():
                return failed(PhoneFailure.NOT_ALLOWED)
            self._say(PhoneProgress(PhoneStep.OPENING))
            try:
                values = self._asked_on_phone(request)
            finally:
                self._doors.radio.close()
            return values if isinstance(values, PhoneProgress) else self._put_in_force(values)
        except FileRefused as refused:
            log.error("the set-up by phone failed: %s", refused)  # noqa: TRY400 - no value in it
            return failed(PhoneFailure.NOT_SAVED)
        except OSError as error:
            log.error("the set-up by phone failed: %s", error.strerror)  # noqa: TRY400
            return failed(PhoneFailure.NOT_SAVED)

    def _is_set_up(self) -> bool:
        """Whether anybody has set the till up; a file that cannot be read is somebody's work."""
        try:
            in_force = values_in_force(self._paths.etc)
        except FileRefused:
            return True
        is_missing = (self._paths.etc / NOT_MOUNTED).exists()
        return is_missing or bool(in_force.problems) or has_account(in_force.values)

    def _problems(self, values: Mapping[str, str]) -> tuple[str, ...]:
        problems = settings_problems(self._whole(values))
        if values.get("WIFI_SSID") in self._protected and not values.get("WIFI_PASSPHRASE"):
            return ("WIFI_PASSPHRASE: is missing, and the network asks for it", *problems)
        return problems

    def _whole(self, values: Mapping[str, str]) -> dict[str, str]:
        """These, and what is set already and says nothing of the money, like a turned display."""
        return {**values_in_force(self._paths.etc).values, **values}

    def _asked_on_phone(self, request: PhoneRequest) -> PhoneProgress | dict[str, str]:
        """The settings that were filled in, or why there are none."""
        doors, country = self._doors, kept_country(self._paths.etc)
        if country:
            doors.use_country(country)
        doors.radio.switch_on()
        networks = doors.radio.scan()
        self._protected = _protected(networks)
        point = new_access_point()
        if not doors.radio.open(point):
            return failed(PhoneFailure.NO_RADIO)
        opening = Opening(
            token=secrets.token_hex(16),
            digits=f"{secrets.randbelow(10**6):06d}",
            authority=point.address,
            language=request.language,
            networks=_choices(networks),
            shown=shown_again(self._form),
            kept=tuple(name for name in SECRET_FIELDS if self._form.get(name)),
        )
        try:
            page = doors.serve(opening, point.address)
        except OSError as error:
            log.error("no page at the box's own address: %s", error.strerror)  # noqa: TRY400
            return failed(PhoneFailure.NO_RADIO)
        try:
            self._say(
                PhoneProgress(
                    PhoneStep.WAITING,
                    point.network,
                    point.passphrase.reveal(),
                    f"http://{opening.authority}/{opening.token}/",
                    opening.digits,
                )
            )
            return self._form_of(page)
        finally:
            page.close()

    def _form_of(self, page: Page) -> PhoneProgress | dict[str, str]:
        begun_s = self._doors.clock()
        while not self._is_to_end():
            waited_s = self._doors.clock() - begun_s
            has_phone = self._progress.step is PhoneStep.FILLING_IN
            if waited_s >= (FORM_WITHIN_S if has_phone else DIGITS_WITHIN_S):
                return failed(PhoneFailure.TOO_LATE)
            for event in page.events(LOOK_S):
                values = self._handle(page, event)
                if values is not None:
                    return values
        log.info("the till has ended the set-up by phone")
        return failed(PhoneFailure.TOO_LATE)

    def _is_to_end(self) -> bool:
        """Whether the till wants no more of it; one that has started anew asks once more."""
        return self._is_stopped() or self._paths.wanted.exists()

    def _is_stopped(self) -> bool:
        """Whether the till ends this request; what cannot be read ends it too."""
        try:
            return read_file(self._paths.stop).decode() == self._token
        except FileNotFoundError:
            return False
        except (FileRefused, ValueError, OSError) as error:
            log.error("what ends a set-up cannot be read: %s", type(error).__name__)  # noqa: TRY400
            return True

    def _handle(
        self, page: Page, event: Mapping[str, Any]
    ) -> PhoneProgress | dict[str, str] | None:
        match event:
            case {"event": "seen"} if self._progress.step is PhoneStep.WAITING:
                self._step(PhoneStep.JOINED)
            case {"event": "phone"}:
                self._step(PhoneStep.FILLING_IN)
            case {"event": "locked"}:
                return failed(PhoneFailure.WRONG_DIGITS)
            case {"event": "ended"}:
                log.error("the page's process has ended by itself")
                return failed(PhoneFailure.NO_ANSWER)
            case {"form": form} if self._progress.step is PhoneStep.FILLING_IN:
                return self._taken_form(page, form)
        return None

    def _taken_form(self, page: Page, data: object) -> dict[str, str] | None:
        try:
            self._form = read_form(data, self._form)
        except ValueError as error:
            log.warning("a form was refused: %s", error)
            page.answer_form(("KIOSK_RECEIVE",))
            return None
        wrong = wrong_fields(self._form, self._problems)
        page.answer_form(wrong)
        if wrong:
            log.info("the form is not right yet: %s", ", ".join(wrong))
            return None
        self._doors.sleep(READ_S)
        return self._whole(settings_of_form(self._form))

    def _put_in_force(self, values: dict[str, str]) -> PhoneProgress:
        doors, wifi = self._doors, wifi_of(values)
        self._say(PhoneProgress(PhoneStep.CONNECTING))
        try:
            if wifi is not None:
                doors.use_country(wifi.country)
                if doors.radio.try_network(wifi) is not WifiNotice.JOINED:
                    return failed(PhoneFailure.NOT_JOINED)
            self._say(PhoneProgress(PhoneStep.CHECKING))
            result = doors.check(values)
            if result.trouble is not None:
                return failed(PhoneFailure.REFUSED, result.trouble)
            if not self._is_confirmed(result.payee):
                return failed(PhoneFailure.NOT_CONFIRMED)
            if self._is_set_up():  # meanwhile, in another way
                return failed(PhoneFailure.NOT_ALLOWED)
            if wifi is not None:  # first: without settings all of it can be done again
                write_private(self._paths.etc / COUNTRY, f"{wifi.country}\n")
                doors.join(wifi)
            put_first_settings(values, self._paths.etc, "phone", doors.unix())
        finally:
            doors.radio.forget_trial()
        self._form = {}
        return PhoneProgress(PhoneStep.DONE, payee=result.payee)

    def _is_confirmed(self, payee: str) -> bool:
        """Whether somebody at the till agrees to who gets the money; nobody there is a no."""
        self._say(PhoneProgress(PhoneStep.CONFIRMING, payee=payee))
        until_s = self._doors.clock() + CONFIRMED_WITHIN_S
        while self._doors.clock() < until_s and not self._is_to_end():
            agrees = self._answer()
            if agrees is not None:
                return agrees
            self._doors.sleep(LOOK_S)
        return False

    def _answer(self) -> bool | None:
        """What the till answers to this request, None as long as it has not."""
        try:
            answer = read_phone_answer(read_file(self._paths.answer).decode())
            self._paths.answer.unlink()
        except FileNotFoundError:
            return None
        except (FileRefused, ValueError, OSError) as error:
            log.error("an answer to a payee cannot be read: %s", type(error).__name__)  # noqa: TRY400
            return False
        return answer.agrees if answer.token == self._token else None

    def _next_request(self) -> PhoneRequest | None:
        """The till's next one, None when it stops or says nothing for long."""
        is_done = self._progress.step is PhoneStep.DONE
        until_s = self._doors.clock() + (SHOWN_S if is_done else WAITS_S)
        while self._doors.clock() < until_s and not self._is_stopped():
            request = self._taken_request()
            if request is not None:
                return request
            self._doors.sleep(LOOK_S)
        return None

    def _taken_request(self) -> PhoneRequest | None:
        file = self._paths.wanted
        try:
            request = read_phone_request(read_file(file).decode())
        except FileNotFoundError:
            return None
        except (FileRefused, ValueError, OSError) as error:  # a link in its place is an OSError
            log.error("a request for a set-up cannot be read: %s", type(error).__name__)  # noqa: TRY400
            request = None
        file.unlink()
        return request

    def _step(self, step: PhoneStep) -> None:
        was = self._progress
        self._say(PhoneProgress(step, was.network, was.passphrase, was.page, was.digits))

    def _say(self, progress: PhoneProgress) -> None:
        """Write it where the till reads it; the till's group alone may, for it holds the digits."""
        self._progress = progress
        log.warning("set-up by phone: %s %s", progress.step, progress.failure or "")
        write_private(self._paths.progress, progress_text(progress, self._token))
        self._paths.progress.chmod(0o640)


def close_phone_network(radio: RadioDoor) -> None:
    """Leave no network that a set-up has opened or tried, if it ended before it could."""
    radio.close()
    radio.forget_trial()


def new_access_point() -> AccessPoint:
    """A network with a fresh passphrase, at an address that a shop's network hardly has."""
    name = "".join(secrets.choice(_SIGNS) for _ in range(4))
    passphrase = "".join(secrets.choice(_SIGNS) for _ in range(_PASSPHRASE_SIGNS))
    address = f"10.{secrets.randbelow(254) + 1}.{secrets.randbelow(254) + 1}.1"
    return AccessPoint(f"kiosk-{name}", Secret(passphrase), address)


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
