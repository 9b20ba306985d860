"""Whatever happens in whatever order, with restarts and power cuts: the journal is the model."""

import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from kiosk.journal import Journal, JournalConflict, JournalUnusable, resume
from kiosk.sale.facts import (
    Ending,
    Fact,
    ForwardStatus,
    ForwardStatusChanged,
    InvoiceIssued,
    InvoiceNeverPaid,
    InvoicePaid,
    PayoutIssued,
    SaleLeftScreen,
    SaleStarted,
)
from kiosk.sale.invoice import Invoice
from tests.journal.connection import connection
from tests.journal.test_journal import NOW, sale
from tests.sale.tills import invoice

MOVES = [ForwardStatus.SENT, ForwardStatus.UNKNOWN, ForwardStatus.FAILED, ForwardStatus.STOPPED]


@dataclass
class Known:
    """What the model knows of a sale."""

    number: int
    issued: bool = False
    payouts: list[Invoice] = field(default_factory=list)
    ending: Ending | None = None
    paid: bool = False
    final: bool = False
    steps: list[tuple[ForwardStatus, Invoice]] = field(default_factory=list)

    @property
    def invoice(self) -> Invoice:
        return invoice(self.number, 2300)

    @property
    def settled(self) -> bool:
        return bool(self.steps) and self.steps[-1][0] is ForwardStatus.SETTLED

    @property
    def status_at_start(self) -> ForwardStatus:
        """By the law of money, M6, and nothing else."""
        if self.steps and self.steps[-1][0] is ForwardStatus.STOPPED:
            return ForwardStatus.STOPPED
        return ForwardStatus.UNKNOWN if self.payouts else ForwardStatus.PLANNED


