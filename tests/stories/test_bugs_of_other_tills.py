"""Bugs that tills before ours had, numbered as in our notes from the field: decided in the core."""

import ast
import re
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.sale.account import Rates
from kiosk.sale.days import DAY_S
from kiosk.sale.effects import (
    FetchInvoiceStatus,
    FetchRates,
    OpenSale,
    PlaySound,
    SendForward,
    Sound,
)
from kiosk.sale.entry import Entry, with_digit, with_item_added
from kiosk.sale.events import (
    InvoiceCreated,
    InvoiceStatusResult,
    LookUpOutcome,
    PayoutCreated,
    RatesFetched,
    SendOutcome,
)
from kiosk.sale.facts import InvoicePaid, SaleStarted
from kiosk.sale.invoice import DecodedInvoice, Invoice, InvoiceStatus, PaymentHash, SaleId
from kiosk.sale.keys import Key
from kiosk.sale.memo import payout_memo, plain_amount
from kiosk.sale.money import RATE_LIFE_S, Currency, Fiat, Rate, Sats, fiat_from_sats, sats_from_fiat
from kiosk.sale.payout_guard import reason_not_to_pay
from kiosk.sale.screens import (
    ChoosingTip,
    CodeExpired,
    EnteringAmount,
    FetchingPrice,
    LeavingCode,
    RequestingInvoice,
)
from kiosk.sale.trouble import TroubleKind
from tests.sale.tills import ACCOUNT, EUR, JPY, KWD, RULES, USD, Story, invoice, rates

TESTS: Final = Path(__file__).parents[1]
ALL: Final = frozenset(range(1, 43))

# What checks without an assert of its own that could be seen in these files.
CHECKERS: Final = frozenset({"raises", "assert_balanced", "run_state_machine_as_test"})


# --- Forwarding -------------------------------------------------------------------------------


@pytest.mark.parametrize("first", [SendOutcome.FAILURE, SendOutcome.LIMITED, SendOutcome.GUARDED])
def test_one_forward_that_fails_holds_up_no_other_m6(first: SendOutcome) -> None:
    """Bug 10 of other tills: one failing forward returned early, and the rest was forgotten."""
    story = Story().ready()
    bad = story.awaiting()
    story.pay(bad)
    story.send(bad, first)
    story.look(bad, LookUpOutcome.NOTHING)
    story.wait(1)
    story.press(Key.CLEAR)
    good = story.awaiting()
    story.pay(good)
    story.send(good, SendOutcome.SUCCESS)
    assert good.payment_hash not in story.till.forwards
    assert bad.payment_hash in story.till.forwards


@given(
    price=st.integers(1, 10_000_000),
    tip=st.integers(0, 10_000_000),
    base=st.integers(1, 10**15),
    offset=st.integers(0, 12),
)
def test_price_and_tip_are_the_amount_to_the_last_sat_m9(
    price: int, tip: int, base: int, offset: int
) -> None:
    """Bug 11 of other tills: base and tip were rounded apart, 95 sats out of 94."""
    rate = Rate(USD, base, offset, 0.0)
    net = sats_from_fiat(Fiat(price, USD), rate)
    whole = sats_from_fiat(Fiat(price + tip, USD), rate)
    assert whole - net >= 0
    # Rounded up, by less than a sat: never short, never one too many.
    assert 0 <= whole * base - (price + tip) * 10**offset < base


# --- Missed and false payments ----------------------------------------------------------------


def test_expired_by_push_is_asked_about_before_the_code_goes_m8() -> None:
    """Bug 23 of other tills: the dialog closed by time-out although a payment was under way."""
    story = Story().ready()
    made = story.awaiting()
    step = story.play(InvoiceStatusResult(made.payment_hash, InvoiceStatus.EXPIRED))
    assert isinstance(step.till.screen, LeavingCode)
    assert FetchInvoiceStatus((made.payment_hash,), ACCOUNT) in step.effects
    story.play(InvoiceStatusResult(made.payment_hash, InvoiceStatus.PAID, payments=1))
    assert InvoicePaid(made_sale(story), made.payment_hash, late=False) in story.facts


