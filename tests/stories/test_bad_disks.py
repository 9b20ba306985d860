"""Bad disks: a till that cannot write takes no money, says so, and loses none (M11)."""

from collections.abc import Iterator
from pathlib import Path
from unittest.mock import Mock

import pytest

from kiosk.sale.device import DeviceAction, HostEffect, RunDeviceAction
from kiosk.sale.keys import Key
from kiosk.sale.screens import AwaitingPayment, EnteringAmount, Forwarded, RequestingInvoice
from kiosk.sale.trouble import TroubleKind
from kiosk.simulate import Simulator
from tests.journal.connection import connection
from tests.stories.counter import QUICK, Counter, NoDisplay, is_idle
from tests.stories.separate_process import audit

NO_LIMIT = 2**31 - 2


@pytest.fixture
def simulator() -> Iterator[Simulator]:
    with Simulator() as started:
        yield started


@pytest.fixture
def counter(simulator: Simulator, tmp_path: Path) -> Iterator[Counter]:
    settings = {
        "BLINK_API_URL": simulator.api_url,
        "BLINK_WS_URL": simulator.ws_url,
        "BLINKPOS_API_KEY": simulator.till.api_key,
        "MERCHANT_USERNAME": simulator.merchant.username,
        "KIOSK_SUCCESS_SECONDS": "0",
    }
    made = Counter(tmp_path, settings, QUICK, speed=20.0, display=NoDisplay).switch_on()
    yield made.ready()
    made.switch_off()


def fill(counter: Counter) -> None:
    """The disk has no room for another page."""
    database = connection(counter.app.journal)
    pages = database.execute("PRAGMA page_count").fetchone()[0]
    database.execute(f"PRAGMA max_page_count = {pages}")


def make_room(counter: Counter) -> None:
    connection(counter.app.journal).execute(f"PRAGMA max_page_count = {NO_LIMIT}")


def write_protect(counter: Counter, on: bool = True) -> None:
    """The card has become read-only, as a worn one does."""
    connection(counter.app.journal).execute(f"PRAGMA query_only = {int(on)}")


def sell(counter: Counter, simulator: Simulator) -> bool:
    """One sale; whether there was a code at all."""
    counter.press("500", Key.CHARGE)
    till = counter.until(
        lambda till: (
            isinstance(till.screen, AwaitingPayment)
            or (till.journal_trouble is not None and not isinstance(till.screen, RequestingInvoice))
        )
    )
    if not isinstance(till.screen, AwaitingPayment):
        return False
    simulator.pay(till.screen.invoice.payment_request)
    counter.until(lambda till: isinstance(till.screen, Forwarded) or bool(till.journal_trouble))
    return True


def home(counter: Counter) -> None:
    while not is_idle(counter.till):
        counter.press(Key.CLEAR)
        counter.run_once(0.05)


def works_again(counter: Counter) -> None:
    counter.until(lambda till: till.journal_trouble is None)


def test_a_full_disk_stops_sales_before_the_next_invoice_and_loses_none(
    simulator: Simulator, counter: Counter
) -> None:
    fill(counter)
    codes = 0
    while sell(counter, simulator):
        codes += 1
        if counter.till.journal_trouble is not None:
            break
        home(counter)
        assert codes < 100, "it never got full"
    trouble = counter.till.out_of_service
    assert trouble is not None
    assert trouble.kind is TroubleKind.JOURNAL_FULL
    made = len(simulator.invoices(simulator.till))
    if isinstance(counter.till.screen, EnteringAmount):
        counter.press("500", Key.CHARGE)
        counter.run_once(0.2)
        screen = counter.till.screen
        assert isinstance(screen, EnteringAmount)
        assert screen.notice is not None
        assert screen.notice.kind is TroubleKind.JOURNAL_FULL
    assert len(simulator.invoices(simulator.till)) == made
    make_room(counter)
    works_again(counter)
    counter.until(lambda till: not till.forwards)
    home(counter)
    assert sell(counter, simulator)
    counter.until(lambda till: not till.forwards)
    assert audit(simulator).problems() == []


def test_a_card_that_turns_read_only_with_the_code_up_forwards_when_it_can_write_again(
    simulator: Simulator, counter: Counter
) -> None:
    screen = counter.code("500")
    write_protect(counter)
    simulator.pay(screen.invoice.payment_request)
    till = counter.until(lambda till: till.journal_trouble is not None)
    assert till.out_of_service is not None
    assert till.out_of_service.kind is TroubleKind.JOURNAL_BROKEN
    counter.run_once(0.3)
    assert simulator.merchant.balance_sat == 0, "forwarded before it was written down"
    write_protect(counter, on=False)
    works_again(counter)
    counter.until(lambda till: not till.watched_invoices and not till.forwards)
    assert simulator.merchant.balance_sat == 500
    assert audit(simulator).problems() == []


def test_a_read_only_card_takes_no_money(simulator: Simulator, counter: Counter) -> None:
    write_protect(counter)
    assert not sell(counter, simulator)
    trouble = counter.till.out_of_service
    assert trouble is not None
    assert trouble.kind is TroubleKind.JOURNAL_BROKEN
    assert simulator.invoices(simulator.till) == ()


def test_a_plug_pulled_while_the_card_cannot_write_forwards_after_the_next_start(
    simulator: Simulator, counter: Counter
) -> None:
    screen = counter.code("500")
    write_protect(counter)
    simulator.pay(screen.invoice.payment_request)
    counter.until(lambda till: till.journal_trouble is not None)
    counter.switch_off()
    counter.switch_on().ready()
    counter.until(lambda till: not till.watched_invoices and not till.forwards)
    assert audit(simulator).problems() == []


def test_a_journal_that_breaks_while_the_till_runs_ends_in_a_new_start_that_sets_it_aside(
    simulator: Simulator, counter: Counter
) -> None:
    screen = counter.code("500")
    acts: list[HostEffect] = []
    counter.app.loop._host = Mock(perform=acts.append)
    break_pages(counter)
    simulator.pay(screen.invoice.payment_request)
    counter.until(lambda till: bool(acts))
    assert acts == [RunDeviceAction(DeviceAction.RESTART)]
    assert simulator.merchant.balance_sat == 0, "forwarded before it was written down"
    counter.switch_off()
    counter.switch_on().ready()
    counter.until(lambda till: till.lost_journal is None and not till.forwards)
    assert simulator.merchant.balance_sat == 500
    assert audit(simulator).problems() == []


def break_pages(counter: Counter) -> None:
    """Every page but the first is garbage, and none is remembered."""
    database = connection(counter.app.journal)
    database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    path = Path(counter.settings["KIOSK_JOURNAL"])
    data = path.read_bytes()
    path.write_bytes(data[:4096] + b"\xa5" * (len(data) - 4096))
    database.execute("PRAGMA shrink_memory")
