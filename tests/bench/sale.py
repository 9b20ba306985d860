"""How fast a sale goes, on a Blink in another process that adds round trips as the network would.

The simulator makes a new connection wait for TCP's and TLS 1.3's round trips and every message for
its half; loopback adds nothing of its own.
"""

import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Final

from kiosk.sale.key_timing import ignores_key
from kiosk.sale.keys import Key
from kiosk.sale.screens import AwaitingPayment, EnteringAmount, Forwarded
from kiosk.sale.till import Till
from tests.bench.row import Row
from tests.stories.counter import Counter, watched
from tests.stories.separate_process import SeparateSimulator

SALES: Final = 5
RTT_S: Final = 0.1
HANDSHAKE_RTTS: Final = 2.0  # TCP, and TLS 1.3

# By name, so that `lnInvoiceCreate` is the sale's invoice alone and not the payout's.
_SETTINGS: Final = {
    "MERCHANT_USERNAME": "merchant",
    "MERCHANT_API_KEY": "",
    "KIOSK_CURRENCY": "USD",
}


@dataclass(frozen=True)
class Times:
    """One sale: seconds from Enter, and from the money's arrival."""

    requested_s: float
    shown_s: float
    subscribed_s: float
    paid_out_s: float


def rows() -> list[Row]:
    """Play some sales and give the medians, against so many round trips and some time of ours."""
    with (
        tempfile.TemporaryDirectory() as folder,
        SeparateSimulator(rtt_s=RTT_S, handshake_rtts=HANDSHAKE_RTTS) as blink,
    ):
        counter = Counter(Path(folder), {**blink.settings, **_SETTINGS}).switch_on()
        counter.ready()
        times = [_sale(counter, blink, number) for number in range(1, SALES + 1)]
        counter.switch_off()

    def row(what: str, field: str, rtts: float, ours_ms: float) -> Row:
        median_s = median(getattr(sale_times, field) for sale_times in times)
        return Row(what, median_s * 1000, rtts * RTT_S * 1000 + ours_ms, "ms")

    return [
        row("Enter to the invoice request at Blink", "requested_s", 0.5, 30),
        row("Enter to QR on screen", "shown_s", 1, 100),
        row("Enter to subscribed at Blink, new socket", "subscribed_s", 4.5, 100),
        row("payment credited to payout arriving at Blink", "paid_out_s", 1, 30),
    ]


def _sale(counter: Counter, blink: SeparateSimulator, number: int) -> Times:
    known = counter.till.rates
    counter.press("500")
    # Nobody types as fast as a test does: the price is there, with it a warm connection, and the
    # screen has been there long enough to be answered.
    counter.until(lambda till: till.rates is not known and not till.rate_asked)
    counter.until(lambda till: not ignores_key(till, Key.CHARGE))
    entered_s = time.monotonic()
    counter.press(Key.CHARGE)
    screen = counter.until(_shown).screen
    shown_s = time.monotonic()
    assert isinstance(screen, AwaitingPayment)
    counter.until(watched)
    subscribed_s = blink.arrived_at("lnInvoicePaymentStatusByHash", number)
    credited_s = blink.credited_at(screen.invoice.payment_request)
    counter.until(lambda till: isinstance(till.screen, Forwarded))
    counter.until(lambda till: isinstance(till.screen, EnteringAmount))
    return Times(
        blink.arrived_at("lnInvoiceCreate", number) - entered_s,
        shown_s - entered_s,
        subscribed_s - entered_s,
        blink.arrived_at("lnInvoicePaymentSend", number) - credited_s,
    )


def _shown(till: Till) -> bool:
    return isinstance(till.screen, AwaitingPayment)
