"""One cell of the table: a sale with one fault at one step, then without it, and the audit."""

from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path
from typing import Final

from kiosk.journal import Journal
from kiosk.sale.keys import Key
from kiosk.sale.screens import (
    AwaitingPayment,
    CodeExpired,
    EnteringAmount,
    Forwarded,
    Paid,
    SaleFailed,
)
from kiosk.sale.till import Ready, Till
from kiosk.sale.trouble import TroubleKind
from kiosk.screen.text.words import Words
from kiosk.simulate import Fault, Simulator, SocketTimes
from kiosk.simulate.customer import Via
from tests.stories.faults.till import (
    QUICK,
    QuickTill,
    payouts,
    receipts,
    switched_on,
    trouble_of,
    waiting,
)


class Step(StrEnum):
    """Where in a sale the fault is switched on, for as long as the step lasts."""

    VISIT = "visit at start"
    RATES = "rates"
    INVOICE = "invoice creation"
    PAYOUT = "payout creation"
    SOCKET = "socket: connect, init, subscribe"
    STATUS = "status ask"
    CANCEL = "cancel"
    EVENT = "payment event"
    SEND = "send"
    LOOK_UP = "look-up"
    LIMIT = "limit"


# The root field that a step asks; None is any, for what does not travel by HTTP.
OPERATION: Final = {
    Step.VISIT: None,
    Step.RATES: "realtimePrice",
    Step.INVOICE: "lnInvoiceCreate",
    Step.PAYOUT: "lnInvoiceCreateOnBehalfOfRecipient",
    Step.SOCKET: "lnInvoicePaymentStatusByHash",
    Step.STATUS: "me",
    Step.CANCEL: "lnInvoiceCancel",
    Step.EVENT: "lnInvoicePaymentStatusByHash",
    Step.SEND: "lnInvoicePaymentSend",
    Step.LOOK_UP: "me",
    Step.LIMIT: "me",
}
# Faults that are about the world or the line, not about one operation.
EVERYWHERE: Final = frozenset(
    {
        Fault.HTTP_RATE_LIMIT,
        Fault.NODES_EMPTY,
        Fault.PRICE_DEAD,
        Fault.PRICE_STALE,
        Fault.PRICE_ABSURD,
        Fault.API_KEY_ENDS,
        Fault.API_KEYS_FAIL,
        Fault.WIND_DOWN_PRE_CUTOFF,
        Fault.WIND_DOWN_RECEIVE_DISABLED,
        Fault.WIND_DOWN_GATED_CLOSED,
        Fault.SOCKET_REFUSED,
        Fault.SOCKET_LIMIT,
        Fault.SOCKET_RATE_LIMIT,
        Fault.ACK_DELAYED,
        Fault.ACK_NEVER,
    }
)
SECONDS: Final = {
    Fault.DELAY_REQUEST: 0.1,
    Fault.DELAY_ANSWER: 0.1,
    Fault.PENDING_SETTLES: 0.2,
    Fault.PENDING_REVERSES: 0.2,
    Fault.ACK_DELAYED: 0.1,
    Fault.PAID_EVENT_LATE: 0.1,
}
VALUE: Final = {Fault.HTTP_RATE_LIMIT: 0, Fault.SOCKET_LIMIT: 0, Fault.SOCKET_RATE_LIMIT: 0}

# Where an answer never comes, it is not waited for long, nor so short that a busy machine fails.
HASTE_S: Final = 0.8
IMPATIENT: Final = {
    Fault.NEVER_ANSWERED: ("answer_s", "send_s"),
    Fault.NEVER_ANSWERED_AFTER: ("answer_s", "send_s"),
    Fault.ACK_NEVER: ("connect_s",),
    Fault.SOCKET_HALF_OPEN: ("ping_every_s", "pong_within_s"),
}

