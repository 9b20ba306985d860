"""A counter in a shop: a till and its display, played by scripts that read like a day."""

from collections.abc import Callable
from typing import Any

import pygame

from kiosk.sale.effects import AdjustCodeBrightness
from kiosk.sale.events import (
    AccountFetched,
    AccountFetchFailed,
    ConnectionChanged,
    Event,
    InvoiceCreated,
    InvoiceStatusResult,
    KeyPressed,
    PayoutCreated,
    RatesFetched,
)
from kiosk.sale.invoice import Invoice, InvoiceStatus
from kiosk.sale.key_timing import ignores_key
from kiosk.sale.keys import Key, Row
from kiosk.sale.rules import Rules
from kiosk.sale.screens import AwaitingPayment, ConnectionState, RequestingInvoice, Screen
from kiosk.sale.till import Till
from kiosk.sale.trouble import Trouble, TroubleKind
from kiosk.screen.display.window import Window, picture
from kiosk.screen.drawing.canvas import Canvas
from kiosk.screen.drawing.look import Look
from tests.sale.tills import ACCOUNT, RULES, Story, invoice, rates

SIZE = (800, 480)

Deed = str | Callable[["Counter"], object]
Line = tuple[Deed, type[Screen], str]


class Counter:
    """What is touched and typed, what Blink says, and what then stands on the screen.

    A deed is `touch 1 2 charge` (on the screen), `press ...` (on the keypad), `row 2` (of a list),
    `swipe 2 -0.4` (from a row, in heights of the display), `wait 5` (seconds), or one of the
    functions below.
    """

    def __init__(self, rules: Rules = RULES, look: Look | None = None) -> None:
        self.story = Story(rules).ready()
        self.look = look or Look(name="Café Satoshi")
        self.window = Window(self.look, SIZE)
        self.window.draw(self.till)
        self.invoice: Invoice | None = None

    @property
    def till(self) -> Till:
        return self.story.till

    @property
    def canvas(self) -> Canvas:
        """What stands on the screen now."""
        return picture(self.till, self.look, SIZE)[1]

    def play(self, *script: Line) -> None:
        """Carry out deed after deed, and look at the display after each."""
        for number, (deed, screen, words) in enumerate(script, 1):
            self.do(deed)
            self.window.draw(self.till)
            where = f"line {number}: {deed}"
            assert isinstance(self.till.screen, screen), f"{where}: {self.till.screen}"
            said = self.canvas.said
            assert any(words in text for text in said), f"{where}: {words!r} not in {said}"

    def do(self, deed: Deed) -> None:
        if not isinstance(deed, str):
            deed(self)
            return
        what, *rest = deed.split()
        match what:
            case "touch":
                for name in rest:
                    self.touch(Key(name))
            case "press":
                for name in rest:
                    self.look_first(Key(name))
                    self.hand_over(KeyPressed(Key(name)))
            case "row":
                self.touch_row(int(rest[0]))
            case "swipe":
                self.touch_row(int(rest[0]), float(rest[1]))
            case "wait":
                self.story.wait(float(rest[0]))
            case _:
                raise AssertionError(f"no such deed: {deed}")

    def touch(self, key: Key) -> None:
        """Touch a key where the display shows it."""
        zones = [zone for zone in self.canvas.zones if zone.key is key]
        assert zones, f"no {key} on the display"
        self.look_first(key)
        self.touch_at(zones[0].rect.center, zones[0].hold_s)

    def look_first(self, key: Key) -> None:
        """Who presses has looked at the display; a key pressed at once is not heard."""
        if ignores_key(self.till, key):
            self.story.wait(0.5)

    def touch_row(self, number: int, moved: float = 0.0) -> None:
        """Touch a row of a list; `moved` is how far the finger goes, in heights of the display."""
        (zone,) = [zone for zone in self.canvas.zones if zone.key == Row(number)]
        self.look_first(Key.CHARGE)
        self.touch_at(zone.rect.center, moved=moved)

    def touch_at(self, place: tuple[int, int], hold_s: float = 0.0, moved: float = 0.0) -> None:
        """Touch a place, for as long as it takes."""
        where: dict[str, Any] = {
            "x": place[0] / SIZE[0],
            "y": place[1] / SIZE[1],
            "touch_id": 1,
            "finger_id": 1,
        }
        self.window.draw(self.till)
        pygame.event.post(pygame.event.Event(pygame.FINGERDOWN, **where))
        self.hand_over(*self.window.wait(0))
        if hold_s:
            self.window.draw(self.till)
            self.story.wait(hold_s)
            self.window.draw(self.till)
            self.hand_over(*self.window.wait(0))
        where["y"] += moved
        pygame.event.post(pygame.event.Event(pygame.FINGERUP, **where))
        self.hand_over(*self.window.wait(0))

    def hand_over(self, *events: Event) -> None:
        """What the loop does with events, and with the one effect that is the window's own."""
        for event in events:
            step = self.story.play(event)
            for effect in step.effects:
                if isinstance(effect, AdjustCodeBrightness):
                    self.window.adjust_code_brightness(effect.steps)


# --- What Blink says --------------------------------------------------------------------------


def price(counter: Counter) -> None:
    """A fresh price arrives."""
    counter.story.play(RatesFetched(rates(counter.till.now_s)))


def invoice_made(counter: Counter) -> None:
    """Blink has made the invoice and, for the merchant, the payout invoice."""
    screen = counter.till.screen
    assert isinstance(screen, RequestingInvoice)
    counter.story.made += 1
    made = invoice(counter.story.made, screen.sale.amount)
    counter.story.play(InvoiceCreated(screen.sale.id, made))
    counter.story.play(PayoutCreated(screen.sale.id, counter.story.payout(made), 1))
    counter.invoice = made


def link(now: ConnectionState) -> Callable[[Counter], object]:
    """The connection of the sale changes."""

    def change(counter: Counter) -> None:
        screen = counter.till.screen
        assert isinstance(screen, AwaitingPayment)
        counter.story.play(ConnectionChanged(screen.sale.id, now))

    return change


def status_arrives(status: InvoiceStatus) -> Callable[[Counter], object]:
    """Blink says how the invoice stands."""

    def tell(counter: Counter) -> None:
        assert counter.invoice is not None
        counter.story.play(InvoiceStatusResult(counter.invoice.payment_hash, status))

    return tell


def offline(counter: Counter) -> None:
    """The visit to Blink fails."""
    counter.story.play(AccountFetchFailed(Trouble(TroubleKind.NO_CONNECTION)))


def online(counter: Counter) -> None:
    """The visit to Blink succeeds."""
    counter.story.play(AccountFetched(ACCOUNT))
