"""Bugs that tills before ours had, numbered as in our notes: seen on real sockets."""

import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from threading import Event

import pytest

from kiosk.sale.effects import CloseConnections, CloseSale
from kiosk.sale.events import ConnectionChanged, InvoiceCreated, LookUpOutcome
from kiosk.sale.facts import Ending
from kiosk.sale.invoice import PaymentHash
from kiosk.sale.keys import Key
from kiosk.sale.screens import ConnectionState, EnteringAmount, Forwarded, RequestingInvoice
from kiosk.sale.trouble import TroubleKind
from kiosk.simulate import Fault, Simulator
from kiosk.wallet.forwarding import read_ledger
from kiosk.wallet.invoice_status import receipts
from tests.stories.faults.till import QUICK, QuickTill, switched_on
from tests.wallet.conftest import Door, endpoints_of, order
from tests.wallet.test_wallet import opened, paid


@pytest.fixture
def till(simulator: Simulator, tmp_path: Path) -> Iterator[QuickTill]:
    with switched_on(QuickTill(simulator, tmp_path, KIOSK_CURRENCY="SAT")) as made:
        made.switch_on().rest()
        yield made


@pytest.fixture
def door(simulator: Simulator) -> Iterator[Door]:
    made = Door(endpoints_of(simulator))
    yield made
    made.wallet.stop()


def sold(till: QuickTill, digits: str = "1000") -> str:
    """A sale up to its code; the payment request."""
    till.charge(digits)
    code = till.shown()
    assert code is not None, till.till.screen
    return code.invoice.payment_request


def test_an_invoice_lives_as_long_as_its_code_m8(simulator: Simulator, till: QuickTill) -> None:
    """Bug 5 of other tills: no lifetime was sent, so that the invoice outlived its record."""
    sold(till)
    made = simulator.invoices(simulator.till)[-1]
    payout = simulator.invoices(simulator.merchant)[-1]
    assert made.expires_at_s - made.created_at_s == 600
    assert payout.expires_at_s - payout.created_at_s == 86_400


def test_no_way_leads_around_the_guard_m3(
    simulator: Simulator, till: QuickTill, tmp_path: Path
) -> None:
    """Bug 9 of other tills: the guards were on five routes and not on the main one."""
    simulator.faults.add(Fault.WRONG_PAYEE, "lnInvoiceCreateOnBehalfOfRecipient")
    simulator.pay(sold(till))
    till.until(lambda seen: bool(seen.alarms))
    assert [alarm.trouble.kind for alarm in till.till.alarms] == [TroubleKind.PAYOUT_GUARDED]
    till.leap()
    till.switch_off()  # nor does a start
    till.switch_on().rest()
    till.leap()
    assert till.till.unsettled == 1
    sends = [
        request for request in simulator.requests if request.operation == "lnInvoicePaymentSend"
    ]
    assert not sends
    assert simulator.till.balance_sat == 1000


def test_the_merchants_bitcoin_wallet_is_paid_m3(simulator: Simulator, till: QuickTill) -> None:
    """Bug 11 of other tills: the recipient's default wallet held dollars."""
    assert till.till.account is not None
    assert till.till.account.merchant_wallet == simulator.merchant.wallet_id
    simulator.pay(sold(till))
    till.until(lambda now: isinstance(now.screen, Forwarded))
    assert simulator.merchant.balance_sat == 1000
    assert simulator.ledger.balance(simulator.merchant.usd_wallet_id) == 0


@pytest.mark.parametrize(
    "fault",
    [
        Fault.REQUEST_LOST,
        Fault.MALFORMED_JSON,
        Fault.CAPTIVE_PORTAL,
        Fault.HTTP_502,
        Fault.NULL_FIELDS,
        Fault.UNKNOWN_STATUS,
        Fault.WRONG_SHAPE,
    ],
)
def test_a_failing_network_is_never_a_payment_m4(
    simulator: Simulator, till: QuickTill, fault: Fault
) -> None:
    """Bug 13 of other tills: a network failure was shown as PAID, the worst of them all."""
    sold(till)
    simulator.faults.add(fault, "me")
    for _ in range(3):
        till.press(Key.CHECK)
        till.rest()
        assert till.shown() is not None
    simulator.cut_sockets()
    till.rest()
    assert till.shown() is not None
    assert simulator.faults.struck(fault) >= 3


