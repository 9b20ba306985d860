"""How money arrives: postings for a paid invoice, and the news that goes out with them."""

from dataclasses import dataclass

from kiosk.simulate.accounts import Account, Wallet
from kiosk.simulate.channels import Occasion
from kiosk.simulate.errors import ApplicationError, already_paid, invalid_input, no_such_invoice
from kiosk.simulate.invoices import Invoice
from kiosk.simulate.ledger import DEALER, IN_FLIGHT, OUTSIDE, Entry, Kind, Leg
from kiosk.simulate.node import DecodedInvoice
from kiosk.simulate.views import ln_update, status_view
from kiosk.simulate.world import World


@dataclass(frozen=True, slots=True)
class Deal:
    """An invoice about to be paid from inside; debit and credit in the unit of each wallet."""

    invoice: Invoice
    payer: Wallet
    debit: int
    payee: Wallet
    credit: int
    memo: str | None = None

    @property
    def sent(self) -> Leg:
        """Return the payer's side; without a memo of his own he sees the invoice's."""
        return Leg(
            self.payer.id,
            -self.debit,
            self.payer.currency,
            self.memo or self.invoice.memo,
            external_id=self.invoice.external_id,
            counterparty=self.payee.id,
        )

    @property
    def received(self) -> Leg:
        """Return the payee's side; the memo is the invoice's, never the payer's."""
        return Leg(
            self.payee.id,
            self.credit,
            self.payee.currency,
            self.invoice.memo,
            external_id=self.invoice.external_id,
            counterparty=self.payer.id,
        )


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


def agreed_amount(decoded: DecodedInvoice, chosen_sat: int | None) -> int:
    """Return the amount in sats, from the invoice or from the payer, never from both.

    Raises:
        ApplicationError: neither or both name one.
    """
    if decoded.amount_sat is None and chosen_sat is None:
        raise invalid_input("Invoice does not have a valid amount to pay")
    if decoded.amount_sat is not None and chosen_sat is not None:
        raise invalid_input("Invoice must be a zero-amount invoice")
    amount_sat = decoded.amount_sat if chosen_sat is None else chosen_sat
    if not amount_sat:
        raise invalid_input("A valid satoshi amount is required")
    return amount_sat


def credited(world: World, invoice: Invoice, amount_sat: int) -> tuple[Wallet, int]:
    """Return which wallet gets how much, in sats or in cents.

    Raises:
        ApplicationError: it is less than a cent.
    """
    wallet = invoice.wallet
    if wallet.currency == "BTC":
        return wallet, amount_sat
    cents = world.prices.cents(amount_sat) if invoice.cents is None else invoice.cents
    if cents >= 1:
        return wallet, cents
    if invoice.amount_sat is None:
        # Too little for the USD wallet, so Blink credits its owner's other one.
        return world.accounts.of_wallet(wallet.id).btc, amount_sat
    raise invalid_input("Amount sent was too low for recipient's usd wallet.")


def move(world: World, deal: Deal) -> tuple[Entry, Entry]:
    """Write a deal into the ledger; returns what was sent and what was received."""
    legs = _through_dealer(deal.sent, deal.received)
    payment_hash = deal.invoice.payment_hash
    posted = world.ledger.post(world.clock.now(), Kind.LN_INTRALEDGER, legs, payment_hash)
    return posted[0], posted[1]


def move_later(world: World, deal: Deal, seconds: float, *, back: bool = False) -> Entry:
    """Take the money from the payer now; deliver it, or give it `back`, `seconds` later."""
    now_s, payment_hash, sent = world.clock.now(), deal.invoice.payment_hash, deal.sent
    taken = (sent, Leg(IN_FLIGHT, deal.debit, sent.currency))
    released = Leg(IN_FLIGHT, -deal.debit, sent.currency)
    entry, _ = world.ledger.post(now_s, Kind.LN_INTRALEDGER, taken, payment_hash, pending=True)

    def deliver() -> None:
        world.ledger.finish(entry)
        legs = _through_dealer(released, deal.received)
        at_s = world.clock.now()
        _, received, *_ = world.ledger.post(at_s, Kind.LN_INTRALEDGER, legs, payment_hash)
        announce(world, deal.invoice, received)

    def give_back() -> None:
        world.ledger.finish(entry, failed=True)
        legs = (released, Leg(sent.wallet_id, deal.debit, sent.currency, sent.memo))
        world.ledger.post(world.clock.now(), Kind.LN_REVERSAL, legs, payment_hash)

    world.timers.call_at(now_s + seconds, give_back if back else deliver)
    return entry


def announce(world: World, invoice: Invoice, received: Entry) -> None:
    """Mark the invoice paid and tell everyone who listens."""
    invoice.paid = True
    owner, channels = world.accounts.of_wallet(invoice.wallet.id), world.channels
    update = ln_update(world, owner, invoice, received)
    channels.publish(account_channel(owner), update, Occasion.PAYMENT)
    status = status_view(world, invoice.payment_hash)
    channels.publish(invoice_channel(invoice.payment_hash), status, Occasion.PAYMENT)


def account_channel(account: Account) -> str:
    """Name the channel of an account's updates."""
    return f"account {account.id}"


def invoice_channel(payment_hash: str) -> str:
    """Name the channel of an invoice's status."""
    return f"invoice {payment_hash.lower()}"


def _receivable(world: World, payment_request: str, chosen_sat: int | None) -> tuple[Invoice, int]:
    decoded = world.invoices.read(payment_request)
    amount_sat = agreed_amount(decoded, chosen_sat)
    invoice = world.invoices.by_hash(decoded.payment_hash)
    if invoice is None or decoded.payee != world.invoices.node.pubkey:
        raise no_such_invoice(decoded.payment_hash)
    held = invoice.held_sat is not None
    if invoice.paid or held or world.ledger.is_recorded(invoice.payment_hash):
        raise already_paid()
    if invoice.cancelled or world.clock.now() >= invoice.expires_at_s:
        raise ApplicationError(
            "Invoice already expired, or has bad payment hash", "LIGHTNING_PAYMENT_ERROR"
        )
    return invoice, amount_sat


def _settle_from_outside(world: World, invoice: Invoice, amount_sat: int) -> Entry:
    payee, credit = credited(world, invoice, amount_sat)
    received = Leg(payee.id, credit, payee.currency, invoice.memo, external_id=invoice.external_id)
    legs = _through_dealer(Leg(OUTSIDE, -amount_sat), received)
    posted = world.ledger.post(world.clock.now(), Kind.LN_RECEIPT, legs, invoice.payment_hash)
    announce(world, invoice, posted[1])
    return posted[1]


def _through_dealer(sent: Leg, received: Leg) -> tuple[Leg, ...]:
    if sent.currency == received.currency:
        return sent, received
    return (
        sent,
        received,
        Leg(DEALER, -sent.amount, sent.currency),
        Leg(DEALER, -received.amount, received.currency),
    )
