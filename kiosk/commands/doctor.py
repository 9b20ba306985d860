"""`kiosk doctor`: would a sale work here? A table with cures; 1 if anything would stop one."""

import asyncio
import contextlib
import os
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from kiosk.commands.from_settings import endpoints_of, keys_left_in, merchant_name_of, wiring_of
from kiosk.commands.table import why
from kiosk.doctor import blink, device, till
from kiosk.doctor.finding import Finding, Verdict, stop, table
from kiosk.host.machine import Machine
from kiosk.journal import Journal, owner_pid, try_to_write
from kiosk.panel.inspection import inspect
from kiosk.printer.printer import look_at
from kiosk.sale.account import Account
from kiosk.sale.effects import FetchAccount
from kiosk.sale.events import Event, MerchantWalletResult
from kiosk.sale.invoice import WalletId
from kiosk.sale.trouble import KioskError, TroubleKind
from kiosk.screen.display.surface import can_draw_without_a_desktop
from kiosk.screen.drawing import logo
from kiosk.screen.drawing.font_coverage import covers
from kiosk.screen.text.words import Words
from kiosk.settings import Settings, WrongSettings, unknown
from kiosk.wallet.connectivity import Connectivity, check_api, check_socket
from kiosk.wallet.endpoints import Timings
from kiosk.wallet.fetch_account import fetch_account
from kiosk.wallet.fetch_direct_account import fetch_direct_account
from kiosk.wallet.http import Http
from kiosk.wallet.lightning_address.servers import AddressServers


def run(settings: Settings, dotenv: Path | None = None) -> int:
    """Check everything that can be checked without a customer."""
    folder = os.environ.get("CREDENTIALS_DIRECTORY")
    strange = unknown(os.environ, dotenv, Path(folder) if folder else None)
    return _print_findings(
        [*till.settings(settings, strange), *_device_findings(settings), *_blink_findings(settings)]
    )


def run_refused(error: WrongSettings) -> int:
    """Check what can be checked with settings that cannot be used."""
    wrong = [stop("settings", line, "correct it in the settings file") for line in error.problems]
    _print_findings([*wrong, *_device_findings(error.rest)])
    return 2


def _print_findings(findings: list[Finding]) -> int:
    print(table(findings))
    return 1 if any(finding.verdict is Verdict.STOP for finding in findings) else 0


@dataclass(frozen=True, slots=True)
class _Device:
    """The device that is looked at. `unit` is what systemd says of the till, None without it."""

    settings: Settings
    machine: Machine
    unit: Mapping[str, str] | None

    @property
    def is_running(self) -> bool:
        """Whether systemd runs the till at this moment."""
        return self.unit is not None and self.unit.get("ActiveState") == "active"


def _device_findings(settings: Settings) -> Iterator[Finding]:
    """The device itself, without the network."""
    machine = Machine(settings.journal)
    at = _Device(settings, machine, machine.unit(device.UNIT))
    return (check(at) for check in CHECKS)


def journal_finding(path: Path, *, running: bool) -> Finding:
    """How the journal is; beside a running till it is only read."""
    if not path.exists():
        return till.new_journal(path)
    running = running or owner_pid(path) is not None
    try:
        if not running:  # beside a till nothing is written, and its lock is never taken
            try_to_write(path)
        with contextlib.closing(Journal.read_only(path)) as journal:
            waiting = [(record.at, why(record)) for record in journal.unsettled()]
    except KioskError as error:
        what, cure = Words().trouble_text(error.trouble)
        return stop("journal", f"{path}: {what} ({error.trouble.reason})", cure)
    return till.journal(path, waiting, int(time.time()), running=running)


def _panel(at: _Device) -> Finding:
    settings = at.settings
    try:
        wiring = wiring_of(settings)
    except ValueError as error:
        return stop("keypad", str(error), "docs/wiring.md has the pins")
    seen = None
    if settings.gpio != "off":
        seen = inspect(wiring, settings.led_pin, settings.buzzer_pin)
    return till.panel(settings.gpio, seen, running=at.is_running)


def _display(at: _Device) -> Finding:
    desktop = bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
    machine, driver = at.machine, can_draw_without_a_desktop()
    return device.display(desktop, machine.displays(), machine.other_screens(), driver=driver)


