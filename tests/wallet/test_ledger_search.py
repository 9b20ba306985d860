"""The ledger is read to its end, and what cannot be read in it is never "nothing was sent" (M6)."""

import asyncio
from typing import Any

import pytest

from kiosk.sale.account import WindDown
from kiosk.sale.ids import (
    Direction,
    InvoiceParts,
    SaleParts,
    invoice_external_id,
    payout_external_id,
    sale_id,
)
from kiosk.sale.invoice import Invoice, InvoiceStatus, WalletId
from kiosk.sale.money import Sats
from kiosk.sale.trouble import KioskError, TroubleKind
from kiosk.simulate.node import InvoiceTerms, LightningNode
from kiosk.wallet.answer_bounds import OddValue, entries
from kiosk.wallet.errors import AccountSide, BlinkError, refusal
from kiosk.wallet.fetch_account import _wind_down
from kiosk.wallet.fetch_history import (
    SEARCHED_PAGES,
    PaidBefore,
    _invoice,
    _Unreadable,
    payout_sent,
)

BEGUN = 1_800_000_000
SALE = sale_id(SaleParts("till-1", "3f9a0b1c", "0a1b2c3d", 7))
OTHER = sale_id(SaleParts("till-1", "3f9a0b1c", "0a1b2c3d", 8))
WANTED = InvoiceParts(SALE, Direction.OUT)


def sent(sale: str, at: int, **odd: object) -> dict[str, Any]:
    """A payment out, as Blink's ledger shows it; its BOLT11 text was not to be had."""
    return {
        "externalId": payout_external_id(sale),  # type: ignore[arg-type]
        "initiationVia": {"paymentHash": "b" * 64, "paymentRequest": None},
        "settlementAmount": -1234,
        "direction": "SEND",
        "status": "SUCCESS",
        "createdAt": at,
        **odd,
    }


class PagesOfLedger:
    """Blink, asked for one page of entries after the other."""

    server_unix_s = BEGUN + 100

    def __init__(self, *pages: list[dict[str, Any]]) -> None:
        self.pages = pages
        self.asked = 0

    async def ask(self, document: object, given: dict[str, Any]) -> dict[str, Any]:
        nodes = self.pages[self.asked]
        self.asked += 1
        more = self.asked < len(self.pages)
        transactions = {
            "edges": [{"node": node} for node in nodes],
            "pageInfo": {"hasNextPage": more, "endCursor": str(self.asked)},
        }
        return {"me": {"defaultAccount": {"walletById": {"transactions": transactions}}}}


def search(*pages: list[dict[str, Any]]) -> tuple[Invoice | None, int]:
    """What a search for the sale's payout finds, and how many pages were asked for."""
    blink = PagesOfLedger(*pages)
    found = asyncio.run(
        payout_sent(blink, WalletId("w"), WANTED, Sats(1234), BEGUN)  # type: ignore[arg-type]
    )
    return found, blink.asked


def test_a_payout_whose_invoice_cannot_be_read_is_for_a_person_m6() -> None:
    with pytest.raises(PaidBefore):
        search([sent(SALE, BEGUN + 10)])


def test_a_ledger_without_a_payout_of_the_sale_shows_nothing_sent() -> None:
    assert search([sent(OTHER, BEGUN + 10)]) == (None, 1)


def test_a_payment_that_failed_is_nothing_sent() -> None:
    assert search([sent(SALE, BEGUN + 10, status="FAILURE")]) == (None, 1)


@pytest.mark.parametrize("odd", [{"settlementAmount": "1"}, {"direction": "RECEIVE"}])
def test_an_entry_of_the_sale_that_cannot_be_read_is_for_a_person_m6(odd: dict[str, Any]) -> None:
    with pytest.raises(PaidBefore):
        search([sent(SALE, BEGUN + 10, **odd)])


def test_the_second_in_which_the_sale_was_begun_is_searched_to_its_end_m6() -> None:
    """The next page may hold more of the same second."""
    with pytest.raises(PaidBefore):
        search([sent(OTHER, BEGUN)], [sent(SALE, BEGUN)])
    assert search([sent(OTHER, BEGUN - 1)], [sent(SALE, BEGUN)]) == (None, 1)


def test_a_ledger_too_long_to_be_searched_is_no_answer_m6() -> None:
    pages = [[sent(OTHER, BEGUN + 50)]] * (SEARCHED_PAGES + 1)
    with pytest.raises(KioskError):
        search(*pages)


def test_an_invoice_whose_text_cannot_be_read_is_none_of_the_history() -> None:
    node = {
        "paymentHash": "b" * 64,
        "paymentRequest": "lnbc",
        "externalId": payout_external_id(SALE),
        "paymentStatus": "PAID",
        "createdAt": BEGUN,
    }
    for direction in Direction:
        with pytest.raises(_Unreadable):
            _invoice(node, SALE, direction)


def test_of_the_invoices_only_those_that_customers_pay_are_a_history() -> None:
    terms = InvoiceTerms("regtest", 1234, "b" * 64, "c" * 64, "memo", None, BEGUN, 600)
    node = {
        "paymentHash": "b" * 64,
        "paymentRequest": LightningNode("blink").sign(terms),
        "externalId": invoice_external_id(SALE),
        "paymentStatus": "PAID",
        "createdAt": BEGUN,
    }
    read = _invoice(node, SALE, Direction.IN)
    assert (read.sale, read.status, read.made_at) == (SALE, InvoiceStatus.PAID, BEGUN)
    with pytest.raises(_Unreadable):
        _invoice(node, SALE, Direction.OUT)


@pytest.mark.parametrize("odd", [None, {}, "", 5, [1, 2, 3]])
def test_what_is_no_short_list_is_odd(odd: object) -> None:
    with pytest.raises(OddValue):
        entries(odd, 2)
    assert entries([1, 2], 2) == [1, 2]


def test_a_missing_scope_is_named_for_the_account_whose_key_it_is() -> None:
    told = "not authorized to do this"
    for side, kind, scope in (
        (AccountSide.TILL, TroubleKind.KEY_SCOPE, "WRITE"),
        (AccountSide.MERCHANT, TroubleKind.MERCHANT_KEY_SCOPE, "RECEIVE"),
    ):
        trouble = refusal(BlinkError(told), side).trouble
        assert (trouble.kind, trouble.subject) == (kind, scope)


def test_a_notice_of_closing_is_read_and_its_absence_is_none() -> None:
    noticed = {"status": "WINDING_DOWN", "receiveDisabledAt": BEGUN, "finalDeadline": None}
    assert _wind_down(noticed) == WindDown("WINDING_DOWN", BEGUN, None)
    for nothing in (None, {}, {"status": ""}, "soon"):
        assert _wind_down(nothing) is None
