"""Make an invoice, find one whose answer was lost, ask what became of it, cancel it."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any, Final

from gql import GraphQLRequest

from kiosk.sale.account import Account
from kiosk.sale.events import CancelAnswer, StatusTold
from kiosk.sale.invoice import (
    ExternalId,
    Invoice,
    InvoiceStatus,
    PaymentHash,
    PaymentRequest,
    WalletId,
    payment_hash,
)
from kiosk.sale.money import MSAT_PER_SAT, Sats
from kiosk.sale.trouble import KioskError, Trouble, TroubleKind
from kiosk.wallet import documents
from kiosk.wallet.bolt11 import NotAnInvoice, decode
from kiosk.wallet.errors import BlinkError, Lost, Refused, Side, Unsent, errors_of, refusal
from kiosk.wallet.http import Http

# Twelve fields each: well below a query cost of 200.
STATUS_BATCH: Final = 10

_TRIES: Final = 3
_LIFETIME_SLACK_S: Final = 90
_STATUS: Final = {
    "PENDING": InvoiceStatus.PENDING,
    "PAID": InvoiceStatus.PAID,
    "EXPIRED": InvoiceStatus.EXPIRED,
}


async def make_invoice(
    http: Http, wallet: WalletId, amount: Sats, memo: str, minutes: int, external_id: ExternalId
) -> Invoice:
    """Make an invoice in the BlinkPOS account.

    Raises:
        KioskError: none could be had; nobody has seen one.
    """
    wanted = _Wanted(wallet, amount, memo, minutes, external_id)
    return await _made(http, wanted, Side.TILL, documents.CREATE_INVOICE, may_look=True)


async def make_payout(
    http: Http,
    account: Account,
    amount: Sats,
    memo: str,
    minutes: int,
    external_id: ExternalId,
) -> Invoice:
    """Make a payout invoice in the merchant account, by key or, without one, by user name.

    Raises:
        KioskError: none could be had.
    """
    wanted = _Wanted(account.merchant_wallet, amount, memo, minutes, external_id)
    by_key = http.endpoints.merchant_key is not None
    document = documents.CREATE_INVOICE if by_key else documents.CREATE_ON_BEHALF
    may_look = by_key and account.may_look_up_payouts
    return await _made(http, wanted, Side.MERCHANT, document, may_look=may_look)


async def ask_status(
    http: Http, wallet: WalletId, names: Sequence[PaymentHash]
) -> tuple[StatusTold, ...]:
    """Ask ledger and status of invoices of ours; no usable answer is UNKNOWN, never a guess."""
    told: list[StatusTold] = []
    for start in range(0, len(names), STATUS_BATCH):
        batch = names[start : start + STATUS_BATCH]
        try:
            told.extend(await _ask_batch(http, wallet, batch))
        except Refused as error:
            # One unknown hash spoils the whole answer, so ask about each alone.
            if len(batch) > 1 and error.trouble.kind is TroubleKind.BLINK_ODD:
                for name in batch:
                    told.extend(await ask_status(http, wallet, (name,)))
            else:
                told.extend(StatusTold(name, InvoiceStatus.UNKNOWN) for name in batch)
        except KioskError:
            told.extend(StatusTold(name, InvoiceStatus.UNKNOWN) for name in batch)
    return tuple(told)


async def cancel(http: Http, wallet: WalletId, name: PaymentHash) -> CancelAnswer:
    """Cancel an invoice, so that at least no Lightning payer can pay it any more."""
    given = {"input": {"walletId": wallet, "paymentHash": name}}
    try:
        payload = await http.payload(documents.CANCEL_INVOICE, "lnInvoiceCancel", given)
    except KioskError:
        return CancelAnswer.UNKNOWN
    if payload.get("success") is True:
        return CancelAnswer.CANCELLED
    if any("already been processed" in error.message for error in errors_of(payload["errors"])):
        return CancelAnswer.PROCESSED
    return CancelAnswer.UNKNOWN


def receipts(entries: Any, name: PaymentHash) -> int | None:
    """How many settled payments for exactly this hash a ledger's entries show, None if unclear."""
    if not isinstance(entries, list):
        return None
    found = [
        entry
        for entry in entries
        if isinstance(entry, Mapping)
        and entry.get("direction") == "RECEIVE"
        and entry.get("status") == "SUCCESS"
        and entry_hash(entry) == name
    ]
    return len(found)


def entry_hash(entry: Mapping[str, Any]) -> PaymentHash | None:
    """The payment hash that a transaction names."""
    via = entry.get("initiationVia")
    return payment_hash(via.get("paymentHash")) if isinstance(via, Mapping) else None


class _Wanted:
    """An invoice to be made."""

    def __init__(
        self, wallet: WalletId, amount: Sats, memo: str, minutes: int, external_id: ExternalId
    ) -> None:
        self.wallet = wallet
        self.amount = amount
        self.memo = memo
        self.minutes = minutes
        self.external_id = external_id

    def variables(self, document: GraphQLRequest) -> dict[str, Any]:
        whose = "recipientWalletId" if document is documents.CREATE_ON_BEHALF else "walletId"
        return {
            "input": {
                whose: self.wallet,
                "amount": self.amount,
                "memo": self.memo,
                "expiresIn": self.minutes,
                "externalId": self.external_id,
            }
        }


