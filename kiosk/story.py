"""The log of a sale: one line per step, in words a merchant's helper can look for.

Never a key, a full invoice or a preimage: the sale's id and 8 characters of the payment hash.
The wallet tells of its connection itself; what is decided and seen is told here.
"""

import logging
from typing import Final

from kiosk.sale.effects import Rest, SendForward, Step
from kiosk.sale.events import (
    Event,
    JournalFailed,
    KeyFreed,
    KeyStuck,
    Visited,
    VisitFailed,
)
from kiosk.sale.facts import (
    DayClosed,
    Fact,
    ForwardMoved,
    ForwardStatus,
    FromBlink,
    InvoiceFinal,
    InvoiceIssued,
    InvoicePaid,
    JournalRebuilt,
    PaidTwice,
    PayoutIssued,
    PinTried,
    SaleLeft,
    SaleStarted,
    SaleUndecided,
)
from kiosk.sale.invoice import short
from kiosk.sale.till import Entering, Forwarded, Stopped, Till, Visiting
from kiosk.sale.trouble import Trouble

log: Final = logging.getLogger("kiosk.sale")


def tell(before: Till, event: Event, step: Step) -> None:
    """Log what a step changed."""
    for fact in step.facts:
        _tell_fact(fact)
    after = step.till
    for effect in step.effects:
        if isinstance(effect, SendForward):
            log.info(
                "forwarding sale=%s hash=%s payout=%s amount_sat=%d",
                after.forwards[effect.invoice].sale.id,
                short(effect.invoice),
                short(effect.payout.payment_hash),
                effect.amount,
            )
        elif isinstance(effect, Rest):
            log.info("connection not requested")
    if isinstance(after.screen, Forwarded) and after.screen is not before.screen:
        log.info("animation sale=%s", after.screen.sale.id)
    match event:
        case Visited(account):
            log.info("in service merchant=%s", account.merchant_name or "-")
        case KeyStuck(legend):
            log.warning("stuck key=%s", legend)
        case KeyFreed(legend):
            log.info("freed key=%s", legend)
        case VisitFailed(trouble) if isinstance(after.service, Visiting):
            _tell_trouble("out of service", trouble)
        case JournalFailed(trouble) if trouble != before.journal_trouble:
            _tell_trouble("out of service", trouble)
    notice = _notice(after)
    if notice is not None and notice != _notice(before):
        _tell_trouble("refused", notice)
    for alarm in after.alarms[len(before.alarms) :]:
        _tell_trouble(f"alarm sale={alarm.sale}", alarm.trouble)


def _tell_fact(fact: Fact) -> None:
    match fact:
        case SaleStarted(sale):
            log.info("charge sale=%s amount_sat=%d", sale.id, sale.amount)
        case InvoiceIssued(sale, invoice):
            log.info("invoice created sale=%s hash=%s", sale, short(invoice.payment_hash))
        case PayoutIssued(sale, payout, generation):
            name = short(payout.payment_hash)
            log.info("payout invoice ready sale=%s payout=%s no=%d", sale, name, generation)
        case SaleLeft(sale, ending):
            log.info("sale left sale=%s reason=%s", sale, ending)
        case InvoicePaid(sale, payment_hash, late):
            when = " late=yes" if late else ""
            log.info("payment detected sale=%s hash=%s%s", sale, short(payment_hash), when)
        case InvoiceFinal(sale, payment_hash):
            log.info("invoice unpaid for good sale=%s hash=%s", sale, short(payment_hash))
        case ForwardMoved(sale, ForwardStatus.SETTLED):
            log.info("forwarded sale=%s", sale)
        case ForwardMoved(sale, ForwardStatus.SENT):
            pass  # told with the effect, which knows the amount
        case ForwardMoved(sale, status, _, reason):
            log.warning("forward %s sale=%s reason=%s", status, sale, reason)
        case PaidTwice(sale, payment_hash, payments):
            name = short(payment_hash)
            log.error("paid more than once sale=%s hash=%s payments=%d", sale, name, payments)
        case JournalRebuilt(name):
            log.warning("journal rebuilt from Blink instead=%s", name)
        case SaleUndecided(sale, reason):
            log.error("undecided sale=%s reason=%s", sale, reason)
        case FromBlink():
            log.debug("learnt from Blink %s", type(fact.fact).__name__)
        case PinTried(0):
            log.info("PIN right, after wrong ones")
        case PinTried(wrong):
            log.warning("PIN wrong tries=%d", wrong)
        case DayClosed(at):
            log.info("day closed at=%d", at)


def _tell_trouble(what: str, trouble: Trouble) -> None:
    log.warning(
        "%s: %s subject=%s reason=%s", what, trouble.kind, trouble.subject or "-", trouble.reason
    )


def _notice(till: Till) -> Trouble | None:
    match till.screen:
        case Entering(notice=notice):
            return notice
        case Stopped(trouble):
            return trouble
    return None
