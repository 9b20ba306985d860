"""Both connections: an icon and words each, so that nothing depends on colour alone."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

import pygame

from kiosk.sale.account import MerchantUpdates
from kiosk.sale.screens import AwaitingPayment, ConnectionState, RequestingInvoice
from kiosk.sale.till import Ready, Till
from kiosk.screen.drawing.canvas import Canvas
from kiosk.screen.drawing.icons import Icon
from kiosk.screen.drawing.layout import off_bottom
from kiosk.screen.drawing.theme import SMALL, SMALLEST_TEXT
from kiosk.screen.text.labels import LINKS, UPDATES

SIGNS: Final[Mapping[ConnectionState, Icon]] = MappingProxyType(
    {
        ConnectionState.STANDBY: Icon.LINK_STANDBY,
        ConnectionState.CONNECTING: Icon.LINK_CONNECTING,
        ConnectionState.LIVE: Icon.LINK_LIVE,
        ConnectionState.RECONNECTING: Icon.LINK_RECONNECTING,
        ConnectionState.ASKING: Icon.LINK_ASKING,
    }
)


def status(canvas: Canvas, till: Till, area: pygame.Rect) -> None:
    """The connection of the till and the merchant's readiness, a line each, at the area's foot."""
    words, colours = canvas.words, canvas.palette
    line = max(canvas.points(SMALL), SMALLEST_TEXT)
    rest, merchants = off_bottom(area, line, 0)
    _, ours = off_bottom(rest, line, 0)
    link = _link(till)
    live = {ConnectionState.LIVE: colours.good, ConnectionState.STANDBY: colours.quiet}.get(
        link, colours.accent
    )
    sentence = words.tr("BlinkPOS: {state}", state=words.tr(LINKS[link]))
    canvas.signed(SIGNS[link], sentence, ours, colours.quiet, SMALL, sign_colour=live)
    ready = isinstance(till.service, Ready)
    if isinstance(till.screen, AwaitingPayment):
        ready = till.screen.payout_ready
    state = words.tr("ready") if ready else words.tr("not ready")
    if till.updates is not MerchantUpdates.OFF:
        state = words.tr(UPDATES[till.updates])
    sentence = words.tr("merchant: {state}", state=state)
    shop = colours.good if ready else colours.accent
    canvas.signed(Icon.SHOP, sentence, merchants, colours.quiet, SMALL, sign_colour=shop)


def _link(till: Till) -> ConnectionState:
    match till.screen:
        case AwaitingPayment(connection=link):
            return link
        case RequestingInvoice():
            return ConnectionState.CONNECTING
    return ConnectionState.STANDBY
