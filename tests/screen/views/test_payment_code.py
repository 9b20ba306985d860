"""The page with the code fills only what its code does not cover, and leaves nothing of before."""

from dataclasses import replace
from typing import Any

import pygame
import pytest

from kiosk.sale.invoice import PaymentRequest
from kiosk.sale.screens import AwaitingPayment, CodeDetail
from kiosk.screen.display.window import Window, picture
from kiosk.screen.drawing.canvas import Canvas
from kiosk.screen.drawing.icons import Icon
from kiosk.screen.drawing.look import Look
from kiosk.screen.drawing.theme import PALETTES
from kiosk.screen.views.paint import paint
from tests.screen.samples import AWAITING, NOW_S, REQUEST, till
from tests.screen.window_parts import painter_of

SIZES = ((480, 320), (800, 480), (720, 1280), (1920, 1080))
RED = (255, 0, 0)


def code(number: int, more: str = "") -> AwaitingPayment:
    """Another code; `more` makes its modules smaller."""
    request = PaymentRequest(f"{REQUEST}{more}{number}")
    invoice = replace(AWAITING.invoice, payment_request=request)
    return replace(AWAITING, invoice=invoice, ends_s=NOW_S + 500)


def pixels(surface: pygame.Surface) -> bytes:
    return pygame.image.tobytes(surface, "RGB")


@pytest.mark.parametrize("language", ["en", "he"])
@pytest.mark.parametrize("size", SIZES, ids=str)
def test_the_page_with_the_code_covers_all_that_was_there_before(
    size: tuple[int, int], language: str
) -> None:
    look, shown = Look().in_language(language), till(code(1))
    clean, _ = picture(shown, look, size)
    used = pygame.Surface(size)
    used.fill(RED)
    paint(Canvas(used, PALETTES[look.theme], look.words), shown, look)
    assert pixels(used) == pixels(clean)


@pytest.mark.parametrize("size", SIZES, ids=str)
def test_a_small_hint_beside_the_code_says_that_it_can_be_tapped(
    size: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Until somebody has tapped it: then the keys themselves are there."""
    drawn: list[Icon] = []
    as_it_is = Canvas.sign

    def noted(canvas: Canvas, name: Icon, *rest: Any, **more: Any) -> None:
        drawn.append(name)
        as_it_is(canvas, name, *rest, **more)

    monkeypatch.setattr(Canvas, "sign", noted)
    picture(till(code(1)), Look(), size)
    arrow = Icon.BACK if size[0] > size[1] else Icon.UP
    assert drawn[drawn.index(arrow) + 1] is Icon.BRIGHTER
    drawn.clear()
    picture(till(replace(code(1), detail=CodeDetail.BRIGHTNESS)), Look(), size)
    assert arrow not in drawn


def test_a_code_of_other_modules_leaves_nothing_of_the_one_before() -> None:
    size = (800, 480)
    window = Window(Look(), size)
    for screen in (code(1), code(2, "q" * 120), code(3)):
        window.draw(till(screen))
        whole, _ = picture(till(screen), Look(), size)
        assert pixels(painter_of(window).page.surface) == pixels(whole)
    window.close()
