"""A sale with all that became of it, as lists, exports and the manager's pages show it."""

from dataclasses import dataclass
from enum import StrEnum

from kiosk.sale.books import ReceiptNumber
from kiosk.sale.facts import Sale
from kiosk.sale.invoice import Invoice, PaymentHash
from kiosk.sale.money import Sats
from kiosk.sale.tax import TaxShare
from kiosk.sale.trouble import Trouble


class SaleState(StrEnum):
    """Where a sale stands, in one word."""

    REQUESTED = "requested"  # there was no code yet
    OPEN = "open"  # the code is on the screen
    CANCELLED = "cancelled"
    EXPIRED = "expired"
    REFUSED = "refused"  # no invoice could be had, or the merchant cannot be paid
    INTERRUPTED = "interrupted"  # the program ended with the code on the screen
    PAID = "paid"  # and on its way to the merchant
    STOPPED = "stopped"  # paid, and a person has to look
    FORWARDED = "forwarded"  # the merchant has it
    RECEIVED = "received"  # a direct sale: the merchant has it


@dataclass(frozen=True, slots=True)
class SaleRecord:
    """A sale with all that became of it. Times are Unix seconds.

    `late`: paid after it had left the screen. `trouble` is what its forward has met.
    """

    sale: Sale
    state: SaleState
    late: bool
    trouble: Trouble | None
    paid_at: int | None
    forwarded_at: int | None
    payment_hash: PaymentHash | None
    payout_hash: PaymentHash | None

    @property
    def at(self) -> int:
        """The time it belongs to in every list and sum: when it was paid, else when it began."""
        return self.sale.started_at if self.paid_at is None else self.paid_at


@dataclass(frozen=True, slots=True)
class RefundRecord:
    """A refund as the books have it. `at` is Unix seconds.

    `part` counts the refunds of one sale from 1. `minor` is in minor units of the sale's currency
    and includes `tip_minor`.
    """

    part: int
    number: ReceiptNumber
    minor: int
    tip_minor: int
    amount: Sats
    reason: str
    by: str
    at: int
    taxes: tuple[TaxShare, ...] = ()


@dataclass(frozen=True, slots=True)
class SaleDetails:
    """A sale with what it takes to ask Blink about it.

    `invoice` is None for a sale that never had a code. `payout` is the newest payout invoice.
    `payments` is how many payments of its invoice are known. `first_code` is the first code of the
    sale that this one is a new code for; `other_paid`: another code of it has been paid. `held`: it
    was begun in another installation. `receipt` is its number, None for what has none; `taxes` are
    its shares of tax; `cashier` is who sold it, empty where nobody says so. `refund_records` are
    the refunds, the oldest first; `next_refund_part` is the part of the next one, which no refund
    has ever had, nor one that a damaged journal has lost; None while the refunds are not known.
    """

    record: SaleRecord
    invoice: Invoice | None = None
    payout: Invoice | None = None
    payments: int = 0
    first_code: PaymentHash | None = None
    other_paid: bool = False
    held: bool = False
    receipt: ReceiptNumber | None = None
    taxes: tuple[TaxShare, ...] = ()
    cashier: str = ""
    refund_records: tuple[RefundRecord, ...] = ()
    next_refund_part: int | None = None

    @property
    def refunded_minor(self) -> int:
        """What was given back altogether, in minor units of the sale's currency."""
        return sum(refund.minor for refund in self.refund_records)
