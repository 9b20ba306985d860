"""The root queries; what hangs below `me` is in `account_fields`."""

from collections.abc import Mapping
from typing import Any, Final

from kiosk.simulate.accounts import DAY_S, LIMITS, Level, Limits, Scope
from kiosk.simulate.channels import Payload
from kiosk.simulate.context import Context, query
from kiosk.simulate.errors import ApplicationError
from kiosk.simulate.faults import Fault
from kiosk.simulate.prices import CURRENCIES
from kiosk.simulate.views import (
    currency_view,
    error_view,
    price_view,
    public_wallet,
    status_view,
)

WIND_DOWN_NOTICE_S: Final = 30 * DAY_S


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
def _currency_list(_: Context, __: Mapping[str, Any]) -> list[Payload]:
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
    return public_wallet(account.btc if arguments.get("walletCurrency") == "BTC" else account.usd)


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
        decoded = context.world.invoices.read(arguments["input"]["paymentRequest"])
        return status_view(context.world, decoded.payment_hash)
    except ApplicationError as error:
        return error_view(error)


def _level_limits(level: Level, limits: Limits) -> Payload:
    return {
        "level": level.value,
        "interval": DAY_S,
        "withdrawal": limits.withdrawal,
        "internalSend": limits.internal_send,
        "convert": limits.convert,
    }
