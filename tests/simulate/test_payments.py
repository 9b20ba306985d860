import hashlib
from typing import Any

import pytest

from kiosk.sale.days import DAY_S
from kiosk.simulate import Fault, ManualClock, Simulator
from tests.simulate.conftest import Client, in_wallet

FIVE_MINUTES_S = 300


def payout(simulator: Simulator, merchant: Client, amount_sat: int = 1000, **more: Any) -> Any:
    return merchant.invoice(simulator.merchant, amount_sat, **more)


def outcome(payload: dict[str, Any]) -> tuple[str | None, list[tuple[str | None, str]]]:
    return payload["status"], [(error["code"], error["message"]) for error in payload["errors"]]


def entries(client: Client, simulator: Simulator, payment_hash: str) -> list[tuple[str, str, int]]:
    fields = "transactionsByPaymentHash(paymentHash: {}) {{ direction status settlementAmount }}"
    wallet = in_wallet(client, simulator.till, fields.format(f'"{payment_hash}"'))
    return [
        (entry["direction"], entry["status"], entry["settlementAmount"])
        for entry in wallet["transactionsByPaymentHash"]
    ]


def test_a_send_is_negative_free_and_proves_itself(
    simulator: Simulator, rich_till: Client, merchant: Client
) -> None:
    invoice = payout(simulator, merchant, memo="till 1", externalId="sale-1-payout")
    sent = rich_till.send(simulator.till, invoice["paymentRequest"])
    assert outcome(sent) == ("SUCCESS", [])
    transaction = sent["transaction"]
    assert (transaction["direction"], transaction["status"]) == ("SEND", "SUCCESS")
    assert (transaction["settlementAmount"], transaction["settlementFee"]) == (-1000, 0)
    assert (transaction["memo"], transaction["externalId"]) == ("till 1", "sale-1-payout")
    assert transaction["initiationVia"]["paymentHash"] == invoice["paymentHash"]
    via = transaction["settlementVia"]
    assert (via["__typename"], via["counterPartyUsername"]) == (
        "SettlementViaIntraLedger",
        "merchant",
    )
    preimage = bytes.fromhex(via["preImage"])
    assert hashlib.sha256(preimage).hexdigest() == invoice["paymentHash"]
    assert simulator.merchant.balance_sat == 1000
    assert simulator.till.balance_sat == 99_000


def test_paying_twice_moves_money_once(
    simulator: Simulator, rich_till: Client, merchant: Client, customer: Client, clock: ManualClock
) -> None:
    request = payout(simulator, merchant)["paymentRequest"]
    first = rich_till.send(simulator.till, request)
    second = rich_till.send(simulator.till, request)
    assert outcome(second) == ("ALREADY_PAID", [])
    assert second["transaction"]["id"] == first["transaction"]["id"]
    already = ("FAILURE", [("LIGHTNING_PAYMENT_ERROR", "Invoice is already paid")])
    assert outcome(customer.send(simulator.customer, request)) == already
    clock.advance(FIVE_MINUTES_S)
    assert outcome(rich_till.send(simulator.till, request)) == already
    assert simulator.merchant.balance_sat == 1000


def test_nobody_pays_himself(simulator: Simulator, rich_till: Client) -> None:
    request = rich_till.invoice(simulator.till)["paymentRequest"]
    assert outcome(rich_till.send(simulator.till, request)) == (
        "FAILURE",
        [("CANT_PAY_SELF", "User tried to pay themselves")],
    )


def test_an_empty_wallet_pays_nothing(simulator: Simulator, till: Client, merchant: Client) -> None:
    request = payout(simulator, merchant)["paymentRequest"]
    assert outcome(till.send(simulator.till, request)) == (
        "FAILURE",
        [("INSUFFICIENT_BALANCE", "Payment amount '1000' sats exceeds balance '0'")],
    )


@pytest.mark.parametrize("cancelled", [True, False])
def test_a_dead_invoice_is_refused_outside_and_still_payable_from_inside(
    simulator: Simulator, till: Client, clock: ManualClock, cancelled: bool
) -> None:
    invoice = till.invoice(simulator.till, expiresIn=1)
    if cancelled:
        wanted = {"walletId": simulator.till.wallet_id, "paymentHash": invoice["paymentHash"]}
        assert till.mutate("lnInvoiceCancel", "success", **wanted)["success"] is True
    else:
        clock.advance(61)
    outside = simulator.pay(invoice["paymentRequest"])
    assert outside.results == ("Invoice already expired, or has bad payment hash",)
    assert simulator.pay(invoice["paymentRequest"], via="blink").paid
    assert simulator.till.balance_sat == 1000


