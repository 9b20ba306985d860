"""The law of money, broken by hand in one place: `test_law_of_money` notices each time."""

import logging
import sys
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from tests.mutants.reach import ROOT
from tests.mutants.trial import put_in
from tests.stories.law.play import play

# So many interleavings at most until a broken law is noticed.
ENOUGH = 300


@dataclass(frozen=True, slots=True)
class Breakage:
    """A piece of a module's text, and what breaks the law in its place."""

    module: str
    before: str
    after: str


BREAKAGES = {
    "a second payout invoice after an unclear answer (M6)": Breakage(
        "kiosk/sale/forward_steps.py",
        "    if forward.reported_expired:\n",
        "    if forward.reported_expired or forward.maybe_sent:\n",
    ),
    "a successor before the end of an invoice that was sent (M6)": Breakage(
        "kiosk/sale/forward_steps.py",
        "return forward.guarded and (over or not forward.maybe_sent)",
        "return forward.guarded",
    ),
    "an invoice that left the screen is forgotten (M8)": Breakage(
        "kiosk/sale/watched_invoices.py",
        "return _with_invoice(till, payment_hash, replace(left, next_check_s=ask_s))",
        "return replace(till, watched_invoices=MappingProxyType({}))",
    ),
    "what cannot be written is acted upon (M5)": Breakage(
        "kiosk/loop.py",
        "self._journal_failed(error)\n            return False\n        except Contradiction",
        "self._journal_failed(error)\n            return True\n        except Contradiction",
    ),
    "another installation's sale is taken for our own (M6)": Breakage(
        "kiosk/sale/rules.py",
        "return parts is not None and parts.installation == self.installation",
        "return parts is not None and parts.installation is not None",
    ),
    "a sale of an older release is taken for our own (M6)": Breakage(
        "kiosk/sale/rules.py",
        "return parts is not None and parts.installation == self.installation",
        "return parts is not None and parts.installation in (self.installation, None)",
    ),
    "a rebuilt journal does not wait for what is on its way (M6)": Breakage(
        "kiosk/sale/recovery.py",
        "    return bool(paid) and not sent and not evidence.payouts\n",
        "    return False and bool(paid) and not sent and not evidence.payouts\n",
    ),
    "a rebuilt journal does not look for what others are paid late (M8)": Breakage(
        "kiosk/sale/recovery.py",
        "    until = lost.awaited_until or _payable_until(others)\n",
        "    until = 0\n",
    ),
    "what the ledger shows as sent is not looked at (M6)": Breakage(
        "kiosk/sale/recovered_sale.py",
        "    elif sent:\n",
        "    elif sent and not received:\n",
    ),
    "a stopped forward is sent (M6)": Breakage(
        "kiosk/sale/forwards.py",
        "if forward.busy or forward.status is ForwardStatus.STOPPED or forward.due_s > till.now_s:",
        "if forward.busy or forward.due_s > till.now_s:",
    ),
    "a cloned card goes on with the sales of the first one (M6)": Breakage(
        "kiosk/journal/installation.py",
        "(saved for saved in (kept, last) if saved and saved.hardware.is_same(hardware)), None",
        "(saved for saved in (kept, last) if saved), None",
    ),
    "no answer is taken for a payment (M4)": Breakage(
        "kiosk/sale/invoice_status.py",
        "if event.status is InvoiceStatus.PAID:",
        "if event.status in (InvoiceStatus.PAID, InvoiceStatus.UNKNOWN):",
    ),
    "a successor has the generation of the one before (M6)": Breakage(
        "kiosk/sale/forward_steps.py",
        "generation=forward.generation + 1,",
        "generation=forward.generation,",
    ),
    "only the day of the sale is looked at for late money (M8)": Breakage(
        "kiosk/journal/recovery.py",
        "final_s=now_s + left_s + WATCHED_S,",
        "final_s=now_s,",
    ),
}


@pytest.fixture
def broken(request: pytest.FixtureRequest) -> Iterator[None]:
    """The program with that change, put back afterwards."""
    breakage: Breakage = request.param
    text = (ROOT / breakage.module).read_text()
    assert text.count(breakage.before) == 1, "this text is no longer there once"
    logging.disable()
    put_in(breakage.module, text.replace(breakage.before, breakage.after))
    yield
    put_in(breakage.module, text)
    logging.disable(logging.NOTSET)


@pytest.mark.slow
@pytest.mark.timeout(0)
@pytest.mark.parametrize("broken", BREAKAGES.values(), ids=BREAKAGES.keys(), indirect=True)
def test_a_broken_law_is_noticed_within_three_hundred_interleavings(
    broken: None, capsys: pytest.CaptureFixture[str], request: pytest.FixtureRequest
) -> None:
    for seed in range(1, ENOUGH + 1):
        violation = play(seed).violation
        if violation:
            break
    assert violation.startswith("AssertionError"), violation
    with capsys.disabled():
        what = f"{request.node.callspec.id}: {violation}"
        sys.stdout.write(f"\n{seed:4}  {what}"[:160])


@pytest.mark.parametrize("breakage", BREAKAGES.values(), ids=BREAKAGES.keys())
def test_what_is_broken_by_hand_is_still_in_the_program(breakage: Breakage) -> None:
    assert (ROOT / breakage.module).read_text().count(breakage.before) == 1
