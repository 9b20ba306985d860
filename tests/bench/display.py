"""What the display costs: a key on its way to pixels, frames of the animation, the code."""

import tempfile
import time
from dataclasses import replace
from itertools import count
from pathlib import Path
from typing import Final

from kiosk.sale.invoice import PaymentRequest
from kiosk.sale.keys import Key
from kiosk.sale.screens import Forwarded, Paid
from kiosk.sale.timers import CELEBRATION_S
from kiosk.screen.display.window import Window
from kiosk.screen.drawing.look import Look
from tests.bench.row import Row, median_ms
from tests.screen.samples import AWAITING, NOW_S, REQUEST, SALE, till
from tests.stories.counter import Counter
from tests.stories.separate_process import SeparateSimulator

SIZE: Final = (800, 480)
SIZES: Final = ((480, 320), SIZE, (1920, 1080))
FRAMES_A_SECOND: Final = 60
KEYS: Final = 30
CODES: Final = 20


def rows() -> list[Row]:
    """SDL's dummy driver: a real display adds its own wait for the next frame."""
    by_size = [row for size in SIZES for row in (*_animation(size), _code(size))]
    return [_key_to_pixels(), *by_size]


def _key_to_pixels() -> Row:
    with tempfile.TemporaryDirectory() as folder, SeparateSimulator() as blink:
        settings = {**blink.settings, "KIOSK_SCREEN": "{}x{}".format(*SIZE)}
        counter = Counter(Path(folder), settings).switch_on()
        counter.ready()

        def pressed() -> None:
            counter.press(Key.D1)
            counter.run_once(1.0)
            counter.press(Key.DELETE)
            counter.run_once(1.0)

        took_ms = median_ms(pressed, KEYS) / 2
        counter.switch_off()
    return Row("a key to pixels, 800x480", took_ms, 33, "ms")


def _animation(size: tuple[int, int]) -> list[Row]:
    """A sale that settles a tenth of a second after it was paid, from its first frame to rest."""
    window = Window(Look(), size)
    window.draw(till(Paid(SALE, AWAITING.invoice.payment_hash, NOW_S)))
    took = []
    for number in range(1, int(CELEBRATION_S * FRAMES_A_SECOND)):
        now_s = NOW_S + 0.1 + number / FRAMES_A_SECOND
        settled = till(Forwarded(SALE, NOW_S + 0.1, NOW_S), now_s=now_s)
        began_s = time.process_time()
        window.draw(settled)
        took.append((time.process_time() - began_s) * 1000)
    window.close()
    wide, high = size
    slowest = sorted(took)[len(took) * 95 // 100]
    return [
        Row(f"animation: CPU of a frame, mean, {wide}x{high}", sum(took) / len(took), 2, "ms"),
        Row(f"animation: 95 frames in a hundred, {wide}x{high}", slowest, 3, "ms"),
    ]


def _code(size: tuple[int, int]) -> Row:
    """The picture with the code, which is part of "Enter to QR"."""
    window = Window(Look(), size)
    window.draw(till(replace(AWAITING, ends_s=NOW_S + 500)))  # fonts and icons are there by then

    def new_code(number: int) -> None:
        request = PaymentRequest(f"{REQUEST}{number}")
        other = replace(AWAITING.invoice, payment_request=request)
        window.draw(till(replace(AWAITING, invoice=other)))

    numbers = count()
    took_ms = median_ms(lambda: new_code(next(numbers)), CODES)
    window.close()
    return Row("a new code to pixels, {}x{}".format(*size), took_ms, 6, "ms")
