"""How fast a direct sale goes, in both ways, on a server elsewhere that adds round trips."""

import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Final
from urllib.parse import urlsplit

from kiosk.sale.keys import Key
from kiosk.sale.screens import AwaitingPayment, ConnectionState, EnteringAmount, SaleReceived
from kiosk.sale.till import Till
from tests.bench.row import Row
from tests.bench.sale import HANDSHAKE_RTTS, RTT_S, SALES
from tests.stories.counter import Counter
from tests.stories.separate_process import SeparateSimulator

VERIFY_EVERY_S: Final = 2.0


@dataclass(frozen=True)
class Times:
    """One sale: seconds from Enter to the code, and from the money's arrival to the screen."""

    shown_s: float
    received_s: float


def rows() -> list[Row]:
    """The medians of some sales at a wallet of Blink, and at a Lightning address."""
    return [
        *_rows("Blink", 0.5 * RTT_S * 1000 + 30, by_address=False),
        *_rows("address", (VERIFY_EVERY_S + RTT_S) * 1000, by_address=True),
    ]


def _rows(way: str, most_to_screen_ms: float, *, by_address: bool) -> list[Row]:
    with (
        tempfile.TemporaryDirectory() as folder,
        SeparateSimulator(rtt_s=RTT_S, handshake_rtts=HANDSHAKE_RTTS) as blink,
    ):
        if by_address:
            blink.fault("account-unknown")
        host = urlsplit(blink.settings["BLINK_API_URL"]).netloc
        settings = {
            **blink.settings,
            "KIOSK_RECEIVE": "direct",
            "MERCHANT_ADDRESS": f"merchant@{host}",
            "BLINKPOS_API_KEY": "",
            "MERCHANT_API_KEY": "",
            "KIOSK_CURRENCY": "USD",
        }
        counter = Counter(Path(folder), settings).switch_on()
        counter.ready()
        times = [_sale(counter, blink) for _ in range(SALES)]
        counter.switch_off()
    shown_ms = median(sale_times.shown_s for sale_times in times) * 1000
    received_ms = median(sale_times.received_s for sale_times in times) * 1000
    return [
        Row(f"direct, {way}: Enter to QR on screen", shown_ms, RTT_S * 1000 + 100, "ms"),
        Row(f"direct, {way}: paid to screen", received_ms, most_to_screen_ms, "ms"),
    ]


def _sale(counter: Counter, blink: SeparateSimulator) -> Times:
    known = counter.till.rates
    counter.press("500")
    # Nobody types as fast as a test does: the price is there, and with it a warm connection.
    counter.until(lambda till: till.rates is not known and not till.rate_asked)
    _pass(counter, (HANDSHAKE_RTTS + 2) * RTT_S)
    entered_s = time.monotonic()
    counter.press(Key.CHARGE)
    counter.until(lambda till: isinstance(till.screen, AwaitingPayment))
    shown_s = time.monotonic() - entered_s
    screen = counter.until(_is_watched).screen
    assert isinstance(screen, AwaitingPayment)
    _pass(counter, RTT_S)  # the subscription is on its way to Blink for half of it
    credited_s = blink.credited_at(screen.invoice.payment_request)
    counter.until(lambda till: isinstance(till.screen, SaleReceived))
    received_s = time.monotonic() - credited_s
    counter.until(lambda till: isinstance(till.screen, EnteringAmount))
    return Times(shown_s, received_s)


def _pass(counter: Counter, seconds: float) -> None:
    until_s = time.monotonic() + seconds
    while time.monotonic() < until_s:
        counter.run_once(0.02)


def _is_watched(till: Till) -> bool:
    screen = till.screen
    return isinstance(screen, AwaitingPayment) and screen.connection is ConnectionState.LIVE
