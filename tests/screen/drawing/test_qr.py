"""The code's size and mask: the smallest that holds the text, and one mask that reads as well."""

import random

import pytest
import qrcode
import zxingcpp
from PIL import Image, ImageEnhance, ImageFilter

from kiosk.sale.invoice import PaymentRequest
from kiosk.screen.drawing import qr
from kiosk.screen.drawing.qr_placement import MASK

BECH32 = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
MODULE_PX = 4
LOWEST_WHITE = qr.WHITE_LEVELS[0]
BLURS = (0.5, 0.7, 0.8, 0.9)  # the last is more than most codes of this size bear


def request(length: int) -> PaymentRequest:
    letters = random.Random(length).choices(BECH32, k=length - 4)
    return PaymentRequest("lnbc" + "".join(letters))


def of_library(payment_request: str) -> "qrcode.QRCode[qrcode.image.base.BaseImage]":
    """The code as the library makes it when everything is left to it."""
    code = qrcode.QRCode(error_correction=qrcode.constants.ERROR_CORRECT_L, border=0)
    code.add_data(qr.text_of(payment_request))
    code.make(fit=True)
    return code


def photographs(cells: "tuple[bytes, ...] | list[list[bool]]") -> list[Image.Image]:
    """The code at the lowest white, half as large and more and more blurred, then dimmed."""
    side = len(cells) + 2 * qr.QUIET_MODULES
    small = Image.new("L", (side, side), LOWEST_WHITE)
    for y, row in enumerate(cells):
        for x, dark in enumerate(row):
            if dark:
                small.putpixel((x + qr.QUIET_MODULES, y + qr.QUIET_MODULES), 0)
    large = small.resize((side * MODULE_PX, side * MODULE_PX), Image.Resampling.NEAREST)
    half = large.resize((large.width // 2, large.height // 2), Image.Resampling.BILINEAR)
    worn = [half.filter(ImageFilter.GaussianBlur(blur)) for blur in BLURS]
    return [*worn, ImageEnhance.Brightness(large.filter(ImageFilter.GaussianBlur(1))).enhance(0.8)]


def reads(cells: "tuple[bytes, ...] | list[list[bool]]", text: str) -> int:
    codes_by_photograph = [zxingcpp.read_barcodes(photograph) for photograph in photographs(cells)]
    return sum([code.text for code in codes] == [text] for codes in codes_by_photograph)


@pytest.mark.parametrize("length", [20, 190, 283, 284, 300, 357, 420, 600])
def test_a_code_is_as_small_as_the_library_can_make_it(length: int) -> None:
    wanted = request(length)
    assert len(qr.modules(wanted)) == of_library(wanted).modules_count


@pytest.mark.parametrize("lower_case", [False, True])
@pytest.mark.parametrize("length", [5, 20, 21, 190, 283, 284, 300, 357, 420, 600, 1500])
def test_a_code_is_the_librarys_own_to_the_module(length: int, lower_case: bool) -> None:
    wanted = request(length)
    mode = qrcode.util.MODE_8BIT_BYTE if lower_case else qrcode.util.MODE_ALPHA_NUM
    text = qr.text_of(wanted, lower_case=lower_case).encode()
    code = qrcode.QRCode(
        error_correction=qrcode.constants.ERROR_CORRECT_L, border=0, mask_pattern=MASK
    )
    code.add_data(qrcode.util.QRData(text, mode))
    code.make(fit=True)
    ours = qr.modules(wanted, lower_case=lower_case)
    assert ours == tuple(bytes(map(bool, row)) for row in code.get_matrix())


@pytest.mark.parametrize("text", ["Café Satoshi\n12,50 €", "קפה", "コーヒー 450円", "WIFI:S:a;;"])
def test_a_text_in_any_script_reads_as_it_is_written(text: str) -> None:
    assert reads(qr.text_modules(text), text) >= 2


def test_one_mask_for_all_codes_reads_as_well_as_the_best_of_eight() -> None:
    """Halved, blurred and dim, as readers far away or with a poor lens see it."""
    payment_requests = [request(length) for length in range(290, 400, 6)]
    fixed = [
        reads(qr.modules(payment_request), qr.text_of(payment_request))
        for payment_request in payment_requests
    ]
    best = [
        reads(of_library(payment_request).get_matrix(), qr.text_of(payment_request))
        for payment_request in payment_requests
    ]
    assert min(fixed) >= 2
    assert sum(fixed) >= sum(best)


def test_a_text_that_no_code_holds_is_refused() -> None:
    with pytest.raises(ValueError, match="no code holds"):
        qr.modules(request(4400))


def test_a_character_that_an_upper_case_code_does_not_know_is_refused() -> None:
    with pytest.raises(ValueError, match="alphanumeric"):
        qr.modules("LNBC_1")
