"""Decisions about money that could be changed without another test noticing (`tests.mutants`)."""

import asyncio
import hashlib
from collections.abc import Callable, Mapping
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest

from kiosk.sale.backoff import delay_s
from kiosk.sale.effects import FetchLedgerHistory
from kiosk.sale.events import Event, InvoiceStatusResult, PayoutCreated, PayoutNotMade
from kiosk.sale.ids import InvoiceParts, SaleParts, payout_external_id, sale_id
from kiosk.sale.invoice import ExternalId, Invoice, InvoiceStatus, PaymentHash
from kiosk.sale.money import Sats
from kiosk.sale.trouble import KioskError, Trouble, TroubleKind
from kiosk.wallet import documents
from kiosk.wallet.direct_status import STATUS_FIELD, fetch_direct_status, status_of
from kiosk.wallet.errors import Blocked, NotSent, RateLimited
from kiosk.wallet.fetch_history import fetch_history
from kiosk.wallet.invoices import make_invoice, make_payout
from kiosk.wallet.lightning_address.client import Proof, VerifyResult
from kiosk.wallet.sale_task import SaleTask
from kiosk.wallet.subscription import ConnectionStep
from tests.sale.tills import ACCOUNT, invoice
from tests.wallet.conftest import QUICK, order

MINE = sale_id(SaleParts("till-1", "3f9a0b1c", "0a1b2c3d", 7))
PREIMAGE = "07" * 32
PROVEN = PaymentHash(hashlib.sha256(bytes.fromhex(PREIMAGE)).hexdigest())


# --- A direct sale's invoice -------------------------------------------------------------------


class SaysPending:
    """Blink, which knows every invoice and no payment; `asked` are the hashes it was asked for."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    async def ask(self, _: object, given: Mapping[str, Any], **__: object) -> Mapping[str, Any]:
        self.asked.append(given["input"]["paymentHash"])
        return {STATUS_FIELD: {"paymentHash": self.asked[-1], "status": "PENDING"}}


class SaysPaid:
    """The server of an address, which proves every payment; `asked` is what it was asked for."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    async def verify(self, code: Invoice) -> VerifyResult:
        self.asked.append(code.payment_hash)
        return VerifyResult(Proof.PAID)


def test_an_invoice_is_asked_about_where_it_was_made_d3() -> None:
    blink, servers = SaysPending(), SaysPaid()
    at_blink, at_server = invoice(1, 5), replace(invoice(2, 5), verify_url="https://example.com/2")
    results = asyncio.run(
        fetch_direct_status(blink, servers, (at_blink, at_server))  # type: ignore[arg-type]
    )
    assert results == (
        InvoiceStatusResult(at_blink.payment_hash, InvoiceStatus.PENDING),
        InvoiceStatusResult(at_server.payment_hash, InvoiceStatus.PAID),
    )
    assert (blink.asked, servers.asked) == ([at_blink.payment_hash], [at_server.payment_hash])


@pytest.mark.parametrize(
    ("raw", "status"),
    [
        ({"paymentHash": PROVEN, "status": "PENDING"}, InvoiceStatus.PENDING),
        ({"paymentHash": PROVEN, "status": "EXPIRED"}, InvoiceStatus.EXPIRED),
        ({"paymentHash": PROVEN, "status": "PAID"}, InvoiceStatus.UNPROVEN),
        ({"paymentHash": PROVEN, "status": "?", "paymentPreimage": PREIMAGE}, InvoiceStatus.PAID),
        ({"paymentHash": "a" * 64, "status": "EXPIRED"}, InvoiceStatus.UNKNOWN),
        (
            {"paymentHash": "a" * 64, "status": "PAID", "paymentPreimage": PREIMAGE},
            InvoiceStatus.UNKNOWN,
        ),
        (None, InvoiceStatus.UNKNOWN),
        ("PAID", InvoiceStatus.UNKNOWN),
    ],
)
def test_only_an_answer_about_this_very_invoice_says_something_of_it_d3(
    raw: object, status: InvoiceStatus
) -> None:
    assert status_of(raw, PROVEN) is status