class AnyHistory(RuleBasedStateMachine):
    """Facts as the core may tell them, told again, told wrongly, with the power cut between."""

    @initialize()
    def begin(self) -> None:
        self.folder = tempfile.TemporaryDirectory()
        self.lives = 0
        self.sales: list[Known] = []
        self.recorded_facts: list[Fact] = []
        self.journal = Journal.open(self.path, lambda: NOW)

    @property
    def path(self) -> Path:
        return Path(self.folder.name) / str(self.lives) / "journal.sqlite3"

    def teardown(self) -> None:
        self.journal.close()
        self.folder.cleanup()

    def tell(self, *facts: Fact) -> None:
        self.journal.record(facts)
        self.recorded_facts.extend(facts)

    def one(self, data: st.DataObject, wanted: Sequence[Known]) -> Known | None:
        return data.draw(st.sampled_from(wanted)) if wanted else None

    # --- What happens -----------------------------------------------------------------------

    @rule(together=st.booleans())
    def a_sale_begins(self, together: bool) -> None:
        known = Known(len(self.sales) + 1, issued=together)
        self.sales.append(known)
        begun = SaleStarted(sale(known.number))
        rest = [InvoiceIssued(sale(known.number).id, known.invoice)] if together else []
        self.tell(begun, *rest)

    @rule(data=st.data())
    def an_invoice_is_issued(self, data: st.DataObject) -> None:
        if known := self.one(
            data, [salvaged_sale for salvaged_sale in self.sales if not salvaged_sale.issued]
        ):
            self.tell(InvoiceIssued(sale(known.number).id, known.invoice))
            known.issued = True

    @rule(data=st.data())
    def a_payout_is_issued(self, data: st.DataObject) -> None:
        if known := self.one(
            data, [salvaged_sale for salvaged_sale in self.sales if not salvaged_sale.settled]
        ):
            generation = len(known.payouts) + 1
            payout = invoice(known.number * 1000 + generation, 2300, "out")
            self.tell(PayoutIssued(sale(known.number).id, payout, generation))
            known.payouts.append(payout)

    @rule(data=st.data(), ending=st.sampled_from(Ending))
    def a_sale_leaves_the_screen(self, data: st.DataObject, ending: Ending) -> None:
        if known := self.one(data, self.sales):
            self.journal.record([SaleLeftScreen(sale(known.number).id, ending)])
            known.ending = known.ending or ending

    @rule(data=st.data(), late=st.booleans())
    def an_invoice_is_paid(self, data: st.DataObject, late: bool) -> None:
        if known := self.one(
            data, [salvaged_sale for salvaged_sale in self.sales if salvaged_sale.issued]
        ):
            self.tell(InvoicePaid(sale(known.number).id, known.invoice.payment_hash, late))
            known.paid = True

    @rule(data=st.data())
    def an_invoice_is_final(self, data: st.DataObject) -> None:
        if known := self.one(
            data,
            [
                salvaged_sale
                for salvaged_sale in self.sales
                if salvaged_sale.issued and not salvaged_sale.paid
            ],
        ):
            self.tell(InvoiceNeverPaid(sale(known.number).id, known.invoice.payment_hash))
            known.final = True

    @rule(data=st.data(), statuses=st.lists(st.sampled_from(MOVES), min_size=1, max_size=3))
    def a_forward_moves(self, data: st.DataObject, statuses: list[ForwardStatus]) -> None:
        moving = [
            salvaged_sale
            for salvaged_sale in self.sales
            if salvaged_sale.paid and salvaged_sale.payouts and not salvaged_sale.settled
        ]
        if known := self.one(data, moving):
            payout = known.payouts[-1]
            name = sale(known.number).id
            self.journal.record(
                [ForwardStatusChanged(name, s, payout.payment_hash) for s in statuses]
            )
            known.steps.extend((status, payout) for status in statuses)

    @rule(data=st.data())
    def a_forward_settles(self, data: st.DataObject) -> None:
        moving = [
            salvaged_sale
            for salvaged_sale in self.sales
            if salvaged_sale.paid and salvaged_sale.payouts and not salvaged_sale.settled
        ]
        if known := self.one(data, moving):
            payout = known.payouts[-1]
            settled = ForwardStatus.SETTLED
            self.tell(ForwardStatusChanged(sale(known.number).id, settled, payout.payment_hash))
            known.steps.append((settled, payout))

    # --- What must change nothing -----------------------------------------------------------

    @precondition(lambda self: self.recorded_facts)
    @rule(data=st.data())
    def a_fact_is_told_again(self, data: st.DataObject) -> None:
        self.journal.record(data.draw(st.lists(st.sampled_from(self.recorded_facts), max_size=5)))

    @rule(data=st.data(), status=st.sampled_from([*MOVES, ForwardStatus.PLANNED]))
    def a_forward_would_move_back(self, data: st.DataObject, status: ForwardStatus) -> None:
        if known := self.one(
            data, [salvaged_sale for salvaged_sale in self.sales if salvaged_sale.settled]
        ):
            name, payout = sale(known.number).id, known.payouts[-1].payment_hash
            with pytest.raises(JournalConflict):
                self.journal.record([ForwardStatusChanged(name, status, payout)])

    @rule(data=st.data())
    def an_invoice_would_be_replaced(self, data: st.DataObject) -> None:
        if known := self.one(
            data, [salvaged_sale for salvaged_sale in self.sales if salvaged_sale.issued]
        ):
            other = invoice(known.number + 50_000, 2300)
            with pytest.raises(JournalConflict):
                self.journal.record([InvoiceIssued(sale(known.number).id, other)])

    @rule()
    def the_disk_is_full(self) -> None:
        pages = connection(self.journal).execute("PRAGMA page_count").fetchone()[0]
        connection(self.journal).execute(f"PRAGMA max_page_count = {pages}")
        new = [number + 10_000 for number in range(200)]
        with pytest.raises(JournalUnusable):
            self.journal.record([SaleStarted(sale(number)) for number in new])
        connection(self.journal).execute("PRAGMA max_page_count = 1000000")

    @rule()
    def it_is_switched_off_and_on(self) -> None:
        self.journal.close()
        self.journal = Journal.open(self.path, lambda: NOW)

    @rule()
    def the_power_is_cut(self) -> None:
        """The files as they are on the disk at this moment, without a word to SQLite."""
        before = self.path
        self.lives += 1
        self.path.parent.mkdir()
        for tail in ("", "-wal"):
            shutil.copy(f"{before}{tail}", f"{self.path}{tail}")
        self.journal.close()
        self.journal = Journal.open(self.path, lambda: NOW)

    # --- What is always so --------------------------------------------------------------------

    @invariant()
    def it_recovers_what_is_unfinished_and_nothing_else(self) -> None:
        watches, forwards, recently_paid = resume(self.journal.recover(), 1.0, NOW)
        assert {
            name: (salvaged_sale.payout, salvaged_sale.ending)
            for name, salvaged_sale in watches.items()
        } == {
            salvaged_sale.invoice.payment_hash: (
                salvaged_sale.payouts[-1] if salvaged_sale.payouts else None,
                salvaged_sale.ending or Ending.INTERRUPTED,
            )
            for salvaged_sale in self.sales
            if salvaged_sale.issued and not salvaged_sale.paid and not salvaged_sale.final
        }
        assert {name: (f.status, f.payout, f.generation) for name, f in forwards.items()} == {
            salvaged_sale.invoice.payment_hash: (
                salvaged_sale.status_at_start,
                salvaged_sale.payouts[-1] if salvaged_sale.payouts else None,
                max(1, len(salvaged_sale.payouts)),
            )
            for salvaged_sale in self.sales
            if salvaged_sale.paid and not salvaged_sale.settled
        }
        settled = {
            salvaged_sale.invoice.payment_hash
            for salvaged_sale in self.sales
            if salvaged_sale.settled
        }
        assert set(recently_paid) == settled

    @invariant()
    def its_totals_are_the_sum_of_its_sales(self) -> None:
        paid = [sale for sale in self.sales if sale.paid]
        totals = self.journal.totals(0)
        assert (totals.sales, totals.amount) == (len(paid), 2300 * len(paid))
        assert totals.forwarded == 2300 * sum(sale.settled for sale in paid)
        assert sum(line.paid.minor for line in totals.sums) == 100 * len(paid)
        assert len(list(self.journal.sales(0, 2**40))) == len(self.sales)
        assert len(self.journal.unsettled()) == sum(not sale.settled for sale in paid)


@pytest.mark.parametrize("examples", [15, pytest.param(500, marks=pytest.mark.slow)])
@pytest.mark.timeout(900)
def test_the_journal_is_the_model_m5_m6_m11(examples: int) -> None:
    run_state_machine_as_test(
        AnyHistory,
        settings=settings(max_examples=examples, stateful_step_count=40, deadline=None),
    )
