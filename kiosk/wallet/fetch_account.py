"""Fetch the account: may this key do its work, and can the merchant be paid?"""

import logging
import secrets
from collections.abc import Callable, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any, Final

from kiosk.sale.account import Account, WindDown
from kiosk.sale.events import Event, MerchantWalletResult
from kiosk.sale.ids import check_external_id
from kiosk.sale.invoice import WalletId
from kiosk.sale.money import SAT, Currency, Sats
from kiosk.sale.payout_guard import reason_not_to_pay
from kiosk.sale.trouble import KioskError, Trouble, TroubleKind
from kiosk.wallet import documents
from kiosk.wallet.answer_bounds import OddValue, entries, fields, text, unix_s
from kiosk.wallet.bolt11 import decode
from kiosk.wallet.errors import UNREADABLE, AccountSide, Refused, unexpected_answer
from kiosk.wallet.forwarding import limit_left
from kiosk.wallet.http import Http
from kiosk.wallet.invoices import make_payout
from kiosk.wallet.nodes import nodes_of
from kiosk.wallet.prices import currency_of

log: Final = logging.getLogger("kiosk.wallet")

_SCOPES: Final = ("READ", "WRITE")  # WRITE brings RECEIVE with it
_TRIAL_SAT: Final = Sats(1)


async def fetch_account(
    http: Http,
    merchant_wallet: WalletId | None = None,
    emit: Callable[[Event], None] = lambda _: None,
) -> Account:
    """Learn everything that sales rely on, and check that one could be made and forwarded.

    `merchant_wallet` is the one accepted for the merchant's user name: it stays the one that is
    paid, and is tried. What Blink names now is emitted; the till decides what a change means.

    Raises:
        KioskError: something would stop a sale; its trouble says what to do.
    """
    result = await fetch_till_account(http)
    merchant, name, may_look = await _merchant(http)
    if http.endpoints.merchant_username is not None:
        emit(MerchantWalletResult(merchant))
        merchant = merchant_wallet or merchant
    if merchant == result.till_wallet:
        raise KioskError(Trouble(TroubleKind.SAME_WALLET))
    result = replace(
        result, merchant_wallet=merchant, merchant_name=name, may_look_up_payouts=may_look
    )
    await _try_payout(http, result)
    return result


async def fetch_till_account(http: Http) -> Account:
    """Learn what the till's key shows; whom it pays is not asked, and left empty.

    Raises:
        KioskError: the till account cannot be used.
    """
    ends = http.endpoints
    data = await http.ask(documents.ACCOUNT, needs="me")
    try:
        account = data["me"]["defaultAccount"]
        name = text(data["me"].get("username") or "")
        _check_scopes(data.get("authorization"))
        till = _btc_wallet(account["wallets"], ends.till_wallet_id)
        network = text(data["globals"]["network"])
        nodes = nodes_or_none(data["globals"].get("nodesIds"))
        currencies = currencies_of(data.get("currencyList"))
        left = limit_left(account.get("limits"))
        wind_down = _wind_down(data.get("windDown"))
    except UNREADABLE as error:
        raise unexpected_answer(f"an odd answer to the visit: {type(error).__name__}") from None
    server_unix_s = http.server_unix_s
    return Account(
        till_wallet=till,
        merchant_wallet=WalletId(""),
        merchant_name="",
        network=network,
        nodes=nodes,
        limit_left=left,
        currencies=currencies,
        wind_down=wind_down,
        server_unix_s=server_unix_s,
        not_served=not_served(http, currencies),
        key_ends_at=await _key_ends_at(http),
        till_name=name,
    )


async def _key_ends_at(http: Http) -> int | None:
    """When the till's key ends, Unix seconds; None for never, and where Blink does not say.

    Blink does not name the key that asks: it is the one that was used last.
    """
    try:
        data = await http.ask(documents.API_KEYS)
        keys = [
            key
            for key in map(fields, entries(data["me"]["apiKeys"]))
            if key.get("revoked") is False and key.get("expired") is False
        ]
        used_s = [unix_s(key["lastUsedAt"]) for key in keys if key.get("lastUsedAt") is not None]
        ends_s = [
            unix_s(key["expiresAt"])
            for key in keys
            if key.get("lastUsedAt") == max(used_s, default=None)
            and key.get("expiresAt") is not None
        ]
    except UNREADABLE as error:
        log.info("the key's end cannot be read reason=%s", type(error).__name__)
        return None
    except KioskError as error:
        log.info("the key's end not fetched reason=%s", error)
        return None
    return min(ends_s, default=None)


async def _merchant(http: Http) -> tuple[WalletId, str, bool]:
    """The merchant's BTC wallet and name, and whether our key may READ there."""
    ends = http.endpoints
    if ends.merchant_username is not None:
        return await _wallet_by_name(http, ends.merchant_username), ends.merchant_username, False
    return await wallet_by_key(http)


