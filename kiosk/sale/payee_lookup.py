"""Whom a name or a Lightning address pays: asked before it is saved."""

from dataclasses import dataclass
from typing import Final

from kiosk.sale.account import Account
from kiosk.sale.lightning_address import LightningAddress, parse_lightning_address
from kiosk.sale.trouble import Trouble

BLINK_DOMAIN: Final = "blink.sv"


@dataclass(frozen=True, slots=True)
class LookUpPayee:
    """Find out whether money can be sent there. -> PayeeFound | PayeeNotFound.

    Without an `address` it is a name at Blink's own domain, whatever that is called.
    """

    name: str
    address: LightningAddress | None = None


@dataclass(frozen=True, slots=True)
class PayeeFound:
    """Money can be sent there; `account` says how it is called."""

    asked: LookUpPayee
    account: Account


@dataclass(frozen=True, slots=True)
class PayeeNotFound:
    """It cannot, or nobody can say now."""

    asked: LookUpPayee
    trouble: Trouble


def payee_of(text: str) -> LookUpPayee:
    """Whom a text names: a Lightning address, or a name at Blink.

    Raises:
        ValueError: nobody.
    """
    text = text.strip().lower().removeprefix("lightning:")
    if "@" not in text:
        return LookUpPayee(parse_lightning_address(f"{text}@{BLINK_DOMAIN}").name)
    address = parse_lightning_address(text)
    return LookUpPayee(address.name, address)
