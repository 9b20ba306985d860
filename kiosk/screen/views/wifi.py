"""Wi-Fi behind the PIN: the networks, and letters for a passphrase."""

from typing import Final

import pygame

from kiosk.sale.keys import Key, Letter
from kiosk.sale.wifi import (
    LIST_ROWS,
    EnteringPassphrase,
    JoiningNetwork,
    Network,
    NetworkList,
    OpenNetwork,
    Security,
    WifiNotice,
    WifiScreen,
)
from kiosk.screen.drawing.canvas import Align, Canvas, Tone
from kiosk.screen.drawing.font_coverage import Weight
from kiosk.screen.drawing.icons import Icon
from kiosk.screen.drawing.layout import columns, middle, off_bottom, off_top, rows
from kiosk.screen.drawing.theme import BODY, GAP, LABEL, LARGE, MARGIN, SMALL, TITLE
from kiosk.screen.text.labels import WIFI_NOTICES
from kiosk.screen.views.banner import banner
from kiosk.screen.views.letters import letter_rows, letters_gap, letters_page, signs_key

_FOOT: Final = 54  # points, and so is the row
_ROW: Final = 72
_HIDDEN: Final = "•"


def wifi(canvas: Canvas, screen: WifiScreen) -> None:
    """The screen that is open."""
    match screen:
        case NetworkList():
            _networks(canvas, screen)
        case EnteringPassphrase():
            _passphrase(canvas, screen)
        case OpenNetwork():
            _open_network(canvas, screen)
        case JoiningNetwork():
            _joining(canvas, screen)


