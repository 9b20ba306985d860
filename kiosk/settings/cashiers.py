"""The list of cashiers: two digits, a name and, if wanted, a PIN each, with commas between."""

import re
from typing import Final

from kiosk.sale.cashier import Cashier
from kiosk.settings.secret import Secret

_CASHIER: Final = re.compile(
    r"(?P<code>[0-9]{2})\s+(?P<name>[^\s;](?:[^;]{0,18}?[^\s;])?)(?:\s+(?P<pin>[0-9]+|scrypt\$\S+))?"
)


def cashiers(text: str) -> Secret:
    """The list with hashes in place of the PINs; `cashiers_of` reads it again."""
    from kiosk.sale import pin  # brings OpenSSL, and the first picture must not wait for it

    listed = cashiers_of(text)
    if any(cashier.pin and not pin.is_hash(pin.kept(cashier.pin)) for cashier in listed):
        raise ValueError("has a PIN that is not 4 to 12 digits")
    return Secret(kept_cashiers(text))


def kept_cashiers(text: str) -> str:
    """What may be kept of a list: hashes for PINs. What is no list stays, to be reported."""
    from kiosk.sale import pin  # brings OpenSSL, and the first picture must not wait for it

    try:
        listed = cashiers_of(text)
    except ValueError:
        return text
    return ", ".join(f"{cashier.label} {pin.kept(cashier.pin)}".strip() for cashier in listed)


def cashiers_of(text: str) -> tuple[Cashier, ...]:
    """The cashiers of a list, in its order, with their PINs as they stand in it."""
    listed = tuple(_cashier(part.strip()) for part in text.split(",") if part.strip())
    if len({cashier.code for cashier in listed}) < len(listed):
        raise ValueError("gives two digits to more than one cashier")
    return listed


def _cashier(text: str) -> Cashier:
    match = _CASHIER.fullmatch(text)
    if match is None or match["name"].isdigit() or not match["name"].isprintable():
        raise ValueError(
            "must be two digits and a name for each cashier, and a PIN if wanted, like"
            " 01 Ana, 02 Bo 4711"
        )
    return Cashier(match["code"], match["name"], match["pin"] or "")
