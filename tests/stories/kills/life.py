"""One life of the till: the real `kiosk run`, with a hand on its keys, from start to its end."""

import os
import signal
import sys
from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

import pygame

from kiosk import __main__ as program
from kiosk.commands import app
from kiosk.sale.key_timing import ignores_key
from kiosk.sale.keys import Key
from kiosk.sale.screens import (
    AwaitingPayment,
    ConnectionState,
    EnteringAmount,
    Forwarded,
    Paid,
    SaleFailed,
    SaleReceived,
)
from kiosk.sale.till import Ready, Till
from tests.stories.kills.points import Points, install


class Plan(StrEnum):
    """What is to be done in a life, once what was unfinished has been finished."""

    SELL = "sell"  # one sale, up to forwarded
    SHOW = "show"  # one sale, and dead once its code is up and all that belongs to it is there
    CANCEL = "cancel"  # one sale, cancelled with the code up
    FINISH = "finish"  # nothing more


@dataclass(frozen=True, slots=True)
class Order:
    """A life to be lived. `kill_at` is a crash point, `turn` its how-manieth passing."""

    env: dict[str, str]
    log: str
    plan: Plan = Plan.FINISH
    amount: int = 0
    kill_at: str | None = None
    turn: int = 1
    rehearse: bool = False
    kill_after_s: float | None = None
    # A till that has not ended by itself then never will. On a busy machine an answer may be lost,
    # and the second question after it comes half a minute later.
    longest_s: float = 180.0

    def as_json(self) -> dict[str, Any]:
        """For the way to the forge."""
        return asdict(self)


def live(order: Order) -> int:
    """Run the till in this process; the exit code of `kiosk run`."""
    os.environ.update(order.env)
    errors = os.open(order.log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    os.dup2(errors, sys.stderr.fileno())
    points = Points(_say, order.kill_at, order.turn, rehearse=order.rehearse)
    install(points)
    hand = ScriptedMerchant(order, points)
    build = app.build_app

    def build_with_hand(*args: Any, **kwargs: Any) -> app.App:
        built = build(*args, **kwargs)
        turn = built.loop.run_once

        def turn_and_look() -> None:
            turn()
            hand.look(built)

        built.loop.run_once = turn_and_look  # type: ignore[method-assign]
        return built

    app.build_app = build_with_hand
    settings = Path(order.log).with_name("kiosk.env")
    settings.touch()  # all of them are in the environment
    return program.main(["run", "--env-file", str(settings)])


class ScriptedMerchant:
    """Looks at the screen after every frame and types, as a merchant would."""

    def __init__(self, order: Order, points: Points) -> None:
        self._order = order
        self._points = points
        self._screen = ""
        self._charged = self._failed = self._left = False

    def look(self, built: app.App) -> None:
        """Do what is next."""
        till = built.loop.till
        screen = type(till.screen).__name__
        if screen != self._screen:
            self._screen = screen
            if isinstance(till.screen, AwaitingPayment):
                _say(f"shown {till.screen.sale.id} {till.screen.invoice.payment_request}")
            self._points.pass_by(f"screen {screen}")
        if self._charged:
            self._sell(till, built)
        elif is_finished(till):
            if self._order.plan is Plan.FINISH:
                built.loop.stop()
                return
            self._charged = True
            if till.interrupted_sales:  # the notice of the power cut is read first
                _type(pygame.K_ESCAPE)
            _type(*(getattr(pygame, f"K_{digit}") for digit in str(self._order.amount)))
            _type(pygame.K_RETURN)

    def _sell(self, till: Till, built: app.App) -> None:
        match till.screen:
            case AwaitingPayment(connection=ConnectionState.LIVE) as code if (
                self._order.plan is Plan.SHOW and _is_complete(code)
            ):
                os.kill(os.getpid(), signal.SIGKILL)
            case AwaitingPayment() as code if self._order.plan is Plan.CANCEL and _is_complete(
                code
            ):
                if not self._left and not ignores_key(till, Key.CLEAR):
                    self._left = True
                    _type(pygame.K_ESCAPE)
            case SaleFailed() if not ignores_key(till, Key.CHARGE):
                self._failed = True  # on a busy machine: the amount is kept, and charged again
                _type(pygame.K_RETURN)
            case EnteringAmount() if self._failed and not ignores_key(till, Key.CHARGE):
                self._failed = False
                _type(pygame.K_RETURN)
            case Forwarded() | SaleReceived():
                built.loop.stop()
            case Paid():
                self._left = True
            case EnteringAmount() if self._left and is_finished(till):
                built.loop.stop()


def _is_complete(code: AwaitingPayment) -> bool:
    """Whether all that belongs to a code is there; a direct sale has no payout invoice."""
    return code.payout_ready or code.sale.direct


def is_finished(till: Till) -> bool:
    """Whether nothing is left to do: all that can be asked has been answered."""
    answered = all(
        watch.checks_made == 0
        and watch.next_check_s is not None
        and watch.next_check_s > till.now_s
        for watch in till.watched_invoices.values()
    )
    return isinstance(till.service, Ready) and not till.forwards and answered


def read_order(raw: dict[str, Any]) -> Order:
    """The order as the forge got it."""
    return Order(**{**raw, "plan": Plan(raw["plan"])})


def _type(*keys: int) -> None:
    for key in keys:
        pygame.event.post(pygame.event.Event(pygame.KEYDOWN, key=key, unicode="", mod=0))


def _say(line: str) -> None:
    """One whole line, past every buffer: it must be out before the process dies."""
    os.write(1, f"{line}\n".encode())


def settings_of(api_url: str, ws_url: str, key: str, merchant: str, folder: Path) -> dict[str, str]:
    """The environment of a till under test."""
    return {
        "BLINK_API_URL": api_url,
        "BLINK_WS_URL": ws_url,
        "BLINKPOS_API_KEY": key,
        "MERCHANT_USERNAME": merchant,
        "KIOSK_CURRENCY": "SAT",
        "KIOSK_JOURNAL": str(folder / "journal.sqlite3"),
        "KIOSK_SCREEN": "480x320",
        "KIOSK_ID": "till-1",
        "KIOSK_GPIO": "off",
        "KIOSK_VOLUME": "0",
        "KIOSK_SUCCESS_SECONDS": "1",
        "SDL_VIDEODRIVER": "dummy",
        "SDL_AUDIODRIVER": "dummy",
    }
