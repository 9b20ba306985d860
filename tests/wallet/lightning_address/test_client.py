"""An address on the simulator, asked over real sockets."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from typing import TypeVar
from urllib.parse import urlsplit

import pytest

from kiosk.sale.lightning_address import parse_lightning_address
from kiosk.sale.money import Sats
from kiosk.simulate import Fault, Simulator
from kiosk.wallet.lightning_address.client import (
    AddressClient,
    NoProof,
    Proof,
    WrongInvoice,
    ask_verify,
)
from kiosk.wallet.lightning_address.fetch import Fetcher, RefusedUrl, Unreachable
from kiosk.wallet.lightning_address.messages import Declined, OddAnswer
from kiosk.wallet.tls import tls_context

R = TypeVar("R")


@pytest.fixture
def blink() -> Iterator[Simulator]:
    with Simulator() as simulator:
        yield simulator


def at(simulator: Simulator, work: Callable[[AddressClient], Awaitable[R]]) -> R:
    """Do something with a client of the merchant's address."""
    host = urlsplit(simulator.api_url).netloc

    async def run() -> R:
        fetcher = Fetcher(tls_context(), on_loopback=True, timeout_s=5)
        address = parse_lightning_address(f"merchant@{host}")
        try:
            return await work(AddressClient(address, fetcher, "regtest"))
        finally:
            await fetcher.close()

    return asyncio.run(run())


async def sell(client: AddressClient, comment: str = "") -> tuple[str, str, str]:
    """An invoice of 1234 sats: payment request, verify, payment hash."""
    request = await client.fetch_pay_request()
    made = await client.make_invoice(request, Sats(1234), expiry_s=600, comment=comment)
    return made.payment_request, made.verify, made.decoded.payment_hash


def test_an_invoice_is_made_in_the_merchants_name_and_proven_paid(blink: Simulator) -> None:
    async def sale(client: AddressClient) -> list[Proof]:
        pr, verify, name = await sell(client, "Cafe: 4.20 EUR")
        before = await ask_verify(client.fetcher, verify, name)  # type: ignore[arg-type]
        await asyncio.to_thread(blink.pay, pr)
        after = await ask_verify(client.fetcher, verify, name)  # type: ignore[arg-type]
        return [before.proof, after.proof]

    assert at(blink, sale) == [Proof.OPEN, Proof.PAID]
    assert blink.ledger.balance(blink.merchant.wallet_id) == 1234


def test_the_amounts_that_an_address_takes_are_whole_sats(blink: Simulator) -> None:
    request = at(blink, lambda client: client.try_out())
    assert (request.least, request.most) == (1, 4_000_000)


@pytest.mark.parametrize("fault", [Fault.VERIFY_MISSING, Fault.VERIFY_NULL, Fault.VERIFY_NOT_FOUND])
def test_an_address_that_cannot_prove_payments_is_refused(blink: Simulator, fault: Fault) -> None:
    blink.faults.add(fault)
    with pytest.raises(NoProof):
        at(blink, lambda client: client.try_out())


@pytest.mark.parametrize(
    "fault", [Fault.WRONG_AMOUNT, Fault.WRONG_NETWORK, Fault.DESCRIPTION_HASH_WRONG]
)
def test_an_invoice_that_was_not_asked_for_is_never_shown(blink: Simulator, fault: Fault) -> None:
    blink.faults.add(fault)
    with pytest.raises(WrongInvoice):
        at(blink, sell)


def test_a_server_that_drops_the_description_hash_beside_a_comment_is_asked_without(
    blink: Simulator,
) -> None:
    blink.faults.add(Fault.COMMENT_DROPS_HASH)
    at(blink, lambda client: sell(client, "Cafe"))
    comments = [
        "comment" in asked.variables for asked in blink.requests if "amount" in asked.variables
    ]
    assert comments == [True, False]


def test_an_invoice_without_a_description_hash_is_accepted_in_the_end(blink: Simulator) -> None:
    blink.faults.add(Fault.DESCRIPTION_HASH_MISSING)
    assert at(blink, sell)


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        (Fault.ADDRESS_UNKNOWN, Declined),
        (Fault.PAYER_DATA_WANTED, OddAnswer),
        (Fault.CALLBACK_PRIVATE, RefusedUrl),
        (Fault.ADDRESS_REDIRECT, RefusedUrl),
        (Fault.CAPTIVE_PORTAL, Unreachable),
        (Fault.HTTP_429, Unreachable),
        (Fault.MALFORMED_JSON, Unreachable),
        (Fault.WRONG_SHAPE, Unreachable),
        (Fault.REQUEST_LOST, Unreachable),
    ],
)
def test_what_cannot_be_used_has_a_name(
    blink: Simulator, fault: Fault, error: type[Exception]
) -> None:
    blink.faults.add(fault)
    with pytest.raises(error):
        at(blink, sell)


@pytest.mark.parametrize(
    ("fault", "proof"),
    [
        (Fault.VERIFY_LIES, Proof.UNPROVEN),
        (Fault.VERIFY_NO_PREIMAGE, Proof.UNPROVEN),
        (Fault.VERIFY_WRONG_PREIMAGE, Proof.UNPROVEN),
        (Fault.VERIFY_UPPER_CASE, Proof.PAID),
        (Fault.VERIFY_OTHER_PR, Proof.PAID),
        (Fault.VERIFY_NOT_FOUND, Proof.UNKNOWN),
        (Fault.CAPTIVE_PORTAL, Proof.UNKNOWN),
        (Fault.HTTP_429, Proof.UNKNOWN),
        (Fault.VERIFY_LAGS, Proof.OPEN),
    ],
)
def test_only_the_preimage_is_a_payment(blink: Simulator, fault: Fault, proof: Proof) -> None:
    async def sale(client: AddressClient) -> tuple[Proof, Proof]:
        pr, verify, name = await sell(client)
        await asyncio.to_thread(blink.pay, pr)
        seconds = 60.0 if fault is Fault.VERIFY_LAGS else None
        blink.faults.add(fault, seconds=seconds)
        first = await ask_verify(client.fetcher, verify, name)  # type: ignore[arg-type]
        blink.faults.clear()
        return first.proof, (await ask_verify(client.fetcher, verify, name)).proof  # type: ignore[arg-type]

    assert at(blink, sale) == (proof, Proof.PAID)  # and an honest answer is heard after a lie
