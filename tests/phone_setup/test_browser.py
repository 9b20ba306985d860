"""The page in a real browser of a small phone's size, from left to right and from right to left."""

import asyncio
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from kiosk.phone_setup.form import FIELDS, KEY
from tests.phone_setup.browser import CHROMIUM, SIZE, Browser
from tests.phone_setup.phone import DIGITS, TOKEN, Served
from tests.phone_setup.test_form import FILLED

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="needs Chromium"),
]
PICTURES = Path(__file__).parents[2] / "build" / "phone"


@pytest.fixture
def browser(tmp_path: Path) -> Iterator[Browser]:
    browser = Browser(tmp_path)
    yield browser
    browser.close()


class InThread:
    """A page that is served in a thread of its own, while the browser is steered in this one."""

    def __init__(self, language: str, fields: tuple[str, ...] = tuple(FIELDS)) -> None:
        self.served = Served(language, fields=fields)
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever)

    def __enter__(self) -> Served:
        self._thread.start()
        asyncio.run_coroutine_threadsafe(self.served.__aenter__(), self._loop).result(20)
        return self.served

    def __exit__(self, *_: object) -> None:
        asyncio.run_coroutine_threadsafe(self.served.__aexit__(), self._loop).result(20)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()


def fits(browser: Browser) -> bool:
    """Whether nothing is wider than the display, and the page knows its style."""
    assert browser.value("getComputedStyle(document.querySelector('button')).color") == (
        "rgb(255, 255, 255)"
    )
    return bool(browser.value(f"document.documentElement.scrollWidth <= {SIZE[0]}"))


@pytest.mark.parametrize(("language", "direction"), [("en", "ltr"), ("he", "rtl")])
def test_a_phones_browser_sends_what_was_typed(
    browser: Browser, language: str, direction: str
) -> None:
    with InThread(language) as served:
        browser.open(f"http://{served.authority}/{TOKEN}/")
        assert fits(browser)
        browser.photograph(PICTURES / f"digits-{language}.png")
        browser.fill("digits", "999999")
        browser.send()
        assert browser.value("document.querySelectorAll('.bad').length") == 1
        browser.fill("digits", DIGITS)
        browser.send()
        assert fits(browser)
        assert browser.value("getComputedStyle(document.body).direction") == direction
        browser.photograph(PICTURES / f"form-{language}.png")
        for name, text in FILLED.items():
            if name != "KIOSK_RECEIVE":
                browser.fill(name, text)
        served.wrong = ("BLINKPOS_API_KEY", "KIOSK_PIN_AGAIN")
        browser.send()
        assert browser.value("document.querySelectorAll('.bad').length") == 3
        assert fits(browser)
        browser.photograph(PICTURES / f"wrong-{language}.png")
        kept = browser.value("document.getElementsByName('KIOSK_NAME')[0].value")
        assert kept == FILLED["KIOSK_NAME"]
        assert browser.value("document.getElementsByName('BLINKPOS_API_KEY')[0].value") == ""
        served.wrong = ()
        browser.send()
        browser.photograph(PICTURES / f"sent-{language}.png")
        assert served.forms[0] == {**FILLED, "WIFI_OTHER": ""}


@pytest.mark.parametrize("language", ["en", "he"])
def test_a_phones_browser_sends_a_new_key_and_is_asked_for_nothing_else(
    browser: Browser, language: str
) -> None:
    with InThread(language, (KEY,)) as served:
        browser.open(f"http://{served.authority}/{TOKEN}/")
        browser.fill("digits", DIGITS)
        browser.send()
        assert fits(browser)
        assert browser.value("document.querySelectorAll('input, select').length") == 1
        browser.photograph(PICTURES / f"key-{language}.png")
        browser.fill(KEY, FILLED[KEY])
        browser.send()
        assert served.forms == [{KEY: FILLED[KEY]}]


def test_a_page_of_another_origin_can_neither_show_nor_send_it(browser: Browser) -> None:
    with InThread("en") as served:
        address = f"http://{served.authority}/{TOKEN}/"
        browser.open(address)
        browser.fill("digits", DIGITS)
        browser.send()
        browser.open(
            "data:text/html,"
            f"<iframe src='{address}'></iframe>"
            f"<form method=post action='{address}form'><input name=PAYEE value=thief>"
            "<button>x</button></form>"
        )
        assert browser.value("frames[0].length") == 0
        browser.send()
        assert "one phone" in browser.value("document.body.textContent")
        assert served.forms == []
