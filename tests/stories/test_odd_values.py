"""Values that no Blink should send, met by a till at work: it says so, goes on, and pays right."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pytest
from aiohttp import web

from kiosk.sale.screens import Forwarded
from kiosk.sale.trouble import TroubleKind
from kiosk.simulate import Simulator
from kiosk.simulate.http import HttpSide
from tests.stories.faults.till import QuickTill, switched_on

Answer = dict[str, Any]
LAST_DATE: Final = "Fri, 31 Dec 9999 23:59:59 GMT"


@dataclass
class Mangler:
    """Changes what Blink answers: `change` gets the operation's name and its answer."""

    change: Callable[[str, Answer], None] | None = None
    headers: dict[str, str] | None = None
    changed: int = 0


@pytest.fixture
def mangler(monkeypatch: pytest.MonkeyPatch) -> Mangler:
    mangler, send = Mangler(), HttpSide.send

    async def mangled(
        side: HttpSide, request: web.BaseRequest, name: str, result: Answer
    ) -> web.StreamResponse:
        if mangler.change is not None and result.get("data"):
            before = repr(result)
            mangler.change(name, result["data"])
            mangler.changed += repr(result) != before
        response = await send(side, request, name, result)
        response.headers.update(mangler.headers or {})
        return response

    monkeypatch.setattr(HttpSide, "send", mangled)
    return mangler


@pytest.fixture
def till(simulator: Simulator, tmp_path: Path, mangler: Mangler) -> Iterator[QuickTill]:
    with switched_on(QuickTill(simulator, tmp_path)) as made:
        made.switch_on().rest()
        yield made


def of_price(field: str, value: object) -> Callable[[str, Answer], None]:
    def change(_: str, data: Answer) -> None:
        for alias in ("shown", "usd"):
            if data.get(alias):
                data[alias]["btcSatPrice"][field] = value

    return change


def of_currencies(field: str, value: object) -> Callable[[str, Answer], None]:
    def change(_: str, data: Answer) -> None:
        for currency in data.get("currencyList") or ():
            if currency["id"] == "USD":
                currency[field] = value

    return change


def of_invoice(value: str) -> Callable[[str, Answer], None]:
    def change(name: str, data: Answer) -> None:
        invoice = (data.get(name) or {}).get("invoice")
        if invoice:
            invoice["paymentRequest"] = value

    return change


def sell(till: QuickTill, digits: str = "500") -> None:
    """One sale, paid and forwarded."""
    till.to_sats()
    till.charge(digits)
    code = till.shown()
    assert code is not None, till.till.screen
    assert till.simulator.pay(code.invoice.payment_request).paid
    till.until(lambda now: isinstance(now.screen, Forwarded))
    till.rest()


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(of_price("base", 10**40), id="a-rate-beyond-reason"),
        pytest.param(of_price("offset", 10**9), id="a-rate-of-many-digits"),
        pytest.param(of_currencies("symbol", "$" * 1_000_000), id="a-symbol-of-1-MB"),
        pytest.param(of_currencies("symbol", "\ud800"), id="a-symbol-that-is-no-text"),
        pytest.param(of_currencies("fractionDigits", 10**6), id="a-million-fraction-digits"),
        pytest.param(of_invoice("lnbc1" + "q" * 5_000), id="an-invoice-too-long-for-a-code"),
    ],
)
def test_an_odd_value_ends_neither_the_till_nor_its_next_start(
    simulator: Simulator, till: QuickTill, mangler: Mangler, change: Callable[[str, Answer], None]
) -> None:
    """Box fault 23: it ended the loop, again at every start for as long as Blink repeated it."""
    mangler.change = change
    till.charge("500")
    till.leap()
    till.switch_off()
    till.switch_on().rest()
    till.charge("500")
    assert mangler.changed, "the till has met it"
    mangler.change = None
    till.finish()
    sell(till)
    assert simulator.merchant.balance_sat == 500


def test_a_date_of_the_year_9999_does_not_stay_on_top_for_ever(
    simulator: Simulator, till: QuickTill, mangler: Mangler
) -> None:
    """Box fault 23: sales of that date were newer than every later one."""
    mangler.headers = {"Date": LAST_DATE}
    till.switch_off()
    till.switch_on().rest()
    sell(till, "500")
    mangler.headers = None
    till.leap()
    sell(till, "700")
    assert simulator.merchant.balance_sat == 1200
    sales = till.app.journal.sales_page(None, 10).sales
    assert [record.sale.amount for record in sales] == [700, 500]


def test_one_payout_invoice_for_two_sales_pays_once_and_is_told(
    simulator: Simulator, till: QuickTill, mangler: Mangler
) -> None:
    """Box fault 23: the second sale ended the loop in JournalConflict."""
    payouts: list[Answer] = []

    def repeat(name: str, data: Answer) -> None:
        answer = data.get(name)
        if name == "lnInvoiceCreateOnBehalfOfRecipient" and answer and answer.get("invoice"):
            payouts.append(dict(answer["invoice"]))
            answer["invoice"] = dict(payouts[0])

    mangler.change = repeat
    sell(till)
    till.to_sats()
    till.charge("500")
    code = till.shown()
    assert code is not None, till.till.screen
    assert simulator.pay(code.invoice.payment_request).paid
    till.leap()
    assert simulator.merchant.balance_sat == 500, "the one invoice was paid once"
    assert [alarm.trouble.kind for alarm in till.till.alarms] == [TroubleKind.PAYOUT_GUARDED]
    mangler.change = None
    till.finish()
    assert simulator.merchant.balance_sat == 1000, "the second sale has got one of its own"
