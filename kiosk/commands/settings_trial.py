"""The first start with settings that were changed on the screen: they are kept, or go again."""

import logging
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

from kiosk.host.settings_request import ANSWER, TRIAL, ask_for_change, is_on_trial
from kiosk.sale.settings_change import GO_BACK, KEEP, ChangeOutcome

log: Final = logging.getLogger("kiosk")


def go_back(
    folder: Path | None,
    sleep: Callable[[float], object],
    trial: Path = TRIAL,
    answer: Path = ANSWER,
) -> bool:
    """Whether the settings of before are in force again, for a till that cannot be built.

    Only if it was never built with the ones in force, and never for another payee: root's unit
    decides. `folder` is the service's runtime directory, None off an appliance.
    """
    if folder is None or not is_on_trial(trial):
        return False
    result = ask_for_change(folder, GO_BACK, sleep, answer)
    log.error("the changed settings do not work; back to the ones before: %s", result.outcome)
    return result.outcome is ChangeOutcome.IN_FORCE


def keep(folder: Path | None, trial: Path = TRIAL, answer: Path = ANSWER) -> None:
    """The till is on the screen, so what was changed works. Nobody waits for the answer."""
    if folder is not None and is_on_trial(trial):
        telling = (folder, KEEP, time.sleep, answer)
        threading.Thread(target=ask_for_change, args=telling, daemon=True).start()
