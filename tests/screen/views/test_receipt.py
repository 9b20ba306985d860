"""A receipt on the screen: its code is read by a phone, its keys are where a finger finds them."""

from dataclasses import replace

import pygame
import pytest
import zxingcpp
from PIL import Image

from kiosk.sale.keys import Key
from kiosk.sale.manager_screens import ReceiptScreen
from kiosk.sale.printing import shop_of
from kiosk.sale.receipt import sale_receipt
from kiosk.sale.tax import SaleLine, TaxRate, tax_shares
from kiosk.screen.display.window import picture
from kiosk.screen.drawing.look import Look
from kiosk.screen.drawing.touch_zones import zone_at
from kiosk.screen.text.receipt_rows import PHONE_BYTES, receipt_text
from kiosk.screen.text.words import Words
from kiosk.settings.receipt_parsers import MOST_IN_LINE, MOST_LINES
from tests.screen.samples import RECEIPTED, every_view

VIEWS = every_view()


@pytest.mark.parametrize("size", [(480, 320), (720, 1280)])
@pytest.mark.parametrize("language", ["en", "fr", "he", "ja"])
def test_a_phone_reads_the_receipt_from_the_code(language: str, size: tuple[int, int]) -> None:
    words = Words(language)
    surface, _ = picture(VIEWS["receipt"], Look(words=words), size)
    whole = receipt_text(sale_receipt(RECEIPTED, shop_of(VIEWS["receipt"])), words)
    assert codes_in(surface) == [whole]


@pytest.mark.parametrize("size", [(480, 320), (720, 1280)])
@pytest.mark.parametrize("language", ["en", "he", "ja"])
def test_the_longest_receipt_is_shortened_to_a_code_that_a_phone_reads(
    language: str, size: tuple[int, int]
) -> None:
    """No code holds 99 items under a long address: the till must not end over them."""
    rates = tuple(TaxRate(f"{'税' * 19}{number}", 1900 - number) for number in range(6))
    lines = tuple(SaleLine(100, rates[number % 6], "あ" * 30, 1) for number in range(99))
    record = RECEIPTED.record
    sale = replace(record.sale, price=replace(record.sale.price, minor=9900), lines=lines)
    longest = replace(
        RECEIPTED,
        record=replace(record, sale=sale),
        cashier="あ" * 23,
        taxes=tax_shares(lines),
    )
    printed = ("あ" * MOST_IN_LINE,) * MOST_LINES
    view = VIEWS["receipt"]
    shop = replace(
        view.rules.shop,
        header=printed,
        footer=printed,
        address=printed,
        tax_number=printed[0],
    )
    rules = replace(view.rules, shop=shop, shop_name="あ" * 40)
    shown = replace(view, rules=rules, screen=ReceiptScreen(longest, since_s=view.now_s))
    surface, _ = picture(shown, Look(words=Words(language)), size)
    (text,) = codes_in(surface)
    assert "1-57" in text
    assert "99 × …" in text
    assert len(text.encode()) <= 2 * PHONE_BYTES


def test_a_receipt_that_is_too_long_loses_the_shops_lines_before_its_items() -> None:
    view = VIEWS["receipt"]
    rules = replace(view.rules, shop=replace(view.rules.shop, footer=("z" * 60,) * 8))
    shown = replace(view, rules=replace(rules, shop_name="Café"))
    surface, _ = picture(shown, Look(), (720, 1280))
    (text,) = codes_in(surface)
    assert "Poppy seed roll" in text
    assert "zzz" in text
    lines = tuple(SaleLine(10, None, f"Poppy seed roll {number}") for number in range(30))
    record = replace(RECEIPTED.record, sale=replace(RECEIPTED.record.sale, lines=lines))
    many = replace(RECEIPTED, record=record)
    surface, _ = picture(replace(shown, screen=ReceiptScreen(many)), Look(), (720, 1280))
    (text,) = codes_in(surface)
    assert "zzz" not in text
    assert "Poppy seed roll 19" in text
    assert "10 × …" in text


def codes_in(surface: pygame.Surface) -> list[str]:
    """What a scanner reads of a picture."""
    image = Image.frombytes("RGB", surface.get_size(), pygame.image.tobytes(surface, "RGB"))
    formats = zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode)
    return [code.text for code in zxingcpp.read_barcodes(image, formats)]


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
