"""The journal is lost, and money is not: rebuilt from what is left of it and from Blink (M11)."""

import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from kiosk.journal import Journal
from kiosk.sale.keys import Key
from kiosk.sale.screens import Paid
from kiosk.simulate import Fault, Simulator
from tests.stories.counter import QUICK, Counter, NoDisplay, is_idle
from tests.stories.separate_process import audit


@pytest.fixture
def simulator() -> Iterator[Simulator]:
    with Simulator() as started:
        yield started


@pytest.fixture(params=["key", "name"])
def counter(
    simulator: Simulator, tmp_path: Path, request: pytest.FixtureRequest
) -> Iterator[Counter]:
    """A kiosk that may look up payout invoices, and one that may not."""
    merchant = {
        "key": {"MERCHANT_API_KEY": simulator.merchant.api_key},
        "name": {"MERCHANT_USERNAME": simulator.merchant.username},
    }[request.param]
    settings = {
        "BLINK_API_URL": simulator.api_url,
        "BLINK_WS_URL": simulator.ws_url,
        "BLINKPOS_API_KEY": simulator.till.api_key,
        **merchant,
    }
    # Its own pauses pass sixty times sooner, so that two minutes are two seconds.
    made = Counter(tmp_path, settings, QUICK, speed=60.0, display=NoDisplay).switch_on()
    yield made
    made.switch_off()


def wreck(path: Path) -> None:
    """Nothing of it can be read any more."""
    path.write_bytes(b"\0" * path.stat().st_size)
    for tail in ("-wal", "-shm"):
        path.with_name(path.name + tail).unlink(missing_ok=True)


def tear(path: Path) -> None:
    """The card has lost a page in the middle of a table; most rows are still there."""
    with sqlite3.connect(path) as whole:
        whole.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        page = whole.execute("SELECT rootpage FROM sqlite_schema WHERE name = 'payments'")
        number, size = page.fetchone()[0], whole.execute("PRAGMA page_size").fetchone()[0]
    whole.close()
    with path.open("r+b") as file:
        file.seek((number - 1) * size)
        file.write(b"\xa5" * size)


def journal_of(counter: Counter) -> Path:
    return Path(counter.settings["KIOSK_JOURNAL"])


def restarted(counter: Counter, lose: Callable[[Path], None]) -> Counter:
    counter.switch_off()
    lose(journal_of(counter))
    return counter.switch_on().ready()


def rebuilt(counter: Counter) -> None:
    """Until Blink has been asked, and everything that it told of is settled."""
    counter.until(lambda till: till.lost_journal is None and not till.forwards, 30.0)


def sold(counter: Counter, simulator: Simulator) -> str:
    screen = counter.code("500")
    simulator.pay(screen.invoice.payment_request)
    counter.until(lambda till: not till.watched_invoices and not till.forwards)
    while not is_idle(counter.till):
        counter.press(Key.CLEAR)
        counter.run_once(0.02)
    return screen.sale.id


@pytest.mark.parametrize("lose", [wreck, tear])
def test_a_journal_lost_with_the_code_up_still_finds_the_payment(
    simulator: Simulator, counter: Counter, lose: Callable[[Path], None]
) -> None:
    screen = counter.ready().code("500")
    counter.switch_off()
    lose(journal_of(counter))
    counter.switch_on().ready()
    counter.until(lambda till: till.lost_journal is None)
    assert screen.invoice.payment_hash in counter.till.watched_invoices
    simulator.pay(screen.invoice.payment_request, via="blink")
    rebuilt_with_next_sale(counter, simulator)
    assert simulator.merchant.balance_sat == 1000
    assert audit(simulator).problems() == []


def rebuilt_with_next_sale(counter: Counter, simulator: Simulator) -> None:
    sold(counter, simulator)
    counter.until(lambda till: not till.forwards and not till.watched_invoices, 30.0)


