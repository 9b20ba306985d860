"""Pay a payout invoice once; find out what became of one; what is left of today's limit."""

import logging
from collections.abc import Callable, Mapping
from typing import Any, Final

from kiosk.sale.effects import LookUpPayout, SendForward
from kiosk.sale.events import (
    DailyLimitResult,
    Event,
    LookUpOutcome,
    LookUpPayoutResult,
    SendForwardResult,
    SendOutcome,
)
from kiosk.sale.invoice import PaymentHash, short_hash
from kiosk.sale.money import Cents
from kiosk.sale.payout_guard import knows_payee, reason_not_to_pay
from kiosk.sale.trouble import KioskError
from kiosk.wallet import documents
from kiosk.wallet.bolt11 import NotAnInvoice, decode
from kiosk.wallet.errors import UNREADABLE, BlinkError, NotSent, Refused, errors_of, safe_reason
from kiosk.wallet.http import Http
from kiosk.wallet.invoice_status import entry_hash, wallet_of
from kiosk.wallet.nodes import fetch_nodes

log: Final = logging.getLogger("kiosk.wallet")

_STATUS: Final = {
    "SUCCESS": SendOutcome.SUCCESS,
    "ALREADY_PAID": SendOutcome.ALREADY_PAID,
    "PENDING": SendOutcome.PENDING,
    "FAILURE": SendOutcome.FAILURE,
}
_CODES: Final = {
    "TRANSACTION_RESTRICTED": SendOutcome.LIMITED,
    "INSUFFICIENT_BALANCE": SendOutcome.NO_BALANCE,
}


async def send(http: Http, order: SendForward, emit: Callable[[Event], None]) -> SendForwardResult:
    """Look at the payout invoice, then pay it with one request (M3, M6). Never raises.

    A payee who is not known is judged by the nodes that Blink has now; they are reported to the
    till.
    """
    invoice_hash, payout_hash = order.invoice_hash, order.payout.payment_hash
    account = order.account
    try:
        decoded = decode(order.payout.payment_request)
    except NotAnInvoice as error:
        return SendForwardResult(invoice_hash, payout_hash, SendOutcome.GUARDED, str(error))
    if not knows_payee(decoded, account):
        try:
            current = await fetch_nodes(http)
        except KioskError as error:
            return SendForwardResult(
                invoice_hash, payout_hash, SendOutcome.NOT_SENT, error.trouble.reason
            )
        emit(current)
        account = account.with_nodes(current.nodes)
    refused = reason_not_to_pay(decoded, order.payout, order.amount, account)
    if refused is not None:
        return SendForwardResult(invoice_hash, payout_hash, SendOutcome.GUARDED, refused)
    given = {
        "input": {
            "walletId": account.till_wallet,
            "paymentRequest": order.payout.payment_request,
            "memo": order.memo,
        }
    }
    try:
        payload = await http.payload(
            documents.PAY, "lnInvoicePaymentSend", given, timeout_s=http.timings.send_s
        )
    except NotSent as error:
        return SendForwardResult(
            invoice_hash, payout_hash, SendOutcome.NOT_SENT, error.trouble.reason
        )
    except Refused as error:
        return SendForwardResult(
            invoice_hash, payout_hash, SendOutcome.FAILURE, error.trouble.reason
        )
    except KioskError as error:
        return SendForwardResult(invoice_hash, payout_hash, SendOutcome.LOST, error.trouble.reason)
    errors = errors_of(payload.get("errors"))
    reason = "; ".join(safe_reason(f"{error.code} {error.message}".strip()) for error in errors)
    return SendForwardResult(
        invoice_hash, payout_hash, read_answer(payload.get("status"), errors), reason
    )


def read_answer(status: Any, errors: tuple[BlinkError, ...]) -> SendOutcome:
    """Read `lnInvoicePaymentSend`'s answer; only a SUCCESS without errors settles."""
    for error in errors:
        low = error.message.lower()
        if "already paid" in low:
            return SendOutcome.ALREADY_PAID
        if "already expired" in low:
            return SendOutcome.EXPIRED
        if error.code in _CODES:
            return _CODES[error.code]
    if errors:
        return SendOutcome.FAILURE
    return _STATUS.get(status, SendOutcome.LOST) if isinstance(status, str) else SendOutcome.LOST


async def look_up(http: Http, order: LookUpPayout) -> LookUpPayoutResult:
    """Ask our own ledger for a payout: the truth in every case. Never raises."""
    variables = {"wallet": order.account.till_wallet, "hash": order.payout_hash}
    try:
        data = await http.ask(documents.LEDGER, variables)
    except KioskError as error:
        log.info("look-up not answered payout=%s reason=%s", short_hash(order.payout_hash), error)
        return LookUpPayoutResult(order.invoice_hash, order.payout_hash, LookUpOutcome.UNKNOWN)
    entries = wallet_of(data).get("transactionsByPaymentHash")
    return LookUpPayoutResult(
        order.invoice_hash, order.payout_hash, read_ledger(entries, order.payout_hash)
    )


def read_ledger(entries: Any, payout: PaymentHash) -> LookUpOutcome:
    """What our ledger's entries for one hash say of our sending; odd entries are UNKNOWN.

    A send that failed outside of Blink leaves two entries, the second giving the money back.
    """
    if not isinstance(entries, list):
        return LookUpOutcome.UNKNOWN
    sent = returned = pending = 0
    for entry in entries:
        if not isinstance(entry, Mapping) or entry_hash(entry) != payout:
            return LookUpOutcome.UNKNOWN
        match entry.get("direction"), entry.get("status"):
            case "SEND", "SUCCESS":
                sent += 1
            case "SEND", "PENDING":
                pending += 1
            case "RECEIVE", "SUCCESS":
                returned += 1
            case _, "FAILURE":
                continue
            case _:
                return LookUpOutcome.UNKNOWN
    if pending:
        return LookUpOutcome.PENDING
    return LookUpOutcome.SETTLED if sent > returned else LookUpOutcome.NOTHING


async def fetch_daily_limit(http: Http) -> DailyLimitResult | None:
    """What is left of today's `internalSend`; None when it could not be asked."""
    try:
        data = await http.ask(documents.LIMIT)
        return DailyLimitResult(limit_left(data["me"]["defaultAccount"]["limits"]))
    except (KioskError, *UNREADABLE) as error:
        log.info("daily limit not fetched reason=%s", error)
        return None


def limit_left(limits: Any) -> Cents | None:
    """The smallest remaining `internalSend` limit, in US cents; None if one of them is unclear."""
    served = limits.get("internalSend") if isinstance(limits, Mapping) else None
    entries = served if isinstance(served, list) else []
    left = [
        entry.get("remainingLimit") if isinstance(entry, Mapping) else None for entry in entries
    ]
    known = [cents for cents in left if isinstance(cents, int)]
    return Cents(min(known)) if known and len(known) == len(left) else None
