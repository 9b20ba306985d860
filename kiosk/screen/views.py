"""One view per state, drawn from the till alone: `paint` chooses which."""

from kiosk.sale.till import (
    AskingPin,
    AwaitingPayment,
    CheckingLimit,
    Confirming,
    Entering,
    Expired,
    Forwarded,
    Leaving,
    Managing,
    Paid,
    Pricing,
    Received,
    Requesting,
    Stopped,
    Till,
    Tipping,
    Visiting,
)
from kiosk.sale.wifi import Joining, Networks, OpenNetwork, Passphrase
from kiosk.screen.asking import asking_pin, tipping
from kiosk.screen.canvas import Canvas
from kiosk.screen.entering import entering
from kiosk.screen.look import Look
from kiosk.screen.manager import managing
from kiosk.screen.messages import (
    closing_day,
    confirming,
    expired,
    one_moment,
    out_of_service,
    starting,
    stopped,
)
from kiosk.screen.paying import paying
from kiosk.screen.success import received, success
from kiosk.screen.wifi import wifi


def paint(canvas: Canvas, till: Till, look: Look) -> None:
    """Draw the till as it stands now."""
    canvas.surface.fill(canvas.palette.ground)
    screen = till.screen
    match screen:
        case Entering():
            _paint_entering(canvas, till, screen, look)
        case Pricing() | CheckingLimit() | Requesting() | Leaving():
            one_moment(canvas, till, screen)
        case AwaitingPayment():
            paying(canvas, till, screen, look)
        case Confirming():
            confirming(canvas, screen)
        case Expired():
            expired(canvas, screen)
        case Stopped():
            stopped(canvas, screen)
        case Tipping():
            tipping(canvas, till, screen, look)
        case AskingPin():
            asking_pin(canvas, screen, look)
        case Managing(closing=True):
            closing_day(canvas)
        case Managing():
            managing(canvas, till, screen)
        case Networks() | Passphrase() | OpenNetwork() | Joining():
            wifi(canvas, screen)
        case Paid() | Forwarded():
            success(canvas, till, screen, look)
        case Received():
            received(canvas, screen, look)


def _paint_entering(canvas: Canvas, till: Till, screen: Entering, look: Look) -> None:
    """The keypad, unless no sale can be made; what is typed already is never taken away."""
    trouble = till.out_of_service
    if trouble is not None and screen.entry.is_empty and screen.notice is None:
        out_of_service(canvas, till, trouble)
    elif isinstance(till.service, Visiting) and till.account is None:
        starting(canvas, till)
    else:
        entering(canvas, till, screen, look)
