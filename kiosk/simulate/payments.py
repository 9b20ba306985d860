"""How money moves: sends from a wallet, and payments that come in from outside."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from kiosk.simulate.accounts import LIMITS, Account, ApiKey, RollingSum, Wallet
from kiosk.simulate.channels import Occasion
from kiosk.simulate.errors import ApplicationError, already_paid, invalid_input, no_such_invoice
from kiosk.simulate.faults import Fault
from kiosk.simulate.invoices import Invoice
from kiosk.simulate.ledger import DEALER, IN_FLIGHT, OUTSIDE, Entry, Kind, Leg
from kiosk.simulate.node import DecodedInvoice
from kiosk.simulate.views import intraledger_update, ln_update, status_view
from kiosk.simulate.world import World

RESERVE_PER_MILLE: Final = 5
RESERVE_LEAST_SAT: Final = 10
OUTSIDE_FEE_SAT: Final = 1


@dataclass(frozen=True, slots=True)
class Send:
    """An order to pay: from which wallet, with which key, by which mutation."""

    wallet: Wallet
    key: ApiKey | None
    operation: str
    memo: str | None = None


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
    amount_sat = _agreed(decoded, chosen_sat)
    if world.faults.take(Fault.PAID_BY_SOMEBODY_ELSE, order.operation):
        stranger = world.accounts.by_username("stranger")
        pay_invoice(world, Send(stranger.btc, None, "stranger"), payment_request, chosen_sat)
        return Sent("ALREADY_PAID", None)
    if decoded.payee != world.invoices.node.pubkey:
        return _pay_outside(world, order, decoded, amount_sat)
    invoice = _planned(world, order.wallet, decoded, amount_sat)
    _check_limits(world, order, world.accounts.of_wallet(invoice.wallet.id), amount_sat)
    if world.ledger.is_recorded(invoice.payment_hash):
        return Sent("ALREADY_PAID", own_entry(world, order.wallet, invoice.payment_hash))
    world.check_may_receive()
    payee, cents = _credited(world, invoice, amount_sat)
    debit = _debit(world, order.wallet, amount_sat, cents)
    _check_balance(world, order.wallet, debit)
    _count(world, order, world.accounts.of_wallet(payee.id), amount_sat)
    legs = _legs(order.wallet, debit, payee, cents, amount_sat, order.memo, invoice)
    return _move(world, order, invoice, legs)


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
    _check_limits(world, order, owner, amount_sat)
    world.check_may_receive()
    _check_balance(world, order.wallet, amount_sat)
    _count(world, order, owner, amount_sat)
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
    amount_sat = _agreed(decoded, None)
    if decoded.payee != world.invoices.node.pubkey:
        return _reserve(amount_sat)
    _planned(world, wallet, decoded, amount_sat)
    return 0


def receive(world: World, payment_request: str, chosen_sat: int | None = None) -> Entry:
    """Let somebody outside pay an invoice over Lightning.

    Raises:
        ApplicationError: the node refuses the payment.
    """
    invoice, amount_sat = _receivable(world, payment_request, chosen_sat)
    return _settle_from_outside(world, invoice, amount_sat)


def hold(world: World, payment_request: str, chosen_sat: int | None = None) -> Invoice:
    """Let a payment from outside arrive without being settled: the invoice stays PENDING.

    Raises:
        ApplicationError: the node refuses the payment.
    """
    invoice, amount_sat = _receivable(world, payment_request, chosen_sat)
    invoice.held_sat = amount_sat
    return invoice


def settle_held(world: World, payment_hash: str) -> Entry:
    """Settle a held payment, even if the invoice was paid from inside meanwhile.

    Raises:
        ApplicationError: nothing is held for this hash.
    """
    invoice = world.invoices.known(payment_hash)
    if invoice.held_sat is None:
        raise invalid_input("No payment is held for this invoice")
    amount_sat, invoice.held_sat = invoice.held_sat, None
    return _settle_from_outside(world, invoice, amount_sat)


def own_entry(world: World, wallet: Wallet, payment_hash: str) -> Entry | None:
    """Return the wallet's own send for this hash."""
    entries = world.ledger.of_hash(payment_hash)
    return next((each for each in entries if each.wallet_id == wallet.id and each.amount < 0), None)


def account_channel(account: Account) -> str:
    """Name the channel of an account's updates."""
    return f"account {account.id}"


def invoice_channel(payment_hash: str) -> str:
    """Name the channel of an invoice's status."""
    return f"invoice {payment_hash.lower()}"


def cannot_pay_self() -> ApplicationError:
    """Say what a wallet reads that pays its own invoice."""
    return ApplicationError("User tried to pay themselves", "CANT_PAY_SELF")


