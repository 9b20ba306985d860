"""What HTTP serves: the root queries, what hangs below `me`, and the mutations."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, TypeVar

from ariadne import InterfaceType, ObjectType

from kiosk.sale.days import DAY_S
from kiosk.simulate.accounts import INTERNAL_SEND_CENTS, Scope, Wallet
from kiosk.simulate.channels import ANOTHER_HASH, Payload
from kiosk.simulate.context import Context, field, mutation, query
from kiosk.simulate.errors import ApplicationError, Refusal, invalid_input
from kiosk.simulate.faults import Fault
from kiosk.simulate.invoices import InvoiceOrder
from kiosk.simulate.node import NETWORK
from kiosk.simulate.payments import SendOrder, pay_invoice
from kiosk.simulate.prices import CURRENCIES
from kiosk.simulate.views import (
    currency_view,
    error_view,
    invoice_view,
    price_view,
    status_view,
    transaction_view,
    user_view,
    wallet_view,
)

Arguments = Mapping[str, Any]
Item = TypeVar("Item")

USER: Final = ObjectType("User")
ACCOUNT: Final = ObjectType("ConsumerAccount")
WALLET: Final = InterfaceType("Wallet")

WIND_DOWN_NOTICE_S: Final = 30 * DAY_S
# Source: blinkbitcoin/blink, core/api/src/config/yaml.ts, MAX_PAGINATION_PAGE_SIZE.
LARGEST_PAGE: Final = 100

CREATE: Final = "lnInvoiceCreate"
CREATE_ON_BEHALF: Final = "lnInvoiceCreateOnBehalfOfRecipient"
SEND: Final = "lnInvoicePaymentSend"


@query("me", Scope.READ)
def _me(context: Context, _: Arguments) -> Payload:
    return user_view(context.account, context.account.user_id)


@query("authorization", Scope.READ)
def _authorization(context: Context, _: Arguments) -> Payload:
    assert context.key is not None
    return {"scopes": [scope.value for scope in Scope if context.key.may(scope)]}


@query("windDown", Scope.READ)
def _wind_down(context: Context, _: Arguments) -> Payload | None:
    status = context.world.wind_down()
    if status is None:
        return None
    ahead_s = WIND_DOWN_NOTICE_S if status == "PRE_CUTOFF" else -WIND_DOWN_NOTICE_S
    cutoff_s = int(context.world.clock.now()) + ahead_s
    return {
        "status": status,
        "receiveDisabledAt": cutoff_s,
        "finalDeadline": cutoff_s + WIND_DOWN_NOTICE_S,
    }


@query("globals")
def _globals(context: Context, _: Arguments) -> Payload:
    world = context.world
    nodes = [] if world.faults.take(Fault.NODES_EMPTY, "globals") else [world.invoices.node.pubkey]
    return {
        "network": NETWORK,
        "nodesIds": nodes,
        "lightningAddressDomain": world.hosts[0] if world.hosts else "blink.sv",
        "lightningAddressDomainAliases": [],
    }


@query("currencyList")
def _currency_list(_: Context, __: Arguments) -> list[Payload]:
    return [currency_view(currency) for currency in CURRENCIES.values()]


@query("realtimePrice")
def _realtime_price(context: Context, arguments: Arguments) -> Payload:
    return price_view(context.world.prices.quote(arguments["currency"], "realtimePrice"))


@query("accountDefaultWallet")
def _account_default_wallet(context: Context, arguments: Arguments) -> Payload:
    name, faults = arguments["username"], context.world.faults
    if faults.take(Fault.ACCOUNT_UNKNOWN, "accountDefaultWallet"):
        raise Refusal.ACCOUNT_UNKNOWN.error(username=name)
    if faults.take(Fault.ACCOUNT_INACTIVE, "accountDefaultWallet"):
        raise ApplicationError("Account is inactive.")
    account = context.world.accounts.by_username(name)
    # Without a currency it is the owner's default, which for most owners is dollars.
    return wallet_view(account.btc if arguments.get("walletCurrency") == "BTC" else account.usd)


@query("lnInvoicePaymentStatusByHash")
def _status_by_hash(context: Context, arguments: Arguments) -> Payload:
    return status_view(context.world, arguments["input"]["paymentHash"])


@query("lnInvoicePaymentStatus")
def _status(context: Context, arguments: Arguments) -> Payload:
    # The older of the two answers trouble in the payload.
    try:
        decoded = context.world.invoices.read(arguments["input"]["paymentRequest"])
        return status_view(context.world, decoded.payment_hash)
    except ApplicationError as error:
        return error_view(error)


@field(USER, "apiKeys")
def _api_keys(context: Context, _: Payload, __: Arguments) -> list[Payload]:
    faults, now_s = context.world.faults, int(context.world.clock.now())
    if faults.take(Fault.API_KEYS_FAIL, "apiKeys"):
        raise ApplicationError("Service unavailable")
    ends = faults.take(Fault.API_KEY_ENDS, "apiKeys")
    ends_at = None if ends is None else now_s + int(ends.seconds or DAY_S)
    return [
        {
            "revoked": False,
            "expired": False,
            "lastUsedAt": now_s if key is context.key else None,
            "expiresAt": ends_at if key is context.key else now_s + 1,
        }
        for key in context.world.accounts.keys_of(context.account)
    ]


@field(ACCOUNT, "limits")
def _limits(context: Context, _: Payload, __: Arguments) -> Payload:
    total = INTERNAL_SEND_CENTS[context.account.level]
    used = context.account.sent_cents.total(context.world.clock.now())
    return {"internalSend": [{"totalLimit": total, "remainingLimit": max(0, total - used)}]}


@field(ACCOUNT, "walletById")
def _wallet_by_id(context: Context, _: Payload, arguments: Arguments) -> Payload:
    return wallet_view(context.own_wallet(arguments["walletId"]))


@field(ACCOUNT, "invoices")
def _account_invoices(context: Context, _: Payload, arguments: Arguments) -> Payload:
    world, wallet_ids = context.world, arguments.get("walletIds")
    invoices = [
        invoice
        for invoice in reversed(world.invoices.of_account(context.account))
        if wallet_ids is None or invoice.wallet.id in wallet_ids
    ]
    return _page(
        invoices,
        arguments,
        lambda invoice: invoice.payment_hash,
        lambda invoice: invoice_view(world, invoice),
    )


@field(WALLET, "balance")
def _balance(context: Context, wallet: Payload, _: Arguments) -> int:
    return context.world.ledger.balance(wallet["id"])


@field(WALLET, "invoiceByPaymentHash")
def _invoice_by_hash(context: Context, wallet: Payload, arguments: Arguments) -> Payload:
    invoice = context.world.invoices.by_hash(arguments["paymentHash"])
    if invoice is None or invoice.wallet.id != wallet["id"]:
        raise Refusal.NO_SUCH_INVOICE.error(payment_hash=arguments["paymentHash"])
    return invoice_view(context.world, invoice)


@field(WALLET, "transactions")
def _transactions(context: Context, wallet: Payload, arguments: Arguments) -> Payload:
    world = context.world
    # What an account was opened with came by no invoice, and nobody here asks for it.
    payments = [entry for entry in world.ledger.of_wallet(wallet["id"]) if entry.payment_hash]
    return _page(
        payments[::-1],
        arguments,
        lambda entry: entry.id,
        lambda entry: transaction_view(world, entry),
    )


@field(WALLET, "transactionsByPaymentHash")
def _transactions_by_hash(context: Context, wallet: Payload, arguments: Arguments) -> list[Payload]:
    return [
        transaction_view(context.world, entry)
        for entry in reversed(context.world.ledger.of_hash(arguments["paymentHash"]))
        if entry.wallet_id == wallet["id"]
    ]


@mutation(CREATE, Scope.RECEIVE)
def _create(context: Context, values: Arguments) -> Payload:
    return _create_invoice(context, CREATE, context.own_wallet(values["walletId"]), values)


@mutation(CREATE_ON_BEHALF, None)
def _create_on_behalf(context: Context, values: Arguments) -> Payload:
    wallet = context.world.accounts.wallet(values["recipientWalletId"])
    return _create_invoice(context, CREATE_ON_BEHALF, wallet, values)


@mutation("lnInvoiceCancel", Scope.RECEIVE, failed={"success": False})
def _cancel(context: Context, values: Arguments) -> Payload:
    wallet = context.own_wallet(values["walletId"])
    context.world.invoices.cancel(wallet, values["paymentHash"])
    return {"success": True}


@mutation(SEND, Scope.WRITE, failed={"status": "FAILURE"})
def _send(context: Context, values: Arguments) -> Payload:
    order = SendOrder(context.own_wallet(values["walletId"]), SEND, values.get("memo"))
    sent = pay_invoice(context.world, order, values["paymentRequest"])
    transaction = None if sent.entry is None else transaction_view(context.world, sent.entry)
    return {"status": sent.status, "transaction": transaction}


def _create_invoice(context: Context, operation: str, wallet: Wallet, values: Arguments) -> Payload:
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


def _page(
    items: Sequence[Item],
    arguments: Arguments,
    cursor_of: Callable[[Item], str],
    view: Callable[[Item], Payload],
) -> Payload:
    """Cut a page out of `items`, which are newest first.

    Raises:
        ApplicationError: the page is larger than Blink allows.
    """
    size = arguments.get("first") or LARGEST_PAGE
    if size > LARGEST_PAGE:
        raise invalid_input(
            f"Requested page size ({size}) is greater than max allowed page size {LARGEST_PAGE}."
        )
    cursors = [cursor_of(item) for item in items]
    after = arguments.get("after")
    start = cursors.index(after) + 1 if after in cursors else 0
    page = items[start : start + size]
    return {
        "edges": [{"node": view(item)} for item in page],
        "pageInfo": {
            "endCursor": cursor_of(page[-1]) if page else None,
            "hasNextPage": start + size < len(items),
        },
    }
