"""One view per state, drawn from the till alone. `paint` chooses; the rest draws."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

import pygame

from kiosk.sale.keys import Key
from kiosk.sale.till import (
    AskingPin,
    AwaitingPayment,
    Confirming,
    Entering,
    Expired,
    Forwarded,
    Leaving,
    Managing,
    Paid,
    Pricing,
    Ready,
    Received,
    Requesting,
    Stopped,
    Till,
    Tipping,
    Visiting,
)
from kiosk.sale.trouble import Trouble, TroubleKind
from kiosk.screen import success
from kiosk.screen.amounts import grouped, money, other_unit, sale_amounts
from kiosk.screen.canvas import LOGO_HOLD_S, Canvas, Zone
from kiosk.screen.icons import Icon
from kiosk.screen.layout import columns, rows
from kiosk.screen.manager import managing
from kiosk.screen.qr import WHITE_LEVELS, qr_surface
from kiosk.screen.theme import HEADLINE
from kiosk.screen.words import LINKS, told

_PHONE: Final = ("123", "456", "789")
_CALCULATOR: Final = ("789", "456", "123")


@dataclass(frozen=True, slots=True)
class Look:
    """How it is drawn: what the settings say, and the white level of the code."""

    theme: str = "light"
    key_order: str = "phone"
    name: str = ""
    white: int = WHITE_LEVELS[-1]


def paint(canvas: Canvas, till: Till, look: Look) -> None:
    """Draw the till as it stands now."""
    canvas.surface.fill(canvas.palette.ground)
    whole, foot = rows(canvas.rect, [92, 8], 0)
    margin = 2 * canvas.unit
    body = whole.inflate(-2 * margin, -2 * margin)
    screen = till.screen
    match screen:
        case Entering(notice=notice):
            trouble = till.out_of_service
            if trouble is not None and screen.entry.is_empty and notice is None:
                _out_of_service(canvas, body, till, trouble)
            elif isinstance(till.service, Visiting) and till.account is None:
                _calm(canvas, body, "Starting", "Asking Blink who we are")
            else:
                _entering(canvas, body, till, look)
        case Pricing():
            _calm(canvas, body, "One moment", "Asking for the price", Key.CLEAR)
        case Requesting(sale):
            _calm(canvas, body, sale_amounts(sale)[0], "Making the invoice", Key.CLEAR)
        case AwaitingPayment():
            _invoice(canvas, whole, till, screen, look)  # every pixel makes the code larger
        case Leaving(was):
            _calm(canvas, body, sale_amounts(was.sale)[0], "Asking Blink once more")
        case Confirming(sale, _, notice):
            what, cure = told(notice)
            wait = "It will be forwarded when the limit allows. Go on?"
            _message(
                canvas, body, what, f"{cure} {wait}", ((Key.CLEAR, "Back"), (Key.CHARGE, "Go on"))
            )
        case Expired(sale):
            amount = sale_amounts(sale)[0]
            _message(
                canvas,
                body,
                "The code has run out",
                f"{amount} was not paid.",
                ((Key.CLEAR, "Done"), (Key.CHARGE, "New code")),
            )
        case Stopped(trouble):
            what, cure = told(trouble)
            _message(canvas, body, what, cure, ((Key.CHARGE, "OK"),), bad=True)
        case Tipping():
            _tipping(canvas, body, till, screen)
        case AskingPin(typed, notice):
            _pin(canvas, body, len(typed), notice, look)
        case Managing():
            managing(canvas, body, till, screen)
        case Paid() | Forwarded() | Received():
            success.paint(canvas, canvas.rect, till)
            return
    _foot(canvas, foot, till)


def _entering(canvas: Canvas, box: pygame.Rect, till: Till, look: Look) -> None:
    screen = till.screen
    assert isinstance(screen, Entering)
    gap = 2 * canvas.unit
    if canvas.is_wide:
        left, right = columns(box, [46, 54], 2 * gap)
    else:
        left, right = rows(box, [36, 64], gap)
    colours, entry = canvas.palette, screen.entry
    head, amount, other, note = rows(left, [14, 36, 16, 34], gap // 2)
    canvas.text(look.name or "Kiosk", head, colours.quiet, head.height * 3 // 5, align="left")
    canvas.zones.append(Zone(head, Key.MENU, LOGO_HOLD_S))
    number = grouped(entry.typed if entry.items else entry.total, entry.unit)
    canvas.text(number, amount, colours.ink, amount.height, align="right")
    canvas.text(other_unit(till, entry), other, colours.quiet, other.height * 3 // 5, align="right")
    _note(canvas, note, till, screen)
    sign = entry.unit.symbol if entry.unit.code == "SAT" else entry.unit.code
    _keypad(canvas, right, look, sign)


def _note(canvas: Canvas, box: pygame.Rect, till: Till, screen: Entering) -> None:
    """Under the amount: why a key was refused, else the sum, else what there is to know."""
    colours, size = canvas.palette, 7 * canvas.unit
    if screen.notice is not None:
        canvas.panel(box, colours.bad)
        words = " ".join(told(screen.notice)).strip()
        canvas.lines(words, box.inflate(-3 * canvas.unit, -canvas.unit), colours.on_bad, size)
    elif till.recovered:
        words = " ".join(told(Trouble(TroubleKind.POWER_CUT)))
        canvas.lines(words, box, colours.accent, size)
    elif screen.entry.items:
        parts = " + ".join(grouped(item, screen.entry.unit) for item in screen.entry.items[-4:])
        canvas.lines(f"{parts}  =  {money(screen.entry.price)}", box, colours.ink, size)
    elif till.alarms:
        canvas.panel(box, colours.bad)
        what, cure = told(till.alarms[-1].trouble)
        inner = box.inflate(-3 * canvas.unit, -canvas.unit)
        canvas.lines(f"{what} {cure}", inner, colours.on_bad, size)
    elif till.unsettled:
        waits = f"{till.unsettled} paid, still on the way to the merchant"
        canvas.lines(waits, box, colours.accent, size)
    elif till.stuck_key:
        canvas.lines(
            told(Trouble(TroubleKind.KEY_STUCK, till.stuck_key))[0], box, colours.bad, size
        )


def _keypad(canvas: Canvas, box: pygame.Rect, look: Look, unit: str) -> None:
    gap = max(3, canvas.unit * 3 // 2)
    colours = canvas.palette
    order = _CALCULATOR if look.key_order == "calculator" else _PHONE
    side = ((Key.DELETE, "", Icon.BACKSPACE), (Key.PLUS, "", Icon.PLUS), (Key.CLEAR, "C", None))
    *lines, last = rows(box, [1, 1, 1, 1], gap)
    for digits, row, (key, label, name) in zip(order, lines, side, strict=True):
        *places, end = columns(row, [1, 1, 1, 1], gap)
        for digit, place in zip(digits, places, strict=True):
            canvas.button(place, Key(digit), digit)
        canvas.button(end, key, label, name=name, ink=colours.accent)
    unit_box, zero, charge = columns(last, [1, 1, 2], gap)
    canvas.button(unit_box, Key.CURRENCY, unit, ink=colours.quiet, size=last.height // 3)
    canvas.button(zero, Key.D0, "0")
    canvas.button(
        charge, Key.CHARGE, name=Icon.TICK, fill=colours.good, ink=colours.on_good, size=HEADLINE
    )


def _invoice(
    canvas: Canvas, box: pygame.Rect, till: Till, screen: AwaitingPayment, look: Look
) -> None:
    gap = 2 * canvas.unit
    room = min(box.height, box.width) if canvas.is_wide else min(box.width, box.height * 2 // 3)
    code = qr_surface(screen.invoice.payment_request, room, look.white)
    if canvas.is_wide:
        place = code.get_rect(midleft=box.midleft)
        side = pygame.Rect(place.right + gap, box.top + gap, 0, box.height - gap)
        side.width = box.right - gap - side.left
    else:
        place = code.get_rect(midtop=box.midtop)
        side = pygame.Rect(box.left + gap, place.bottom + gap, box.width - 2 * gap, 0)
        side.height = box.bottom - side.top
    canvas.surface.blit(code, place)
    colours = canvas.palette
    amount, other, who, clock, note, white, keys = rows(side, [20, 11, 9, 13, 15, 14, 18], gap // 2)
    first, second = sale_amounts(screen.sale)
    canvas.text(first, amount, colours.ink, amount.height)
    canvas.text(second, other, colours.quiet, other.height * 3 // 4)
    name = look.name or (till.account.merchant_name if till.account else "")
    canvas.text(f"to {name}" if name else "", who, colours.quiet, who.height * 3 // 4)
    left_s = max(0, int(screen.ends_s - till.now_s + 0.999))
    _countdown(canvas, clock, left_s, left_s / max(1, screen.invoice.lifetime_s))
    canvas.lines(_waiting_words(till, screen), note, colours.accent, 8 * canvas.unit)
    dim, bright = columns(white, [1, 1], gap)
    canvas.button(dim, Key.DIMMER, name=Icon.DIMMER, ink=colours.quiet)
    canvas.button(bright, Key.BRIGHTER, name=Icon.BRIGHTER, ink=colours.quiet)
    cancel, check = columns(keys, [1, 1], gap)
    canvas.button(cancel, Key.CLEAR, "Cancel", ink=colours.bad, size=7 * canvas.unit)
    canvas.button(check, Key.CHECK, "I paid", size=7 * canvas.unit)


def _waiting_words(till: Till, screen: AwaitingPayment) -> str:
    if till.out_of_service is not None:
        return " ".join(told(till.out_of_service))
    if screen.notice is not None:
        return " ".join(told(screen.notice))
    if screen.checking:
        return "Asking Blink"
    if screen.checked_s is not None and till.now_s - screen.checked_s < 4:
        return "Not paid yet"
    if screen.link.value in ("reconnecting", "asking"):
        return "The connection is weak; the payment is still noticed"
    return "Scan and pay"


def _countdown(canvas: Canvas, box: pygame.Rect, left_s: int, part: float) -> None:
    colours = canvas.palette
    words, bar = rows(box, [70, 30], canvas.unit)
    canvas.text(f"{left_s // 60}:{left_s % 60:02d}", words, colours.ink, words.height)
    thin = pygame.Rect(bar.left, bar.top, bar.width, max(3, min(bar.height, 2 * canvas.unit)))
    pygame.draw.rect(canvas.surface, colours.edge, thin, border_radius=thin.height // 2)
    thin.width = int(thin.width * min(1.0, part))
    pygame.draw.rect(canvas.surface, colours.accent, thin, border_radius=thin.height // 2)


def _calm(canvas: Canvas, box: pygame.Rect, big: str, small: str, key: Key | None = None) -> None:
    _, head, line, _, foot = rows(box, [24, 26, 14, 16, 20], canvas.unit)
    canvas.text(big, head, canvas.palette.ink, head.height * 4 // 5)
    canvas.text(small, line, canvas.palette.quiet, line.height * 3 // 5)
    if key is not None:
        button = pygame.Rect(0, 0, box.width // 3, foot.height)
        button.midbottom = foot.midbottom
        canvas.button(button, key, "Cancel", ink=canvas.palette.bad, size=7 * canvas.unit)


def _message(
    canvas: Canvas,
    box: pygame.Rect,
    what: str,
    cure: str,
    keys: tuple[tuple[Key, str], ...],
    *,
    bad: bool = False,
) -> None:
    colours = canvas.palette
    head, line, _, foot = rows(box, [40, 30, 8, 22], canvas.unit)
    canvas.lines(what, head, colours.bad if bad else colours.ink, 10 * canvas.unit)
    canvas.lines(cure, line, colours.ink, 8 * canvas.unit)
    for place, (key, label) in zip(
        columns(foot, [1] * len(keys), 2 * canvas.unit), keys, strict=True
    ):
        good = key is Key.CHARGE
        canvas.button(
            place,
            key,
            label,
            fill=colours.good if good else None,
            ink=colours.on_good if good else None,
            size=8 * canvas.unit,
        )


def _out_of_service(canvas: Canvas, box: pygame.Rect, till: Till, trouble: Trouble) -> None:
    head, what, cure, again = rows(box, [24, 28, 26, 14], canvas.unit)
    colours = canvas.palette
    canvas.panel(head, colours.bad)
    canvas.text("Out of service", head, colours.on_bad, head.height * 3 // 5)
    first, second = told(trouble)
    canvas.lines(first, what, colours.ink, 8 * canvas.unit)
    canvas.lines(second, cure, colours.quiet, 7 * canvas.unit)
    due_s = till.service.due_s if isinstance(till.service, Visiting) else till.journal_due_s
    wait = "Trying now" if due_s is None else f"Trying again in {max(0, int(due_s - till.now_s))} s"
    canvas.text(wait, again, colours.quiet, 7 * canvas.unit)


def _tipping(canvas: Canvas, box: pygame.Rect, till: Till, screen: Tipping) -> None:
    head, middle, foot = rows(box, [26, 44, 22], 2 * canvas.unit)
    colours = canvas.palette
    if screen.own is not None:
        canvas.text("Your tip", head, colours.quiet, head.height // 2)
        canvas.text(money(screen.own.price), middle, colours.ink, middle.height // 2)
    else:
        canvas.text(
            f"{money(screen.entry.price)}  -  add a tip?", head, colours.ink, head.height // 2
        )
        tips = till.rules.tips
        for number, place in enumerate(columns(middle, [1] * len(tips), 2 * canvas.unit)):
            canvas.button(place, Key(str(number + 1)), f"{tips[number]} %", size=9 * canvas.unit)
    no, own, yes = columns(foot, [1, 1, 1], 2 * canvas.unit)
    canvas.button(no, Key.CLEAR, "Back", size=7 * canvas.unit)
    canvas.button(own, Key.PLUS, "Own tip", size=7 * canvas.unit)
    label = "No tip" if screen.own is None else "Add it"
    canvas.button(
        yes, Key.CHARGE, label, fill=colours.good, ink=colours.on_good, size=7 * canvas.unit
    )


def _pin(canvas: Canvas, box: pygame.Rect, length: int, notice: Trouble | None, look: Look) -> None:
    left, right = (
        columns(box, [40, 60], 3 * canvas.unit) if canvas.is_wide else rows(box, [30, 70], 9)
    )
    title, dots, line = rows(left, [30, 30, 40], canvas.unit)
    canvas.text("Manager PIN", title, canvas.palette.ink, 7 * canvas.unit)
    canvas.text("*" * length, dots, canvas.palette.ink, dots.height)
    if notice is not None:
        canvas.lines(" ".join(told(notice)), line, canvas.palette.bad, 7 * canvas.unit)
    _keypad(canvas, right, look, "")


_MERCHANT: Final[Mapping[bool, str]] = MappingProxyType({True: "ready", False: "not ready"})


def _foot(canvas: Canvas, box: pygame.Rect, till: Till) -> None:
    """Both connections, always in words and never by colour alone."""
    link = "standby"
    ready = isinstance(till.service, Ready)
    if isinstance(till.screen, AwaitingPayment):
        link, ready = LINKS[till.screen.link], till.screen.payout_ready
    elif isinstance(till.screen, Requesting):
        link = "connecting"
    merchant = _MERCHANT[ready] if till.updates.value == "off" else f"updates {till.updates}"
    inner = box.inflate(-4 * canvas.unit, -canvas.unit)
    left, right = columns(inner, [1, 1], canvas.unit)
    size = max(14, box.height * 3 // 5)
    canvas.text(f"BlinkPOS: {link}", left, canvas.palette.quiet, size, align="left")
    waits = f"{till.unsettled} on the way  -  " if till.unsettled else ""
    canvas.text(f"{waits}merchant: {merchant}", right, canvas.palette.quiet, size, align="right")
