"""What root's part of the set-up by phone works with: paths, the radio, the page, Blink, time."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Protocol

from kiosk.phone_setup.messages import FormAnswer, Opening
from kiosk.provision.access_point import AccessPoint, Radio
from kiosk.provision.change_settings import ChangePaths
from kiosk.provision.manager_pin import PHONE_ALLOWED
from kiosk.provision.unprivileged import CheckResult, PageProcess, check_at_blink
from kiosk.provision.wifi import Wifi, bring_up, use_radio
from kiosk.sale.wifi import Network, WifiNotice

HTTP_PORT: Final = 80


class Page(Protocol):
    """The process that serves the page."""

    def events(self, wait_s: float) -> list[dict[str, Any]]:
        """What it says within that time."""
        ...

    def answer_form(self, answer: FormAnswer) -> None:
        """Tell it what came of its form."""

    def close(self) -> None:
        """End it."""


class RadioDoor(Protocol):
    """The box's Wi-Fi."""

    def switch_on(self) -> None:
        """Have a radio that may be used."""

    def scan(self) -> tuple[Network, ...]:
        """The networks in range."""
        ...

    def open(self, point: AccessPoint) -> bool:
        """Open a network; whether it is open."""
        ...

    def close(self) -> None:
        """Close it."""

    def try_network(self, wifi: Wifi) -> WifiNotice:
        """Join a network for a trial."""
        ...

    def forget_trial(self) -> None:
        """Leave it."""


@dataclass(frozen=True, slots=True)
class PhonePaths:
    """Where the till asks, where it is answered, and where the settings are."""

    requests: Path = Path("/run/kiosk/phone")
    progress: Path = Path("/run/kiosk-phone/progress")
    etc: Path = Path("/etc/kiosk")
    permit: Path = ChangePaths().answers / PHONE_ALLOWED

    @property
    def wanted(self) -> Path:
        """The till's request, which is taken away."""
        return self.requests / "wanted"

    @property
    def stop(self) -> Path:
        """The token of the request that the till wants to end."""
        return self.requests / "stop"

    @property
    def answer(self) -> Path:
        """What the till says to who gets the money."""
        return self.requests / "answer"


def serve_page(opening: Opening, address: str) -> Page:
    """Serve the page on the access point's address."""
    return PageProcess(opening, (address, HTTP_PORT), has_rights=False)


@dataclass(frozen=True, slots=True)
class Doors:
    """What is outside: the radio, the page, Blink, the Wi-Fi for good, and time."""

    radio: RadioDoor = field(default_factory=Radio)
    serve: Callable[[Opening, str], Page] = serve_page
    check: Callable[[Mapping[str, str]], CheckResult] = check_at_blink
    join: Callable[[Wifi], None] = bring_up
    use_country: Callable[[str], None] = use_radio
    clock: Callable[[], float] = time.monotonic
    unix: Callable[[], float] = time.time
    sleep: Callable[[float], object] = time.sleep
