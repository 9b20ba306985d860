"""What Blink's ledger shows of this kiosk's sales.

`fetch_history` reads all of them, for a journal that was lost. `payout_sent` searches the payouts
of one sale, whenever a second external id would be taken for its payout invoice (M6).
"""

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, TypeVar

from gql import GraphQLRequest

from kiosk.sale.effects import FetchLedgerHistory
from kiosk.sale.events import LedgerHistoryResult
from kiosk.sale.ids import Direction, InvoiceParts, parse_external_id
from kiosk.sale.invoice import (
    ExternalId,
    Invoice,
    InvoiceStatus,
    PaymentHash,
    PaymentRequest,
    SaleId,
    WalletId,
    parse_payment_hash,
)
from kiosk.sale.ledger_history import (
    HISTORY_S,
    EntryState,
    HistoryEntry,
    HistoryInvoice,
    LedgerHistory,
    concerns,
)
from kiosk.sale.money import MSAT_PER_SAT, Sats
from kiosk.sale.trouble import KioskError, Trouble, TroubleKind
from kiosk.wallet import documents
from kiosk.wallet.bolt11 import NotAnInvoice, decode
from kiosk.wallet.errors import UNREADABLE, BlinkError, Refused, unexpected_answer
from kiosk.wallet.http import Http
from kiosk.wallet.invoice_status import INVOICE_STATUS

log: Final = logging.getLogger("kiosk.wallet")

# How much is searched for one sale: five times as much.
SEARCHED_PAGES: Final = 300

# A hundred each: a till account shared by thirty busy kiosks makes some 9,000 invoices a day.
PAGES: Final = 60

_DIRECTIONS: Final = {"RECEIVE": Direction.IN, "SEND": Direction.OUT}
_STATES: Final = {
    "SUCCESS": EntryState.SUCCESS,
    "PENDING": EntryState.PENDING,
    "FAILURE": EntryState.FAILURE,
}

_Node = Mapping[str, Any]
Read = TypeVar("Read", HistoryInvoice, HistoryEntry)


class PaidBefore(Refused):
    """The ledger shows another payout of this sale: none is made, and a person has to look."""

    def __init__(self, reason: str) -> None:
        super().__init__(
            Trouble(TroubleKind.PAID_BEFORE, reason=f"sent already: {reason}"), BlinkError(reason)
        )


class _Unreadable(Exception):
    """Something about a sale of ours that cannot be read, so nothing is concluded of that sale."""


async def fetch_history(http: Http, order: FetchLedgerHistory) -> LedgerHistoryResult:
    """Read the last days' invoices and ledger of the till wallet, whole or not at all.

    Never raises. What cannot be read might be the very payout that was made already, so its sale
    is reported as unreadable.
    """
    unreadable: set[SaleId] = set()
    try:
        wallet = order.account.till_wallet
        made, made_since = await _pages(http, wallet, documents.HISTORY_INVOICES, _of_invoices)
        moved, moved_since = await _pages(http, wallet, documents.HISTORY_ENTRIES, _of_entries)
    except (KioskError, *UNREADABLE) as error:
        log.warning("ledger history not fetched reason=%s", type(error).__name__)
        return LedgerHistoryResult(None, order.asked_s)

    def wanted(sale: SaleId) -> bool:
        return concerns(sale, order.kiosk_id, order.installation)

    invoices = _read(made, _invoice, wanted, unreadable)
    entries = _read(moved, _entry, wanted, unreadable)
    since = max(made_since, moved_since)
    return LedgerHistoryResult(
        LedgerHistory(tuple(invoices), tuple(entries), since, frozenset(unreadable)),
        order.asked_s,
    )


async def payout_sent(
    http: Http, wallet: WalletId, wanted: InvoiceParts, amount: Sats, since: int
) -> Invoice | None:
    """Search our ledger for a payout of a sale, under any id that it can have (M6).

    Asked before a second id is taken for it: the journal may be an older copy, or an answer was
    lost. `since` is when the sale was begun, Unix seconds. None is nothing sent; what was sent is
    returned to be looked up by its hash, if it can be the payout that is wanted.

    Raises:
        PaidBefore: something else was sent, so that a person has to look.
        KioskError: the ledger could not be read as far back; nothing is known.
    """
    nodes, complete = await _pages(
        http, wallet, documents.HISTORY_ENTRIES, _of_entries, since, SEARCHED_PAGES
    )
    if complete > since:
        raise unexpected_answer("the ledger is too long to be searched")
    sent = []
    for node in nodes:
        named = parse_external_id(node.get("externalId"))
        if named is None or named.sale != wanted.sale or named.direction is not Direction.OUT:
            continue
        try:
            entry = _entry(node, named.sale, named.direction)
        except (_Unreadable, *UNREADABLE):
            raise PaidBefore("an entry of it cannot be read") from None
        if entry.state is not EntryState.FAILURE:
            sent.append((named, entry))
    if not sent:
        return None
    named, entry = sent[0]
    # An earlier generation is in the journal, which has given it up: a person has to look.
    if len(sent) > 1 or named.generation < wanted.generation or entry.amount != amount:
        raise PaidBefore(f"{len(sent)} payments, the newest under generation {named.generation}")
    if entry.invoice is None or entry.invoice.amount != amount:
        raise PaidBefore("its invoice cannot be read")
    return entry.invoice


