"""How amounts are written on the glass."""

from kiosk.sale.entry import Entry
from kiosk.sale.facts import Sale
from kiosk.sale.memo import decimal
from kiosk.sale.money import SAT, Currency, Fiat, Sats, fiat_from_sats, sats_from_fiat
from kiosk.sale.till import Till


def grouped(minor: int, currency: Currency) -> str:
    """Minor units as a number with thousands apart: 1,234.50."""
    whole, point, fraction = decimal(minor, currency).partition(".")
    return f"{int(whole):,}{point}{fraction}"


def money(amount: Fiat) -> str:
    """An amount with its sign: $1,234.50, 1,234 sats."""
    if amount.currency.code == SAT.code:
        return f"{amount.minor:,} sats"
    symbol = amount.currency.symbol or amount.currency.code
    gap = " " if symbol[-1:].isalpha() else ""
    return f"{symbol}{gap}{grouped(amount.minor, amount.currency)}"


def sats(amount: Sats) -> str:
    """Sats with their unit."""
    return f"{amount:,} sats"


def other_unit(till: Till, entry: Entry) -> str:
    """What the entry is worth in the other unit, or why that is not known."""
    rates = till.rates
    if entry.is_empty:
        return ""
    if rates is None or not rates.shown.is_fresh(till.now_s):
        return "price is coming" if till.rate_asked else "no fresh price"
    if entry.unit.code == SAT.code:
        return f"about {money(fiat_from_sats(Sats(entry.total), rates.shown))}"
    if entry.unit.code != rates.shown.currency.code:
        return "price is coming"
    return sats(sats_from_fiat(entry.price, rates.shown))


def sale_amounts(sale: Sale) -> tuple[str, str]:
    """A sale's amount in its own unit and in the other; the second may be empty."""
    if sale.price.currency.code == SAT.code:
        other = money(fiat_from_sats(sale.amount, sale.rate)) if sale.rate else ""
        return sats(sale.amount), other
    if sale.tip and sale.rate:
        return money(fiat_from_sats(sale.amount, sale.rate)), sats(sale.amount)
    return money(sale.price), sats(sale.amount)
