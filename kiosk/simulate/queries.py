"""The root queries, and what hangs below `me`: the account, its wallets, its history."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, TypeVar

from ariadne import ObjectType
from graphql import GraphQLError

from kiosk.sale.days import DAY_S
from kiosk.simulate.accounts import INTERNAL_SEND_CENTS, Account, Scope, Wallet
from kiosk.simulate.channels import Payload
from kiosk.simulate.context import Context, Info, at_top_level, query
from kiosk.simulate.errors import ApplicationError, Refusal, foreign_wallet, invalid_input
from kiosk.simulate.faults import Fault
from kiosk.simulate.prices import CURRENCIES
from kiosk.simulate.views import (
    currency_view,
    error_view,
    invoice_view,
    price_view,
    status_view,
    transaction_view,
    wallet_view,
)

Arguments = Mapping[str, Any]
Item = TypeVar("Item")

USER: Final = ObjectType("User")
ACCOUNT: Final = ObjectType("ConsumerAccount")
BTC_WALLET: Final = ObjectType("BTCWallet")
USD_WALLET: Final = ObjectType("UsdWallet")

WIND_DOWN_NOTICE_S: Final = 30 * DAY_S
# Source: blinkbitcoin/blink, core/api/src/config/yaml.ts, MAX_PAGINATION_PAGE_SIZE.
LARGEST_PAGE: Final = 100


@query("me", Scope.READ)
def _me(context: Context, _: Arguments) -> Payload:
    return {"id": context.account.user_id, "account": context.account}


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
        "network": world.network,
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


@USER.field("username")
def _username(user: Payload, _: Info) -> str:
    account: Account = user["account"]
    return account.username


@USER.field("apiKeys")
def _api_keys(_: Payload, info: Info) -> list[Payload]:
    context: Context = info.context
    faults, now_s = context.world.faults, int(context.world.clock.now())
    assert context.key is not None
    if faults.take(Fault.API_KEYS_FAIL, "apiKeys"):
        raise GraphQLError("Service unavailable")
    ends = faults.take(Fault.API_KEY_ENDS, "apiKeys")
    ends_at = None if ends is None else now_s + int(ends.seconds or DAY_S)
    return [
        {
            "id": f"key-{number}",
            "revoked": False,
            "expired": False,
            "lastUsedAt": now_s if key is context.key else None,
            "expiresAt": ends_at if key is context.key else now_s + 1,
        }
        for number, key in enumerate(context.world.accounts.keys_of(context.account), start=1)
    ]


@USER.field("defaultAccount")
def _default_account(user: Payload, _: Info) -> Payload:
    account: Account = user["account"]
    return {
        "__typename": "ConsumerAccount",
        "account": account,
        "id": account.id,
        "wallets": [wallet_view(wallet) for wallet in account.wallets],
    }


@ACCOUNT.field("limits")
def _limits(view: Payload, info: Info) -> Payload:
    account: Account = view["account"]
    total = INTERNAL_SEND_CENTS[account.level]
    used = account.sent_cents.total(info.context.world.clock.now())
    limit = {
        "__typename": "OneDayAccountLimit",
        "totalLimit": total,
        "remainingLimit": max(0, total - used),
    }
    return {"internalSend": [limit]}


@ACCOUNT.field("walletById")
def _wallet_by_id(view: Payload, info: Info, **arguments: Any) -> Any:
    def answer(_: Context, arguments: Arguments) -> Payload:
        account: Account = view["account"]
        wallet = account.wallet(arguments["walletId"])
        if wallet is None:
            raise foreign_wallet()
        return wallet_view(wallet)

    return at_top_level(answer, info.context, arguments)


@ACCOUNT.field("invoices")
def _account_invoices(view: Payload, info: Info, **arguments: Any) -> Any:
    def answer(context: Context, arguments: Arguments) -> Payload:
        account, world = view["account"], context.world
        wallet_ids = arguments.get("walletIds")
        invoices = [
            invoice
            for invoice in reversed(world.invoices.of_account(account))
            if wallet_ids is None or invoice.wallet.id in wallet_ids
        ]
        return _page(
            invoices,
            arguments,
            lambda invoice: invoice.payment_hash,
            lambda invoice: invoice_view(world, invoice),
        )

    return at_top_level(answer, info.context, arguments)


def _wallet_field(name: str) -> Callable[[Callable[[Context, Wallet, Arguments], Any]], None]:
    """Answer the field `name` of wallets in either currency with the decorated function."""

    def bind(on_wallet: Callable[[Context, Wallet, Arguments], Any]) -> None:
        def resolve(view: Payload, info: Info, **arguments: Any) -> Any:
            def answer(context: Context, arguments: Arguments) -> Any:
                return on_wallet(context, view["wallet"], arguments)

            return at_top_level(answer, info.context, arguments)

        BTC_WALLET.set_field(name, resolve)
        USD_WALLET.set_field(name, resolve)

    return bind


@_wallet_field("balance")
def _balance(context: Context, wallet: Wallet, _: Arguments) -> int:
    return context.world.ledger.balance(wallet.id)


@_wallet_field("invoiceByPaymentHash")
def _invoice_by_hash(context: Context, wallet: Wallet, arguments: Arguments) -> Payload:
    invoice = context.world.invoices.by_hash(arguments["paymentHash"])
    if invoice is None or invoice.wallet != wallet:
        raise Refusal.NO_SUCH_INVOICE.error(payment_hash=arguments["paymentHash"])
    return invoice_view(context.world, invoice)


@_wallet_field("transactions")
def _transactions(context: Context, wallet: Wallet, arguments: Arguments) -> Payload:
    world = context.world
    return _page(
        world.ledger.of_wallet(wallet.id)[::-1],
        arguments,
        lambda entry: entry.id,
        lambda entry: transaction_view(world, entry),
    )


@_wallet_field("transactionsByPaymentHash")
def _transactions_by_hash(context: Context, wallet: Wallet, arguments: Arguments) -> list[Payload]:
    return [
        transaction_view(context.world, entry)
        for entry in reversed(context.world.ledger.of_hash(arguments["paymentHash"]))
        if entry.wallet_id == wallet.id
    ]


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
    end = min(len(items), start + size)
    edges = [{"cursor": cursors[place], "node": view(items[place])} for place in range(start, end)]
    return {
        "edges": edges,
        "pageInfo": {
            "endCursor": edges[-1]["cursor"] if edges else None,
            "hasNextPage": end < len(items),
        },
    }
