"""How money moves: receiving from outside, sending with Blink's checks in Blink's order, and news.

Source: blinkbitcoin/blink, core/api/src/app/payments/send-lightning.ts and spending-limits.ts.
"""

from dataclasses import dataclass
from typing import Final

from kiosk.simulate.accounts import INTERNAL_SEND_CENTS, Account, Wallet
from kiosk.simulate.channels import Occasion
from kiosk.simulate.errors import Refusal, invalid_input
from kiosk.simulate.faults import Fault
from kiosk.simulate.invoices import Invoice
from kiosk.simulate.ledger import IN_FLIGHT, OUTSIDE, Entry, Kind, Leg
from kiosk.simulate.node import DecodedInvoice
from kiosk.simulate.prices import cents
from kiosk.simulate.views import ln_update, status_view
from kiosk.simulate.world import World

PLAN_LIFE_S: Final = 300
OUTSIDE_FEE_SAT: Final = 1


@dataclass(frozen=True, slots=True)
class SendOrder:
    """An order to pay: from which wallet, by which mutation (for the fault switches)."""

    wallet: Wallet
    operation: str
    memo: str | None = None


@dataclass(frozen=True, slots=True)
class Sent:
    """Blink's PaymentSendResult, and the sender's own entry if there is one."""

    status: str
    entry: Entry | None


def pay_invoice(world: World, order: SendOrder, payment_request: str) -> Sent:
    """Pay an invoice from a wallet.

    Raises:
        ApplicationError: FAILURE, with the reason.
    """
    decoded = world.invoices.read(payment_request)
    amount_sat = _amount(decoded)
    stranger = world.accounts.by_username("stranger")
    others_first = order.wallet != stranger.btc
    if others_first and world.faults.take(Fault.PAID_BY_SOMEBODY_ELSE, order.operation):
        pay_invoice(world, SendOrder(stranger.btc, "stranger"), payment_request)
        return Sent("ALREADY_PAID", None)
    if decoded.payee != world.invoices.node.pubkey:
        return _pay_outside(world, order, decoded, amount_sat)
    invoice = _planned(world, order.wallet, decoded, amount_sat)
    now_s, account = world.clock.now(), world.accounts.of_wallet(order.wallet.id)
    allowed_cents = INTERNAL_SEND_CENTS[account.level]
    if account.sent_cents.total(now_s) + cents(amount_sat) > allowed_cents:
        raise Refusal.LIMIT_REACHED.error(dollars=allowed_cents / 100)
    if world.ledger.is_recorded(invoice.payment_hash):
        return _repeated(world, order.wallet, invoice.payment_hash)
    world.check_may_receive()
    _check_balance(world, order.wallet, amount_sat)
    account.sent_cents.add(now_s, cents(amount_sat))
    return _pay_inside(world, order, invoice, amount_sat)


def receive(world: World, payment_request: str) -> None:
    """Let somebody outside pay an invoice over Lightning.

    Raises:
        ApplicationError: the node refuses the payment.
    """
    _settle_from_outside(world, _receivable(world, payment_request))


def hold(world: World, payment_request: str) -> Invoice:
    """Let a payment from outside arrive without being settled: the invoice stays PENDING.

    Raises:
        ApplicationError: the node refuses the payment.
    """
    invoice = _receivable(world, payment_request)
    invoice.held = True
    return invoice


def settle_held(world: World, payment_hash: str) -> None:
    """Settle a held payment, even if the invoice was paid from inside meanwhile.

    Raises:
        ApplicationError: nothing is held for this hash.
    """
    invoice = world.invoices.by_hash(payment_hash)
    if invoice is None or not invoice.held:
        raise invalid_input("No payment is held for this invoice")
    invoice.held = False
    _settle_from_outside(world, invoice)


def account_channel(account: Account) -> str:
    """Name the channel of an account's updates."""
    return f"account {account.id}"


def invoice_channel(payment_hash: str) -> str:
    """Name the channel of an invoice's status."""
    return f"invoice {payment_hash.lower()}"


def _amount(decoded: DecodedInvoice) -> int:
    if not decoded.amount_sat:
        raise invalid_input("Invoice does not have a valid amount to pay")
    return decoded.amount_sat


def _planned(world: World, wallet: Wallet, decoded: DecodedInvoice, amount_sat: int) -> Invoice:
    """Return the invoice to pay.

    A repeat within five minutes takes the plan of before and so skips the checks of a new one,
    which is why it is answered differently from a later one.
    """
    now_s, payment_hash = world.clock.now(), decoded.payment_hash
    invoice = world.invoices.by_hash(payment_hash)
    if invoice is None:
        raise Refusal.NO_SUCH_INVOICE.error(payment_hash=payment_hash)
    plan = (wallet.id, payment_hash, amount_sat)
    if now_s >= world.planned_at_s.get(plan, -PLAN_LIFE_S) + PLAN_LIFE_S:
        if invoice.paid:
            raise Refusal.ALREADY_PAID.error()
        if invoice.wallet == wallet:
            raise Refusal.CANNOT_PAY_SELF.error()
        world.planned_at_s[plan] = now_s
    return invoice


def _repeated(world: World, wallet: Wallet, payment_hash: str) -> Sent:
    entries = world.ledger.of_hash(payment_hash)
    if any(world.ledger.status(entry) == "PENDING" for entry in entries):
        raise invalid_input("There is a pending payment for this invoice")
    ours = (entry for entry in entries if entry.wallet_id == wallet.id and entry.amount < 0)
    return Sent("ALREADY_PAID", next(ours, None))


