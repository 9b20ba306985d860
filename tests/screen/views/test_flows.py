"""Days at the counter, as scripts: what is touched, typed and told, and the screen after each."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from decimal import Decimal

import pytest

from kiosk.sale.account import Rates
from kiosk.sale.cashier import Cashier
from kiosk.sale.device import DeviceFacts, DeviceFactsResult, Internet
from kiosk.sale.events import Event, KeyStuck, LetterTyped, RatesFetched, SendOutcome
from kiosk.sale.invoice import InvoiceStatus
from kiosk.sale.keys import Key, Letter
from kiosk.sale.manager_screens import EnteringPin, ManagerScreen
from kiosk.sale.money import Cents, Sats
from kiosk.sale.pin import pin_hash
from kiosk.sale.quick_item import QuickItem
from kiosk.sale.rules import OverLimitPolicy, Rules
from kiosk.sale.screens import (
    AwaitingPayment,
    ChoosingCashier,
    ChoosingItem,
    ChoosingTip,
    CodeExpired,
    ConfirmingLimit,
    ConnectionState,
    EnteringAmount,
    FetchingPrice,
    Forwarded,
    LeavingCode,
    Paid,
    RequestingInvoice,
)
from kiosk.sale.wifi import (
    EnteringPassphrase,
    JoiningNetwork,
    Network,
    NetworkList,
    Security,
    WifiJoinResult,
    WifiNotice,
    WifiScanResult,
)
from kiosk.screen.display.window import picture
from kiosk.screen.drawing.qr import WHITE_LEVELS
from tests.sale.tills import RULES, Story, usd_rate
from tests.screen.counter import (
    SIZE,
    Counter,
    invoice_made,
    link,
    offline,
    online,
    price,
    status_arrives,
)
from tests.screen.window_parts import look_of


@pytest.fixture
def counters() -> Iterator[list[Counter]]:
    made: list[Counter] = []
    yield made
    for counter in made:
        counter.window.close()


@pytest.fixture
def counter(counters: list[Counter]) -> Counter:
    return opened(counters)


def opened(counters: list[Counter], rules: Rules = RULES) -> Counter:
    counter = Counter(rules)
    counters.append(counter)
    return counter


def forwarded(counter: Counter) -> None:
    assert counter.invoice is not None
    counter.story.send(counter.invoice, SendOutcome.SUCCESS)


def forward_lost(counter: Counter) -> None:
    assert counter.invoice is not None
    counter.story.send(counter.invoice, SendOutcome.LOST)


CHARGED = (
    ("touch 1 2 5 0", EnteringAmount, "$12.50"),
    (price, EnteringAmount, "28,655\u00a0sats"),
    ("touch charge", RequestingInvoice, "Making the invoice"),
    (invoice_made, AwaitingPayment, "Scan and pay"),
)


def test_a_sale_from_the_first_digit_to_the_next_customer(counter: Counter) -> None:
    counter.play(
        ("wait 1", EnteringAmount, "$0.00"),
        ("touch 1", EnteringAmount, "$0.01"),
        ("touch 2", EnteringAmount, "$0.12"),
        ("touch 5 0", EnteringAmount, "$12.50"),
        (price, EnteringAmount, "1 BTC = $43,623.05, now"),
        ("wait 30", EnteringAmount, "1 BTC = $43,623.05, 30 s ago"),
        ("touch charge", RequestingInvoice, "BlinkPOS: Connecting"),
        (invoice_made, AwaitingPayment, "Café Satoshi"),
        ("touch show-connections", AwaitingPayment, "BlinkPOS: Connecting"),
        (link(ConnectionState.LIVE), AwaitingPayment, "BlinkPOS: Online"),
        ("touch show-connections", AwaitingPayment, "Bitcoin Lightning"),
        ("wait 15", AwaitingPayment, "Paid? Check"),
        ("wait 466", AwaitingPayment, "1:59"),
        (status_arrives(InvoiceStatus.PAID), Paid, "On its way to the merchant"),
        (forwarded, Forwarded, "The merchant has it"),
        ("wait 9", EnteringAmount, "$0.00"),
    )


def test_a_touch_on_success_never_reaches_the_keypad_below(counter: Counter) -> None:
    seven = next(zone for zone in counter.canvas.zones if zone.key == Key.D7).rect.center
    counter.play(
        *CHARGED, (status_arrives(InvoiceStatus.PAID), Paid, "Paid"), (forwarded, Forwarded, "Paid")
    )
    counter.touch_at(seven)
    counter.play(("wait 0.6", Forwarded, "$12.50"))  # too early to have been meant
    counter.touch_at(seven)
    counter.play(("wait 0", EnteringAmount, "$0.00"))


def test_the_keypad_skips_success_and_begins_the_next_sale(counter: Counter) -> None:
    counter.play(
        *CHARGED,
        (status_arrives(InvoiceStatus.PAID), Paid, "$12.50"),
        (forwarded, Forwarded, "28,655\u00a0sats"),
        ("wait 1", Forwarded, "Paid"),
        ("press 7", EnteringAmount, "$0.07"),
    )


def test_success_stays_until_a_key_when_told_to(counters: list[Counter]) -> None:
    opened(counters, replace(RULES, success_s=0)).play(
        *CHARGED,
        (status_arrives(InvoiceStatus.PAID), Paid, "Paid"),
        (forwarded, Forwarded, "Paid"),
        ("wait 3600", Forwarded, "$12.50"),
        ("touch charge", EnteringAmount, "$0.00"),
    )


def test_a_sum_is_corrected_digit_by_digit(counter: Counter) -> None:
    counter.play(
        ("touch 1 0 0 0 plus", EnteringAmount, "$10.00"),
        ("touch 4 5 0 plus 2 5", EnteringAmount, "$14.75"),
        ("wait 0", EnteringAmount, "$10.00"),
        ("wait 0", EnteringAmount, "$4.50"),
        ("wait 0", EnteringAmount, "+ $0.25"),
        ("touch delete", EnteringAmount, "+ $0.02"),
        ("touch delete", EnteringAmount, "$14.50"),
        ("wait 0", EnteringAmount, "+ $0.00"),
        ("touch delete", EnteringAmount, "+ $4.50"),
        ("press clear", EnteringAmount, "$10.00"),
        ("press clear", EnteringAmount, "$0.00"),
    )


def test_a_long_sum_sums_up_its_oldest_items(counter: Counter) -> None:
    counter.play(
        ("touch " + "1 0 0 plus " * 9, EnteringAmount, "$9.00"),
        ("touch 5 0", EnteringAmount, "+ $0.50"),
        ("wait 0", EnteringAmount, "… $3.00"),
        ("touch delete delete delete", EnteringAmount, "+ $1.00"),
        ("wait 0", EnteringAmount, "… $2.00"),
    )


def test_the_charge_key_says_what_it_will_charge(counter: Counter) -> None:
    """With a sum, the number in large letters was the item being typed, not what is charged."""
    counter.play(("touch 1 0 0 0 plus 2 5", EnteringAmount, "+ $0.25"))
    assert counter.canvas.said.count("$10.25") == 2  # the large number and the key
    counter.play(("touch clear clear", EnteringAmount, "$0.00"))
    assert counter.canvas.said.count("$0.00") == 1


def test_a_refused_key_says_why_and_keeps_the_amount(counters: list[Counter]) -> None:
    opened(counters, replace(RULES, max_sale=Sats(20_000))).play(
        ("touch charge", EnteringAmount, "Type an amount first."),
        ("touch 1 2 5 0", EnteringAmount, "$12.50"),
        (price, EnteringAmount, "At most 20,000\u00a0sats."),  # told before the key
        ("touch charge", EnteringAmount, "At most 20,000\u00a0sats."),
        ("wait 1", EnteringAmount, "$12.50"),
        ("touch delete", EnteringAmount, "$1.25"),
        ("touch charge", RequestingInvoice, "$1.25"),
    )


def test_without_a_price_there_is_no_invoice_but_there_are_sats(counter: Counter) -> None:
    counter.play(
        ("touch 5 0 0", EnteringAmount, "price is coming"),
        ("touch charge", FetchingPrice, "Asking for the price"),
        ("wait 13", EnteringAmount, "No fresh price for USD."),
        ("press clear currency 5 0 0", EnteringAmount, "500\u00a0sats"),
        ("touch charge", RequestingInvoice, "500\u00a0sats"),
    )


def low_limit(counter: Counter) -> None:
    counter.story.till = replace(counter.till, limit_left=Cents(1500))
    counter.story.play(RatesFetched(Rates(usd_rate(1.0), usd_rate(1.0))))


def test_a_limit_is_told_while_typing_and_asked_about_before_the_code(counter: Counter) -> None:
    counter.play(
        ("touch 1 4 0 0", EnteringAmount, "$14.00"),
        (low_limit, EnteringAmount, "are left of today's limit."),
        ("touch 0", EnteringAmount, "More than can be forwarded today."),
        ("touch charge", ConfirmingLimit, "It will be forwarded when the limit allows."),
        ("touch clear", EnteringAmount, "$140.00"),
        ("touch charge charge", RequestingInvoice, "$140.00"),
    )


def test_a_sale_above_the_limit_is_refused_if_so_set(counters: list[Counter]) -> None:
    opened(counters, replace(RULES, over_limit=OverLimitPolicy.REFUSE)).play(
        ("touch 1 4 0 0 0", EnteringAmount, "$140.00"),
        (low_limit, EnteringAmount, "More than can be forwarded today."),
        ("touch charge", EnteringAmount, "More than can be forwarded today."),
    )


def test_the_code_stays_with_an_honest_line_while_the_network_is_down(counter: Counter) -> None:
    counter.play(
        *CHARGED,
        (link(ConnectionState.RECONNECTING), AwaitingPayment, "BlinkPOS: Waiting for network"),
        ("wait 5", AwaitingPayment, "The connection is weak"),
        (link(ConnectionState.ASKING), AwaitingPayment, "BlinkPOS: Online, asking"),
        ("wait 10", AwaitingPayment, "Paid? Check"),
        ("touch check", AwaitingPayment, "Asking Blink"),
        (status_arrives(InvoiceStatus.PENDING), AwaitingPayment, "No payment seen yet"),
        ("wait 21", AwaitingPayment, "Asking Blink"),
        (status_arrives(InvoiceStatus.PENDING), AwaitingPayment, "No payment seen yet"),
        ("wait 5", AwaitingPayment, "The connection is weak"),
        ("touch check", AwaitingPayment, "Asking Blink"),
        (status_arrives(InvoiceStatus.PAID), Paid, "Paid"),
    )


def test_a_quiet_code_asks_nothing_and_tells_no_seconds(counter: Counter) -> None:
    counter.play(*CHARGED, (link(ConnectionState.LIVE), AwaitingPayment, "Scan and pay"))
    said, keys = counter.canvas.said, {zone.key for zone in counter.canvas.zones}
    assert keys == {Key.CLEAR, Key.SHOW_BRIGHTNESS, Key.SHOW_CONNECTIONS}
    assert not [words for words in said if "BlinkPOS" in words or ":" in words]


def test_a_merchants_side_that_is_late_is_told_in_words(counter: Counter) -> None:
    counter.play(*CHARGED)
    screen = counter.till.screen
    assert isinstance(screen, AwaitingPayment)
    waiting = replace(screen, payout_ready=False, connection=ConnectionState.LIVE)
    counter.story.till = replace(counter.till, screen=waiting)
    assert not [words for words in counter.canvas.said if "merchant" in words]
    counter.play(("wait 5", AwaitingPayment, "merchant: cannot receive yet"))


def test_an_expired_code_is_made_anew_in_one_key(counter: Counter) -> None:
    counter.play(
        *CHARGED,
        ("wait 601", LeavingCode, "Asking Blink once more"),
        (status_arrives(InvoiceStatus.EXPIRED), CodeExpired, "$12.50 was not paid."),
        (price, CodeExpired, "The code has run out"),
        ("touch charge", CodeExpired, "Asking Blink once more"),
        (status_arrives(InvoiceStatus.EXPIRED), RequestingInvoice, "$12.50"),
    )


def test_cancelling_asks_blink_once_more(counter: Counter) -> None:
    counter.play(
        *CHARGED,
        ("touch clear", LeavingCode, "Asking Blink once more"),
        ("wait 5", EnteringAmount, "$0.00"),
    )


def test_a_payout_that_is_late_frees_the_till_and_is_counted(counter: Counter) -> None:
    counter.play(
        *CHARGED,
        (status_arrives(InvoiceStatus.PAID), Paid, "On its way to the merchant"),
        (forward_lost, Paid, "Paid"),
        ("wait 6", Paid, "the till is free"),
        ("wait 3", EnteringAmount, "1 paid, still on the way to the merchant"),
        ("touch 3", EnteringAmount, "$0.03"),
    )


def test_out_of_service_says_why_counts_down_and_goes_by_itself(counters: list[Counter]) -> None:
    counter = opened(counters)
    counter.story = type(counter.story)()
    counter.play(
        ("wait 1", EnteringAmount, "Starting"),
        (offline, EnteringAmount, "Out of service"),
        ("wait 0", EnteringAmount, "No connection to Blink."),
        ("wait 1", EnteringAmount, "Trying"),
        (online, EnteringAmount, "$0.00"),
    )


def test_the_white_of_the_code_has_two_keys_and_hides_nothing(counter: Counter) -> None:
    counter.play(*CHARGED)
    before = look_of(counter.window).white
    counter.play(
        ("touch show-brightness dimmer dimmer", AwaitingPayment, "Scan and pay"),
        ("touch brighter show-brightness", AwaitingPayment, "$12.50"),
    )
    assert WHITE_LEVELS.index(before) - WHITE_LEVELS.index(look_of(counter.window).white) == 1


def test_the_customers_language_is_a_touch_away_and_goes_with_the_sale(
    counters: list[Counter],
) -> None:
    counter = opened(counters, replace(RULES, languages=("en", "de", "fr")))
    counter.play(
        *CHARGED,
        ("touch language", AwaitingPayment, "Scannen und bezahlen"),
        ("touch language", AwaitingPayment, "Scannez et payez"),
        ("touch language", AwaitingPayment, "Scan and pay"),
        ("touch language", AwaitingPayment, "12,50\u00a0$"),
        (status_arrives(InvoiceStatus.PAID), Paid, "Bezahlt"),
        (forwarded, Forwarded, "12,50\u00a0$"),
        ("touch charge", EnteringAmount, "$0.00"),
        *CHARGED,
        ("touch language", AwaitingPayment, "Scannen und bezahlen"),
        ("touch clear", LeavingCode, "Blink"),
        ("wait 5", EnteringAmount, "$0.00"),
    )


def test_a_code_in_lower_case_is_two_touches_away(counter: Counter) -> None:
    counter.play(
        *CHARGED,
        ("touch show-brightness", AwaitingPayment, "abc"),
        ("touch letter-case", AwaitingPayment, "ABC"),
        ("touch letter-case show-brightness", AwaitingPayment, "Scan and pay"),
    )


def test_a_tip_is_one_touch_or_an_own_amount(counters: list[Counter]) -> None:
    counter = opened(counters, replace(RULES, tips=(5, 10, 15)))
    counter.play(
        ("touch 1 0 0 0", EnteringAmount, "$10.00"),
        (price, EnteringAmount, "$10.00"),
        ("touch charge", ChoosingTip, "$10.00: add a tip?"),
        ("wait 0", ChoosingTip, "+ $1.50"),
        ("wait 0", ChoosingTip, "= $11.50"),
        ("touch plus", ChoosingTip, "Your tip"),
        ("touch 2 0 0", ChoosingTip, "$2.00"),
        ("wait 0", ChoosingTip, "= $12.00"),
        ("touch clear", ChoosingTip, "$0.00"),
        ("touch clear", ChoosingTip, "add a tip?"),
        ("touch 2", RequestingInvoice, "$11.00"),
        (invoice_made, AwaitingPayment, "incl. tip $1.00"),
    )


def test_no_choice_of_a_tip_is_coloured_as_the_right_one(counters: list[Counter]) -> None:
    counter = opened(counters, replace(RULES, tips=(5, 10, 15)))
    counter.play(
        ("touch 1 0 0 0", EnteringAmount, "$10.00"),
        (price, EnteringAmount, "$10.00"),
        ("touch charge", ChoosingTip, "add a tip?"),
    )
    surface, canvas = picture(counter.till, counter.look, SIZE)
    faces = {
        surface.get_at((zone.rect.left + zone.rect.width // 2, zone.rect.top + 5))[:3]
        for zone in canvas.zones
    }
    assert len(faces) == 1
    assert {"1", "2", "3"} <= set(canvas.said)  # the keys of the keypad


def test_the_manager_holds_the_name_and_types_a_pin(counters: list[Counter]) -> None:
    counter = opened(counters, replace(RULES, pin=pin_hash("2468", b"salt")))
    counter.play(
        ("touch menu", EnteringPin, "Manager PIN"),
        ("touch 1 1 1 1 charge", EnteringPin, "Wrong PIN."),
        ("touch 2 4 6 8 charge", ManagerScreen, "Since the last close"),
        ("touch 2", ManagerScreen, "Reading"),
        ("touch 3", ManagerScreen, "Everything has reached the merchant"),
        ("touch 4", ManagerScreen, "Shut down"),
        ("touch clear", EnteringAmount, "$0.00"),
    )


def test_items_are_touched_or_typed_and_charged_from_their_page(
    counters: list[Counter],
) -> None:
    items = (
        QuickItem("Coffee", Decimal("2.50"), "USD"),
        *(QuickItem(f"No. {number}", Decimal(number), "USD") for number in range(2, 15)),
    )
    counter = opened(counters, replace(RULES, items=items))
    counter.play(
        ("touch 3", EnteringAmount, "3 × …"),
        ("touch items", ChoosingItem, "3 × …"),
        ("press 0 1", ChoosingItem, "+ 3 × Coffee"),
        ("press plus 1 4", ChoosingItem, "$21.50"),
        ("touch clear", EnteringAmount, "3 × Coffee  $7.50"),
        ("touch items charge", FetchingPrice, "Asking for the price"),
    )


def test_a_cashier_is_touched_or_typed_and_stands_beside_the_amount(
    counters: list[Counter],
) -> None:
    cashiers = (Cashier("01", "Ana"), Cashier("02", "Bo", pin_hash("4711", b"salt")))
    rules = replace(RULES, cashiers=cashiers, pin=pin_hash("2468", b"salt"))
    counter = opened(counters, rules)
    counter.play(
        ("press 5 charge", ChoosingCashier, "Touch a name, or type its two digits."),
        ("press 0 3", ChoosingCashier, "No cashier has the digits 03."),
        ("press 0 1", EnteringAmount, "01 Ana"),
        ("touch cashier", ChoosingCashier, "02 Bo"),
        ("press 0 2", EnteringPin, "02 Bo"),
        ("touch 4 7 1 1 charge", EnteringAmount, "$0.05"),
        ("touch clear cashier menu", EnteringPin, "Manager PIN"),
        ("touch 2 4 6 8 charge currency", ManagerScreen, "Reading"),
        ("touch clear", EnteringAmount, "02 Bo"),
    )


def test_without_a_pin_the_menu_says_so(counter: Counter) -> None:
    counter.play(("touch menu", EnteringAmount, "Set KIOSK_PIN to use this menu."))


def test_a_stuck_key_is_told_over_the_digit_that_it_has_typed(counter: Counter) -> None:
    """Fault 27: it was told only while nothing was typed."""
    stuck = "The key 5 is stuck."
    counter.play(
        ("press 5", EnteringAmount, "$0.05"),
        (lambda it: it.hand_over(KeyStuck("5")), EnteringAmount, stuck),
        ("press 9", EnteringAmount, stuck),
    )


def test_the_day_is_closed_only_after_a_question(counters: list[Counter]) -> None:
    """Fault 28: closing the day asks first."""
    counter = opened(counters, replace(RULES, pin=pin_hash("2468", b"salt")))
    counter.play(
        ("press menu 2 4 6 8 charge", ManagerScreen, "Close the day"),
        ("touch charge", ManagerScreen, "Close the day now?"),
        ("touch clear", ManagerScreen, "Since the last close"),
    )


def test_the_words_of_the_connections_are_a_tap_away_or_come_by_themselves(
    counter: Counter,
) -> None:
    counter.play(("wait 1", EnteringAmount, "$0.00"))
    assert not any("BlinkPOS" in said for said in counter.canvas.said)
    counter.play(
        ("touch show-connections", EnteringAmount, "BlinkPOS: Online, at rest"),
        ("wait 1", EnteringAmount, "merchant: can receive"),
        ("touch 1", EnteringAmount, "$0.01"),
    )
    assert not any("BlinkPOS" in said for said in counter.canvas.said)


def test_a_till_that_does_not_reach_blink_leads_to_another_network() -> None:
    """Box: a new password of the router made a till without a keyboard useless for good."""
    counter = Counter()
    counter.story = Story()
    counter.story.wait(1)
    facts = DeviceFacts("1.0", "Old router", "192.168.1.5", Internet.NONE)
    shop = Network("New router", "00:11:22:33:44:55", 80, Security.PERSONAL)

    def heard(*events: Event) -> Callable[[Counter], object]:
        return lambda it: it.hand_over(*events)

    counter.play(
        (offline, EnteringAmount, "No connection to Blink."),
        (heard(DeviceFactsResult(facts)), EnteringAmount, "Old router, 192.168.1.5"),
        ("touch wifi", NetworkList, "Looking for networks"),
        (heard(WifiScanResult((shop,))), NetworkList, "New router"),
        ("touch 1", EnteringPassphrase, "Passphrase"),
        (
            lambda it: it.hand_over(*(LetterTyped(Letter(x)) for x in "new secret")),
            EnteringPassphrase,
            "\N{BULLET}",
        ),
        ("touch charge", JoiningNetwork, "Connecting to New router."),
        (heard(WifiJoinResult(WifiNotice.JOINED)), NetworkList, "The network is remembered."),
        (online, NetworkList, "Back"),
        ("touch clear", EnteringAmount, "$0.00"),
    )
    counter.window.close()


def test_the_wifi_key_asks_the_pin_and_the_held_name_works_without_blink(
    counters: list[Counter],
) -> None:
    counter = opened(counters, replace(RULES, pin=pin_hash("2468", b"salt")))
    counter.story = Story(counter.till.rules)
    counter.story.wait(1)
    counter.play(
        (offline, EnteringAmount, "Out of service"),
        ("touch wifi", EnteringPin, "Manager PIN"),
        ("touch 2 4 6 8 charge", NetworkList, "Looking for networks"),
        ("touch clear", ManagerScreen, "About this till"),
        ("touch clear", EnteringAmount, "Out of service"),
        ("touch menu", EnteringPin, "Manager PIN"),
    )
