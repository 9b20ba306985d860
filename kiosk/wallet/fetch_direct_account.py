"""Whose money direct sales are: found out without a key, and again every day (D5)."""

import logging
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any, Final

from kiosk.sale.account import NO_WALLET, Account, DirectPayee
from kiosk.sale.effects import FetchAccount
from kiosk.sale.events import Event, MerchantWalletResult
from kiosk.sale.invoice import WalletId
from kiosk.sale.lightning_address import LightningAddress, parse_lightning_address
from kiosk.sale.money import Currency
from kiosk.sale.payee_lookup import BLINK_DOMAIN
from kiosk.sale.trouble import KioskError, Trouble, TroubleKind
from kiosk.wallet import documents
from kiosk.wallet.answer_bounds import text
from kiosk.wallet.endpoints import DirectMerchant
from kiosk.wallet.errors import UNREADABLE, AccountSide, Refused, unexpected_answer
from kiosk.wallet.fetch_account import (
    currencies_of,
    fetch_till_account,
    nodes_or_none,
    not_served,
    wallet_by_key,
)
from kiosk.wallet.http import Http
from kiosk.wallet.lightning_address.servers import AddressServers

log: Final = logging.getLogger("kiosk.wallet")

MAINNET: Final = "mainnet"

# Blink's Username scalar. Anything else is taken for a phone number there, and asking for one that
# has no account opens it: so nothing else is ever sent.
_USERNAME: Final = re.compile(r"(?!^(1|3|_|bc1|lnbc1))(?=.*[a-z])[0-9a-z_]{3,50}")

# These two alone mean that the name is not served by Blink's accounts (any more).
_NOT_AT_BLINK: Final = ("does not exist for username", "account is inactive")


@dataclass(frozen=True, slots=True)
class _PublicFacts:
    """What Blink tells everybody. `domains` are its own, the first for plain names."""

    network: str
    nodes: frozenset[str]
    currencies: Mapping[str, Currency]
    domains: tuple[str, ...]


async def fetch_direct_account(
    http: Http,
    servers: AddressServers,
    merchant: DirectMerchant,
    question: FetchAccount,
    emit: Callable[[Event], None] = lambda _: None,
) -> Account:
    """Learn who makes the invoices: a wallet at Blink, or the server of the Lightning address.

    The wallet that was accepted for the name is the one that is paid; which one Blink names now is
    emitted, and the till decides what a change means.

    Raises:
        KioskError: nobody can be paid now; its trouble says what to do.
    """
    facts = await _public_facts(http, merchant)
    address = merchant.address or _address_at(merchant.name, facts.domains[0])
    wallet = None
    if _host(address) in facts.domains:
        wallet = await _wallet_at_blink(http, address.name)
        emit(MerchantWalletResult(wallet or NO_WALLET))
    if wallet is not None:
        wallet = question.merchant_wallet or wallet
        payee = DirectPayee(wallet=wallet)
    else:
        payee = await servers.try_out(address, facts.network)
    log.info("direct sales to=%s way=%s", address, "blink" if wallet else "address")
    account = Account(
        till_wallet=NO_WALLET,
        merchant_wallet=wallet or NO_WALLET,
        merchant_name=str(address),
        network=facts.network,
        nodes=facts.nodes,
        currencies=facts.currencies,
        server_unix_s=http.server_unix_s,
        not_served=not_served(http, facts.currencies),
        payee=payee,
    )
    if question.finish_forwards and http.endpoints.till_key is not None:
        return await _with_till(http, account, question.forward_wallet or NO_WALLET)
    return account


async def _public_facts(http: Http, merchant: DirectMerchant) -> _PublicFacts:
    """Ask Blink; an address elsewhere is sold to in sats although Blink cannot be reached."""
    try:
        data = await http.ask(documents.PUBLIC_FACTS, side=AccountSide.NOBODY, needs="globals")
        served = data["globals"]
        first = text(served.get("lightningAddressDomain") or BLINK_DOMAIN).lower()
        others = served.get("lightningAddressDomainAliases")
        names = [text(name).lower() for name in others] if isinstance(others, list) else []
        return _PublicFacts(
            text(served["network"]),
            nodes_or_none(served.get("nodesIds")),
            currencies_of(data.get("currencyList")),
            (first, *names),
        )
    except UNREADABLE as error:
        raise unexpected_answer(f"odd public facts: {type(error).__name__}") from None
    except KioskError as error:
        elsewhere = merchant.address is not None and merchant.address.domain != BLINK_DOMAIN
        if not elsewhere or (merchant.address is not None and merchant.address.is_loopback):
            raise
        log.warning("Blink cannot be asked, sales in sats alone reason=%s", error)
        return _PublicFacts(MAINNET, frozenset(), MappingProxyType({}), (BLINK_DOMAIN,))


def _host(address: LightningAddress) -> str:
    return address.domain if address.port is None else f"{address.domain}:{address.port}"


def _address_at(name: str, domain: str) -> LightningAddress:
    try:
        return parse_lightning_address(f"{name}@{domain}")
    except ValueError as error:
        raise unexpected_answer(f"Blink's own domain {error}") from None


async def _wallet_at_blink(http: Http, name: str) -> WalletId | None:
    """The BTC wallet of a name at Blink; None where Blink says that it serves no such account.

    Raises:
        KioskError: anything else, which is no answer.
    """
    if not _USERNAME.fullmatch(name):
        return None
    given: Mapping[str, Any] = {"username": name}
    try:
        data = await http.ask(documents.DEFAULT_WALLET, given, side=AccountSide.NOBODY)
        wallet = data["accountDefaultWallet"]
        if wallet["currency"] == "BTC":
            return WalletId(text(wallet["id"]))
    except Refused as refused:
        if any(words in refused.error.message.lower() for words in _NOT_AT_BLINK):
            return None
        raise KioskError(replace(refused.trouble, subject=name)) from None
    except UNREADABLE:
        raise unexpected_answer("no merchant wallet") from None
    raise KioskError(Trouble(TroubleKind.MERCHANT_UNKNOWN, name, "no BTC wallet"))


async def _with_till(http: Http, account: Account, forward_wallet: WalletId) -> Account:
    """Add the till account, for the forwards of before; without it direct sales go on."""
    try:
        till = await fetch_till_account(http)
    except KioskError as error:
        log.warning("the till account cannot be used, forwards wait reason=%s", error)
        return replace(account, till_trouble=error.trouble)
    wallet, may_look = await _taker_of_forwards(http, account.merchant_wallet or forward_wallet)
    return replace(
        till,
        merchant_wallet=NO_WALLET if wallet == till.till_wallet else wallet,
        merchant_name=account.merchant_name,
        may_look_up_payouts=may_look,
        currencies=account.currencies or till.currencies,
        payee=account.payee,
    )


async def _taker_of_forwards(http: Http, named: WalletId) -> tuple[WalletId, bool]:
    """The wallet that forwards of before go to, and whether our key may look into it.

    It is the one that the merchant's key shows, and without a key the one that is `named`: of the
    name that is paid now, else the one that was paid before.
    """
    if http.endpoints.merchant_key is None:
        return named, False
    try:
        wallet, _, may_look = await wallet_by_key(http)
    except KioskError as error:
        log.warning("the merchant's key cannot be used, forwards wait reason=%s", error)
        return NO_WALLET, False
    return wallet, may_look