def _pay_inside(world: World, order: SendOrder, invoice: Invoice, amount_sat: int) -> Sent:
    faults, operation = world.faults, order.operation
    payer, payee = order.wallet, invoice.wallet
    # Without a memo of its own the payer's side shows the invoice's; the payee's always does.
    memo, external_id = order.memo or invoice.memo, invoice.external_id
    sent_leg = Leg(payer.id, -amount_sat, memo, 0, external_id, payee.id)
    received_leg = Leg(payee.id, amount_sat, invoice.memo, 0, external_id, payer.id)
    if settles := faults.take(Fault.PENDING_SETTLES, operation):
        return _pay_later(world, invoice, sent_leg, received_leg, settles.seconds or 0.0)
    if reverses := faults.take(Fault.PENDING_REVERSES, operation):
        return _pay_later(world, invoice, sent_leg, None, reverses.seconds or 0.0)
    legs = (sent_leg, received_leg)
    sent, received = world.ledger.post(
        world.clock.now(), Kind.LN_INTRALEDGER, legs, invoice.payment_hash
    )
    if faults.take(Fault.FAILURE_AFTER, operation):
        raise Refusal.TEMPORARY_FAILURE.error()
    _announce(world, invoice, received)
    return Sent("SUCCESS", sent)


def _pay_later(
    world: World, invoice: Invoice, sent_leg: Leg, received_leg: Leg | None, seconds: float
) -> Sent:
    """Take the money now; `seconds` later deliver it, or give it back if nobody receives it."""
    now_s, amount_sat, payment_hash = world.clock.now(), -sent_leg.amount, invoice.payment_hash
    taken = (sent_leg, Leg(IN_FLIGHT, amount_sat))
    released = Leg(IN_FLIGHT, -amount_sat)
    entry, _ = world.ledger.post(now_s, Kind.LN_INTRALEDGER, taken, payment_hash, pending=True)

    def end() -> None:
        world.ledger.finish(entry, failed=received_leg is None)
        back = Leg(sent_leg.wallet_id, amount_sat, sent_leg.memo)
        kind = Kind.LN_REVERSAL if received_leg is None else Kind.LN_INTRALEDGER
        legs = (released, received_leg or back)
        _, received = world.ledger.post(world.clock.now(), kind, legs, payment_hash)
        if received_leg is not None:
            _announce(world, invoice, received)

    world.timers.call_at(now_s + seconds, end)
    return Sent("PENDING", entry)


def _pay_outside(world: World, order: SendOrder, decoded: DecodedInvoice, amount_sat: int) -> Sent:
    """Pay a node that is not Blink's: a fee of one sat, and no daily limit here."""
    payment_hash, total = decoded.payment_hash, amount_sat + OUTSIDE_FEE_SAT
    if world.ledger.is_recorded(payment_hash):
        return _repeated(world, order.wallet, payment_hash)
    if payment_hash not in world.outside:
        raise Refusal.NO_ROUTE.error()
    _check_balance(world, order.wallet, total)
    memo = order.memo or decoded.description
    legs = (Leg(order.wallet.id, -total, memo, OUTSIDE_FEE_SAT), Leg(OUTSIDE, total))
    sent, _ = world.ledger.post(world.clock.now(), Kind.LN_PAYMENT, legs, payment_hash)
    return Sent("SUCCESS", sent)


def _receivable(world: World, payment_request: str) -> Invoice:
    decoded = world.invoices.read(payment_request)
    _amount(decoded)
    invoice = world.invoices.by_hash(decoded.payment_hash)
    if invoice is None or decoded.payee != world.invoices.node.pubkey:
        raise Refusal.NO_SUCH_INVOICE.error(payment_hash=decoded.payment_hash)
    if invoice.paid or invoice.held or world.ledger.is_recorded(invoice.payment_hash):
        raise Refusal.ALREADY_PAID.error()
    if invoice.cancelled or world.clock.now() >= invoice.expires_at_s:
        raise Refusal.INVOICE_CLOSED.error()
    return invoice


def _settle_from_outside(world: World, invoice: Invoice) -> None:
    # The amount that was signed, which a fault may have made another.
    amount_sat = _amount(world.invoices.read(invoice.payment_request))
    received_leg = Leg(invoice.wallet.id, amount_sat, invoice.memo, external_id=invoice.external_id)
    legs = (Leg(OUTSIDE, -amount_sat), received_leg)
    _, received = world.ledger.post(world.clock.now(), Kind.LN_RECEIPT, legs, invoice.payment_hash)
    _announce(world, invoice, received)


def _announce(world: World, invoice: Invoice, received: Entry) -> None:
    """Mark the invoice paid and tell everyone who listens."""
    invoice.paid = True
    owner, channels = world.accounts.of_wallet(invoice.wallet.id), world.channels
    update = ln_update(world, owner, invoice, received)
    channels.publish(account_channel(owner), update, Occasion.PAYMENT)
    status = status_view(world, invoice.payment_hash)
    channels.publish(invoice_channel(invoice.payment_hash), status, Occasion.PAYMENT)


def _check_balance(world: World, wallet: Wallet, amount_sat: int) -> None:
    balance_sat = world.ledger.balance(wallet.id)
    if balance_sat < amount_sat:
        raise Refusal.INSUFFICIENT_BALANCE.error(amount_sat=amount_sat, balance_sat=balance_sat)