def test_a_held_payment_looks_pending_and_cannot_be_cancelled(
    simulator: Simulator, till: Client
) -> None:
    invoice = till.invoice(simulator.till)
    payment_hash = simulator.hold(invoice["paymentRequest"])
    cancel = till.mutate(
        "lnInvoiceCancel",
        "success errors { message }",
        walletId=simulator.till.wallet_id,
        paymentHash=payment_hash,
    )
    assert cancel["success"] is False
    assert cancel["errors"][0]["message"] == "The invoice has already been processed"
    assert simulator.till.balance_sat == 0
    simulator.settle_held(payment_hash)
    assert simulator.till.balance_sat == 1000


def test_an_invoice_can_be_paid_from_inside_and_outside_at_once(
    simulator: Simulator, till: Client
) -> None:
    invoice = till.invoice(simulator.till)
    payment_hash = simulator.hold(invoice["paymentRequest"])
    assert simulator.pay(invoice["paymentRequest"], via="blink").paid
    simulator.settle_held(payment_hash)
    assert simulator.till.balance_sat == 2000
    received = entries(till, simulator, payment_hash)
    assert received == [("RECEIVE", "SUCCESS", 1000), ("RECEIVE", "SUCCESS", 1000)]


def test_the_customer_is_told_why_he_cannot_pay_again(simulator: Simulator, till: Client) -> None:
    request = till.invoice(simulator.till)["paymentRequest"]
    report = simulator.pay(f"LIGHTNING:{request.upper()}", times=2)
    assert report.results == ("PAID", "Invoice is already paid")
    assert report.paid
    assert report.credited_at is not None


def test_the_daily_limit_is_counted_in_dollars_and_rolls(
    simulator: Simulator, till: Client, merchant: Client, clock: ManualClock
) -> None:
    simulator.pay(till.invoice(simulator.till, 5_000_000)["paymentRequest"])
    left = "{ me { defaultAccount { limits { internalSend { totalLimit remainingLimit } } } } }"

    def remaining() -> int:
        (limit,) = till.ask(left)["me"]["defaultAccount"]["limits"]["internalSend"]
        assert limit["totalLimit"] == 200_000
        return int(limit["remainingLimit"])

    request = payout(simulator, merchant, 4_000_000)["paymentRequest"]
    assert outcome(till.send(simulator.till, request)) == ("SUCCESS", [])
    assert remaining() == 200_000 - 174_492
    request = payout(simulator, merchant, 1_000_000, expiresIn=1440)["paymentRequest"]
    assert outcome(till.send(simulator.till, request)) == (
        "FAILURE",
        [("TRANSACTION_RESTRICTED", "Cannot transfer more than $2000.00 in 24 hours")],
    )
    clock.advance(DAY_S)
    assert remaining() == 200_000
    assert outcome(till.send(simulator.till, request)) == ("SUCCESS", [])


def test_a_retry_after_the_limit_is_used_up_denies_a_payment_that_happened(
    simulator: Simulator, till: Client, merchant: Client
) -> None:
    simulator.pay(till.invoice(simulator.till, 5_000_000)["paymentRequest"])
    request = payout(simulator, merchant, 4_000_000)["paymentRequest"]
    till.send(simulator.till, request)
    status, ((code, _),) = outcome(till.send(simulator.till, request))
    assert (status, code) == ("FAILURE", "TRANSACTION_RESTRICTED")


def test_failure_after_the_money_moved_is_seen_in_the_transactions_only(
    simulator: Simulator, rich_till: Client, merchant: Client
) -> None:
    invoice = payout(simulator, merchant)
    simulator.faults.add(Fault.FAILURE_AFTER, "lnInvoicePaymentSend", times=1)
    status, ((code, message),) = outcome(rich_till.send(simulator.till, invoice["paymentRequest"]))
    assert (status, code) == ("FAILURE", "LIGHTNING_PAYMENT_ERROR")
    assert message.startswith("Temporary failure")
    assert entries(rich_till, simulator, invoice["paymentHash"]) == [("SEND", "SUCCESS", -1000)]
    asked = rich_till.post(
        "query S($input: LnInvoicePaymentStatusByHashInput!) "
        "{ lnInvoicePaymentStatusByHash(input: $input) { status } }",
        {"input": {"paymentHash": invoice["paymentHash"]}},
    ).json
    assert asked["data"] is None
    again = rich_till.send(simulator.till, invoice["paymentRequest"])
    assert outcome(again) == ("ALREADY_PAID", [])
    assert simulator.merchant.balance_sat == 1000


