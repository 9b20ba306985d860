"""Before a second payout id is taken for a sale, our ledger is searched (M6)."""

from kiosk.sale.effects import CreatePayout, SendForward
from kiosk.sale.events import (
    InvoiceCreated,
    PayoutCreated,
    PayoutNotMade,
    SendForwardResult,
    SendOutcome,
)
from kiosk.sale.ids import SaleParts, payout_external_id, sale_id
from kiosk.sale.money import Sats
from kiosk.sale.trouble import TroubleKind
from kiosk.simulate import Simulator
from tests.wallet.conftest import Door, order

SALE = sale_id(SaleParts("till-1", "3f9a0b1c", "0a1b2c3d", 7))


def forwarded(door: Door, simulator: Simulator, generation: int) -> PayoutCreated:
    """A payout of the sale that has been sent, under the id of a generation."""
    account = door.fetched_account()
    door.perform(order(account))
    simulator.pay(door.wait_for(InvoiceCreated).invoice.payment_request)
    name = payout_external_id(SALE, generation)
    door.perform(CreatePayout(SALE, Sats(1234), name, generation, "m", account))
    while (made := door.wait_for(PayoutCreated)).sale != SALE:
        pass
    payout = made.payout
    door.perform(SendForward(payout.payment_hash, payout, Sats(1234), "m", account))
    assert door.wait_for(SendForwardResult).answer is SendOutcome.SUCCESS
    return made


def test_what_was_sent_under_the_wanted_id_is_returned_and_not_made_again(
    simulator: Simulator, door: Door
) -> None:
    """Fault 2: an older copy of the journal took a second id for what was sent, and paid it."""
    made = forwarded(door, simulator, 1)
    account = door.fetched_account()
    name = payout_external_id(SALE)
    door.perform(CreatePayout(SALE, Sats(1234), name, 1, "m", account))
    assert door.wait_for(PayoutCreated).payout.payment_hash == made.payout.payment_hash


def test_a_successor_of_what_the_ledger_shows_as_sent_is_never_made(
    simulator: Simulator, door: Door
) -> None:
    """Fault 2: a payout that was replaced, and sent all the same, is for a person to look at."""
    forwarded(door, simulator, 1)
    account = door.fetched_account()
    name = payout_external_id(SALE, 2)
    door.perform(CreatePayout(SALE, Sats(1234), name, 2, "m", account))
    refused = door.wait_for(PayoutNotMade)
    assert (refused.trouble.kind, refused.final) == (TroubleKind.PAID_BEFORE, False)


def test_a_successor_is_made_when_the_ledger_shows_nothing_of_the_sale(
    simulator: Simulator, door: Door
) -> None:
    account = door.fetched_account()
    name = payout_external_id(SALE, 2)
    door.perform(CreatePayout(SALE, Sats(1234), name, 2, "m", account))
    assert door.wait_for(PayoutCreated).payout.external_id == name
