"""Direct sales in the pure core: what differs from a forwarded one."""

import itertools
from dataclasses import replace

from kiosk.sale.account import DirectPayee
from kiosk.sale.effects import (
    CancelInvoice,
    CloseSale,
    CreatePayout,
    FetchAccount,
    FetchDirectStatus,
    FetchInvoiceStatus,
    OpenDirectSale,
    OpenSale,
    SendForward,
)
from kiosk.sale.entry import Entry
from kiosk.sale.events import (
    AccountFetched,
    InvoiceCreated,
    InvoiceStatusResult,
    KeyPressed,
    RetryRequested,
    Tick,
)
from kiosk.sale.facts import (
    DirectInvoiceIssued,
    DirectInvoiceNeverPaid,
    DirectInvoicePaid,
    DirectPaymentReviewed,
    DirectPaymentUnproven,
    Ending,
    InvoicePaid,
    SaleLeftScreen,
    SaleStarted,
)
from kiosk.sale.invoice import Invoice, InvoiceStatus, WalletId
from kiosk.sale.keys import Key
from kiosk.sale.lightning_address import LightningAddress
from kiosk.sale.money import SAT, Sats
from kiosk.sale.screens import AwaitingPayment, EnteringAmount, SaleReceived
from kiosk.sale.transition import transition
from kiosk.sale.trouble import TroubleKind
from tests.sale.tills import ACCOUNT, RULES, Story, invoice

ADDRESS = LightningAddress("merchant", "example.com")
DIRECT = replace(
    ACCOUNT,
    till_wallet=WalletId(""),
    limit_left=None,
    payee=DirectPayee(wallet=ACCOUNT.merchant_wallet),
)


def story(payee: DirectPayee | None = None) -> Story:
    made = Story(replace(RULES, direct=True))
    made.play(
        Tick(1.0, 1_700_000_000), AccountFetched(replace(DIRECT, payee=payee or DIRECT.payee))
    )
    return made


def shown(told: Story, verify_url: str = "") -> Invoice:
    """The code of a direct sale is up."""
    sale = told.charged().sale
    made = replace(invoice(1, sale.amount), verify_url=verify_url)
    told.play(InvoiceCreated(sale.id, made))
    assert isinstance(told.till.screen, AwaitingPayment)
    return made


def test_a_direct_sale_is_journaled_shown_and_received_and_nothing_is_forwarded() -> None:
    told = story()
    code = shown(told)
    step = told.play(InvoiceStatusResult(code.payment_hash, InvoiceStatus.PAID))
    assert [type(fact) for fact in told.facts[-3:]] == [
        SaleStarted,
        DirectInvoiceIssued,
        DirectInvoicePaid,
    ]
    assert isinstance(told.till.screen, SaleReceived)
    assert any(isinstance(effect, CloseSale) for effect in step.effects)
    forbidden = OpenSale | CreatePayout | SendForward | FetchInvoiceStatus | CancelInvoice
    assert not [effect for effect in told.effects if isinstance(effect, forbidden)]
    assert [type(e) for e in told.effects if isinstance(e, OpenDirectSale)] == [OpenDirectSale]
    assert not told.till.forwards
    assert not told.till.watched_invoices


def test_the_same_news_twice_is_one_payment() -> None:
    told = story()
    code = shown(told)
    paid = InvoiceStatusResult(code.payment_hash, InvoiceStatus.PAID)
    told.play(paid, paid)
    assert sum(isinstance(fact, DirectInvoicePaid) for fact in told.facts) == 1


def test_cancelling_asks_once_and_leaves_without_claiming_to_cancel() -> None:
    told = story()
    code = shown(told)
    step = told.press(Key.CLEAR)
    assert FetchDirectStatus((code,)) in step.effects
    assert not any(isinstance(effect, CancelInvoice) for effect in step.effects)
    told.play(InvoiceStatusResult(code.payment_hash, InvoiceStatus.PENDING))
    assert isinstance(told.till.screen, EnteringAmount)
    left = told.facts[-1]
    assert isinstance(left, SaleLeftScreen)
    assert (left.ending, left.direct) == (Ending.CANCELLED, True)
    assert code.payment_hash in told.till.watched_invoices


def test_money_for_a_code_that_was_left_is_late_and_received() -> None:
    told = story()
    code = shown(told)
    told.press(Key.CLEAR)
    told.play(InvoiceStatusResult(code.payment_hash, InvoiceStatus.PENDING))
    told.play(InvoiceStatusResult(code.payment_hash, InvoiceStatus.PAID))
    (late,) = [fact for fact in told.facts if isinstance(fact, DirectInvoicePaid)]
    assert late.late
    assert [sale.id for sale in told.till.late_money] == [late.sale]
    assert not told.till.forwards


