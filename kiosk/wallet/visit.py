"""The one visit at start: may this key do its work, and can the merchant be paid?"""

import secrets
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

from kiosk.sale.account import Account, WindDown
from kiosk.sale.invoice import ExternalId, WalletId
from kiosk.sale.money import SAT, Sats
from kiosk.sale.trouble import KioskError, Trouble, TroubleKind
from kiosk.wallet import documents
from kiosk.wallet.errors import Lost, Side
from kiosk.wallet.forwarding import limit_left
from kiosk.wallet.http import Http
from kiosk.wallet.invoices import make_payout
from kiosk.wallet.prices import currency_of

_SCOPES: Final = ("READ", "WRITE")  # WRITE brings RECEIVE with it
_TRIAL_SAT: Final = Sats(1)
_TRIAL_MIN: Final = 1


async def visit(http: Http) -> Account:
    """Learn everything that sales rely on, and check that one could be made and forwarded.

    Raises:
        KioskError: something would stop a sale; its trouble says what to do.
    """
    ends = http.endpoints
    data = await http.ask(documents.VISIT)
    try:
        account = data["me"]["defaultAccount"]
        scopes = {str(scope) for scope in (data["authorization"] or {})["scopes"]}
        missing = [scope for scope in _SCOPES if scope not in scopes]
        if missing:
            raise KioskError(Trouble(TroubleKind.KEY_SCOPE, " ".join(missing)))
        till = _btc_wallet(account["wallets"], ends.till_wallet_id)
        network, nodes = str(data["globals"]["network"]), data["globals"]["nodesIds"]
        currencies = {one["id"]: currency_of(one) for one in data["currencyList"]}
        left = limit_left(account["limits"])
        wind_down = _wind_down(data.get("windDown"))
    except (KeyError, TypeError, ValueError) as error:
        reason = f"an odd answer to the visit: {type(error).__name__}"
        raise Lost(Trouble(TroubleKind.BLINK_ODD, reason=reason)) from None
    for code in ends.currencies:
        if code != SAT.code and code not in currencies:
            raise KioskError(Trouble(TroubleKind.CURRENCY_UNKNOWN, code))
    server_unix_s = http.server_unix_s
    merchant, name, may_look = await _merchant(http)
    if merchant == till:
        raise KioskError(Trouble(TroubleKind.SAME_WALLET))
    found = Account(
        till_wallet=till,
        merchant_wallet=merchant,
        merchant_name=name,
        network=network,
        nodes=frozenset(str(node) for node in nodes or ()),
        limit_left=left,
        currencies=MappingProxyType(currencies),
        may_look_up_payouts=may_look,
        wind_down=wind_down,
        server_unix_s=server_unix_s,
    )
    await _try_payout(http, found)
    return found


async def _merchant(http: Http) -> tuple[WalletId, str, bool]:
    """The merchant's BTC wallet, his name, and whether our key may READ there."""
    ends = http.endpoints
    if ends.merchant_username is not None:
        return await _wallet_by_name(http, ends.merchant_username), ends.merchant_username, False
    try:
        data = await http.ask(documents.WALLETS, side=Side.MERCHANT)
        me = data["me"]
        wallet = _btc_wallet(me["defaultAccount"]["wallets"], ends.merchant_wallet_id)
        return wallet, str(me.get("username") or ""), True
    except KioskError as error:
        scope = error.trouble.kind is TroubleKind.MERCHANT_KEY_SCOPE
        if scope and ends.merchant_wallet_id is not None:  # RECEIVE alone is enough then
            return WalletId(ends.merchant_wallet_id), "", False
        if scope:
            raise KioskError(Trouble(TroubleKind.MERCHANT_KEY_SCOPE, "READ")) from None
        raise
    except (KeyError, TypeError):
        raise Lost(Trouble(TroubleKind.BLINK_ODD, reason="no merchant wallets")) from None


async def _wallet_by_name(http: Http, username: str) -> WalletId:
    try:
        data = await http.ask(documents.DEFAULT_WALLET, {"username": username}, side=Side.MERCHANT)
        found = data["accountDefaultWallet"]
        if found["currency"] == "BTC":
            return WalletId(str(found["id"]))
    except KioskError as error:
        if error.trouble.kind is TroubleKind.MERCHANT_UNKNOWN:
            raise KioskError(
                Trouble(TroubleKind.MERCHANT_UNKNOWN, username, error.trouble.reason)
            ) from None
        raise
    except (KeyError, TypeError):
        raise Lost(Trouble(TroubleKind.BLINK_ODD, reason="no merchant wallet")) from None
    raise KioskError(Trouble(TroubleKind.MERCHANT_UNKNOWN, username, "no BTC wallet"))


async def _try_payout(http: Http, account: Account) -> None:
    """A merchant who cannot receive is noticed before money is taken (M2): make a 1 sat invoice."""
    external_id = ExternalId(f"kiosk-check-{secrets.token_hex(8)}")
    try:
        await make_payout(http, account, _TRIAL_SAT, "kiosk check", _TRIAL_MIN, external_id)
    except KioskError as error:
        if error.trouble.kind is TroubleKind.MERCHANT_KEY_SCOPE:
            raise KioskError(Trouble(TroubleKind.MERCHANT_KEY_SCOPE, "RECEIVE")) from None
        # Anybody can use up the quota of a user name: that passes, and is no reason to stand still.
        if error.trouble.kind is not TroubleKind.TOO_MANY_INVOICES:
            raise


def _btc_wallet(wallets: list[Mapping[str, Any]], wanted: str | None) -> WalletId:
    ids = [str(one["id"]) for one in wallets if one["walletCurrency"] == "BTC"]
    if not ids or (wanted is not None and wanted not in ids):
        raise KioskError(Trouble(TroubleKind.NO_BTC_WALLET, wanted or ""))
    return WalletId(wanted or ids[0])


def _wind_down(raw: Any) -> WindDown | None:
    if not isinstance(raw, Mapping) or not raw.get("status"):
        return None
    return WindDown(str(raw["status"]), raw.get("receiveDisabledAt"), raw.get("finalDeadline"))