def made_sale(story: Story) -> SaleId:  # the sale charged last
    return next(fact.sale.id for fact in reversed(story.facts) if isinstance(fact, SaleStarted))


def test_the_old_code_is_watched_while_a_new_one_is_up_m8() -> None:
    """Bug 20 of other tills: an invoice made anew while the old code was being paid."""
    story = Story().ready()
    old = story.awaiting()
    story.play(InvoiceStatusResult(old.payment_hash, InvoiceStatus.EXPIRED, payments=0))
    assert isinstance(story.till.screen, CodeExpired)
    story.play(RatesFetched(rates(story.till.now_s)))
    story.press(Key.CHARGE)
    story.play(InvoiceStatusResult(old.payment_hash, InvoiceStatus.EXPIRED, payments=0))
    assert isinstance(story.till.screen, RequestingInvoice)
    new = invoice(99, old.amount)
    story.play(InvoiceCreated(story.till.screen.sale.id, new))
    assert {old.payment_hash, new.payment_hash} <= set(story.till.watched_invoices)
    story.pay(old)
    story.send(old, SendOutcome.SUCCESS)
    assert new.payment_hash in story.till.watched_invoices
    assert story.count(InvoicePaid) == 1


def test_money_is_cheered_once_however_often_it_is_told_m5() -> None:
    """Bug 22 of other tills: push and poll both won, with a double sound and a double history."""
    story = Story().ready()
    made = story.awaiting()
    for _ in range(3):
        story.pay(made)
        story.play(InvoiceStatusResult(made.payment_hash, InvoiceStatus.PAID, payments=1))
    assert story.effects.count(PlaySound(Sound.PAID)) == 1
    assert story.count(InvoicePaid) == 1


