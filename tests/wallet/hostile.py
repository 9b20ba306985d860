"""Answers that no Blink would give: real ones, recorded and then mutilated, and a judge of them."""

import copy
import json
import random
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final

from gql import GraphQLRequest
from graphql import print_ast

from kiosk.sale.invoice import Invoice, PaymentHash
from kiosk.simulate import Simulator
from kiosk.wallet import documents
from tests.wallet.conftest import Door, order

Json = Any

_WORDS: Final = (
    "PAID",
    "SUCCESS",
    "PENDING",
    "EXPIRED",
    "FAILURE",
    "ALREADY_PAID",
    "SEND",
    "RECEIVE",
    "paid",
    "PAID ",
    "",
    "\x00",
    "\u202e\u200bPAID",
    "\ud800",
    "ＰＡＩＤ",
    "null",
    "[]",
    "x" * 10_000,
    "9" * 5_000,
    "-1",
    "1e400",
    "Fri, 31 Dec 9999 23:59:59 GMT",
    "\ud800" * 1_000,
    "lnbc1" + "q" * 5_000,
)
_NUMBERS: Final = (
    0,
    1,
    -1,
    2**31,
    2**53 - 1,
    2**63,
    253_402_300_799,
    10**40,
    -(10**40),
    0.5,
    1e308,
    float("inf"),
    float("nan"),
)


@dataclass
class Recorded:
    """What Blink answers in the middle of a sale: one invoice paid, another one waiting."""

    waiting: PaymentHash
    paid: PaymentHash
    invoice: Invoice
    payout: Invoice
    answers: dict[str, Json] = field(default_factory=dict)  # by the operation's name

    def messages(self, name: PaymentHash, status: str = "PENDING") -> Json:
        """A message of the status subscription, its `data`."""
        result = {"errors": [], "paymentHash": name, "status": status}
        return {"lnInvoicePaymentStatusByHash": result}


def record(simulator: Simulator, door: Door) -> Recorded:
    """Play a sale on a simulator and keep every answer to every document."""
    from kiosk.sale.events import InvoiceCreated, PayoutCreated

    account = door.fetched_account()
    made: list[tuple[Invoice, Invoice]] = []
    for number in (1, 2):
        door.perform(order(account, number))
        invoices: dict[type, Invoice] = {}
        while len(invoices) < 2:
            event = door.wait_for_any(InvoiceCreated, PayoutCreated)
            if isinstance(event, InvoiceCreated):
                invoices[InvoiceCreated] = event.invoice
            elif isinstance(event, PayoutCreated):
                invoices[PayoutCreated] = event.payout
        made.append((invoices[InvoiceCreated], invoices[PayoutCreated]))
    (paid, _), (waiting, payout) = made
    simulator.pay(paid.payment_request, via="blink")
    simulator.pay(paid.payment_request, via="lightning")
    kept = Recorded(waiting.payment_hash, paid.payment_hash, waiting, payout)
    wallet = account.till_wallet
    create = {"walletId": wallet, "amount": 1234, "memo": "m", "expiresIn": 10}
    send = {"walletId": wallet, "paymentRequest": payout.payment_request}
    asked: list[tuple[GraphQLRequest, dict[str, Any]]] = [
        (documents.ACCOUNT, {}),
        (documents.DEFAULT_WALLET, {"username": simulator.merchant.username}),
        (documents.LIMIT, {}),
        (documents.PRICES, {"currency": "USD"}),
        (documents.CREATE_INVOICE, {"input": create}),
        (
            documents.CREATE_ON_BEHALF,
            {
                "input": {
                    "recipientWalletId": account.merchant_wallet,
                    "amount": 1,
                    "memo": "m",
                    "expiresIn": 1,
                }
            },
        ),
        (documents.WALLETS, {}),
        (documents.STATUS_BY_HASH, {"input": {"paymentHash": paid.payment_hash}}),
        (documents.RECENT_INVOICES, {}),
        (
            documents.CANCEL_INVOICE,
            {"input": {"walletId": wallet, "paymentHash": paid.payment_hash}},
        ),
        (documents.HISTORY_INVOICES, {"wallet": wallet, "after": None}),
        (documents.HISTORY_ENTRIES, {"wallet": wallet, "after": None}),
        (
            documents.status_of(2),
            {"wallet": wallet, "h0": waiting.payment_hash, "h1": paid.payment_hash},
        ),
        (documents.PAY, {"input": send}),
        (documents.LEDGER, {"wallet": wallet, "hash": payout.payment_hash}),
    ]
    simulator.pay(waiting.payment_request)  # so that the payout can be paid
    for request, variables in asked:
        answer = _post(simulator, request, variables)
        kept.answers[name_of(request)] = answer
    # The waiting invoice is still waiting, whatever was needed to record a payout being paid.
    status = kept.answers["Status"]["data"]["me"]["defaultAccount"]["walletById"]
    status["i0"]["paymentStatus"], status["t0"] = "PENDING", []
    return kept


