"""From forwarded sales to direct ones and back, over real sockets: no money is left behind."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from kiosk.journal import Journal, SaleState
from kiosk.sale.keys import Key
from kiosk.sale.screens import AwaitingPayment, Forwarded, Paid
from kiosk.sale.till import Till
from kiosk.sale.trouble import TroubleKind
from kiosk.simulate import Fault, Simulator
from tests.stories.counter import QUICK, Counter, NoDisplay, is_idle, watched
from tests.stories.test_direct import _is_received, _is_watched

ON_BEHALF = "lnInvoiceCreateOnBehalfOfRecipient"
SEND = "lnInvoicePaymentSend"


class ChangingKiosk(Counter):
    """A kiosk whose merchant changes its settings; it begins with forwarded sales."""

    def __init__(self, simulator: Simulator, folder: Path) -> None:
        self.simulator = simulator
        blink = {
            "BLINK_API_URL": simulator.api_url,
            "BLINK_WS_URL": simulator.ws_url,
            "KIOSK_CURRENCY": "USD",
            "BLINKPOS_API_KEY": simulator.till.api_key,
            "MERCHANT_USERNAME": simulator.merchant.username,
        }
        super().__init__(folder, blink, QUICK, display=NoDisplay)

    def change(self, **settings: str) -> "ChangingKiosk":
        """Switch off, change settings (empty ones go), switch on again."""
        self.switch_off()
        self.settings = {
            name: value for name, value in {**self.settings, **settings}.items() if value
        }
        self.switch_on()
        return self

    def to_direct_by_address(self, **settings: str) -> "ChangingKiosk":
        """Direct sales to an address whose server is asked: the name is not at Blink any more."""
        self.simulator.faults.add(Fault.ACCOUNT_UNKNOWN)
        address = f"merchant@{urlsplit(self.simulator.api_url).netloc}"
        return self.change(
            KIOSK_RECEIVE="direct", MERCHANT_ADDRESS=address, MERCHANT_USERNAME="", **settings
        )

    def paid_and_waiting(self, *, payout: bool) -> AwaitingPayment:
        """A sale is paid, and its forward cannot go on yet; with `payout` it has its invoice."""
        operation = SEND if payout else ON_BEHALF
        fault = Fault.LIMIT_REACHED if payout else Fault.INVOICE_BLOCK
        self.ready()
        self.simulator.faults.add(fault, operation)
        self.press("500", Key.CHARGE)
        screen = self.until(watched if payout else _is_watched).screen
        assert isinstance(screen, AwaitingPayment)
        self.simulator.pay(screen.invoice.payment_request)
        self.until(lambda till: bool(till.forwards) and isinstance(till.screen, Paid))
        self.switch_off()
        self.simulator.faults.clear()
        return screen

    def states(self) -> list[SaleState]:
        """The states in the journal, in alphabetical order: two sales may share a second."""
        with closing(Journal.read_only(Path(self.settings["KIOSK_JOURNAL"]))) as journal:
            return sorted(record.state for record in journal.sales_page(None, 10).sales)

    def sells_directly(self) -> None:
        """A direct sale works, and nothing of it is forwarded."""
        self.press("700", Key.CHARGE)
        screen = self.until(_is_watched).screen
        assert isinstance(screen, AwaitingPayment)
        self.simulator.pay(screen.invoice.payment_request)
        self.until(_is_received)


def _nothing_waits(till: Till) -> bool:
    return not till.forwards


@pytest.fixture
def kiosk(tmp_path: Path) -> Iterator[ChangingKiosk]:
    with Simulator() as simulator:
        made = ChangingKiosk(simulator, tmp_path)
        made.switch_on()
        yield made
        made.switch_off()


@pytest.mark.parametrize("payout", [True, False])
def test_a_till_changed_to_direct_finishes_its_forwards_with_the_key_it_has(
    kiosk: ChangingKiosk, payout: bool
) -> None:
    sold = kiosk.paid_and_waiting(payout=payout)
    kiosk.change(KIOSK_RECEIVE="direct").ready()
    kiosk.until(_nothing_waits)
    assert kiosk.simulator.merchant.balance_sat == sold.sale.amount
    assert kiosk.simulator.till.balance_sat == 0
    kiosk.sells_directly()
    assert kiosk.states() == [SaleState.FORWARDED, SaleState.RECEIVED]
    kiosk.simulator.ledger.assert_balanced()


@pytest.mark.parametrize("payout", [True, False])
def test_forwards_are_finished_though_the_merchant_is_paid_at_an_address_now(
    kiosk: ChangingKiosk, payout: bool
) -> None:
    """The wallet that was paid before is in the journal: it takes what is left."""
    sold = kiosk.paid_and_waiting(payout=payout)
    kiosk.to_direct_by_address().ready()
    kiosk.until(_nothing_waits)
    assert kiosk.simulator.merchant.balance_sat == sold.sale.amount
    kiosk.sells_directly()
    assert kiosk.states() == [SaleState.FORWARDED, SaleState.RECEIVED]


def test_a_forward_that_nobody_takes_waits_told_and_is_finished_after_going_back(
    kiosk: ChangingKiosk,
) -> None:
    sold = kiosk.paid_and_waiting(payout=False)
    kiosk.simulator.faults.add(Fault.RECEIVE_DISABLED, ON_BEHALF)
    kiosk.to_direct_by_address().ready()
    trouble = kiosk.until(lambda till: bool(till.alarms)).alarms[-1].trouble
    assert (trouble.kind, trouble.subject) == (TroubleKind.FORWARDS_NEED_MERCHANT, "1")
    assert kiosk.till.out_of_service is None
    kiosk.sells_directly()
    kiosk.simulator.faults.clear()
    kiosk.change(KIOSK_RECEIVE="forward", MERCHANT_ADDRESS="", MERCHANT_USERNAME="merchant").ready()
    kiosk.until(_nothing_waits)
    assert kiosk.states() == [SaleState.FORWARDED, SaleState.RECEIVED]
    assert kiosk.simulator.till.balance_sat == 0
    assert sold.sale.amount <= kiosk.simulator.merchant.balance_sat


def test_without_the_key_forwards_of_before_wait_and_are_finished_once_it_is_there(
    kiosk: ChangingKiosk,
) -> None:
    kiosk.paid_and_waiting(payout=True)
    key = kiosk.settings["BLINKPOS_API_KEY"]
    kiosk.change(KIOSK_RECEIVE="direct", BLINKPOS_API_KEY="").ready()
    assert kiosk.till.alarms[-1].trouble.kind is TroubleKind.FORWARDS_NEED_KEY
    kiosk.sells_directly()
    kiosk.change(BLINKPOS_API_KEY=key).ready()
    kiosk.until(_nothing_waits)
    assert kiosk.states() == [SaleState.FORWARDED, SaleState.RECEIVED]


def test_the_merchants_key_takes_the_forwards_of_before(kiosk: ChangingKiosk) -> None:
    kiosk.change(MERCHANT_USERNAME="", MERCHANT_API_KEY=kiosk.simulator.merchant.api_key)
    sold = kiosk.paid_and_waiting(payout=True)
    kiosk.to_direct_by_address().ready()
    kiosk.until(_nothing_waits)
    assert kiosk.simulator.merchant.balance_sat == sold.sale.amount


def test_a_code_of_a_direct_sale_is_still_asked_about_after_going_back_to_forward(
    kiosk: ChangingKiosk,
) -> None:
    kiosk.change(KIOSK_RECEIVE="direct", BLINKPOS_API_KEY="").ready()
    kiosk.press("500", Key.CHARGE)
    left = kiosk.until(_is_watched).screen
    assert isinstance(left, AwaitingPayment)
    kiosk.press(Key.CLEAR)
    kiosk.until(is_idle)
    key = kiosk.simulator.till.api_key
    kiosk.change(KIOSK_RECEIVE="forward", BLINKPOS_API_KEY=key).ready()
    kiosk.simulator.pay(left.invoice.payment_request, via="blink")
    sold = kiosk.code("700")
    kiosk.simulator.pay(sold.invoice.payment_request)
    kiosk.until(lambda till: isinstance(till.screen, Forwarded) and bool(till.late_money))
    assert kiosk.states() == [SaleState.FORWARDED, SaleState.RECEIVED]
    assert kiosk.simulator.merchant.balance_sat == left.sale.amount + sold.sale.amount