@pytest.mark.parametrize("lose", [wreck, tear])
@pytest.mark.parametrize("reached", ["before Blink had it", "after Blink had acted"])
def test_a_journal_lost_between_paid_and_forwarded_forwards_once(
    simulator: Simulator, counter: Counter, lose: Callable[[Path], None], reached: str
) -> None:
    screen = counter.ready().code("500")
    swallowed = Fault.NEVER_ANSWERED if reached.startswith("before") else Fault.NEVER_ANSWERED_AFTER
    simulator.faults.add(swallowed, operation="lnInvoicePaymentSend")
    simulator.pay(screen.invoice.payment_request)
    counter.until(lambda till: isinstance(till.screen, Paid))
    simulator.wait_for("lnInvoicePaymentSend")
    counter.switch_off()
    simulator.faults.clear()
    lose(journal_of(counter))
    counter.switch_on().ready()
    rebuilt(counter)
    assert simulator.merchant.balance_sat == 500
    assert audit(simulator).problems() == []
    assert counter.till.alarms == ()


@pytest.mark.parametrize("lose", [wreck, tear])
def test_a_journal_lost_after_forwarding_pays_nothing_twice_and_has_its_history_back(
    simulator: Simulator, counter: Counter, lose: Callable[[Path], None]
) -> None:
    counter.ready()
    names = [sold(counter, simulator) for _ in range(3)]
    restarted(counter, lose)
    rebuilt(counter)
    assert simulator.merchant.balance_sat == 1500
    assert audit(simulator).problems() == []
    sends = [
        request for request in simulator.requests if request.operation == "lnInvoicePaymentSend"
    ]
    assert len(sends) == 3
    reader = Journal.read_only(journal_of(counter))
    forwarded = [sale.sale.id for sale in reader.sales(0, 2**40) if sale.forwarded_at is not None]
    reader.close()
    assert sorted(forwarded) == sorted(names)
    kept = [copy.name for copy in journal_of(counter).parent.glob("*.corrupt-*")]
    assert kept, "a damaged journal is set aside, never deleted"


def test_a_second_start_after_the_rebuilding_asks_no_more(
    simulator: Simulator, counter: Counter
) -> None:
    sold(counter.ready(), simulator)
    restarted(counter, wreck)
    rebuilt(counter)
    counter.switch_off()
    counter.switch_on()
    assert counter.till.lost_journal is None


def test_a_plug_pulled_before_blink_was_asked_asks_at_the_next_start(
    simulator: Simulator, counter: Counter
) -> None:
    screen = counter.ready().code("500")
    simulator.faults.add(Fault.PAID_EVENT_LOST)
    simulator.pay(screen.invoice.payment_request)
    counter.switch_off()
    wreck(journal_of(counter))
    simulator.go_dark()
    counter.switch_on()
    counter.run_once(0.1)
    counter.switch_off()
    simulator.come_back()
    simulator.faults.clear()
    counter.switch_on().ready()
    rebuilt(counter)
    assert simulator.merchant.balance_sat == 500
    assert audit(simulator).problems() == []


def test_while_blink_cannot_say_what_was_nothing_is_paid_and_sales_go_on(
    simulator: Simulator, counter: Counter
) -> None:
    first = counter.ready().code("500")
    simulator.faults.add(Fault.NEVER_ANSWERED, operation="lnInvoicePaymentSend")
    simulator.pay(first.invoice.payment_request)
    counter.until(lambda till: isinstance(till.screen, Paid))
    counter.switch_off()
    wreck(journal_of(counter))
    simulator.faults.clear()
    counter.switch_on()
    counter.until(lambda till: till.service.__class__.__name__ == "Ready")
    simulator.faults.add(Fault.NULL_FIELDS, operation="me")
    counter.until(lambda till: till.lost_journal is not None and till.lost_journal.tries >= 2)
    assert counter.till.forwards == {}
    assert simulator.merchant.balance_sat == 0
    simulator.faults.clear()
    rebuilt(counter)
    assert audit(simulator).problems() == []
