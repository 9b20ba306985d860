"""How long an invoice lives is Blink's to say, and need only be long enough (M2)."""

import asyncio
import time
from typing import Any

import pytest

from kiosk.sale.account import Account
from kiosk.sale.days import DAY_S
from kiosk.sale.invoice import ExternalId, Invoice
from kiosk.sale.money import Sats
from kiosk.sale.trouble import KioskError
from kiosk.simulate.node import InvoiceTerms, LightningNode
from kiosk.wallet.fetch_account import fetch_account
from kiosk.wallet.invoices import make_invoice, make_payout
from tests.sale.tills import ACCOUNT
from tests.wallet.blink_stub import http_to

NODE = LightningNode("blink")
NAME = "ab" * 32


def signed(lifetime_s: int, network: str = "regtest", amount: int = 1) -> dict[str, Any]:
    text = NODE.sign(
        InvoiceTerms(
            network=network,
            payment_hash=NAME,
            payment_secret="cd" * 32,
            amount_sat=amount,
            created_at_s=int(time.time()),
            expires_in_s=lifetime_s,
            description="a test",
            description_hash=None,
        )
    )
    return {"errors": [], "invoice": {"paymentHash": NAME, "paymentRequest": text}}


def answers(made: dict[str, Any]) -> Any:
    """A Blink that hands out this invoice, whatever it is asked for."""
    fields = ("lnInvoiceCreate", "lnInvoiceCreateOnBehalfOfRecipient")
    return lambda _: {"data": dict.fromkeys(fields, made)}


def payout_of(lifetime_s: int, network: str = "regtest") -> Invoice:
    async def make() -> Invoice:
        async with http_to(answers(signed(lifetime_s, network))) as http:
            return await make_payout(http, ACCOUNT, Sats(1), "memo", ExternalId("x-out"))

    return asyncio.run(make())


def code_of(lifetime_s: int) -> Invoice:
    account = Account(**{**fields_of(ACCOUNT), "nodes": frozenset({NODE.pubkey})})

    async def make() -> Invoice:
        async with http_to(answers(signed(lifetime_s))) as http:
            return await make_invoice(http, account, Sats(1), "memo", 10, ExternalId("x-in"))

    return asyncio.run(make())


def fields_of(account: Account) -> dict[str, Any]:
    return {name: getattr(account, name) for name in Account.__dataclass_fields__}


@pytest.mark.parametrize("lifetime_s", [600, 4 * 3600, DAY_S - 120, DAY_S, 7 * DAY_S])
def test_a_payout_of_any_lifetime_that_is_long_enough_is_accepted_m2(lifetime_s: int) -> None:
    """Fault 4: Blink caps lifetimes at four hours, and money was taken that nobody could forward.

    The invoice's own end counts.
    """
    made = payout_of(lifetime_s)
    assert made.lifetime_s == lifetime_s
    assert abs(made.expires_at - lifetime_s - time.time()) < 60


@pytest.mark.parametrize("lifetime_s", [1, 599, 366 * DAY_S])
def test_a_payout_that_ends_before_it_can_be_sent_is_refused_m2(lifetime_s: int) -> None:
    """A lifetime is still looked at: too short for its purpose, or beyond reason."""
    with pytest.raises(KioskError, match="lifetime"):
        payout_of(lifetime_s)


@pytest.mark.parametrize("lifetime_s", [60, 300, 600, 4 * 3600])
def test_a_code_lives_as_long_as_its_invoice_says(lifetime_s: int) -> None:
    """Fault 4: so with our own invoice; ten minutes were asked for."""
    assert code_of(lifetime_s).lifetime_s == lifetime_s


def test_a_code_that_is_over_at_once_is_refused() -> None:
    """Nobody could pay it."""
    with pytest.raises(KioskError, match="lifetime"):
        code_of(59)


def test_an_invoice_of_another_network_is_refused_m3() -> None:
    """A wallet of the main network cannot pay it, or pays somebody else."""
    with pytest.raises(KioskError, match="network"):
        payout_of(DAY_S, "signet")


def test_the_trial_at_start_asks_for_what_a_payout_asks_for_m2() -> None:
    """Fault 4: a trial of one minute said nothing about one of a day."""
    asked: list[dict[str, Any]] = []
    wallets = [{"id": "till", "walletCurrency": "BTC"}]
    known: dict[str, Any] = {
        "me": {"defaultAccount": {"wallets": wallets, "limits": {"internalSend": []}}},
        "authorization": {"scopes": ["READ", "RECEIVE", "WRITE"]},
        "globals": {"network": "regtest", "nodesIds": [NODE.pubkey]},
        "windDown": None,
        "currencyList": [{"id": "USD", "symbol": "$", "name": "Dollar", "fractionDigits": 2}],
        "accountDefaultWallet": {"id": "merchant", "currency": "BTC"},
        "lnInvoiceCreateOnBehalfOfRecipient": signed(DAY_S),
    }

    def answer(request: dict[str, Any]) -> dict[str, Any]:
        if "input" in (request.get("variables") or {}):
            asked.append(request["variables"]["input"])
        return {"data": known}

    async def go() -> Account:
        async with http_to(answer) as http:
            return await fetch_account(http)

    assert asyncio.run(go()).merchant_wallet == "merchant"
    assert [given["expiresIn"] for given in asked] == [1440]
