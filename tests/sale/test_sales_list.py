"""The list of sales: pages, days, and a sale that is opened and asked about."""

from dataclasses import replace
from types import MappingProxyType

import pytest

from kiosk.sale import sales_list
from kiosk.sale.effects import FetchDirectStatus, FetchInvoiceStatus, PlaySound, ReadSale, Sound
from kiosk.sale.events import InvoiceStatusResult, RowTouched, SaleDetailsResult
from kiosk.sale.facts import (
    ForwardStatus,
    InvoiceNeverPaid,
    InvoicePaid,
    PaidTwice,
    Sale,
)
from kiosk.sale.invoice import InvoiceStatus, SaleId
from kiosk.sale.keys import Key, Row
from kiosk.sale.manager_screens import ManagerPage, ManagerScreen, SaleScreen
from kiosk.sale.money import SAT, Fiat, Sats
from kiosk.sale.sale_record import SaleDetails, SaleRecord, SaleState
from kiosk.sale.sales_list import ReadSalesPage, SalesDay, SalesList, SalesPageResult, SalesPlace
from kiosk.sale.screens import EnteringAmount
from kiosk.sale.till import Forward
from kiosk.sale.totals import Totals
from kiosk.sale.trouble import TroubleKind
from tests.sale.tills import ACCOUNT, Story, invoice

DAY_S = 86_400
NO_TOTALS = Totals(0, 0, Sats(0), Sats(0), Sats(0))


def record(number: int, state: SaleState = SaleState.FORWARDED, day: int = 0) -> SaleRecord:
    at = 1_700_000_000 - day * DAY_S - number
    made = Sale(SaleId(f"sale-{number}"), Sats(100), Fiat(100, SAT), None, at, "memo")
    paid_at = at + 9 if state in (SaleState.FORWARDED, SaleState.PAID, SaleState.STOPPED) else None
    payment_hash = invoice(number, 100).payment_hash
    return SaleRecord(made, state, False, None, paid_at, None, payment_hash, None)


def day(number: int) -> SalesDay:
    start = 1_699_920_000 - number * DAY_S
    return SalesDay(start, start + DAY_S, NO_TOTALS)


def page(*sales: SaleRecord, before: SalesPlace | None = None) -> SalesPageResult:
    places = tuple(SalesPlace(90 - number, 0) for number in range(len(sales)))
    return SalesPageResult(before, sales, places, tuple(day(number) for number in range(9)))


def listed(*sales: SaleRecord) -> Story:
    """A manager before the list, its first page read."""
    story = Story().ready()
    story.till = replace(
        story.till, screen=ManagerScreen(ManagerPage.TOTALS, since_s=story.till.now_s)
    )
    story.press(Key.D2)
    story.play(page(*sales))
    story.wait(1)
    story.effects.clear()
    return story


def shown(story: Story) -> SalesList:
    assert isinstance(story.till.screen, ManagerScreen)
    return story.till.screen.sales


@pytest.mark.parametrize(("room", "expected"), [(13, 6), (9, 4), (8, 3), (4, 1), (3, 1)])
def test_a_page_holds_as_many_sales_as_the_display_has_room_for(room: int, expected: int) -> None:
    sales = [record(number) for number in range(9)]
    asked = sales_list.question(SalesList(), room)
    assert asked.count > expected, "one more than fits says that there are more"
    answer = page(*sales[: asked.count])
    filled = sales_list.answered(SalesList(), answer, room)
    assert filled.lines is not None
    assert isinstance(filled.lines[0], SalesDay)
    assert [line.sale.id for line in filled.sales] == [f"sale-{n}" for n in range(expected)]
    assert filled.end == answer.places[expected - 1]


def test_each_day_has_a_head_and_a_head_is_never_alone() -> None:
    sales = [record(1), record(2, day=1), record(3, day=1), record(4, day=3)]
    filled = sales_list.answered(SalesList(), page(*sales), 9)
    assert filled.lines == (day(0), sales[0], day(1), sales[1], sales[2])
    assert filled.end is not None, "the fourth sale has no room with its head"


def test_the_last_page_has_no_next_one() -> None:
    filled = sales_list.answered(SalesList(), page(record(1)), 13)
    assert filled.end is None
    assert sales_list.older(filled) is filled


def test_an_answer_to_an_older_question_is_left() -> None:
    second = SalesList(begins=(None, SalesPlace(5, 0)))
    assert sales_list.answered(second, page(record(1)), 13) is second


