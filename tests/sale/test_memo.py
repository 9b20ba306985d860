"""Memos as the field writes them, and never longer than Blink takes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.sale.entry import Tip
from kiosk.sale.invoice import MEMO_MAX_BYTES
from kiosk.sale.memo import payout_memo, sale_memo
from kiosk.sale.money import SAT, Currency, Fiat, Sats
from tests.sale.tills import JPY, KWD, USD

KES = Currency("KES", "KSh", 2)


@pytest.mark.parametrize(
    ("price", "items", "tip", "amount", "expected"),
    [
        (Fiat(100, USD), (), Tip(), 1234, "$1.00 (1234 sats)"),
        (Fiat(100, USD), (100,), Tip(), 1234, "$1.00 (1234 sats)"),
        (Fiat(300, USD), (100, 200), Tip(), 3702, "1 + 2 = $3.00 (3702 sats)"),
        (Fiat(375, USD), (125, 250), Tip(), 4627, "1.25 + 2.50 = $3.75 (4627 sats)"),
        (Fiat(200, USD), (), Tip(20, 10), 2716, "$2.00 + 10% tip = $2.20 (2716 sats)"),
        (Fiat(200, USD), (), Tip(35), 2900, "$2.00 + $0.35 tip = $2.35 (2900 sats)"),
        (
            *(Fiat(300, USD), (100, 200), Tip(30, 10), 4073),
            "1 + 2 = $3.00 + 10% tip = $3.30 (4073 sats)",
        ),
        (Fiat(1234, SAT), (), Tip(), 1234, "1234 sats"),
        (Fiat(300, SAT), (100, 200), Tip(30, 10), 330, "100 + 200 = 300 sats + 10% tip = 330 sats"),
        (Fiat(12, JPY), (10, 2), Tip(), 80, "10 + 2 = ¥12 (80 sats)"),
        (Fiat(1500, KWD), (1000, 500), Tip(), 9, "1 + 0.500 = KD 1.500 (9 sats)"),
        (Fiat(125_000, KES), (), Tip(), 9, "KSh 1250.00 (9 sats)"),
        (Fiat(1, USD), (), Tip(0, 5), 24, "$0.01 (24 sats)"),
    ],
)
def test_a_memo_is_written_as_the_field_writes_it(
    price: Fiat, items: tuple[int, ...], tip: Tip, amount: int, expected: str
) -> None:
    memo = sale_memo(price, items, tip, Sats(amount), "till-1")
    assert memo == f"{expected} till-1"
    assert payout_memo(memo) == f"BlinkPOS: {expected} till-1"


@given(
    minor=st.integers(1, 10**12 - 1),
    tip=st.builds(Tip, st.integers(0, 10**12), st.none() | st.integers(1, 100)),
    currency=st.sampled_from([USD, JPY, KWD, KES, SAT]),
)
def test_a_memo_never_says_that_nothing_was_paid(minor: int, tip: Tip, currency: Currency) -> None:
    words = sale_memo(Fiat(minor, currency), (), tip, Sats(minor), "till-1").split()
    nothing = {"$0.00", "¥0", "0.000", "0.00", "0", "(0"}
    assert not nothing & set(words)


@pytest.mark.parametrize("symbol", ["$", "€", "د.إ", "KSh"])
@pytest.mark.parametrize("tip", [Tip(), Tip(30, 10), Tip(12_345)])
@pytest.mark.parametrize("count", [2, 30, 60, 61, 300])
def test_the_longest_sum_keeps_its_end_and_fits_in_bytes_of_both_memos(
    symbol: str, tip: Tip, count: int
) -> None:
    unit = Currency("XXX", symbol, 2)
    items = tuple(10_000_050 + number for number in range(count))
    memo = sale_memo(Fiat(sum(items), unit), items, tip, Sats(21), "a-kiosk-of-20-letter")
    assert memo.endswith(" (21 sats) a-kiosk-of-20-letter")
    payout = payout_memo(memo)
    assert payout == f"BlinkPOS: {memo}"
    room = MEMO_MAX_BYTES - len(payout.encode())
    assert room >= 0
    assert memo.startswith("… + ") is (count >= 60)
    assert count < 60 or room < len(" + 100000.50"), "no more goes than must"
