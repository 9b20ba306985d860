"""Invoices left behind and payments that come twice (M8, M12)."""

from kiosk.sale.events import Found, SendAnswer, StatusTold
from kiosk.sale.facts import PaidTwice
from kiosk.sale.invoice import Invoice, InvoiceStatus
from tests.sale.tills import Story


def told(story: Story, made: Invoice, payments: int) -> list[PaidTwice]:
    """The ledger shows so many payments; what is recorded of it."""
    step = story.play(StatusTold(made.payment_hash, InvoiceStatus.PAID, payments))
    return [fact for fact in step.facts if isinstance(fact, PaidTwice)]


def test_a_third_payment_is_recorded_while_the_alarm_of_the_second_is_up_m12() -> None:
    """Fault 10: the alarm is one, the payments are three."""
    story = Story().ready()
    made = story.awaiting()
    story.pay(made)
    story.send(made, SendAnswer.SUCCESS)
    assert [fact.payments for fact in told(story, made, 2)] == [2]
    assert [fact.payments for fact in told(story, made, 3)] == [3]
    assert told(story, made, 3) == []
    assert len(story.till.alarms) == 1


def test_a_second_payment_seen_before_the_forward_settles_is_recorded_once_m12() -> None:
    """Fault 10: what was recorded while the forward waited is known after it."""
    story = Story().ready()
    made = story.awaiting()
    story.pay(made)
    assert [fact.payments for fact in told(story, made, 2)] == [2]
    assert told(story, made, 2) == []
    story.send(made, SendAnswer.LOST)
    story.look(made, Found.SETTLED)
    assert told(story, made, 2) == []
    assert [fact.payments for fact in told(story, made, 3)] == [3]