async def wallet_by_key(http: Http) -> tuple[WalletId, str, bool]:
    """What the merchant's key shows: the BTC wallet, a name, and whether the key may READ.

    Raises:
        KioskError: the key cannot be used.
    """
    ends = http.endpoints
    try:
        data = await http.ask(documents.WALLETS, side=AccountSide.MERCHANT)
        me = data["me"]
        wallet = _btc_wallet(me["defaultAccount"]["wallets"], ends.merchant_wallet_id)
        return wallet, text(me.get("username") or ""), True
    except Refused as error:
        scope = error.trouble.kind is TroubleKind.MERCHANT_KEY_SCOPE
        if not scope or ends.merchant_wallet_id is None:
            raise
        return WalletId(ends.merchant_wallet_id), "", False  # RECEIVE alone is enough then
    except UNREADABLE:
        raise unexpected_answer("no merchant wallets") from None


async def _wallet_by_name(http: Http, username: str) -> WalletId:
    try:
        data = await http.ask(
            documents.DEFAULT_WALLET, {"username": username}, side=AccountSide.MERCHANT
        )
        wallet = data["accountDefaultWallet"]
        if wallet["currency"] == "BTC":
            return WalletId(text(wallet["id"]))
    except Refused as error:
        if error.trouble.kind is not TroubleKind.MERCHANT_UNKNOWN:
            raise
        raise KioskError(replace(error.trouble, subject=username)) from None
    except UNREADABLE:
        raise unexpected_answer("no merchant wallet") from None
    raise KioskError(Trouble(TroubleKind.MERCHANT_UNKNOWN, username, "no BTC wallet"))


async def _try_payout(http: Http, account: Account) -> None:
    """Make a payout invoice as a sale does, of 1 sat, so that it is known before money is taken
    that a merchant can receive (M2) and that the guard accepts the merchant's payout invoices (M3).
    """
    external_id = check_external_id(secrets.token_hex(8))
    try:
        payout = await make_payout(http, account, _TRIAL_SAT, "kiosk check", external_id)
    except Refused as error:
        # Anybody can use up the quota of a user name: that passes, and is no reason to stand still.
        if error.trouble.kind is not TroubleKind.TOO_MANY_INVOICES:
            raise
        log.warning("the merchant was not tried: too many invoices are made for this account")
        return
    refused = reason_not_to_pay(decode(payout.payment_request), payout, _TRIAL_SAT, account)
    if refused is not None:
        raise KioskError(Trouble(TroubleKind.PAYOUT_GUARDED, reason=refused))


def _btc_wallet(wallets: list[Mapping[str, Any]], wanted: str | None) -> WalletId:
    ids = [text(wallet["id"]) for wallet in wallets if wallet["walletCurrency"] == "BTC"]
    if not ids or (wanted is not None and wanted not in ids):
        raise KioskError(Trouble(TroubleKind.NO_BTC_WALLET, wanted or ""))
    return WalletId(wanted or ids[0])


def _check_scopes(served: Any) -> None:
    """Refuse a key that may not do enough, where Blink says what it may do.

    Raises:
        KioskError: a scope is missing.
    """
    scopes = served.get("scopes") if isinstance(served, Mapping) else None
    if not isinstance(scopes, list):
        log.warning("Blink did not say what the till's key may do")
        return
    missing = [scope for scope in _SCOPES if scope not in scopes]
    if missing:
        raise KioskError(Trouble(TroubleKind.KEY_SCOPE, " ".join(missing)))


def nodes_or_none(served: Any) -> frozenset[str]:
    """Blink's own nodes; where they are not served or cannot be read they are unknown."""
    try:
        return nodes_of(served)
    except UNREADABLE:
        log.warning("Blink did not name its nodes: a payee cannot be checked")
        return frozenset()


def not_served(http: Http, currencies: Mapping[str, Currency]) -> tuple[str, ...]:
    """The optional fields that Blink has no more, and currencies of ours that it does not list.

    Without any list nobody can say that of a currency.
    """
    ours = http.endpoints.currencies if currencies else ()
    unlisted = [code for code in ours if code not in (SAT.code, *currencies)]
    if unlisted:
        log.warning("Blink lists no price in %s: only the others can be charged", unlisted)
    return tuple(sorted({*http.missing, *unlisted}))


def currencies_of(served: Any) -> Mapping[str, Currency]:
    """All currencies that can be read; one odd entry does not take the others with it."""
    currencies = {}
    for entry in served if isinstance(served, list) else ():
        try:
            currency = currency_of(entry)
            currencies[currency.code] = currency
        except UNREADABLE as error:
            log.info("an odd currency was left out reason=%s", type(error).__name__)
    return MappingProxyType(currencies)


def _wind_down(raw: Any) -> WindDown | None:
    if not isinstance(raw, Mapping) or not raw.get("status"):
        return None
    times = [raw.get("receiveDisabledAt"), raw.get("finalDeadline")]
    disabled_at, deadline = (_time(at) for at in times)
    try:
        return WindDown(text(raw["status"]), disabled_at, deadline)
    except UNREADABLE:
        log.warning("an odd notice of closing was left out")
        return None


def _time(served: Any) -> int | None:
    try:
        return unix_s(served)
    except OddValue:
        return None