@pytest.mark.parametrize(
    ("fault", "end", "merchant_sat"),
    [
        (Fault.PENDING_SETTLES, [("SEND", "SUCCESS", -1000)], 1000),
        (
            Fault.PENDING_REVERSES,
            [("RECEIVE", "SUCCESS", 1000), ("SEND", "FAILURE", -1000)],
            0,
        ),
    ],
)
def test_a_pending_send_settles_or_comes_back(
    simulator: Simulator,
    rich_till: Client,
    merchant: Client,
    clock: ManualClock,
    fault: Fault,
    end: list[tuple[str, str, int]],
    merchant_sat: int,
) -> None:
    invoice = payout(simulator, merchant)
    simulator.faults.add(fault, times=1, seconds=45)
    sent = rich_till.send(simulator.till, invoice["paymentRequest"])
    assert outcome(sent) == ("PENDING", [])
    assert entries(rich_till, simulator, invoice["paymentHash"]) == [("SEND", "PENDING", -1000)]
    retry = rich_till.send(simulator.till, invoice["paymentRequest"])
    assert outcome(retry) == (
        "FAILURE",
        [("INVALID_INPUT", "There is a pending payment for this invoice")],
    )
    clock.advance(45)
    assert entries(rich_till, simulator, invoice["paymentHash"]) == end
    assert simulator.merchant.balance_sat == merchant_sat
    simulator.ledger.assert_balanced()
    rich_till.send(simulator.till, invoice["paymentRequest"])
    assert simulator.merchant.balance_sat == 1000


def test_somebody_else_can_be_faster(
    simulator: Simulator, rich_till: Client, merchant: Client
) -> None:
    invoice = payout(simulator, merchant)
    simulator.faults.add(Fault.PAID_BY_SOMEBODY_ELSE, times=1)
    sent = rich_till.send(simulator.till, invoice["paymentRequest"])
    assert outcome(sent) == ("ALREADY_PAID", [])
    assert sent["transaction"] is None
    assert entries(rich_till, simulator, invoice["paymentHash"]) == []
    assert simulator.till.balance_sat == 100_000


def test_somebody_else_is_faster_every_time_and_then_pays_himself(
    simulator: Simulator, rich_till: Client, merchant: Client
) -> None:
    """The fault for any operation once struck the stranger's own payment too, for ever."""
    simulator.faults.add(Fault.PAID_BY_SOMEBODY_ELSE)
    for _ in range(2):
        invoice = payout(simulator, merchant)
        assert rich_till.send(simulator.till, invoice["paymentRequest"])["status"] == "ALREADY_PAID"
    assert simulator.faults.struck(Fault.PAID_BY_SOMEBODY_ELSE) == 2
    assert simulator.merchant.balance_sat == 2000


def test_small_receipts_hide_their_memo(simulator: Simulator, till: Client) -> None:
    for amount_sat in (49, 50):
        request = till.invoice(simulator.till, amount_sat, memo="hello")["paymentRequest"]
        simulator.pay(request)
    wallet = in_wallet(till, simulator.till, "transactions(first: 2) { edges { node { memo } } }")
    assert [edge["node"]["memo"] for edge in wallet["transactions"]["edges"]] == ["hello", None]


def test_an_outside_invoice_costs_a_fee_and_may_have_no_route(
    simulator: Simulator, rich_till: Client
) -> None:
    dear = simulator.outside_invoice(100_000)
    status, ((code, _),) = outcome(rich_till.send(simulator.till, dear))
    assert (status, code) == ("FAILURE", "INSUFFICIENT_BALANCE"), "the fee does not fit"
    sent = rich_till.send(simulator.till, simulator.outside_invoice(1000))
    assert (sent["transaction"]["settlementAmount"], sent["transaction"]["settlementFee"]) == (
        -1001,
        1,
    )
    assert sent["transaction"]["settlementVia"]["__typename"] == "SettlementViaLn"
    simulator.faults.add(Fault.WRONG_PAYEE, times=1)
    lost = rich_till.invoice(simulator.till)["paymentRequest"]
    status, ((code, _),) = outcome(rich_till.send(simulator.till, lost))
    assert (status, code) == ("FAILURE", "ROUTE_FINDING_ERROR")


def test_junk_is_no_invoice(simulator: Simulator, rich_till: Client) -> None:
    status, ((code, _),) = outcome(rich_till.send(simulator.till, "lnbcrt1junk"))
    assert (status, code) == ("FAILURE", "INVOICE_DECODE_ERROR")
    status, ((code, message),) = outcome(rich_till.send(simulator.till, "lightning:lnbcrt1"))
    assert (status, code, message) == (None, None, "Invalid value for LnPaymentRequest")


def test_the_report_says_who_paid_whom_for_which_hash(
    simulator: Simulator, rich_till: Client, merchant: Client
) -> None:
    invoice = payout(simulator, merchant)
    rich_till.send(simulator.till, invoice["paymentRequest"])
    report = simulator.ledger.report()
    last = report[-1]
    assert (last.payer, last.payee, last.amount) == ("till", "merchant", 1000)
    assert last.payment_hash == invoice["paymentHash"]
    assert f"till -> merchant  1000 sat  ln-intraledger  {invoice['paymentHash']}" in str(last)
