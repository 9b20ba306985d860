"""How money leaves a wallet: the checks of a send, in Blink's order, and its outcome."""

from dataclasses import dataclass
from typing import Final

from kiosk.simulate.accounts import Wallet
from kiosk.simulate.channels import Occasion
from kiosk.simulate.errors import ApplicationError, already_paid, invalid_input, no_such_invoice
from kiosk.simulate.faults import Fault
from kiosk.simulate.invoices import Invoice
from kiosk.simulate.ledger import OUTSIDE, Entry, Kind, Leg
from kiosk.simulate.node import DecodedInvoice
from kiosk.simulate.quotas import Send, check_balance, check_limits, count
from kiosk.simulate.settlement import (
    Deal,
    account_channel,
    agreed_amount,
    announce,
    credited,
    move,
    move_later,
)
from kiosk.simulate.views import intraledger_update
from kiosk.simulate.world import World

RESERVE_PER_MILLE: Final = 5
RESERVE_LEAST_SAT: Final = 10
OUTSIDE_FEE_SAT: Final = 1


@dataclass(frozen=True, slots=True)
class Sent:
    """Blink's PaymentSendResult, and the sender's own entry if there is one."""

    status: str
    entry: Entry | None


def pay_invoice(
    world: World, order: Send, payment_request: str, chosen_sat: int | None = None
) -> Sent:
    """Pay an invoice; `chosen_sat` for one that leaves the amount to the payer.

    Raises:
        ApplicationError: FAILURE, with the reason.
    """
    decoded = world.invoices.read(payment_request)
    amount_sat = agreed_amount(decoded, chosen_sat)
    stranger = world.accounts.by_username("stranger")
    others_first = order.wallet != stranger.btc
    if others_first and world.faults.take(Fault.PAID_BY_SOMEBODY_ELSE, order.operation):
        pay_invoice(world, Send(stranger.btc, None, "stranger"), payment_request, chosen_sat)
        return Sent("ALREADY_PAID", None)
    if decoded.payee != world.invoices.node.pubkey:
        return _pay_outside(world, order, decoded, amount_sat)
    invoice = _planned(world, order.wallet, decoded, amount_sat)
    check_limits(world, order, world.accounts.of_wallet(invoice.wallet.id), amount_sat)
    if world.ledger.is_recorded(invoice.payment_hash):
        return _repeated(world, order.wallet, invoice.payment_hash)
    world.check_may_receive()
    payee, credit = credited(world, invoice, amount_sat)
    debit = _debit(world, order.wallet, payee, credit, amount_sat)
    check_balance(world, order.wallet, debit)
    count(world, order, world.accounts.of_wallet(payee.id), amount_sat)
    return _carry_out(world, order, Deal(invoice, order.wallet, debit, payee, credit, order.memo))


def send_to_wallet(world: World, order: Send, payee: Wallet, amount_sat: int) -> Sent:
    """Move money without an invoice; doing it twice moves it twice.

    Raises:
        ApplicationError: FAILURE, with the reason.
    """
    if payee == order.wallet:
        raise cannot_pay_self()
    if "USD" in (payee.currency, order.wallet.currency):
        raise invalid_input("Unsupported operation for wallet's currency.")
    owner = world.accounts.of_wallet(payee.id)
    check_limits(world, order, owner, amount_sat)
    world.check_may_receive()
    check_balance(world, order.wallet, amount_sat)
    count(world, order, owner, amount_sat)
    legs = (
        Leg(order.wallet.id, -amount_sat, memo=order.memo),
        Leg(payee.id, amount_sat, memo=order.memo),
    )
    sent, received = world.ledger.post(world.clock.now(), Kind.INTRALEDGER, legs)
    event = intraledger_update(world, owner, received)
    world.channels.publish(account_channel(owner), event, Occasion.PAYMENT)
    return Sent("SUCCESS", sent)


