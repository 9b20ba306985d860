"""What is typed into a setting is shown as far as others may read it."""

import pygame
import pytest

from kiosk.screen.display.window import picture
from kiosk.screen.drawing.look import Look
from kiosk.screen.text.words import Words
from kiosk.screen.views.settings_pages import shown_while_typed
from tests.screen.samples import every_view
from tests.screen.settings_samples import BY_NAME

VIEWS = every_view()


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


@pytest.mark.parametrize("view", ["settings-text", "settings-cashiers", "first-payee"])
def test_in_hebrew_what_is_typed_from_left_to_right_stands_so(view: str) -> None:
    """`01 Ana, 02 Bo` was shown as `Ana, 02 Bo 01`, with the mark of the next letter before it."""
    typed = pygame.Rect(0, 55, 480, 34)
    shown = [
        picture(VIEWS[view], Look(words=Words(language)), (480, 320))[0].subsurface(typed)
        for language in ("en", "he")
    ]
    assert pygame.image.tobytes(shown[0], "RGB") == pygame.image.tobytes(shown[1], "RGB")
