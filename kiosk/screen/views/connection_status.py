"""Both connections: an icon and words each, so that nothing depends on colour alone."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

import pygame

from kiosk.sale.account import MerchantUpdates
from kiosk.sale.keys import Key
from kiosk.sale.screens import AwaitingPayment, ConnectionState, RequestingInvoice
from kiosk.sale.till import FetchingAccount, Ready, Till
from kiosk.screen.display.redraw_schedule import NOT_READY_TOLD_S
from kiosk.screen.drawing.canvas import Canvas
from kiosk.screen.drawing.icons import Icon
from kiosk.screen.drawing.layout import off_bottom
from kiosk.screen.drawing.theme import BODY, GAP, SMALL, SMALLEST_TEXT, Colour
from kiosk.screen.drawing.touch_zones import TouchZone
from kiosk.screen.text.labels import LINKS, UPDATES
from kiosk.screen.text.words import Words

SIGNS: Final[Mapping[ConnectionState, Icon]] = MappingProxyType(
    {
        ConnectionState.STANDBY: Icon.LINK_STANDBY,
        ConnectionState.CONNECTING: Icon.LINK_CONNECTING,
        ConnectionState.LIVE: Icon.LINK_LIVE,
        ConnectionState.RECONNECTING: Icon.AGAIN,
        ConnectionState.ASKING: Icon.LINK_ASKING,
    }
)


def status(canvas: Canvas, till: Till, area: pygame.Rect) -> None:
    """The connection of the till and the merchant's readiness, a line each, at the area's foot."""
    line, quiet = line_height(canvas), canvas.palette.quiet
    rest, merchants = off_bottom(area, line, 0)
    _, ours = off_bottom(rest, line, 0)
    link = _link(till)
    tills, shops = _sentences(canvas.words, till)
    live, shop = _link_colour(canvas, link), _shop_colour(canvas, till)
    canvas.signed(SIGNS[link], tills, ours, quiet, SMALL, sign_colour=live)
    canvas.signed(Icon.SHOP, shops, merchants, quiet, SMALL, sign_colour=shop)


def status_or_signs(canvas: Canvas, till: Till, area: pygame.Rect) -> None:
    """Both connections in words where these fit, else their signs alone."""
    beside_sign = area.inflate(-canvas.points(SMALL + GAP), 0)
    if all(canvas.fits(said, beside_sign, SMALL) for said in _sentences(canvas.words, till)):
        status(canvas, till, area)
    else:
        signs(canvas, till, area)


def _sentences(words: Words, till: Till) -> tuple[str, str]:
    """What is said of the connection of the till, and of the merchant's readiness."""
    link = _link(till)
    state = words.tr(LINKS[link])
    if _is_offline(till):
        state = words.tr("Offline")
    elif link is ConnectionState.STANDBY and till.account is None:
        state = words.tr(LINKS[ConnectionState.CONNECTING])
    till_says = words.tr("till: {state}", state=state)
    tills = till_says if till.rules.direct else words.tr("BlinkPOS: {state}", state=state)
    state = words.tr("can receive") if _is_ready(till) else words.tr("cannot receive yet")
    if till.updates is not MerchantUpdates.OFF:
        state = words.tr(UPDATES[till.updates])
    return tills, words.tr("merchant: {state}", state=state)


def signs(canvas: Canvas, till: Till, area: pygame.Rect) -> None:
    """Both connections without words, side by side, where all is well."""
    ours, merchants = canvas.columns(area, [1, 1], canvas.points(GAP))
    link = _link(till)
    if _is_offline(till):
        canvas.sign(Icon.CROSS, ours, canvas.palette.bad, BODY)
    else:
        canvas.sign(SIGNS[link], ours, _link_colour(canvas, link), BODY)
    canvas.sign(Icon.SHOP, merchants, _shop_colour(canvas, till), BODY)


def connections_key(canvas: Canvas, till: Till, area: pygame.Rect) -> None:
    """The two signs on a key that shows their words, or not."""
    colours = canvas.palette
    canvas.panel(area, colours.ground, colours.edge)
    signs(canvas, till, area.inflate(-canvas.points(2 * GAP), -canvas.points(GAP / 2)))
    canvas.zones.append(TouchZone(area, Key.SHOW_CONNECTIONS))


def is_well_at_rest(till: Till) -> bool:
    """Whether a sale could begin, so that there is nothing to say of the connections."""
    return isinstance(till.service, Ready) and till.updates is not MerchantUpdates.CONNECTING


def _is_offline(till: Till) -> bool:
    """Whether the till has tried to reach Blink and has not."""
    service = till.service
    return isinstance(service, FetchingAccount) and service.trouble is not None


def line_height(canvas: Canvas) -> int:
    """Of the words of one connection, in pixels."""
    return max(canvas.points(SMALL), SMALLEST_TEXT)


def is_well(till: Till, screen: AwaitingPayment) -> bool:
    """Whether there is nothing about the connections that must be shown in words."""
    weak = screen.connection in (ConnectionState.RECONNECTING, ConnectionState.ASKING)
    late = not screen.payout_ready and till.now_s - screen.shown_s >= NOT_READY_TOLD_S
    return not weak and not late


def _link_colour(canvas: Canvas, link: ConnectionState) -> Colour:
    colours = canvas.palette
    return {ConnectionState.LIVE: colours.good, ConnectionState.STANDBY: colours.quiet}.get(
        link, colours.accent
    )


def _shop_colour(canvas: Canvas, till: Till) -> Colour:
    return canvas.palette.good if _is_ready(till) else canvas.palette.accent


def _is_ready(till: Till) -> bool:
    if isinstance(till.screen, AwaitingPayment) and not till.rules.direct:
        return till.screen.payout_ready
    return isinstance(till.service, Ready)


def _link(till: Till) -> ConnectionState:
    match till.screen:
        case AwaitingPayment(connection=link):
            return link
        case RequestingInvoice():
            return ConnectionState.CONNECTING
    return ConnectionState.STANDBY
