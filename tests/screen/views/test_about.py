"""The page about the till, and the code on it."""

from dataclasses import replace

import pygame
import pytest
import zxingcpp
from PIL import Image

from kiosk.sale.till import Alarm
from kiosk.sale.trouble import Trouble, TroubleKind
from kiosk.screen.display.window import picture
from kiosk.screen.drawing.look import Look
from kiosk.screen.text.support import support_text
from kiosk.screen.text.words import Words
from kiosk.screen.views.about import about_rows
from tests.screen.samples import FACTS, every_view

ABOUT = every_view()["about"]


def test_what_a_helper_asks_first_is_on_the_page() -> None:
    lines = dict(about_rows(Words(), ABOUT))
    assert lines["Version"] == "0.1.0"
    assert lines["Address"] == "192.168.178.123"
    assert lines["Network"] == "Café Satoshi 5 GHz"
    assert lines["Journal"] == "13 MB"
    assert lines["Running for"] == "4 days"
    assert lines["Time zone"] == "UTC"


def test_what_is_not_known_has_no_line() -> None:
    unknown = replace(ABOUT, device=replace(FACTS, address="", uptime_s=None))
    lines = dict(about_rows(Words(), unknown))
    assert "Address" not in lines
    assert "Running for" not in lines
    assert "Version" not in dict(about_rows(Words(), every_view()["about-unknown"]))


@pytest.mark.parametrize("size", [(480, 320), (800, 480), (720, 1280)], ids=str)
def test_the_code_tells_a_helper_how_the_till_stands(size: tuple[int, int]) -> None:
    surface, _ = picture(ABOUT, Look(), size)
    image = Image.frombytes("RGB", size, pygame.image.tobytes(surface, "RGB"))
    (code,) = zxingcpp.read_barcodes(image)
    assert code.text == support_text(ABOUT)


def test_no_secret_and_no_amount_is_in_the_code() -> None:
    alarmed = replace(
        ABOUT, alarms=(Alarm(Trouble(TroubleKind.PAYMENT_UNPROVEN, "28655", "wallet abc")),)
    )
    text = support_text(alarmed)
    assert "payment_unproven" in text
    account = ABOUT.account
    assert account is not None
    secrets = ("28655", "abc", "Café", "192.168", account.till_wallet, account.merchant_wallet)
    assert not [secret for secret in secrets if secret in text]