async def _made(
    http: Http, wanted: _Wanted, side: Side, document: GraphQLRequest, *, may_look: bool
) -> Invoice:
    """Create; a lost answer is repeated with the same external id, and looked up if it exists."""
    first_id = wanted.external_id
    on_behalf = document is documents.CREATE_ON_BEHALF
    field = "lnInvoiceCreateOnBehalfOfRecipient" if on_behalf else "lnInvoiceCreate"
    last: KioskError | None = None
    for attempt in range(_TRIES):
        if attempt:
            await asyncio.sleep(http.timings.again_s)
        try:
            payload = await http.payload(document, field, wanted.variables(document), side=side)
        except (Lost, Unsent) as error:
            last = error
            continue
        errors = errors_of(payload.get("errors"))
        if not errors:
            return _checked(payload.get("invoice"), wanted)
        if not _exists_already(errors[0]):
            raise refusal(errors[0], side)
        if may_look:
            return await _looked_up(http, wanted, side)
        # Our key may not look: an invoice whose request nobody saw cannot be paid, so leave it.
        wanted.external_id = ExternalId(f"{first_id}-{attempt + 2}")
        last = refusal(errors[0], side)
    assert last is not None
    raise last


async def _looked_up(http: Http, wanted: _Wanted, side: Side) -> Invoice:
    data = await http.ask(documents.RECENT_INVOICES, side=side)
    try:
        edges = data["me"]["defaultAccount"]["invoices"]["edges"]
        nodes = [edge["node"] for edge in edges]
    except (KeyError, TypeError):
        raise Lost(Trouble(TroubleKind.BLINK_ODD, reason="no list of invoices")) from None
    for node in nodes:
        if node.get("externalId") == wanted.external_id:
            return _checked(node, wanted)
    raise Lost(Trouble(TroubleKind.BLINK_ODD, reason="an invoice that exists was not found"))


def _exists_already(error: BlinkError) -> bool:
    return "External id" in error.message and "already exists" in error.message


def _checked(raw: Any, wanted: _Wanted) -> Invoice:
    """Believe an invoice only if its BOLT11 text is what was asked for."""
    text = raw.get("paymentRequest") if isinstance(raw, Mapping) else None
    if not isinstance(text, str):
        raise Lost(Trouble(TroubleKind.BLINK_ODD, reason="an answer without an invoice"))
    try:
        decoded = decode(text)
    except NotAnInvoice as error:
        raise Lost(Trouble(TroubleKind.BLINK_ODD, reason=str(error))) from None
    wrong = []
    if decoded.payment_hash != payment_hash(raw.get("paymentHash")):
        wrong.append("hash")
    if decoded.amount_msat != wanted.amount * MSAT_PER_SAT:
        wrong.append("amount")
    if abs(decoded.lifetime_s - wanted.minutes * 60) > _LIFETIME_SLACK_S:
        wrong.append("lifetime")
    if wrong:
        reason = f"the invoice's {' and '.join(wrong)} is not what was asked for"
        trouble = Trouble(TroubleKind.BLINK_ODD, reason=reason)
        raise Refused(trouble, BlinkError(reason))
    return Invoice(
        payment_hash=decoded.payment_hash,
        payment_request=PaymentRequest(text.lower()),
        amount=wanted.amount,
        external_id=wanted.external_id,
        expires_at=decoded.timestamp + decoded.lifetime_s,
        lifetime_s=decoded.lifetime_s,
    )


async def _ask_batch(
    http: Http, wallet: WalletId, names: Sequence[PaymentHash]
) -> list[StatusTold]:
    variables = {"wallet": wallet, **{f"h{i}": name for i, name in enumerate(names)}}
    data = await http.ask(documents.status_of(len(names)), variables)
    try:
        found = data["me"]["defaultAccount"]["walletById"]
    except (KeyError, TypeError):
        found = {}
    if not isinstance(found, Mapping):
        found = {}
    return [
        _told(name, found.get(f"i{i}"), receipts(found.get(f"t{i}"), name))
        for i, name in enumerate(names)
    ]


def _told(name: PaymentHash, raw: Any, payments: int | None) -> StatusTold:
    """Paid by the ledger or by a status that names this hash; anything unclear is UNKNOWN (M4)."""
    if payments:
        return StatusTold(name, InvoiceStatus.PAID, payments)
    if not isinstance(raw, Mapping) or payment_hash(raw.get("paymentHash")) != name:
        return StatusTold(name, InvoiceStatus.UNKNOWN, payments)
    status = raw.get("paymentStatus")
    known = _STATUS.get(status) if isinstance(status, str) else None
    return StatusTold(name, known or InvoiceStatus.UNKNOWN, payments)
