"""Tax that is included in prices: rates, and the share of each in a receipt.

A share is rounded once per receipt and rate, half up, in the smallest unit of the currency. Tips
carry no tax.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

WHOLE: Final = 10_000  # hundredths of a percent in 100 %


@dataclass(frozen=True, slots=True)
class TaxRate:
    """A named rate; `hundredths` of a percent: 1900 is 19 %."""

    name: str
    hundredths: int

    @property
    def percent(self) -> str:
        """The rate in percent without zeros that say nothing: `19`, `7.5`."""
        whole, rest = divmod(self.hundredths, 100)
        return f"{whole}.{rest:02d}".rstrip("0") if rest else str(whole)


@dataclass(frozen=True, slots=True)
class SaleLine:
    """An item of a receipt: `minor` is all of it, tax included, in the sale's currency.

    `tax` is None where the merchant has set no tax.
    """

    minor: int
    tax: TaxRate | None
    name: str = ""
    quantity: int = 1


@dataclass(frozen=True, slots=True)
class TaxShare:
    """What of a receipt, or of many, is taxed at one rate. Minor units, tax included in `gross`."""

    rate: TaxRate
    gross_minor: int
    tax_minor: int

    @property
    def net_minor(self) -> int:
        """What is left without the tax."""
        return self.gross_minor - self.tax_minor


def included_tax(gross_minor: int, rate: TaxRate) -> int:
    """The tax in an amount that includes it, rounded half up to a whole minor unit."""
    divisor = WHOLE + rate.hundredths
    return (2 * gross_minor * rate.hundredths + divisor) // (2 * divisor)


def tax_shares(lines: Iterable[SaleLine]) -> tuple[TaxShare, ...]:
    """The shares of a receipt, one for each rate, in the order in which the rates appear."""
    gross: dict[TaxRate, int] = {}
    for line in lines:
        if line.tax is not None:
            gross[line.tax] = gross.get(line.tax, 0) + line.minor
    return tuple(TaxShare(rate, minor, included_tax(minor, rate)) for rate, minor in gross.items())
