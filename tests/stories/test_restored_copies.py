"""A second copy of the journal, older than the last sales, is taken in: nothing is paid twice."""

import time
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC
from pathlib import Path

import pytest

from kiosk.commands.copies import file_to_restore, make_copy
from kiosk.journal import Restored, restore
from kiosk.sale.device import CopyReason
from kiosk.sale.keys import Key
from kiosk.sale.trouble import TroubleKind
from kiosk.simulate import Fault, Simulator
from tests.stories.counter import Counter
from tests.stories.separate_process import audit
from tests.stories.test_installations import (
    ONE,
    OTHER,
    kiosk,
    paid_and_waiting,
    retry,
)
from tests.stories.test_lost_journal import journal_of, rebuilt, sold

KIOSK = "till-1"


@pytest.fixture
def simulator() -> Iterator[Simulator]:
    with Simulator() as started:
        yield started


@pytest.fixture
def shelf() -> Iterator[ExitStack]:
    with ExitStack() as stack:
        yield stack


def copied(counter: Counter, tmp_path: Path) -> Path:
    """A second copy, made beside the running till."""
    stick = tmp_path / "stick"
    stick.mkdir(exist_ok=True)
    return make_copy(journal_of(counter), stick, CopyReason.CLOSE, UTC, KIOSK)


def restored(counter: Counter, copy: Path) -> Restored:
    """Take a copy in, with the till off."""
    file, check = file_to_restore(copy)
    return restore(file, journal_of(counter), KIOSK, time.time, check)


def lose_journal(counter: Counter) -> None:
    """The card is dead; another one is in its place."""
    for file in journal_of(counter).parent.glob("journal.sqlite3*"):
        file.unlink()


def three_sales_after_the_copy(counter: Counter, simulator: Simulator) -> None:
    """One is forwarded, one in flight when the power goes, one was never sent."""
    sold(counter, simulator)
    simulator.faults.add(Fault.NEVER_ANSWERED_AFTER, operation="lnInvoicePaymentSend", times=1)
    paid_and_waiting(counter, simulator)
    counter.until(lambda _: simulator.merchant.balance_sat == 1500)
    simulator.faults.add(Fault.NEVER_ANSWERED, operation="lnInvoicePaymentSend")
    paid_and_waiting(counter, simulator)
    counter.switch_off()
    simulator.faults.clear()


def test_sales_after_the_copy_are_forwarded_once_forwarded_or_not(
    simulator: Simulator, tmp_path: Path, shelf: ExitStack
) -> None:
    """Books 11: a restored copy that is older than the last forwards pays nothing twice."""
    counter = kiosk(simulator, tmp_path / "a", shelf)
    sold(counter, simulator)
    copy = copied(counter, tmp_path)
    three_sales_after_the_copy(counter, simulator)
    lose_journal(counter)
    restored(counter, copy)
    counter.switch_on().ready()
    rebuilt(counter)
    assert simulator.merchant.balance_sat == 2000
    assert audit(simulator).problems() == []
    assert counter.till.alarms == ()
    assert len(list(counter.app.journal.sales(0, 2**40))) == 4


def test_forwards_open_in_the_copy_are_looked_up_before_anything_is_paid(
    simulator: Simulator, tmp_path: Path, shelf: ExitStack
) -> None:
    """Books 11: what was open when the copy was made has been forwarded since, or not."""
    counter = kiosk(simulator, tmp_path / "a", shelf)
    simulator.faults.add(Fault.NEVER_ANSWERED, operation="lnInvoicePaymentSend")
    paid_and_waiting(counter, simulator)
    copy = copied(counter, tmp_path)
    simulator.faults.clear()
    counter.until(lambda till: not till.forwards, 30.0)
    counter.switch_off()
    lose_journal(counter)
    restored(counter, copy)
    counter.switch_on().ready()
    rebuilt(counter)
    assert simulator.merchant.balance_sat == 500
    assert audit(simulator).problems() == []


