"""KIOSK_CASHIERS: what may stand in it, and that no PIN of it is kept or shown."""

import pytest

from kiosk.commands.from_settings import rules_of
from kiosk.sale.cashier import Cashier
from kiosk.sale.pin import is_correct_pin
from kiosk.settings import WrongSettings, load
from kiosk.settings.cashiers import kept_cashiers
from tests.test_settings import GOOD


def listed(text: str) -> tuple[Cashier, ...]:
    return rules_of(load({**GOOD, "KIOSK_CASHIERS": text}), "3f9a0b1c").cashiers


def test_each_has_two_digits_a_name_and_perhaps_a_pin() -> None:
    ana, bo, neil = listed("01 Ana, 02 Bo 4711,30  J. R. O'Neil,")
    assert [cashier.label for cashier in (ana, bo, neil)] == ["01 Ana", "02 Bo", "30 J. R. O'Neil"]
    assert (ana.pin, neil.pin) == ("", "")
    assert is_correct_pin("4711", bo.pin)
    assert listed("") == (), "without a list nobody is asked"


@pytest.mark.parametrize(
    "text",
    ["Ana", "1 Ana", "001 Ana", "01", "01 4711", "01 " + "x" * 21, "01 A\tna", "01 Ana; 02 Bo"],
)
def test_a_list_that_is_none_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(WrongSettings, match="KIOSK_CASHIERS: must be two digits and a name"):
        listed(text)


def test_a_pin_is_long_enough_and_digits_belong_to_one_cashier() -> None:
    with pytest.raises(WrongSettings, match="not 4 to 12 digits") as refused:
        listed("01 Ana 471")
    assert "471" not in "".join(refused.value.problems)
    with pytest.raises(WrongSettings, match="more than one cashier"):
        listed("01 Ana, 01 Bo")


def test_the_pins_are_kept_as_hashes_and_never_shown() -> None:
    settings = load({**GOOD, "KIOSK_CASHIERS": "01 Ana, 02 Bo 4711"})
    assert settings.cashiers is not None
    kept = settings.cashiers.reveal()
    assert "4711" not in kept
    assert kept_cashiers(kept) == kept, "what is kept is taken as it is"
    rules = rules_of(settings, "3f9a0b1c")
    assert rules.cashiers == listed(kept)
    shown = repr((settings, rules))
    assert "4711" not in shown
    assert "scrypt" not in shown
    assert rules_of(load(GOOD), "3f9a0b1c").last_sales
    assert not rules.last_sales, "what others have sold is for the manager alone"
