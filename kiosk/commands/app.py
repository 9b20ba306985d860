"""Build the real things from the settings, and join them: the one place where doors meet."""

import contextlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from types import MappingProxyType

from kiosk.clock import SystemClock
from kiosk.commands.export import write_sales
from kiosk.commands.from_settings import (
    copy_settings_of,
    endpoints_of,
    look_of,
    rules_of,
    wiring_of,
)
from kiosk.commands.live_settings import LiveSettings
from kiosk.commands.payee_lookup import look_up_in_thread
from kiosk.commands.receipts import printer_of
from kiosk.host.device_facts import read_device_facts
from kiosk.host.dispatcher import Host
from kiosk.host.wifi import Nmcli
from kiosk.journal import Hardware, Journal, TakenUp, open_sound, read_hardware, resume
from kiosk.loop import Inbox, Loop
from kiosk.panel.deferred import DeferredPanel
from kiosk.panel.panel import NoPanel, Panel, Put, open_panel
from kiosk.printer.printer import NoPrinter, Printer
from kiosk.sale.choosing_cashier import screen_at_rest
from kiosk.sale.device import DeviceAction
from kiosk.sale.entry import Entry
from kiosk.sale.facts import Ending, Fact, ForwardStatus, SaleLeftScreen
from kiosk.sale.money import SAT, Currency
from kiosk.sale.pin import lock_s
from kiosk.sale.pin_tries import PinTries
from kiosk.sale.recovered_sale import undecided_alarm
from kiosk.sale.rules import Rules
from kiosk.sale.screens import EnteringAmount
from kiosk.sale.till import Alarm, FetchingAccount, Till
from kiosk.sale.trouble import Trouble, TroubleKind
from kiosk.screen.display.saved_brightness import FILE_NAME
from kiosk.screen.display.screensaver import ScreensaverDelays
from kiosk.screen.display.window import Window
from kiosk.settings import Settings
from kiosk.version import release
from kiosk.wallet.worker import Wallet


@dataclass(frozen=True, slots=True)
class App:
    """A built kiosk, ready to begin."""

    loop: Loop
    inbox: Inbox
    window: Window
    wallet: Wallet
    journal: Journal
    panel: DeferredPanel
    printer: Printer | NoPrinter
    facts: Sequence[Fact]
    opened: contextlib.ExitStack  # everything that has to be closed

    def begin(self) -> None:
        """The first picture of the till, then what may take a moment: Blink, and the panel.

        Raises:
            PanelMissing: KIOSK_GPIO is `on`, and there is none or a pin is taken.
        """
        self.loop.begin(self.facts)
        self.wallet.start()
        self.panel.open()
        self.printer.start()

    def close(self) -> None:
        """Stop everything in an orderly way, the last opened first."""
        self.opened.close()


def initial_till(
    rules: Rules, taken_up: TakenUp, now_s: float, unix_s: int
) -> tuple[Till, list[Fact]]:
    """The till at start: what was unfinished goes on, and interrupted sales are shown."""
    recovery = taken_up.recovery
    watches, forwards, recently_paid = resume(recovery, now_s, unix_s)
    first = rules.units[0]
    unit = SAT if first == SAT.code else Currency(first, first, 2)
    stopped = tuple(
        Alarm(
            forward.trouble or Trouble(TroubleKind.PAYOUT_GUARDED, forward.sale.id), forward.sale.id
        )
        for forward in forwards.values()
        if forward.status is ForwardStatus.STOPPED
    )
    unproven = tuple(
        Alarm(Trouble(TroubleKind.PAYMENT_UNPROVEN, str(sale.amount)), sale.id)
        for sale in recovery.unreviewed
    )
    till = Till(
        rules,
        EnteringAmount(Entry(unit)),
        now_s=now_s,
        unix_s=unix_s,
        service=FetchingAccount(due_s=now_s),
        watched_invoices=MappingProxyType(watches),
        forwards=MappingProxyType(forwards),
        recently_paid=MappingProxyType(recently_paid),
        interrupted_sales=recovery.interrupted,
        late_money=taken_up.late_money,
        alarms=(
            *stopped,
            *unproven,
            *taken_up.unread_alarms,
            *(undecided_alarm(sale, reason) for sale, reason in taken_up.undecided),
        ),
        lost_journal=taken_up.lost_journal,
        pin_tries=MappingProxyType(
            {  # from the beginning: no clock is trusted
                owner: PinTries(wrong, now_s + lock_s(wrong))
                for owner, wrong in taken_up.wrong_pins.items()
            }
        ),
        digits=taken_up.digits,
        merchant_wallet=taken_up.merchant_wallets.get(rules.merchant_username),
        forward_wallet=next(filter(None, reversed(list(taken_up.merchant_wallets.values()))), None),
    )
    till = replace(till, screen=screen_at_rest(till, Entry(unit)))
    return till, [
        SaleLeftScreen(sale.id, Ending.INTERRUPTED, sale.direct) for sale in recovery.interrupted
    ]


