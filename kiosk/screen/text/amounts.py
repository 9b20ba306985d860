"""Which amounts a view shows for what is typed and for a sale."""

from kiosk.sale.books import CashierSums, less
from kiosk.sale.entry import Entry
from kiosk.sale.facts import Sale
from kiosk.sale.money import SAT, Fiat, Sats, fiat_from_sats, sats_from_fiat
from kiosk.sale.prices import rate_to_show
from kiosk.sale.till import Till
from kiosk.screen.text.words import Words


def other_unit(words: Words, till: Till, entry: Entry) -> str:
    """What the entry is worth in the other unit, or why that is not known."""
    if entry.is_empty:
        return ""
    rate = rate_to_show(till, entry.unit)
    if rate is None or not rate.is_fresh(till.now_s):
        return words.tr("price is coming") if till.rate_asked else words.tr("no fresh price")
    if entry.unit.code == SAT.code:
        worth = fiat_from_sats(Sats(entry.total), rate)
        return words.tr("about {amount}", amount=words.money(worth))
    return words.sats(sats_from_fiat(entry.price, rate))


def sale_amounts(words: Words, sale: Sale) -> tuple[str, str]:
    """A sale's amount in its own unit and in the other; the second may be empty."""
    if sale.price.currency.code == SAT.code:
        other = words.money(fiat_from_sats(sale.amount, sale.rate)) if sale.rate else ""
        return words.sats(sale.amount), other
    return words.money(sale.whole_price), words.sats(sale.amount)


def sums_of_cashier(words: Words, cashier: CashierSums) -> str:
    """`9 sales, $148.32, tips $2.50`, with what was given back taken off."""
    sums = less(cashier.sums, cashier.refunded)
    count = words.trn("{count} sale", "{count} sales", sum(line.receipts for line in sums))
    parts = [count]
    for line in sums:
        parts.append(words.money(line.paid))
        if line.tip_minor:
            tips = words.money(Fiat(line.tip_minor, line.currency))
            parts.append(words.tr("tips {amount}", amount=tips))
    return ", ".join(parts)