def test_an_unproven_payment_stops_the_next_sale_until_the_manager_has_looked() -> None:
    told = story()
    code = shown(told)
    told.play(InvoiceStatusResult(code.payment_hash, InvoiceStatus.UNPROVEN))
    assert isinstance(told.till.screen, AwaitingPayment), "the code stays"
    assert told.till.screen.checked_s is None, "nobody says that no payment was seen"
    assert isinstance(told.facts[-1], DirectPaymentUnproven)
    assert not any(isinstance(fact, DirectInvoicePaid | InvoicePaid) for fact in told.facts)
    told.press(Key.CLEAR)
    told.press("100", Key.CHARGE)
    screen = told.till.screen
    assert isinstance(screen, EnteringAmount)
    assert screen.notice is not None
    assert screen.notice.kind is TroubleKind.PAYMENT_UNPROVEN
    told.play(RetryRequested())
    assert isinstance(told.facts[-1], DirectPaymentReviewed)
    assert not told.till.alarms


def test_an_honest_answer_after_a_lying_one_is_believed() -> None:
    told = story()
    code = shown(told)
    told.play(InvoiceStatusResult(code.payment_hash, InvoiceStatus.UNPROVEN))
    told.play(InvoiceStatusResult(code.payment_hash, InvoiceStatus.PAID))
    assert isinstance(told.till.screen, SaleReceived)
    assert not told.till.alarms


def test_the_bounds_of_an_address_are_told_before_an_invoice_is_asked_for() -> None:
    told = story(DirectPayee(address=ADDRESS, least=Sats(500), most=Sats(1_000)))
    till = replace(told.till, screen=EnteringAmount(Entry(SAT, typed=10)))
    step = transition(till, KeyPressed(Key.CHARGE))
    assert isinstance(step.till.screen, EnteringAmount)
    assert step.till.screen.notice is not None
    assert step.till.screen.notice.kind is TroubleKind.AMOUNT_TOO_SMALL
    till = replace(told.till, screen=EnteringAmount(Entry(SAT, typed=1_001)))
    step = transition(till, KeyPressed(Key.CHARGE))
    assert isinstance(step.till.screen, EnteringAmount)
    assert step.till.screen.notice is not None
    assert step.till.screen.notice.kind is TroubleKind.AMOUNT_TOO_LARGE


def test_the_server_of_an_address_is_asked_ever_more_rarely_and_then_no_more() -> None:
    told = story(DirectPayee(address=ADDRESS))
    code = shown(told, verify_url="https://example.com/verify/1")
    told.press(Key.CLEAR)
    told.play(InvoiceStatusResult(code.payment_hash, InvoiceStatus.PENDING))
    asked = []
    while code.payment_hash in told.till.watched_invoices:
        due_s = told.till.watched_invoices[code.payment_hash].next_check_s
        assert due_s is not None
        step = told.wait(max(0.0, due_s - told.till.now_s))
        assert FetchDirectStatus((code,)) in step.effects
        asked.append(told.till.now_s)
        told.play(InvoiceStatusResult(code.payment_hash, InvoiceStatus.PENDING))
    assert len(asked) <= 6
    pauses = [later - earlier for earlier, later in itertools.pairwise(asked)]
    assert pauses[:-1] == sorted(pauses[:-1])
    assert isinstance(told.facts[-1], DirectInvoiceNeverPaid)


def test_a_server_that_never_answers_is_given_up_after_its_invoices_end() -> None:
    told = story(DirectPayee(address=ADDRESS))
    code = shown(told, verify_url="https://example.com/verify/1")
    told.press(Key.CLEAR)
    told.play(InvoiceStatusResult(code.payment_hash, InvoiceStatus.UNKNOWN))
    asked = 0
    while code.payment_hash in told.till.watched_invoices:
        due_s = told.till.watched_invoices[code.payment_hash].next_check_s
        assert due_s is not None
        told.wait(max(0.0, due_s - told.till.now_s))
        told.play(InvoiceStatusResult(code.payment_hash, InvoiceStatus.UNKNOWN))
        asked += 1
        assert asked < 60
    assert isinstance(told.facts[-1], DirectInvoiceNeverPaid)


def test_the_name_is_asked_about_again_after_a_day_with_the_next_sale() -> None:
    told = story()
    told.wait(86_401.0)
    assert not any(isinstance(effect, FetchAccount) for effect in told.effects[1:])
    told.charged()
    assert FetchAccount() in told.effects
