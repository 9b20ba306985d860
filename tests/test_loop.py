"""The shell keeps what only wakes the glass away from the till."""

from collections.abc import Sequence

import pytest

from kiosk.loop import Inbox, Loop
from kiosk.sale.box import HostEffect
from kiosk.sale.effects import ReadHistory, Sound, WalletEffect
from kiosk.sale.entry import Entry
from kiosk.sale.events import Event, HistoryRead, JournalWorks, KeyPressed, KeyStuck, StatusTold
from kiosk.sale.facts import Fact
from kiosk.sale.invoice import InvoiceStatus
from kiosk.sale.keys import Key, Light
from kiosk.sale.money import Sats
from kiosk.sale.till import Entering, Till, Totals
from kiosk.sale.trouble import KioskError, Trouble, TroubleKind
from tests.sale.tills import USD, Story
from tests.screen.samples import NOW_S, till


class Glass:
    """A display that sleeps until it is roused, and hands on what it is given."""

    def __init__(self, *touched: Event) -> None:
        self.asleep = True
        self.touched = touched
        self.heard: list[Sound] = []

    def rouse(self) -> bool:
        asleep, self.asleep = self.asleep, False
        return asleep

    def wait(self, timeout_s: float | None) -> tuple[Event, ...]:
        return self.touched

    def draw(self, till: Till) -> bool:
        return True

    def wake(self) -> None: ...

    def next_frame_s(self, till: Till) -> float | None:
        return None

    def play(self, sound: Sound) -> None:
        self.heard.append(sound)

    def brighten(self, steps: int) -> None: ...


class Quiet:
    """A wallet, a journal, a panel and a clock that do nothing."""

    def perform(self, effect: WalletEffect | HostEffect) -> None: ...
    def record(self, facts: Sequence[Fact]) -> None: ...
    def probe(self) -> None: ...
    def show(self, light: Light) -> None: ...

    def take_requests(self) -> bool:
        return False

    def overview(self, now: int) -> HistoryRead:
        none = Totals(0, 0, Sats(0), Sats(0), Sats(0))
        return HistoryRead(none, none, ())

    def monotonic(self) -> float:
        return NOW_S

    def unix(self) -> float:
        return 1_700_000_000.0


class Unreadable(Quiet):
    """A journal on a card that fails."""

    def overview(self, now: int) -> HistoryRead:
        raise KioskError(Trouble(TroubleKind.JOURNAL_BROKEN))


class Witness(Quiet):
    """A journal and a wallet that note in which order they are used; the journal may be full."""

    def __init__(self) -> None:
        self.done: list[str] = []
        self.full = False

    def record(self, facts: Sequence[Fact]) -> None:
        if self.full:
            raise KioskError(Trouble(TroubleKind.JOURNAL_FULL))
        self.done += [type(fact).__name__ for fact in facts]

    def perform(self, effect: WalletEffect | HostEffect) -> None:
        self.done.append(type(effect).__name__)


def a_loop(
    glass: Glass, journal: Quiet | None = None, wallet: Quiet | None = None
) -> tuple[Loop, Inbox]:
    quiet, inbox = Quiet(), Inbox()
    loop = Loop(
        till(Entering(Entry(USD))),
        inbox,
        wallet=wallet or quiet,
        journal=journal or quiet,
        display=glass,
        panel=quiet,
        clock=quiet,
        host=quiet,
    )
    return loop, inbox


def typed(loop: Loop) -> int:
    screen = loop.till.screen
    assert isinstance(screen, Entering)
    return screen.entry.typed


def test_digits_typed_blind_wake_the_glass_and_count() -> None:
    glass = Glass()
    loop, inbox = a_loop(glass)
    for key in (Key.D1, Key.D2, Key.D5):
        inbox.put(KeyPressed(key))
    loop.turn()
    assert not glass.asleep
    assert typed(loop) == 125, "a lost digit is a tenth of the price"
    assert glass.heard == [Sound.KEY] * 3


@pytest.mark.parametrize("asleep", [True, False])
def test_any_other_key_only_wakes_a_glass_at_rest(*, asleep: bool) -> None:
    glass = Glass()
    loop, inbox = a_loop(glass)
    inbox.put(KeyPressed(Key.D7))
    loop.turn()
    glass.asleep = asleep
    inbox.put(KeyPressed(Key.DELETE))
    loop.turn()
    assert not glass.asleep
    assert typed(loop) == (7 if asleep else 0)


def test_news_is_never_swallowed() -> None:
    glass = Glass(KeyStuck("5"))
    loop, _ = a_loop(glass)
    loop.turn()
    assert loop.till.stuck_key == "5"
    assert glass.asleep, "news is no touch; that it is shown is the glass's own business"


def test_a_history_that_cannot_be_read_stops_sales_and_not_the_program_m11() -> None:
    loop, _ = a_loop(Glass(), Unreadable())
    loop._carry_out(ReadHistory())
    assert loop.till.journal_trouble == Trouble(TroubleKind.JOURNAL_BROKEN)


def a_paid_sale(witness: Witness) -> tuple[Loop, StatusTold]:
    """A till with its code up, and the news that it has been paid."""
    story = Story().ready()
    made = story.awaiting()
    loop, _ = a_loop(Glass(), witness, witness)
    loop.till = story.till
    return loop, StatusTold(made.payment_hash, InvoiceStatus.PAID)


def test_what_must_be_durable_is_written_before_anything_is_done_about_it_m5() -> None:
    witness = Witness()
    loop, paid = a_paid_sale(witness)
    loop._feed(paid)
    assert witness.done[:3] == ["InvoicePaid", "ForwardMoved", "SendForward"]


def test_what_cannot_be_written_has_not_happened_and_is_not_forgotten_m5_m11() -> None:
    witness = Witness()
    loop, paid = a_paid_sale(witness)
    witness.full = True
    loop._feed(paid)
    assert "SendForward" not in witness.done
    assert not loop.till.forwards
    assert loop.till.journal_trouble is not None
    witness.full = False
    loop._feed(JournalWorks())
    assert witness.done[-3:] == ["InvoicePaid", "ForwardMoved", "SendForward"]
