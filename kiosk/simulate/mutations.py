"""The mutations."""

from collections.abc import Mapping
from typing import Any, Final

from kiosk.simulate.accounts import Scope, Wallet
from kiosk.simulate.channels import ANOTHER_HASH, Payload
from kiosk.simulate.context import Context, mutation
from kiosk.simulate.errors import invalid_input
from kiosk.simulate.faults import Fault
from kiosk.simulate.invoices import InvoiceOrder
from kiosk.simulate.payments import Sent, pay_invoice, plan, send_to_wallet
from kiosk.simulate.quotas import Send
from kiosk.simulate.views import invoice_view, transaction_view

Input = Mapping[str, Any]
FAILURE: Final[Payload] = {"status": "FAILURE"}
ON_BEHALF: Final = "OnBehalfOfRecipient"


@mutation("lnInvoiceCreate", Scope.RECEIVE)
def _create(context: Context, asked: Input) -> Payload:
    return _sats(context, "lnInvoiceCreate", asked)


@mutation("lnInvoiceCreateOnBehalfOfRecipient", None)
def _create_on_behalf(context: Context, asked: Input) -> Payload:
    return _sats(context, "lnInvoiceCreateOnBehalfOfRecipient", asked)


@mutation("lnUsdInvoiceCreate", Scope.RECEIVE)
def _create_usd(context: Context, asked: Input) -> Payload:
    return _cents(context, "lnUsdInvoiceCreate", asked)


@mutation("lnUsdInvoiceCreateOnBehalfOfRecipient", None)
def _create_usd_on_behalf(context: Context, asked: Input) -> Payload:
    return _cents(context, "lnUsdInvoiceCreateOnBehalfOfRecipient", asked)


@mutation("lnUsdInvoiceBtcDenominatedCreateOnBehalfOfRecipient", None)
def _create_usd_in_sats_on_behalf(context: Context, asked: Input) -> Payload:
    operation = "lnUsdInvoiceBtcDenominatedCreateOnBehalfOfRecipient"
    wallet, amount_sat = _wallet(context, operation, asked, "USD"), asked["amount"]
    return _make(
        context, operation, wallet, asked, amount_sat, context.world.prices.cents(amount_sat)
    )


@mutation("lnNoAmountInvoiceCreate", Scope.RECEIVE)
def _create_open(context: Context, asked: Input) -> Payload:
    return _open(context, "lnNoAmountInvoiceCreate", asked)


@mutation("lnNoAmountInvoiceCreateOnBehalfOfRecipient", None)
def _create_open_on_behalf(context: Context, asked: Input) -> Payload:
    return _open(context, "lnNoAmountInvoiceCreateOnBehalfOfRecipient", asked)


@mutation("lnInvoiceCancel", Scope.RECEIVE, failed={"success": False})
def _cancel(context: Context, asked: Input) -> Payload:
    wallet = context.own_wallet(asked["walletId"])
    context.world.invoices.cancel(wallet, asked["paymentHash"])
    return {"success": True}


@mutation("lnInvoicePaymentSend", Scope.WRITE, failed=FAILURE)
def _send(context: Context, asked: Input) -> Payload:
    order = _order(context, "lnInvoicePaymentSend", asked)
    return _sent(context, pay_invoice(context.world, order, asked["paymentRequest"]))


@mutation("lnNoAmountInvoicePaymentSend", Scope.WRITE, failed=FAILURE)
def _send_chosen(context: Context, asked: Input) -> Payload:
    order = _order(context, "lnNoAmountInvoicePaymentSend", asked)
    sent = pay_invoice(context.world, order, asked["paymentRequest"], asked["amount"])
    return _sent(context, sent)


@mutation("intraLedgerPaymentSend", Scope.WRITE, failed=FAILURE)
def _send_intraledger(context: Context, asked: Input) -> Payload:
    order = _order(context, "intraLedgerPaymentSend", asked)
    if asked["amount"] < 1:
        raise invalid_input("A valid satoshi amount is required")
    payee = context.world.accounts.wallet(asked["recipientWalletId"])
    return _sent(context, send_to_wallet(context.world, order, payee, asked["amount"]))


@mutation("lnInvoiceFeeProbe", Scope.WRITE)
def _probe(context: Context, asked: Input) -> Payload:
    wallet = context.own_wallet(asked["walletId"])
    return {"amount": plan(context.world, wallet, asked["paymentRequest"])}


def _sats(context: Context, operation: str, asked: Input) -> Payload:
    wallet = _wallet(context, operation, asked, "BTC")
    return _make(context, operation, wallet, asked, asked["amount"])


def _cents(context: Context, operation: str, asked: Input) -> Payload:
    wallet, cents = _wallet(context, operation, asked, "USD"), asked["amount"]
    return _make(context, operation, wallet, asked, context.world.prices.sats(cents), cents)


def _open(context: Context, operation: str, asked: Input) -> Payload:
    return _make(context, operation, _wallet(context, operation, asked, None), asked, None)


def _wallet(context: Context, operation: str, asked: Input, currency: str | None) -> Wallet:
    if operation.endswith(ON_BEHALF):
        wallet = context.world.accounts.wallet(asked["recipientWalletId"])
        if not context.world.accounts.of_wallet(wallet.id).active:
            raise invalid_input("Account is inactive.")
    else:
        wallet = context.own_wallet(asked["walletId"])
    if currency not in (None, wallet.currency):
        raise invalid_input("Unsupported operation for wallet's currency.")
    return wallet


def _make(
    context: Context,
    operation: str,
    wallet: Wallet,
    asked: Input,
    amount_sat: int | None,
    cents: int | None = None,
) -> Payload:
    world = context.world
    owner = world.accounts.of_wallet(wallet.id)
    world.check_may_receive()
    world.invoices.count_attempt(owner, on_behalf=operation.endswith(ON_BEHALF))
    order = InvoiceOrder(
        wallet=wallet,
        amount_sat=amount_sat,
        cents=cents,
        memo=asked.get("memo") or "",
        description_hash=asked.get("descriptionHash"),
        expires_in_min=asked.get("expiresIn"),
        external_id=asked.get("externalId"),
    )
    invoice = world.invoices.create(order, operation)
    wrong_hash = ANOTHER_HASH if world.faults.take(Fault.WRONG_HASH, operation) else None
    return {"invoice": invoice_view(world, invoice, wrong_hash)}


def _order(context: Context, operation: str, asked: Input) -> Send:
    wallet = context.own_wallet(asked["walletId"])
    return Send(wallet, context.key, operation, asked.get("memo"))


def _sent(context: Context, sent: Sent) -> Payload:
    transaction = None if sent.entry is None else transaction_view(context.world, sent.entry)
    return {"status": sent.status, "transaction": transaction}