@pytest.mark.parametrize("fault", [Fault.ACK_NEVER, Fault.SOCKET_REFUSED, None])
def test_a_sale_that_ends_while_its_socket_connects_leaves_nothing(
    simulator: Simulator, door: Door, fault: Fault | None
) -> None:
    """Bug 15 of other tills: connecting sockets leaked, and a late close set timers."""
    account = door.fetched_account()
    if fault is not None:
        simulator.faults.add(fault)
    asked = order(account)
    door.perform(asked)
    door.wait_for(InvoiceCreated)
    door.perform(CloseSale(asked.sale.id, Ending.CANCELLED))
    door.perform(CloseConnections())
    until_s = time.monotonic() + 5.0
    while simulator.open_sockets():
        assert time.monotonic() < until_s, "a socket is still open"
        Event().wait(0.01)


def test_connecting_again_is_never_given_up(simulator: Simulator, door: Door) -> None:
    """Bug 16 of other tills: after 4 or 12 tries nobody tried any more."""
    simulator.faults.add(Fault.SOCKET_REFUSED, times=15)
    door.perform(order(door.fetched_account()))
    while door.wait_for(ConnectionChanged, timeout_s=20.0).connection is not ConnectionState.LIVE:
        pass
    assert simulator.faults.struck(Fault.SOCKET_REFUSED) == 15


def test_another_tills_payment_is_nothing_to_this_one_m4(
    simulator: Simulator, till: QuickTill, door: Door
) -> None:
    """Bug 17 of other tills: an account-wide subscription cheered on every till."""
    mine = sold(till)
    _, others, _ = opened(door)
    simulator.pay(others.payment_request)
    paid(door, others.payment_hash)
    till.rest()
    code = till.shown()
    assert code is not None
    assert code.invoice.payment_request == mine


def test_only_what_came_in_for_this_hash_is_counted_m4() -> None:
    """Bug 18 of other tills: refunds counted as receipts, and cents were shown as sats."""
    name = PaymentHash("a" * 64)

    def entry(direction: str, status: str, of: str = name) -> dict[str, object]:
        via = {"paymentHash": of}
        return {"direction": direction, "status": status, "initiationVia": via}

    assert receipts([entry("RECEIVE", "SUCCESS")], name) == 1
    assert receipts([entry("SEND", "SUCCESS")], name) == 0
    assert receipts([entry("RECEIVE", "PENDING"), entry("RECEIVE", "FAILURE")], name) == 0
    assert not receipts([entry("RECEIVE", "SUCCESS", "b" * 64)], name)
    assert not receipts([{"direction": "RECEIVE", "status": "SUCCESS"}], name)
    assert receipts("RECEIVE", name) is None


@pytest.mark.parametrize(
    ("entries", "outcome"),
    [
        ([("SEND", "SUCCESS")], LookUpOutcome.SETTLED),
        ([("SEND", "SUCCESS"), ("RECEIVE", "SUCCESS")], LookUpOutcome.NOTHING),  # and it came back
        ([("RECEIVE", "SUCCESS")], LookUpOutcome.NOTHING),
        ([("SEND", "PENDING")], LookUpOutcome.PENDING),
        ([("SEND", "FAILURE")], LookUpOutcome.NOTHING),
        ([], LookUpOutcome.NOTHING),
    ],
)
def test_the_direction_of_money_is_read_m4_m6(
    entries: list[tuple[str, str]], outcome: LookUpOutcome
) -> None:
    """Bug 18 of other tills: the way back of a refund was counted as a receipt."""
    name = PaymentHash("a" * 64)
    ledger = [
        {
            "direction": direction,
            "status": status,
            "settlementAmount": -1000 if direction == "SEND" else 1000,
            "initiationVia": {"paymentHash": name},
        }
        for direction, status in entries
    ]
    assert read_ledger(ledger, name) is outcome


