"""The front panel while it is not open yet: the first picture does not wait for GPIO."""

from collections.abc import Callable

from kiosk.panel.panel import NoPanel, Panel
from kiosk.sale.keys import Light


class LatePanel:
    """The panel as the loop knows it from the start; `open` makes it real."""

    def __init__(self, make: Callable[[], Panel | NoPanel]) -> None:
        self._make = make
        self._panel: Panel | NoPanel = NoPanel()
        self._light: Light | None = None

    def open(self) -> None:
        """Open it, and show what it missed.

        Raises:
            PanelMissing: KIOSK_GPIO is `on`, and there is none or a pin is taken.
        """
        self._panel = self._make()
        if self._light is not None:
            self._panel.show(self._light)

    def show(self, light: Light) -> None:
        """Let LED and buzzer tell this to the room."""
        self._light = light
        self._panel.show(light)

    def alive(self) -> bool:
        """Whether keys are read and lights shown."""
        return self._panel.alive()

    def close(self) -> None:
        """Dark, silent, all pins floating."""
        self._panel.close()
