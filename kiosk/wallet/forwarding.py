"""Pay a payout invoice once; find out what became of one; what is left of today's limit."""

import logging
from collections.abc import Callable, Mapping
from typing import Any, Final

from kiosk.sale.effects import LookUp, SendForward
from kiosk.sale.events import Event, Found, LimitTold, LookUpTold, SendAnswer, SendTold
from kiosk.sale.guard import knows_payee, payout_refusal
from kiosk.sale.invoice import PaymentHash, short
from kiosk.sale.money import Cents
from kiosk.sale.trouble import KioskError
from kiosk.wallet import documents
from kiosk.wallet.bolt11 import NotAnInvoice, decode
from kiosk.wallet.errors import UNREADABLE, BlinkError, Refused, Unsent, errors_of, safe
from kiosk.wallet.http import Http
from kiosk.wallet.nodes import ask_nodes
from kiosk.wallet.status import entry_hash, wallet_of

log: Final = logging.getLogger("kiosk.wallet")

_STATUS: Final = {
    "SUCCESS": SendAnswer.SUCCESS,
    "ALREADY_PAID": SendAnswer.ALREADY_PAID,
    "PENDING": SendAnswer.PENDING,
    "FAILURE": SendAnswer.FAILURE,
}
_CODES: Final = {
    "TRANSACTION_RESTRICTED": SendAnswer.LIMITED,
    "INSUFFICIENT_BALANCE": SendAnswer.NO_BALANCE,
}


async def send(http: Http, order: SendForward, tell: Callable[[Event], None]) -> SendTold:
    """Look at the payout invoice, then pay it with one request (M3, M6). Never raises.

    A payee who is not known is judged by the nodes that Blink has now; they are told to the till.
    """
    name, payout = order.invoice, order.payout.payment_hash
    account = order.account
    try:
        decoded = decode(order.payout.payment_request)
    except NotAnInvoice as error:
        return SendTold(name, payout, SendAnswer.GUARDED, str(error))
    if not knows_payee(decoded, account):
        try:
            told = await ask_nodes(http)
        except KioskError as error:
            return SendTold(name, payout, SendAnswer.NOT_SENT, error.trouble.reason)
        tell(told)
        account = account.with_nodes(told.nodes)
    refused = payout_refusal(decoded, order.payout, order.amount, account)
    if refused is not None:
        return SendTold(name, payout, SendAnswer.GUARDED, refused)
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
    except Unsent as error:
        return SendTold(name, payout, SendAnswer.NOT_SENT, error.trouble.reason)
    except Refused as error:
        return SendTold(name, payout, SendAnswer.FAILURE, error.trouble.reason)
    except KioskError as error:
        return SendTold(name, payout, SendAnswer.LOST, error.trouble.reason)
    errors = errors_of(payload.get("errors"))
    reason = "; ".join(safe(f"{error.code} {error.message}".strip()) for error in errors)
    return SendTold(name, payout, read_answer(payload.get("status"), errors), reason)


def read_answer(status: Any, errors: tuple[BlinkError, ...]) -> SendAnswer:
    """Read `lnInvoicePaymentSend`'s answer; only a SUCCESS without errors settles."""
    for error in errors:
        low = error.message.lower()
        if "already paid" in low:
            return SendAnswer.ALREADY_PAID
        if "already expired" in low:
            return SendAnswer.EXPIRED
        if error.code in _CODES:
            return _CODES[error.code]
    if errors:
        return SendAnswer.FAILURE
    return _STATUS.get(status, SendAnswer.LOST) if isinstance(status, str) else SendAnswer.LOST


async def look_up(http: Http, order: LookUp) -> LookUpTold:
    """Ask our own ledger for a payout: the truth in every case. Never raises."""
    variables = {"wallet": order.account.till_wallet, "hash": order.payout}
    try:
        data = await http.ask(documents.LEDGER, variables)
    except KioskError as error:
        log.info("look-up not answered payout=%s reason=%s", short(order.payout), error)
        return LookUpTold(order.invoice, order.payout, Found.UNKNOWN)
    entries = wallet_of(data).get("transactionsByPaymentHash")
    return LookUpTold(order.invoice, order.payout, read_ledger(entries, order.payout))


def read_ledger(entries: Any, payout: PaymentHash) -> Found:
    """What our ledger's entries for one hash say of our sending; odd entries are UNKNOWN.

    A send that failed outside of Blink leaves two entries, the second giving the money back.
    """
    if not isinstance(entries, list):
        return Found.UNKNOWN
    sent = returned = pending = 0
    for entry in entries:
        if not isinstance(entry, Mapping) or entry_hash(entry) != payout:
            return Found.UNKNOWN
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
                return Found.UNKNOWN
    if pending:
        return Found.PENDING
    return Found.SETTLED if sent > returned else Found.NOTHING


async def ask_limit(http: Http) -> LimitTold | None:
    """What is left of today's `internalSend`; None when it could not be asked."""
    try:
        data = await http.ask(documents.LIMIT)
        return LimitTold(limit_left(data["me"]["defaultAccount"]["limits"]))
    except (KioskError, *UNREADABLE) as error:
        log.info("limit not told reason=%s", error)
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
