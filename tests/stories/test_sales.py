"""Whole sales, as a merchant and a customer live them."""

import logging
from pathlib import Path
from threading import Event
from time import monotonic

import pytest

from kiosk.journal import request_retry
from kiosk.sale.events import KeyReleased, KeyStuck
from kiosk.sale.facts import ForwardStatus
from kiosk.sale.keys import Key
from kiosk.sale.screens import AwaitingPayment, EnteringAmount, Forwarded, Paid, RequestingInvoice
from kiosk.sale.till import FetchingAccount, Till
from kiosk.sale.trouble import TroubleKind
from kiosk.simulate import Fault, Simulator
from tests.stories.conftest import Kiosk
from tests.stories.counter import is_idle


def quiet(simulator: Simulator, kiosk: Kiosk) -> None:
    """Wait until no socket and no connection is open."""
    assert kiosk.app is not None
    end = monotonic() + 5
    while simulator.open_sockets() or simulator.http_connections():
        assert monotonic() < end, (simulator.open_sockets(), simulator.http_connections())
        Event().wait(0.01)


def settled(till: Till) -> bool:
    return isinstance(till.screen, Forwarded)


def test_after_the_visit_nothing_is_open_and_nothing_is_asked(
    simulator: Simulator, kiosk: Kiosk, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    kiosk.ready()
    quiet(simulator, kiosk)
    asked = len(simulator.requests)
    kiosk.press(Key.CLEAR)
    kiosk.until(is_idle)
    assert len(simulator.requests) == asked
    assert not [request for request in simulator.requests if request.kind == "ws"]
    assert "connection not requested" in caplog.messages


@pytest.mark.parametrize("via", ["lightning", "blink"])
def test_a_payment_is_pushed_forwarded_once_and_the_screen_returns_by_itself(
    simulator: Simulator, kiosk: Kiosk, via: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    screen = kiosk.ready().code("500")
    assert simulator.open_sockets() == 1
    simulator.pay(screen.invoice.payment_request, via=via)  # type: ignore[arg-type]
    kiosk.until(settled)
    kiosk.idle()
    quiet(simulator, kiosk)
    assert simulator.merchant.balance_sat == screen.sale.amount
    assert simulator.till.balance_sat == 0
    simulator.ledger.assert_balanced()
    sends = [
        request for request in simulator.requests if request.operation == "lnInvoicePaymentSend"
    ]
    assert len(sends) == 1
    steps = [
        "connecting",
        "connected",
        "authenticated",
        "subscribed",
        "payment detected",
        "forwarding",
        "forwarded",
        "animation",
        "disconnected reason=paid",
    ]
    lines = [line.split(" sale=")[0] for line in caplog.messages]
    assert [line for line in lines if line in steps] == steps
    whole = "\n".join(caplog.messages)
    assert simulator.till.api_key not in whole
    assert screen.invoice.payment_request not in whole
    assert screen.invoice.payment_hash not in whole


def test_clear_cancels_at_blink_and_closes_the_socket(simulator: Simulator, kiosk: Kiosk) -> None:
    kiosk.ready().code()
    kiosk.press(Key.CLEAR)
    kiosk.idle()
    quiet(simulator, kiosk)
    assert [request for request in simulator.requests if request.operation == "lnInvoiceCancel"]


def test_a_cancelled_invoice_paid_from_a_blink_wallet_is_found_with_the_next_sale_m8(
    simulator: Simulator, kiosk: Kiosk
) -> None:
    first = kiosk.ready().code("500")
    kiosk.press(Key.CLEAR)
    kiosk.idle()
    simulator.pay(first.invoice.payment_request, via="blink")
    kiosk.code("700")
    kiosk.until(
        lambda till: not till.forwards and first.invoice.payment_hash not in till.watched_invoices
    )
    assert simulator.merchant.balance_sat == first.sale.amount


@pytest.mark.parametrize(
    "fault",
    [
        Fault.ANSWER_LOST_AFTER,
        Fault.REQUEST_LOST,
        Fault.FAILURE_AFTER,
        Fault.MALFORMED_JSON,
        Fault.UNKNOWN_STATUS,
        Fault.NULL_FIELDS,
        Fault.WRONG_SHAPE,
        Fault.CAPTIVE_PORTAL,
        Fault.DB_ERROR,
    ],
)
def test_a_payment_of_the_payout_that_goes_wrong_still_forwards_once_m6(
    simulator: Simulator, kiosk: Kiosk, fault: Fault
) -> None:
    screen = kiosk.ready().code()
    simulator.faults.add(fault, operation="lnInvoicePaymentSend", times=1)
    simulator.pay(screen.invoice.payment_request, via="lightning")
    kiosk.until(lambda till: isinstance(till.screen, Paid | Forwarded))
    kiosk.until(lambda till: till.unsettled == 0)
    assert simulator.merchant.balance_sat == screen.sale.amount
    assert simulator.till.balance_sat == 0


@pytest.mark.parametrize("when", ["before the payment", "after it"])
def test_a_plug_pulled_with_the_code_up_loses_nothing_m11(
    simulator: Simulator, kiosk: Kiosk, when: str
) -> None:
    screen = kiosk.ready().code()
    if when == "after it":
        simulator.faults.add(Fault.PAID_EVENT_LOST)
        simulator.pay(screen.invoice.payment_request, via="lightning")
        kiosk.switch_off()
        simulator.faults.clear()
    else:
        kiosk.switch_off()
        simulator.pay(screen.invoice.payment_request, via="lightning")
    kiosk.switch_on().ready()
    assert [sale.id for sale in kiosk.till.interrupted_sales] == [screen.sale.id]
    kiosk.until(lambda till: not till.watched_invoices and not till.forwards)
    assert simulator.merchant.balance_sat == screen.sale.amount


def test_a_plug_pulled_between_paid_and_forwarded_forwards_once_m11(
    simulator: Simulator, kiosk: Kiosk
) -> None:
    screen = kiosk.ready().code()
    simulator.faults.add(Fault.NEVER_ANSWERED_AFTER, operation="lnInvoicePaymentSend", times=1)
    simulator.pay(screen.invoice.payment_request, via="lightning")
    kiosk.until(lambda till: isinstance(till.screen, Paid))
    simulator.wait_for("lnInvoicePaymentSend")
    kiosk.switch_off()
    kiosk.switch_on().ready()
    kiosk.until(lambda till: till.unsettled == 0)
    assert simulator.merchant.balance_sat == screen.sale.amount
    assert simulator.till.balance_sat == 0


def test_the_code_is_up_while_the_socket_is_still_connecting(
    simulator: Simulator, kiosk: Kiosk
) -> None:
    kiosk.ready()
    simulator.faults.add(Fault.ACK_DELAYED, seconds=1.0)
    kiosk.press("500", Key.CHARGE)
    screen = kiosk.until(lambda till: isinstance(till.screen, AwaitingPayment)).screen
    assert isinstance(screen, AwaitingPayment)
    assert screen.connection.value == "connecting"


def test_a_server_that_is_not_there_is_told_and_the_kiosk_comes_back_by_itself(
    simulator: Simulator, tmp_path: Path
) -> None:
    simulator.go_dark()
    kiosk = Kiosk(simulator, tmp_path).switch_on()
    try:
        till = kiosk.until(lambda till: till.out_of_service is not None)
        assert till.out_of_service is not None
        assert till.out_of_service.kind is TroubleKind.NO_CONNECTION
        assert isinstance(till.service, FetchingAccount)
        simulator.come_back()
        kiosk.ready()
    finally:
        kiosk.switch_off()


def test_blink_away_at_enter_keeps_the_amount(simulator: Simulator, kiosk: Kiosk) -> None:
    kiosk.ready()
    kiosk.press("500")
    kiosk.until(lambda till: till.rates is not None)
    simulator.go_dark()
    kiosk.press(Key.CHARGE)
    kiosk.until(lambda till: isinstance(till.screen, RequestingInvoice))
    till = kiosk.until(lambda till: isinstance(till.screen, EnteringAmount))
    assert isinstance(till.screen, EnteringAmount)
    assert till.screen.notice is not None
    assert till.screen.notice.kind is TroubleKind.NO_CONNECTION
    assert till.screen.entry.total == 500


def test_the_log_tells_when_the_kiosk_is_in_service_and_which_key_is_stuck(
    kiosk: Kiosk, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    kiosk.ready()
    assert kiosk.app is not None
    kiosk.app.inbox.put(KeyStuck("5"))
    kiosk.until(lambda till: till.stuck_keys == ("5",))
    kiosk.app.inbox.put(KeyReleased("5"))
    kiosk.until(lambda till: not till.stuck_keys)
    lines = [line for line in caplog.messages if line.startswith(("in service", "stuck", "freed"))]
    assert lines == ["in service merchant=merchant", "stuck key=5", "freed key=5"]


def test_a_retry_asked_by_another_process_is_heeded_at_once(
    simulator: Simulator, kiosk: Kiosk, tmp_path: Path
) -> None:
    simulator.faults.add(Fault.LIMIT_REACHED)
    screen = kiosk.ready().code()
    simulator.pay(screen.invoice.payment_request, via="lightning")
    kiosk.until(waits_for_the_limit)
    simulator.faults.clear()
    assert kiosk.app is not None
    kiosk.app.loop.process_requests()  # nobody has asked: the pause goes on
    kiosk.app.loop.handle(kiosk.app.inbox.take())
    assert waits_for_the_limit(kiosk.till)
    request_retry(tmp_path / "journal.sqlite3")
    kiosk.app.loop.process_requests()
    kiosk.until(lambda till: till.unsettled == 0)
    assert simulator.merchant.balance_sat == screen.sale.amount


def waits_for_the_limit(till: Till) -> bool:
    return any(
        not forward.busy and forward.status is ForwardStatus.FAILED and forward.due_s > till.now_s
        for forward in till.forwards.values()
    )
