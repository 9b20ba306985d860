"""One grammar of ids: what is made is read again, and what was made before is read too."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.sale.ids import (
    Direction,
    InvoiceParts,
    SaleParts,
    check_external_id,
    external_id,
    invoice_external_id,
    other_external_id,
    parse_external_id,
    parse_sale_id,
    payout_external_id,
    sale_id,
)
from kiosk.sale.invoice import SaleId

BLINK = re.compile(r"[a-z0-9_-]{1,100}")

kiosk_ids = st.text("abcdefghijklmnopqrstuvwxyz0123456789-", min_size=1, max_size=20)
hex_8 = st.text("0123456789abcdef", min_size=8, max_size=8)
numbers = st.integers(1, 10**10 - 1)
sales = st.builds(SaleParts, kiosk_ids, hex_8, hex_8, numbers)
generations = st.integers(1, 999_999)


@given(sales)
def test_every_sale_id_is_read_again(parts: SaleParts) -> None:
    assert parse_sale_id(sale_id(parts)) == parts


@given(sales, generations, st.none() | hex_8)
def test_every_external_id_that_the_program_can_make_is_read_again(
    sale: SaleParts, generation: int, token: str | None
) -> None:
    """Fault 1: the id of a payout invoice whose first answer was lost was not read."""
    name = sale_id(sale)
    made = [
        (invoice_external_id(name), InvoiceParts(name, Direction.IN)),
        (payout_external_id(name, generation), InvoiceParts(name, Direction.OUT, generation)),
    ]
    if token is not None:
        made += [
            (
                other_external_id(plain, token),
                InvoiceParts(parts.sale, parts.direction, parts.generation, token),
            )
            for plain, parts in made
        ]
    for text, parts in made:
        assert BLINK.fullmatch(text)
        assert parse_external_id(text) == parts
        assert external_id(parts) == text


@given(
    kiosk_ids,
    hex_8,
    numbers,
    generations,
    st.none() | hex_8 | st.text("0123456789", min_size=1, max_size=2),
)
def test_ids_of_releases_before_are_read_and_say_no_installation(
    kiosk_id: str, run: str, number: int, generation: int, token: str | None
) -> None:
    sale = f"{kiosk_id}-{run}-{number}"
    assert parse_sale_id(sale) == SaleParts(kiosk_id, None, run, number)
    counted = "" if generation == 1 else str(generation)
    tail = "" if token is None else f"-{token}"
    parts = parse_external_id(f"{sale}-out{counted}{tail}")
    assert parts == InvoiceParts(SaleId(sale), Direction.OUT, generation, token)


@given(kiosk_ids, kiosk_ids, hex_8, hex_8)
def test_no_id_of_one_grammar_can_be_read_as_the_other(
    first: str, second: str, run: str, token: str
) -> None:
    new = sale_id(SaleParts(first, "0" * 8, run, 1))
    old = parse_sale_id(f"{second}-{run}-1")
    assert old is not None
    assert old.installation is None
    assert parse_sale_id(new) == SaleParts(first, "0" * 8, run, 1)
    assert parse_external_id(check_external_id(token)) is None


@pytest.mark.parametrize(
    "text",
    [
        None,
        7,
        "",
        "a" * 64,
        "till-1-0a1b2c3d-7",
        "0a1b2c3d-7-in",
        "till-1_3f9a0b1c_0a1b2c3d_7",
        "till-1_3f9a0b1c_0a1b2c3d_7-in2",
        "till-1_3f9a0b1c_0a1b2c3d_7-outside",
        "till-1_3f9a0b1c_0a1b2c3d_7-out-xyz",
        "till-1_3f9a0b1c_0a1b2c3d-in",
        "till_1_3f9a0b1c_0a1b2c3d_7-in",
        "till-1_3f9a0b1c_0a1b2c3d_7-in\n",
        "till-1_3f9a0b1c_0a1b2c3d_\u0667-in",
    ],
)
def test_what_is_no_external_id_of_a_sale_is_nobodys(text: object) -> None:
    assert parse_external_id(text) is None