# Who pays a payout that we cannot pay is not for a program to decide: a person is called (M3, M6).
ALARMING: Final = frozenset(
    {
        Fault.PAID_BY_SOMEBODY_ELSE,
        Fault.WRONG_NETWORK,
        Fault.WRONG_PAYEE,
        Fault.DUPLICATE_EXTERNAL_ID,  # no payout invoice for two minutes is an alarm (M2)
    }
)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of it. `read` is what the screen told, in order, while the fault was on."""

    fault: Fault
    step: Step
    struck: int
    read: tuple[str, ...]
    journal: tuple[str, ...]  # every sale's state, oldest first
    paid: int
    forwarded: int
    alarmed: int


class Cell:
    """A Blink, a till, a customer, and one fault at one step."""

    def __init__(self, fault: Fault, step: Step, folder: Path) -> None:
        self._fault = fault
        self._step = step
        self._folder = folder
        self._simulator = Simulator(socket_times=SocketTimes(init_s=1.0, ping_s=5.0))
        self._till: QuickTill

    def play(self) -> Outcome:
        """The whole story. Raises AssertionError where the law of money is broken."""
        quick = replace(QUICK, **dict.fromkeys(IMPATIENT.get(self._fault, ()), HASTE_S))
        with (
            self._simulator,
            switched_on(QuickTill(self._simulator, self._folder, quick)) as self._till,
        ):
            self._first_sale()
            self._no_dead_end()
            read = tuple(self._till.read)
            self._simulator.faults.clear()
            self._all_is_well_again()
            return self._audited(read)

    # --- While the fault is on ----------------------------------------------------------------

    def _first_sale(self) -> None:
        till, step = self._till, self._step
        if step is Step.VISIT:
            self._switch_on_fault()
        till.switch_on().rest()
        if step is Step.VISIT:
            self._no_dead_end()
            self._simulator.faults.clear()
        if step is Step.RATES:
            self._switch_on_fault()
        till.press("500")
        till.rest()
        if step in (Step.INVOICE, Step.PAYOUT, Step.SOCKET):
            self._switch_on_fault()
        till.press(Key.CHARGE)
        till.rest()
        code = till.shown()
        if code is None:
            return
        match step:
            case Step.STATUS:
                self._switch_on_fault()
                till.press(Key.CHECK)
                till.rest()
                # With the event lost, asking is all there is.
                self._simulator.faults.add(Fault.PAID_EVENT_LOST)
            case Step.CANCEL:
                self._switch_on_fault()
                till.press(Key.CLEAR)
                till.rest()
            case Step.LOOK_UP:
                lost = Fault.ANSWER_LOST_AFTER
                self._simulator.faults.add(lost, "lnInvoicePaymentSend", 1)
                self._switch_on_fault()
            case Step.EVENT | Step.SEND | Step.LIMIT:
                self._switch_on_fault()
        self._pay(code)

    def _switch_on_fault(self) -> None:
        fault = self._fault
        operation = None if fault in EVERYWHERE else OPERATION[self._step]
        self._simulator.faults.add(
            fault, operation, seconds=SECONDS.get(fault), value=VALUE.get(fault)
        )

    def _pay(self, code: AwaitingPayment) -> None:
        # Once it is cancelled, a wallet inside of Blink is all that can still pay it.
        via: Via = "blink" if self._step is Step.CANCEL else "lightning"
        paid = self._simulator.pay(code.invoice.payment_request, via=via).paid
        if paid and self._step not in (Step.STATUS, Step.CANCEL):
            # By push or by asking: one of them works at all of these steps.
            self._till.until(lambda now: not isinstance(now.screen, AwaitingPayment))
        self._till.rest()

    def _no_dead_end(self) -> None:
        """A code, success, or an amount to try again with; and a sentence, if it does not go on."""
        till = self._till.till
        trouble = trouble_of(till)
        if trouble is not None:
            what, _ = Words().trouble_text(trouble)
            assert what.endswith("."), "one clear sentence"
        if not isinstance(till.service, Ready):
            assert trouble is not None, "out of service without saying why"
        screen = till.screen
        if isinstance(screen, EnteringAmount) and not screen.entry.is_empty:
            assert trouble is not None, "the sale does not go on, and nothing says why"
        assert isinstance(
            screen, EnteringAmount | AwaitingPayment | Paid | Forwarded | CodeExpired | SaleFailed
        ), screen

    def _may_alarm(self, till: Till) -> bool:
        """Whether the fault is for a person, or no payout invoice was to be had for minutes (M2).

        An answer that was on its way when time leapt tells of a refusal that lasted for so long.
        """
        is_late = all(alarm.trouble.kind is TroubleKind.NO_PAYOUT for alarm in till.alarms)
        return self._fault in ALARMING or (self._step is Step.PAYOUT and is_late)

    # --- Once it is off -----------------------------------------------------------------------

    def _all_is_well_again(self) -> None:
        """What was paid is forwarded by itself, and the next sale goes through."""
        till = self._till
        code = till.shown()
        if code is not None:  # paid and not noticed yet, or refused to be paid until now
            self._pay(code)
            till.until(lambda now: not isinstance(now.screen, AwaitingPayment))
        till.finish()
        till.to_sats()
        till.charge("700")
        code = till.shown()
        assert code is not None, f"no code although all is well: {till.till}"
        self._simulator.pay(code.invoice.payment_request)
        till.until(lambda now: not isinstance(now.screen, AwaitingPayment))
        till.rest()
        till.finish()

    def _audited(self, read: tuple[str, ...]) -> Outcome:
        simulator, till = self._simulator, self._till.till
        assert not waiting(till)
        stopped = {alarm.sale for alarm in till.alarms if alarm.sale is not None}
        journal = Journal.read_only(self._folder / "journal.sqlite3")
        try:
            records = list(journal.sales(0, 2**40))
        finally:
            journal.close()
        paid = forwarded = 0
        for record in records:
            sale, amount = record.sale.id, record.sale.amount
            came, went = receipts(simulator, sale), payouts(simulator, sale)
            assert len(went) <= 1, f"{sale} was forwarded {len(went)} times"
            assert not went or came, f"{sale} was forwarded and not paid"
            paid += bool(came)
            forwarded += bool(went)
            if came and sale not in stopped:
                assert went == [amount], f"{sale} was paid and not forwarded"
                assert str(record.state) == "forwarded"
            if not came:
                assert str(record.state) not in ("paid", "forwarded"), f"{sale} was not paid"
        assert not stopped or self._may_alarm(till), till.alarms
        assert paid >= 1, "the sale after the fault was paid"
        simulator.ledger.assert_balanced()
        return Outcome(
            self._fault,
            self._step,
            simulator.faults.struck(self._fault),
            read,
            tuple(str(record.state) for record in records),
            paid,
            forwarded,
            len(stopped),
        )
