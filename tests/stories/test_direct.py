"""Direct sales over real sockets: paid to the merchant, with no key and nothing to forward."""

import logging
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from kiosk.journal import Journal, SaleState
from kiosk.sale.account_ends import notices
from kiosk.sale.keys import Key
from kiosk.sale.screens import (
    AwaitingPayment,
    CodeExpired,
    ConnectionState,
    EnteringAmount,
    SaleReceived,
)
from kiosk.sale.till import FetchingAccount, Till
from kiosk.sale.trouble import TroubleKind
from kiosk.simulate import Fault, Simulator
from kiosk.simulate.clock import ManualClock
from kiosk.wallet.endpoints import Timings
from tests.stories.counter import QUICK, Counter, NoDisplay, is_idle
from tests.stories.test_sales import quiet

BY_ADDRESS = Fault.ACCOUNT_UNKNOWN


class DirectKiosk(Counter):
    """A kiosk that holds no key; the customer's side is `simulator`."""

    def __init__(
        self,
        simulator: Simulator,
        folder: Path,
        timings: Timings | None = None,
        display: type[NoDisplay] | None = None,
        **settings: str,
    ) -> None:
        self.simulator = simulator
        self.address = f"merchant@{urlsplit(simulator.api_url).netloc}"
        direct = {
            "BLINK_API_URL": simulator.api_url,
            "BLINK_WS_URL": simulator.ws_url,
            "KIOSK_RECEIVE": "direct",
            "MERCHANT_ADDRESS": self.address,
            "KIOSK_CURRENCY": "USD",
        }
        super().__init__(folder, {**direct, **settings}, timings, display=display)

    def code(self, digits: str = "500") -> AwaitingPayment:
        """Type an amount, charge, and wait for a code that is watched."""
        self.press(digits, Key.CHARGE)
        screen = self.until(_is_watched).screen
        assert isinstance(screen, AwaitingPayment)
        return screen


def _is_watched(till: Till) -> bool:
    screen = till.screen
    return isinstance(screen, AwaitingPayment) and screen.connection is ConnectionState.LIVE


def _is_received(till: Till) -> bool:
    return isinstance(till.screen, SaleReceived)


def _states(kiosk: Counter) -> list[SaleState]:
    with closing(Journal.read_only(Path(kiosk.settings["KIOSK_JOURNAL"]))) as journal:
        return [record.state for record in journal.sales_page(None, 10).sales]


@pytest.fixture
def simulator() -> Iterator[Simulator]:
    with Simulator() as started:
        yield started


@pytest.fixture
def kiosk(simulator: Simulator, tmp_path: Path) -> Iterator[DirectKiosk]:
    made = DirectKiosk(simulator, tmp_path, QUICK).switch_on()
    yield made
    made.switch_off()


@pytest.fixture
def by_address(simulator: Simulator, tmp_path: Path) -> Iterator[DirectKiosk]:
    simulator.faults.add(BY_ADDRESS)
    made = DirectKiosk(simulator, tmp_path, replace(QUICK, verify_every_s=0.05)).switch_on()
    yield made
    made.switch_off()


# --- The four scenarios, at a custodial account of Blink's ------------------------------------


def test_no_socket_is_opened_before_there_is_an_invoice(
    simulator: Simulator, kiosk: DirectKiosk
) -> None:
    kiosk.ready()
    quiet(simulator, kiosk)  # type: ignore[arg-type]
    asked = len(simulator.requests)
    kiosk.press(Key.CLEAR)
    kiosk.until(is_idle)
    assert len(simulator.requests) == asked
    assert not simulator.open_sockets()
    kiosk.code()
    assert simulator.open_sockets() == 1


