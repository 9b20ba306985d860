"""A whole kiosk on a simulated Blink: real sockets, real SQLite, SDL's dummy display."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from kiosk.simulate import Simulator
from tests.stories.counter import Counter


class Kiosk(Counter):
    """A kiosk on a simulator of this process; the customer's side is `simulator`."""

    def __init__(self, simulator: Simulator, folder: Path, **settings: str) -> None:
        self.simulator = simulator
        blink = {
            "BLINK_API_URL": simulator.api_url,
            "BLINK_WS_URL": simulator.ws_url,
            "BLINKPOS_API_KEY": simulator.till.api_key,
            "MERCHANT_USERNAME": simulator.merchant.username,
            "KIOSK_CURRENCY": "USD",
        }
        super().__init__(folder, {**blink, **settings})


@pytest.fixture
def simulator() -> Iterator[Simulator]:
    with Simulator() as started:
        yield started


@pytest.fixture
def kiosk(simulator: Simulator, tmp_path: Path) -> Iterator[Kiosk]:
    made = Kiosk(simulator, tmp_path).switch_on()
    yield made
    made.switch_off()