def plan(world: World, wallet: Wallet, payment_request: str) -> int:
    """Work out the fee in sats of paying an invoice, and remember the plan for five minutes.

    Raises:
        ApplicationError: it cannot be paid.
    """
    decoded = world.invoices.read(payment_request)
    amount_sat = agreed_amount(decoded, None)
    if decoded.payee != world.invoices.node.pubkey:
        return _reserve(amount_sat)
    _planned(world, wallet, decoded, amount_sat)
    return 0


def cannot_pay_self() -> ApplicationError:
    """Say what a wallet reads that pays its own invoice."""
    return ApplicationError("User tried to pay themselves", "CANT_PAY_SELF")


def _planned(world: World, wallet: Wallet, decoded: DecodedInvoice, amount_sat: int) -> Invoice:
    now_s, payment_hash = world.clock.now(), decoded.payment_hash
    invoice = world.invoices.by_hash(payment_hash)
    if invoice is None:
        raise no_such_invoice(payment_hash)
    if not world.plans.has(wallet.id, payment_hash, amount_sat, now_s):
        if invoice.paid:
            raise already_paid()
        if invoice.wallet == wallet:
            raise cannot_pay_self()
        world.plans.add(wallet.id, payment_hash, amount_sat, now_s)
    return invoice


def _repeated(world: World, wallet: Wallet, payment_hash: str) -> Sent:
    entries = world.ledger.of_hash(payment_hash)
    if any(world.ledger.status(entry) == "PENDING" for entry in entries):
        raise invalid_input("There is a pending payment for this invoice")
    ours = (each for each in entries if each.wallet_id == wallet.id and each.amount < 0)
    return Sent("ALREADY_PAID", next(ours, None))


def _carry_out(world: World, order: Send, deal: Deal) -> Sent:
    faults, operation = world.faults, order.operation
    if settles := faults.take(Fault.PENDING_SETTLES, operation):
        return Sent("PENDING", move_later(world, deal, settles.seconds or 0.0))
    if reverses := faults.take(Fault.PENDING_REVERSES, operation):
        return Sent("PENDING", move_later(world, deal, reverses.seconds or 0.0, back=True))
    sent, received = move(world, deal)
    if faults.take(Fault.FAILURE_AFTER, operation):
        raise ApplicationError(
            "Temporary failure when trying to pay, please retry payment", "LIGHTNING_PAYMENT_ERROR"
        )
    announce(world, deal.invoice, received)
    return Sent("SUCCESS", sent)


def _debit(world: World, payer: Wallet, payee: Wallet, credit: int, amount_sat: int) -> int:
    if payer.currency == "BTC":
        return amount_sat
    return credit if payee.currency == "USD" else world.prices.cents(amount_sat) + 1


def _reserve(amount_sat: int) -> int:
    return max(-(-amount_sat * RESERVE_PER_MILLE // 1000), RESERVE_LEAST_SAT)


def _pay_outside(world: World, order: Send, decoded: DecodedInvoice, amount_sat: int) -> Sent:
    if order.wallet.currency != "BTC":
        raise invalid_input("Unsupported operation for wallet's currency.")
    payment_hash = decoded.payment_hash
    check_limits(world, order, None, amount_sat)
    if world.ledger.is_recorded(payment_hash):
        return _repeated(world, order.wallet, payment_hash)
    if payment_hash not in world.outside:
        raise ApplicationError("Unable to find a route for payment.", "ROUTE_FINDING_ERROR")
    check_balance(world, order.wallet, amount_sat + _reserve(amount_sat))
    count(world, order, None, amount_sat)
    total, memo = amount_sat + OUTSIDE_FEE_SAT, order.memo or decoded.description
    legs = (Leg(order.wallet.id, -total, memo=memo, fee=OUTSIDE_FEE_SAT), Leg(OUTSIDE, total))
    sent, _ = world.ledger.post(world.clock.now(), Kind.LN_PAYMENT, legs, payment_hash)
    return Sent("SUCCESS", sent)
