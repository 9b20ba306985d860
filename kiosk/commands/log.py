"""The log: one line per step, and no secret in it, not even in a traceback."""

import logging
import os
import sys
import threading
from collections.abc import Iterable
from types import TracebackType
from typing import Final

from kiosk.redaction import redacted

log: Final = logging.getLogger("kiosk")

_LINE: Final = "%(levelname)s %(name)s %(message)s"


class Redacting(logging.Formatter):
    """Formats a line, its traceback included, and takes out what nobody may read."""

    def __init__(self, line: str, secrets: Iterable[str] = ()) -> None:
        super().__init__(line)
        self._secrets = tuple(secrets)

    def format(self, record: logging.LogRecord) -> str:
        """The whole text of a record."""
        return redacted(super().format(record), self._secrets)


def set_up_log(level: str, secrets: Iterable[str] = ()) -> None:
    """Log to standard error; under systemd its journal adds the time.

    A crash is a line of the log too, whichever thread it is in.
    """
    under_systemd = "JOURNAL_STREAM" in os.environ
    handler = logging.StreamHandler()
    handler.setFormatter(Redacting(_LINE if under_systemd else f"%(asctime)s {_LINE}", secrets))
    logging.basicConfig(level=level.upper(), handlers=[handler], force=True)
    sys.excepthook = _crashed
    threading.excepthook = _thread_crashed


def _crashed(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    log.critical("the program failed", exc_info=(kind, error, trace))


def _thread_crashed(args: "threading.ExceptHookArgs") -> None:
    name = args.thread.name if args.thread is not None else "?"
    error = args.exc_value or args.exc_type()
    log.critical("thread %s failed", name, exc_info=(args.exc_type, error, args.exc_traceback))
