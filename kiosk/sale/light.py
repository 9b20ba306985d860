"""What the LED says, from where the till stands: it always agrees with the screen."""

from dataclasses import replace

from kiosk.sale.effects import Play, Sound, Step
from kiosk.sale.keys import Light
from kiosk.sale.till import AwaitingPayment, Forwarded, Leaving, Paid, Received, Stopped, Till


def light(till: Till) -> Light:
    """The light for this till. TROUBLE is whatever a person should come and read."""
    match till.screen:
        case AwaitingPayment() | Leaving():
            return Light.WAITING
        case Paid():
            return Light.PAID
        case Forwarded():
            return Light.FORWARDED
        case Received():
            return Light.RECEIVED
        case Stopped():
            return Light.TROUBLE
    look = (
        till.out_of_service or till.alarms or till.late_money or till.stuck_keys or till.recovered
    )
    return Light.TROUBLE if look else Light.DARK


def heard(before: Till, step: Step) -> Step:
    """A light that turns to trouble is heard too, once, like the buzzer's long beep."""
    if light(step.till) is not Light.TROUBLE or light(before) is Light.TROUBLE:
        return step
    return replace(step, effects=(*step.effects, Play(Sound.TROUBLE)))
