"""`kiosk demo`: a whole sale on one machine, with no account and no hardware."""

import argparse
import logging
import os
import sys
import tempfile
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final

from kiosk.sale.events import KeyPressed
from kiosk.sale.invoice import SaleId
from kiosk.sale.keys import Key
from kiosk.sale.screens import (
    AwaitingPayment,
    ConnectionState,
    EnteringAmount,
    Forwarded,
    Paid,
    RequestingInvoice,
    SaleReceived,
)
from kiosk.sale.till import Ready, Till
from kiosk.settings import Settings, load

if TYPE_CHECKING:
    from kiosk.commands.app import App
    from kiosk.simulate.simulator import Simulator

PATIENCE_S: Final = 60.0
CUSTOMER_S: Final = 4.0
AMOUNT: Final = "1250"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """How to watch it."""
    parser.add_argument("--headless", action="store_true", help="one scripted sale, no window")
    parser.add_argument("--size", default="800x480", help="size of the window, like 800x480")
    parser.add_argument(
        "--direct", action="store_true", help="paid to the merchant, without a till account"
    )
    parser.add_argument("--pictures", type=Path, help="folder for the pictures of the screens")


def run(args: argparse.Namespace) -> int:
    """Start the simulator and the kiosk on it; 0 when the merchant has the money."""
    headless = args.headless or not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
    if headless:
        os.environ["SDL_VIDEODRIVER"] = os.environ["SDL_AUDIODRIVER"] = "dummy"
    from kiosk.commands.app import build_app
    from kiosk.simulate import Simulator

    folder = Path(tempfile.mkdtemp(prefix="kiosk-demo-"))
    with Simulator() as simulator:
        settings = _settings(simulator, folder, args.size, direct=args.direct)
        story = _SaleLogPrinter()
        logging.basicConfig(level="INFO", format="%(message)s", handlers=[story])
        app = build_app(settings)
        try:
            app.begin()
            if headless:
                pictures = args.pictures or folder / "pictures"
                return _play(app, simulator, pictures)
            return _watch(app, simulator)
        finally:
            app.close()


def _watch(app: "App", simulator: "Simulator") -> int:
    print("Type an amount and press the green key; a customer pays after a few seconds.")
    print("Close the window to end.")
    simulator.pay_by_itself(CUSTOMER_S)
    while not app.window.closed:
        app.loop.run_once()
    return 0


@dataclass(slots=True)
class _Script:
    """What the cashier and the customer do, once each, when the screen is ready for it."""

    simulator: "Simulator"
    typed: bool = False
    charged: bool = False
    paid: bool = False
    done: bool = False
    sale: SaleId | None = None
    seen: list[str] = field(default_factory=list)

    def next_keys(self, till: Till) -> tuple[Key, ...]:
        """The keys to press now."""
        screen = till.screen
        match screen:
            case EnteringAmount() if not self.typed and isinstance(till.service, Ready):
                self.typed = True
                return tuple(Key(digit) for digit in AMOUNT)
            case EnteringAmount() if self.typed and not self.charged and till.rates is not None:
                self.charged = True
                return (Key.CHARGE,)
            case AwaitingPayment(connection=ConnectionState.LIVE) if not self.paid and (
                screen.payout_ready or screen.sale.direct
            ):
                self.paid = True
                self.sale = screen.sale.id
                self.simulator.pay(screen.invoice.payment_request, via="lightning")
            case EnteringAmount() if self.paid and not {"forwarded", "received"}.isdisjoint(
                self.seen
            ):
                self.done = True
        return ()


