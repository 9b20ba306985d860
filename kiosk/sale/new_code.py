"""A new code for a sale whose code has run out: two codes of one sale, and one customer (M8, M12).

The old one can still be paid. It is asked about before the new one is shown; if it turns out paid
while the new one is up, that is shown and the new one is withdrawn; if both are paid, both are
forwarded as two sales, and an alarm names what to give back.
"""

from dataclasses import replace
from types import MappingProxyType
from typing import Final

from kiosk.sale import checkout, invoice_questions, watched_invoices
from kiosk.sale.code_on_screen import end_without_code
from kiosk.sale.effects import CancelInvoice, CloseSale, PlaySound, Sound, Step
from kiosk.sale.facts import Ending, Sale, SaleLeftScreen
from kiosk.sale.invoice import PaymentHash
from kiosk.sale.screens import (
    AcceptingDigits,
    AwaitingPayment,
    CheckingLimit,
    ChoosingTip,
    CodeExpired,
    ConfirmingLimit,
    FetchingPrice,
    LeavingCode,
    Paid,
    RequestingInvoice,
    SaleReceived,
    Screen,
)
from kiosk.sale.till import Till

# Blink's answer about the old code is waited for so long; then the new one is made.
PATIENCE_S: Final = 4.0

_SCREENS_OF_THE_SALE: Final = (
    AcceptingDigits,
    FetchingPrice,
    CheckingLimit,
    ChoosingTip,
    ConfirmingLimit,
    RequestingInvoice,
    AwaitingPayment,
    LeavingCode,
)


def ask_about_old_code(till: Till, screen: CodeExpired) -> Step:
    """A new code is wanted: ask about the old one first."""
    if screen.code is None or till.account is None:
        return checkout.charge_again(till, screen.sale, screen.entry)
    if screen.asking_s is not None:
        return Step(till)
    asking = replace(till, screen=replace(screen, asking_s=till.now_s))
    return Step(asking, (), invoice_questions.questions(till, (screen.code,)))


def make_new_code(till: Till, screen: CodeExpired) -> Step:
    """The old code is not paid, or nobody can say so in time: make the new one."""
    codes = till.earlier_codes if screen.code is None else (*till.earlier_codes, screen.code)
    return checkout.charge_again(replace(till, earlier_codes=codes), screen.sale, screen.entry)


def forget_earlier_codes(till: Till) -> Till:
    """Another sale has nothing to do with the codes of this one."""
    if not till.earlier_codes or isinstance(till.screen, (CodeExpired, *_SCREENS_OF_THE_SALE)):
        return till
    return replace(till, earlier_codes=())


def is_earlier(till: Till, payment_hash: PaymentHash) -> bool:
    """Whether this is an earlier code of the sale that is on the screen."""
    return payment_hash in till.earlier_codes and isinstance(till.screen, _SCREENS_OF_THE_SALE)


def handle_earlier_paid(till: Till, payment_hash: PaymentHash, sale: Sale) -> Step:
    """An earlier code has been paid, and is recorded: show it, and withdraw the newer one."""
    screen = till.screen
    paid: Screen = (
        SaleReceived(sale, till.now_s) if sale.direct else Paid(sale, payment_hash, till.now_s)
    )
    if isinstance(screen, RequestingInvoice):
        step = end_without_code(till, screen.sale, Ending.CANCELLED, paid)
        return replace(step, effects=(PlaySound(Sound.PAID), *step.effects))
    code = screen.awaiting if isinstance(screen, LeavingCode) else screen
    if not isinstance(code, AwaitingPayment):
        return Step(replace(till, screen=paid), (), (PlaySound(Sound.PAID),))
    assert till.account is not None
    newer = code.invoice.payment_hash
    left = watched_invoices.leave_behind(till, newer, Ending.CANCELLED)
    facts = (SaleLeftScreen(code.sale.id, Ending.CANCELLED, code.sale.direct),)
    asked = invoice_questions.questions(left, (newer,))
    close = CloseSale(code.sale.id, Ending.CANCELLED)
    if code.sale.direct:
        shown = replace(left, screen=paid)
        return Step(shown, facts, (PlaySound(Sound.PAID), *asked, close))
    watched = {
        **left.watched_invoices,
        newer: replace(left.watched_invoices[newer], cancel_wanted=True),
    }
    return Step(
        replace(left, screen=paid, watched_invoices=MappingProxyType(watched)),
        facts,
        (PlaySound(Sound.PAID), CancelInvoice(newer, till.account), *asked, close),
    )
