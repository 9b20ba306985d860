"""Ask whether direct sales' invoices were paid. Only a preimage proves it (D3)."""

import logging
from collections.abc import Mapping, Sequence
from typing import Any, Final

from kiosk.sale.events import InvoiceStatusResult
from kiosk.sale.invoice import Invoice, InvoiceStatus, PaymentHash, parse_payment_hash, short_hash
from kiosk.sale.trouble import KioskError
from kiosk.wallet import documents
from kiosk.wallet.errors import AccountSide
from kiosk.wallet.http import Http
from kiosk.wallet.lightning_address.messages import proves
from kiosk.wallet.lightning_address.servers import STATUS_OF, AddressServers

log: Final = logging.getLogger("kiosk.wallet")

STATUS_FIELD: Final = "lnInvoicePaymentStatusByHash"


async def fetch_direct_status(
    http: Http, servers: AddressServers, invoices: Sequence[Invoice]
) -> tuple[InvoiceStatusResult, ...]:
    """Ask about each where it was made; no usable answer is UNKNOWN, never a guess."""
    results = []
    for invoice in invoices:
        if invoice.verify_url:
            status = STATUS_OF[(await servers.verify(invoice)).proof]
        else:
            status = await _at_blink(http, invoice.payment_hash)
        results.append(InvoiceStatusResult(invoice.payment_hash, status))
    return tuple(results)


def status_of(raw: Any, name: PaymentHash) -> InvoiceStatus:
    """Read a status of Blink: of this hash, and paid only with its preimage."""
    if not isinstance(raw, Mapping) or parse_payment_hash(raw.get("paymentHash")) != name:
        return InvoiceStatus.UNKNOWN
    preimage = raw.get("paymentPreimage")
    if proves(preimage if isinstance(preimage, str) else None, name):
        return InvoiceStatus.PAID
    match raw.get("status"):
        case "PAID":
            return InvoiceStatus.UNPROVEN
        case "PENDING":
            return InvoiceStatus.PENDING
        case "EXPIRED":
            return InvoiceStatus.EXPIRED
    return InvoiceStatus.UNKNOWN


async def _at_blink(http: Http, name: PaymentHash) -> InvoiceStatus:
    given = {"input": {"paymentHash": name}}
    try:
        data = await http.ask(documents.PROOF_BY_HASH, given, side=AccountSide.NOBODY)
    except KioskError as error:
        log.info("no status hash=%s reason=%s", short_hash(name), error)
        return InvoiceStatus.UNKNOWN
    return status_of(data.get(STATUS_FIELD), name)
