"""The log of a sale: one line per step, in words a merchant's helper can look for.

Never a key, a full invoice or a preimage: the sale's id and 8 characters of the payment hash.
The wallet logs its own connection; decisions and results are logged here.
"""

import logging
from typing import Final

from kiosk.sale.effects import CloseConnections, SendForward, Step
from kiosk.sale.events import (
    AccountFetched,
    AccountFetchFailed,
    Event,
    JournalFailed,
    KeyReleased,
    KeyStuck,
)
from kiosk.sale.facts import (
    AlarmRead,
    DayClosed,
    DirectInvoiceIssued,
    DirectInvoiceNeverPaid,
    DirectInvoicePaid,
    DirectPaymentReviewed,
    DirectPaymentUnproven,
    Fact,
    ForeignCodesAwaited,
    ForwardStatus,
    ForwardStatusChanged,
    InvoiceIssued,
    InvoiceNeverPaid,
    InvoicePaid,
    JournalRebuilt,
    MerchantWalletAccepted,
    PaidTwice,
    PayoutIssued,
    PinTried,
    RecoveredFact,
    SaleLeftScreen,
    SaleStarted,
    SaleUndecided,
)
from kiosk.sale.invoice import short_hash
from kiosk.sale.screens import EnteringAmount, Forwarded, SaleFailed, SaleReceived
from kiosk.sale.till import FetchingAccount, Till
from kiosk.sale.trouble import Trouble

log: Final = logging.getLogger("kiosk.sale")


def log_step(before: Till, event: Event, step: Step) -> None:
    """Log what a step changed."""
    for fact in step.facts:
        _log_fact(fact)
    after = step.till
    for effect in step.effects:
        if isinstance(effect, SendForward):
            log.info(
                "forwarding sale=%s hash=%s payout=%s amount_sat=%d",
                after.forwards[effect.invoice_hash].sale.id,
                short_hash(effect.invoice_hash),
                short_hash(effect.payout.payment_hash),
                effect.amount,
            )
        elif isinstance(effect, CloseConnections):
            log.info("connection not requested")
    if isinstance(after.screen, Forwarded | SaleReceived) and after.screen is not before.screen:
        log.info("animation sale=%s", after.screen.sale.id)
    match event:
        case AccountFetched(account):
            log.info("in service merchant=%s", account.merchant_name or "-")
        case KeyStuck(legend):
            log.warning("stuck key=%s", legend)
        case KeyReleased(legend):
            log.info("freed key=%s", legend)
        case AccountFetchFailed(trouble) if isinstance(after.service, FetchingAccount):
            _log_trouble("out of service", trouble)
        case JournalFailed(trouble) if trouble != before.journal_trouble:
            _log_trouble("out of service", trouble)
    notice = _notice(after)
    if notice is not None and notice != _notice(before):
        _log_trouble("refused", notice)
    for alarm in after.alarms[len(before.alarms) :]:
        _log_trouble(f"alarm sale={alarm.sale}", alarm.trouble)


def _log_fact(fact: Fact) -> None:
    match fact:
        case SaleStarted(sale):
            log.info("charge sale=%s amount_sat=%d", sale.id, sale.amount)
        case InvoiceIssued(sale, invoice):
            log.info("invoice created sale=%s hash=%s", sale, short_hash(invoice.payment_hash))
        case PayoutIssued(sale, payout, generation):
            short = short_hash(payout.payment_hash)
            log.info("payout invoice ready sale=%s payout=%s no=%d", sale, short, generation)
        case SaleLeftScreen(sale, ending):
            log.info("sale left sale=%s reason=%s", sale, ending)
        case InvoicePaid(sale, payment_hash, late):
            when = " late=yes" if late else ""
            log.info("payment detected sale=%s hash=%s%s", sale, short_hash(payment_hash), when)
        case InvoiceNeverPaid(sale, payment_hash):
            log.info("invoice unpaid for good sale=%s hash=%s", sale, short_hash(payment_hash))
        case DirectInvoiceIssued(sale, invoice):
            log.info("invoice created sale=%s hash=%s", sale, short_hash(invoice.payment_hash))
        case DirectInvoicePaid(sale, payment_hash, late):
            when = " late=yes" if late else ""
            log.info("payment detected sale=%s hash=%s%s", sale, short_hash(payment_hash), when)
            log.info("received sale=%s", sale)
        case DirectInvoiceNeverPaid(sale, payment_hash):
            log.info("invoice unpaid for good sale=%s hash=%s", sale, short_hash(payment_hash))
        case DirectPaymentUnproven(sale, payment_hash):
            log.error("payment unproven sale=%s hash=%s", sale, short_hash(payment_hash))
        case DirectPaymentReviewed(sale):
            log.info("unproven payment reviewed sale=%s", sale)
        case ForwardStatusChanged(sale, ForwardStatus.SETTLED):
            log.info("forwarded sale=%s", sale)
        case ForwardStatusChanged(sale, ForwardStatus.SENT):
            pass  # logged with the effect, which knows the amount
        case ForwardStatusChanged(sale, status, _, reason):
            log.warning("forward %s sale=%s reason=%s", status, sale, reason)
        case PaidTwice(sale, payment_hash, payments):
            short = short_hash(payment_hash)
            log.error("paid more than once sale=%s hash=%s payments=%d", sale, short, payments)
        case AlarmRead(sale, kind):
            log.info("alarm read sale=%s kind=%s", sale, kind)
        case JournalRebuilt(file_name):
            log.warning("journal rebuilt from Blink instead=%s", file_name)
        case ForeignCodesAwaited(_, None):
            log.info("codes of other installations are paid or nobody can pay them")
        case ForeignCodesAwaited(begun_before, until):
            log.info(
                "codes of other installations begun<=%d may be paid until=%d", begun_before, until
            )
        case SaleUndecided(sale, reason):
            log.error("undecided sale=%s reason=%s", sale, reason)
        case RecoveredFact():
            log.debug("learnt from Blink %s", type(fact.fact).__name__)
        case PinTried(0, owner):
            log.info("PIN right, after wrong ones owner=%s", owner or "manager")
        case PinTried(wrong, owner):
            log.warning("PIN wrong tries=%d owner=%s", wrong, owner or "manager")
        case MerchantWalletAccepted(username, wallet):
            log.warning("merchant %s is paid into wallet=%s", username, wallet or "none at Blink")
        case DayClosed(at):
            log.info("day closed at=%d", at)


def _log_trouble(what: str, trouble: Trouble) -> None:
    log.warning(
        "%s: %s subject=%s reason=%s", what, trouble.kind, trouble.subject or "-", trouble.reason
    )


def _notice(till: Till) -> Trouble | None:
    match till.screen:
        case EnteringAmount(notice=notice):
            return notice
        case SaleFailed(trouble):
            return trouble
    return None
