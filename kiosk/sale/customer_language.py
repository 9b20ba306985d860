"""The customer's language: chosen with a key on the code screen, gone with the sale."""

from dataclasses import replace
from typing import Final

from kiosk.sale.effects import Step
from kiosk.sale.screens import (
    AwaitingPayment,
    CheckingLimit,
    CodeExpired,
    FetchingPrice,
    Forwarded,
    LeavingCode,
    Paid,
    RequestingInvoice,
    SaleReceived,
)
from kiosk.sale.till import Till

# A code that has run out may be followed by a new one for the same customer.
_SCREENS_OF_THE_SALE: Final = (
    AwaitingPayment,
    LeavingCode,
    CodeExpired,
    FetchingPrice,
    CheckingLimit,
    RequestingInvoice,
    Paid,
    Forwarded,
    SaleReceived,
)


def next_language(till: Till) -> str:
    """The language after the one that is shown, empty where there is no choice."""
    languages = till.rules.languages
    if len(languages) < 2:
        return ""
    shown = till.customer_language or languages[0]
    return languages[(languages.index(shown) + 1) % len(languages)]


def choose_next_language(till: Till) -> Step:
    """The key that changes the language."""
    language = next_language(till)
    return Step(replace(till, customer_language=language) if language else till)


def forget_customer_language(till: Till) -> Till:
    """After the sale the screen is the merchant's again."""
    if not till.customer_language or isinstance(till.screen, _SCREENS_OF_THE_SALE):
        return till
    return replace(till, customer_language="")