def build_app(
    settings: Settings,
    *,
    folder: Path | None = None,
    end: Callable[[DeviceAction], None] = lambda _: None,
    hardware: Callable[[], Hardware] = read_hardware,
) -> App:
    """Build the kiosk; `App.begin` sets it going. Nothing is asked of Blink before a picture.

    `folder` is the service's runtime directory, None off an appliance, where nobody would start
    the program again, or turn the machine off, after its `end`.

    Raises:
        JournalUnusable: it cannot be written, so no sale could be kept.
        ValueError: the keypad's wiring cannot be; the sentence names the setting.
    """
    with contextlib.ExitStack() as opened:  # what fails half way gives everything back
        clock = SystemClock()
        inbox = Inbox()
        journal, taken_up = open_sound(settings.journal, clock.unix, hardware, settings.timezone)
        opened.callback(journal.close)
        rules = rules_of(settings, journal.installation)
        till, facts = initial_till(rules, taken_up, clock.monotonic(), int(clock.unix()))
        window = Window(
            look_of(settings),
            settings.screen,
            settings.rotate,
            touch_rotate=settings.touch_rotate,
            audio_device=settings.audio_device,
            volume=settings.volume,
            brightness=settings.brightness,
            delays=ScreensaverDelays(settings.dim_seconds, settings.blank_seconds),
            memory=settings.journal.with_name(FILE_NAME),
        )
        opened.callback(window.close)
        panel = DeferredPanel(partial(panel_of, settings, inbox.put), inbox.put)
        opened.callback(panel.close)
        wallet = Wallet(endpoints_of(settings), inbox.put)
        opened.callback(wallet.stop)
        printer = printer_of(settings, lambda: window.words, inbox.put)
        opened.callback(printer.close)

        def rules_here(settings: Settings) -> Rules:
            rules = rules_of(settings, journal.installation)
            return replace(rules, last_sales=rules.last_sales and window.has_room_for_sales)

        live = LiveSettings(
            settings,
            window,
            inbox.put,
            look_of=look_of,
            rules_of=rules_here,
            use_zone=journal.use_zone,
        )
        host = Host(
            inbox.put,
            folder=folder,
            end=end,
            write_sales=lambda place: write_sales(settings.journal, live.settings.timezone, place),
            copy_settings=lambda: copy_settings_of(live.settings),
            look_up=look_up_in_thread(settings, inbox.put),
            apply_settings=live.apply,
            read_facts=lambda: read_device_facts(release(), settings.journal, Nmcli()),
        )
        host.end_leftovers()
        loop = Loop(
            replace(
                till,
                list_room=window.list_room,
                item_room=window.item_room,
                rules=rules_here(settings),
            ),
            inbox,
            wallet=wallet,
            journal=journal,
            display=window,
            panel=panel,
            clock=clock,
            host=host,
            printer=printer,
        )
        return App(loop, inbox, window, wallet, journal, panel, printer, facts, opened.pop_all())


def panel_of(settings: Settings, put: Put) -> Panel | NoPanel:
    """The keypad, the LED and the buzzer, as set."""
    wiring = wiring_of(settings)
    return open_panel(settings.gpio, wiring, settings.led_pin, settings.buzzer_pin, put)
