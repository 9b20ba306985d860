"""Invoices, transactions and events as Blink's GraphQL words them."""

from datetime import UTC, datetime
from typing import Any, Final

from kiosk.simulate.accounts import Account, Wallet
from kiosk.simulate.channels import Payload
from kiosk.simulate.errors import ApplicationError, unexpected
from kiosk.simulate.invoices import Invoice
from kiosk.simulate.ledger import Entry, Kind
from kiosk.simulate.prices import CURRENCIES, Currency, Quote, power_of_ten
from kiosk.simulate.world import World

# Blink hides the memo of small receipts, which are used to advertise.
SPAM_SAT: Final = 50
SPAM_CENTS: Final = 10
PRICE_OFFSET: Final = 12


def invoice_view(world: World, invoice: Invoice, payment_hash: str | None = None) -> Payload:
    """Return an LnInvoice or LnNoAmountInvoice."""
    view: Payload = {
        "__typename": "LnInvoice",
        "createdAt": invoice.created_at_s,
        "externalId": invoice.external_id,
        "paymentHash": payment_hash or invoice.payment_hash,
        "paymentRequest": invoice.payment_request,
        "paymentSecret": invoice.payment_secret,
        "paymentStatus": invoice.status(world.clock.now()),
        "satoshis": invoice.amount_sat,
    }
    if invoice.amount_sat is None:
        view["__typename"] = "LnNoAmountInvoice"
    return view


def status_view(world: World, payment_hash: str) -> Payload:
    """Return the status of an invoice, the preimage only once it is paid.

    Raises:
        ApplicationError: unknown hash, or the ledger knows a payment the invoice does not.
    """
    invoice = world.invoices.known(payment_hash)
    if not invoice.paid and any(entry.amount > 0 for entry in settled(world, invoice)):
        raise unexpected("InvoiceNotPaidError")
    return {
        "errors": [],
        "paymentHash": invoice.payment_hash,
        "paymentRequest": invoice.payment_request,
        "paymentPreimage": invoice.preimage if invoice.paid else None,
        "status": invoice.status(world.clock.now()),
    }


def error_view(error: ApplicationError) -> Payload:
    """Return a payload that says only what went wrong."""
    return {"errors": [error.as_payload()]}


def settled(world: World, invoice: Invoice) -> list[Entry]:
    """Return what reached the invoice's wallet."""
    entries = world.ledger.of_hash(invoice.payment_hash)
    return [entry for entry in entries if entry.wallet_id == invoice.wallet.id]


def transaction_view(world: World, entry: Entry) -> Payload:
    """Return one wallet's side of a payment, with Blink's signs: a send is negative."""
    account = world.accounts.of_wallet(entry.wallet_id)
    currency = CURRENCIES[account.display_currency]
    price = _price(world, entry.currency, currency.code)
    return {
        "id": entry.id,
        "createdAt": int(entry.at_s),
        "direction": "RECEIVE" if entry.amount > 0 else "SEND",
        "status": world.ledger.status(entry),
        "memo": _memo(entry),
        "externalId": entry.external_id,
        "settlementAmount": entry.amount,
        "settlementFee": entry.fee,
        "settlementCurrency": entry.currency,
        "settlementDisplayAmount": _major(entry.amount, price, currency),
        "settlementDisplayFee": _major(entry.fee, price, currency),
        "settlementDisplayCurrency": currency.code,
        "settlementPrice": {
            "base": price,
            "offset": PRICE_OFFSET,
            "currencyUnit": "MINOR",
            "formattedAmount": str(price / 10**PRICE_OFFSET),
        },
        "initiationVia": _initiation(world, entry),
        "settlementVia": _settlement(world, entry),
    }


def price_view(quote: Quote) -> Payload:
    """Return a RealtimePrice."""
    return {
        "__typename": "RealtimePrice",
        "id": f"{quote.currency.code}-{quote.at_s}",
        "timestamp": quote.at_s,
        "btcSatPrice": {"base": quote.base, "offset": quote.offset, "currencyUnit": "MINOR"},
        "usdCentPrice": {"base": quote.cent_base, "offset": 6, "currencyUnit": "MINOR"},
        "denominatorCurrency": quote.currency.code,
        "denominatorCurrencyDetails": currency_view(quote.currency),
    }


def currency_view(currency: Currency) -> Payload:
    """Return a Currency."""
    return {
        "id": currency.code,
        "name": currency.name,
        "symbol": currency.symbol,
        "flag": currency.flag,
        "fractionDigits": currency.fraction_digits,
    }


def public_wallet(wallet: Wallet) -> Payload:
    """Return a PublicWallet."""
    return {"id": wallet.id, "currency": wallet.currency, "walletCurrency": wallet.currency}


