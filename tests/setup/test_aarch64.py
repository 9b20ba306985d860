"""The program on a Pi's processor: Debian 13 for aarch64 under user emulation."""

from collections.abc import Iterator

import pytest

from kiosk.simulate import Simulator
from tests.setup import aarch64

pytestmark = [
    pytest.mark.aarch64,
    pytest.mark.timeout(3600),
    pytest.mark.skipif(bool(aarch64.missing()), reason=aarch64.missing()),
]

# The demo's own limit is a minute, which an emulated processor on a busy machine may need to begin.
DEMO = """
from kiosk.__main__ import main
from kiosk.commands import demo
demo.PATIENCE_S = 900.0
raise SystemExit(main(["demo", "--headless"]))
"""


@pytest.fixture(scope="module")
def blink() -> Iterator[Simulator]:
    with Simulator() as simulator:
        yield simulator


def test_the_programs_run_for_a_pis_processor() -> None:
    done = aarch64.run_inside("python3", "-c", "import platform; print(platform.machine())")
    assert (done.returncode, done.stdout.strip()) == (0, "aarch64"), done.stderr


def test_a_whole_sale_is_made_and_forwarded() -> None:
    done = aarch64.run_inside("python3", "-c", DEMO)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "forwarded" in done.stdout


def test_the_doctor_finds_nothing_that_would_stop_a_sale(blink: Simulator) -> None:
    done = aarch64.run_inside(
        *("python3", "-m", "kiosk", "doctor"),
        environ={
            "BLINK_API_URL": blink.api_url,
            "BLINK_WS_URL": blink.ws_url,
            "BLINKPOS_API_KEY": blink.till.api_key,
            "MERCHANT_USERNAME": blink.merchant.username,
            "DISPLAY": ":0",  # its picture is not what is looked at here
            "SDL_VIDEODRIVER": "dummy",
            "KIOSK_JOURNAL": "/tmp/journal.sqlite3",
        },
    )
    assert done.returncode == 0, done.stdout + done.stderr