def test_a_code_open_in_the_copy_and_forwarded_since_is_not_forwarded_again(
    simulator: Simulator, tmp_path: Path, shelf: ExitStack
) -> None:
    """Books 11: the copy knows neither the payment nor the payout invoice of the sale."""
    counter = kiosk(simulator, tmp_path / "a", shelf)
    simulator.faults.add(Fault.NEVER_ANSWERED, operation="lnInvoiceCreateOnBehalfOfRecipient")
    counter.press("500", Key.CHARGE)
    screen = counter.until(lambda till: hasattr(till.screen, "invoice")).screen
    copy = copied(counter, tmp_path)
    simulator.faults.clear()
    simulator.pay(screen.invoice.payment_request, via="blink")  # type: ignore[union-attr]
    counter.until(lambda till: not till.forwards and not till.watched_invoices, 30.0)
    counter.switch_off()
    lose_journal(counter)
    restored(counter, copy)
    counter.switch_on().ready()
    counter.until(lambda till: till.lost_journal is None and not till.watched_invoices, 30.0)
    rebuilt(counter)
    assert simulator.merchant.balance_sat == 500
    assert audit(simulator).problems() == []


def test_a_copy_in_another_box_forwards_nothing_until_the_manager_says_so(
    simulator: Simulator, tmp_path: Path, shelf: ExitStack
) -> None:
    """Books 11: the copy's own box may still be forwarding what is open in it."""
    first = kiosk(simulator, tmp_path / "a", shelf, ONE)
    simulator.faults.add(Fault.NEVER_ANSWERED, operation="lnInvoicePaymentSend")
    waiting = paid_and_waiting(first, simulator)
    copy = copied(first, tmp_path)
    after = paid_and_waiting(first, simulator)
    first.switch_off()
    simulator.faults.clear()
    second = kiosk(simulator, tmp_path / "b", shelf, OTHER)
    second.switch_off()
    restored(second, copy)
    second.switch_on().ready()
    second.until(lambda till: till.lost_journal is None, 30.0)
    assert {alarm.sale: alarm.trouble.kind for alarm in second.till.alarms} == {
        waiting: TroubleKind.BEGUN_ELSEWHERE,
        after: TroubleKind.UNDECIDED,
    }
    assert simulator.merchant.balance_sat == 0
    retry(second)
    second.until(lambda till: not till.forwards, 30.0)
    assert simulator.merchant.balance_sat == 500
    first.switch_on().ready()
    first.until(lambda till: not till.forwards, 30.0)
    assert simulator.merchant.balance_sat == 1000
    assert audit(simulator).problems() == []


def test_a_copy_taken_in_over_a_sound_journal_loses_none_of_its_sales(
    simulator: Simulator, tmp_path: Path, shelf: ExitStack
) -> None:
    """Books 11: the journal that was there is kept, and what was sold since the copy is in both."""
    counter = kiosk(simulator, tmp_path / "a", shelf)
    before = sold(counter, simulator)
    copy = copied(counter, tmp_path)
    after = sold(counter, simulator)
    counter.switch_off()
    result = restored(counter, copy)
    assert result.aside is not None
    assert result.aside.exists()
    counter.switch_on().ready()
    rebuilt(counter)
    journal = counter.app.journal
    assert [sale.sale.id for sale in journal.sales(0, 2**40)] == [before, after]
    assert simulator.merchant.balance_sat == 1000
    numbers = [entry.receipt for entry in journal.entries(0, 2**40)]  # type: ignore[union-attr]
    assert [str(number) for number in numbers] == ["1-1", "1-2"]
    last = sold(counter, simulator)
    (newest,) = [entry for entry in journal.entries(0, 2**40) if entry.record.sale.id == last]  # type: ignore[union-attr]
    assert str(newest.receipt) == "2-1"  # type: ignore[union-attr]