def _play(app: "App", simulator: "Simulator", pictures: Path) -> int:
    pictures.mkdir(parents=True, exist_ok=True)
    script = _Script(simulator)
    until = time.monotonic() + PATIENCE_S
    alarm = threading.Timer(
        PATIENCE_S + 1, app.inbox.wake
    )  # a sale that hangs is reported, not waited for
    alarm.daemon = True
    alarm.start()
    while time.monotonic() < until:
        keys = script.next_keys(app.loop.till)
        if script.done:
            break
        for key in keys:
            app.inbox.put(KeyPressed(key))
        app.loop.run_once()
        _save_new(app, script, pictures)
        if isinstance(app.loop.till.screen, Forwarded | SaleReceived):
            _skip_ahead(app)
    alarm.cancel()
    if script.sale is not None:
        _save_receipt(app, script.sale, pictures)
    forwarded = simulator.merchant.balance_sat
    while simulator.open_sockets() and time.monotonic() < until:
        time.sleep(0.02)
    print(f"merchant has {forwarded} sat, the till {simulator.till.balance_sat} sat")
    print(f"sockets open: {simulator.open_sockets()}")
    print(f"pictures of the screens, and of the receipt: {pictures}")
    if not script.done or forwarded == 0 or simulator.open_sockets():
        sys.stderr.write(f"kiosk demo: the sale did not come to its end: {script.seen}\n")
        return 1
    return 0


def _save_receipt(app: "App", sale: SaleId, pictures: Path) -> None:
    """The receipt as a printer with paper of 80 mm prints it: no printer is needed to see it."""
    from kiosk.sale.printing import shop_of
    from kiosk.sale.receipt import sale_receipt
    from kiosk.screen.drawing.receipt_picture import DOTS_OF_PAPER, save_receipt

    receipt = sale_receipt(app.journal.sale_details(sale), shop_of(app.loop.till))
    save_receipt(receipt, app.window.words, DOTS_OF_PAPER["80"], pictures / "receipt.png")


def _skip_ahead(app: "App") -> None:
    """Nobody watches: go on to the next sale once the animation has been drawn."""
    screen = app.loop.till.screen
    if isinstance(screen, Forwarded | SaleReceived) and app.loop.till.now_s - screen.since_s > 1.5:
        app.inbox.put(KeyPressed(Key.CHARGE))


def _save_new(app: "App", script: _Script, pictures: Path) -> None:
    """A picture of every screen, when it is first as it should be looked at."""
    name = _name(app.loop.till)
    if name is not None and name not in script.seen:
        script.seen.append(name)
        app.window.save(pictures / f"{len(script.seen)}-{name}.png")


def _name(till: Till) -> str | None:
    match till.screen:
        case EnteringAmount(entry) if isinstance(till.service, Ready):
            return "idle" if entry.is_empty else "amount"
        case EnteringAmount():
            return "starting"
        case RequestingInvoice():
            return "requesting"
        case AwaitingPayment(connection=ConnectionState.LIVE):
            return "invoice"
        case Paid():
            return "paid"
        case Forwarded(since_s=since_s) if till.now_s - since_s > 0.9:
            return "forwarded"
        case SaleReceived(since_s=since_s) if till.now_s - since_s > 0.9:
            return "received"
    return None


class _SaleLogPrinter(logging.Handler):
    """Prints the log as a story: seconds since the start, and what happened."""

    def __init__(self) -> None:
        super().__init__()
        self._began_s = time.monotonic()

    def emit(self, record: logging.LogRecord) -> None:
        """Print one line."""
        print(f"{time.monotonic() - self._began_s:7.3f} s  {record.getMessage()}", flush=True)


def _settings(simulator: "Simulator", folder: Path, size: str, *, direct: bool) -> Settings:
    way = {"KIOSK_RECEIVE": "direct"} if direct else {"BLINKPOS_API_KEY": simulator.till.api_key}
    return load(
        {
            **way,
            "BLINK_API_URL": simulator.api_url,
            "BLINK_WS_URL": simulator.ws_url,
            "MERCHANT_USERNAME": simulator.merchant.username,
            "KIOSK_JOURNAL": str(folder / "journal.sqlite3"),
            "KIOSK_SCREEN": size,
            "KIOSK_ID": "demo",
            "KIOSK_NAME": "Café Satoshi",
            "KIOSK_GPIO": "off",
        }
    )