def _agreed(decoded: DecodedInvoice, chosen_sat: int | None) -> int:
    if decoded.amount_sat is None and chosen_sat is None:
        raise invalid_input("Invoice does not have a valid amount to pay")
    if decoded.amount_sat is not None and chosen_sat is not None:
        raise invalid_input("Invoice must be a zero-amount invoice")
    amount_sat = decoded.amount_sat if chosen_sat is None else chosen_sat
    if not amount_sat:
        raise invalid_input("A valid satoshi amount is required")
    return amount_sat


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


def _check_limits(world: World, order: Send, payee: Account | None, amount_sat: int) -> None:
    now_s, payer = world.clock.now(), world.accounts.of_wallet(order.wallet.id)
    allowed, used = _limit(payer, payee)
    if used.total(now_s) + world.prices.cents(amount_sat) > allowed:
        raise limit_reached(allowed)
    key = order.key
    if key is not None and key.spend_cap_sat is not None:
        if key.spent_sat.total(now_s) + amount_sat > key.spend_cap_sat:
            raise ApplicationError(
                "The spending limit of this API key is reached", "TRANSACTION_RESTRICTED"
            )


def limit_reached(allowed_cents: int) -> ApplicationError:
    """Say what an account reads that has sent enough for a day."""
    return ApplicationError(
        f"Cannot transfer more than ${allowed_cents / 100:.2f} in 24 hours",
        "TRANSACTION_RESTRICTED",
    )


def _limit(payer: Account, payee: Account | None) -> tuple[int, RollingSum]:
    limits = LIMITS[payer.level]
    if payee is None:
        return limits.withdrawal, payer.sent_outside_cents
    if payee is payer:
        return limits.convert, payer.converted_cents
    return limits.internal_send, payer.sent_inside_cents


def _count(world: World, order: Send, payee: Account | None, amount_sat: int) -> None:
    now_s, payer = world.clock.now(), world.accounts.of_wallet(order.wallet.id)
    _limit(payer, payee)[1].add(now_s, world.prices.cents(amount_sat))
    if order.key is not None:
        order.key.spent_sat.add(now_s, amount_sat)


def _check_balance(world: World, wallet: Wallet, debit: int) -> None:
    balance = world.ledger.balance(wallet.id)
    if balance < debit:
        unit = "sats" if wallet.currency == "BTC" else "cents"
        raise insufficient_balance(debit, unit, balance)


def insufficient_balance(debit: int, unit: str, balance: int) -> ApplicationError:
    """Say what an empty wallet reads."""
    return ApplicationError(
        f"Payment amount '{debit}' {unit} exceeds balance '{balance}'", "INSUFFICIENT_BALANCE"
    )


def _credited(world: World, invoice: Invoice, amount_sat: int) -> tuple[Wallet, int | None]:
    if invoice.wallet.currency == "BTC":
        return invoice.wallet, None
    cents = world.prices.cents(amount_sat) if invoice.cents is None else invoice.cents
    if cents >= 1:
        return invoice.wallet, cents
    if invoice.amount_sat is None:
        # Too little for the USD wallet, so Blink credits its owner's other one.
        return world.accounts.of_wallet(invoice.wallet.id).btc, None
    raise invalid_input("Amount sent was too low for recipient's usd wallet.")


def _debit(world: World, wallet: Wallet, amount_sat: int, payee_cents: int | None) -> int:
    if wallet.currency == "BTC":
        return amount_sat
    return world.prices.cents(amount_sat) + 1 if payee_cents is None else payee_cents


def _legs(
    payer: Wallet,
    debit: int,
    payee: Wallet,
    cents: int | None,
    amount_sat: int,
    memo: str | None,
    invoice: Invoice,
) -> tuple[Leg, ...]:
    credit = amount_sat if cents is None else cents
    sent = Leg(
        payer.id,
        -debit,
        payer.currency,
        memo or invoice.memo,
        external_id=invoice.external_id,
        counterparty=payee.id,
    )
    received = Leg(
        payee.id,
        credit,
        payee.currency,
        invoice.memo,
        external_id=invoice.external_id,
        counterparty=payer.id,
    )
    return _through_dealer(sent, received)


def _through_dealer(sent: Leg, received: Leg) -> tuple[Leg, ...]:
    if sent.currency == received.currency:
        return sent, received
    return (
        sent,
        received,
        Leg(DEALER, -sent.amount, sent.currency),
        Leg(DEALER, -received.amount, received.currency),
    )


