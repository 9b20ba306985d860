"""Set up by phone, root's part: opens a network, has the page served, puts the form into force.

The till lays a request down (`kiosk.sale.phone_setup`) and systemd starts this. What was typed
stays in this process's memory until it is right: then it is in force, or the box is where it was.
"""

import logging
import secrets
from collections.abc import Mapping
from typing import Any, Final

from kiosk.durable_files import write_private
from kiosk.phone_setup.form import FieldRefused, shown_again
from kiosk.phone_setup.gate import DIGITS_WITHIN_S
from kiosk.phone_setup.messages import FormAnswer, Opening
from kiosk.provision.access_point import AccessPoint
from kiosk.provision.phone_doors import Doors, Page, PhonePaths, RadioDoor
from kiosk.provision.phone_tasks import (
    FirstSettings,
    NewKey,
    Task,
    kept_secrets,
    take_form,
)
from kiosk.provision.settings_in_force import ChangeUnfinished
from kiosk.provision.unprivileged import CheckResult
from kiosk.sale.phone_setup import (
    PhoneFailure,
    PhoneProgress,
    PhoneRequest,
    PhoneStep,
    PhoneTask,
    failed,
    progress_text,
    read_phone_answer,
    read_phone_request,
)
from kiosk.sale.wifi import WifiNotice
from kiosk.settings import Secret
from kiosk.settings_file import FileRefused, read_file

log: Final = logging.getLogger("kiosk")

LOOK_S: Final = 0.5  # how often to look whether the till wants it to end
READ_S: Final = 2.0  # for the phone to get its last page
WAITS_S: Final = 600.0  # after a failure, for another try with what was typed
CONFIRMED_WITHIN_S: Final = 600.0
SHOWN_S: Final = 20.0  # after the end, for the till to read it
_SIGNS: Final = "abcdefghjkmnpqrstuvwxyz23456789"  # none that looks like another
_PASSPHRASE_SIGNS: Final = 12  # 59 bits, for half an hour


class PhoneSetup:
    """One set-up with all its tries."""

    def __init__(self, paths: PhonePaths, doors: Doors) -> None:
        self._paths = paths
        self._doors = doors
        self._token = ""
        self._progress = PhoneProgress(PhoneStep.OPENING)
        self._tasks: dict[PhoneTask, Task] = {
            PhoneTask.EVERYTHING: FirstSettings(paths, doors),
            PhoneTask.KEY: NewKey(paths, doors),
        }

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
        task = self._tasks[request.task]
        try:
            if not task.is_allowed():
                return failed(PhoneFailure.NOT_ALLOWED)
            self._say(PhoneProgress(PhoneStep.OPENING))
            try:
                failure = self._asked_on_phone(task, request.language)
            finally:
                self._doors.radio.close()
            return failure or self._put_in_force(task)
        except FileRefused as refused:
            log.error("the set-up by phone failed: %s", refused)  # noqa: TRY400 - no value in it
            return failed(PhoneFailure.NOT_SAVED)
        except ChangeUnfinished as error:
            log.error("written in part, the next start goes on: %s", error.strerror)  # noqa: TRY400
            return failed(PhoneFailure.UNFINISHED)
        except OSError as error:
            log.error("the set-up by phone failed: %s", error.strerror)  # noqa: TRY400
            return failed(PhoneFailure.NOT_SAVED)

    def _asked_on_phone(self, task: Task, language: str) -> PhoneProgress | None:
        """Have the form of the task filled in; why it was not, None if it was."""
        doors, networks = self._doors, task.networks()
        point = new_access_point()
        if not doors.radio.open(point):
            return failed(PhoneFailure.NO_RADIO)
        opening = Opening(
            token=secrets.token_hex(16),
            digits=f"{secrets.randbelow(10**6):06d}",
            authority=point.address,
            language=language,
            networks=networks,
            shown=shown_again(task.form),
            kept=kept_secrets(task),
            fields=task.fields,
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
            return self._form_of(task, page)
        finally:
            page.close()

    def _form_of(self, task: Task, page: Page) -> PhoneProgress | None:
        begun_s = self._doors.clock()
        while not self._is_to_end():
            waited_s = self._doors.clock() - begun_s
            has_phone = self._progress.step is PhoneStep.FILLING_IN
            if waited_s >= (task.within_s if has_phone else DIGITS_WITHIN_S):
                return failed(PhoneFailure.TOO_LATE)
            for event in page.events(LOOK_S):
                if self._is_taken(task, page, event):
                    self._doors.sleep(READ_S)
                    return None
                if failure := self._failure(event):
                    return failed(failure)
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

    def _failure(self, event: Mapping[str, Any]) -> PhoneFailure | None:
        """Go on with what has happened at the page; what ends it."""
        match event:
            case {"event": "seen"} if self._progress.step is PhoneStep.WAITING:
                self._step(PhoneStep.JOINED)
            case {"event": "phone"}:
                self._step(PhoneStep.FILLING_IN)
            case {"event": "locked"}:
                return PhoneFailure.WRONG_DIGITS
            case {"event": "ended"}:
                log.error("the page's process has ended by itself")
                return PhoneFailure.NO_ANSWER
        return None

    def _is_taken(self, task: Task, page: Page, event: Mapping[str, Any]) -> bool:
        """Whether this is a form that is right; what is wrong goes back to the phone."""
        if "form" not in event or self._progress.step is not PhoneStep.FILLING_IN:
            return False
        try:
            wrong = take_form(task, event["form"])
        except ValueError as error:
            log.warning("a form was refused: %s", error)
            name = error.name if isinstance(error, FieldRefused) else task.fields[0]
            page.answer_form(FormAnswer((name,), kept_secrets(task)))
            return False
        page.answer_form(FormAnswer(wrong, kept_secrets(task)))
        if wrong:
            log.info("the form is not right yet: %s", ", ".join(wrong))
        return not wrong

    def _put_in_force(self, task: Task) -> PhoneProgress:
        doors, values = self._doors, task.values()
        wifi = task.network(values)
        self._say(PhoneProgress(PhoneStep.CONNECTING))
        try:
            if wifi is not None:
                doors.use_country(wifi.country)
                notice = doors.radio.try_network(wifi)
                if notice is not WifiNotice.JOINED:
                    return task.join_failure(wifi.ssid, notice)
            self._say(PhoneProgress(PhoneStep.CHECKING))
            result = doors.check(values)
            trouble = result.trouble
            if trouble is not None:
                log.error("a sale would not work: %s %s", trouble.kind, trouble.reason)
                return failed(PhoneFailure.REFUSED, trouble)
            if not self._is_confirmed(result):
                return failed(PhoneFailure.NOT_CONFIRMED)
            if not task.is_allowed():  # something else was put into force meanwhile
                return failed(PhoneFailure.NOT_ALLOWED)
            task.put_in_force(task.confirmed(values, result.payee))
        finally:
            doors.radio.forget_trial()
        task.form = {}
        return PhoneProgress(PhoneStep.DONE, payee=result.payee)

    def _is_confirmed(self, result: CheckResult) -> bool:
        """Whether somebody at the till agrees to who gets the money; nobody there is a no."""
        self._say(
            PhoneProgress(
                PhoneStep.CONFIRMING,
                payee=result.payee,
                account=result.account,
                key_ends_at=result.key_ends_at,
            )
        )
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
