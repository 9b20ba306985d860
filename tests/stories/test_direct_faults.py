"""Every fault that direct sales can meet, in both ways: no false payment, none lost, all told."""

from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from kiosk.journal import Journal, SaleState
from kiosk.sale.keys import Key
from kiosk.sale.screens import AwaitingPayment, RequestingInvoice, SaleReceived
from kiosk.sale.till import Till
from kiosk.simulate import Fault, Simulator
from tests.stories.counter import QUICK, NoDisplay, is_idle
from tests.stories.test_direct import BY_ADDRESS, DirectKiosk

ON_BEHALF = "lnInvoiceCreateOnBehalfOfRecipient"
STATUS = "lnInvoicePaymentStatusByHash"
CALLBACK, VERIFY = "lnurlp-callback", "lnurlp-verify"

# What comes of a sale while the fault is on.
RECEIVED = "it is received all the same"
REFUSED = "no code is shown, and the screen says why"
WAITS = "the code stays, and nobody says that it is paid"
PAUSES = "no code is shown, and none for the five minutes that Blink asks for"

# Each fault, the operation that it strikes (None is any), and what comes of it.
AT_BLINK = (
    (Fault.ANSWER_LOST_AFTER, ON_BEHALF, REFUSED),
    (Fault.ANSWER_CUT, ON_BEHALF, REFUSED),
    (Fault.HTTP_429, ON_BEHALF, REFUSED),
    (Fault.HTTP_502, ON_BEHALF, REFUSED),
    (Fault.HTTP_504_AFTER, ON_BEHALF, REFUSED),
    (Fault.CAPTIVE_PORTAL, ON_BEHALF, REFUSED),
    (Fault.MALFORMED_JSON, ON_BEHALF, REFUSED),
    (Fault.NULL_FIELDS, ON_BEHALF, REFUSED),
    (Fault.INVOICE_BLOCK, ON_BEHALF, PAUSES),
    (Fault.RECEIVE_DISABLED, ON_BEHALF, REFUSED),
    (Fault.WRONG_NETWORK, ON_BEHALF, REFUSED),
    (Fault.WRONG_AMOUNT, ON_BEHALF, REFUSED),
    (Fault.WRONG_PAYEE, ON_BEHALF, REFUSED),
    (Fault.WRONG_HASH, ON_BEHALF, REFUSED),
    (Fault.PREIMAGE_MISSING, None, WAITS),
    (Fault.SOCKET_REFUSED, None, RECEIVED),
    (Fault.ACK_DELAYED, None, RECEIVED),
    (Fault.SOCKET_SILENT, STATUS, RECEIVED),
    (Fault.SOCKET_CUT, STATUS, RECEIVED),
    (Fault.PAID_EVENT_LOST, STATUS, RECEIVED),
    (Fault.PAID_EVENT_DOUBLED, STATUS, RECEIVED),
    (Fault.PAID_EVENT_OTHER_HASH, STATUS, RECEIVED),
    (Fault.EXPIRED_BEFORE_PAID, STATUS, RECEIVED),
    (Fault.PENDING_AFTER_PAID, STATUS, RECEIVED),
    (Fault.ERROR_EVENT, STATUS, RECEIVED),
)
AT_AN_ADDRESS = (
    (Fault.ANSWER_LOST_AFTER, CALLBACK, REFUSED),
    (Fault.HTTP_429, CALLBACK, REFUSED),
    (Fault.HTTP_502, CALLBACK, REFUSED),
    (Fault.CAPTIVE_PORTAL, CALLBACK, REFUSED),
    (Fault.MALFORMED_JSON, CALLBACK, REFUSED),
    (Fault.WRONG_NETWORK, None, REFUSED),
    (Fault.WRONG_AMOUNT, None, REFUSED),
    (Fault.DESCRIPTION_HASH_WRONG, None, REFUSED),
    (Fault.SAME_INVOICE_AGAIN, None, REFUSED),
    (Fault.VERIFY_MISSING, None, REFUSED),
    (Fault.VERIFY_NULL, None, REFUSED),
    (Fault.ADDRESS_REDIRECT, None, RECEIVED),
    (Fault.DESCRIPTION_HASH_MISSING, None, RECEIVED),
    (Fault.COMMENT_DROPS_HASH, None, RECEIVED),
    (Fault.VERIFY_UPPER_CASE, None, RECEIVED),
    (Fault.VERIFY_OTHER_PR, None, RECEIVED),
    (Fault.VERIFY_LAGS, None, RECEIVED),
    (Fault.VERIFY_NOT_FOUND, None, WAITS),
    (Fault.VERIFY_LIES, None, WAITS),
    (Fault.VERIFY_NO_PREIMAGE, None, WAITS),
    (Fault.VERIFY_WRONG_PREIMAGE, None, WAITS),
    (Fault.HTTP_429, VERIFY, WAITS),
    (Fault.HTTP_502, VERIFY, WAITS),
    (Fault.CAPTIVE_PORTAL, VERIFY, WAITS),
    (Fault.MALFORMED_JSON, VERIFY, WAITS),
)
ROWS = [
    *((False, *row) for row in AT_BLINK),
    *((True, *row) for row in AT_AN_ADDRESS),
]
# These show one of each kind; the others are in the whole table.
TELLING = [
    row
    for row in ROWS
    if row[1]
    in (Fault.ANSWER_LOST_AFTER, Fault.PREIMAGE_MISSING, Fault.PAID_EVENT_LOST, Fault.VERIFY_LIES)
    or row[1] in (Fault.SAME_INVOICE_AGAIN, Fault.VERIFY_LAGS)
]


