"""An answer that is not whole says nothing: it is unknown, never "nothing moved" (M4, M6)."""

import asyncio
import time
from typing import Any

import pytest

from kiosk.sale.effects import FetchLedgerHistory, LookUpPayout
from kiosk.sale.events import LedgerHistoryResult, LookUpOutcome, SendOutcome
from kiosk.sale.invoice import InvoiceStatus, PaymentHash
from kiosk.sale.ledger_history import HISTORY_S
from kiosk.wallet.errors import BlinkError
from kiosk.wallet.fetch_history import fetch_history
from kiosk.wallet.forwarding import fetch_daily_limit, limit_left, look_up, read_answer, read_ledger
from kiosk.wallet.invoice_status import fetch_status, receipts
from tests.sale.tills import ACCOUNT
from tests.wallet.blink_stub import http_to

NAME = PaymentHash("a" * 64)
OTHER = PaymentHash("b" * 64)
ERRORS = [{"message": "a database is away", "path": ["me"]}]


def entry(name: str, direction: str = "SEND", status: str = "SUCCESS") -> dict[str, Any]:
    return {"direction": direction, "status": status, "initiationVia": {"paymentHash": name}}


def of_wallet(**fields: Any) -> dict[str, Any]:
    return {"me": {"defaultAccount": {"walletById": fields}}}


def test_errors_beside_an_empty_ledger_are_not_nothing_moved() -> None:
    """Fault 12: a look-up whose answer came in part must not lead to a second payment."""
    answer = {"data": of_wallet(transactionsByPaymentHash=[]), "errors": ERRORS}

    async def ask() -> LookUpOutcome:
        async with http_to(lambda _: answer) as http:
            return (await look_up(http, LookUpPayout(OTHER, NAME, ACCOUNT))).outcome

    assert asyncio.run(ask()) is LookUpOutcome.UNKNOWN


def test_errors_beside_a_status_are_no_status() -> None:
    """Fault 12: nor is an invoice expired or unpaid by half an answer."""
    unpaid = {"paymentHash": NAME, "paymentStatus": "EXPIRED"}
    answer = {"data": of_wallet(t0=[], i0=unpaid), "errors": ERRORS}

    async def ask() -> list[InvoiceStatus]:
        async with http_to(lambda _: answer) as http:
            return [result.status for result in await fetch_status(http, ACCOUNT, (NAME,))]

    assert asyncio.run(ask()) == [InvoiceStatus.UNKNOWN]


def test_a_status_without_its_ledger_is_unknown_unless_it_is_paid() -> None:
    """Fault 12: the ledger comes first; where it is missing, only a payment is believed."""

    async def ask(status: str) -> InvoiceStatus:
        shown = {"paymentHash": NAME, "paymentStatus": status}
        async with http_to(lambda _: {"data": of_wallet(t0=None, i0=shown)}) as http:
            return (await fetch_status(http, ACCOUNT, (NAME,)))[0].status

    assert asyncio.run(ask("EXPIRED")) is InvoiceStatus.UNKNOWN
    assert asyncio.run(ask("PENDING")) is InvoiceStatus.UNKNOWN
    assert asyncio.run(ask("PAID")) is InvoiceStatus.PAID


def test_errors_beside_a_limit_are_no_limit() -> None:
    """Fault 12: a limit is known whole or not at all."""
    limits = {"internalSend": [{"remainingLimit": 100}]}
    data = {"me": {"defaultAccount": {"limits": limits}}}

    async def ask() -> object:
        async with http_to(lambda _: {"data": data, "errors": ERRORS}) as http:
            return await fetch_daily_limit(http)

    assert asyncio.run(ask()) is None


@pytest.mark.parametrize("more", [None, "true", 1])
def test_a_page_that_does_not_say_whether_more_follow_is_not_the_last(more: object) -> None:
    """Fault 12: a past that may lack pages is asked for again, and nothing is rebuilt from it."""
    page = {"edges": [], "pageInfo": {"hasNextPage": more, "endCursor": None}}
    data = {"me": {"defaultAccount": {"invoices": page, "walletById": {"transactions": page}}}}

    async def ask() -> object:
        async with http_to(lambda _: {"data": data}) as http:
            return (
                await fetch_history(http, FetchLedgerHistory("till-1", "3f9a0b1c", ACCOUNT, 0.0))
            ).history

    assert asyncio.run(ask()) is None


def test_an_entry_of_another_hash_makes_a_look_up_unknown() -> None:
    """An answer about somebody else's payment says nothing about ours."""
    assert read_ledger([entry(OTHER)], NAME) is LookUpOutcome.UNKNOWN
    assert read_ledger([entry(NAME), entry(OTHER)], NAME) is LookUpOutcome.UNKNOWN
    assert read_ledger([], NAME) is LookUpOutcome.NOTHING


def test_entries_of_another_hash_are_no_payments_and_no_proof_of_none() -> None:
    """Only a payment that names our hash is one; beside it, an odd entry takes nothing away."""
    ours, other = entry(NAME, "RECEIVE"), entry(OTHER, "RECEIVE")
    assert receipts([other], NAME) is None
    assert receipts([None], NAME) is None
    assert receipts([ours, other], NAME) == 1
    assert receipts([ours, ours], NAME) == 2
    assert receipts([], NAME) == 0


def test_the_smallest_limit_counts_and_an_unclear_one_makes_it_unknown() -> None:
    """Two limits hold at once; taking the larger one would take money that cannot be forwarded."""
    both = [{"remainingLimit": 900}, {"remainingLimit": 100}]
    assert limit_left({"internalSend": both}) == 100
    assert limit_left({"internalSend": [*both, {"remainingLimit": None}]}) is None
    assert limit_left({"internalSend": []}) is None


@pytest.mark.parametrize(
    ("message", "answer"),
    [
        ("Invoice is already expired", SendOutcome.EXPIRED),
        ("Session has expired", SendOutcome.FAILURE),
        ("Payment attempt expired, please retry", SendOutcome.FAILURE),
    ],
)
def test_only_an_invoice_that_is_expired_is_expired_m6(message: str, answer: SendOutcome) -> None:
    """A successor follows from it: nothing else that expires may lead to one."""
    assert read_answer("FAILURE", (BlinkError(message),)) is answer


def test_a_history_is_whole_only_since_both_of_its_lists_are() -> None:
    """Each list is read as far back as it goes; what only one of them reaches is not judged."""
    now = int(time.time())

    def answer(request: dict[str, Any]) -> dict[str, Any]:
        def page(oldest: int) -> dict[str, Any]:
            nodes = [{"createdAt": str(now)}, {"createdAt": str(oldest)}]
            edges = [{"node": {**node, "externalId": None}} for node in nodes]
            return {"edges": edges, "pageInfo": {"hasNextPage": False, "endCursor": "x"}}

        whole, cut = page(now - 100), page(now - 10 * 86_400)
        cut["pageInfo"]["hasNextPage"] = True
        return {
            "data": {
                "me": {"defaultAccount": {"invoices": whole, "walletById": {"transactions": cut}}}
            }
        }

    async def ask() -> LedgerHistoryResult:
        async with http_to(answer) as http:
            order = FetchLedgerHistory("till-1", "3f9a0b1c", ACCOUNT, 7.0)
            return await fetch_history(http, order)

    result = asyncio.run(ask())
    assert result.asked_s == 7.0
    history = result.history
    assert history is not None
    assert history.since >= now - HISTORY_S - 60
