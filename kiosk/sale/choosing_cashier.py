"""The screen on which a cashier is chosen: by the two digits of the code, or by a touch."""

from dataclasses import replace
from typing import Final

from kiosk.sale.cashier import Cashier
from kiosk.sale.effects import PlaySound, ReadCashierSums, Sound, Step
from kiosk.sale.entry import Entry
from kiosk.sale.events import CashierSumsResult
from kiosk.sale.keys import Key
from kiosk.sale.manager_screens import CashierLogin, EnteringPin
from kiosk.sale.screens import ChoosingCashier, EnteringAmount
from kiosk.sale.till import Till
from kiosk.sale.trouble import Trouble, TroubleKind

PAGE_CASHIERS: Final = 8  # on the screen at once
_CODE_DIGITS: Final = 2


def is_missing(till: Till) -> bool:
    """Whether a cashier has to be chosen before anything is sold."""
    return bool(till.rules.cashiers) and till.cashier is None


def screen_at_rest(till: Till, entry: Entry) -> EnteringAmount | ChoosingCashier:
    """What a till shows to whoever comes next: the amount, or first the question who sells.

    What somebody has to read is on the amount screen: it comes first.
    """
    to_be_read = till.out_of_service or till.alarms or till.late_money or till.interrupted_sales
    asks = is_missing(till) and not to_be_read
    return ChoosingCashier(entry) if asks else EnteringAmount(entry)


def open_choice(till: Till, entry: Entry) -> Step:
    """Ask who sells; what is typed stays. Whoever is chosen already sees the own total of today."""
    if not till.rules.cashiers:
        return Step(till)
    opened = replace(till, screen=ChoosingCashier(entry))
    if till.cashier is None:
        return Step(opened)
    return Step(opened, (), (ReadCashierSums(till.cashier.label),))


def handle_sums(till: Till, result: CashierSumsResult) -> Step:
    """The own total of whoever is chosen: shown if the question is still open."""
    screen = till.screen
    if not isinstance(screen, ChoosingCashier) or till.cashier is None:
        return Step(till)
    if result.today.cashier != till.cashier.label:
        return Step(till)
    return Step(replace(till, screen=replace(screen, today=result.today)))


def handle_key(till: Till, screen: ChoosingCashier, key: Key) -> Step:
    """A key on the question who sells. CLEAR goes back to the amount, with or without a cashier."""
    if key.digit is not None:
        return _handle_digit(till, screen, key.value)
    awake = replace(screen, notice=None)
    match key:
        case Key.DELETE if screen.typed:
            return Step(replace(till, screen=replace(awake, typed="")))
        case Key.DELETE:
            top = max(0, screen.top - PAGE_CASHIERS)
            return Step(replace(till, screen=replace(awake, top=top)))
        case Key.PLUS if screen.top + PAGE_CASHIERS < len(till.rules.cashiers):
            return Step(replace(till, screen=replace(awake, top=screen.top + PAGE_CASHIERS)))
        case Key.CLEAR if screen.typed:
            return Step(replace(till, screen=replace(awake, typed="")))
        case Key.CLEAR:
            return Step(replace(till, screen=EnteringAmount(screen.entry)))
        case Key.MENU if till.rules.pin:
            return Step(replace(till, screen=EnteringPin()))
    return Step(till)


def handle_row(till: Till, screen: ChoosingCashier, number: int) -> Step:
    """A cashier of the page was touched."""
    shown = shown_cashiers(till, screen)
    return _choose(till, screen, shown[number]) if number < len(shown) else Step(till)


def shown_cashiers(till: Till, screen: ChoosingCashier) -> tuple[Cashier, ...]:
    """The cashiers of the page."""
    return till.rules.cashiers[screen.top : screen.top + PAGE_CASHIERS]


def take_over(till: Till, cashier: Cashier, entry: Entry) -> Step:
    """The cashier sells from now on; what was typed stays."""
    return Step(replace(till, cashier=cashier, screen=EnteringAmount(entry)))


def _handle_digit(till: Till, screen: ChoosingCashier, digit: str) -> Step:
    typed = screen.typed + digit
    if len(typed) < _CODE_DIGITS:
        return Step(replace(till, screen=replace(screen, typed=typed, notice=None)))
    for cashier in till.rules.cashiers:
        if cashier.code == typed:
            return _choose(till, screen, cashier)
    unknown = replace(screen, typed="", notice=Trouble(TroubleKind.CASHIER_UNKNOWN, typed))
    return Step(replace(till, screen=unknown), (), (PlaySound(Sound.REFUSED),))


def _choose(till: Till, screen: ChoosingCashier, cashier: Cashier) -> Step:
    if cashier.pin and cashier != till.cashier:
        asked = EnteringPin(opens=CashierLogin(cashier, screen.entry))
        return Step(replace(till, screen=asked))
    return take_over(till, cashier, screen.entry)
