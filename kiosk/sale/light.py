"""What the LED says, from where the till stands: it always agrees with the screen."""

from kiosk.sale.keys import Light
from kiosk.sale.till import AwaitingPayment, Forwarded, Leaving, Paid, Received, Stopped, Till


def light(till: Till) -> Light:
    """The light for this till."""
    match till.screen:
        case AwaitingPayment() | Leaving():
            return Light.WAITING
        case Paid():
            return Light.PAID
        case Forwarded() | Received():
            return Light.FORWARDED
        case Stopped():
            return Light.TROUBLE
    return Light.TROUBLE if till.out_of_service or till.alarms else Light.DARK
