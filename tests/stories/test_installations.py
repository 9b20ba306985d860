"""Kiosks that look like one: a KIOSK_ID shared, a card cloned, a journal copied or of yesterday."""

import shutil
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from kiosk.journal import Hardware
from kiosk.sale.ids import parse_external_id, parse_sale_id
from kiosk.sale.keys import Key
from kiosk.sale.screens import Paid
from kiosk.sale.trouble import TroubleKind
from kiosk.simulate import Fault, Simulator
from tests.stories.counter import QUICK, Counter, NoDisplay
from tests.stories.separate_process import audit
from tests.stories.test_lost_journal import journal_of, rebuilt, sold, wreck

ONE, OTHER = Hardware("serial 1", "machine"), Hardware("serial 2", "machine")


@pytest.fixture
def simulator() -> Iterator[Simulator]:
    with Simulator() as started:
        yield started


@pytest.fixture
def shelf() -> Iterator[ExitStack]:
    """Switches every kiosk off at the end."""
    with ExitStack() as stack:
        yield stack


def kiosk(
    simulator: Simulator, folder: Path, shelf: ExitStack, hardware: Hardware = ONE
) -> Counter:
    settings = {
        "BLINK_API_URL": simulator.api_url,
        "BLINK_WS_URL": simulator.ws_url,
        "BLINKPOS_API_KEY": simulator.till.api_key,
        "MERCHANT_USERNAME": simulator.merchant.username,
    }
    folder.mkdir(exist_ok=True)
    made = Counter(folder, settings, QUICK, speed=60.0, display=NoDisplay, hardware=hardware)
    shelf.callback(made.switch_off)
    return made.switch_on().ready()


def paid_and_waiting(counter: Counter, simulator: Simulator) -> str:
    """A sale that is paid, and whose forward never reaches Blink."""
    screen = counter.code("500")
    simulator.pay(screen.invoice.payment_request)
    counter.until(lambda till: isinstance(till.screen, Paid))
    counter.press(Key.CLEAR)
    counter.idle()
    return screen.sale.id


def kinds(counter: Counter) -> list[TroubleKind]:
    return [alarm.trouble.kind for alarm in counter.till.alarms]


def test_a_payout_invoice_whose_answer_was_lost_and_then_a_dead_card_forward_once(
    simulator: Simulator, tmp_path: Path, shelf: ExitStack
) -> None:
    """Fault 1: the rebuilding did not read the id of the second payout invoice, and paid twice."""
    counter = kiosk(simulator, tmp_path / "a", shelf)
    simulator.faults.add(
        Fault.ANSWER_LOST_AFTER, operation="lnInvoiceCreateOnBehalfOfRecipient", times=1
    )
    sold(counter, simulator)
    ids = [
        parse_external_id(invoice.external_id) for invoice in simulator.invoices(simulator.merchant)
    ]
    assert any(external_id is not None and external_id.token is not None for external_id in ids)
    counter.switch_off()
    wreck(journal_of(counter))
    counter.switch_on().ready()
    rebuilt(counter)
    assert simulator.merchant.balance_sat == 500
    assert audit(simulator).problems() == []
    assert counter.till.alarms == ()


def test_two_tills_of_one_kiosk_id_forward_each_sale_once_whatever_is_rebuilt(
    simulator: Simulator, tmp_path: Path, shelf: ExitStack
) -> None:
    """Fault 2: A's rebuilding took up B's forwards, and B sent them again."""
    first = kiosk(simulator, tmp_path / "a", shelf, ONE)
    second = kiosk(simulator, tmp_path / "b", shelf, OTHER)
    sold(first, simulator)
    simulator.faults.add(Fault.NEVER_ANSWERED, operation="lnInvoicePaymentSend")
    waiting = {paid_and_waiting(second, simulator) for _ in range(2)}
    second.switch_off()
    simulator.faults.clear()
    first.switch_off()
    wreck(journal_of(first))
    first.switch_on().ready()
    rebuilt(first)
    assert simulator.merchant.balance_sat == 500
    assert {alarm.sale for alarm in first.till.alarms} == waiting
    second.switch_on().ready()
    second.until(lambda till: not till.forwards, 30.0)
    assert simulator.merchant.balance_sat == 1500
    assert audit(simulator).problems() == []


def test_another_tills_forwarded_sales_are_no_alarm_and_no_history_of_ours(
    simulator: Simulator, tmp_path: Path, shelf: ExitStack
) -> None:
    """Fault 2: a rebuilding took every sale of the KIOSK_ID for its own."""
    first = kiosk(simulator, tmp_path / "a", shelf, ONE)
    second = kiosk(simulator, tmp_path / "b", shelf, OTHER)
    mine = sold(first, simulator)
    sold(second, simulator)
    first.switch_off()
    wreck(journal_of(first))
    first.switch_on().ready()
    rebuilt(first)
    assert first.till.alarms == ()
    known = [sale.sale.id for sale in first.app.journal.sales(0, 2**40)]
    assert known == [mine]


