"""Today's last sales, beside the keypad while nothing is typed. Pure.

Read from the journal when a sale has left the screen or something was recorded meanwhile, so that
a till at rest reads nothing.
"""

from dataclasses import replace
from typing import Final

from kiosk.sale.effects import Step
from kiosk.sale.sales_list import ReadSalesPage, SalesPageResult
from kiosk.sale.screens import EnteringAmount
from kiosk.sale.till import Till

COUNT: Final = 12  # more fit on no display


def with_question(before: Till, step: Step) -> Step:
    """Ask for the last sales after this step if they may be others now."""
    till = step.till
    if not till.rules.last_sales or not isinstance(till.screen, EnteringAmount):
        return step
    is_known = till.last_sales is not None
    if is_known and isinstance(before.screen, EnteringAmount) and not step.facts:
        return step
    asked = till if is_known else replace(till, last_sales=())
    return replace(step, till=asked, effects=(*step.effects, ReadSalesPage(None, COUNT)))


def handle_sales(till: Till, result: SalesPageResult) -> Step:
    """The newest sales: those of today are shown."""
    if result.before is not None or result.odd or not till.rules.last_sales:
        return Step(till)
    today = [day for day in result.days if day.start <= till.unix_s < day.end]
    sales = tuple(
        record
        for record in result.sales
        if any(day.start <= record.sale.started_at < day.end for day in today)
    )
    return Step(replace(till, last_sales=sales[:COUNT]))
