"""What is left of sales whose journal was lost: in the damaged file, and in Blink's ledger."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from kiosk.sale.facts import Ending, Sale
from kiosk.sale.ids import Way, parse_sale_id
from kiosk.sale.invoice import Invoice, InvoiceStatus, PaymentHash, SaleId
from kiosk.sale.money import Sats

# How far back Blink is asked. A forward that has waited longer needs a person anyway.
PAST_S: Final = 3 * 86_400


@dataclass(frozen=True, slots=True)
class Saved:
    """A sale that could be read from the damaged file. Rows may be missing: nothing here is proof.

    `payouts` are the payout invoices made for it, oldest first.
    """

    sale: Sale
    invoice: Invoice | None = None
    payouts: tuple[Invoice, ...] = ()
    ending: Ending | None = None
    paid: bool = False
    final: bool = False


@dataclass(frozen=True, slots=True)
class Lost:
    """Journals that were set aside under `names`, until Blink has told what became of their sales.

    `due_s` is the monotonic time of the next question, None while one is under way. `asked_at` is
    when Blink was asked first, Unix seconds: what was paid later is no sale of a lost journal.
    `own_done`: this installation's sales are taken up, and what others may have left is waited for.
    """

    names: tuple[str, ...]
    saved: tuple[Saved, ...] = ()
    due_s: float | None = 0.0
    tries: int = 0
    asked_at: int | None = None
    own_done: bool = False


class EntryState(StrEnum):
    """How far an entry of the ledger is."""

    SUCCESS = "success"
    PENDING = "pending"
    FAILURE = "failure"


@dataclass(frozen=True, slots=True)
class PastInvoice:
    """One of this kiosk's invoices in the till account, its BOLT11 text decoded."""

    sale: SaleId
    invoice: Invoice
    status: InvoiceStatus
    made_at: int


@dataclass(frozen=True, slots=True)
class PastEntry:
    """A payment of this kiosk in the till wallet's ledger; `amount` without a sign.

    `invoice` is what was paid, None if its BOLT11 text was not to be had.
    """

    sale: SaleId
    way: Way
    state: EntryState
    amount: Sats
    at: int
    payment_hash: PaymentHash
    invoice: Invoice | None


@dataclass(frozen=True, slots=True)
class Past:
    """Everything of this kiosk that Blink shows since `since`, Unix seconds; newest first.

    `odd` are sales about which it showed something that cannot be read.
    """

    invoices: tuple[PastInvoice, ...]
    entries: tuple[PastEntry, ...]
    since: int
    odd: frozenset[SaleId] = frozenset()


def concerns(sale: SaleId, kiosk_id: str, installation: str) -> bool:
    """Whether a sale can be of this kiosk: begun by this installation, or under its KIOSK_ID."""
    parts = parse_sale_id(sale)
    return parts is not None and (parts.installation == installation or parts.kiosk_id == kiosk_id)


@dataclass(frozen=True, slots=True)
class Traces:
    """One sale: what was saved of it, and what Blink shows."""

    id: SaleId
    saved: Saved | None
    made: PastInvoice | None
    entries: tuple[PastEntry, ...]
    odd: bool

    @property
    def invoice(self) -> Invoice | None:
        """Its invoice. Blink's word is worth more than a damaged file's."""
        if self.made is not None:
            return self.made.invoice
        paid = (one.invoice for one in self.seen(Way.IN, EntryState.SUCCESS))
        saved = self.saved.invoice if self.saved is not None else None
        return next((one for one in paid if one is not None), saved)

    @property
    def payouts(self) -> tuple[Invoice, ...]:
        """Its payout invoices, as far as they were saved."""
        return self.saved.payouts if self.saved is not None else ()

    @property
    def ending(self) -> Ending:
        """How it left the screen; what was on it when the journal was lost was interrupted."""
        ending = self.saved.ending if self.saved is not None else None
        return ending or Ending.INTERRUPTED

    @property
    def was_paid(self) -> bool:
        """Whether anybody said so, the ledger apart."""
        told = self.made is not None and self.made.status is InvoiceStatus.PAID
        return told or (self.saved is not None and self.saved.paid)

    def seen(self, way: Way, *states: EntryState) -> list[PastEntry]:
        """The ledger's entries for it, oldest first."""
        found = [one for one in self.entries if one.way is way and one.state in states]
        return sorted(found, key=lambda one: one.at)


def traces(saved: Sequence[Saved], past: Past) -> Iterator[Traces]:
    """Put together what there is of each sale."""
    read = {one.sale.id: one for one in saved}
    entries: dict[SaleId, list[PastEntry]] = {}
    for entry in past.entries:
        entries.setdefault(entry.sale, []).append(entry)
    received = {entry.payment_hash for entry in past.entries if entry.way is Way.IN}
    made: dict[SaleId, PastInvoice] = {}
    for one in past.invoices:
        # A creation whose answer was odd leaves two: the newest was shown, if none was paid.
        if one.sale not in made or one.invoice.payment_hash in received:
            made[one.sale] = one
    for name in sorted({*read, *made, *entries, *past.odd}):
        shown = tuple(entries.get(name, ()))
        yield Traces(name, read.get(name), made.get(name), shown, name in past.odd)