# --- Load -------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", [InvoiceStatus.UNKNOWN, InvoiceStatus.PENDING])
def test_a_left_invoice_is_never_polled_away_m8(status: InvoiceStatus) -> None:
    """Bug 25 of other tills: errors reset the back-off, 28,800 requests per invoice and day."""
    story = Story().ready()
    made = story.awaiting()
    story.wait(600)
    story.play(InvoiceStatusResult(made.payment_hash, InvoiceStatus.EXPIRED, payments=0))
    before = story.count(FetchInvoiceStatus)
    for _ in range(DAY_S // 30):
        asked = story.count(FetchInvoiceStatus)
        story.wait(30)
        if story.count(FetchInvoiceStatus) > asked:
            story.play(InvoiceStatusResult(made.payment_hash, status, payments=None))
    asked = story.count(FetchInvoiceStatus) - before
    assert 3 <= asked <= 160, asked


# --- Money ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("currency", "minor", "text"),
    [
        (JPY, 1250, "¥1250"),
        (KWD, 1250, "KD 1.250"),
        (USD, 1250, "$12.50"),
        (EUR, 5, "€0.05"),
        (Currency("CLP", "$", 0), 1250, "$1250"),
    ],
)
def test_fraction_digits_are_blinks_own_m9(currency: Currency, minor: int, text: str) -> None:
    """Bug 31 of other tills: `digits || 2` put currencies without a fraction 100 times off."""
    assert plain_amount(Fiat(minor, currency)) == text
    rate = Rate(currency, 2 * 10**6, 6, 0.0)  # one sat is two minor units, whatever they are
    assert sats_from_fiat(Fiat(minor, currency), rate) == -(-minor // 2)
    assert fiat_from_sats(Sats(500), rate) == Fiat(1000, currency)


@pytest.mark.parametrize("base", [0, -1])
def test_no_price_is_never_a_price_of_one_m9(base: int) -> None:
    """Bug 30 of other tills: a missing rate became 1, and 30.50 euros became one sat."""
    assert not Rate(USD, base, 12, 0.0).is_fresh(0.0)
    story = Story().ready()
    story.press("3050", Key.CHARGE)
    none = Rate(USD, base, 12, 0.0)
    story.play(RatesFetched(Rates(none, none)))
    assert isinstance(story.till.screen, EnteringAmount)
    assert story.till.screen.notice is not None
    assert story.till.screen.notice.kind is TroubleKind.NO_RATE
    assert story.count(OpenSale) == 0


def test_a_price_that_grew_old_while_a_tip_was_chosen_is_no_price_m9() -> None:
    """Bug 30 of other tills: a missing rate became 1."""
    story = Story(replace(RULES, tips=(10,))).ready()
    story.press("3050")
    story.play(RatesFetched(rates(story.till.now_s)))
    story.press(Key.CHARGE)
    assert isinstance(story.till.screen, ChoosingTip)
    for _ in range(3):  # somebody thinks it over; untouched, the question would go
        story.wait((RATE_LIFE_S + 1) / 3)
        story.press(Key.DELETE)
    story.press(Key.D1)
    assert story.count(OpenSale) == 0
    assert isinstance(story.till.screen, FetchingPrice)
    assert story.till.screen.entry.total == 3050, "the amount is kept"


def test_nothing_of_a_sale_is_left_for_the_next_one() -> None:
    """Bug 32 of other tills: the last tip, or the last amount, was in the next sale."""
    story = Story(replace(RULES, tips=(10,))).ready()
    story.press("100", Key.PLUS, "200")
    story.play(RatesFetched(rates(story.till.now_s)))
    story.press(Key.CHARGE, Key.D1)
    assert isinstance(story.till.screen, RequestingInvoice)
    first = invoice(1, story.till.screen.sale.amount)
    story.play(InvoiceCreated(story.till.screen.sale.id, first))
    story.play(PayoutCreated(made_sale(story), story.payout(first), 1))
    story.pay(first)
    story.send(first, SendOutcome.SUCCESS)
    story.wait(20)
    assert isinstance(story.till.screen, EnteringAmount)
    assert story.till.screen.entry.is_empty
    story.press("500", Key.CHARGE)
    assert isinstance(story.till.screen, ChoosingTip)
    story.press(Key.CHARGE)
    sale = next(f.sale for f in reversed(story.facts) if isinstance(f, SaleStarted))
    assert (sale.price.minor, sale.tip, sale.items) == (500, 0, ())
    assert "tip" not in sale.memo
    assert "+" not in payout_memo(sale, "till-1")


@given(items=st.lists(st.integers(1, 99_999), min_size=1, max_size=5))
def test_a_sum_is_added_and_not_joined_m9(items: list[int]) -> None:
    """Bug 33 of other tills: 12 sats became 102, since text was joined; and a memo said $0.00."""
    entry = Entry(USD)
    for item in items:
        for digit in str(item):
            entry = with_digit(entry, int(digit))
        entry = with_item_added(entry)
    assert entry.total == sum(items)
    assert plain_amount(entry.price) != "$0.00"


def test_a_till_left_on_all_day_asks_for_todays_price_m9() -> None:
    """Bug 34 of other tills: the rate was fetched only when the currency changed."""
    story = Story().ready()
    story.charged("100")
    story.press(Key.CLEAR, Key.CLEAR)
    before = story.count(FetchRates)
    story.wait(8 * 3600)
    story.press("100")
    assert story.count(FetchRates) == before + 1
    story.press(Key.CHARGE)
    assert story.count(OpenSale) == 1, "the morning's price is not charged"


GOOD: Final = DecodedInvoice(
    network="regtest",
    payee=min(ACCOUNT.nodes),
    amount_msat=1000_000,
    payment_hash=invoice(1, 1000, "out").payment_hash,
    timestamp=0,
    lifetime_s=86_400,
)


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        ({"amount_msat": 1001_000}, "amount"),
        ({"amount_msat": 1000_001}, "amount"),
        ({"amount_msat": None}, "amount"),
        ({"amount_msat": 0}, "amount"),
        ({"network": "mainnet"}, "network"),
        ({"payee": "03" + "cd" * 32}, "payee"),
        ({"payment_hash": PaymentHash("e" * 64)}, "hash"),
    ],
)
def test_an_invoice_is_looked_at_before_it_is_paid_m3(wrong: dict[str, object], why: str) -> None:
    """Bug 35 of other tills: the invoice was paid without a look at its amount."""
    payout: Invoice = invoice(1, 1000, "out")
    assert reason_not_to_pay(GOOD, payout, Sats(1000), ACCOUNT) is None
    refusal = reason_not_to_pay(replace(GOOD, **wrong), payout, Sats(1000), ACCOUNT)  # type: ignore[arg-type]
    assert refusal is not None
    assert why in refusal


