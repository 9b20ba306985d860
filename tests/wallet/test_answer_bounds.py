"""Answers that lack something, or that hold values beyond all reason."""

import asyncio
import re
from collections.abc import Mapping
from typing import Any

import pytest
from graphql import GraphQLError, validate

from kiosk.sale.account import Account
from kiosk.sale.effects import FetchAccount, FetchRates
from kiosk.sale.events import RatesFetchFailed
from kiosk.sale.invoice import ExternalId
from kiosk.sale.money import Sats
from kiosk.sale.trouble import KioskError, TroubleKind
from kiosk.simulate import Simulator, http
from kiosk.simulate.engine import SCHEMA, NotServed
from kiosk.wallet import documents
from kiosk.wallet.answer_bounds import OddValue, entries, number, text, unix_s
from kiosk.wallet.endpoints import DirectMerchant, Endpoints
from kiosk.wallet.fetch_account import fetch_account
from kiosk.wallet.fetch_direct_account import fetch_direct_account
from kiosk.wallet.forwarding import fetch_daily_limit
from kiosk.wallet.http import Http
from kiosk.wallet.invoices import make_invoice
from kiosk.wallet.lightning_address.servers import AddressServers
from kiosk.wallet.prices import rates
from tests.wallet.conftest import QUICK, Door, endpoints_of

# Each field as the schema has it, and what the router says of one that it no longer has.
GONE = (
    "windDown",
    "finalDeadline",
    "receiveDisabledAt",
    "internalSend",
    "remainingLimit",
    "limits",
    "authorization",
    "nodesIds",
    "currencyList",
    "symbol",
    "name",
)
WORDINGS = ("Cannot query field {!r} on type 'T'.", "GRAPHQL_VALIDATION_FAILED")


def gone(simulator: Simulator, monkeypatch: pytest.MonkeyPatch, field: str, wording: str) -> None:
    """Blink's schema has the field no more."""
    honest = http.read_request

    def without_field(body: Any) -> Any:
        if re.search(rf"\b{field}\b(?!:)", body["query"]):
            raise NotServed(GraphQLError(wording.format(field)))
        return honest(body)

    monkeypatch.setattr(http, "read_request", without_field)


def with_http(ends: Endpoints, work: Any) -> Any:
    async def run() -> Any:
        http = Http(ends, QUICK)
        try:
            return await work(http)
        finally:
            await http.close()

    return asyncio.run(run())


@pytest.mark.parametrize("wording", WORDINGS, ids=["named", "not named"])
@pytest.mark.parametrize("field", GONE)
def test_an_optional_field_that_is_gone_costs_itself_alone(
    simulator: Simulator, monkeypatch: pytest.MonkeyPatch, field: str, wording: str
) -> None:
    """Fault 17: a sale in sats needs none of them, and one word says what is missing."""
    gone(simulator, monkeypatch, field, wording)

    async def work(http: Http) -> Account:
        account = await fetch_account(http)
        await make_invoice(http, account, Sats(1234), "m", 10, ExternalId("one"))
        await fetch_daily_limit(http)
        asked = len(simulator.requests)
        await fetch_account(http)
        assert len(simulator.requests) - asked == 4, "what is gone is not asked for again"
        if field in ("symbol", "name"):
            assert (await rates(http, "USD")).usd.currency.fraction_digits == 2
        return account

    assert field in with_http(endpoints_of(simulator), work).not_served


def test_a_visit_asks_no_more_than_before_when_nothing_is_gone(simulator: Simulator) -> None:
    """Fault 17: what is optional costs no request of its own, but for the keys."""
    account = with_http(endpoints_of(simulator), fetch_account)
    assert [request.operation for request in simulator.requests] == [
        "me",
        "me",  # the keys, which come from a server of their own
        "accountDefaultWallet",
        "lnInvoiceCreateOnBehalfOfRecipient",
    ]
    assert account.not_served == ()


def test_a_favourite_currency_that_is_listed_no_more_leaves_the_others(
    simulator: Simulator,
) -> None:
    """Fault 17: a till in XAU and sats still sells in sats."""
    account = with_http(endpoints_of(simulator, currencies=("XAU", "USD")), fetch_account)
    assert account.not_served == ("XAU",)
    assert "USD" in account.currencies


@pytest.mark.parametrize(
    ("gone_field", "not_served"), [("", ("XAU",)), ("currencyList", ("currencyList",))]
)
def test_direct_sales_are_told_of_a_currency_that_is_not_listed_as_well(
    simulator: Simulator,
    monkeypatch: pytest.MonkeyPatch,
    gone_field: str,
    not_served: tuple[str, ...],
) -> None:
    """Fault 17: its brother: the doctor of a direct till called such a currency good."""
    if gone_field:
        gone(simulator, monkeypatch, gone_field, WORDINGS[0])
    merchant = DirectMerchant(simulator.merchant.username, None)

    async def work(http: Http) -> Account:
        servers = AddressServers(http.tls)
        return await fetch_direct_account(http, servers, merchant, FetchAccount())

    ends = endpoints_of(simulator, currencies=("XAU", "USD"), direct=merchant)
    assert with_http(ends, work).not_served == not_served


