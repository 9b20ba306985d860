"""Memos as the field writes them, and never longer than Blink takes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.sale.facts import Sale
from kiosk.sale.invoice import MEMO_MAX_BYTES, SaleId
from kiosk.sale.memo import payout_memo, sale_memo
from kiosk.sale.money import SAT, Currency, Fiat, Sats
from tests.sale.tills import JPY, KWD, USD

KES = Currency("KES", "KSh", 2)
EUR = Currency("EUR", "€", 2)


def sold(price: Fiat, items: tuple[int, ...] = (), tip_minor: int = 0, amount: int = 21) -> Sale:
    memo = sale_memo("Café Luna", price, tip_minor)
    return Sale(SaleId("s"), Sats(amount), price, None, 0, memo, tip_minor=tip_minor, items=items)


@pytest.mark.parametrize(
    ("price", "tip_minor", "expected"),
    [
        (Fiat(420, EUR), 0, "Café Luna: €4.20"),
        (Fiat(385, EUR), 35, "Café Luna: €4.20 incl. tip €0.35"),
        (Fiat(1234, SAT), 0, "Café Luna: 1234 sats"),
        (Fiat(300, SAT), 30, "Café Luna: 330 sats incl. tip 30 sats"),
        (Fiat(12, JPY), 0, "Café Luna: ¥12"),
        (Fiat(125_000, KES), 0, "Café Luna: KSh 1250.00"),
    ],
)
def test_the_customers_receipt_says_the_shop_first(
    price: Fiat, tip_minor: int, expected: str
) -> None:
    assert sale_memo("Café Luna", price, tip_minor) == expected


def test_a_long_sum_and_a_long_name_stay_out_of_the_code() -> None:
    """Forty items made a code of 81 modules, three pixels each on a small panel."""
    many = sold(Fiat(40 * 250, USD), (250,) * 40)
    assert many.memo == "Café Luna: $100.00"
    assert len(sale_memo("x" * 500, Fiat(100, USD))) < 60


@pytest.mark.parametrize(
    ("price", "items", "tip_minor", "amount", "expected"),
    [
        (Fiat(100, USD), (), 0, 1234, "$1.00 (1234 sats)"),
        (Fiat(100, USD), (100,), 0, 1234, "$1.00 (1234 sats)"),
        (Fiat(300, USD), (100, 200), 0, 3702, "1 + 2 = $3.00 (3702 sats)"),
        (Fiat(375, USD), (125, 250), 0, 4627, "1.25 + 2.50 = $3.75 (4627 sats)"),
        (Fiat(200, USD), (), 20, 2716, "$2.00 + $0.20 tip = $2.20 (2716 sats)"),
        (
            *(Fiat(300, USD), (100, 200), 30, 4073),
            "1 + 2 = $3.00 + $0.30 tip = $3.30 (4073 sats)",
        ),
        (Fiat(1234, SAT), (), 0, 1234, "1234 sats"),
        (
            *(Fiat(300, SAT), (100, 200), 30, 330),
            "100 + 200 = 300 sats + 30 sats tip = 330 sats",
        ),
        (Fiat(12, JPY), (10, 2), 0, 80, "10 + 2 = ¥12 (80 sats)"),
        (Fiat(1500, KWD), (1000, 500), 0, 9, "1 + 0.500 = KD 1.500 (9 sats)"),
        (Fiat(125_000, KES), (), 0, 9, "KSh 1250.00 (9 sats)"),
    ],
)
def test_the_merchants_memo_is_written_as_the_field_writes_it(
    price: Fiat, items: tuple[int, ...], tip_minor: int, amount: int, expected: str
) -> None:
    sale = sold(price, items, tip_minor, amount)
    assert payout_memo(sale, "till-1") == f"BlinkPOS: {expected} till-1"


@given(
    minor=st.integers(1, 10**12 - 1),
    tip_minor=st.integers(0, 10**12),
    currency=st.sampled_from([USD, JPY, KWD, KES, SAT]),
)
def test_a_memo_never_says_that_nothing_was_paid(
    minor: int, tip_minor: int, currency: Currency
) -> None:
    sale = sold(Fiat(minor, currency), (), tip_minor, minor)
    nothing = {"$0.00", "¥0", "0.000", "0.00", "0", "(0"}
    assert not nothing & set(sale.memo.split())
    assert not nothing & set(payout_memo(sale, "till-1").split())


@pytest.mark.parametrize("symbol", ["$", "€", "د.إ", "KSh"])
@pytest.mark.parametrize("tip_minor", [0, 30, 12_345])
@pytest.mark.parametrize("count", [2, 30, 60, 61, 300])
def test_the_longest_sum_keeps_its_end_and_fits_in_bytes(
    symbol: str, tip_minor: int, count: int
) -> None:
    unit = Currency("XXX", symbol, 2)
    items = tuple(10_000_050 + number for number in range(count))
    payout = payout_memo(sold(Fiat(sum(items), unit), items, tip_minor), "a-kiosk-of-20-letter")
    assert payout.endswith(" (21 sats) a-kiosk-of-20-letter")
    room = MEMO_MAX_BYTES - len(payout.encode())
    assert room >= 0
    assert payout.startswith("BlinkPOS: … + ") is (count >= 60)
    assert count < 60 or room < len(" + 100000.50"), "no more goes than must"
