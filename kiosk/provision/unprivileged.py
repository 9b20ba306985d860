"""Processes that root's part starts as a user without rights: the phone's page, Blink's check."""

import json
import logging
import os
import select
import socket
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from kiosk.phone_setup.messages import (
    MOST_LINE_BYTES,
    FormAnswer,
    Opening,
    form_answer_line,
    message_of,
    opening_line,
)
from kiosk.sale.phone_setup import LONGEST_TEXT, is_unix_time, trouble_of
from kiosk.sale.trouble import Trouble, TroubleKind

log: Final = logging.getLogger("kiosk")

USER: Final = "nobody"
GROUP: Final = "nogroup"
CHECK_S: Final = 120.0
ENDED: Final = {"event": "ended"}
_BACKLOG: Final = 32
_MOST_RESULT: Final = 4096
_ENDS_S: Final = 3.0
_PYTHON: Final = (sys.executable, "-IB", "-m")


@dataclass(frozen=True, slots=True)
class CheckResult:
    """What Blink says: what is wrong, or who would be paid, and whose key the till has.

    `key_ends_at` is when that ends, Unix seconds, None for never or unknown.
    """

    trouble: Trouble | None
    payee: str = ""
    account: str = ""
    key_ends_at: int | None = None


class PageProcess:
    """The process that serves the page. `has_rights` leaves it this user's, for tests."""

    def __init__(self, opening: Opening, address: tuple[str, int], *, has_rights: bool) -> None:
        """Listen on the address, and start it.

        Raises:
            OSError: the address cannot be had, or there is no such process.
        """
        listening = socket.create_server(address, backlog=_BACKLOG)
        self._link, theirs = socket.socketpair()
        self._heard = b""
        self._link.settimeout(_ENDS_S)
        with listening, theirs:
            numbers = (listening.fileno(), theirs.fileno())
            self._process = subprocess.Popen(  # noqa: S603 - no shell, nothing from outside
                (*_PYTHON, "kiosk.phone_setup", *map(str, numbers)),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                pass_fds=numbers,
                cwd="/",
                env={"LC_ALL": "C.UTF-8"},
                **_rights(has_rights=has_rights),
            )
        self._link.sendall(opening_line(opening))

    def events(self, wait_s: float) -> list[dict[str, Any]]:
        """What it says within that time; `ended` when it will say no more, or nonsense."""
        if not select.select([self._link], [], [], wait_s)[0]:
            return []
        try:
            data = self._link.recv(MOST_LINE_BYTES)
            *lines, self._heard = (self._heard + data).split(b"\n")
            messages = [message_of(line) for line in lines]
        except (ConnectionError, ValueError):
            return [ENDED]
        if not data or len(self._heard) > MOST_LINE_BYTES:
            return [ENDED]
        return messages

    def answer_form(self, answer: FormAnswer) -> None:
        """Tell it what came of its form.

        One that has ended hears nothing, and `events` says so.
        """
        try:
            self._link.sendall(form_answer_line(answer))
        except OSError as error:
            log.warning("the page's process was not told of its form: %s", error)

    def close(self) -> None:
        """End it; nothing listens any more when this returns."""
        self._link.close()
        try:
            self._process.wait(_ENDS_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


def check_at_blink(values: Mapping[str, str], *, has_rights: bool = False) -> CheckResult:
    """Ask Blink whether a sale would work with these settings."""
    try:
        done = subprocess.run(  # noqa: S603 - no shell, nothing from outside
            (*_PYTHON, "kiosk.phone_setup.check"),
            input=json.dumps(dict(values)),
            stdout=subprocess.PIPE,
            text=True,
            timeout=CHECK_S,
            check=True,
            cwd="/",
            # pygame greets on standard output, where the answer is read.
            env={"LC_ALL": "C.UTF-8", "PYGAME_HIDE_SUPPORT_PROMPT": "1"},
            **_rights(has_rights=has_rights),
        )
        data = json.loads(done.stdout[:_MOST_RESULT])
        trouble, payee = data["trouble"], data["payee"]
        if len(payee) > LONGEST_TEXT:  # cut off, it would be somebody else's
            return CheckResult(Trouble(TroubleKind.BLINK_ODD, reason="a payee that is too long"))
        if trouble is not None:
            return CheckResult(trouble_of(trouble), payee)
        ends_at = data["key_ends_at"]
        return CheckResult(
            None,
            payee,
            data["account"][:LONGEST_TEXT],
            ends_at if is_unix_time(ends_at) else None,
        )
    except (OSError, subprocess.SubprocessError, ValueError, KeyError, TypeError) as error:
        return CheckResult(Trouble(TroubleKind.BLINK_ODD, reason=type(error).__name__))


def _rights(*, has_rights: bool) -> dict[str, Any]:
    if has_rights or os.geteuid() != 0:
        return {}
    return {"user": USER, "group": GROUP, "extra_groups": []}
