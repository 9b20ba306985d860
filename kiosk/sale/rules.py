"""What the settings decide about sales."""

from dataclasses import dataclass, field
from datetime import UTC, tzinfo
from enum import StrEnum

from kiosk.sale.cashier import Cashier
from kiosk.sale.ids import SaleParts, parse_sale_id, sale_id
from kiosk.sale.invoice import SaleId
from kiosk.sale.money import SAT, Sats
from kiosk.sale.quick_item import QuickItem
from kiosk.sale.receipt import Shop
from kiosk.sale.settings_screen import EditableSetting
from kiosk.sale.tax import TaxRate


class OverLimitPolicy(StrEnum):
    """What to do with a sale above what can be forwarded today (M10)."""

    HOLD = "hold"
    REFUSE = "refuse"


class ReceiptRule(StrEnum):
    """When a receipt is made of a sale that has been paid."""

    ASK = "ask"  # by a key of the paid screen
    ALWAYS = "always"
    OFF = "off"


@dataclass(frozen=True, slots=True)
class Rules:
    """What the settings decide about sales.

    `units` are currency codes, the first shown at start; SAT is always among them. `tips` are
    percentages, empty for none. `pin` is the manager PIN's scrypt hash (`sale.pin`), empty for
    none. `run` is a random token of this start of the program, which makes sale ids unique for
    ever; `installation` tells this kiosk from every other of the same `kiosk_id`.
    """

    kiosk_id: str
    run: str
    shop_name: str = ""
    installation: str = ""  # none on a screen that only says why there is no till
    units: tuple[str, ...] = ("USD", SAT.code)
    max_sale: Sats = Sats(10_000_000)
    invoice_min: int = 10
    over_limit: OverLimitPolicy = OverLimitPolicy.HOLD
    success_s: int = 8
    tips: tuple[int, ...] = ()
    taxes: tuple[TaxRate, ...] = ()  # included in prices, the usual one first
    items: tuple[QuickItem, ...] = ()  # each in a currency, with a tax that `taxes` has
    cashiers: tuple[Cashier, ...] = ()  # one of them is chosen before anything is sold
    pin: str = field(default="", repr=False)
    merchant_username: str = ""  # or address, by which the merchant is paid; empty is by API key
    merchant_updates: bool = False
    settings: tuple[EditableSetting, ...] = ()  # all of them, for the manager's pages
    direct: bool = False  # KIOSK_RECEIVE: sales are paid to the merchant, and nothing is forwarded
    languages: tuple[str, ...] = ()  # the kiosk's own, and those that a customer may choose
    last_sales: bool = False  # shown beside the keypad while nothing is typed
    copies: bool = False  # second copies of the books on a stick
    zone: tzinfo = UTC  # of the days
    keys_left: tuple[str, ...] = ()  # settings with keys that direct sales do not need
    receipts: ReceiptRule = ReceiptRule.OFF
    has_printer: bool = False
    shop: Shop = Shop("")  # what stands on receipts; its name is that of `Till.seller`

    def sale_id(self, number: int) -> SaleId:
        """The id of the `number`-th sale of this run."""
        return sale_id(SaleParts(self.kiosk_id, self.installation, self.run, number))

    def is_own(self, sale: SaleId) -> bool:
        """Whether this installation began a sale."""
        parts = parse_sale_id(sale)
        return parts is not None and parts.installation == self.installation

    def is_of_this_run(self, sale: SaleId) -> bool:
        """Whether a sale was begun since the program started."""
        parts = parse_sale_id(sale)
        return self.is_own(sale) and parts is not None and parts.run == self.run
