"""What is typed into a setting is shown as far as others may read it."""

import pytest

from kiosk.screen.views.settings_pages import shown_while_typed
from tests.screen.settings_samples import BY_NAME


@pytest.mark.parametrize(
    ("name", "typed", "shown"),
    [
        ("KIOSK_PIN", "47", "••"),
        ("KIOSK_PIN", "4711", "••••"),
        ("KIOSK_CASHIERS", "01 Ana, 02 Bo 4711, 03 Carla", "01 Ana, 02 Bo ••••, 03 Carla"),
        ("KIOSK_CASHIERS", "01 Ana 123456789012", "01 Ana ••••••••••••"),
        ("KIOSK_TAX_NUMBER", "0614-1234", "0614-1234"),
    ],
)
def test_a_pin_is_typed_as_dots_and_the_names_of_cashiers_are_read(
    name: str, typed: str, shown: str
) -> None:
    """A whole list of cashiers was dots: nobody can type that without a slip."""
    assert shown_while_typed(typed, BY_NAME[name]) == shown