def test_every_document_without_any_optional_field_is_still_one_of_blinks() -> None:
    """Fault 17: no empty selection and no unused fragment is left behind."""
    for name in ("ACCOUNT", "WALLETS", "PRICES"):
        request = getattr(documents, name)
        for field in documents.optional_in(request):
            left = documents.without(request, {field})
            assert left is not None
            assert validate(SCHEMA, left.document) == [], field
        left = documents.without(request, documents.OPTIONAL)
        assert left is not None
        assert validate(SCHEMA, left.document) == []
    assert documents.without(documents.LIMIT, {"remainingLimit"}) is None


ODD_TEXTS = ["\ud800", "x" * 1_000_000, "\x00", "\u202e", 7, None, ["x"], {"a": "x"}, True]


@pytest.mark.parametrize("served", ODD_TEXTS, ids=lambda served: repr(served)[:12])
def test_a_text_that_cannot_be_shown_or_written_is_odd(served: object) -> None:
    """Box fault 23: a lone surrogate and a text of 1 MB end here."""
    with pytest.raises(OddValue):
        text(served)
    assert text("د.ع.\u200f") == "د.ع.\u200f"


@pytest.mark.parametrize("served", [0, -1, 10**40, 1.5, "5", None, True, float("inf")])
def test_a_number_out_of_bounds_is_odd(served: object) -> None:
    with pytest.raises(OddValue):
        number(served, 1, 10**12)


@pytest.mark.parametrize("served", [0, 253_402_300_799, -1, "now", 1e9])
def test_a_time_of_another_age_is_odd(served: object) -> None:
    """Box fault 23: the year 9999 is no time of Blink's."""
    with pytest.raises(OddValue):
        unix_s(served)


def test_a_list_without_end_is_odd() -> None:
    """Box fault 22: lists are bounded where they enter."""
    with pytest.raises(OddValue):
        entries([0] * 100_000)


class Canned(Http):
    """Answers every question with the same data."""

    data: Mapping[str, Any]

    async def ask(self, *_: Any, **__: Any) -> Mapping[str, Any]:
        return self.data


def price(**changed: Any) -> dict[str, Any]:
    details = {"id": "USD", "symbol": "$", "name": "US Dollar", "fractionDigits": 2}
    known = {"base": 43_623_050_781, "offset": 12, "timestamp": 1_795_694_400}
    served = {**known, **{key: value for key, value in changed.items() if key in known}}
    details |= {key: value for key, value in changed.items() if key in details}
    return {
        "timestamp": served["timestamp"],
        "btcSatPrice": {"base": served["base"], "offset": served["offset"]},
        "denominatorCurrencyDetails": details,
    }


@pytest.mark.parametrize(
    "changed",
    [
        {"base": 1},
        {"base": 10**40},
        {"base": 2**53 - 1, "offset": 0},
        {"base": "43623050781"},
        {"base": 0},
        {"offset": 30},
        {"offset": -1},
        {"timestamp": 253_402_300_799},
        {"timestamp": 10**30},
        {"fractionDigits": 9},
        {"id": "\ud800"},
    ],
    ids=lambda changed: repr(changed)[:30],
)
def test_a_price_beyond_reason_is_an_odd_answer(
    simulator: Simulator, changed: dict[str, Any]
) -> None:
    """Box fault 23: it would end the loop in decimal.InvalidOperation or OverflowError."""

    async def run() -> None:
        http = Canned(endpoints_of(simulator), QUICK)
        http.data = {"shown": price(), "usd": price()}
        assert (await rates(http, "USD")).shown.base == 43_623_050_781
        http.data = {"shown": price(**changed), "usd": price()}
        with pytest.raises(KioskError) as caught:
            await rates(http, "USD")
        assert caught.value.trouble.kind is TroubleKind.BLINK_ODD

    asyncio.run(run())


@pytest.mark.parametrize("symbol", ["x" * 1_000_000, "\ud800", None, 7])
def test_a_symbol_beyond_reason_is_replaced_by_the_code(
    simulator: Simulator, symbol: object
) -> None:
    """Box fault 23: the price is good, only its sign is not."""

    async def run() -> None:
        http = Canned(endpoints_of(simulator), QUICK)
        http.data = {"shown": price(symbol=symbol), "usd": price()}
        assert (await rates(http, "USD")).shown.currency.symbol == "USD"

    asyncio.run(run())


def test_an_invoice_too_long_for_a_code_is_an_odd_answer(simulator: Simulator) -> None:
    """Box fault 23: a code of five thousand characters ends the drawing."""

    async def run() -> None:
        account = await fetch_account(real)
        http = Canned(endpoints_of(simulator), QUICK)
        made = {"paymentHash": "a" * 64, "paymentRequest": "lnbc1" + "q" * 5_000}
        http.data = {"lnInvoiceCreate": {"errors": [], "invoice": made}}
        with pytest.raises(KioskError) as caught:
            await make_invoice(http, account, Sats(1), "m", 10, ExternalId("one"))
        assert "too long" in caught.value.trouble.reason
        await real.close()

    real = Http(endpoints_of(simulator), QUICK)
    asyncio.run(run())


def test_a_price_in_a_currency_that_is_gone_says_so(simulator: Simulator, door: Door) -> None:
    """Fault 24: "no fresh price" is not the cause."""
    door.fetched_account()
    door.perform(FetchRates("XAU"))
    assert door.wait_for(RatesFetchFailed).trouble.kind is TroubleKind.CURRENCY_UNKNOWN