def _move(world: World, order: Send, invoice: Invoice, legs: Sequence[Leg]) -> Sent:
    faults, operation = world.faults, order.operation
    settles = faults.take(Fault.PENDING_SETTLES, operation)
    reverses = None if settles else faults.take(Fault.PENDING_REVERSES, operation)
    if settles or reverses:
        switch = settles or reverses
        assert switch is not None
        return _move_later(world, invoice, legs, switch.seconds or 0.0, back=reverses is not None)
    sent, received, *_ = world.ledger.post(
        world.clock.now(), Kind.LN_INTRALEDGER, legs, invoice.payment_hash
    )
    if faults.take(Fault.FAILURE_AFTER, operation):
        raise ApplicationError(
            "Temporary failure when trying to pay, please retry payment", "LIGHTNING_PAYMENT_ERROR"
        )
    _announce(world, invoice, received)
    return Sent("SUCCESS", sent)


def _move_later(
    world: World, invoice: Invoice, legs: Sequence[Leg], seconds: float, *, back: bool
) -> Sent:
    leaving, arriving = legs[0], legs[1:]
    held = Leg(IN_FLIGHT, -leaving.amount, leaving.currency)
    returned = Leg(IN_FLIGHT, leaving.amount, leaving.currency)
    now_s, payment_hash = world.clock.now(), invoice.payment_hash
    kind = Kind.LN_INTRALEDGER
    sent, _ = world.ledger.post(now_s, kind, (leaving, held), payment_hash, pending=True)

    def settle() -> None:
        world.ledger.finish(sent)
        at_s, arrived = world.clock.now(), (*arriving, returned)
        received, *_ = world.ledger.post(at_s, kind, arrived, payment_hash)
        _announce(world, invoice, received)

    def reverse() -> None:
        world.ledger.finish(sent, failed=True)
        refund = Leg(leaving.wallet_id, -leaving.amount, leaving.currency, leaving.memo)
        world.ledger.post(world.clock.now(), Kind.LN_REVERSAL, (refund, returned), payment_hash)

    world.timers.call_at(now_s + seconds, reverse if back else settle)
    return Sent("PENDING", sent)


def _announce(world: World, invoice: Invoice, received: Entry) -> None:
    invoice.paid = True
    owner = world.accounts.of_wallet(invoice.wallet.id)
    channels, payment_hash = world.channels, invoice.payment_hash
    update = ln_update(world, owner, invoice, received)
    channels.publish(account_channel(owner), update, Occasion.PAYMENT)
    status = status_view(world, payment_hash)
    channels.publish(invoice_channel(payment_hash), status, Occasion.PAYMENT)


def _receivable(world: World, payment_request: str, chosen_sat: int | None) -> tuple[Invoice, int]:
    decoded = world.invoices.read(payment_request)
    amount_sat = _agreed(decoded, chosen_sat)
    invoice = world.invoices.by_hash(decoded.payment_hash)
    if invoice is None or decoded.payee != world.invoices.node.pubkey:
        raise no_such_invoice(decoded.payment_hash)
    if invoice.paid or invoice.held_sat is not None:
        raise already_paid()
    if invoice.cancelled or world.clock.now() >= invoice.expires_at_s:
        raise ApplicationError(
            "Invoice already expired, or has bad payment hash", "LIGHTNING_PAYMENT_ERROR"
        )
    return invoice, amount_sat


def _settle_from_outside(world: World, invoice: Invoice, amount_sat: int) -> Entry:
    payee, cents = _credited(world, invoice, amount_sat)
    external_id = invoice.external_id
    credit = amount_sat if cents is None else cents
    received = Leg(payee.id, credit, payee.currency, invoice.memo, external_id=external_id)
    legs = _through_dealer(Leg(OUTSIDE, -amount_sat), received)
    posted = world.ledger.post(world.clock.now(), Kind.LN_RECEIPT, legs, invoice.payment_hash)
    _announce(world, invoice, posted[1])
    return posted[1]


def _reserve(amount_sat: int) -> int:
    return max(-(-amount_sat * RESERVE_PER_MILLE // 1000), RESERVE_LEAST_SAT)


def _pay_outside(world: World, order: Send, decoded: DecodedInvoice, amount_sat: int) -> Sent:
    if order.wallet.currency != "BTC":
        raise invalid_input("Unsupported operation for wallet's currency.")
    payment_hash = decoded.payment_hash
    _check_limits(world, order, None, amount_sat)
    if world.ledger.is_recorded(payment_hash):
        return Sent("ALREADY_PAID", own_entry(world, order.wallet, payment_hash))
    if payment_hash not in world.outside:
        raise ApplicationError("Unable to find a route for payment.", "ROUTE_FINDING_ERROR")
    _check_balance(world, order.wallet, amount_sat + _reserve(amount_sat))
    _count(world, order, None, amount_sat)
    total, memo = amount_sat + OUTSIDE_FEE_SAT, order.memo or decoded.description
    legs = (Leg(order.wallet.id, -total, memo=memo, fee=OUTSIDE_FEE_SAT), Leg(OUTSIDE, total))
    sent, _ = world.ledger.post(world.clock.now(), Kind.LN_PAYMENT, legs, payment_hash)
    return Sent("SUCCESS", sent)
