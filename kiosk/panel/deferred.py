"""The front panel while it is not open yet: the first picture does not wait for GPIO."""

import logging
import threading
import time
from collections.abc import Callable
from typing import Final

from kiosk.panel.panel import NoPanel, Panel
from kiosk.sale.events import DeviceFailed
from kiosk.sale.keys import Light
from kiosk.sale.trouble import Trouble, TroubleKind

log = logging.getLogger(__name__)

# While the machine boots, a pin may be somebody else's for a moment, or not ours by its rights
# yet. What is still so after this long is reported.
RETRY_FOR_S: Final = 60.0
RETRY_EVERY_S: Final = 2.0


class DeferredPanel:
    """The panel as the loop knows it from the start; `open` makes it real.

    `on_fault` is called once for each part that cannot be used, from another thread.
    `pause` waits for so many seconds, and says True to end the waiting early.
    """

    def __init__(
        self,
        make: Callable[[], Panel | NoPanel],
        on_fault: Callable[[DeviceFailed], None],
        *,
        pause: Callable[[float], bool] | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._make = make
        self._on_fault = on_fault
        self._closing = threading.Event()
        self._pause = pause or self._closing.wait
        self._clock = clock
        # The retrying thread opens parts while the loop shows lights.
        self._lock = threading.Lock()
        self._panel: Panel | NoPanel = NoPanel()
        self._light: Light | None = None
        self._retrying: threading.Thread | None = None

    def open(self) -> None:
        """Open it, and show what it missed; what cannot be opened yet is tried for a minute.

        Raises:
            PanelMissing: KIOSK_GPIO is `on`, and there is none or a pin is taken.
        """
        self._panel = self._make()
        if self._light is not None:
            self._panel.show(self._light)
        if self._panel.missing:
            log.warning("tried again for a minute: %s", " ".join(self._panel.missing))
            self._retrying = threading.Thread(target=self._retry, name="panel-retry", daemon=True)
            self._retrying.start()

    def show(self, light: Light) -> None:
        """Show this with LED and buzzer."""
        with self._lock:
            self._light = light
            self._panel.show(light)

    def alive(self) -> bool:
        """Whether keys are read and lights shown."""
        with self._lock:
            return self._panel.alive()

    def close(self) -> None:
        """Dark, silent, all pins floating, no thread left."""
        self._closing.set()
        if self._retrying is not None:
            self._retrying.join()
        self._panel.close()

    def _retry(self) -> None:
        until_s = self._clock() + RETRY_FOR_S
        while self._clock() < until_s:
            if self._pause(RETRY_EVERY_S):
                return
            with self._lock:
                self._panel.retry()
            if not self._panel.missing:
                log.info("keypad, LED and buzzer can be used now")
                return
        for words in self._panel.missing:
            log.error("%s", words)
            self._on_fault(DeviceFailed(Trouble(TroubleKind.PANEL_MISSING, words)))
