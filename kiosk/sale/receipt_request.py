"""How a receipt is asked for and given to the printer, and what comes of it."""

from dataclasses import dataclass
from enum import StrEnum

from kiosk.sale.invoice import SaleId
from kiosk.sale.receipt import Receipt
from kiosk.sale.sale_record import SaleDetails
from kiosk.sale.trouble import Trouble


class ReceiptUse(StrEnum):
    """What a receipt is read for."""

    PRINT = "print"
    SHOW = "show"


@dataclass(frozen=True, slots=True)
class ReadReceipt:
    """Read a paid sale for its receipt. -> ReceiptDetailsResult.

    `refund`: for the paper of its refund of this part instead; 0 for none.
    """

    sale: SaleId
    use: ReceiptUse
    refund: int = 0


@dataclass(frozen=True, slots=True)
class PrintReceipt:
    """Give a receipt to the printer, which prints it when it can.

    -> PrinterChanged at a change, ReceiptGivenUp if it could not be printed for long.
    """

    receipt: Receipt


@dataclass(frozen=True, slots=True)
class ReceiptDetailsResult:
    """One sale as the journal has it, for what `asked` says."""

    details: SaleDetails
    asked: ReadReceipt


@dataclass(frozen=True, slots=True)
class PrinterChanged:
    """The receipt printer met a trouble, or works again: then it is None."""

    trouble: Trouble | None


@dataclass(frozen=True, slots=True)
class ReceiptGivenUp:
    """The printer does not print this one any more; nobody has its paper."""

    receipt: Receipt


PrinterEvent = PrinterChanged | ReceiptGivenUp
