"""What the display costs: a key on its way to pixels, frames of the animation, the code."""

import tempfile
import time
from dataclasses import replace
from pathlib import Path
from typing import Final

from kiosk.sale.invoice import PaymentRequest
from kiosk.sale.keys import Key
from kiosk.sale.screens import Forwarded
from kiosk.screen.display.window import Window
from kiosk.screen.drawing.animation import LENGTH_S
from kiosk.screen.drawing.look import Look
from tests.bench.row import Row, median_ms
from tests.screen.samples import AWAITING, NOW_S, REQUEST, SALE, till
from tests.stories.counter import Counter
from tests.stories.separate_process import SeparateSimulator

SIZE: Final = (800, 480)
FRAMES_A_SECOND: Final = 60
KEYS: Final = 30


def rows() -> list[Row]:
    """SDL's dummy driver: a real display adds its own wait for the next frame."""
    return [_key_to_pixels(), *_animation(), _code()]


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


def _animation() -> list[Row]:
    window = Window(Look(), SIZE)
    took = []
    for number in range(int(LENGTH_S * FRAMES_A_SECOND)):
        shown = replace(till(Forwarded(SALE, NOW_S)), now_s=NOW_S + number / FRAMES_A_SECOND)
        began_s = time.process_time()
        window.draw(shown)
        took.append((time.process_time() - began_s) * 1000)
    window.close()
    return [
        Row("animation: CPU of a frame, mean of all, 800x480", sum(took) / len(took), 3, "ms"),
        Row("animation: frames over 3 ms, of a hundred", _share_over(took, 3), 5, "%"),
    ]


def _share_over(took: list[float], limit_ms: float) -> float:
    return 100 * sum(one > limit_ms for one in took) / len(took)


def _code() -> Row:
    """The picture with the code, which is part of "Enter to QR"."""
    window = Window(Look(), SIZE)
    window.draw(till(replace(AWAITING, ends_s=NOW_S + 500)))  # fonts and icons are there by then
    other = replace(AWAITING.invoice, payment_request=PaymentRequest(f"{REQUEST}q"))
    began_s = time.perf_counter()
    window.draw(till(replace(AWAITING, invoice=other)))
    took_ms = (time.perf_counter() - began_s) * 1000
    window.close()
    return Row("a new code to pixels, 800x480", took_ms, 100, "ms")
