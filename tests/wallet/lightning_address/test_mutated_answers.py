"""Answers of strangers, mutated: no false payment, and no crash."""

import json
import random
from collections.abc import Mapping
from hashlib import sha256
from typing import Any

import pytest

from kiosk.sale.invoice import InvoiceStatus, PaymentHash
from kiosk.wallet.direct_status import status_of
from kiosk.wallet.lightning_address.messages import (
    Declined,
    OddAnswer,
    proves,
    read_invoice,
    read_pay_request,
    read_verdict,
)

PREIMAGE = "11" * 32
NAME = PaymentHash(sha256(bytes.fromhex(PREIMAGE)).hexdigest())
VALUES: tuple[Any, ...] = (
    None,
    True,
    False,
    0,
    -1,
    1,
    2**70,
    1.5,
    "",
    "PAID",
    "settled",
    "22" * 32,
    PREIMAGE[:-2],
    PREIMAGE + "00",
    NAME,
    [],
    {},
    [PREIMAGE],
    {"preimage": PREIMAGE},
    "\ud800",
    "x" * 5_000,
)
VERDICT: Mapping[str, Any] = {"status": "OK", "settled": False, "preimage": None, "pr": "lnbc1"}
STATUS: Mapping[str, Any] = {"paymentHash": NAME, "status": "PENDING", "paymentPreimage": None}
REQUEST: Mapping[str, Any] = {
    "tag": "payRequest",
    "callback": "https://example.com/callback",
    "minSendable": 1000,
    "maxSendable": 100_000_000,
    "metadata": json.dumps([["text/plain", "x"]]),
}
INVOICE: Mapping[str, Any] = {"pr": "lnbc1", "routes": [], "verify": "https://example.com/v"}


def mutated(body: Mapping[str, Any], chance: random.Random) -> dict[str, Any]:
    changed = dict(body)
    for _ in range(chance.randint(1, 3)):
        key = chance.choice([*body, "status", "settled", "reason", "payerData"])
        if chance.random() < 0.2:
            changed.pop(key, None)
        else:
            changed[key] = chance.choice(VALUES)
    return changed


def check(rounds: int) -> None:
    chance = random.Random(12)
    for _ in range(rounds):
        try:
            verdict = read_verdict(mutated(VERDICT, chance))
        except (Declined, OddAnswer):
            pass
        else:
            assert not proves(verdict.preimage, NAME)
        assert status_of(mutated(STATUS, chance), NAME) is not InvoiceStatus.PAID
        for read, body in ((read_pay_request, REQUEST), (read_invoice, INVOICE)):
            try:
                read(mutated(body, chance))
            except (Declined, OddAnswer):
                continue


def test_no_mutated_answer_is_a_payment() -> None:
    check(2_000)


@pytest.mark.slow
def test_no_mutated_answer_of_a_hundred_thousand_is_a_payment() -> None:
    check(25_000)  # four answers each


def test_the_right_preimage_is_a_payment_whatever_is_said_beside_it() -> None:
    for status in ("PENDING", "EXPIRED", "PAID", "unheard of"):
        raw = {"paymentHash": NAME, "status": status, "paymentPreimage": PREIMAGE.upper()}
        assert status_of(raw, NAME) is InvoiceStatus.PAID
