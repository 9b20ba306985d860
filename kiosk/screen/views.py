"""One view per state, drawn from the till alone. `paint` chooses; the rest draws."""

from dataclasses import dataclass
from typing import Final

import pygame

from kiosk.sale.account import Updates
from kiosk.sale.keys import Key
from kiosk.sale.till import (
    AskingPin,
    AwaitingPayment,
    Confirming,
    Entering,
    Expired,
    Forwarded,
    Leaving,
    Link,
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
from kiosk.screen.amounts import other_unit, sale_amounts
from kiosk.screen.canvas import LOGO_HOLD_S, Align, Canvas, Zone
from kiosk.screen.icons import Icon
from kiosk.screen.labels import LINKS, UPDATES
from kiosk.screen.layout import columns, rows
from kiosk.screen.manager import managing
from kiosk.screen.qr import WHITE_LEVELS, qr_surface
from kiosk.screen.theme import HEADLINE
from kiosk.screen.words import Words

_PHONE: Final = ("123", "456", "789")
_CALCULATOR: Final = ("789", "456", "123")


@dataclass(frozen=True, slots=True)
class Look:
    """How it is drawn: what the settings say, and the white level of the code."""

    theme: str = "light"
    key_order: str = "phone"
    name: str = ""
    white: int = WHITE_LEVELS[-1]
    words: Words = Words()


def paint(canvas: Canvas, till: Till, look: Look) -> None:
    """Draw the till as it stands now."""
    canvas.surface.fill(canvas.palette.ground)
    whole, foot = rows(canvas.rect, [92, 8], 0)
    margin = 2 * canvas.unit
    body = whole.inflate(-2 * margin, -2 * margin)
    screen, words = till.screen, canvas.words
    match screen:
        case Entering(notice=notice):
            trouble = till.out_of_service
            if trouble is not None and screen.entry.is_empty and notice is None:
                _out_of_service(canvas, body, till, trouble)
            elif isinstance(till.service, Visiting) and till.account is None:
                _calm(canvas, body, words.tr("Starting"), words.tr("Asking Blink who we are"))
            else:
                _entering(canvas, body, till, look)
        case Pricing():
            _calm(canvas, body, words.tr("One moment"), words.tr("Asking for the price"), Key.CLEAR)
        case Requesting(sale):
            _calm(
                canvas,
                body,
                sale_amounts(words, sale)[0],
                words.tr("Making the invoice"),
                Key.CLEAR,
            )
        case AwaitingPayment():
            _invoice(canvas, whole, till, screen, look)  # every pixel makes the code larger
        case Leaving(was):
            _calm(
                canvas, body, sale_amounts(words, was.sale)[0], words.tr("Asking Blink once more")
            )
        case Confirming(sale, _, notice):
            what, cure = words.told(notice)
            wait = words.tr("It will be forwarded when the limit allows. Go on?")
            _message(
                canvas,
                body,
                what,
                f"{cure} {wait}",
                ((Key.CLEAR, words.tr("Back")), (Key.CHARGE, words.tr("Go on"))),
            )
        case Expired(sale):
            amount = sale_amounts(words, sale)[0]
            _message(
                canvas,
                body,
                words.tr("The code has run out"),
                words.tr("{amount} was not paid.", amount=amount),
                ((Key.CLEAR, words.tr("Done")), (Key.CHARGE, words.tr("New code"))),
            )
        case Stopped(trouble):
            what, cure = words.told(trouble)
            _message(canvas, body, what, cure, ((Key.CHARGE, words.tr("OK")),), bad=True)
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
        left, right = canvas.columns(box, [46, 54], 2 * gap)
    else:
        left, right = rows(box, [36, 64], gap)
    colours, entry, words = canvas.palette, screen.entry, canvas.words
    head, amount, other, note = rows(left, [14, 36, 16, 34], gap // 2)
    name = look.name or words.tr("Kiosk")
    canvas.text(name, head, colours.quiet, head.height * 3 // 5, align=Align.START)
    canvas.zones.append(Zone(head, Key.MENU, LOGO_HOLD_S))
    number = words.number(entry.typed if entry.items else entry.total, entry.unit)
    canvas.text(number, amount, colours.ink, amount.height, align=Align.END)
    canvas.text(
        other_unit(words, till, entry),
        other,
        colours.quiet,
        other.height * 3 // 5,
        align=Align.END,
    )
    _note(canvas, note, till, screen)
    _keypad(canvas, right, look, words.unit(entry.unit))


def _note(canvas: Canvas, box: pygame.Rect, till: Till, screen: Entering) -> None:
    """Under the amount: why a key was refused, else the sum, else what there is to know."""
    colours, size, words = canvas.palette, 7 * canvas.unit, canvas.words
    if screen.notice is not None:
        canvas.panel(box, colours.bad)
        refusal = " ".join(words.told(screen.notice)).strip()
        canvas.lines(refusal, box.inflate(-3 * canvas.unit, -canvas.unit), colours.on_bad, size)
    elif till.recovered:
        cut = " ".join(words.told(Trouble(TroubleKind.POWER_CUT)))
        canvas.lines(cut, box, colours.accent, size)
    elif screen.entry.items:
        entry = screen.entry
        items = (*entry.items, entry.typed) if entry.typed else entry.items
        added = words.added_up(items, entry.price)
        canvas.lines(added, box, colours.ink, size)
    elif till.alarms:
        canvas.panel(box, colours.bad)
        what, cure = words.told(till.alarms[-1].trouble)
        inner = box.inflate(-3 * canvas.unit, -canvas.unit)
        canvas.lines(f"{what} {cure}", inner, colours.on_bad, size)
    elif till.unsettled:
        waits = words.trn(
            "{count} paid, still on the way to the merchant",
            "{count} paid, still on the way to the merchant",
            till.unsettled,
        )
        canvas.lines(waits, box, colours.accent, size)
    elif till.stuck_key:
        canvas.lines(
            words.told(Trouble(TroubleKind.KEY_STUCK, till.stuck_key))[0], box, colours.bad, size
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
    colours, words = canvas.palette, canvas.words
    amount, other, who, clock, note, white, keys = rows(side, [20, 11, 9, 13, 15, 14, 18], gap // 2)
    first, second = sale_amounts(words, screen.sale)
    canvas.text(first, amount, colours.ink, amount.height)
    canvas.text(second, other, colours.quiet, other.height * 3 // 4)
    name = look.name or (till.account.merchant_name if till.account else "")
    to = words.tr("to {name}", name=name) if name else ""
    canvas.text(to, who, colours.quiet, who.height * 3 // 4)
    left_s = max(0, int(screen.ends_s - till.now_s + 0.999))
    _countdown(canvas, clock, left_s, left_s / max(1, screen.invoice.lifetime_s))
    canvas.lines(_waiting_words(words, till, screen), note, colours.accent, 8 * canvas.unit)
    dim, bright = columns(white, [1, 1], gap)
    canvas.button(dim, Key.DIMMER, name=Icon.DIMMER, ink=colours.quiet)
    canvas.button(bright, Key.BRIGHTER, name=Icon.BRIGHTER, ink=colours.quiet)
    cancel, check = columns(keys, [1, 1], gap)
    canvas.button(cancel, Key.CLEAR, words.tr("Cancel"), ink=colours.bad, size=7 * canvas.unit)
    canvas.button(check, Key.CHECK, words.tr("I paid"), size=7 * canvas.unit)


def _waiting_words(words: Words, till: Till, screen: AwaitingPayment) -> str:
    if till.out_of_service is not None:
        return " ".join(words.told(till.out_of_service))
    if screen.notice is not None:
        return " ".join(words.told(screen.notice))
    if screen.checking:
        return words.tr("Asking Blink")
    if screen.checked_s is not None and till.now_s - screen.checked_s < 4:
        return words.tr("Not paid yet")
    if screen.link.value in ("reconnecting", "asking"):
        return words.tr("The connection is weak; the payment is still noticed")
    return words.tr("Scan and pay")


def _countdown(canvas: Canvas, box: pygame.Rect, left_s: int, part: float) -> None:
    colours = canvas.palette
    line, bar = rows(box, [70, 30], canvas.unit)
    canvas.text(canvas.words.clock(left_s), line, colours.ink, line.height)
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
        label = canvas.words.tr("Cancel")
        canvas.button(button, key, label, ink=canvas.palette.bad, size=7 * canvas.unit)


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
        canvas.columns(foot, [1] * len(keys), 2 * canvas.unit), keys, strict=True
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
    colours, words = canvas.palette, canvas.words
    canvas.panel(head, colours.bad)
    canvas.text(words.tr("Out of service"), head, colours.on_bad, head.height * 3 // 5)
    first, second = words.told(trouble)
    canvas.lines(first, what, colours.ink, 8 * canvas.unit)
    canvas.lines(second, cure, colours.quiet, 7 * canvas.unit)
    due_s = till.service.due_s if isinstance(till.service, Visiting) else till.journal_due_s
    wait = words.tr("Trying now")
    if due_s is not None:
        left = words.whole(max(0, int(due_s - till.now_s)))
        wait = words.tr("Trying again in {seconds} s", seconds=left)
    canvas.text(wait, again, colours.quiet, 7 * canvas.unit)


def _tipping(canvas: Canvas, box: pygame.Rect, till: Till, screen: Tipping) -> None:
    head, middle, foot = rows(box, [26, 44, 22], 2 * canvas.unit)
    colours, words = canvas.palette, canvas.words
    if screen.own is not None:
        canvas.text(words.tr("Your tip"), head, colours.quiet, head.height // 2)
        canvas.text(words.money(screen.own.price), middle, colours.ink, middle.height // 2)
    else:
        amount = words.money(screen.entry.price)
        question = words.tr("{amount}: add a tip?", amount=amount)
        canvas.text(question, head, colours.ink, head.height // 2)
        tips = till.rules.tips
        for number, place in enumerate(canvas.columns(middle, [1] * len(tips), 2 * canvas.unit)):
            share = words.percent(tips[number])
            canvas.button(place, Key(str(number + 1)), share, size=9 * canvas.unit)
    no, own, yes = canvas.columns(foot, [1, 1, 1], 2 * canvas.unit)
    canvas.button(no, Key.CLEAR, words.tr("Back"), size=7 * canvas.unit)
    canvas.button(own, Key.PLUS, words.tr("Own tip"), size=7 * canvas.unit)
    label = words.tr("No tip") if screen.own is None else words.tr("Add it")
    canvas.button(
        yes, Key.CHARGE, label, fill=colours.good, ink=colours.on_good, size=7 * canvas.unit
    )


def _pin(canvas: Canvas, box: pygame.Rect, length: int, notice: Trouble | None, look: Look) -> None:
    left, right = (
        canvas.columns(box, [40, 60], 3 * canvas.unit) if canvas.is_wide else rows(box, [30, 70], 9)
    )
    title, dots, line = rows(left, [30, 30, 40], canvas.unit)
    canvas.text(canvas.words.tr("Manager PIN"), title, canvas.palette.ink, 7 * canvas.unit)
    canvas.text("*" * length, dots, canvas.palette.ink, dots.height)
    if notice is not None:
        canvas.lines(" ".join(canvas.words.told(notice)), line, canvas.palette.bad, 7 * canvas.unit)
    _keypad(canvas, right, look, "")


def _foot(canvas: Canvas, box: pygame.Rect, till: Till) -> None:
    """Both connections, always in words and never by colour alone."""
    words, link = canvas.words, Link.STANDBY
    ready = isinstance(till.service, Ready)
    if isinstance(till.screen, AwaitingPayment):
        link, ready = till.screen.link, till.screen.payout_ready
    elif isinstance(till.screen, Requesting):
        link = Link.CONNECTING
    merchant = words.tr("ready") if ready else words.tr("not ready")
    if till.updates is not Updates.OFF:
        merchant = words.tr(UPDATES[till.updates])
    inner = box.inflate(-4 * canvas.unit, -canvas.unit)
    left, right = canvas.columns(inner, [1, 1], canvas.unit)
    size = max(14, box.height * 3 // 5)
    left_words = words.tr("BlinkPOS: {state}", state=words.tr(LINKS[link]))
    canvas.text(left_words, left, canvas.palette.quiet, size, align=Align.START)
    right_words = words.tr("merchant: {state}", state=merchant)
    if till.unsettled:
        waits = words.trn("{count} on the way", "{count} on the way", till.unsettled)
        right_words = f"{waits} · {right_words}"
    canvas.text(right_words, right, canvas.palette.quiet, size, align=Align.END)
