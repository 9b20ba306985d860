"""Ask what became of invoices of ours: the ledger first, then their own status."""

import logging
from collections.abc import Mapping, Sequence
from typing import Any, Final

from kiosk.sale.account import Account
from kiosk.sale.events import InvoiceStatusResult
from kiosk.sale.invoice import InvoiceStatus, PaymentHash, WalletId, parse_payment_hash, short_hash
from kiosk.sale.trouble import KioskError, TroubleKind
from kiosk.wallet import documents
from kiosk.wallet.errors import Refused
from kiosk.wallet.http import Http

log: Final = logging.getLogger("kiosk.wallet")

# Twelve fields each: well below a query cost of 200.
STATUS_BATCH: Final = 10

INVOICE_STATUS: Final = {  # Blink's words
    "PENDING": InvoiceStatus.PENDING,
    "PAID": InvoiceStatus.PAID,
    "EXPIRED": InvoiceStatus.EXPIRED,
}


async def fetch_status(
    http: Http, account: Account, payment_hashes: Sequence[PaymentHash]
) -> tuple[InvoiceStatusResult, ...]:
    """Ask ledger and status of invoices of ours; no usable answer is UNKNOWN, never a guess."""
    results: list[InvoiceStatusResult] = []
    for start in range(0, len(payment_hashes), STATUS_BATCH):
        batch = payment_hashes[start : start + STATUS_BATCH]
        try:
            results.extend(await _fetch_batch(http, account.till_wallet, batch))
        except Refused as error:
            log.info("no status count=%d reason=%s", len(batch), error)
            if error.trouble.kind is not TroubleKind.BLINK_ODD:
                results.extend(
                    InvoiceStatusResult(payment_hash, InvoiceStatus.UNKNOWN)
                    for payment_hash in batch
                )
            elif len(batch) == 1:
                results.append(await _fetch_foreign(http, account.till_wallet, batch[0]))
            else:  # one hash that our wallet does not own spoils the whole answer
                for payment_hash in batch:
                    results.extend(await fetch_status(http, account, (payment_hash,)))
        except KioskError as error:
            log.info("no status count=%d reason=%s", len(batch), error)
            results.extend(
                InvoiceStatusResult(payment_hash, InvoiceStatus.UNKNOWN) for payment_hash in batch
            )
    return tuple(results)


def receipts(entries: Any, payment_hash: PaymentHash) -> int | None:
    """How many settled payments for exactly this hash a ledger's entries show, None if unclear.

    An entry that cannot be read might be a payment: beside one it takes nothing away, but without
    one nobody can say that nothing came in.
    """
    if not isinstance(entries, list):
        return None
    received, unclear = 0, False
    for entry in entries:
        if not isinstance(entry, Mapping) or entry_hash(entry) != payment_hash:
            unclear = True
        elif (entry.get("direction"), entry.get("status")) == ("RECEIVE", "SUCCESS"):
            received += 1
    return received if received or not unclear else None


def entry_hash(entry: Mapping[str, Any]) -> PaymentHash | None:
    """The payment hash that a transaction names."""
    via = entry.get("initiationVia")
    return parse_payment_hash(via.get("paymentHash")) if isinstance(via, Mapping) else None


async def _fetch_batch(
    http: Http, wallet: WalletId, payment_hashes: Sequence[PaymentHash]
) -> list[InvoiceStatusResult]:
    """Ask our own wallet, which knows both the ledger and its own invoices."""
    variables = {
        "wallet": wallet,
        **{f"h{i}": payment_hash for i, payment_hash in enumerate(payment_hashes)},
    }
    data = await http.ask(documents.status_of(len(payment_hashes)), variables)
    wallet_data = wallet_of(data)
    return [
        _status_result(
            payment_hash,
            wallet_data.get(f"i{i}"),
            "paymentStatus",
            receipts(wallet_data.get(f"t{i}"), payment_hash),
        )
        for i, payment_hash in enumerate(payment_hashes)
    ]


async def _fetch_foreign(
    http: Http, wallet: WalletId, payment_hash: PaymentHash
) -> InvoiceStatusResult:
    """Ask about an invoice that our wallet does not own: the ledger, then anybody's status."""
    try:
        ledger = await http.ask(documents.LEDGER, {"wallet": wallet, "hash": payment_hash})
        payments = receipts(wallet_of(ledger).get("transactionsByPaymentHash"), payment_hash)
        if payments:
            return InvoiceStatusResult(payment_hash, InvoiceStatus.PAID, payments)
        data = await http.ask(documents.STATUS_BY_HASH, {"input": {"paymentHash": payment_hash}})
    except KioskError as error:
        log.info("no status hash=%s reason=%s", short_hash(payment_hash), error)
        return InvoiceStatusResult(payment_hash, InvoiceStatus.UNKNOWN)
    return _status_result(
        payment_hash, data.get("lnInvoicePaymentStatusByHash"), "status", payments
    )


def wallet_of(data: Mapping[str, Any]) -> Mapping[str, Any]:
    """The wallet in an answer to `me.defaultAccount.walletById`; empty if there is none."""
    try:
        wallet_data = data["me"]["defaultAccount"]["walletById"]
    except (KeyError, TypeError):
        return {}
    return wallet_data if isinstance(wallet_data, Mapping) else {}


def _status_result(
    payment_hash: PaymentHash, raw: Any, field: str, payments: int | None
) -> InvoiceStatusResult:
    """Paid by the ledger or by a status that names this hash; anything unclear is UNKNOWN (M4)."""
    if payments:
        return InvoiceStatusResult(payment_hash, InvoiceStatus.PAID, payments)
    if not isinstance(raw, Mapping) or parse_payment_hash(raw.get("paymentHash")) != payment_hash:
        return InvoiceStatusResult(payment_hash, InvoiceStatus.UNKNOWN, payments)
    status = raw.get(field)
    known = INVOICE_STATUS.get(status) if isinstance(status, str) else None
    if known is None or (payments is None and known is not InvoiceStatus.PAID):
        return InvoiceStatusResult(payment_hash, InvoiceStatus.UNKNOWN, payments)
    return InvoiceStatusResult(payment_hash, known, payments)