@pytest.mark.parametrize("via", ["lightning", "blink"])
def test_a_payment_is_received_at_once_and_nothing_is_forwarded(
    simulator: Simulator, kiosk: DirectKiosk, via: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    screen = kiosk.ready().code()
    simulator.pay(screen.invoice.payment_request, via=via)  # type: ignore[arg-type]
    kiosk.until(_is_received)
    kiosk.idle()
    quiet(simulator, kiosk)  # type: ignore[arg-type]
    assert simulator.merchant.balance_sat == screen.sale.amount
    assert _states(kiosk) == [SaleState.RECEIVED]
    steps = [
        "connecting",
        "connected",
        "authenticated",
        "subscribed",
        "payment detected",
        "animation",
        "disconnected reason=paid",
    ]
    lines = [line.split(" sale=")[0] for line in caplog.messages]
    assert [line for line in lines if line in steps] == steps
    assert not any("forward" in line for line in caplog.messages)


def test_a_cancelled_code_is_left_and_the_socket_closed(
    simulator: Simulator, kiosk: DirectKiosk, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    kiosk.ready().code()
    kiosk.press(Key.CLEAR)
    kiosk.until(is_idle)
    quiet(simulator, kiosk)  # type: ignore[arg-type]
    assert any("disconnected reason=cancelled" in line for line in caplog.messages)
    assert not [r for r in simulator.requests if r.operation == "lnInvoiceCancel"]


def test_an_expired_code_goes_and_says_so(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    clock = ManualClock()
    with Simulator(clock=clock) as simulator:
        kiosk = DirectKiosk(simulator, tmp_path, QUICK).switch_on()
        try:
            kiosk.ready().code()
            clock.advance(602)
            kiosk.until(lambda till: isinstance(till.screen, CodeExpired))
            quiet(simulator, kiosk)  # type: ignore[arg-type]
        finally:
            kiosk.switch_off()
    assert any("disconnected reason=expired" in line for line in caplog.messages)


# --- Both ways --------------------------------------------------------------------------------


def test_no_key_is_sent_in_any_request_or_message(simulator: Simulator, kiosk: DirectKiosk) -> None:
    screen = kiosk.ready().code()
    simulator.pay(screen.invoice.payment_request)
    kiosk.until(_is_received)
    assert {request.account for request in simulator.requests} == {None}


@pytest.mark.parametrize("by_address", [False, True])
def test_keys_that_are_left_over_are_in_no_request_log_or_file(
    simulator: Simulator, tmp_path: Path, caplog: pytest.LogCaptureFixture, *, by_address: bool
) -> None:
    """The settings still hold both keys, and there is nothing to forward."""
    caplog.set_level(logging.DEBUG)
    if by_address:
        simulator.faults.add(BY_ADDRESS)
    keys = (simulator.till.api_key, simulator.merchant.api_key)
    kiosk = DirectKiosk(
        simulator,
        tmp_path,
        replace(QUICK, verify_every_s=0.05),
        BLINKPOS_API_KEY=keys[0],
        MERCHANT_API_KEY=keys[1],
    ).switch_on()
    try:
        simulator.pay(kiosk.ready().code().invoice.payment_request)
        kiosk.until(_is_received)
        kiosk.idle()
        assert "BLINKPOS_API_KEY" in notices(kiosk.till)[-1].subject
    finally:
        kiosk.switch_off()
    assert {request.account for request in simulator.requests} == {None}
    files = [file.read_bytes() for file in tmp_path.rglob("*") if file.is_file()]
    written = "\n".join(caplog.messages).encode() + b"".join(files)
    assert not [key for key in keys if key.encode() in written]


def test_at_rest_nothing_is_open_and_nothing_is_asked_of_an_addresss_server(
    simulator: Simulator, by_address: DirectKiosk
) -> None:
    """D6: the first digit connects, so that the invoice takes one round trip."""
    by_address.ready()
    quiet(simulator, by_address)  # type: ignore[arg-type]
    asked = len(simulator.requests)
    by_address.press(Key.CLEAR)
    by_address.until(is_idle)
    assert len(simulator.requests) == asked
    by_address.press("5")
    by_address.until(lambda till: till.rates is not None and not till.rate_asked)
    assert simulator.http_connections() >= 1
    by_address.press(Key.DELETE)
    by_address.until(is_idle)
    quiet(simulator, by_address)  # type: ignore[arg-type]


def test_the_server_of_a_lightning_address_is_asked_until_the_sale_is_received(
    simulator: Simulator, by_address: DirectKiosk
) -> None:
    screen = by_address.ready().code()
    assert screen.invoice.verify_url
    assert not simulator.open_sockets()
    simulator.pay(screen.invoice.payment_request)
    by_address.until(_is_received)
    by_address.idle()
    quiet(simulator, by_address)  # type: ignore[arg-type]
    assert simulator.merchant.balance_sat == screen.sale.amount
    assert _states(by_address) == [SaleState.RECEIVED]


def test_a_user_name_is_a_name_at_blinks_own_domain(simulator: Simulator, tmp_path: Path) -> None:
    kiosk = DirectKiosk(
        simulator, tmp_path, MERCHANT_ADDRESS="", MERCHANT_USERNAME="merchant"
    ).switch_on()
    try:
        kiosk.ready()
        assert kiosk.till.account is not None
        assert kiosk.till.account.merchant_name == kiosk.address
        assert kiosk.till.account.payee is not None
        assert kiosk.till.account.payee.wallet is not None
    finally:
        kiosk.switch_off()


@pytest.mark.parametrize("fault", [Fault.ACCOUNT_UNKNOWN, Fault.ACCOUNT_INACTIVE])
def test_a_name_that_has_left_blink_is_asked_at_its_lightning_address(
    simulator: Simulator, tmp_path: Path, fault: Fault
) -> None:
    simulator.faults.add(fault)
    kiosk = DirectKiosk(simulator, tmp_path).switch_on()
    try:
        kiosk.ready()
        payee = kiosk.till.account.payee if kiosk.till.account else None
        assert payee is not None
        assert str(payee.address) == kiosk.address
    finally:
        kiosk.switch_off()


def test_a_refusal_that_is_no_answer_never_changes_the_way(
    simulator: Simulator, tmp_path: Path
) -> None:
    simulator.faults.add(Fault.HTTP_429, operation="accountDefaultWallet", times=1)
    kiosk = DirectKiosk(simulator, tmp_path, QUICK).switch_on()
    try:
        kiosk.until(
            lambda till: isinstance(till.service, FetchingAccount) and till.service.tries > 0
        )
        kiosk.ready()
        assert kiosk.till.account is not None
        assert kiosk.till.account.payee is not None
        assert kiosk.till.account.payee.address is None
    finally:
        kiosk.switch_off()


def test_an_address_that_proves_no_payment_is_refused_with_a_sentence(
    simulator: Simulator, tmp_path: Path
) -> None:
    simulator.faults.add(BY_ADDRESS)
    simulator.faults.add(Fault.VERIFY_MISSING)
    kiosk = DirectKiosk(simulator, tmp_path).switch_on()
    try:
        kiosk.until(lambda till: till.out_of_service is not None)
        assert kiosk.till.out_of_service is not None
        assert kiosk.till.out_of_service.kind is TroubleKind.NO_PROOF
    finally:
        kiosk.switch_off()


def test_a_payment_without_proof_is_told_and_the_next_sale_waits_for_the_manager(
    simulator: Simulator, by_address: DirectKiosk
) -> None:
    screen = by_address.ready().code()
    simulator.faults.add(Fault.VERIFY_LIES)
    by_address.until(lambda till: bool(till.alarms))
    assert isinstance(by_address.till.screen, AwaitingPayment)
    assert by_address.till.screen.notice is not None
    assert by_address.till.screen.notice.kind is TroubleKind.PAYMENT_UNPROVEN
    by_address.press(Key.CLEAR)
    by_address.until(is_idle)
    by_address.press("100", Key.CHARGE)
    refused = by_address.until(
        lambda till: isinstance(till.screen, EnteringAmount) and till.screen.notice is not None
    ).screen
    assert isinstance(refused, EnteringAmount)
    assert refused.notice is not None
    assert refused.notice.kind is TroubleKind.PAYMENT_UNPROVEN
    by_address.switch_off()
    simulator.faults.clear()
    simulator.faults.add(BY_ADDRESS)
    simulator.pay(screen.invoice.payment_request)
    by_address.switch_on().ready()
    by_address.until(lambda till: not till.alarms)  # an honest answer after the lie is believed
    assert _states(by_address) == [SaleState.RECEIVED]


def test_money_for_a_code_that_was_left_is_recorded_and_told(
    simulator: Simulator, kiosk: DirectKiosk
) -> None:
    screen = kiosk.ready().code()
    kiosk.press(Key.CLEAR)
    kiosk.until(is_idle)
    simulator.pay(screen.invoice.payment_request, via="blink")
    kiosk.until(lambda till: bool(till.late_money))
    assert _states(kiosk) == [SaleState.RECEIVED]


def test_a_code_that_was_paid_while_the_power_was_off_is_received_after_it(
    simulator: Simulator, kiosk: DirectKiosk
) -> None:
    screen = kiosk.ready().code()
    kiosk.switch_off()
    simulator.pay(screen.invoice.payment_request)
    kiosk.switch_on().ready()
    kiosk.until(lambda till: bool(till.late_money))
    assert _states(kiosk) == [SaleState.RECEIVED]
    assert simulator.merchant.balance_sat == screen.sale.amount


def test_an_older_program_finds_nothing_of_a_direct_sale_to_forward(
    simulator: Simulator, kiosk: DirectKiosk
) -> None:
    screen = kiosk.ready().code()
    simulator.pay(screen.invoice.payment_request)
    kiosk.until(_is_received)
    with closing(sqlite3.connect(kiosk.settings["KIOSK_JOURNAL"])) as journal:
        for table in ("sales", "invoices", "payments", "unfinished", "takings"):
            assert journal.execute(f"SELECT count(*) FROM {table}").fetchone() == (0,)
