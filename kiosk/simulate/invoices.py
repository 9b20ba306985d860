"""Invoices made at Blink: their terms and their life.

Limits and lives: blinkbitcoin/blink, core/api/src/domain/bitcoin/lightning/invoice-expiration.ts.
How many may be made in a minute is not counted: the switch `invoice-block` refuses them.
"""

import hashlib
import random
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from kiosk.simulate.accounts import Account, Wallet
from kiosk.simulate.clock import Clock
from kiosk.simulate.errors import Refusal, invalid_input
from kiosk.simulate.faults import Fault, Faults
from kiosk.simulate.node import NETWORK, DecodedInvoice, InvoiceTerms, LightningNode, read_invoice

MAX_EXPIRY_MIN: Final = 1440
DEFAULT_EXPIRY_MIN: Final = 240
LARGEST_SAT: Final = 10_000_000_000_000
LND_LARGEST_SAT: Final = 500_000_000


@dataclass(frozen=True, slots=True)
class InvoiceOrder:
    """What somebody asks for."""

    wallet: Wallet
    amount_sat: int
    memo: str = ""
    description_hash: str | None = None
    expires_in_min: int | None = None
    external_id: str | None = None


@dataclass(slots=True)
class Invoice:
    """An invoice and what became of it. Times in Unix seconds."""

    wallet: Wallet
    payment_hash: str
    preimage: str = field(repr=False)
    payment_secret: str = field(repr=False)
    payment_request: str = field(repr=False)
    amount_sat: int
    memo: str
    external_id: str
    created_at_s: int
    expires_at_s: int
    paid: bool = False
    cancelled: bool = False
    held: bool = False  # a payment has arrived and is not settled

    def status(self, now_s: float) -> str:
        """Return Blink's InvoicePaymentStatus; a held or cancelled invoice is PENDING too."""
        if self.paid:
            return "PAID"
        return "EXPIRED" if now_s >= self.expires_at_s else "PENDING"


class InvoiceBook:
    """Every invoice, found by hash, by text or by account."""

    def __init__(self, clock: Clock, faults: Faults, seed: int) -> None:
        """Sign with a node of our own."""
        self.node: Final = LightningNode(f"{NETWORK} {seed}")
        self.stranger: Final = LightningNode(f"stranger {seed}")
        self._clock = clock
        self._faults = faults
        self._random = random.Random(f"invoices {seed}")  # noqa: S311  money here is not real
        self._by_hash: dict[str, Invoice] = {}
        self._decoded: dict[str, DecodedInvoice] = {}
        self._of_account: defaultdict[str, list[Invoice]] = defaultdict(list)
        self._external_ids: set[tuple[str, str]] = set()
        self._listeners: list[Callable[[Invoice], None]] = []

    def create(self, order: InvoiceOrder, operation: str) -> Invoice:
        """Sign and keep a new invoice.

        Raises:
            ApplicationError: the amount or the external id is refused.
        """
        _check_amount(order.amount_sat)
        account_id = order.wallet.account_id
        if order.external_id is not None and (account_id, order.external_id) in self._external_ids:
            raise Refusal.DUPLICATE_EXTERNAL_ID.error()
        preimage = self._random.randbytes(32)
        secret = self._random.randbytes(32).hex()
        payment_hash = hashlib.sha256(preimage).hexdigest()
        created_at_s = int(self._clock.now())
        life_s = _life_min(order.expires_in_min) * 60
        terms = InvoiceTerms(
            NETWORK,
            order.amount_sat,
            payment_hash,
            secret,
            order.memo,
            order.description_hash,
            created_at_s,
            life_s,
        )
        invoice = Invoice(
            wallet=order.wallet,
            payment_hash=payment_hash,
            preimage=preimage.hex(),
            payment_secret=secret,
            payment_request=self._sign(terms, operation),
            amount_sat=order.amount_sat,
            memo=order.memo,
            external_id=order.external_id or payment_hash,
            created_at_s=created_at_s,
            expires_at_s=created_at_s + life_s,
        )
        self._by_hash[payment_hash] = invoice
        self._of_account[account_id].append(invoice)
        self._external_ids.add((account_id, invoice.external_id))
        for on_created in self._listeners:
            on_created(invoice)
        return invoice

    def listen(self, on_created: Callable[[Invoice], None]) -> None:
        """Call `on_created` with every new invoice."""
        self._listeners.append(on_created)

    def by_hash(self, payment_hash: str) -> Invoice | None:
        """Return the invoice with this hash."""
        return self._by_hash.get(payment_hash.lower())

    def read(self, payment_request: str) -> DecodedInvoice:
        """Decode a BOLT11 text, from memory if we signed it.

        Raises:
            ApplicationError: it cannot be decoded.
        """
        ours = self._decoded.get(payment_request.lower())
        return read_invoice(payment_request) if ours is None else ours

    def of_account(self, account: Account) -> Sequence[Invoice]:
        """Return the account's invoices, oldest first."""
        return self._of_account.get(account.id, [])

    def cancel(self, wallet: Wallet, payment_hash: str) -> None:
        """Refuse Lightning payers from now on; other Blink wallets can still pay.

        Raises:
            ApplicationError: not this wallet's, or paid, expired, cancelled or held.
        """
        invoice = self.by_hash(payment_hash)
        if invoice is None or invoice.wallet != wallet:
            raise Refusal.NO_SUCH_INVOICE.error(payment_hash=payment_hash)
        pending = invoice.status(self._clock.now()) == "PENDING"
        if not pending or invoice.cancelled or invoice.held:
            raise invalid_input("The invoice has already been processed")
        invoice.cancelled = True

    def _sign(self, terms: InvoiceTerms, operation: str) -> str:
        node, network, amount_sat = self.node, terms.network, terms.amount_sat
        if self._faults.take(Fault.WRONG_NETWORK, operation):
            network = "testnet"
        if self._faults.take(Fault.WRONG_AMOUNT, operation):
            amount_sat += 1
        if self._faults.take(Fault.WRONG_PAYEE, operation):
            node = self.stranger
        payment_request = node.sign(replace(terms, network=network, amount_sat=amount_sat))
        self._decoded[payment_request] = DecodedInvoice(
            node.pubkey, terms.payment_hash, amount_sat, terms.description
        )
        return payment_request


def _check_amount(amount_sat: int) -> None:
    if amount_sat < 1:
        raise invalid_input("A valid satoshi amount is required")
    if amount_sat > LARGEST_SAT:
        raise invalid_input("Sats amount passed is too large")
    if amount_sat > LND_LARGEST_SAT:
        raise invalid_input("Invalid invoice amount")


def _life_min(asked_min: int | None) -> int:
    # Out of range is not refused: Blink silently takes the default.
    return asked_min if asked_min and asked_min <= MAX_EXPIRY_MIN else DEFAULT_EXPIRY_MIN
