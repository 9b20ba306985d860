"""What is left of sales whose journal was lost: in the damaged file, and in Blink's ledger."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from kiosk.sale.days import DAY_S
from kiosk.sale.facts import Ending, Sale
from kiosk.sale.ids import Direction, parse_sale_id
from kiosk.sale.invoice import Invoice, InvoiceStatus, PaymentHash, SaleId
from kiosk.sale.money import Sats

# How far back Blink is asked. A forward that has waited longer needs a person anyway.
HISTORY_S: Final = 3 * DAY_S


@dataclass(frozen=True, slots=True)
class SalvagedSale:
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
class LostJournal:
    """Journals that were set aside under `names`, until Blink has answered what became of their
    sales.

    `restored`: the journal in use is an older copy, so what it says of forwards may be out of date.

    `due_s` is the monotonic time of the next question, None while one is under way. `asked_at` is
    when Blink was asked first, Unix seconds: what was paid later is no sale of a lost journal;
    `asked_s` is the same moment in the clock that only goes forward, seconds.
    `own_done`: this installation's sales are taken up, and what others may have left is waited for.
    `alarmed` are the sales of which an alarm was raised, so that none is raised again.

    `awaited_until`, Unix seconds: all is decided and there are no `names` any more, but until then
    codes that other installations showed before `asked_at` may be paid.
    """

    names: tuple[str, ...]
    salvaged: tuple[SalvagedSale, ...] = ()
    due_s: float | None = 0.0
    tries: int = 0
    asked_at: int | None = None
    asked_s: float = 0.0
    own_done: bool = False
    restored: bool = False
    alarmed: frozenset[SaleId] = frozenset()
    awaited_until: int | None = None


class EntryState(StrEnum):
    """How far an entry of the ledger is."""

    SUCCESS = "success"
    PENDING = "pending"
    FAILURE = "failure"


@dataclass(frozen=True, slots=True)
class HistoryInvoice:
    """One of this kiosk's invoices in the till account, its BOLT11 text decoded."""

    sale: SaleId
    invoice: Invoice
    status: InvoiceStatus
    made_at: int


@dataclass(frozen=True, slots=True)
class HistoryEntry:
    """A payment of this kiosk in the till wallet's ledger; `amount` without a sign.

    `invoice` is what was paid, None if its BOLT11 text was not to be had.
    """

    sale: SaleId
    direction: Direction
    state: EntryState
    amount: Sats
    at: int
    payment_hash: PaymentHash
    invoice: Invoice | None


@dataclass(frozen=True, slots=True)
class LedgerHistory:
    """Everything of this kiosk that Blink shows since `since`, Unix seconds; newest first.

    `odd` are sales about which it showed something that cannot be read.
    """

    invoices: tuple[HistoryInvoice, ...]
    entries: tuple[HistoryEntry, ...]
    since: int
    odd: frozenset[SaleId] = frozenset()


def concerns(sale: SaleId, kiosk_id: str, installation: str) -> bool:
    """Whether a sale can be of this kiosk: begun by this installation, or under its KIOSK_ID."""
    parts = parse_sale_id(sale)
    return parts is not None and (parts.installation == installation or parts.kiosk_id == kiosk_id)


@dataclass(frozen=True, slots=True)
class SaleEvidence:
    """One sale: what was saved of it, and what Blink shows."""

    id: SaleId
    salvaged: SalvagedSale | None
    made: HistoryInvoice | None
    entries: tuple[HistoryEntry, ...]
    odd: bool

    @property
    def invoice(self) -> Invoice | None:
        """Its invoice. Blink's word is worth more than a damaged file's."""
        if self.made is not None:
            return self.made.invoice
        paid = (entry.invoice for entry in self.seen(Direction.IN, EntryState.SUCCESS))
        saved = self.salvaged.invoice if self.salvaged is not None else None
        return next((invoice for invoice in paid if invoice is not None), saved)

    @property
    def payouts(self) -> tuple[Invoice, ...]:
        """Its payout invoices, as far as they were saved."""
        return self.salvaged.payouts if self.salvaged is not None else ()

    @property
    def ending(self) -> Ending:
        """How it left the screen; what was on it when the journal was lost was interrupted."""
        ending = self.salvaged.ending if self.salvaged is not None else None
        return ending or Ending.INTERRUPTED

    @property
    def was_paid(self) -> bool:
        """Whether the salvaged rows or the invoice's status say so; the ledger is not looked at.

        A second payout invoice is made for a sale that was paid, and for no other.
        """
        reported = self.made is not None and self.made.status is InvoiceStatus.PAID
        saved = self.salvaged is not None and self.salvaged.paid
        return reported or saved or len(self.payouts) > 1

    def seen(self, direction: Direction, *states: EntryState) -> list[HistoryEntry]:
        """The ledger's entries for it, oldest first."""
        entries = [
            entry
            for entry in self.entries
            if entry.direction is direction and entry.state in states
        ]
        return sorted(entries, key=lambda ledger_entry: ledger_entry.at)


def evidence_by_sale(
    saved: Sequence[SalvagedSale], history: LedgerHistory
) -> Iterator[SaleEvidence]:
    """Put together what there is of each sale."""
    salvaged = {sale.sale.id: sale for sale in saved}
    entries: dict[SaleId, list[HistoryEntry]] = {}
    for entry in history.entries:
        entries.setdefault(entry.sale, []).append(entry)
    received = {entry.payment_hash for entry in history.entries if entry.direction is Direction.IN}
    made: dict[SaleId, HistoryInvoice] = {}
    for invoice in history.invoices:
        # A creation whose answer was odd leaves two: the newest was shown, if none was paid.
        if invoice.sale not in made or invoice.invoice.payment_hash in received:
            made[invoice.sale] = invoice
    for sale_id in sorted({*salvaged, *made, *entries, *history.odd}):
        shown = tuple(entries.get(sale_id, ()))
        yield SaleEvidence(
            sale_id, salvaged.get(sale_id), made.get(sale_id), shown, sale_id in history.odd
        )
