"""Both connections: a sign and words each, so that it is never told by colour alone."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

import pygame

from kiosk.sale.account import Updates
from kiosk.sale.till import AwaitingPayment, Link, Ready, Requesting, Till
from kiosk.screen.canvas import Canvas
from kiosk.screen.icons import Icon
from kiosk.screen.labels import LINKS, UPDATES
from kiosk.screen.layout import off_bottom
from kiosk.screen.theme import SMALL, SMALLEST_TEXT

SIGNS: Final[Mapping[Link, Icon]] = MappingProxyType(
    {
        Link.STANDBY: Icon.LINK_STANDBY,
        Link.CONNECTING: Icon.LINK_CONNECTING,
        Link.LIVE: Icon.LINK_LIVE,
        Link.RECONNECTING: Icon.LINK_RECONNECTING,
        Link.ASKING: Icon.LINK_ASKING,
    }
)


def status(canvas: Canvas, till: Till, box: pygame.Rect) -> None:
    """The connection of the till and the merchant's readiness, a line each, at the box's foot."""
    words, colours = canvas.words, canvas.palette
    line = max(canvas.points(SMALL), SMALLEST_TEXT)
    rest, merchants = off_bottom(box, line, 0)
    _, ours = off_bottom(rest, line, 0)
    link = _link(till)
    live = {Link.LIVE: colours.good, Link.STANDBY: colours.quiet}.get(link, colours.accent)
    told = words.tr("BlinkPOS: {state}", state=words.tr(LINKS[link]))
    canvas.signed(SIGNS[link], told, ours, colours.quiet, SMALL, sign_colour=live)
    ready = isinstance(till.service, Ready)
    if isinstance(till.screen, AwaitingPayment):
        ready = till.screen.payout_ready
    state = words.tr("ready") if ready else words.tr("not ready")
    if till.updates is not Updates.OFF:
        state = words.tr(UPDATES[till.updates])
    told = words.tr("merchant: {state}", state=state)
    shop = colours.good if ready else colours.accent
    canvas.signed(Icon.SHOP, told, merchants, colours.quiet, SMALL, sign_colour=shop)


def _link(till: Till) -> Link:
    match till.screen:
        case AwaitingPayment(link=link):
            return link
        case Requesting():
            return Link.CONNECTING
    return Link.STANDBY
