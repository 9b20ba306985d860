"""A quick item: what is sold often, with its price, as the settings list it."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Final

MOST_ITEMS: Final = 24


@dataclass(frozen=True, slots=True)
class QuickItem:
    """A name with a price in whole units of a currency, like 2.50.

    `tax` is the name of a tax rate, empty for the usual one; `colour` is one of the settings'
    names of colours, empty for none.
    """

    name: str
    price: Decimal
    currency: str
    tax: str = ""
    colour: str = ""