def _networks(canvas: Canvas, screen: NetworkList) -> None:
    words, gap = canvas.words, canvas.points(GAP)
    tall = max(canvas.finger, canvas.points(_FOOT))
    body, foot = off_bottom(canvas.inside(MARGIN * 0.75), tall, gap)
    if screen.notice is not None:
        body = _notice(canvas, body, screen.notice)
    seen = screen.networks
    if seen:
        # With a notice above it a small screen has room for four; the next key removes the notice.
        row = max(canvas.finger, canvas.points(_ROW))
        count = min(LIST_ROWS, (body.height + gap) // (canvas.finger + gap))
        body, _ = off_top(body, count * (row + gap) - gap, 0)
        shown = seen[screen.top : screen.top + count]
        for number, (place, network) in enumerate(
            zip(rows(body, [1] * count, gap), shown, strict=False)
        ):
            _network(canvas, place, Key(str(number + 1)), network)
    elif seen is None:
        _sentence(canvas, body, words.tr("Looking for networks"))
    elif screen.notice is None:
        _sentence(canvas, body, words.tr("No network is seen from here"))
    back, up, down, again, hidden = canvas.columns(foot, [3, 2, 2, 3, 3], gap)
    canvas.button(back, Key.CLEAR, words.tr("Back"), name=Icon.BACK)
    canvas.button(up, Key.DELETE, name=Icon.UP)
    canvas.button(down, Key.PLUS, name=Icon.DOWN)
    canvas.button(again, Key.CHECK, words.tr("Look again"), name=Icon.AGAIN)
    canvas.button(hidden, Key.CHARGE, words.tr("Hidden network"))


def _network(canvas: Canvas, area: pygame.Rect, key: Key, network: Network) -> None:
    words, colours = canvas.words, canvas.palette
    canvas.button(area, key, tone=Tone.CHOSEN if network.in_use else Tone.PLAIN)
    strong = network.in_use or canvas.pressed == key
    ink, quiet = (colours.on_accent,) * 2 if strong else (colours.ink, colours.quiet)
    inner = area.inflate(-2 * canvas.points(MARGIN), -2 * canvas.points(GAP / 2))
    sign, name, about, signal = canvas.columns(inner, [8, 50, 30, 12], canvas.points(GAP))
    canvas.sign(Icon.WIFI if network.security is Security.OPEN else Icon.LOCK, sign, ink, LABEL)
    canvas.lines(
        words.as_written(network.name), name, ink, LABEL, align=Align.START, weight=Weight.BOLD
    )
    canvas.text(_about(canvas, network), about, quiet, SMALL, align=Align.END)
    canvas.text(words.percent(network.signal), signal, quiet, SMALL, align=Align.END)


def _about(canvas: Canvas, network: Network) -> str:
    words = canvas.words
    if network.in_use:
        return words.tr("connected")
    match network.security:
        case Security.OPEN:
            return words.tr("open to all")
        case Security.OTHER:
            return words.tr("not possible here")
        case Security.PERSONAL | Security.WPA3:
            return words.tr("with a passphrase")


def _passphrase(canvas: Canvas, screen: EnteringPassphrase) -> None:
    words, colours, gap = canvas.words, canvas.palette, letters_gap(canvas)
    head, keys = letters_page(canvas)
    _, head = off_bottom(head, canvas.points(LABEL + LARGE + 2 * GAP), 0)
    line, typed = rows(head.inflate(-2 * canvas.points(GAP), 0), [1, 1], 0)
    if screen.notice is None:
        name = words.as_written(screen.network.name) or words.tr("Hidden network")
        canvas.signed(Icon.WIFI, name, line, colours.quiet, LABEL)
    else:
        canvas.signed(Icon.WARNING, words.tr(WIFI_NOTICES[screen.notice]), line, colours.bad, LABEL)
    # The last letter shows, so that a wrong one is seen by who types and by few others.
    shown = words.as_written(_HIDDEN * max(0, len(screen.typed) - 1) + screen.typed[-1:])
    asked = words.tr("Passphrase")
    if screen.asks_name:
        shown, asked = words.as_written(screen.typed), words.tr("Name of the network")
    elif screen.network.hidden:
        asked = words.tr("Passphrase, or none")
    ink = colours.ink if screen.typed else colours.quiet
    canvas.text(shown if screen.typed else asked, typed, ink, LARGE, weight=Weight.BOLD)
    *letters, last = rows(keys, [1] * 5, gap)
    letter_rows(canvas, letters, screen.layer, gap)
    leave, signs, space, join = columns(last, [22, 16, 34, 28], gap)
    canvas.button(leave, Key.CLEAR, words.tr("Back"), name=Icon.BACK, size=LABEL * 0.9)
    signs_key(canvas, signs, screen.layer)
    canvas.button(space, Letter(" "), words.tr("Space"), tone=Tone.QUIET)
    go_on = words.tr("Go on") if screen.asks_name else words.tr("Connect")
    canvas.button(join, Key.CHARGE, go_on, tone=Tone.MAIN)


def _open_network(canvas: Canvas, screen: OpenNetwork) -> None:
    words, gap = canvas.words, canvas.points(GAP)
    tall = max(canvas.finger, canvas.points(_FOOT))
    body, foot = off_bottom(canvas.inside(MARGIN), tall, gap)
    sentence = words.tr(
        "{network} is open to all: anybody can make a network of this name. Is it yours?",
        network=screen.network.name,
    )
    sign, line = rows(middle(body, body.width, canvas.points(240)), [40, 60], gap)
    canvas.sign(Icon.WARNING, sign, canvas.palette.bad, TITLE * 1.6)
    canvas.lines(sentence, line, canvas.palette.ink, BODY)
    back, join = canvas.columns(foot, [1, 1], gap)
    canvas.button(back, Key.CLEAR, words.tr("Back"), name=Icon.BACK)
    canvas.button(join, Key.CHARGE, words.tr("Connect"))


def _joining(canvas: Canvas, screen: JoiningNetwork) -> None:
    words = canvas.words
    sentence = words.tr(
        "Connecting to {network}. This takes up to a minute.", network=screen.network.name
    )
    _sentence(canvas, canvas.inside(MARGIN), sentence)


def _notice(canvas: Canvas, area: pygame.Rect, notice: WifiNotice) -> pygame.Rect:
    tone = Tone.PLAIN if notice is WifiNotice.JOINED else Tone.BAD
    sign = Icon.TICK if notice is WifiNotice.JOINED else Icon.WARNING
    return banner(canvas, area, sign, canvas.words.tr(WIFI_NOTICES[notice]), tone, LABEL)


def _sentence(canvas: Canvas, area: pygame.Rect, sentence: str) -> None:
    sign, line = rows(middle(area, area.width, canvas.points(180)), [55, 45], canvas.points(GAP))
    canvas.sign(Icon.WIFI, sign, canvas.palette.quiet, TITLE * 1.6)
    canvas.lines(sentence, line, canvas.palette.ink, BODY)