def test_pages_are_turned_to_the_oldest_sale_and_back_by_the_places_they_begin_at() -> None:
    story = listed(*(record(number) for number in range(7)))
    place = shown(story).end
    step = story.press(Key.PLUS)
    assert ReadSalesPage(place, story.till.list_room // 2 + 1) in step.effects
    assert shown(story).lines is None, "being read"
    story.play(page(record(8), before=place))
    assert [line.sale.id for line in shown(story).sales] == ["sale-8"]
    assert not any(isinstance(effect, ReadSalesPage) for effect in story.press(Key.PLUS).effects)
    step = story.press(Key.DELETE)
    assert any(effect == ReadSalesPage(None, 7) for effect in step.effects)
    story.play(page(record(0)))
    assert any(effect == ReadSalesPage(None, 7) for effect in story.press(Key.DELETE).effects), (
        "the newest page is read again: there may be new sales"
    )


def opened(number: int, *sales: SaleRecord, details: SaleDetails | None = None) -> Story:
    """A sale that was touched in the list, and what the journal knows of it."""
    story = listed(*sales)
    step = story.play(RowTouched(Row(number)))
    assert step.effects == (PlaySound(Sound.KEY), ReadSale(sales[number].sale.id))
    known = details or SaleDetails(sales[number], invoice(2, 100))
    story.play(SaleDetailsResult(known))
    story.wait(1)
    story.effects.clear()
    story.facts.clear()
    return story


def sale_screen(story: Story) -> SaleScreen:
    assert isinstance(story.till.screen, SaleScreen)
    return story.till.screen


def test_a_touch_opens_a_sale_and_back_leads_to_the_same_page() -> None:
    sales = [record(number) for number in range(3)]
    story = opened(1, *sales)
    assert sale_screen(story).details.record == sales[1]
    before = sale_screen(story).manager
    story.press(Key.PLUS)
    assert sale_screen(story).details.record == sales[2]
    story.press(Key.PLUS)
    assert sale_screen(story).details.record == sales[2], "the last of the page"
    story.wait(1)
    story.press(Key.DELETE)
    assert sale_screen(story).details.record == sales[1]
    story.wait(1)
    story.press(Key.CLEAR)
    assert isinstance(story.till.screen, ManagerScreen)
    assert story.till.screen.sales == before.sales


def test_a_keypad_without_a_touchscreen_opens_the_first_sale_of_the_page() -> None:
    story = listed(record(1), record(2))
    story.press(Key.CHARGE)
    assert sale_screen(story).details.record == record(1)


@pytest.mark.parametrize("row", [1, 7])
def test_a_touch_below_the_last_sale_opens_nothing(row: int) -> None:
    story = listed(record(1))
    before = story.till
    assert story.play(RowTouched(Row(row))).effects == ()
    assert story.till.screen == before.screen


def test_a_row_touched_where_there_is_no_list_means_nothing() -> None:
    story = Story().ready()
    story.wait(1)
    before = story.till.screen
    story.play(RowTouched(Row(0)))
    assert story.till.screen == before


def test_a_sale_page_that_nobody_touches_goes_back_to_the_till() -> None:
    story = opened(0, record(1))
    story.wait(121)
    assert isinstance(story.till.screen, EnteringAmount)


def test_a_sale_given_up_long_ago_that_was_paid_after_all_is_forwarded() -> None:
    """M8: nobody asks any more a day after a code has run out; the manager still can."""
    made = invoice(2, 100)
    cancelled = record(2, SaleState.CANCELLED)
    story = opened(0, cancelled, details=SaleDetails(cancelled, made))
    assert made.payment_hash not in story.till.watched_invoices
    step = story.press(Key.CHARGE)
    assert FetchInvoiceStatus((made.payment_hash,), ACCOUNT) in step.effects
    assert sale_screen(story).asking
    step = story.play(InvoiceStatusResult(made.payment_hash, InvoiceStatus.PAID))
    assert InvoicePaid(cancelled.sale.id, made.payment_hash, late=True) in step.facts
    assert ReadSale(cancelled.sale.id) in step.effects
    assert made.payment_hash in story.till.forwards
    assert sale_screen(story).answer is InvoiceStatus.PAID


def test_a_sale_given_up_long_ago_that_is_still_unpaid_is_watched_no_longer() -> None:
    made = invoice(2, 100)
    expired = record(2, SaleState.EXPIRED)
    story = opened(0, expired, details=SaleDetails(expired, made))
    story.press(Key.CHARGE)
    answer = InvoiceStatusResult(made.payment_hash, InvoiceStatus.EXPIRED, 0, story.till.now_s)
    story.play(answer)
    assert made.payment_hash not in story.till.watched_invoices
    assert story.facts == [InvoiceNeverPaid(expired.sale.id, made.payment_hash)]
    assert (sale_screen(story).asking, sale_screen(story).answer) == (False, InvoiceStatus.EXPIRED)


def test_a_sale_begun_in_another_machine_is_held_however_it_is_found_paid() -> None:
    made = invoice(2, 100)
    expired = record(2, SaleState.EXPIRED)
    story = opened(0, expired, details=SaleDetails(expired, made, held=True))
    story.press(Key.CHARGE)
    story.play(InvoiceStatusResult(made.payment_hash, InvoiceStatus.PAID))
    assert story.till.forwards[made.payment_hash].status is ForwardStatus.STOPPED
    assert [alarm.trouble.kind for alarm in story.till.alarms] == [TroubleKind.BEGUN_ELSEWHERE]


@pytest.mark.parametrize(("known", "raised"), [(1, True), (2, False)])
def test_a_second_payment_of_a_sale_forwarded_long_ago_is_raised_once(
    known: int, raised: bool
) -> None:
    """M12: only the last day's sales were asked about."""
    made = invoice(2, 100)
    forwarded = record(2)
    story = opened(0, forwarded, details=SaleDetails(forwarded, made, payments=known))
    story.press(Key.CHARGE)
    step = story.play(InvoiceStatusResult(made.payment_hash, InvoiceStatus.PAID, payments=2))
    assert (PaidTwice(forwarded.sale.id, made.payment_hash, 2) in step.facts) is raised
    assert bool(story.till.alarms) is raised
    assert story.till.forwards == {}, "and nothing is forwarded a second time"


@pytest.mark.parametrize("status", [ForwardStatus.FAILED, ForwardStatus.STOPPED])
def test_asking_about_a_waiting_forward_tries_it_now_and_starts_no_stopped_one(
    status: ForwardStatus,
) -> None:
    made = invoice(2, 100)
    waiting = record(2, SaleState.PAID)
    story = opened(0, waiting, details=SaleDetails(waiting, made))
    forward = Forward(
        waiting.sale, made, story.payout(made), status, story.till.now_s + 900, maybe_sent=True
    )
    story.till = replace(story.till, forwards=MappingProxyType({made.payment_hash: forward}))
    step = story.press(Key.CHARGE)
    assert FetchInvoiceStatus((made.payment_hash,), ACCOUNT) in step.effects
    tried = story.till.forwards[made.payment_hash]
    assert tried.busy is (status is ForwardStatus.FAILED)
    assert (tried.status is ForwardStatus.STOPPED) is (status is ForwardStatus.STOPPED)


def test_a_direct_sale_is_asked_about_where_its_invoice_was_made() -> None:
    made = replace(invoice(2, 100), verify_url="https://wallet.example/verify/2")
    cancelled = record(2, SaleState.CANCELLED)
    cancelled = replace(cancelled, sale=replace(cancelled.sale, direct=True))
    story = opened(0, cancelled, details=SaleDetails(cancelled, made))
    assert FetchDirectStatus((made,)) in story.press(Key.CHARGE).effects


def test_a_sale_without_a_code_is_not_asked_about() -> None:
    refused = record(2, SaleState.REFUSED)
    story = opened(0, refused, details=SaleDetails(refused))
    assert story.press(Key.CHARGE).effects == (PlaySound(Sound.KEY),)
    assert not sale_screen(story).asking


def test_an_answer_about_another_sale_ends_no_question() -> None:
    story = opened(0, record(2))
    story.press(Key.CHARGE)
    story.play(InvoiceStatusResult(invoice(7, 100).payment_hash, InvoiceStatus.PAID))
    assert sale_screen(story).asking


def test_a_forward_that_waits_opens_its_sale() -> None:
    made = invoice(2, 100)
    waiting = record(2, SaleState.PAID)
    forward = Forward(waiting.sale, made, None, ForwardStatus.FAILED, 9e9)
    story = Story().ready()
    story.till = replace(
        story.till,
        screen=ManagerScreen(ManagerPage.FORWARDS, since_s=story.till.now_s),
        forwards=MappingProxyType({made.payment_hash: forward}),
    )
    story.wait(1)
    assert ReadSale(waiting.sale.id) in story.play(RowTouched(Row(0))).effects
    story.play(SaleDetailsResult(SaleDetails(waiting, made)))
    assert sale_screen(story).details.record == waiting
    story.wait(1)
    story.press(Key.CLEAR)
    assert isinstance(story.till.screen, ManagerScreen)
    assert story.till.screen.page is ManagerPage.FORWARDS
