"""What a key does while the customer chooses a tip."""

from dataclasses import replace

from kiosk.sale import checkout
from kiosk.sale.effects import PlaySound, Sound, Step
from kiosk.sale.entry import (
    Entry,
    EntryFull,
    Tip,
    percentage_tip,
    with_digit,
    with_entry_cleared,
    without_last_digit,
)
from kiosk.sale.keys import Key
from kiosk.sale.screens import ChoosingTip, EnteringAmount
from kiosk.sale.till import Till


def handle_tip_key(till: Till, screen: ChoosingTip, key: Key) -> Step:
    """A digit chooses a percentage, + an amount of the customer's own, CHARGE none."""
    entry, tips = screen.entry, till.rules.tips
    if screen.own_tip is not None:
        return _handle_own_tip_key(till, screen, screen.own_tip, key)
    if key is Key.CHARGE or key is Key.D0:
        return checkout.open_sale(till, entry, Tip(), screen.agreed)
    if key.digit is not None and 1 <= key.digit <= len(tips):
        return checkout.open_sale(
            till, entry, percentage_tip(entry, tips[key.digit - 1]), screen.agreed
        )
    if key is Key.PLUS:
        return Step(replace(till, screen=replace(screen, own_tip=Entry(entry.unit))))
    return Step(replace(till, screen=EnteringAmount(entry))) if key is Key.CLEAR else Step(till)


def _handle_own_tip_key(till: Till, screen: ChoosingTip, own: Entry, key: Key) -> Step:
    if key.digit is not None:
        try:
            return Step(replace(till, screen=replace(screen, own_tip=with_digit(own, key.digit))))
        except EntryFull:
            return Step(till, (), (PlaySound(Sound.REFUSED),))
    match key:
        case Key.DELETE:
            return Step(replace(till, screen=replace(screen, own_tip=without_last_digit(own))))
        case Key.CLEAR:
            left = None if own.is_empty else with_entry_cleared(own)
            return Step(replace(till, screen=replace(screen, own_tip=left)))
        case Key.CHARGE:
            return checkout.open_sale(till, screen.entry, Tip(own.total), screen.agreed)
    return Step(till)