def _read(
    nodes: Sequence[_Node],
    read: Callable[[_Node, SaleId, Direction], Read],
    wanted: Callable[[SaleId], bool],
    unreadable: set[SaleId],
) -> list[Read]:
    """Read what is of wanted sales; the sales of what cannot be read go into `unreadable`."""
    items = []
    for node in nodes:
        named = parse_external_id(node.get("externalId"))
        if named is None or not wanted(named.sale):
            continue
        try:
            items.append(read(node, named.sale, named.direction))
        except (_Unreadable, *UNREADABLE):
            unreadable.add(named.sale)
    return items


async def _pages(
    http: Http,
    wallet: WalletId,
    document: GraphQLRequest,
    of: Callable[[Mapping[str, Any]], Mapping[str, Any]],
    since: int | None = None,
    pages: int = PAGES,
) -> tuple[list[_Node], int]:
    """Nodes newest first, and the Unix time since which they are complete; 0 is for ever.

    Asked for are those since `since`, Unix seconds; None is the last days.
    """
    nodes_so_far: list[_Node] = []
    after: str | None = None
    newest: int | None = None
    for _ in range(pages):
        data = await http.ask(document, {"wallet": wallet, "after": after})
        page = of(data["me"]["defaultAccount"])
        nodes = [edge["node"] for edge in page["edges"]]
        if not all(isinstance(node, Mapping) for node in nodes):
            raise unexpected_answer("a page of something else")
        nodes_so_far += nodes
        more = page["pageInfo"]["hasNextPage"]
        if not isinstance(more, bool) or (more and not nodes):
            raise unexpected_answer("a page that does not say what comes after it")
        if not more:
            return nodes_so_far, 0
        oldest = int(nodes[-1]["createdAt"])
        newest = int(nodes[0]["createdAt"]) if newest is None else newest
        wanted = (http.server_unix_s or newest) - HISTORY_S if since is None else since
        if oldest < wanted:
            return nodes_so_far, wanted
        after = str(page["pageInfo"]["endCursor"])
        await asyncio.sleep(0)  # thousands of these must not hold up the sale on the screen
    return nodes_so_far, int(nodes_so_far[-1]["createdAt"]) + 1


def _of_invoices(account: Mapping[str, Any]) -> Mapping[str, Any]:
    page: Mapping[str, Any] = account["invoices"]
    return page


def _of_entries(account: Mapping[str, Any]) -> Mapping[str, Any]:
    page: Mapping[str, Any] = account["walletById"]["transactions"]
    return page


def _invoice(node: _Node, sale: SaleId, direction: Direction) -> HistoryInvoice:
    payment_hash = parse_payment_hash(node["paymentHash"])
    invoice = _decoded(node["paymentRequest"], payment_hash, node["externalId"])
    if invoice is None or direction is not Direction.IN:
        raise _Unreadable
    status = INVOICE_STATUS.get(node["paymentStatus"], InvoiceStatus.UNKNOWN)
    return HistoryInvoice(sale, invoice, status, int(node["createdAt"]))


def _entry(node: _Node, sale: SaleId, direction: Direction) -> HistoryEntry:
    via, amount = node["initiationVia"], node["settlementAmount"]
    payment_hash = parse_payment_hash(via["paymentHash"])
    if (
        payment_hash is None
        or not isinstance(amount, int)
        or _DIRECTIONS[node["direction"]] is not direction
    ):
        raise _Unreadable
    return HistoryEntry(
        sale=sale,
        direction=direction,
        state=_STATES[node["status"]],
        amount=Sats(abs(amount)),
        at=int(node["createdAt"]),
        payment_hash=payment_hash,
        invoice=_decoded(via.get("paymentRequest"), payment_hash, node["externalId"]),
    )


def _decoded(text: object, payment_hash: PaymentHash | None, external_id: str) -> Invoice | None:
    """An invoice out of its BOLT11 text, if that is for this hash and for whole sats."""
    if not isinstance(text, str):
        return None
    try:
        decoded = decode(text)
    except NotAnInvoice:
        return None
    msat = decoded.amount_msat
    if decoded.payment_hash != payment_hash or not msat or msat % MSAT_PER_SAT:
        return None
    return Invoice(
        payment_hash=decoded.payment_hash,
        payment_request=PaymentRequest(text.lower()),
        amount=Sats(msat // MSAT_PER_SAT),
        external_id=ExternalId(external_id),
        expires_at=decoded.timestamp + decoded.lifetime_s,
        lifetime_s=decoded.lifetime_s,
    )
