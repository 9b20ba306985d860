"""A restart takes up the newest payout invoice of a sale, and knows which one it is (M6, M11)."""

from pathlib import Path

from kiosk.journal import Journal, resume
from kiosk.sale.effects import CreatePayout
from kiosk.sale.events import LookUpOutcome, PayoutCreated, SendOutcome
from kiosk.sale.facts import ForwardStatus
from tests.sale.tills import Story


def test_a_restart_takes_up_the_newest_payout_and_its_generation_m6(tmp_path: Path) -> None:
    """The first one is expired: paying it, or making a second one anew, would pay twice."""
    story = Story().ready()
    made = story.awaiting()
    story.pay(made)
    story.send(made, SendOutcome.EXPIRED)
    story.look(made, LookUpOutcome.NOTHING)
    asked = story.effects[-1]
    assert isinstance(asked, CreatePayout)
    second = story.payout(made, 2)
    story.play(PayoutCreated(asked.sale, second, 2))
    journal = Journal.open(tmp_path / "journal.sqlite3")
    journal.record(story.facts)
    _, forwards, _ = resume(journal.recover(), 0.0, 1_700_000_000)
    journal.close()
    (forward,) = forwards.values()
    assert forward.payout == second
    assert forward.generation == 2
    assert forward.status is ForwardStatus.UNKNOWN, "it was handed to Blink: looked up first"
    assert forward.maybe_sent
