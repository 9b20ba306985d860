"""A receipt on the screen: its code is read by a phone, its keys are where a finger finds them."""

import pygame
import pytest
import zxingcpp
from PIL import Image

from kiosk.sale.keys import Key
from kiosk.sale.printing import shop_of
from kiosk.sale.receipt import sale_receipt
from kiosk.screen.display.window import picture
from kiosk.screen.drawing.look import Look
from kiosk.screen.drawing.touch_zones import zone_at
from kiosk.screen.text.receipt_rows import receipt_text
from kiosk.screen.text.words import Words
from tests.screen.samples import RECEIPTED, every_view

VIEWS = every_view()


@pytest.mark.parametrize("size", [(480, 320), (720, 1280)])
@pytest.mark.parametrize("language", ["en", "fr", "he", "ja"])
def test_a_phone_reads_the_receipt_from_the_code(language: str, size: tuple[int, int]) -> None:
    words = Words(language)
    surface, _ = picture(VIEWS["receipt"], Look(words=words), size)
    image = Image.frombytes("RGB", size, pygame.image.tobytes(surface, "RGB"))
    read = [
        code.text
        for code in zxingcpp.read_barcodes(
            image, zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode)
        )
    ]
    assert read == [receipt_text(sale_receipt(RECEIPTED, shop_of(VIEWS["receipt"])), words)]


@pytest.mark.parametrize("size", [(480, 320), (1280, 720), (720, 1280)])
@pytest.mark.parametrize("name", ["paid-receipt", "forwarded-receipt", "forwarded-printed"])
def test_a_touch_beside_the_keys_of_the_paid_screen_goes_on_to_the_next_sale(
    name: str, size: tuple[int, int]
) -> None:
    _, canvas = picture(VIEWS[name], Look(), size)
    keys = {zone.key for zone in canvas.zones}
    prints = {Key.PLUS} if name != "forwarded-printed" else set()
    assert keys == {Key.CHARGE, Key.CURRENCY} | prints
    for zone in canvas.zones:
        for corner in (zone.rect.topleft, (zone.rect.right - 1, zone.rect.bottom - 1)):
            touched = zone_at(canvas.zones, corner)
            assert touched is not None
            assert touched.key is zone.key
