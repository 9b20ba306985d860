"""The keys while a code is up: cancel, check, or change how the code is shown."""

from dataclasses import replace
from typing import Final

from kiosk.sale import invoice_questions
from kiosk.sale.code_on_screen import leave_code, without_check
from kiosk.sale.customer_language import choose_next_language
from kiosk.sale.effects import AdjustCodeBrightness, CancelInvoice, Step
from kiosk.sale.facts import Ending
from kiosk.sale.keys import Key
from kiosk.sale.screens import AwaitingPayment, CodeDetail, LeavingCode
from kiosk.sale.till import Till

CHECK_ASKED_S: Final = 20.0  # for so long "I paid" is asked again and again


def handle_code_key(till: Till, screen: AwaitingPayment, key: Key) -> Step:
    """A key while the code is up: cancel, check, or change how it is shown."""
    assert till.account is not None
    payment_hash = screen.invoice.payment_hash
    match key:
        case Key.CLEAR if screen.notice is not None:
            # Blink refused the cancelling since somebody is paying: the second press leaves the
            # code, and the invoice is asked about until it is decided.
            return leave_code(till, screen, Ending.CANCELLED)
        case Key.CLEAR:
            leaving = LeavingCode(
                without_check(screen),
                Ending.CANCELLED,
                till.now_s,
                cancel_answered=screen.sale.direct,
            )
            effects = invoice_questions.questions(till, (payment_hash,))
            if not screen.sale.direct:
                effects = (*effects, CancelInvoice(payment_hash, till.account))
            return Step(replace(till, screen=leaving), (), effects)
        case Key.CHECK if not screen.checking:
            until_s = till.now_s + CHECK_ASKED_S
            checking = replace(without_check(screen), check_until_s=until_s, checked_s=None)
            asked = invoice_questions.questions(till, (payment_hash,))
            return Step(replace(till, screen=checking), (), asked)
        case Key.BRIGHTER | Key.DIMMER:
            return Step(till, (), (AdjustCodeBrightness(1 if key is Key.BRIGHTER else -1),))
        case Key.LANGUAGE:
            return choose_next_language(till)
        case Key.LETTER_CASE:
            shown = replace(screen, lower_case=not screen.lower_case)
            return Step(replace(till, screen=shown))
        case Key.SHOW_BRIGHTNESS:
            return _show_detail(till, screen, CodeDetail.BRIGHTNESS)
        case Key.SHOW_CONNECTIONS:
            return _show_detail(till, screen, CodeDetail.CONNECTIONS)
    return Step(till)


def _show_detail(till: Till, screen: AwaitingPayment, detail: CodeDetail) -> Step:
    """A detail instead of any other; the second tap puts it away."""
    shown = CodeDetail.NONE if screen.detail is detail else detail
    return Step(replace(till, screen=replace(screen, detail=shown)))
