"""`kiosk doctor`: would a sale work here? A table; 1 if anything would stop one."""

import asyncio
import os
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from kiosk.commands.box import endpoints_of, wiring_of
from kiosk.journal import Journal
from kiosk.panel.chip import find_header
from kiosk.sale.account import Account
from kiosk.sale.trouble import KioskError
from kiosk.screen import logo
from kiosk.screen.words import Words
from kiosk.settings import Settings
from kiosk.wallet.endpoints import Timings
from kiosk.wallet.http import Http
from kiosk.wallet.visit import visit

CLOCK_SLACK_S: Final = 60


@dataclass(frozen=True, slots=True)
class Finding:
    """One line: `good` None is worth knowing, False would stop a sale."""

    what: str
    good: bool | None
    words: str

    def line(self) -> str:
        """As it is printed; never by colour alone."""
        mark = {True: "ok", False: "STOP", None: "note"}[self.good]
        return f"{mark:<5} {self.what:<10} {self.words}"


def run(settings: Settings) -> int:
    """Check everything that can be checked without a customer."""
    findings = list(_findings(settings))
    for finding in findings:
        print(finding.line())
    return 1 if any(finding.good is False for finding in findings) else 0


def _findings(settings: Settings) -> Iterator[Finding]:
    yield Finding("settings", True, f"till {settings.kiosk_id}, {', '.join(settings.currencies)}")
    yield _journal(settings.journal)
    yield from _panel(settings)
    yield _display()
    yield from _logo(settings)
    yield from _blink(settings)


def _journal(path: Path) -> Finding:
    try:
        journal = Journal.open(path)
        journal.probe()
        waiting = len(journal.unsettled())
        journal.close()
    except KioskError as error:
        return Finding(
            "journal", False, f"{Words().told(error.trouble)[0]} {path}: {error.trouble.reason}"
        )
    return Finding("journal", True, f"{path}, {waiting} forwards waiting")


def _panel(settings: Settings) -> Iterator[Finding]:
    try:
        wiring_of(settings)
    except ValueError as error:
        yield Finding("keypad", False, str(error))
        return
    if settings.gpio == "off":
        yield Finding("keypad", None, "KIOSK_GPIO is off: glass and keyboard only")
    elif find_header() is not None:
        yield Finding("keypad", True, "GPIO header found; `kiosk keypad` shows the keys")
    else:
        stops = settings.gpio == "on"
        yield Finding("keypad", False if stops else None, "this machine has no GPIO header")


def _display() -> Finding:
    if os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"):
        return Finding("display", True, "a desktop's")
    cards = sorted(Path("/dev/dri").glob("card*"))
    if cards:
        return Finding("display", True, ", ".join(str(card) for card in cards))
    return Finding("display", False, "no desktop and no /dev/dri/card*: connect a screen")


def _logo(settings: Settings) -> Iterator[Finding]:
    if settings.logo is None:
        return
    broken = logo.problem(settings.logo)
    yield Finding("logo", None if broken else True, broken or f"{settings.logo} can be drawn")


def _blink(settings: Settings) -> Iterator[Finding]:
    try:
        account = asyncio.run(_visit(settings))
    except KioskError as error:
        what, cure = Words().told(error.trouble)
        yield Finding("blink", False, f"{what} {cure} ({error.trouble.reason})")
        return
    who = account.merchant_name or account.merchant_wallet
    yield Finding("blink", True, f"{account.network}; key and scopes are right")
    yield Finding("merchant", True, f"{who} can be paid")
    known = f"{len(account.nodes)} nodes" if account.nodes else "Blink names no nodes now"
    yield Finding("guard", True if account.nodes else None, f"payouts only to {known}")
    if account.limit_left is None:
        yield Finding("limit", None, "Blink did not say what is left today")
    else:
        dollars = f"${account.limit_left / 100:.2f}"
        enough = account.limit_left > 0
        yield Finding("limit", True if enough else None, f"{dollars} can be forwarded today")
    if account.wind_down is not None:
        yield Finding("notice", None, f"Blink is closing this account: {account.wind_down.status}")
    yield _clock(account)


async def _visit(settings: Settings) -> Account:
    http = Http(endpoints_of(settings), Timings())
    try:
        return await visit(http)
    finally:
        await http.close()


def _clock(account: Account) -> Finding:
    if account.server_unix_s is None:
        return Finding("clock", None, "Blink did not tell the time")
    off_s = int(time.time()) - account.server_unix_s
    if abs(off_s) <= CLOCK_SLACK_S:
        return Finding("clock", True, "agrees with Blink's")
    return Finding("clock", None, f"{off_s} s off Blink's, whose clock the till uses")
