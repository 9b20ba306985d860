"""What the LED says, from where the till stands: it always agrees with the screen."""

from dataclasses import replace

from kiosk.sale.effects import PlaySound, Sound, Step
from kiosk.sale.keys import Light
from kiosk.sale.screens import (
    AwaitingPayment,
    Forwarded,
    LeavingCode,
    Paid,
    ReceivedDirectly,
    SaleFailed,
    SaleReceived,
)
from kiosk.sale.till import Till


def status_light(till: Till) -> Light:
    """The light for this till. TROUBLE is whatever a person should come and read."""
    match till.screen:
        case AwaitingPayment() | LeavingCode():
            return Light.WAITING
        case Paid():
            return Light.PAID
        case Forwarded() | SaleReceived():
            return Light.FORWARDED
        case ReceivedDirectly():
            return Light.RECEIVED
        case SaleFailed():
            return Light.TROUBLE
    needs_somebody = (
        till.out_of_service
        or till.alarms
        or till.late_money
        or till.stuck_keys
        or till.interrupted_sales
        or till.printer_trouble
        or till.unprinted
    )
    return Light.TROUBLE if needs_somebody else Light.DARK


def with_trouble_sound(before: Till, step: Step) -> Step:
    """When the light turns to trouble, play the trouble sound once."""
    if status_light(step.till) is not Light.TROUBLE or status_light(before) is Light.TROUBLE:
        return step
    return replace(step, effects=(*step.effects, PlaySound(Sound.TROUBLE)))
