"""One machine with its card, which can be switched off and on."""

import shutil
from math import inf
from pathlib import Path
from unittest.mock import patch

from kiosk.commands.app import initial_till
from kiosk.journal import Hardware, database, open_sound
from kiosk.journal.installation import file_of
from kiosk.loop import UNWRITTEN_RETRY_S, Inbox, Loop
from kiosk.printer.printer import NoPrinter
from kiosk.sale.effects import FetchLedgerHistory
from kiosk.sale.events import Event, KeyPressed
from kiosk.sale.invoice import PaymentHash, SaleId
from kiosk.sale.keys import Key
from kiosk.sale.rules import Rules
from kiosk.sale.screens import AwaitingPayment, EnteringAmount
from kiosk.sale.till import Till
from kiosk.sale.timers import next_wake_s
from kiosk.sale.trouble import TroubleKind
from tests.journal.connection import connection
from tests.stories.law.cards import FailingJournal, copy_journal, empty_journal, make_journal_file
from tests.stories.ledger import BlindDisplay, Blink, LedgerWallet, NoPanelNoHost, Order

# What a person has to decide, and the till must not.
FOR_A_PERSON = frozenset(
    {TroubleKind.UNDECIDED, TroubleKind.BEGUN_ELSEWHERE, TroubleKind.PAID_BEFORE}
)