def is_answered(till: Till) -> bool:
    """Whether a charge has led to a code, or to words that say why not."""
    return isinstance(till.screen, AwaitingPayment) or (
        not isinstance(till.screen, RequestingInvoice) and trouble_shown(till)
    )


def trouble_shown(till: Till) -> bool:
    return till.out_of_service is not None or bool(getattr(till.screen, "notice", None))


class Play:
    """One sale under a fault, then without it, and the comparison of journal and ledger."""

    def __init__(self, folder: Path, *, by_address: bool) -> None:
        self.simulator = Simulator()
        self.simulator.start()
        self._by_address = by_address
        self.clear()
        self.kiosk = DirectKiosk(
            self.simulator,
            folder,
            replace(QUICK, verify_every_s=0.05),
            display=NoDisplay,
            KIOSK_CURRENCY="SAT",
        ).switch_on()
        self.kiosk.ready()

    def clear(self) -> None:
        """No fault is on; the name is served in this way."""
        self.simulator.faults.clear()
        if self._by_address:
            self.simulator.faults.add(BY_ADDRESS)

    def charged(self) -> AwaitingPayment | None:
        """Charge an amount; its code, or None if it was refused with words."""
        self.kiosk.press("700", Key.CHARGE)
        screen = self.kiosk.until(
            lambda till: not isinstance(till.screen, RequestingInvoice) and is_answered(till)
        ).screen
        return screen if isinstance(screen, AwaitingPayment) else None

    def receive(self, code: AwaitingPayment) -> None:
        """The code is paid, and the screen says so."""
        self.simulator.pay(code.invoice.payment_request)
        self.kiosk.until(lambda till: isinstance(till.screen, SaleReceived))
        self.kiosk.until(is_idle)

    def received(self) -> list[SaleState]:
        """The journal's word about every sale that is received."""
        with closing(Journal.read_only(Path(self.kiosk.settings["KIOSK_JOURNAL"]))) as journal:
            states = [record.state for record in journal.sales_page(None, 20).sales]
        return [state for state in states if state is SaleState.RECEIVED]

    def close(self) -> None:
        """Switch all off, and compare the journal with what the merchant has."""
        self.kiosk.switch_off()
        self.simulator.stop()


def play(
    folder: Path, fault: Fault, operation: str | None, outcome: str, *, by_address: bool
) -> None:
    """Play one row. Raises AssertionError where it is otherwise."""
    shop = Play(folder, by_address=by_address)
    try:
        if fault is Fault.SAME_INVOICE_AGAIN:
            first = shop.charged()
            assert first is not None
            shop.receive(first)
        before = len(shop.received())
        times = 1 if fault is Fault.ADDRESS_REDIRECT else None  # for ever it leads nowhere
        shop.simulator.faults.add(fault, operation, times, seconds=0.1)
        code = shop.charged()
        assert (code is None) is (outcome in (REFUSED, PAUSES))
        if code is not None:
            shop.simulator.pay(code.invoice.payment_request)
        if outcome == WAITS:
            for _ in range(8):
                shop.kiosk.run_once(0.05)
            assert isinstance(shop.kiosk.till.screen, AwaitingPayment)
            assert len(shop.received()) == before
            shop.clear()
        if code is not None:
            shop.kiosk.until(lambda till: isinstance(till.screen, SaleReceived))
            shop.kiosk.until(is_idle)
            assert len(shop.received()) == before + 1
        shop.clear()
        shop.kiosk.press(Key.CLEAR, Key.CLEAR)
        shop.kiosk.until(lambda till: is_idle(till) and till.out_of_service is None)
        again = shop.charged()
        assert (again is None) is (outcome == PAUSES), "the next sale works"
        if again is not None:
            shop.receive(again)
        assert shop.simulator.merchant.balance_sat == 700 * len(shop.received())
        assert not [r for r in shop.simulator.requests if r.account is not None]
    finally:
        shop.close()


@pytest.mark.parametrize(("by_address", "fault", "operation", "outcome"), TELLING)
def test_no_fault_makes_a_false_payment_or_loses_one(
    tmp_path: Path, by_address: bool, fault: Fault, operation: str | None, outcome: str
) -> None:
    """D2, D3: what is shown was checked, and what is received was proven."""
    play(tmp_path, fault, operation, outcome, by_address=by_address)


@pytest.mark.slow
@pytest.mark.parametrize(("by_address", "fault", "operation", "outcome"), ROWS)
def test_no_fault_of_the_whole_table_makes_a_false_payment_or_loses_one(
    tmp_path: Path, by_address: bool, fault: Fault, operation: str | None, outcome: str
) -> None:
    """D2, D3, for every fault in both ways."""
    play(tmp_path, fault, operation, outcome, by_address=by_address)
