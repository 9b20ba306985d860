"""What is summed up of sales, exactly and in their own currency, and the report of a close.

Sums of fiat are in minor units of the currency that was typed in, so nothing in them is an
estimate. Sales typed in sats are a line of their own, in sats.
"""

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any, Final

from kiosk.sale.money import SAT, Currency, Fiat, Sats
from kiosk.sale.tax import TaxRate, TaxShare


@dataclass(frozen=True, slots=True)
class ReceiptNumber:
    """The number of a receipt, a refund or a close: running within its series."""

    series: int
    number: int

    def __str__(self) -> str:
        return f"{self.series}-{self.number}"


@dataclass(frozen=True, slots=True)
class CurrencySums:
    """Sums of the receipts in one currency. `gross_minor` includes tax, and no tips.

    `amount` and `tip_sat` are the sats of it, tips included in `amount`. `about` is what sales in
    sats were worth at the rates of their moments: an estimate, and the only one here.
    """

    currency: Currency
    receipts: int
    gross_minor: int
    tip_minor: int
    amount: Sats
    tip_sat: Sats
    taxes: tuple[TaxShare, ...] = ()
    about: tuple[Fiat, ...] = ()

    @property
    def tax_minor(self) -> int:
        """All tax in it."""
        return sum(share.tax_minor for share in self.taxes)

    @property
    def net_minor(self) -> int:
        """What is left of `gross_minor` without tax."""
        return self.gross_minor - self.tax_minor

    @property
    def paid(self) -> Fiat:
        """Everything that was paid, tips included."""
        return Fiat(self.gross_minor + self.tip_minor, self.currency)


Sums = tuple[CurrencySums, ...]


@dataclass(frozen=True, slots=True)
class CashierSums:
    """What one cashier has taken, and given back. `cashier` is empty for what nobody says of."""

    cashier: str
    sums: Sums
    refunded: Sums = ()


@dataclass(frozen=True, slots=True)
class CloseReport:
    """What a close has summed up. Times are Unix seconds; `from_s` is the close before, 0 for none.

    `forwarded` are sales by way of the till account, `received` those paid to the merchant
    directly: together they are all receipts since the close before. `late` are those of them that
    were paid after their code had left the screen. `refunded` is not taken off them. `twice` counts
    further payments for invoices that were paid already, which are in no sum. `cashiers` share out
    all sales and refunds among those who made them; it is empty where nobody says who did.
    """

    number: ReceiptNumber
    from_s: int
    to_s: int
    by: str
    forwarded: Sums
    received: Sums
    late: Sums = ()
    refunded: Sums = ()
    twice: int = 0
    twice_amount: Sats = Sats(0)
    cashiers: tuple[CashierSums, ...] = ()

    @property
    def receipts(self) -> int:
        """How many sales it counts."""
        return sum(sums.receipts for sums in (*self.forwarded, *self.received))

    @property
    def sums(self) -> Sums:
        """Both ways together."""
        return added(self.forwarded, self.received)


def added(*parts: Sums) -> Sums:
    """Sums of several parts as one, by currency; sats come last."""
    merged: dict[tuple[str, int], CurrencySums] = {}
    for sums in (sums for part in parts for sums in part):
        key = (sums.currency.code, sums.currency.fraction_digits)
        merged[key] = _both(merged[key], sums) if key in merged else sums
    return tuple(sorted(merged.values(), key=_order))


def less(sums: Sums, refunded: Sums) -> Sums:
    """Sums without what was given back; receipts stay receipts."""
    return added(sums, tuple(_taken_back(line) for line in refunded))


def _taken_back(line: CurrencySums) -> CurrencySums:
    return CurrencySums(
        line.currency,
        0,
        -line.gross_minor,
        -line.tip_minor,
        Sats(-line.amount),
        Sats(-line.tip_sat),
        tuple(TaxShare(share.rate, -share.gross_minor, -share.tax_minor) for share in line.taxes),
    )


def _both(first: CurrencySums, second: CurrencySums) -> CurrencySums:
    return CurrencySums(
        first.currency,
        first.receipts + second.receipts,
        first.gross_minor + second.gross_minor,
        first.tip_minor + second.tip_minor,
        Sats(first.amount + second.amount),
        Sats(first.tip_sat + second.tip_sat),
        added_taxes((*first.taxes, *second.taxes)),
        _added_fiat((*first.about, *second.about)),
    )


def added_taxes(shares: Iterable[TaxShare]) -> tuple[TaxShare, ...]:
    """Shares of many receipts, summed up by rate, the highest first."""
    sums: dict[TaxRate, tuple[int, int]] = {}
    for share in shares:
        gross, tax = sums.get(share.rate, (0, 0))
        sums[share.rate] = (gross + share.gross_minor, tax + share.tax_minor)
    rates = sorted(sums, key=lambda rate: (-rate.hundredths, rate.name))
    return tuple(TaxShare(rate, *sums[rate]) for rate in rates)


def _added_fiat(worths: Iterable[Fiat]) -> tuple[Fiat, ...]:
    sums: dict[Currency, int] = {}
    for worth in worths:
        sums[worth.currency] = sums.get(worth.currency, 0) + worth.minor
    return tuple(Fiat(minor, currency) for currency, minor in sums.items())


def _order(sums: CurrencySums) -> tuple[bool, str, int]:
    currency = sums.currency
    return currency.code == SAT.code, currency.code, currency.fraction_digits


# --- As text -----------------------------------------------------------------------------------

_VERSION: Final = 1


def report_as_text(report: CloseReport) -> str:
    """The report as JSON, as the journal keeps it."""
    return json.dumps({"version": _VERSION, **asdict(report)}, ensure_ascii=False)


def report_from_text(text: str) -> CloseReport:
    """The report that was kept.

    Raises:
        ValueError, TypeError, LookupError: it is no report.
    """
    kept = json.loads(text)
    if kept["version"] != _VERSION:
        raise ValueError(f"a report of version {kept['version']}")
    return CloseReport(
        number=ReceiptNumber(**kept["number"]),
        from_s=kept["from_s"],
        to_s=kept["to_s"],
        by=kept["by"],
        forwarded=_sums(kept["forwarded"]),
        received=_sums(kept["received"]),
        late=_sums(kept["late"]),
        refunded=_sums(kept["refunded"]),
        twice=kept["twice"],
        twice_amount=Sats(kept["twice_amount"]),
        cashiers=tuple(
            CashierSums(part["cashier"], _sums(part["sums"]), _sums(part["refunded"]))
            for part in kept.get("cashiers", ())  # a report of before has none
        ),
    )


def _sums(kept: list[dict[str, Any]]) -> Sums:
    return tuple(
        CurrencySums(
            Currency(**line["currency"]),
            line["receipts"],
            line["gross_minor"],
            line["tip_minor"],
            Sats(line["amount"]),
            Sats(line["tip_sat"]),
            tuple(
                TaxShare(TaxRate(**share["rate"]), share["gross_minor"], share["tax_minor"])
                for share in line["taxes"]
            ),
            tuple(Fiat(worth["minor"], Currency(**worth["currency"])) for worth in line["about"]),
        )
        for line in kept
    )