def test_without_a_list_of_nodes_any_payee_is_possible_m3() -> None:
    unknown = replace(ACCOUNT, nodes=frozenset())
    stranger = replace(GOOD, payee="03" + "cd" * 32)
    assert reason_not_to_pay(stranger, invoice(1, 1000, "out"), Sats(1000), unknown) is None


# --- The tests themselves ---------------------------------------------------------------------


@cache
def functions() -> list[tuple[Path, ast.FunctionDef]]:
    """Every function of the tests."""
    return [
        (path, node)
        for path in sorted(TESTS.rglob("*.py"))
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.FunctionDef)
    ]


def test_every_bug_has_a_test_that_would_have_caught_it() -> None:
    named: set[int] = set()
    for _, function in functions():
        shown = ast.get_docstring(function) or ""
        for numbers in re.findall(r"[Bb]ugs? ([\d, and]+) of other tills", shown):
            named |= {int(number) for number in re.findall(r"\d+", numbers)}
    assert named == ALL, sorted(ALL ^ named)


def test_every_law_has_a_test_that_names_it() -> None:
    names = " ".join(function.name for _, function in functions())
    laws = {int(number) for number in re.findall(r"_m(\d+)(?=_| |$)", names)}
    assert laws >= set(range(1, 13)), sorted(set(range(1, 13)) - laws)


def test_every_test_can_fail() -> None:
    """Bug 42 of other tills: tests that only logged."""
    calls = {
        (path.name, function.name): checks_and_calls(function) for path, function in functions()
    }
    checking = {name for (_, name), (checks, _) in calls.items() if checks}
    while True:  # a helper that checks makes a checker of who calls it
        more = checking | {name for (_, name), (_, called) in calls.items() if called & checking}
        if more == checking:
            break
        checking = more
    idle = [f"{path}: {name}" for path, name in calls if name not in checking]
    assert not [name for name in idle if ": test_" in name]


def checks_and_calls(function: ast.FunctionDef) -> tuple[bool, set[str]]:
    """Whether a function asserts, raises or expects to be raised at; and what it calls."""
    checks, called = False, set()
    for node in ast.walk(function):
        checks = checks or isinstance(node, ast.Assert | ast.Raise)
        if isinstance(node, ast.Call):
            of = node.func
            called.add(of.attr if isinstance(of, ast.Attribute) else getattr(of, "id", ""))
    return checks or bool(called & CHECKERS), called


def test_a_payout_is_sent_for_its_own_sale_alone_m1() -> None:
    """Bug 9 of other tills: the guards were on five routes and not on the main one."""
    story = Story().ready()
    made = story.awaiting(payout=False)
    story.play(PayoutCreated(made_sale(story), invoice(7, made.amount + 1, "out"), 1))
    story.pay(made)
    story.wait(10)
    assert story.count(SendForward) == 0, "a payout of another amount is never paid"