# --- Making an invoice -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("failure", "pauses_s"),
    [
        (NotSent(Trouble(TroubleKind.NO_CONNECTION)), [0, QUICK.retry_s]),
        (RateLimited(Trouble(TroubleKind.BLINK_ODD)), [QUICK.retry_s, QUICK.retry_s]),
    ],
)
def test_a_lost_answer_is_asked_for_again_at_once_and_then_after_a_pause_m1(
    failure: KioskError, pauses_s: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    paused_s: list[float] = []

    async def sleep(seconds: float) -> None:
        paused_s.append(seconds)

    async def payload(*_: object, **__: object) -> Mapping[str, Any]:
        raise failure

    monkeypatch.setattr("kiosk.wallet.invoices.asyncio.sleep", sleep)
    http: Any = SimpleNamespace(payload=payload, timings=QUICK)
    with pytest.raises(type(failure)):
        asyncio.run(make_invoice(http, ACCOUNT, Sats(5), "memo", 10, ExternalId("id-1")))
    assert paused_s == pauses_s


@pytest.mark.parametrize(
    ("kind", "is_final"),
    [(TroubleKind.MERCHANT_CANNOT_RECEIVE, True), (TroubleKind.NO_CONNECTION, False)],
)
def test_a_payout_invoice_is_tried_again_unless_it_was_refused_for_good_m2(
    kind: TroubleKind, *, is_final: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    failures = [KioskError(Trouble(kind))]

    async def make_payout(*_: object, **__: object) -> Invoice:
        if failures:
            raise failures.pop()
        return invoice(3, 1234, "out", 86_400)

    paused_s: list[float] = []

    async def sleep(seconds: float) -> None:
        paused_s.append(seconds)

    monkeypatch.setattr("kiosk.wallet.sale_task.make_payout", make_payout)
    monkeypatch.setattr("kiosk.wallet.sale_task.asyncio.sleep", sleep)
    events: list[Event] = []

    async def run() -> None:
        http: Any = SimpleNamespace(timings=QUICK)
        await SaleTask(order(ACCOUNT), http, events.append)._make_payout()

    asyncio.run(run())
    assert isinstance(events[0], PayoutNotMade)
    assert events[0].final is is_final
    assert [type(event) for event in events[1:]] == ([] if is_final else [PayoutCreated])
    first_s = delay_s(QUICK.reconnect_first_s, QUICK.reconnect_longest_s, 0, events[0].sale)
    assert paused_s == ([] if is_final else [first_s])


@pytest.mark.parametrize(("generation", "searches"), [(1, 0), (2, 1)])
def test_only_a_successor_is_looked_for_in_the_ledger_before_it_is_made_m6(
    generation: int, searches: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    searched: list[InvoiceParts] = []

    async def payout_sent(_: object, __: object, wanted: InvoiceParts, *___: object) -> None:
        searched.append(wanted)

    async def payload(*_: object, **__: object) -> Mapping[str, Any]:
        raise Blocked(Trouble(TroubleKind.BLINK_ODD))

    monkeypatch.setattr("kiosk.wallet.invoices.payout_sent", payout_sent)
    endpoints = SimpleNamespace(merchant_key=None)
    http: Any = SimpleNamespace(payload=payload, timings=QUICK, endpoints=endpoints)
    wanted_id = payout_external_id(MINE, generation)
    with pytest.raises(Blocked):
        asyncio.run(make_payout(http, ACCOUNT, Sats(5), "memo", wanted_id))
    assert len(searched) == searches


def test_only_a_connection_that_comes_or_goes_is_a_reason_to_ask_at_once() -> None:
    """Each further failure to connect would otherwise put the next question off."""

    async def run() -> list[bool]:
        http: Any = SimpleNamespace(timings=QUICK)
        events: list[Event] = []
        task = SaleTask(order(ACCOUNT), http, events.append)
        changes: tuple[Callable[[], None], ...] = (
            lambda: task.on_lost(1, "refused", limited=False),
            lambda: task.on_lost(3, "refused", limited=False),
            lambda: task.on_step(ConnectionStep.SUBSCRIBED),
            lambda: task.on_lost(1, "reset", limited=False),
        )
        asks = []
        for change in changes:
            task._connection_changed.clear()
            change()
            asks.append(task._connection_changed.is_set())
        return asks

    assert asyncio.run(run()) == [False, False, True, True]


# --- The ledger --------------------------------------------------------------------------------


def entry(sale: str, **odd: object) -> dict[str, Any]:
    """A payment out, as Blink's ledger shows it."""
    return {
        "externalId": payout_external_id(sale),  # type: ignore[arg-type]
        "initiationVia": {"paymentHash": "b" * 64, "paymentRequest": None},
        "settlementAmount": -1234,
        "direction": "SEND",
        "status": "SUCCESS",
        "createdAt": 1_800_000_000,
        **odd,
    }


def test_of_the_ledger_only_this_tills_sales_are_history_and_none_of_them_is_lost_m6() -> None:
    odd, others = (
        sale_id(SaleParts("till-1", "3f9a0b1c", "0a1b2c3d", 8)),
        sale_id(SaleParts("till-2", "ffffffff", "0a1b2c3d", 7)),
    )
    entries = [
        entry(MINE),
        entry(odd, settlementAmount="1"),
        entry(others),
        entry(MINE, externalId="coffee"),
        entry(MINE, externalId=None),
    ]

    async def ask(document: object, _: object) -> Mapping[str, Any]:
        nodes = entries if document is documents.HISTORY_ENTRIES else []
        page = {"edges": [{"node": node} for node in nodes], "pageInfo": {"hasNextPage": False}}
        account = {"invoices": page, "walletById": {"transactions": page}}
        return {"me": {"defaultAccount": account}}

    http: Any = SimpleNamespace(ask=ask, server_unix_s=None)
    history = asyncio.run(
        fetch_history(http, FetchLedgerHistory("till-1", "3f9a0b1c", ACCOUNT, 0.0))
    ).history
    assert history is not None
    assert [entry.sale for entry in history.entries] == [MINE]
    assert history.odd == {odd}
