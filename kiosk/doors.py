"""What the loop needs of each door, by Protocol: the doors themselves are not known here."""

from collections.abc import Sequence
from typing import Protocol

from kiosk.sale.books import CashierSums
from kiosk.sale.device import HostEffect
from kiosk.sale.effects import Sound, WalletEffect
from kiosk.sale.events import Event, SalesHistoryResult
from kiosk.sale.facts import Fact
from kiosk.sale.invoice import SaleId
from kiosk.sale.keys import Light
from kiosk.sale.receipt import Receipt
from kiosk.sale.sale_record import SaleDetails
from kiosk.sale.sales_list import SalesPageResult, SalesPlace
from kiosk.sale.till import Till


class Wallet(Protocol):
    """The Blink door."""

    def perform(self, effect: WalletEffect) -> None:
        """Begin what the effect asks for; return at once. Answers come into the inbox."""


class Journal(Protocol):
    """The record. Raises KioskError when it cannot be written, or has no room for a new sale."""

    def record(self, facts: Sequence[Fact]) -> None:
        """Write all facts durably, or none of them."""

    def probe(self) -> None:
        """Find out whether the next sale could be written down."""

    def overview(self, now: int) -> SalesHistoryResult:
        """The totals for the manager's pages; `now` in Unix seconds."""
        ...

    def cashier_sums(self, cashier: str, now: int) -> CashierSums:
        """What a cashier has taken on the day of `now`, Unix seconds."""
        ...

    def sales_page(
        self, before: SalesPlace | None, count: int, *, odd: bool = False
    ) -> SalesPageResult:
        """So many sales older than a place in the list, None from the newest; or the odd ones."""
        ...

    def sale_details(self, sale: SaleId) -> SaleDetails:
        """One sale with all that is known of it."""
        ...

    def take_requests(self) -> bool:
        """Whether another program has asked for another try since the last call."""
        ...


class Display(Protocol):
    """The display: draws the till, returns what was touched and typed."""

    def draw(self, till: Till) -> bool:
        """Draw the till; False if the picture would be the one that is shown already."""
        ...

    def wait(self, timeout_s: float | None) -> tuple[Event, ...]:
        """Sleep until input, `wake` or the timeout (None: no timeout); return the input."""
        ...

    def wake(self) -> None:
        """End `wait` now; safe to call from any thread."""

    def next_frame_s(self, till: Till) -> float | None:
        """When the picture changes by itself, in monotonic seconds; None if it does not."""
        ...

    def wake_display(self) -> bool:
        """Light the display; return whether it was dim or dark until now."""
        ...

    def play(self, sound: Sound) -> None:
        """Start a sound and return at once."""

    def adjust_code_brightness(self, steps: int) -> None:
        """Draw payment codes brighter (positive) or darker by so many steps."""


class Panel(Protocol):
    """LED and buzzer."""

    def show(self, light: Light) -> None:
        """Show a pattern until the next one."""


class Host(Protocol):
    """The system around the program: power, Wi-Fi, a USB stick."""

    def perform(self, effect: HostEffect) -> None:
        """Begin what the effect asks for; return at once. Answers come into the inbox."""


class Printer(Protocol):
    """The receipt printer."""

    def print(self, receipt: Receipt) -> None:
        """Print it when the printer can; return at once. Troubles come into the inbox."""


class Watchdog(Protocol):
    """Feeds systemd's watchdog while everything that a sale needs works."""

    @property
    def due_s(self) -> float:
        """When it wants to be fed next, in monotonic seconds."""
        ...

    def feed_if_due(self, now_s: float) -> None:
        """Feed it if that time has come and everything works."""


class Clock(Protocol):
    """Time, injected: monotonic seconds for pauses, Unix seconds for records (`kiosk.clock`)."""

    def monotonic(self) -> float:
        """Seconds that never jump, from an arbitrary beginning."""
        ...

    def unix(self) -> float:
        """Unix seconds, as good as they are known."""
        ...

    def set_unix(self, unix_s: float) -> None:
        """Go by Blink's clock from now on: the machine's own may be wrong."""