def name_of(request: GraphQLRequest) -> str:
    """The name of a document's operation."""
    text = print_ast(request.document)
    return text.split()[1].split("(")[0]


def _post(simulator: Simulator, request: GraphQLRequest, variables: dict[str, Any]) -> Json:
    body = {"query": print_ast(request.document), "variables": variables}
    headers = {"Content-Type": "application/json", "X-API-KEY": simulator.till.api_key}
    sent = urllib.request.Request(simulator.api_url, json.dumps(body).encode(), headers)
    with urllib.request.urlopen(sent, timeout=10) as answer:
        return json.load(answer)


class Mutilator:
    """Changes a few things about an answer: types, values, fields, depth, and other people's."""

    def __init__(self, seed: int, *known: str) -> None:
        self.chance = random.Random(seed)
        self._words = (
            *_WORDS,
            *known,
            *(word.upper() for word in known),
            *(word[:-1] for word in known),
        )

    def __call__(self, answer: Json) -> Json:
        """A changed copy."""
        root = {"root": copy.deepcopy(answer)}
        for _ in range(self.chance.choice((0, 1, 1, 1, 2, 3, 5))):
            places = list(_places(root))
            self._change(*self.chance.choice(places), places)
        return root["root"]

    def cut(self, text: str) -> bytes:
        """An answer as bytes, now and then cut short or no JSON at all."""
        data = text.encode("utf-8", "surrogatepass")
        match self.chance.randrange(12):
            case 0:
                return data[: self.chance.randrange(len(data) + 1)]
            case 1:
                return data + data
            case 2:
                place = self.chance.randrange(len(data) + 1)
                return data[:place] + self.chance.randbytes(3) + data[place:]
            case 3:
                return b"\xef\xbb\xbf" + data
            case 4:
                return b"<html>" + data + b"</html>"
            case 5:
                return data + b" " * 3_000_000
        return data

    def _change(self, box: Any, key: Any, places: list[tuple[Any, Any]]) -> None:
        match self.chance.randrange(9):
            case 0 if isinstance(box, dict) and key != "root":
                del box[key]
            case 1:
                box[key] = None
            case 2:
                box[key] = self.chance.choice(_NUMBERS)
            case 3:
                box[key] = [box[key]]
            case 4:
                box[key] = {"a": box[key]}
            case 5:
                other, place = self.chance.choice(places)
                box[key] = copy.deepcopy(other[place])
            case 6:
                box[key] = _deep(self.chance.choice((3, 30, 150)))
            case 7:
                box[key] = self.chance.choice(([], {}, True, False, [None], [[]], "", {"": None}))
            case _:
                box[key] = self.chance.choice(self._words)


def _places(box: Any) -> Iterator[tuple[Any, Any]]:
    waiting = [box]
    while waiting:
        here = waiting.pop()
        keys = list(here) if isinstance(here, dict) else range(len(here))
        for key in keys:
            yield here, key
            if isinstance(here[key], dict | list):
                waiting.append(here[key])


def _deep(levels: int) -> Json:
    nested: Json = "deep"
    for _ in range(levels):
        nested = [nested]
    return nested


def says_paid(message: Json, name: PaymentHash) -> bool:
    """Whether a message could be read, with the best of will, as "this hash is PAID".

    Much wider than the wallet's own reading: somewhere it names the hash beside PAID, or a receipt.
    """
    return any(
        (
            _names(item.get("paymentHash"), name)
            and "PAID" in (item.get("status"), item.get("paymentStatus"))
        )
        or (
            item.get("direction") == "RECEIVE"
            and item.get("status") == "SUCCESS"
            and isinstance(via := item.get("initiationVia"), dict)
            and _names(via.get("paymentHash"), name)
        )
        for item in _objects(message)
    )


def says_sent(message: Json, name: PaymentHash) -> bool:
    """Whether a message could be read as "a payout of this hash was sent"."""
    return any(
        item.get("direction") == "SEND"
        and item.get("status") == "SUCCESS"
        and isinstance(via := item.get("initiationVia"), dict)
        and _names(via.get("paymentHash"), name)
        for item in _objects(message)
    )


def _names(text: object, name: PaymentHash) -> bool:
    return isinstance(text, str) and text.lower() == name


def _objects(message: Json) -> Iterator[dict[str, Any]]:
    if isinstance(message, dict):
        yield message
    for box, key in _places({"root": message}):
        if isinstance(box[key], dict):
            yield box[key]