def _fonts(at: _Device) -> Finding:
    name = at.settings.name
    return till.fonts(name, covered=covers(name))


def _logo(at: _Device) -> Finding:
    file = at.settings.logo
    return till.logo(file, logo.problem(file) if file else "")


def _printer(at: _Device) -> Finding:
    address = at.settings.printer
    trouble = look_at(address) if address else None
    if trouble is None:
        return till.printer(address, "", "")
    what, cure = Words().trouble_text(trouble)
    if trouble.kind is TroubleKind.PRINTER_REFUSED:
        cure = "KIOSK_PRINTER must name a printer that the user kiosk may write to (group lp)"
    return till.printer(address, f"{what} ({trouble.reason})", cure)


# Every check of the device, in the order in which a helper would look. Each looks at one thing and
# returns its line: the name, how it is, and the cure of what is not good.
CHECKS: Final[tuple[Callable[[_Device], Finding], ...]] = (
    lambda at: journal_finding(at.settings.journal, running=at.is_running),
    lambda at: till.room(at.machine.card()),
    _panel,
    lambda at: till.light(at.settings.led_pin),
    _display,
    _fonts,
    _logo,
    _printer,
    lambda at: till.sound(at.settings.volume, at.machine.sound_cards()),
    lambda at: till.backlight(at.machine.backlights()),
    lambda at: device.service(at.unit),
    lambda at: device.watchdog(at.unit, at.machine.hardware_watchdog()),
    lambda at: device.core_dumps(at.unit, at.machine.core_pattern()),
    lambda at: device.boot_partition(at.machine.left_on_boot()),
    lambda at: device.card(at.machine.card()),
    lambda at: device.system(at.machine.system()),
    lambda at: device.phone(at.machine.missing_for_phone()),
    lambda at: device.swap(at.machine.swaps()),
    lambda at: device.temperature(at.machine.temperature_c()),
    lambda at: device.power(at.machine.power()),
)


def _blink_findings(settings: Settings) -> Iterator[Finding]:
    accepted = _accepted_wallet(settings)
    answers = asyncio.run(_ask(settings, accepted))
    api, socket, seen = answers.api, answers.socket, answers.account
    yield blink.api(api)
    yield blink.socket(socket)
    if isinstance(seen, Account):
        yield from blink.account(seen, int(time.time()))
        if keys := keys_left_in(settings):
            yield blink.keys_left(keys)
    else:
        yield blink.refused(Words().trouble_text(seen.trouble), seen.trouble)
    if accepted is not None and answers.named_wallet not in (None, accepted):
        yield blink.other_wallet(merchant_name_of(settings))


def _accepted_wallet(settings: Settings) -> WalletId | None:
    """The wallet that is paid for the merchant's name, None before the till's first start."""
    name = merchant_name_of(settings)
    if not name or not settings.journal.exists():
        return None
    try:
        with contextlib.closing(Journal.read_only(settings.journal)) as journal:
            return journal.merchant_wallets().get(name)
    except KioskError:
        return None  # the journal's own line says so


@dataclass(frozen=True, slots=True)
class _Answers:
    """What Blink answered. `named_wallet` is the one behind the merchant's user name now."""

    api: Connectivity
    socket: Connectivity
    account: Account | KioskError
    named_wallet: WalletId | None = None


async def _ask(settings: Settings, accepted: WalletId | None) -> _Answers:
    endpoints, timings = endpoints_of(settings), Timings()
    api = await check_api(endpoints, timings)
    socket = await check_socket(endpoints, timings)
    http = Http(endpoints, timings)
    servers = AddressServers(http.tls)
    named: list[WalletId] = []

    def hear(event: Event) -> None:
        if isinstance(event, MerchantWalletResult):
            named.append(event.wallet)

    account: Account | KioskError
    try:
        account = await _account(http, servers, accepted, hear)
    except KioskError as error:
        account = error
    finally:
        await http.close()
        await servers.close()
    return _Answers(api, socket, account, named[-1] if named else None)


async def _account(
    http: Http,
    servers: AddressServers,
    accepted: WalletId | None,
    hear: Callable[[Event], None],
) -> Account:
    merchant = http.endpoints.direct
    if merchant is None:
        return await fetch_account(http, accepted, hear)
    return await fetch_direct_account(http, servers, merchant, FetchAccount(accepted), hear)
