"""Ask root's unit to set the till up by phone: a request file in our runtime folder.

`kiosk-phone-setup.path` watches for the request. How far the unit is lies in a folder of its own,
which is gone when the unit has ended.
"""

import logging
import secrets
from collections.abc import Callable
from pathlib import Path
from typing import Final

from kiosk.durable_files import write_private
from kiosk.sale.phone_setup import (
    MOST_PROGRESS_BYTES,
    AnswerPhoneSetup,
    PhoneAnswer,
    PhoneEffect,
    PhoneFailure,
    PhoneProgress,
    PhoneRequest,
    PhoneStep,
    PhoneTask,
    StartPhoneSetup,
    StopPhoneSetup,
    failed,
    phone_answer_text,
    phone_request_text,
    read_progress,
    token_of,
)

log: Final = logging.getLogger("kiosk")

FOLDER: Final = "phone"
REQUEST_FILE: Final = "wanted"
STOP_FILE: Final = "stop"  # holds the token of the request that is to end
ANSWER_FILE: Final = "answer"
PROGRESS: Final = Path("/run/kiosk-phone/progress")
PATIENCE_S: Final = 40.0  # starting Python on a small Pi, beside a till that starts


class PhoneSetupUnit:
    """Root's unit as the till sees it. `folder` is the service's runtime directory."""

    def __init__(
        self, folder: Path | None, clock: Callable[[], float], progress: Path = PROGRESS
    ) -> None:
        self._place = None if folder is None else folder / FOLDER
        self._clock = clock
        self._file = progress
        self._token = ""
        self._asked_s = 0.0
        self._is_answered = False

    @property
    def is_stopped(self) -> bool:
        """Whether nothing is wanted of it any more."""
        return not self._token

    def perform(self, effect: PhoneEffect) -> None:
        """Carry out what the till's screen wants of it."""
        match effect:
            case StartPhoneSetup(language, task):
                self.start(language, task)
            case StopPhoneSetup():
                self.stop()
            case AnswerPhoneSetup(agrees):
                self.answer(agrees=agrees)

    def start(self, language: str, task: PhoneTask = PhoneTask.EVERYTHING) -> None:
        """Have it begin, or begin again."""
        self._token, self._asked_s = secrets.token_hex(16), self._clock()
        self._is_answered = False
        if self._place is None:
            return
        try:
            self._place.mkdir(mode=0o700, exist_ok=True)
            (self._place / STOP_FILE).unlink(missing_ok=True)
            text = phone_request_text(PhoneRequest(self._token, language, task))
            write_private(self._place / REQUEST_FILE, text)
        except OSError as error:
            log.warning("the set-up by phone could not be asked for: %s", error.strerror)

    def stop(self) -> None:
        """Have it end, whatever it is doing."""
        token, self._token = self._token, ""
        if self._place is None or not token:
            return
        try:
            (self._place / REQUEST_FILE).unlink(missing_ok=True)
            write_private(self._place / STOP_FILE, token)  # it may have taken the request already
        except OSError as error:
            log.warning("the set-up by phone could not be ended: %s", error.strerror)

    def end_leftover(self) -> None:
        """Have one end that a till of before has begun: its network would stay the phone's."""
        try:
            with self._file.open(errors="replace") as stream:
                self._token = token_of(stream.read(MOST_PROGRESS_BYTES + 1))
        except (OSError, ValueError):
            return  # none is at work
        log.warning("a set-up by phone that was left is ended")
        self.stop()

    def answer(self, *, agrees: bool) -> None:
        """Say whether somebody here agrees to who gets the money."""
        if self._place is None or not self._token:
            return
        try:
            text = phone_answer_text(PhoneAnswer(self._token, agrees))
            write_private(self._place / ANSWER_FILE, text)
        except OSError as error:
            log.warning("the payee could not be confirmed: %s", error.strerror)

    def progress(self) -> PhoneProgress:
        """How far it is."""
        if self._place is None:
            return failed(PhoneFailure.NO_ANSWER)
        try:
            with self._file.open(errors="replace") as stream:
                progress = read_progress(stream.read(MOST_PROGRESS_BYTES + 1), self._token)
        except (FileNotFoundError, PermissionError):  # it is given to our group once it is written
            progress = None
        except ValueError as error:
            log.warning("the progress of the set-up cannot be read: %s", error)
            progress = None
        if progress is not None:
            self._is_answered = True
            return progress
        is_lost = self._is_answered and not self._file.exists()
        if is_lost or self._clock() - self._asked_s >= PATIENCE_S:
            return failed(PhoneFailure.NO_ANSWER)
        return PhoneProgress(PhoneStep.OPENING)
