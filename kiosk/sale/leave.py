"""How a sale leaves the screen; its invoice stays watched (M8)."""

from dataclasses import replace
from types import MappingProxyType

from kiosk.sale import watch
from kiosk.sale.charge import unit_of
from kiosk.sale.effects import AskStatus, CancelInvoice, CloseSale, Effect, Step
from kiosk.sale.entry import Entry
from kiosk.sale.facts import Ending, SaleLeft
from kiosk.sale.invoice import SaleId
from kiosk.sale.money import Currency
from kiosk.sale.till import (
    AwaitingPayment,
    Entering,
    Expired,
    Forwarded,
    Leaving,
    Paid,
    Screen,
    Till,
)


def idle(till: Till) -> Step:
    """Back to an empty entry in the unit that was in use; a paid sale's socket is let go."""
    ready = replace(till, screen=Entering(Entry(_unit(till))))
    if isinstance(till.screen, Paid):
        return Step(ready, (), (CloseSale(till.screen.sale.id, Ending.PAID),))
    return Step(ready)


def gone(till: Till, sale: SaleId, ending: Ending, screen: Screen) -> Step:
    """A sale that never had a code on the screen ends; nobody can pay what nobody saw."""
    kept = {name: w for name, w in till.watches.items() if w.sale.id != sale}
    after = replace(till, screen=screen, watches=MappingProxyType(kept))
    return Step(after, (SaleLeft(sale, ending),), (CloseSale(sale, ending),))


def unchecked(screen: AwaitingPayment) -> AwaitingPayment:
    """The code with no CHECK being answered."""
    return replace(screen, check_until_s=None, check_due_s=None)


def last_question(till: Till, was: AwaitingPayment) -> Step:
    """The code's time is over: ask once before it goes, in case somebody has just paid it."""
    assert till.account is not None
    name = was.invoice.payment_hash
    asked: tuple[Effect, ...] = (AskStatus((name,), till.account),)
    watched = till.watches.get(name)
    # An invoice that Blink lets live longer than its code was shown is cancelled as well.
    outlives = watched is not None and watched.final_s - watch.DAY_S > till.now_s + 1
    if outlives:
        asked = (*asked, CancelInvoice(name, till.account))
    leaving = Leaving(unchecked(was), Ending.EXPIRED, till.now_s, cancelled=not outlives)
    return Step(replace(till, screen=leaving), (), asked)


def leave(till: Till, was: AwaitingPayment, ending: Ending) -> Step:
    """Take the code off the screen. Whoever still pays it is found by its watch."""
    after = watch.left_behind(
        till, was.invoice.payment_hash, ending, under_way=was.notice is not None
    )
    screen: Screen = Entering(Entry(_unit(till)))
    if ending is Ending.EXPIRED:
        screen = Expired(was.sale, was.entry, till.now_s, was.invoice.payment_hash)
    return Step(
        replace(after, screen=screen),
        (SaleLeft(was.sale.id, ending),),
        (CloseSale(was.sale.id, ending),),
    )


def _unit(till: Till) -> Currency:
    """The unit the merchant was using: the next sale is typed in the same one."""
    match till.screen:
        case Leaving(was):
            return was.entry.unit
        case Paid(sale) | Forwarded(sale):
            return sale.price.currency
        case Entering(entry) | AwaitingPayment(entry=entry) | Expired(entry=entry):
            return entry.unit
        case _:
            return unit_of(till, till.rules.units[0])
