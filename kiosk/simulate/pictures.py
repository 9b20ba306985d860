"""The customer's camera: reads the QR code off a picture of the kiosk's screen."""

from pathlib import Path

import zxingcpp
from PIL import Image


def read_qr(path: Path) -> str:
    """Return the text of the QR code in a picture.

    Raises:
        ValueError: there is none, or it is no picture.
    """
    try:
        with Image.open(path) as picture:
            found = zxingcpp.read_barcodes(picture.convert("L"))
    except OSError as error:
        raise ValueError(f"{path} cannot be read as a picture") from error
    codes = [code.text for code in found if code.format == zxingcpp.BarcodeFormat.QRCode]
    if not codes:
        raise ValueError(f"there is no QR code in {path}")
    return str(codes[0])
