"""Build the real things from the settings, and join them: the one place where doors meet."""

import contextlib
import logging
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import Final

from kiosk.clock import SystemClock
from kiosk.commands.export import write_sales
from kiosk.commands.live_settings import LiveSettings
from kiosk.commands.payee_lookup import look_up_in_thread
from kiosk.commands.receipts import printer_of, receipt_rule_of, shop_of
from kiosk.host.device_facts import read_device_facts
from kiosk.host.dispatcher import Host
from kiosk.host.wifi import Nmcli
from kiosk.journal import Hardware, Journal, TakenUp, open_sound, read_hardware, resume
from kiosk.loop import Inbox, Loop
from kiosk.panel.deferred import DeferredPanel
from kiosk.panel.panel import NoPanel, Panel, Put, open_panel
from kiosk.panel.wiring import Wiring, read_wiring
from kiosk.printer.printer import NoPrinter, Printer
from kiosk.provision.env_file import quoted
from kiosk.sale.choosing_cashier import screen_at_rest
from kiosk.sale.device import DeviceAction
from kiosk.sale.entry import Entry
from kiosk.sale.facts import Ending, Fact, ForwardStatus, SaleLeftScreen
from kiosk.sale.money import SAT, Currency, Sats
from kiosk.sale.pin import lock_s
from kiosk.sale.pin_tries import PinTries
from kiosk.sale.recovered_sale import undecided_alarm
from kiosk.sale.screens import EnteringAmount
from kiosk.sale.till import Alarm, FetchingAccount, OverLimitPolicy, Rules, Till
from kiosk.sale.trouble import Trouble, TroubleKind
from kiosk.screen.display.saved_brightness import FILE_NAME
from kiosk.screen.display.screensaver import ScreensaverDelays
from kiosk.screen.display.window import Window
from kiosk.screen.drawing.font_coverage import covers
from kiosk.screen.drawing.look import Look
from kiosk.screen.text.words import SatsStyle, Words
from kiosk.settings import Settings
from kiosk.settings.cashiers import cashiers_of
from kiosk.settings.on_screen import editable_settings
from kiosk.version import release
from kiosk.wallet.endpoints import DirectMerchant, Endpoints
from kiosk.wallet.worker import Wallet

log: Final = logging.getLogger("kiosk")


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


def rules_of(settings: Settings, installation: str) -> Rules:
    """What the settings say about sales."""
    units = settings.currencies
    pin, cashiers = settings.pin, settings.cashiers
    return Rules(
        kiosk_id=settings.kiosk_id,
        run=secrets.token_hex(4),
        shop_name=settings.name,
        installation=installation,
        units=units if SAT.code in units else (*units, SAT.code),
        max_sale=Sats(settings.max_sat),
        invoice_min=settings.invoice_minutes,
        over_limit=OverLimitPolicy(settings.over_limit),
        success_s=settings.success_seconds,
        tips=settings.tips,
        taxes=settings.taxes,
        items=tuple(replace(item, currency=item.currency or units[0]) for item in settings.items),
        cashiers=cashiers_of(cashiers.reveal()) if cashiers is not None else (),
        pin=pin.reveal() if pin is not None else "",
        merchant_username=merchant_name_of(settings),
        merchant_updates=settings.merchant_updates,
        direct=settings.receive == "direct",
        settings=editable_settings(settings),
        # With cashiers, what others have sold is for the manager alone.
        last_sales=settings.last_sales != "off" and cashiers is None,
        languages=tuple(dict.fromkeys((settings.language, *settings.customer_languages))),
        copies=settings.copies,
        zone=settings.timezone,
        keys_left=keys_left_in(settings),
        receipts=receipt_rule_of(settings),
        has_printer=bool(settings.printer),
        shop=shop_of(settings),
    )


def merchant_name_of(settings: Settings) -> str:
    """What the merchant's wallet is remembered by."""
    address = settings.merchant_address if settings.receive == "direct" else None
    return settings.merchant_username or (str(address) if address is not None else "")


def keys_left_in(settings: Settings) -> tuple[str, ...]:
    """The keys that direct sales do not need, by their settings."""
    if settings.receive != "direct":
        return ()
    keys = {
        "BLINKPOS_API_KEY": settings.blinkpos_api_key,
        "MERCHANT_API_KEY": settings.merchant_api_key,
    }
    return tuple(name for name, key in keys.items() if key is not None)


def endpoints_of(settings: Settings) -> Endpoints:
    """What the settings say about Blink."""
    return Endpoints(
        api_url=settings.api_url,
        ws_url=settings.ws_url,
        till_key=settings.blinkpos_api_key,
        merchant_key=settings.merchant_api_key,
        merchant_username=settings.merchant_username,
        till_wallet_id=settings.blinkpos_wallet_id,
        merchant_wallet_id=settings.merchant_wallet_id,
        currencies=settings.currencies,
        merchant_updates=settings.merchant_updates,
        direct=_direct_merchant(settings),
    )


def copy_settings_of(settings: Settings) -> str:
    """The settings file for `kiosk copy`, which knows no other settings of the till's."""
    values = {
        "KIOSK_JOURNAL": str(settings.journal),
        "KIOSK_ID": settings.kiosk_id,
        "KIOSK_TIMEZONE": str(settings.timezone),
    }
    return "".join(f"{name}={quoted(value)}\n" for name, value in values.items())


def _direct_merchant(settings: Settings) -> DirectMerchant | None:
    if settings.receive != "direct":
        return None
    address = settings.merchant_address
    name = settings.merchant_username if address is None else address.name
    assert name is not None  # the settings were loaded with an account
    return DirectMerchant(name, address)


def look_of(settings: Settings) -> Look:
    """What the settings say about the display."""
    words = Words(settings.language, SatsStyle(settings.sats), settings.timezone)
    if not covers(settings.name):
        log.warning("KIOSK_NAME has letters that no font here has; they are drawn as ?")
    return Look(
        settings.theme,
        settings.key_order,
        settings.name,
        words=words,
        logo=settings.logo,
        left_handed=settings.left_handed,
        amounts_hidden=settings.last_sales == "times",
    )


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
            *taken_up.told_alarms,
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
            patience=ScreensaverDelays(settings.dim_seconds, settings.blank_seconds),
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


def wiring_of(settings: Settings) -> Wiring:
    """The keypad's wiring as set, or the usual one."""
    return read_wiring(
        settings.keypad_rows,
        settings.keypad_columns,
        settings.keypad_layout,
        led_pin=settings.led_pin,
        buzzer_pin=settings.buzzer_pin,
    )


def panel_of(settings: Settings, put: Put) -> Panel | NoPanel:
    """The keypad, the LED and the buzzer, as set."""
    wiring = wiring_of(settings)
    return open_panel(settings.gpio, wiring, settings.led_pin, settings.buzzer_pin, put)
