"""The one grammar of ids: of a sale, and of its invoices at Blink.

A sale is `KIOSK-ID_INSTALLATION_RUN_NUMBER`: `till-1_3f9a0b1c_0a1b2c3d_7`. A KIOSK_ID has no
`_`, so the parts cannot be confused. Its invoice is `SALE-in`, its payout invoice `SALE-out`, the
payout invoice that succeeds it `SALE-out2`, and so on; an id that Blink says is taken gets 8 random
hex digits: `SALE-out-1a2b3c4d`.

Releases before installation ids wrote `till-1-0a1b2c3d-7`, and numbers for the random digits. Such
ids are read, with no installation; none is made.
"""

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from kiosk.sale.invoice import ExternalId, SaleId

_SALE: Final = re.compile(
    r"(?P<kiosk>[a-z0-9-]{1,20})_(?P<installation>[0-9a-f]{8})"
    r"_(?P<run>[0-9a-f]{8})_(?P<number>[0-9]{1,10})"
)
_OLD_SALE: Final = re.compile(
    r"(?P<kiosk>[a-z0-9-]{1,20})-(?P<run>[0-9a-f]{8})-(?P<number>[0-9]{1,10})"
)
_EXTERNAL: Final = re.compile(
    r"(?P<sale>.+)-(?:in|(?P<payout>out)(?P<generation>[0-9]{0,6}))"
    r"(?:-(?P<token>[0-9a-f]{8}|[0-9]{1,6}))?"
)


class Direction(StrEnum):
    """Which way the money of an invoice goes, as the till's wallet sees it."""

    IN = "in"
    OUT = "out"


@dataclass(frozen=True, slots=True)
class SaleParts:
    """What a sale's id says. `installation` is None in ids of releases that knew none."""

    kiosk_id: str
    installation: str | None
    run: str
    number: int


@dataclass(frozen=True, slots=True)
class InvoiceParts:
    """What the external id of one of a sale's invoices says.

    `generation` counts payout invoices from 1 (M6). `token` is None unless the plain id was taken.
    """

    sale: SaleId
    direction: Direction
    generation: int = 1
    token: str | None = None


def sale_id(parts: SaleParts) -> SaleId:
    """The id of a sale that is begun now."""
    assert parts.installation, "no sale is begun without an installation id"
    return SaleId(f"{parts.kiosk_id}_{parts.installation}_{parts.run}_{parts.number}")


def parse_sale_id(text: object) -> SaleParts | None:
    """Read a sale's id, of this release or of one before; None if it is neither."""
    if not isinstance(text, str):
        return None
    match = _SALE.fullmatch(text)
    if match is not None:
        return SaleParts(match["kiosk"], match["installation"], match["run"], int(match["number"]))
    match = _OLD_SALE.fullmatch(text)
    return SaleParts(match["kiosk"], None, match["run"], int(match["number"])) if match else None


def external_id(parts: InvoiceParts) -> ExternalId:
    """The external id of one of a sale's invoices."""
    counted = "" if parts.generation == 1 else str(parts.generation)
    token = "" if parts.token is None else f"-{parts.token}"
    return ExternalId(f"{parts.sale}-{parts.direction}{counted}{token}")


def invoice_external_id(sale: SaleId) -> ExternalId:
    """The external id of a sale's invoice in the BlinkPOS account."""
    return external_id(InvoiceParts(sale, Direction.IN))


def payout_external_id(sale: SaleId, generation: int = 1) -> ExternalId:
    """The external id of a sale's payout invoice; `generation` counts successors (M6) from 1."""
    return external_id(InvoiceParts(sale, Direction.OUT, generation))


def other_external_id(taken: ExternalId, token: str) -> ExternalId:
    """An id for an invoice whose plain id is taken; `token` is 8 random hex digits."""
    return ExternalId(f"{taken}-{token}")


def check_external_id(token: str) -> ExternalId:
    """The id of an invoice that only tries whether one can be made; it belongs to no sale."""
    return ExternalId(f"kiosk-check-{token}")


def direct_external_id(token: str) -> ExternalId:
    """The id of an invoice in the merchant's own wallet; `token` is random hex digits."""
    return ExternalId(f"kiosk-direct-{token}")


def parse_external_id(text: object) -> InvoiceParts | None:
    """Read the external id of one of a sale's invoices; None if it is of no kiosk's sale."""
    match = _EXTERNAL.fullmatch(text) if isinstance(text, str) else None
    if match is None or parse_sale_id(match["sale"]) is None:
        return None
    return InvoiceParts(
        SaleId(match["sale"]),
        Direction.OUT if match["payout"] else Direction.IN,
        int(match["generation"] or 1),
        match["token"],
    )
