"""The queries."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, TypeVar

from ariadne import ObjectType
from graphql import GraphQLError, GraphQLResolveInfo

from kiosk.simulate.accounts import DAY_S, LIMITS, Account, Level, Limits, RollingSum, Scope, Wallet
from kiosk.simulate.channels import Payload
from kiosk.simulate.context import Context, lift, query
from kiosk.simulate.errors import FOREIGN_WALLET, ApplicationError, no_such_invoice
from kiosk.simulate.faults import Fault
from kiosk.simulate.invoices import Invoice
from kiosk.simulate.ledger import Entry
from kiosk.simulate.prices import CURRENCIES
from kiosk.simulate.scalars import first_refused
from kiosk.simulate.views import (
    currency_view,
    error_view,
    invoice_view,
    price_view,
    status_view,
    transaction_view,
)

Item = TypeVar("Item")
LARGEST_PAGE: Final = 100
WIND_DOWN_NOTICE_S: Final = 30 * DAY_S

USER: Final = ObjectType("User")
ACCOUNT: Final = ObjectType("ConsumerAccount")
BTC_WALLET: Final = ObjectType("BTCWallet")
USD_WALLET: Final = ObjectType("UsdWallet")


@query("me", Scope.READ)
def _me(context: Context, _: Mapping[str, Any]) -> Payload:
    return {"id": context.account.user_id, "account": context.account}


@query("authorization", Scope.READ)
def _authorization(context: Context, _: Mapping[str, Any]) -> Payload:
    assert context.key is not None
    return {"scopes": [scope.value for scope in Scope if context.key.may(scope)]}


@query("windDown", Scope.READ)
def _wind_down(context: Context, _: Mapping[str, Any]) -> Payload | None:
    status = context.world.wind_down()
    if status is None:
        return None
    ahead_s = WIND_DOWN_NOTICE_S if status == "PRE_CUTOFF" else -WIND_DOWN_NOTICE_S
    cutoff_s = int(context.world.clock.now()) + ahead_s
    return {
        "status": status,
        "receiveDisabledAt": cutoff_s,
        "finalDeadline": cutoff_s + WIND_DOWN_NOTICE_S,
        "gateArmsAt": cutoff_s + WIND_DOWN_NOTICE_S,
        "timezone": "Europe/Amsterdam",
    }


@query("globals")
def _globals(context: Context, _: Mapping[str, Any]) -> Payload:
    world = context.world
    nodes = [] if world.faults.take(Fault.NODES_EMPTY, "globals") else [world.invoices.node.pubkey]
    return {
        "network": world.network,
        "nodesIds": nodes,
        "lightningAddressDomain": "localhost",
        "lightningAddressDomainAliases": [],
        "accountLimitsByLevel": [_level_limits(level, LIMITS[level]) for level in Level],
    }


@query("currencyList")
def _currency_list(context: Context, _: Mapping[str, Any]) -> list[Payload]:
    return [currency_view(currency) for currency in CURRENCIES.values()]


@query("realtimePrice")
def _realtime_price(context: Context, arguments: Mapping[str, Any]) -> Payload:
    return price_view(context.world.prices.quote(arguments["currency"], "realtimePrice"))


@query("currencyConversionEstimation")
def _conversion(context: Context, arguments: Mapping[str, Any]) -> Payload:
    quote = context.world.prices.quote(arguments["currency"], "currencyConversionEstimation")
    minor = round(arguments["amount"] * 10**quote.currency.fraction_digits)
    sats = -(-minor * 10**quote.offset // quote.base)
    return {
        "id": f"{quote.currency.code}-{quote.at_s}-{minor}",
        "timestamp": quote.at_s,
        "btcSatAmount": sats,
        "usdCentAmount": context.world.prices.cents(sats),
    }


@query("accountDefaultWallet")
def _account_default_wallet(context: Context, arguments: Mapping[str, Any]) -> Payload:
    account = context.world.accounts.by_username(arguments["username"])
    # Without a currency it is the owner's default, which for most owners is dollars.
    return _public(account.btc if arguments.get("walletCurrency") == "BTC" else account.usd)


@query("userDefaultWalletId")
def _user_default_wallet_id(context: Context, arguments: Mapping[str, Any]) -> str:
    return context.world.accounts.by_username(arguments["username"]).usd.id


@query("usernameAvailable")
def _username_available(context: Context, arguments: Mapping[str, Any]) -> bool:
    return context.world.accounts.is_free(arguments["username"])


@query("lnInvoicePaymentStatusByHash")
def _status_by_hash(context: Context, arguments: Mapping[str, Any]) -> Payload:
    return status_view(context.world, arguments["input"]["paymentHash"])


@query("lnInvoicePaymentStatusByPaymentRequest")
def _status_by_request(context: Context, arguments: Mapping[str, Any]) -> Payload:
    decoded = context.world.invoices.read(arguments["input"]["paymentRequest"])
    return status_view(context.world, decoded.payment_hash)


@query("lnInvoicePaymentStatus")
def _status(context: Context, arguments: Mapping[str, Any]) -> Payload:
    # The oldest of the three answers trouble in the payload.
    try:
        return _status_by_request(context, arguments)  # type: ignore[no-any-return]
    except ApplicationError as error:
        return error_view(error)


@USER.field("username")
def _user_username(user: Payload, _: GraphQLResolveInfo) -> str:
    account: Account = user["account"]
    return account.username


@USER.field("defaultAccount")
def _default_account(user: Payload, _: GraphQLResolveInfo) -> Payload:
    account: Account = user["account"]
    return {
        "__typename": "ConsumerAccount",
        "account": account,
        "id": account.id,
        "level": account.level.value,
        "displayCurrency": account.display_currency,
        "defaultWallet": _public(account.usd),
        "defaultWalletId": account.usd.id,
        "wallets": [_wallet(wallet) for wallet in account.wallets],
    }


@ACCOUNT.field("limits")
def _limits(account_view: Payload, info: GraphQLResolveInfo) -> Payload:
    account: Account = account_view["account"]
    limits, now_s = LIMITS[account.level], info.context.world.clock.now()
    return {
        "withdrawal": [_limit(limits.withdrawal, account.sent_outside_cents, now_s)],
        "internalSend": [_limit(limits.internal_send, account.sent_inside_cents, now_s)],
        "convert": [_limit(limits.convert, account.converted_cents, now_s)],
    }


@ACCOUNT.field("realtimePrice")
def _account_price(account_view: Payload, info: GraphQLResolveInfo) -> Payload:
    return _guarded(
        info,
        {},
        lambda context: price_view(
            context.world.prices.quote(account_view["displayCurrency"], "me")
        ),
    )


@ACCOUNT.field("walletById")
def _wallet_by_id(account_view: Payload, info: GraphQLResolveInfo, **arguments: Any) -> Payload:
    account: Account = account_view["account"]

    def find(context: Context) -> Payload:
        wallet = account.wallet(arguments["walletId"])
        if wallet is None:
            raise ApplicationError(FOREIGN_WALLET)
        return _wallet(wallet)

    return _guarded(info, arguments, find)


@ACCOUNT.field("transactions")
def _account_transactions(
    account_view: Payload, info: GraphQLResolveInfo, **arguments: Any
) -> Payload:
    account: Account = account_view["account"]
    return _guarded(
        info,
        arguments,
        lambda context: _transactions(context, _asked(account, arguments), arguments),
    )


@ACCOUNT.field("invoices")
def _account_invoices(account_view: Payload, info: GraphQLResolveInfo, **arguments: Any) -> Payload:
    account: Account = account_view["account"]
    return _guarded(
        info,
        arguments,
        lambda context: _invoices(context, account, _asked(account, arguments), arguments),
    )


def _on_wallets(name: str) -> Callable[[Callable[[Context, Wallet, Mapping[str, Any]], Any]], None]:
    def bind(answer: Callable[[Context, Wallet, Mapping[str, Any]], Any]) -> None:
        def resolve(view: Payload, info: GraphQLResolveInfo, **arguments: Any) -> Any:
            return _guarded(
                info, arguments, lambda context: answer(context, view["wallet"], arguments)
            )

        BTC_WALLET.set_field(name, resolve)
        USD_WALLET.set_field(name, resolve)

    return bind


@_on_wallets("balance")
def _balance(context: Context, wallet: Wallet, _: Mapping[str, Any]) -> int:
    return context.world.ledger.balance(wallet.id)


@_on_wallets("pendingIncomingBalance")
def _pending_incoming(context: Context, wallet: Wallet, _: Mapping[str, Any]) -> int:
    return 0  # on-chain money only, of which there is none here


@_on_wallets("invoiceByPaymentHash")
def _invoice_by_hash(context: Context, wallet: Wallet, arguments: Mapping[str, Any]) -> Payload:
    invoice = context.world.invoices.by_hash(arguments["paymentHash"])
    if invoice is None or invoice.wallet != wallet:
        raise no_such_invoice(arguments["paymentHash"])
    return invoice_view(context.world, invoice)


@_on_wallets("invoices")
def _wallet_invoices(context: Context, wallet: Wallet, arguments: Mapping[str, Any]) -> Payload:
    account = context.world.accounts.of_wallet(wallet.id)
    return _invoices(context, account, [wallet], arguments)


@_on_wallets("transactions")
def _wallet_transactions(context: Context, wallet: Wallet, arguments: Mapping[str, Any]) -> Payload:
    return _transactions(context, [wallet], arguments)


@_on_wallets("transactionById")
def _transaction_by_id(context: Context, wallet: Wallet, arguments: Mapping[str, Any]) -> Payload:
    for entry in context.world.ledger.of_wallet(wallet.id):
        if entry.id == arguments["transactionId"]:
            return transaction_view(context.world, entry)
    raise ApplicationError("Transaction not found", "NOT_FOUND")


@_on_wallets("transactionsByPaymentHash")
def _transactions_by_hash(
    context: Context, wallet: Wallet, arguments: Mapping[str, Any]
) -> list[Payload]:
    return _of_hash(context, wallet, arguments["paymentHash"])


@_on_wallets("transactionsByPaymentRequest")
def _transactions_by_request(
    context: Context, wallet: Wallet, arguments: Mapping[str, Any]
) -> list[Payload]:
    decoded = context.world.invoices.read(arguments["paymentRequest"])
    return _of_hash(context, wallet, decoded.payment_hash)


def _of_hash(context: Context, wallet: Wallet, payment_hash: str) -> list[Payload]:
    entries = context.world.ledger.of_hash(payment_hash)
    return [
        transaction_view(context.world, entry)
        for entry in reversed(entries)
        if entry.wallet_id == wallet.id
    ]


def _transactions(
    context: Context, wallets: Sequence[Wallet], arguments: Mapping[str, Any]
) -> Payload:
    ledger, world = context.world.ledger, context.world
    entries: list[Entry] = [entry for wallet in wallets for entry in ledger.of_wallet(wallet.id)]
    entries.sort(key=lambda entry: entry.journal, reverse=True)
    return _page(
        entries, arguments, lambda entry: entry.id, lambda entry: transaction_view(world, entry)
    )


def _invoices(
    context: Context, account: Account, wallets: Sequence[Wallet], arguments: Mapping[str, Any]
) -> Payload:
    world = context.world
    invoices: list[Invoice] = [
        each for each in reversed(world.invoices.of_account(account)) if each.wallet in wallets
    ]
    return _page(
        invoices, arguments, lambda each: each.payment_hash, lambda each: invoice_view(world, each)
    )


def _page(
    items: Sequence[Item],
    arguments: Mapping[str, Any],
    name: Callable[[Item], str],
    view: Callable[[Item], Payload],
) -> Payload:
    """Cut a page out of `items`, newest first."""
    first, last = arguments.get("first"), arguments.get("last")
    if first is not None and last is not None:
        raise ApplicationError("Invalid pagination arguments", "INVALID_INPUT")
    size = first if first is not None else last if last is not None else LARGEST_PAGE
    if size < 1:
        raise ApplicationError("Invalid pagination arguments", "INVALID_INPUT")
    if size > LARGEST_PAGE:
        raise ApplicationError(
            f"Requested page size ({size}) is greater than max allowed page size {LARGEST_PAGE}.",
            "INVALID_INPUT",
        )
    names = [name(item) for item in items]
    start, end = 0, len(items)
    if (after := arguments.get("after")) in names:
        start = names.index(after) + 1
    if (before := arguments.get("before")) in names:
        end = names.index(before)
    from_, to = (start, min(end, start + size)) if last is None else (max(start, end - size), end)
    edges = [{"cursor": names[place], "node": view(items[place])} for place in range(from_, to)]
    return {
        "edges": edges,
        "pageInfo": {
            "startCursor": edges[0]["cursor"] if edges else None,
            "endCursor": edges[-1]["cursor"] if edges else None,
            "hasNextPage": to < len(items),
            "hasPreviousPage": from_ > 0,
        },
    }


def _guarded(
    info: GraphQLResolveInfo, arguments: Mapping[str, Any], answer: Callable[[Context], Any]
) -> Any:
    if refused := first_refused(arguments):
        raise GraphQLError(refused.message)
    return lift(lambda context, _: answer(context))(info.context, arguments)


def _asked(account: Account, arguments: Mapping[str, Any]) -> list[Wallet]:
    wallet_ids = arguments.get("walletIds")
    return [each for each in account.wallets if wallet_ids is None or each.id in wallet_ids]


def _wallet(wallet: Wallet) -> Payload:
    return {
        "__typename": "BTCWallet" if wallet.currency == "BTC" else "UsdWallet",
        "wallet": wallet,
        "id": wallet.id,
        "accountId": wallet.account_id,
        "walletCurrency": wallet.currency,
    }


def _public(wallet: Wallet) -> Payload:
    return {"id": wallet.id, "currency": wallet.currency, "walletCurrency": wallet.currency}


def _limit(total: int, used: RollingSum, now_s: float) -> Payload:
    remaining = max(0, total - used.total(now_s))
    return {
        "__typename": "OneDayAccountLimit",
        "totalLimit": total,
        "remainingLimit": remaining,
        "interval": DAY_S,
    }


def _level_limits(level: Level, limits: Limits) -> Payload:
    return {
        "level": level.value,
        "interval": DAY_S,
        "withdrawal": limits.withdrawal,
        "internalSend": limits.internal_send,
        "convert": limits.convert,
    }
