"""The mutations: invoices made and cancelled, money sent."""

from collections.abc import Mapping
from typing import Any, Final

from kiosk.simulate.accounts import Scope, Wallet
from kiosk.simulate.channels import ANOTHER_HASH, Payload
from kiosk.simulate.context import Context, mutation
from kiosk.simulate.errors import invalid_input
from kiosk.simulate.faults import Fault
from kiosk.simulate.invoices import InvoiceOrder
from kiosk.simulate.payments import SendOrder, Sent, pay_invoice
from kiosk.simulate.views import invoice_view, transaction_view

Input = Mapping[str, Any]

CREATE: Final = "lnInvoiceCreate"
CREATE_ON_BEHALF: Final = "lnInvoiceCreateOnBehalfOfRecipient"
SEND: Final = "lnInvoicePaymentSend"
FAILURE: Final[Payload] = {"status": "FAILURE"}


@mutation(CREATE, Scope.RECEIVE)
def _create(context: Context, values: Input) -> Payload:
    return _create_invoice(context, CREATE, context.own_wallet(values["walletId"]), values)


@mutation(CREATE_ON_BEHALF, None)
def _create_on_behalf(context: Context, values: Input) -> Payload:
    wallet = context.world.accounts.wallet(values["recipientWalletId"])
    return _create_invoice(context, CREATE_ON_BEHALF, wallet, values)


@mutation("lnInvoiceCancel", Scope.RECEIVE, failed={"success": False})
def _cancel(context: Context, values: Input) -> Payload:
    wallet = context.own_wallet(values["walletId"])
    context.world.invoices.cancel(wallet, values["paymentHash"])
    return {"success": True}


@mutation(SEND, Scope.WRITE, failed=FAILURE)
def _send(context: Context, values: Input) -> Payload:
    order = SendOrder(context.own_wallet(values["walletId"]), SEND, values.get("memo"))
    return _sent(context, pay_invoice(context.world, order, values["paymentRequest"]))


def _create_invoice(context: Context, operation: str, wallet: Wallet, values: Input) -> Payload:
    world = context.world
    if wallet.currency != "BTC":
        raise invalid_input("Unsupported operation for wallet's currency.")
    world.check_may_receive()
    order = InvoiceOrder(
        wallet=wallet,
        amount_sat=values["amount"],
        memo=values.get("memo") or "",
        description_hash=values.get("descriptionHash"),
        expires_in_min=values.get("expiresIn"),
        external_id=values.get("externalId"),
    )
    invoice = world.invoices.create(order, operation)
    wrong_hash = ANOTHER_HASH if world.faults.take(Fault.WRONG_HASH, operation) else None
    return {"invoice": invoice_view(world, invoice, wrong_hash)}


def _sent(context: Context, sent: Sent) -> Payload:
    transaction = None if sent.entry is None else transaction_view(context.world, sent.entry)
    return {"status": sent.status, "transaction": transaction}
