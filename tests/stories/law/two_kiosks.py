"""Two kiosks that look like one to their owner, the Blink account they share, and their time."""

import tempfile
from pathlib import Path
from types import TracebackType
from typing import Self

from kiosk.sale.effects import OpenSale
from kiosk.sale.events import InvoiceStatusResult
from kiosk.sale.invoice import Invoice, InvoiceStatus, PaymentHash, SaleId
from kiosk.sale.keys import Key
from kiosk.sale.screens import AwaitingPayment
from tests.stories.law import laws
from tests.stories.law.kiosk import Kiosk
from tests.stories.ledger import Blink, ManualClock, Moved

# Syncing thousands of journals to a real disk would be most of the time; where there is memory that
# looks like a disk, they lie there.
MEMORY = Path("/dev/shm")

# Wakings that are gone through one by one before time leaps over the rest.
WAKINGS = 6


class TwoKiosks:
    """Two kiosks that look like one to their owner, and the Blink account that they share."""

    def __init__(self) -> None:
        self.folder = tempfile.TemporaryDirectory(dir=MEMORY if MEMORY.is_dir() else None)
        self.clock = ManualClock()
        self.blink = Blink(self.clock)
        self.kiosks: list[Kiosk] = []
        self.older_till: SaleId | None = None
        self.older_payout: Invoice | None = None

    def __enter__(self) -> Self:
        for number in (0, 1):
            self.kiosks.append(Kiosk(self.blink, Path(self.folder.name), number))
        self.advance(0.5)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        for kiosk in self.kiosks:
            kiosk.switch_off()
        self.folder.cleanup()

    def advance(self, seconds: float) -> None:
        """Let time pass: a kiosk is woken when it asked to be, one that did not sleeps on."""
        end_s = self.clock.now_s + seconds
        for _ in range(WAKINGS):
            wakings = [kiosk.wakes_s for kiosk in self.kiosks]
            wake_s = min([*wakings, *(arrival_s for arrival_s, _ in self.blink.on_the_way)])
            if wake_s >= end_s:
                break
            self._wake_at(max(self.clock.now_s, wake_s))
        self._wake_at(end_s)

    def sleep(self, seconds: float) -> None:
        """Let time pass while no kiosk is awake, nor woken at its end."""
        self.clock.now_s += seconds
        self.blink.take_what_arrives()

    def _wake_at(self, now_s: float) -> None:
        self.clock.now_s = now_s
        self.blink.take_what_arrives()
        for kiosk in self.kiosks:
            if kiosk.wakes_s <= now_s:
                kiosk.turn()

    def sell(self, kiosk: Kiosk) -> AwaitingPayment | None:
        """A sale that goes well up to the code, if the kiosk is in service."""
        self._charge(kiosk)
        kiosk.answer_all()
        return kiosk.code_on_screen

    def sell_without_payout(self, kiosk: Kiosk) -> AwaitingPayment | None:
        """The same, and Blink has not answered yet when it is asked for the payout invoice."""
        self._charge(kiosk)
        kiosk.answer_only(OpenSale)
        return kiosk.code_on_screen

    def _charge(self, kiosk: Kiosk) -> None:
        kiosk.answer_all()
        for keys in ((Key.CLEAR,), (Key.CLEAR, Key.CLEAR), (Key.D5, Key.D0, Key.CHARGE)):
            if Key.CLEAR in keys and kiosk.is_at_rest:
                continue
            self.advance(0.5)  # for a look at the screen
            kiosk.answer_all()
            kiosk.press(*keys)

    def pay(self, kiosk: Kiosk, name: PaymentHash) -> None:
        """A customer pays, and the kiosk is told at once."""
        self.blink.pay(name)
        kiosk.turn(InvoiceStatusResult(name, InvoiceStatus.PAID))

    def sell_and_be_paid(self, kiosk: Kiosk) -> bool:
        """A sale that is paid while its code is up; False if the kiosk is out of service."""
        screen = self.sell(kiosk)
        if screen is not None:
            self.pay(kiosk, screen.invoice.payment_hash)
        return screen is not None

    def sell_and_lose_the_payout(self, kiosk: Kiosk, after_s: float) -> bool:
        """The same, and its payout reaches Blink when nobody waits for the answer any more."""
        is_paid = self.sell_and_be_paid(kiosk)
        for order in kiosk.wallet.take_payments() if is_paid else ():
            kiosk.wallet.lose(order, after_s)
        return is_paid

    def clone_first_card(self) -> None:
        """The second machine gets a copy of the first one's card, and the first one goes on."""
        original, other = self.kiosks
        other.switch_off()
        other.put_in_clone_of(original)
        other.switch_on()

    def the_law_holds(self) -> None:
        """What has to be so after every step.

        Raises:
            AssertionError: it is not.
        """
        laws.nothing_is_forwarded_twice_or_unpaid(self.blink)
        for kiosk in self.kiosks:
            laws.nothing_is_shown_that_is_not_so(kiosk, self.blink)

    def settle_everything(self) -> None:
        """Everything works again: every paid sale reaches the merchant, once.

        Raises:
            AssertionError: it does not.
        """
        self.blink.limited = False
        for kiosk in self.kiosks:
            kiosk.journal.is_full = False
        for seconds in (15.0, 200.0, *[7200.0] * 5, 50_000.0, 50_000.0, *[7200.0] * 5):
            for kiosk in self.kiosks:
                kiosk.answer_all()
            self.advance(seconds)
        for kiosk in self.kiosks:
            kiosk.answer_all()
        if self.older_payout is not None:
            own = self.blink.made[self.older_payout.payment_hash]
            self.blink.sent.append(Moved(own, self.blink.unix_s))
        laws.nothing_is_forwarded_twice_or_unpaid(self.blink)
        for kiosk in self.kiosks:
            laws.everything_is_settled(kiosk, self.blink)
