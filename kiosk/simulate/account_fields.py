"""What hangs below `me`: the account, its wallets, its history."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from ariadne import ObjectType

from kiosk.simulate.accounts import DAY_S, LIMITS, Account, RollingSum, Wallet
from kiosk.simulate.channels import Payload
from kiosk.simulate.context import Context, Info, at_top_level
from kiosk.simulate.errors import FOREIGN_WALLET, ApplicationError, no_such_invoice
from kiosk.simulate.pages import page
from kiosk.simulate.views import invoice_view, price_view, public_wallet, transaction_view

OnWallet = Callable[[Context, Wallet, Mapping[str, Any]], Any]

USER: Final = ObjectType("User")
ACCOUNT: Final = ObjectType("ConsumerAccount")
BTC_WALLET: Final = ObjectType("BTCWallet")
USD_WALLET: Final = ObjectType("UsdWallet")


@USER.field("username")
def _user_username(user: Payload, _: Info) -> str:
    account: Account = user["account"]
    return account.username


@USER.field("defaultAccount")
def _default_account(user: Payload, _: Info) -> Payload:
    account: Account = user["account"]
    return {
        "__typename": "ConsumerAccount",
        "account": account,
        "id": account.id,
        "level": account.level.value,
        "displayCurrency": account.display_currency,
        "defaultWallet": public_wallet(account.usd),
        "defaultWalletId": account.usd.id,
        "wallets": [_wallet(wallet) for wallet in account.wallets],
    }


@ACCOUNT.field("limits")
def _limits(account_view: Payload, info: Info) -> Payload:
    account: Account = account_view["account"]
    limits, now_s = LIMITS[account.level], info.context.world.clock.now()
    return {
        "withdrawal": [_limit(limits.withdrawal, account.sent_outside_cents, now_s)],
        "internalSend": [_limit(limits.internal_send, account.sent_inside_cents, now_s)],
        "convert": [_limit(limits.convert, account.converted_cents, now_s)],
    }


@ACCOUNT.field("realtimePrice")
def _account_price(view: Payload, info: Info) -> Any:
    def answer(context: Context, _: Mapping[str, Any]) -> Payload:
        return price_view(context.world.prices.quote(view["displayCurrency"], "me"))

    return at_top_level(answer, info.context, {})


@ACCOUNT.field("walletById")
def _wallet_by_id(view: Payload, info: Info, **arguments: Any) -> Any:
    def answer(_: Context, asked: Mapping[str, Any]) -> Payload:
        account: Account = view["account"]
        wallet = account.wallet(asked["walletId"])
        if wallet is None:
            raise ApplicationError(FOREIGN_WALLET)
        return _wallet(wallet)

    return at_top_level(answer, info.context, arguments)


@ACCOUNT.field("transactions")
def _account_transactions(view: Payload, info: Info, **arguments: Any) -> Any:
    def answer(context: Context, asked: Mapping[str, Any]) -> Payload:
        return _transactions(context, _asked_wallets(view["account"], asked), asked)

    return at_top_level(answer, info.context, arguments)


@ACCOUNT.field("invoices")
def _account_invoices(view: Payload, info: Info, **arguments: Any) -> Any:
    def answer(context: Context, asked: Mapping[str, Any]) -> Payload:
        account: Account = view["account"]
        return _invoices(context, account, _asked_wallets(account, asked), asked)

    return at_top_level(answer, info.context, arguments)


def _on_wallets(name: str) -> Callable[[OnWallet], OnWallet]:
    """Answer the field `name` of wallets in either currency."""

    def bind(on_wallet: OnWallet) -> OnWallet:
        def resolve(view: Payload, info: Info, **arguments: Any) -> Any:
            def answer(context: Context, asked: Mapping[str, Any]) -> Any:
                return on_wallet(context, view["wallet"], asked)

            return at_top_level(answer, info.context, arguments)

        BTC_WALLET.set_field(name, resolve)
        USD_WALLET.set_field(name, resolve)
        return on_wallet

    return bind


@_on_wallets("balance")
def _balance(context: Context, wallet: Wallet, _: Mapping[str, Any]) -> int:
    return context.world.ledger.balance(wallet.id)


@_on_wallets("pendingIncomingBalance")
def _pending_incoming(_: Context, __: Wallet, ___: Mapping[str, Any]) -> int:
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
    entries = [entry for wallet in wallets for entry in ledger.of_wallet(wallet.id)]
    entries.sort(key=lambda entry: entry.journal, reverse=True)
    return page(
        entries, arguments, lambda entry: entry.id, lambda entry: transaction_view(world, entry)
    )


def _invoices(
    context: Context, account: Account, wallets: Sequence[Wallet], arguments: Mapping[str, Any]
) -> Payload:
    world = context.world
    invoices = [
        each for each in reversed(world.invoices.of_account(account)) if each.wallet in wallets
    ]
    return page(
        invoices, arguments, lambda each: each.payment_hash, lambda each: invoice_view(world, each)
    )


def _asked_wallets(account: Account, arguments: Mapping[str, Any]) -> list[Wallet]:
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


def _limit(total: int, used: RollingSum, now_s: float) -> Payload:
    remaining = max(0, total - used.total(now_s))
    return {
        "__typename": "OneDayAccountLimit",
        "totalLimit": total,
        "remainingLimit": remaining,
        "interval": DAY_S,
    }
