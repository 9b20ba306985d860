import pytest

from kiosk.simulate.ledger import OUTSIDE, Kind, Ledger, Leg


def test_money_is_neither_made_nor_lost() -> None:
    ledger = Ledger()
    with pytest.raises(ValueError, match="off by 1 sat"):
        ledger.post(0.0, Kind.LN_RECEIPT, (Leg(OUTSIDE, -9), Leg("till", 10)))
    assert ledger.entries == ()


def test_a_wallet_below_zero_is_noticed() -> None:
    ledger = Ledger()
    ledger.add_owner("till", "till")
    ledger.post(0.0, Kind.LN_PAYMENT, (Leg("till", -1), Leg(OUTSIDE, 1)), "ab")
    with pytest.raises(AssertionError, match="a wallet of till is at -1"):
        ledger.assert_balanced()


def test_a_failed_payment_no_longer_counts_as_recorded() -> None:
    ledger = Ledger()
    sent, _ = ledger.post(
        0.0, Kind.LN_PAYMENT, (Leg("till", -1), Leg(OUTSIDE, 1)), "ab", pending=True
    )
    assert (ledger.status(sent), ledger.is_recorded("ab")) == ("PENDING", True)
    ledger.finish(sent, failed=True)
    ledger.post(1.0, Kind.LN_REVERSAL, (Leg(OUTSIDE, -1), Leg("till", 1)), "ab")
    assert (ledger.status(sent), ledger.is_recorded("ab")) == ("FAILURE", False)
    assert ledger.balance("till") == 0