class Kiosk:
    """One machine with its card; it can be switched off and on."""

    def __init__(self, blink: Blink, folder: Path, number: int) -> None:
        self.blink = blink
        self.number = number
        self.folder = folder / f"kiosk{number}"
        self.folder.mkdir()
        self.path = self.folder / "journal.sqlite3"
        self.path.write_bytes(empty_journal())
        self.shown: dict[PaymentHash, SaleId] = {}  # every code that a customer could see
        self.left_to_a_person: set[SaleId] = set()
        self.forgotten: set[SaleId] = set()  # begun after a copy that was restored later
        self.undecidable: set[SaleId] = set()  # begun before the card was lost, or an older one
        self.copied: tuple[SaleId, ...] | None = None
        self.is_clone = False
        self.boots = 0
        self.wakes_s = inf  # when the loop is next awake by itself
        self.recent_events: list[Event] = []
        self.switch_on()

    def switch_on(self) -> None:
        self.boots += 1
        self.recent_events = []
        hardware = Hardware(f"serial {self.number}", "machine")
        new_id = f"{self.boots:07x}{self.number}"  # random outside, but here a seed decides all
        with (
            patch.object(database, "_make_file", make_journal_file),
            # No page of these cards is damaged by itself: looking for that takes as long as a sale.
            patch.object(database, "check_pages", lambda _: None),
            patch("kiosk.journal.installation.secrets.token_hex", lambda _: new_id),
        ):
            real, taken_up = open_sound(self.path, self.blink.clock.unix, lambda: hardware)
        self.journal = FailingJournal(real)
        rules = Rules(
            "till",
            f"{self.number}{self.boots:07x}",
            installation=real.installation,
            units=("SAT", "USD"),
        )
        clock = self.blink.clock
        till, facts = initial_till(rules, taken_up, clock.monotonic(), int(clock.unix()))
        self.inbox = Inbox()
        # The first kiosk has a merchant key that may look, the second one a user name.
        self.wallet = LedgerWallet(self.blink, self.inbox.put, may_look=self.number == 0)
        self.display = BlindDisplay()
        doors = NoPanelNoHost()
        self.loop = Loop(
            till,
            self.inbox,
            wallet=self.wallet,
            journal=self.journal,
            display=self.display,
            panel=doors,
            clock=clock,
            host=doors,
            printer=NoPrinter(),
        )
        self.loop.begin(facts)
        self.turn()

    def switch_off(self) -> None:
        self.journal.real.close()

    @property
    def till(self) -> Till:
        return self.loop.till

    @property
    def is_at_rest(self) -> bool:
        """Whether the keypad waits for the first digit of an amount."""
        screen = self.till.screen
        return isinstance(screen, EnteringAmount) and screen.entry.is_empty

    @property
    def code_on_screen(self) -> AwaitingPayment | None:
        """The screen of a sale whose code is up."""
        screen = self.till.screen
        return screen if isinstance(screen, AwaitingPayment) else None

    def turn(self, *news: Event) -> None:
        """Let the loop take in what has come, all of it, and look at its screen."""
        for event in news:
            self.inbox.put(event)
        self.loop.run_once()
        self.wakes_s = self.next_wake_s()
        screen = self.code_on_screen
        if screen is not None:
            name = screen.invoice.payment_hash
            if name not in self.shown:
                assert self.is_journaled(name), "shown before it was journaled (M5)"
            self.shown[name] = screen.sale.id
        self.left_to_a_person |= {
            alarm.sale
            for alarm in self.till.alarms
            if alarm.sale is not None and alarm.trouble.kind in FOR_A_PERSON
        }

    def next_wake_s(self) -> float:
        """When the loop that has just turned wakes by itself; infinite if it does not."""
        due_s = next_wake_s(self.till)
        if due_s is None:
            return inf
        pause_s = UNWRITTEN_RETRY_S if self.till.journal_trouble is not None else 0.0
        return max(due_s, self.blink.clock.now_s + pause_s)

    def press(self, *keys: Key) -> None:
        """Keys so quick that one turn of the loop takes them all in."""
        self.turn(*map(KeyPressed, keys))

    def answer(self, place: int) -> None:
        """Blink answers one question, and the loop turns."""
        order = self.wallet.take(place)
        on_their_way = self.sales_on_their_way()
        self._remember(self.wallet.answer(order))
        self.turn()
        if isinstance(order, FetchLedgerHistory):
            sent = {moved.made.sale for moved in self.blink.sent}
            again = (self.sales_on_their_way() - on_their_way) & sent
            assert not again, f"the ledger shows {again} as sent, and they are sent anew (M6)"

    def answer_only(self, *kinds: type[Order]) -> None:
        """Blink answers what waits of these kinds, one after the other."""
        while places := [
            place for place, order in enumerate(self.wallet.waiting) if isinstance(order, kinds)
        ]:
            self.answer(places[0])

    def answer_all(self) -> None:
        """Blink answers everything, and what is asked then, until nothing is asked any more.

        All that waits at once is answered before one turn of the loop.
        """
        for _ in range(300):
            waiting = self.wallet.waiting
            if not waiting:
                return
            if any(isinstance(order, FetchLedgerHistory) for order in waiting):
                self.answer(0)
                continue
            for _ in range(len(waiting)):
                self._remember(self.wallet.answer(self.wallet.take(0)))
            self.turn()
        raise AssertionError("asks for ever")

    def _remember(self, events: tuple[Event, ...]) -> None:
        self.recent_events = [*self.recent_events, *events][-20:]

    def sales_on_their_way(self) -> set[SaleId]:
        return {forward.sale.id for forward in self.till.forwards.values()}

    def is_journaled(self, name: PaymentHash) -> bool:
        rows = connection(self.journal.real).execute(
            "SELECT 1 FROM invoices WHERE payment_hash = ?", (name,)
        )
        return rows.fetchone() is not None

    def copy_card(self) -> None:
        """Somebody keeps a copy of the card as it is now."""
        self.copied = tuple(self.shown.values())
        copy_journal(self.path, self.folder / "copy.sqlite3")

    def restore_copy(self) -> None:
        """The copy is the card again: what was begun since is known to nobody here."""
        assert self.copied is not None
        self.forgotten |= set(self.shown.values()) - set(self.copied)
        self.undecidable |= set(self.shown.values())
        copy_journal(self.folder / "copy.sqlite3", self.path)

    def put_in_clone_of(self, other: "Kiosk") -> None:
        """This machine gets a copy of another one's card, and its own card is thrown away."""
        self.is_clone = True
        self.forgotten |= set(self.shown.values())
        self.undecidable |= set(other.shown.values())
        copy_journal(other.path, self.path)
        shutil.copy(file_of(other.path), file_of(self.path))

    def wreck_journal(self) -> None:
        """Nothing of it can be read any more."""
        self.path.write_bytes(b"\0" * self.path.stat().st_size)
        for tail in ("-wal", "-shm"):
            self.path.with_name(self.path.name + tail).unlink(missing_ok=True)

    def wreck_installation(self) -> None:
        """Nor the file beside it: nobody can say any more whose sales those were."""
        self.undecidable |= set(self.shown.values())
        file_of(self.path).unlink()