def test_paid_inside_and_outside_at_once_is_told_and_forwarded_once_m12(
    simulator: Simulator, till: QuickTill
) -> None:
    """Bug 19 of other tills: both payments succeeded, and the ledger knew of one."""
    request = sold(till)
    held = simulator.hold(request)
    simulator.pay(request, via="blink")
    simulator.settle_held(held)
    till.until(lambda now: isinstance(now.screen, Forwarded))
    till.rest()
    till.leap(10)
    till.press(Key.CLEAR)
    till.charge("700")  # the next sale asks once more
    kinds = [alarm.trouble.kind for alarm in till.till.alarms]
    assert kinds == [TroubleKind.PAID_TWICE]
    assert simulator.merchant.balance_sat == 1000
    assert simulator.till.balance_sat == 1000


def test_a_sale_asks_little(simulator: Simulator, till: QuickTill) -> None:
    """Bug 26 of other tills: 60 polls a minute met a limit of 120 for each address."""
    before = len(simulator.requests)
    request = sold(till)
    simulator.pay(request)
    till.until(lambda now: isinstance(now.screen, Forwarded))
    till.rest()
    asked = [request.operation for request in simulator.requests[before:]]
    # Price, invoice, payout, subscription, send, limit; the status at subscribing and after it.
    assert len([name for name in asked if name != "me"]) == 5, asked
    assert len(asked) <= 10, asked


def test_a_server_that_never_answers_is_given_up_in_time(
    simulator: Simulator, tmp_path: Path
) -> None:
    """Bug 27 of other tills: without a time-out one hung call froze the device."""
    simulator.faults.add(Fault.NEVER_ANSWERED)
    hasty = replace(QUICK, answer_s=0.25)
    with switched_on(QuickTill(simulator, tmp_path, hasty)) as till:
        till.switch_on()
        shown = till.until(lambda now: now.out_of_service is not None).out_of_service
        assert shown is not None
        assert shown.kind is TroubleKind.NO_CONNECTION
        simulator.faults.clear()
        till.finish()
        assert till.till.out_of_service is None


def test_keys_are_taken_while_an_answer_is_awaited(simulator: Simulator, till: QuickTill) -> None:
    """Bug 28 of other tills: the main loop slept, for 5 s or for 120."""
    till.press("1000")
    till.rest()
    simulator.faults.add(Fault.NEVER_ANSWERED, "lnInvoiceCreate")
    till.press(Key.CHARGE)
    till.until(lambda now: isinstance(now.screen, RequestingInvoice))
    till.press(Key.CLEAR, Key.CLEAR, "7")
    now = till.until(lambda now: isinstance(now.screen, EnteringAmount), timeout_s=0.2)
    assert isinstance(now.screen, EnteringAmount)


def test_a_message_about_another_hash_is_never_our_payment_m4(
    simulator: Simulator, till: QuickTill
) -> None:
    """Bug 17 of other tills: the filter was set too late, and real payments were swallowed."""
    asked_before = sum(request.operation == "me" for request in simulator.requests)
    request = sold(till)
    simulator.wait_for("lnInvoicePaymentStatusByHash")  # before that, no event is sent to anybody
    simulator.wait_for("me", asked_before + 1)  # the question after it would hear of the payment
    till.rest()
    simulator.faults.add(Fault.PAID_EVENT_OTHER_HASH)
    simulator.faults.add(Fault.PAID_EVENT_LOST)
    simulator.faults.add(Fault.HTTP_502, "me")
    simulator.pay(request)
    till.until(lambda _: simulator.faults.struck(Fault.PAID_EVENT_OTHER_HASH) == 1)
    till.rest()
    assert till.shown() is not None, "somebody else has paid, for all that is known"
    simulator.faults.clear()
    till.until(lambda now: isinstance(now.screen, Forwarded))


def test_a_program_that_dies_is_started_again_for_ever_after_a_pause() -> None:
    """Bug 41 of other tills: a boot loop ate memory and CPU until the Pi hung."""
    unit = (Path(__file__).parents[2] / "systemd" / "kiosk.service").read_text().splitlines()
    assert {"Restart=always", "RestartSec=2", "StartLimitIntervalSec=0"} <= set(unit)