def test_a_cloned_card_forwards_nothing_until_the_manager_says_so(
    simulator: Simulator, tmp_path: Path, shelf: ExitStack
) -> None:
    """Fault 2: a journal copied into another machine forwards there what the first forwards."""
    first = kiosk(simulator, tmp_path / "a", shelf, ONE)
    simulator.faults.add(Fault.NEVER_ANSWERED, operation="lnInvoicePaymentSend")
    waiting = paid_and_waiting(first, simulator)
    first.switch_off()
    shutil.copytree(tmp_path / "a", tmp_path / "b")
    simulator.faults.clear()
    second = kiosk(simulator, tmp_path / "b", shelf, OTHER)
    assert kinds(second) == [TroubleKind.BEGUN_ELSEWHERE]
    assert second.app.journal.installation != parse_installation(waiting)
    sold_there = second.code("700")
    simulator.pay(sold_there.invoice.payment_request)
    second.until(lambda till: not till.watched_invoices and len(till.forwards) == 1, 30.0)
    assert simulator.merchant.balance_sat == 700
    second.switch_off()
    second.switch_on().ready()  # it is still stopped after a new start
    assert kinds(second) == [TroubleKind.BEGUN_ELSEWHERE]
    first.switch_on().ready()
    first.until(lambda till: not till.forwards, 30.0)
    assert simulator.merchant.balance_sat == 1200
    retry(second)
    second.until(lambda till: not till.forwards, 30.0)
    assert simulator.merchant.balance_sat == 1200
    assert audit(simulator).problems() == []


def test_an_older_copy_of_the_journal_sends_no_payout_that_it_has_forgotten(
    simulator: Simulator, tmp_path: Path, shelf: ExitStack
) -> None:
    """Fault 2: a copy from before the payout invoice takes a second id, and would pay it."""
    counter = kiosk(simulator, tmp_path / "a", shelf)
    simulator.faults.add(Fault.NEVER_ANSWERED, operation="lnInvoiceCreateOnBehalfOfRecipient")
    counter.press("500", Key.CHARGE)
    screen = counter.until(lambda till: hasattr(till.screen, "invoice")).screen
    counter.switch_off()
    shutil.copytree(tmp_path / "a", tmp_path / "copy")
    simulator.faults.clear()
    simulator.pay(screen.invoice.payment_request, via="blink")  # type: ignore[union-attr]
    counter.switch_on().ready()
    counter.until(lambda till: not till.forwards and not till.watched_invoices, 30.0)
    assert simulator.merchant.balance_sat == 500
    counter.switch_off()
    shutil.rmtree(tmp_path / "a")
    shutil.copytree(tmp_path / "copy", tmp_path / "a")
    counter.switch_on().ready()
    counter.until(lambda till: not till.forwards and not till.watched_invoices, 30.0)
    assert simulator.merchant.balance_sat == 500
    assert audit(simulator).problems() == []


def test_two_boxes_whose_journals_are_both_lost_pay_nothing_that_they_cannot_tell(
    simulator: Simulator, tmp_path: Path, shelf: ExitStack
) -> None:
    """Fault 2: with journal and installation both lost, a waiting forward is an alarm."""
    boxes = [kiosk(simulator, tmp_path / "a", shelf, ONE)]
    boxes.append(kiosk(simulator, tmp_path / "b", shelf, OTHER))
    simulator.faults.add(Fault.NEVER_ANSWERED, operation="lnInvoicePaymentSend")
    waiting = [paid_and_waiting(box, simulator) for box in boxes]
    for box in boxes:
        box.switch_off()
        wreck(journal_of(box))
        for file in journal_of(box).parent.glob("*.installation"):
            file.unlink()
    simulator.faults.clear()
    for box in boxes:
        box.switch_on().ready()
        rebuilt(box)
        assert sorted(alarm.sale or "" for alarm in box.till.alarms) == sorted(waiting)
    assert simulator.merchant.balance_sat == 0


def retry(counter: Counter) -> None:
    """What `kiosk forwards --retry` leaves word for."""
    from kiosk.journal import request_retry

    request_retry(journal_of(counter))
    counter.app.loop.process_requests()


def parse_installation(sale: str) -> str | None:
    parts = parse_sale_id(sale)
    assert parts is not None
    return parts.installation
