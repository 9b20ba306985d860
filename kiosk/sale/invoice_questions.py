"""When and how invoices are asked about that have left the screen (M8, M12).

At start, with the next sale, shortly after their end, and for a day after.
"""

from collections.abc import Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import Final

from kiosk.sale import direct
from kiosk.sale.backoff import delay_s
from kiosk.sale.days import DAY_S
from kiosk.sale.effects import (
    CancelInvoice,
    Effect,
    FetchAccount,
    FetchDirectStatus,
    FetchInvoiceStatus,
    FetchNodes,
    Step,
)
from kiosk.sale.invoice import PaymentHash
from kiosk.sale.till import Till

# Asked about with a sale: so many of either kind, so that a busy day's cancelled and paid sales do
# not use up what thirty kiosks behind one address may ask (120 requests a minute).
MOST_WITH_SALE: Final = 10

_FIRST_PAUSE_S: Final = 5.0
_LONGEST_PAUSE_S: Final = 600.0


def ask_about_due(till: Till) -> Step:
    """Ask about every invoice left behind whose time has come."""
    asked = [
        payment_hash for payment_hash, due_s in check_times(till).items() if due_s <= till.now_s
    ]
    return ask_about(till, asked) if asked else Step(till)


def check_times(till: Till) -> dict[PaymentHash, float]:
    """When each invoice left behind is asked about; without a till account only direct ones."""
    return {
        payment_hash: watched.next_check_s
        for payment_hash, watched in till.watched_invoices.items()
        if watched.next_check_s is not None and (watched.sale.direct or till.can_forward)
    }


def questions(till: Till, payment_hashes: Sequence[PaymentHash]) -> tuple[Effect, ...]:
    """What is asked about these invoices: the till account's, and those in the merchant's name."""
    assert till.account is not None
    candidates = (till.watched_invoices.get(payment_hash) for payment_hash in payment_hashes)
    merchants = {
        watched.invoice.payment_hash: watched.invoice
        for watched in candidates
        if watched is not None and watched.sale.direct
    }
    ours = tuple(payment_hash for payment_hash in payment_hashes if payment_hash not in merchants)
    effects: list[Effect] = [FetchInvoiceStatus(ours, till.account, till.now_s)] if ours else []
    if merchants:
        effects.append(FetchDirectStatus(tuple(merchants.values()), till.now_s))
    return tuple(effects)


def ask_with_next_sale(till: Till) -> Step:
    """Ask about what was left behind while the connection is warm anyway.

    Of many, the newest of those left behind, which have their own times as well, and the paid ones
    in turn, each until an answer tells of it after its end. The server of a Lightning address is
    asked at its own times only (D6).
    """
    left = [
        payment_hash
        for payment_hash in check_times(till)
        if not till.watched_invoices[payment_hash].invoice.verify_url
    ]
    paid = list(till.recently_paid)[:MOST_WITH_SALE] if till.can_forward else []
    step = ask_about(till, [*left[-MOST_WITH_SALE:], *paid])
    order = [*list(till.recently_paid)[len(paid) :], *paid]
    in_turn = {payment_hash: till.recently_paid[payment_hash] for payment_hash in order}
    asked = replace(step, till=replace(step.till, recently_paid=MappingProxyType(in_turn)))
    return asked.then(_account_again)


def _account_again(till: Till) -> Step:
    """What is known of the accounts ages: once a day all of it is asked again, beside a sale.

    An empty list of nodes is not believed: those are asked for with every sale until there are
    some.
    """
    if till.account is None or till.fetching_account:
        return Step(till)
    stuck = bool(till.forwards) and not till.can_forward
    if till.now_s - till.account_s >= DAY_S or stuck:
        return Step(replace(till, fetching_account=True), (), (account_question(till),))
    has_nodes = bool(till.account.nodes) or till.account.is_at_address
    return Step(till) if has_nodes else Step(till, (), (FetchNodes(),))


def account_question(till: Till) -> FetchAccount:
    """Ask who we are; in direct sales about the till account only for forwards of before."""
    return FetchAccount(
        till.merchant_wallet,
        till.rules.direct and direct.needs_till_account(till),
        till.forward_wallet if till.rules.direct else None,
    )


def ask_about(till: Till, payment_hashes: list[PaymentHash]) -> Step:
    """Ask, and be ready for no answer: the next question has its time already."""
    if till.account is None or not payment_hashes:
        return Step(till)
    by_hash = dict(till.watched_invoices)
    effects = list(questions(till, payment_hashes))
    for payment_hash in payment_hashes:
        watched = by_hash.get(payment_hash)
        if watched is None or watched.next_check_s is None:
            continue
        pause = delay_s(_FIRST_PAUSE_S, _LONGEST_PAUSE_S, watched.checks_made, watched.sale.id)
        again_s = till.now_s + pause
        if watched.invoice.verify_url:
            again_s = direct.next_verify_s(watched, till.now_s)
        by_hash[payment_hash] = replace(
            watched, checks_made=watched.checks_made + 1, next_check_s=again_s
        )
        if watched.cancel_wanted:
            effects.append(CancelInvoice(payment_hash, till.account))
    return Step(replace(till, watched_invoices=MappingProxyType(by_hash)), (), tuple(effects))
