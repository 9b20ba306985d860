"""The payout invoice of a sale: journaled before it may be used, or not to be had (M2, M3)."""

from dataclasses import replace
from types import MappingProxyType
from typing import Final

from kiosk.sale import direct
from kiosk.sale.code_on_screen import withdraw_code
from kiosk.sale.effects import Step
from kiosk.sale.events import PayoutCreated, PayoutNotMade
from kiosk.sale.facts import PayoutIssued
from kiosk.sale.forward_steps import (
    forward_of_sale,
    stop_with_alarm,
    try_later,
    wants_payout,
    with_forward,
)
from kiosk.sale.invoice import SaleId
from kiosk.sale.screens import AwaitingPayment
from kiosk.sale.till import Till
from kiosk.sale.trouble import Trouble, TroubleKind

# A payout invoice that has been refused for so long is an alarm; a shorter refusal may pass.
PAYOUT_PATIENCE_S: Final = 120.0

# The way to Blink, or Blink's own pause: nothing is said about the merchant's account.
_PASSING: Final = frozenset(
    {
        TroubleKind.NO_CONNECTION,
        TroubleKind.NAME_NOT_FOUND,
        TroubleKind.BLOCKED,
        TroubleKind.NETWORK_LOGIN,
        TroubleKind.CLOCK_WRONG,
        TroubleKind.CERTIFICATE_ENDED,
        TroubleKind.LOGIN_PAGE,
        TroubleKind.TOO_MANY_INVOICES,
    }
)


def handle_payout_created(till: Till, event: PayoutCreated) -> Step:
    """Journal the payout invoice of a sale, paid or not yet; then it may be used."""
    return _take_before_payment(till, event) or _take_for_forward(till, event)


def handle_payout_not_made(till: Till, event: PayoutNotMade) -> Step:
    """No payout invoice: a forward asks again, and a code goes that nobody should pay (M2).

    Direct sales go on without it: there it concerns forwards of before alone.
    """
    step = _delay_forward(till, event)
    if till.rules.direct:
        passing = event.trouble.kind in _PASSING
        return step if passing else step.then(_warn_of_refusal)
    if event.final:
        return step.then(lambda t: withdraw_code(t, event.sale, event.trouble))
    return step.then(lambda t: _note_refusal(t, event.sale, event.trouble))


def _warn_of_refusal(till: Till) -> Step:
    return Step(direct.warn_of_missing_merchant(till, refused=True))


def _take_before_payment(till: Till, event: PayoutCreated) -> Step | None:
    """The payout invoice of a sale that nobody has paid yet: journaled, then it may be used."""
    for payment_hash, watched in till.watched_invoices.items():
        if watched.sale.id != event.sale or watched.payout is not None:
            continue
        if event.payout.amount != watched.invoice.amount or event.generation != 1:
            return None
        watches = {**till.watched_invoices, payment_hash: replace(watched, payout=event.payout)}
        screen = till.screen
        if isinstance(screen, AwaitingPayment) and screen.sale.id == event.sale:
            screen = replace(screen, payout_ready=True)
        ready = replace(till, watched_invoices=MappingProxyType(watches), screen=screen)
        return Step(ready, (PayoutIssued(event.sale, event.payout),))
    return None


def _take_for_forward(till: Till, event: PayoutCreated) -> Step:
    """Journal the payout invoice that a waiting forward needs; any other is never paid."""
    known = forward_of_sale(till, event.sale)
    if known is None or not wants_payout(known[1]) or event.generation != known[1].generation:
        return Step(till)
    payment_hash, forward = known
    if event.payout.amount != forward.invoice.amount:
        trouble = Trouble(TroubleKind.PAYOUT_GUARDED, reason="payout amount differs from the sale")
        return stop_with_alarm(till, payment_hash, forward, trouble)
    ready = replace(forward, payout=event.payout, busy=False, due_s=till.now_s, trouble=None)
    return Step(
        with_forward(till, payment_hash, ready),
        (PayoutIssued(event.sale, event.payout, event.generation),),
    )


def _delay_forward(till: Till, event: PayoutNotMade) -> Step:
    """Wait and ask for the payout invoice again; the money is safe in the BlinkPOS account."""
    known = forward_of_sale(till, event.sale)
    if known is None or not wants_payout(known[1]):
        return Step(till)
    payment_hash, forward = known
    if event.trouble.kind is TroubleKind.PAID_BEFORE:
        trouble = replace(event.trouble, subject=forward.sale.id)
        return stop_with_alarm(till, payment_hash, forward, trouble)
    return Step(with_forward(till, payment_hash, try_later(till, forward, event.trouble)))


def _note_refusal(till: Till, sale: SaleId, trouble: Trouble) -> Step:
    """No payout invoice now. Refused for minutes it is an alarm, and no money is taken (M2).

    A lost connection to Blink, or a pause that Blink imposes, is no refusal.
    """
    if trouble.kind in _PASSING:
        return Step(till)
    if trouble.kind is TroubleKind.PAYOUT_GUARDED:
        till = till.with_alarm(trouble, sale)
    watches, forwards = dict(till.watched_invoices), dict(till.forwards)
    since_s = till.now_s
    for payment_hash, watched in till.watched_invoices.items():
        if watched.sale.id == sale and watched.payout is None:
            since_s = till.now_s if watched.no_payout_since_s is None else watched.no_payout_since_s
            watches[payment_hash] = replace(watched, no_payout_since_s=since_s)
    for payment_hash, waiting in till.forwards.items():
        if waiting.sale.id == sale and waiting.payout is None:
            since_s = till.now_s if waiting.no_payout_since_s is None else waiting.no_payout_since_s
            forwards[payment_hash] = replace(waiting, no_payout_since_s=since_s)
    noted = replace(
        till, watched_invoices=MappingProxyType(watches), forwards=MappingProxyType(forwards)
    )
    if till.now_s - since_s < PAYOUT_PATIENCE_S:
        return Step(noted)
    refused = Trouble(TroubleKind.NO_PAYOUT, sale, trouble.reason or trouble.kind)
    return withdraw_code(noted.with_alarm(refused, sale), sale, refused)
