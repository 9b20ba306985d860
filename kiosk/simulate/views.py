"""Invoices, transactions, prices and events as Blink's GraphQL words them."""

from datetime import UTC, datetime
from typing import Final

from kiosk.simulate.accounts import Account, Wallet
from kiosk.simulate.channels import Payload
from kiosk.simulate.errors import ApplicationError, unexpected
from kiosk.simulate.faults import Fault
from kiosk.simulate.invoices import Invoice
from kiosk.simulate.ledger import Entry, Kind
from kiosk.simulate.prices import OFFSET, Currency, Quote
from kiosk.simulate.world import World

# Blink hides the memo of small receipts, which are used to advertise.
SPAM_SAT: Final = 50


def invoice_view(world: World, invoice: Invoice, payment_hash: str | None = None) -> Payload:
    """Return an LnInvoice; a fault names another `payment_hash`."""
    return {
        "createdAt": invoice.created_at_s,
        "externalId": invoice.external_id,
        "paymentHash": payment_hash or invoice.payment_hash,
        "paymentRequest": invoice.payment_request,
        "paymentSecret": invoice.payment_secret,
        "paymentStatus": invoice.status(world.clock.now()),
        "satoshis": invoice.amount_sat,
    }


def status_view(world: World, payment_hash: str) -> Payload:
    """Return the status of an invoice, the preimage only once it is paid.

    Raises:
        ApplicationError: unknown hash, or the ledger knows a payment the invoice does not.
    """
    invoice = world.invoices.by_hash(payment_hash)
    if invoice is None:
        raise unexpected("InvoiceNotFoundError")
    received = any(
        entry.wallet_id == invoice.wallet.id and entry.amount > 0
        for entry in world.ledger.of_hash(payment_hash)
    )
    if received and not invoice.paid:
        raise unexpected("InvoiceNotPaidError")
    shown = invoice.paid and not world.faults.take(Fault.PREIMAGE_MISSING, None)
    return {
        "errors": [],
        "paymentHash": invoice.payment_hash,
        "paymentRequest": invoice.payment_request,
        "paymentPreimage": invoice.preimage if shown else None,
        "status": invoice.status(world.clock.now()),
    }


def error_view(error: ApplicationError) -> Payload:
    """Return a payload that says only what went wrong."""
    return {"errors": [error.as_payload()]}


def transaction_view(world: World, entry: Entry) -> Payload:
    """Return one wallet's side of a payment, with Blink's signs: a send is negative."""
    spam = 0 < entry.amount < SPAM_SAT
    return {
        "id": entry.id,
        "createdAt": int(entry.at_s),
        "direction": "RECEIVE" if entry.amount > 0 else "SEND",
        "status": world.ledger.status(entry),
        "memo": None if spam else entry.memo or None,
        "externalId": entry.external_id,
        "settlementAmount": entry.amount,
        "settlementFee": entry.fee,
        "settlementCurrency": "BTC",
        "initiationVia": _initiation(world, entry.payment_hash or ""),
        "settlementVia": _settlement(world, entry),
    }


def price_view(quote: Quote) -> Payload:
    """Return a RealtimePrice."""
    return {
        "__typename": "RealtimePrice",
        "timestamp": quote.at_s,
        "btcSatPrice": {"base": quote.base, "offset": OFFSET},
        "denominatorCurrencyDetails": currency_view(quote.currency),
    }


def currency_view(currency: Currency) -> Payload:
    """Return a Currency."""
    return {
        "id": currency.code,
        "name": currency.name,
        "symbol": currency.symbol,
        "fractionDigits": currency.fraction_digits,
    }


def user_view(account: Account, user_id: str) -> Payload:
    """Return a User with the account, whose limits and history are looked up when asked for."""
    wallets = [wallet_view(wallet) for wallet in account.wallets]
    return {"id": user_id, "username": account.username, "defaultAccount": {"wallets": wallets}}


def wallet_view(wallet: Wallet) -> Payload:
    """Return a BTCWallet or UsdWallet, which is a PublicWallet too."""
    return {
        "__typename": "BTCWallet" if wallet.currency == "BTC" else "UsdWallet",
        "id": wallet.id,
        "walletCurrency": wallet.currency,
        "currency": wallet.currency,
    }


def ln_update(world: World, account: Account, invoice: Invoice, entry: Entry) -> Payload:
    """Return the event of an invoice that was paid, from outside or inside alike."""
    # An event has been through JSON on its way, which makes a text of the date.
    created_at = datetime.fromtimestamp(entry.at_s, UTC).isoformat()
    update = {
        "__typename": "LnUpdate",
        "status": "PAID",
        "paymentHash": invoice.payment_hash,
        "walletId": entry.wallet_id,
        "transaction": {**transaction_view(world, entry), "createdAt": created_at},
    }
    return _update(account, update)


def price_update(world: World, account: Account) -> Payload:
    """Return the price event of an account's channel, in dollars.

    Raises:
        ApplicationError: the feed is down.
    """
    return _update(account, price_view(world.prices.quote("USD", "myUpdates")))


def _update(account: Account, update: Payload) -> Payload:
    # Blink hands the account over where a user is expected, so me.id is the account's.
    return {"errors": [], "me": user_view(account, account.id), "update": update}


def _initiation(world: World, payment_hash: str) -> Payload:
    invoice = world.invoices.by_hash(payment_hash) or world.outside.get(payment_hash)
    return {
        "paymentHash": payment_hash,
        "paymentRequest": "" if invoice is None else invoice.payment_request,
    }


def _settlement(world: World, entry: Entry) -> Payload:
    preimage = _preimage(world, entry)
    if entry.kind is not Kind.LN_INTRALEDGER:
        return {"__typename": "SettlementViaLn", "preImage": preimage}
    return {
        "__typename": "SettlementViaIntraLedger",
        "preImage": preimage,
        "counterPartyUsername": world.accounts.of_wallet(entry.counterparty).username,
    }


def _preimage(world: World, entry: Entry) -> str | None:
    payment_hash = entry.payment_hash or ""
    if invoice := world.invoices.by_hash(payment_hash):
        return invoice.preimage if invoice.paid else None
    outside = world.outside.get(payment_hash)
    return outside.preimage if outside and world.ledger.status(entry) == "SUCCESS" else None
