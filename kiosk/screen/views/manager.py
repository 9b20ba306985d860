"""Behind the PIN: tabs above, the page that is open, its keys below."""

from typing import Final

import pygame

from kiosk.sale.device import DeviceNotice
from kiosk.sale.keys import Key
from kiosk.sale.manager import ABOUT_KEY, EXPORT_KEY, SETTINGS_KEY, WIFI_KEY
from kiosk.sale.manager_screens import ManagerPage, ManagerScreen
from kiosk.sale.printing import can_print_close
from kiosk.sale.till import Till
from kiosk.screen.drawing.canvas import Canvas, Tone
from kiosk.screen.drawing.icons import Icon
from kiosk.screen.drawing.layout import middle, rows
from kiosk.screen.drawing.theme import BODY, GAP, LABEL
from kiosk.screen.text.catalogs import mark
from kiosk.screen.text.labels import DEVICE_NOTICES
from kiosk.screen.views.account_notices import account_notices
from kiosk.screen.views.banner import banner
from kiosk.screen.views.button_row import Button, button_row
from kiosk.screen.views.forwards_page import forwards_page
from kiosk.screen.views.list_card import page_areas
from kiosk.screen.views.sales_list import sales_list
from kiosk.screen.views.totals import totals_page

_TABS: Final = (
    (ManagerPage.TOTALS, mark("Totals"), Icon.TOTALS),
    (ManagerPage.HISTORY, mark("Sales"), Icon.LIST),
    (ManagerPage.FORWARDS, mark("Forwards"), Icon.ARROW),
    (ManagerPage.DEVICE, mark("Box"), Icon.DEVICE),
)

# Everything else is a trouble.
_GOOD_NOTICES: Final = frozenset(
    {
        DeviceNotice.RESTARTING,
        DeviceNotice.SHUTTING_DOWN,
        DeviceNotice.EXPORTING,
        DeviceNotice.EXPORTED,
    }
)


def managing(canvas: Canvas, till: Till, screen: ManagerScreen) -> None:
    """The page that is open, with tabs above and what can be done below."""
    gap = canvas.points(GAP)
    tabs, body, foot = page_areas(canvas)
    tab_keys: list[Button] = [
        (
            Key(str(number)),
            canvas.words.tr(title),
            icon,
            Tone.CHOSEN if page is screen.page else Tone.PLAIN,
        )
        for number, (page, title, icon) in enumerate(_TABS, 1)
    ]
    button_row(canvas, canvas.columns(tabs, [1] * len(_TABS), gap), tab_keys, LABEL * 0.9)
    match screen.page:
        case ManagerPage.TOTALS:
            totals_page(canvas, body, screen)
        case ManagerPage.HISTORY:
            sales_list(canvas, body, screen.sales)
        case ManagerPage.FORWARDS:
            forwards_page(canvas, body, till, screen)
        case ManagerPage.DEVICE:
            _device_page(canvas, account_notices(canvas, body, till), screen.notice)
    last = _foot_keys(canvas, till, screen)
    shares = [3 if label else 2 for _, label, _, _ in last]
    button_row(canvas, canvas.columns(foot, shares, gap), last, LABEL * 0.9)


def _foot_keys(canvas: Canvas, till: Till, screen: ManagerScreen) -> list[Button]:
    words, page = canvas.words, screen.page
    keys: list[Button] = [(Key.CLEAR, words.tr("Back"), Icon.BACK, Tone.PLAIN)]
    if page is not ManagerPage.DEVICE:
        keys.append((Key.DELETE, "", Icon.UP, Tone.PLAIN))
        keys.append((Key.PLUS, "", Icon.DOWN, Tone.PLAIN))
    match page:
        case ManagerPage.TOTALS:
            if till.rules.cashiers:
                tone = Tone.CHOSEN if screen.by_cashier else Tone.PLAIN
                keys.append((Key.CURRENCY, "", Icon.PERSON, tone))
            if can_print_close(till, screen):
                keys.append((Key.CHECK, "", Icon.RECEIPT, Tone.PLAIN))
            keys.append((Key.CHARGE, words.tr("Close the day"), Icon.TICK, Tone.MAIN))
        case ManagerPage.HISTORY:
            other = words.tr("All sales") if screen.sales.odd else words.tr("Late or twice")
            keys.append((Key.CURRENCY, other, None, Tone.PLAIN))
        case ManagerPage.FORWARDS:
            keys.append((Key.CHARGE, words.tr("Try again now"), Icon.AGAIN, Tone.MAIN))
        case ManagerPage.DEVICE:
            keys.append((Key.CHARGE, words.tr("Restart"), Icon.AGAIN, Tone.PLAIN))
            keys.append((Key.CHECK, words.tr("Shut down"), Icon.POWER, Tone.LEAVE))
    return keys


def _device_page(canvas: Canvas, body: pygame.Rect, notice: DeviceNotice | None) -> None:
    """What there is to do besides restart and shut down, and what came of the last thing."""
    words, gap = canvas.words, canvas.points(GAP)
    if notice is not None:
        good = notice in _GOOD_NOTICES
        sign, tone = (Icon.TICK, Tone.PLAIN) if good else (Icon.WARNING, Tone.BAD)
        body = banner(canvas, body, sign, words.tr(DEVICE_NOTICES[notice]), tone)
    sentence, keys = rows(body, [1, 1], gap)
    if notice is None:
        plug = words.tr("Restart the kiosk, or shut it down before pulling the plug.")
        canvas.lines(plug, sentence, canvas.palette.ink, BODY)
    choices: tuple[Button, ...] = (
        (WIFI_KEY, words.tr("Wi-Fi"), Icon.WIFI, Tone.PLAIN),
        (EXPORT_KEY, words.tr("Sales to a USB stick"), Icon.DOWN, Tone.PLAIN),
        (ABOUT_KEY, words.tr("About this till"), Icon.DEVICE, Tone.PLAIN),
        (SETTINGS_KEY, words.tr("Settings"), Icon.LOCK, Tone.PLAIN),
    )
    if canvas.is_wide:
        row = middle(keys, keys.width, canvas.points(110))
        places = canvas.columns(row, [1] * len(choices), gap)
    else:
        places = rows(keys, [1] * len(choices), gap)
    button_row(canvas, places, choices)