def ln_update(world: World, account: Account, invoice: Invoice, entry: Entry) -> Payload:
    """Return the event of an invoice that was paid, from outside or inside alike."""
    return _update(
        account,
        {
            "__typename": "LnUpdate",
            "status": "PAID",
            "paymentHash": invoice.payment_hash,
            "walletId": entry.wallet_id,
            "transaction": _event_transaction(world, entry),
        },
    )


def intraledger_update(world: World, account: Account, entry: Entry) -> Payload:
    """Return the event of money that came without an invoice; it names no hash."""
    return _update(
        account,
        {
            "__typename": "IntraLedgerUpdate",
            "txNotificationType": "IntraLedgerReceipt",
            "amount": abs(entry.amount),
            "walletId": entry.wallet_id,
            "displayCurrencyPerSat": 0.0,
            "usdPerSat": 0.0,
            "transaction": _event_transaction(world, entry),
        },
    )


def price_updates(world: World, account: Account) -> list[Payload]:
    """Return the price events of an account's channel.

    Raises:
        ApplicationError: the feed is down.
    """
    quote = world.prices.quote(account.display_currency, "myUpdates")
    updates: list[Payload] = []
    if account.display_currency == "USD":
        price = {
            "__typename": "Price",
            "base": quote.base,
            "offset": quote.offset,
            "currencyUnit": "USDCENT",
            "formattedAmount": str(quote.base / 10**quote.offset),
        }
        updates.append({"errors": [], "me": None, "update": price})
    updates.append(_update(account, price_view(quote)))
    return updates


def _update(account: Account, update: Payload) -> Payload:
    # Blink hands the account over where a user is expected, so me.id is the account's.
    return {"errors": [], "me": {"id": account.id, "account": account}, "update": update}


def _event_transaction(world: World, entry: Entry) -> Payload:
    # An event has been through JSON on its way, which makes a text of the date.
    written = datetime.fromtimestamp(entry.at_s, UTC).isoformat()
    return {**transaction_view(world, entry), "createdAt": written}


def _memo(entry: Entry) -> str | None:
    spam = SPAM_SAT if entry.currency == "BTC" else SPAM_CENTS
    return None if 0 < entry.amount < spam else entry.memo or None


def _price(world: World, wallet_currency: str, display_currency: str) -> int:
    base, offset, cent_base, cent_offset = world.prices.bases(display_currency)
    if wallet_currency == "BTC":
        return base * power_of_ten(PRICE_OFFSET) // power_of_ten(offset)
    return cent_base * power_of_ten(PRICE_OFFSET) // power_of_ten(cent_offset)


def _major(amount: int, price: int, currency: Currency) -> str:
    digits = currency.fraction_digits
    minor = abs(amount) * price // 10**PRICE_OFFSET
    whole, part = divmod(minor, 10**digits)
    sign = "-" if amount < 0 and minor else ""
    return f"{sign}{whole}.{part:0{digits}}" if digits else f"{sign}{whole}"


def _initiation(world: World, entry: Entry) -> dict[str, Any]:
    match entry.kind:
        case Kind.OPENING:
            return {"__typename": "InitiationViaOnChain", "address": "bcrt1qsimulator"}
        case Kind.INTRALEDGER:
            return {"__typename": "InitiationViaIntraLedger", **_counterparty(world, entry)}
        case _:
            payment_hash = entry.payment_hash or ""
            invoice = world.invoices.by_hash(payment_hash)
            outside = world.outside.get(payment_hash)
            request = invoice.payment_request if invoice else outside and outside.payment_request
            return {
                "__typename": "InitiationViaLn",
                "paymentHash": payment_hash,
                "paymentRequest": request or "",
            }


def _settlement(world: World, entry: Entry) -> dict[str, Any]:
    match entry.kind:
        case Kind.OPENING:
            return {"__typename": "SettlementViaOnChain"}
        case Kind.INTRALEDGER:
            return {"__typename": "SettlementViaIntraLedger", **_counterparty(world, entry)}
        case Kind.LN_INTRALEDGER:
            return {
                "__typename": "SettlementViaIntraLedger",
                "preImage": _preimage(world, entry),
                **_counterparty(world, entry),
            }
        case _:
            return {"__typename": "SettlementViaLn", "preImage": _preimage(world, entry)}


def _counterparty(world: World, entry: Entry) -> dict[str, str]:
    account = world.accounts.of_wallet(entry.counterparty)
    return {
        "counterPartyUsername": account.username,
        "counterPartyWalletId": entry.counterparty,
    }


def _preimage(world: World, entry: Entry) -> str | None:
    payment_hash = entry.payment_hash or ""
    if invoice := world.invoices.by_hash(payment_hash):
        return invoice.preimage if invoice.paid else None
    outside = world.outside.get(payment_hash)
    return outside.preimage if outside and world.ledger.status(entry) == "SUCCESS" else None
