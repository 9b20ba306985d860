"""Every fault of the simulator, each at the step where it tells most, or at every step there is."""

from pathlib import Path
from typing import Final

import pytest

from kiosk.simulate import Fault
from tests.stories.faults.cell import Cell, Step

OUT: Final = "out of service: "

# Fault, where it strikes, and the last that the screen told before all was well again.
TELLING: Final = (
    (Fault.DELAY_REQUEST, Step.SEND, "forwarded"),
    (Fault.DELAY_ANSWER, Step.INVOICE, "forwarded"),
    (Fault.REQUEST_LOST, Step.SEND, "paid"),
    (Fault.ANSWER_LOST_AFTER, Step.SEND, "forwarded"),
    (Fault.NEVER_ANSWERED, Step.RATES, "no_connection"),
    (Fault.NEVER_ANSWERED_AFTER, Step.SEND, "forwarded"),
    (Fault.ANSWER_CUT, Step.SEND, "forwarded"),
    (Fault.HTTP_401, Step.INVOICE, OUT + "key_refused"),
    (Fault.HTTP_403, Step.VISIT, OUT + "blocked"),
    (Fault.HTTP_404, Step.INVOICE, "blocked"),
    (Fault.HTTP_408, Step.SEND, "paid"),
    (Fault.HTTP_429, Step.LOOK_UP, "paid"),
    (Fault.HTTP_502, Step.PAYOUT, "paid"),
    (Fault.HTTP_503, Step.VISIT, OUT + "no_connection"),
    (Fault.HTTP_504, Step.CANCEL, "leavingcode"),
    (Fault.HTTP_511, Step.VISIT, OUT + "network_login"),
    (Fault.HTTP_504_AFTER, Step.SEND, "forwarded"),
    (Fault.CAPTIVE_PORTAL, Step.STATUS, "code"),
    (Fault.CAPTIVE_REDIRECT, Step.VISIT, OUT + "login_page"),
    (Fault.HTTP_RATE_LIMIT, Step.INVOICE, "paid|forwarded"),
    (Fault.MALFORMED_JSON, Step.SEND, "forwarded"),
    (Fault.WRONG_SHAPE, Step.LIMIT, "forwarded"),
    (Fault.NULL_FIELDS, Step.LOOK_UP, "paid"),
    (Fault.UNKNOWN_STATUS, Step.EVENT, "forwarded"),
    (Fault.LIMIT_REACHED, Step.SEND, "paid"),
    (Fault.INSUFFICIENT_BALANCE, Step.SEND, "paid"),
    (Fault.RECEIVE_DISABLED, Step.PAYOUT, OUT + "merchant_cannot_receive"),
    (Fault.INVOICE_BLOCK, Step.INVOICE, "too_many_invoices"),
    (Fault.DUPLICATE_EXTERNAL_ID, Step.PAYOUT, "paid"),
    (Fault.LND_OFFLINE, Step.INVOICE, "blink_odd"),
    (Fault.DB_ERROR, Step.SEND, "paid"),
    (Fault.UNEXPECTED_CLIENT_ERROR, Step.SEND, "paid"),
    (Fault.FAILURE_AFTER, Step.SEND, "forwarded"),
    (Fault.PENDING_SETTLES, Step.SEND, "paid"),
    (Fault.PENDING_REVERSES, Step.SEND, "paid"),
    (Fault.PAID_BY_SOMEBODY_ELSE, Step.SEND, "paid"),
    (Fault.WRONG_NETWORK, Step.INVOICE, "blink_odd"),
    (Fault.WRONG_AMOUNT, Step.INVOICE, "blink_odd"),
    (Fault.WRONG_PAYEE, Step.PAYOUT, "payout_refused"),
    (Fault.WRONG_HASH, Step.INVOICE, "blink_odd"),
    (Fault.NODES_EMPTY, Step.VISIT, "forwarded"),
    (Fault.PRICE_DEAD, Step.RATES, "no_rate"),
    (Fault.PRICE_STALE, Step.RATES, "no_rate"),
    (Fault.PRICE_ABSURD, Step.RATES, "no_rate"),
    (Fault.WIND_DOWN_PRE_CUTOFF, Step.VISIT, "account_closes"),
    (Fault.WIND_DOWN_RECEIVE_DISABLED, Step.VISIT, OUT + "merchant_cannot_receive"),
    (Fault.WIND_DOWN_GATED_CLOSED, Step.INVOICE, OUT + "till_cannot_receive"),
    (Fault.API_KEY_ENDS, Step.VISIT, "key_ends"),
    (Fault.API_KEYS_FAIL, Step.VISIT, "forwarded"),
    (Fault.SOCKET_REFUSED, Step.SOCKET, "forwarded"),
    (Fault.SOCKET_LIMIT, Step.SOCKET, "forwarded"),
    (Fault.SOCKET_RATE_LIMIT, Step.SOCKET, "forwarded"),
    (Fault.SOCKET_CLOSED, Step.EVENT, "forwarded"),
    (Fault.SOCKET_CUT, Step.EVENT, "forwarded"),
    (Fault.SOCKET_HALF_OPEN, Step.EVENT, "forwarded"),
    (Fault.SOCKET_SILENT, Step.EVENT, "forwarded"),
    (Fault.ACK_DELAYED, Step.SOCKET, "forwarded"),
    (Fault.ACK_NEVER, Step.SOCKET, "forwarded"),
    (Fault.NOT_AUTHENTICATED, Step.SOCKET, "forwarded"),
    (Fault.FIRST_EVENT_LOST, Step.SOCKET, "forwarded"),
    (Fault.PAID_EVENT_LOST, Step.EVENT, "forwarded"),
    (Fault.PAID_EVENT_DOUBLED, Step.EVENT, "forwarded"),
    (Fault.PAID_EVENT_LATE, Step.EVENT, "forwarded"),
    (Fault.PAID_EVENT_OTHER_HASH, Step.EVENT, "forwarded"),
    (Fault.EXPIRED_BEFORE_PAID, Step.EVENT, "forwarded"),
    (Fault.PENDING_AFTER_PAID, Step.EVENT, "forwarded"),
    (Fault.ERROR_EVENT, Step.EVENT, "forwarded"),
)


@pytest.mark.parametrize(("fault", "step", "last_read"), TELLING)
def test_a_fault_costs_no_money_and_is_told_m4_m6(
    tmp_path: Path, fault: Fault, step: Step, last_read: str
) -> None:
    outcome = Cell(fault, step, tmp_path).play()
    assert outcome.read[-1] in last_read.split("|"), outcome.read


def test_no_fault_of_blink_is_left_out() -> None:
    """Those of direct sales are tried in tests/wallet/lightning_address and test_direct.py."""
    names = list(Fault)
    direct = {
        *names[names.index(Fault.ADDRESS_UNKNOWN) : names.index(Fault.VERIFY_LAGS) + 1],
        *(Fault.ACCOUNT_UNKNOWN, Fault.ACCOUNT_INACTIVE, Fault.PREIMAGE_MISSING),
    }
    blinks = [fault for fault in Fault if fault not in direct]
    assert sorted(fault for fault, _, _ in TELLING) == sorted(blinks)


@pytest.mark.slow
@pytest.mark.parametrize("fault", Fault)
def test_no_fault_costs_money_at_any_step_m4_m6(tmp_path: Path, fault: Fault) -> None:
    """The whole table; `python -m tests.stories.faults` prints it."""
    for step in Step:
        folder = tmp_path / step.name
        folder.mkdir()
        outcome = Cell(fault, step, folder).play()
        assert outcome.paid >= 1, step
