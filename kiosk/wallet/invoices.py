"""Make an invoice, find one whose answer was lost, cancel one."""

import asyncio
import logging
import secrets
from collections.abc import Mapping
from typing import Any, Final

from gql import GraphQLRequest

from kiosk.sale.account import Account
from kiosk.sale.events import CancelOutcome
from kiosk.sale.ids import direct_external_id, other_external_id, parse_external_id
from kiosk.sale.invoice import (
    PAYOUT_EXPIRY_MIN,
    ExternalId,
    Invoice,
    PaymentHash,
    WalletId,
    short_hash,
)
from kiosk.sale.money import Sats
from kiosk.sale.trouble import KioskError
from kiosk.wallet import documents
from kiosk.wallet.errors import (
    UNREADABLE,
    AccountSide,
    AnswerLost,
    BlinkError,
    Blocked,
    NotSent,
    RateLimited,
    Refused,
    errors_of,
    refusal,
    unexpected_answer,
)
from kiosk.wallet.fetch_history import payout_sent
from kiosk.wallet.http import Http
from kiosk.wallet.wanted_invoice import (
    CODE_LEAST_S,
    PAYOUT_LEAST_S,
    UnknownPayee,
    WantedInvoice,
    checked,
)

log: Final = logging.getLogger("kiosk.wallet")

_REQUESTS_PER_ID: Final = 3
_MOST_IDS: Final = 5


async def make_invoice(
    http: Http, account: Account, amount: Sats, memo: str, minutes: int, external_id: ExternalId
) -> Invoice:
    """Make an invoice in the BlinkPOS account.

    Raises:
        UnknownPayee: it pays a node that is not known as Blink's; ask for the nodes, then again.
        KioskError: none could be had; nobody has seen one.
    """
    wanted = WantedInvoice(
        account.till_wallet,
        amount,
        memo,
        minutes,
        CODE_LEAST_S,
        account.network,
        AccountSide.TILL,
        account.nodes,
    )
    return await _create_under_free_id(
        http, wanted, external_id, documents.CREATE_INVOICE, may_look=True
    )


async def make_direct_invoice(
    http: Http, account: Account, wallet: WalletId, amount: Sats, memo: str, minutes: int
) -> Invoice:
    """Make an invoice in the merchant's own wallet, without a key.

    Its external id is random: anybody may make invoices for the merchant, and could occupy one
    that can be guessed. After a lost answer another invoice is made, since nobody saw the first.

    Raises:
        UnknownPayee: it pays a node that is not known as Blink's; ask for the nodes, then again.
        KioskError: none could be had; nobody has seen one.
    """
    wanted = WantedInvoice(
        wallet,
        amount,
        memo,
        minutes,
        CODE_LEAST_S,
        account.network,
        AccountSide.NOBODY,
        account.nodes,
    )
    external_id = direct_external_id(secrets.token_hex(16))
    return await _create_under_free_id(
        http, wanted, external_id, documents.CREATE_ON_BEHALF, may_look=False
    )


async def make_payout(
    http: Http,
    account: Account,
    amount: Sats,
    memo: str,
    external_id: ExternalId,
    begun_at: int = 0,
) -> Invoice:
    """Make a payout invoice in the merchant account, by key or, without one, by user name.

    Before a second id is taken for a sale, and before a payout invoice succeeds another, our
    ledger is searched for a payment under any id of the sale since `begun_at`, Unix seconds. What
    it shows as sent is returned in place of a new one: paying it again moves nothing (M6).

    Raises:
        PaidBefore: the ledger shows a payment that cannot be the payout that is wanted.
        KioskError: none could be had.
    """
    named = parse_external_id(external_id)

    async def search() -> Invoice | None:
        if named is None:
            return None
        return await payout_sent(http, account.till_wallet, named, amount, begun_at)

    if named is not None and named.generation > 1 and (sent := await search()) is not None:
        return sent
    wanted = WantedInvoice(
        account.merchant_wallet,
        amount,
        memo,
        PAYOUT_EXPIRY_MIN,
        PAYOUT_LEAST_S,
        account.network,
        AccountSide.MERCHANT,
        search=search,
    )
    if http.endpoints.merchant_key is None:
        return await _create_under_free_id(
            http, wanted, external_id, documents.CREATE_ON_BEHALF, may_look=False
        )
    may_look = account.may_look_up_payouts
    return await _create_under_free_id(
        http, wanted, external_id, documents.CREATE_INVOICE, may_look=may_look
    )


async def cancel(http: Http, account: Account, payment_hash: PaymentHash) -> CancelOutcome:
    """Cancel an invoice, so that at least no Lightning payer can pay it any more."""
    given = {"input": {"walletId": account.till_wallet, "paymentHash": payment_hash}}
    try:
        payload = await http.payload(documents.CANCEL_INVOICE, "lnInvoiceCancel", given)
    except KioskError as error:
        log.info("cancel not answered hash=%s reason=%s", short_hash(payment_hash), error)
        return CancelOutcome.UNKNOWN
    errors = errors_of(payload.get("errors"))
    if payload.get("success") is True and not errors:
        return CancelOutcome.CANCELLED
    if any("already been processed" in error.message for error in errors):
        return CancelOutcome.PROCESSED
    return CancelOutcome.UNKNOWN


async def _create_under_free_id(
    http: Http,
    wanted: WantedInvoice,
    first_id: ExternalId,
    document: GraphQLRequest,
    *,
    may_look: bool,
) -> Invoice:
    """Make an invoice under the first external id that is free or was ours already (M1).

    One that exists is looked up. Where our key may not look, or nothing is found, a new id is
    taken: an invoice whose request nobody ever saw cannot be paid. It is a random one, since
    numbered ones can all be used up by answers that were lost, and the forward would wait for ever.
    """
    external_id = first_id
    for _ in range(_MOST_IDS):
        try:
            return checked(await _create(http, wanted, external_id, document), wanted, external_id)
        except Refused as error:
            if not _exists_already(error.error):
                raise
        existing = await _find_by_external_id(http, wanted.side, external_id) if may_look else None
        if existing is not None:
            try:
                return checked(existing, wanted, external_id)
            except UnknownPayee:
                raise
            except Refused as error:
                log.info("an invoice of ours is not as asked for id=%s %s", external_id, error)
        log.info("external id taken, and its invoice not to be had id=%s", external_id)
        if wanted.search is not None and (sent := await wanted.search()) is not None:
            return sent
        external_id = other_external_id(first_id, secrets.token_hex(4))
    raise unexpected_answer("every external id is taken")


async def _create(
    http: Http, wanted: WantedInvoice, external_id: ExternalId, document: GraphQLRequest
) -> Mapping[str, Any]:
    """Ask for the invoice; a lost answer is asked for again with the same external id, at once."""
    on_behalf = document is documents.CREATE_ON_BEHALF
    field = "lnInvoiceCreateOnBehalfOfRecipient" if on_behalf else "lnInvoiceCreate"
    given = {
        "recipientWalletId" if on_behalf else "walletId": wanted.wallet,
        "amount": wanted.amount,
        "memo": wanted.memo,
        "expiresIn": wanted.minutes,
        "externalId": external_id,
    }
    tries = 0
    while True:
        try:
            payload = await http.payload(document, field, {"input": given}, side=wanted.side)
            errors, made = errors_of(payload.get("errors")), payload.get("invoice")
            if errors:
                raise refusal(errors[0], wanted.side)
            if isinstance(made, Mapping):
                return made
            raise unexpected_answer("an answer without an invoice")
        except (AnswerLost, NotSent) as error:
            tries += 1
            if tries == _REQUESTS_PER_ID or isinstance(error, Blocked):
                raise
            log.info("invoice not answered id=%s reason=%s", external_id, error)
            at_once = tries == 1 and not isinstance(error, RateLimited)
            await asyncio.sleep(0 if at_once else http.timings.retry_s)


async def _find_by_external_id(
    http: Http, side: AccountSide, external_id: ExternalId
) -> Mapping[str, Any] | None:
    """Find one of the account's newest invoices by its external id, None if it is not there."""
    data = await http.ask(documents.RECENT_INVOICES, side=side)
    try:
        nodes = [edge["node"] for edge in data["me"]["defaultAccount"]["invoices"]["edges"]]
        return next((node for node in nodes if node["externalId"] == external_id), None)
    except UNREADABLE:
        raise unexpected_answer("no list of invoices") from None


def _exists_already(error: BlinkError) -> bool:
    low = error.message.lower()
    return "external id" in low and "already exists" in low
