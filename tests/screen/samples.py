"""Tills in every state, for pictures and tests; the invoice is as long as Blink's are."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal
from functools import cache
from types import MappingProxyType

from kiosk.commands.error_screen import wrong_settings
from kiosk.sale.account import WindDown
from kiosk.sale.books import CashierSums, CloseReport, CurrencySums, ReceiptNumber
from kiosk.sale.cashier import Cashier
from kiosk.sale.days import DAY_S
from kiosk.sale.device import DeviceFacts, DeviceNotice, Internet
from kiosk.sale.entry import Entry
from kiosk.sale.facts import Ending, ForwardStatus, Sale
from kiosk.sale.hours import HourSums
from kiosk.sale.invoice import (
    ExternalId,
    Invoice,
    InvoiceStatus,
    PaymentHash,
    PaymentRequest,
    SaleId,
)
from kiosk.sale.letters import KeyboardLayer
from kiosk.sale.manager_screens import (
    CashierLogin,
    DeviceScreen,
    EnteringPin,
    ManagerPage,
    ManagerScreen,
    ReceiptScreen,
    RefundScreen,
    SaleScreen,
)
from kiosk.sale.money import SAT, Cents, Fiat, Sats
from kiosk.sale.quick_item import QuickItem
from kiosk.sale.receipt import Shop, sale_receipt
from kiosk.sale.refund import RefundReason
from kiosk.sale.rules import ReceiptRule
from kiosk.sale.sale_record import RefundRecord, SaleDetails, SaleRecord, SaleState
from kiosk.sale.sales_list import SalesDay, SalesList, SalesPlace
from kiosk.sale.screens import (
    AcceptingDigits,
    AwaitingPayment,
    CheckingLimit,
    ChoosingCashier,
    ChoosingItem,
    ChoosingTip,
    CodeDetail,
    CodeExpired,
    ConfirmingLimit,
    ConnectionState,
    EnteringAmount,
    FetchingPrice,
    Forwarded,
    LeavingCode,
    Paid,
    ReceivedDirectly,
    RequestingInvoice,
    SaleFailed,
    SaleReceived,
    Screen,
)
from kiosk.sale.tax import SaleLine, TaxRate, TaxShare
from kiosk.sale.till import Alarm, FetchingAccount, Forward, Ready, Till
from kiosk.sale.totals import Totals
from kiosk.sale.trouble import Trouble, TroubleKind
from kiosk.sale.wifi import (
    EnteringPassphrase,
    JoiningNetwork,
    Network,
    NetworkList,
    OpenNetwork,
    Security,
    WifiNotice,
)
from kiosk.settings import TABLE
from kiosk.settings.items import COLOURS
from tests.sale.tills import ACCOUNT, JPY, RULES, USD, rates, usd_rate
from tests.screen.first_run_samples import first_run_screens
from tests.screen.settings_samples import settings_screens

NOW_S = 1000.0
ENTRY = Entry(USD, typed=1250)
REQUEST = PaymentRequest("lnbcrt286550n1p5" + "qz7r9x8gf2tvdw0s3jn54khce6mua7l" * 11)
INVOICE = Invoice(
    PaymentHash("ab" * 32), REQUEST, Sats(28_655), ExternalId("x"), 1_700_000_600, 600
)
SALE = Sale(
    SaleId("till-1-boot-1"), Sats(28_655), Fiat(1250, USD), usd_rate(NOW_S), 1_700_000_000, "memo"
)
TIPPED = replace(SALE, amount=Sats(31_521), tip=Sats(2866), tip_minor=125)
HUNDREDS = replace(SALE, amount=Sats(286_550), price=Fiat(12_500, USD))
AWAITING = AwaitingPayment(
    SALE, ENTRY, INVOICE, NOW_S - 3, NOW_S + 597, ConnectionState.LIVE, payout_ready=True
)
TOTALS = Totals(
    0,
    12,
    Sats(340_000),
    Sats(1000),
    Sats(330_000),
    (
        CurrencySums(JPY, 2, 2_750, 0, Sats(45_000), Sats(0)),
        CurrencySums(USD, 9, 14_582, 250, Sats(255_000), Sats(1000)),
        CurrencySums(SAT, 1, 40_000, 0, Sats(40_000), Sats(0), (), (Fiat(1_745, USD),)),
    ),
)
VAT = TaxRate("VAT", 1900)
QUICK_ITEMS = (
    QuickItem("Coffee to go", Decimal("2.50"), "USD", "", "brown"),
    QuickItem("Tea", Decimal(2), "EUR", "reduced", "green"),
    *(
        QuickItem(f"Slice of cake with cream {number}", Decimal(number), "JPY", "", colour)
        for number, colour in enumerate((*COLOURS, "", *COLOURS, ""), start=350)
    ),
)
CASHIERS = (
    Cashier("01", "Ana"),
    Cashier("02", "Bo", "scrypt$"),
    *(Cashier(f"{number:02d}", f"Maximiliane {number}") for number in range(3, 12)),
)
CLOSE = CloseReport(
    ReceiptNumber(1, 57),
    1_699_914_000,
    1_700_000_000,
    "",
    (
        CurrencySums(
            USD,
            9,
            14_582,
            250,
            Sats(255_000),
            Sats(1000),
            (TaxShare(VAT, 10_000, 1_597), TaxShare(TaxRate("reduced", 700), 4_582, 300)),
        ),
        CurrencySums(SAT, 1, 40_000, 0, Sats(40_000), Sats(0), (), (Fiat(1_745, USD),)),
    ),
    (),
    (CurrencySums(USD, 1, 420, 0, Sats(9_200), Sats(0)),),
    (CurrencySums(USD, 1, 500, 0, Sats(8_800), Sats(0), (TaxShare(VAT, 500, 80),)),),
    1,
    Sats(9_200),
)
HOURS = tuple(
    HourSums(date(2023, 11, 14), hour, USD, sats // 4000, sats // 20, 0, Sats(sats))
    for hour, sats in {8: 12_000, 9: 31_000, 10: 8_000, 12: 74_000, 13: 66_000, 17: 21_000}.items()
)
DAY = SalesDay(1_699_920_000, 1_700_006_400, TOTALS)


def past(state: SaleState, sale: Sale = SALE, **changed: object) -> SaleRecord:
    """A sale of the list, as the journal has it."""
    paid = sale.started_at + 20 if state in _PAID else None
    moved = paid + 1 if paid is not None and state is SaleState.FORWARDED else None
    record = SaleRecord(
        sale, state, False, None, paid, moved, INVOICE.payment_hash, PaymentHash("cd" * 32)
    )
    return replace(record, **changed)  # type: ignore[arg-type]


_PAID = (SaleState.PAID, SaleState.STOPPED, SaleState.FORWARDED, SaleState.RECEIVED)
FORWARDED = past(SaleState.FORWARDED, TIPPED)
STOPPED = past(SaleState.STOPPED, late=True, trouble=Trouble(TroubleKind.LIMIT_REACHED, SALE.id))
PLACE = SalesPlace(4, 0)
SALES = SalesList(
    (
        DAY,
        FORWARDED,
        past(SaleState.PAID),
        STOPPED,
        past(SaleState.CANCELLED),
        replace(DAY, start=DAY.start - 86_400, end=DAY.start),
        past(SaleState.EXPIRED, replace(SALE, started_at=SALE.started_at - 86_400)),
    ),
    end=PLACE,
)
FACTS = DeviceFacts(
    "0.1.0",
    "Café Satoshi 5 GHz",
    "192.168.178.123",
    Internet.FULL,
    12_345_678,
    360_000,
    SALE.started_at,
)
DETAILS = SaleDetails(FORWARDED, INVOICE, payments=1, next_refund_part=1)


SHOP = Shop(
    "Café Satoshi",
    ("Marktplatz 5", "8001 Zürich"),
    "CHE-123.456.789",
    ("Welcome!",),
    ("Thank you", "www.cafe-satoshi.example"),
)
RECEIPTED = replace(
    DETAILS,
    record=replace(
        FORWARDED,
        sale=replace(
            TIPPED,
            lines=(
                SaleLine(750, VAT, "Cappuccino", 2),
                SaleLine(500, TaxRate("reduced", 700), "Poppy seed roll"),
            ),
        ),
    ),
    receipt=ReceiptNumber(1, 57),
    cashier="Ada",
    taxes=(TaxShare(VAT, 750, 120), TaxShare(TaxRate("reduced", 700), 500, 33)),
)
REFUND = RefundRecord(
    1,
    ReceiptNumber(1, 3),
    500,
    0,
    Sats(11_462),
    RefundReason.RETURNED,
    "Ada",
    1_700_003_600,
    (TaxShare(TaxRate("reduced", 700), 500, 33),),
)
REFUNDED = replace(RECEIPTED, refund_records=(REFUND,))
REFUND_2 = replace(REFUND, part=2, number=ReceiptNumber(1, 8), minor=200, tip_minor=0, taxes=())
REFUNDED_TWICE = replace(REFUNDED, refund_records=(REFUND, REFUND_2))


DIRECT_SALE = replace(SALE, direct=True)
DIRECT_RULES = replace(RULES, direct=True)


def till(screen: Screen, **changed: object) -> Till:
    made = Till(
        replace(RULES, tips=(5, 10, 15)),
        screen,
        now_s=NOW_S,
        unix_s=1_700_000_000,
        service=Ready(),
        account=ACCOUNT,
        rates=rates(NOW_S),
        limit_left=Cents(200_000),
    )
    return replace(made, **changed)  # type: ignore[arg-type]


@cache
def every_view() -> Mapping[str, Till]:
    """A till for every view there is."""
    views = {
        "starting": till(EnteringAmount(Entry(USD)), service=FetchingAccount(), account=None),
        "idle": till(EnteringAmount(Entry(USD))),
        "amount": till(EnteringAmount(ENTRY)),
        "converted": till(EnteringAmount(replace(ENTRY, items=(1000,)), shown=SAT)),
        "longest": till(EnteringAmount(Entry(USD, typed=999_999_999_999))),
        "sum": till(EnteringAmount(Entry(USD, typed=250, items=(1000, 450, 99_999_99)))),
        "long-sum": till(EnteringAmount(Entry(USD, typed=325, items=tuple(range(100, 2500, 75))))),
        "sum-refused": till(
            EnteringAmount(
                Entry(USD, typed=325, items=(1000, 450, 250)), Trouble(TroubleKind.NO_RATE, "USD")
            )
        ),
        "last-sales": till(EnteringAmount(Entry(USD)), last_sales=SALES.sales * 3),
        "limit": till(EnteringAmount(replace(ENTRY, typed=190_000))),
        "alarm": till(
            EnteringAmount(Entry(USD)),
            alarms=(Alarm(Trouble(TroubleKind.PAID_TWICE, SALE.id), SALE.id),),
        ),
        "wrong-items": till(
            EnteringAmount(Entry(USD)),
            alarms=(Alarm(wrong_settings([f"items.csv: line {line}" for line in range(2, 52)])),),
        ),
        "wrong-settings": till(
            EnteringAmount(Entry(USD)), settings_trouble=wrong_settings([*TABLE][:7])
        ),
        "no-copy": till(
            EnteringAmount(Entry(USD)),
            alarms=(Alarm(Trouble(TroubleKind.COPY_STICK_FULL)),),
        ),
        "recovered": till(EnteringAmount(Entry(USD)), interrupted_sales=(SALE,)),
        "stuck": till(EnteringAmount(Entry(USD)), stuck_keys=("5",)),
        "pricing": till(FetchingPrice(ENTRY, NOW_S)),
        "tipping": till(ChoosingTip(ENTRY)),
        "own-tip": till(ChoosingTip(ENTRY, Entry(USD, typed=100))),
        "confirming": till(ConfirmingLimit(ENTRY, Trouble(TroubleKind.OVER_LIMIT, "1234567"))),
        "price-jumped": till(
            ConfirmingLimit(
                ENTRY,
                Trouble(TroubleKind.PRICE_JUMPED, "USD"),
                prices=(usd_rate(), replace(usd_rate(), base=usd_rate().base * 2)),
            )
        ),
        "accepting-digits": till(AcceptingDigits(replace(USD, fraction_digits=0), 2, ENTRY)),
        "checking-limit": till(CheckingLimit(ENTRY, NOW_S)),
        "requesting": till(RequestingInvoice(SALE, ENTRY, NOW_S)),
        "invoice": till(AWAITING),
        "invoice-tip": till(replace(AWAITING, sale=TIPPED, connection=ConnectionState.ASKING)),
        "invoice-late": till(
            replace(AWAITING, sale=TIPPED, shown_s=NOW_S - 500, ends_s=NOW_S + 75)
        ),
        "invoice-brightness": till(replace(AWAITING, detail=CodeDetail.BRIGHTNESS)),
        "invoice-lower-case": till(
            replace(AWAITING, lower_case=True, detail=CodeDetail.BRIGHTNESS)
        ),
        "invoice-languages": till(
            replace(AWAITING, shown_s=NOW_S - 20),
            rules=replace(RULES, languages=("en", "de", "ja")),
        ),
        "invoice-hundreds": till(replace(AWAITING, sale=HUNDREDS)),
        "invoice-thousands": till(
            replace(AWAITING, sale=replace(HUNDREDS, price=Fiat(125_000, USD)))
        ),
        "invoice-connections": till(
            replace(AWAITING, shown_s=NOW_S - 20, detail=CodeDetail.CONNECTIONS)
        ),
        "reconnecting": till(replace(AWAITING, connection=ConnectionState.RECONNECTING)),
        "under-way": till(replace(AWAITING, notice=Trouble(TroubleKind.PAYMENT_UNDER_WAY))),
        "not-yet": till(replace(AWAITING, checked_s=NOW_S)),
        "leaving": till(LeavingCode(AWAITING, Ending.CANCELLED, NOW_S)),
        "expired": till(CodeExpired(SALE, ENTRY, NOW_S)),
        "expired-asking": till(CodeExpired(SALE, ENTRY, NOW_S, asking_s=NOW_S)),
        "late-money": till(EnteringAmount(Entry(USD)), late_money=(SALE,)),
        "paid": till(Paid(SALE, INVOICE.payment_hash, NOW_S - 1)),
        "paid-late": till(Paid(SALE, INVOICE.payment_hash, NOW_S - 6)),
        "forwarded": till(Forwarded(SALE, NOW_S - 1)),
        "direct-code": till(replace(AWAITING, sale=DIRECT_SALE), rules=DIRECT_RULES),
        "direct-unproven": till(
            replace(
                AWAITING,
                sale=DIRECT_SALE,
                notice=Trouble(TroubleKind.PAYMENT_UNPROVEN, str(SALE.amount)),
            ),
            rules=DIRECT_RULES,
        ),
        "direct-received": till(SaleReceived(DIRECT_SALE, NOW_S - 1), rules=DIRECT_RULES),
        "received": till(ReceivedDirectly(Sats(2100), NOW_S - 1)),
        "pin": till(EnteringPin("1234")),
        "pin-wrong": till(EnteringPin("", Trouble(TroubleKind.PIN_LOCKED, "60"))),
    }
    views |= _box_views()
    views |= _unreachable_views()
    views |= {name: till(screen) for name, screen in first_run_screens().items()}
    views |= {name: till(screen) for name, screen in settings_screens().items()}
    views["direct-totals"] = till(
        ManagerScreen(
            ManagerPage.TOTALS,
            totals=replace(TOTALS, forwarded=Sats(0), received=TOTALS.amount),
            since_close=replace(TOTALS, received=Sats(10_000)),
            sales=SALES,
            since_s=NOW_S,
        ),
        rules=DIRECT_RULES,
    )
    views |= _receipt_views()
    views["tax"] = till(
        EnteringAmount(replace(ENTRY, tax=1)),
        rules=replace(RULES, taxes=(VAT, TaxRate("reduced", 700))),
    )
    views |= _cashier_views()
    views |= _item_views()
    views["hours"] = till(
        ManagerScreen(ManagerPage.TOTALS, 0, TOTALS, TOTALS, SALES, NOW_S, hours=HOURS)
    )
    closed = ManagerScreen(ManagerPage.TOTALS, 1, TOTALS, TOTALS, closes=(CLOSE,))
    views["close-report"] = till(closed)
    views["closing"] = till(
        ManagerScreen(ManagerPage.TOTALS, 0, TOTALS, TOTALS, SALES, NOW_S, closing=True)
    )
    for page in ManagerPage:
        views[page.value] = till(ManagerScreen(page, 0, TOTALS, TOTALS, SALES, NOW_S))
    views |= _sale_views()
    for kind in TroubleKind:
        trouble = Trouble(kind, "merchant_name_20_long")
        views[f"refused-{kind}"] = till(EnteringAmount(ENTRY, trouble))
        views[f"stopped-{kind}"] = till(SaleFailed(trouble, ENTRY))
        waiting = FetchingAccount(3, NOW_S + 17, trouble)
        views[f"out-{kind}"] = till(EnteringAmount(Entry(USD)), service=waiting)
    return MappingProxyType(views)


def _cashier_views() -> dict[str, Till]:
    """Who is chosen to sell, shown while an amount is typed, and on the manager's page."""
    rules = replace(RULES, cashiers=CASHIERS, pin="scrypt$", taxes=(VAT,))
    ana = CASHIERS[0]
    chosen = till(ChoosingCashier(Entry(USD)), rules=rules, cashier=ana)
    taken = (
        CashierSums(ana.label, TOTALS.sums),
        CashierSums(CASHIERS[1].label, TOTALS.sums[1:2], CLOSE.refunded),
        CashierSums("", TOTALS.sums[2:]),
    )
    page = ManagerScreen(ManagerPage.TOTALS, 0, TOTALS, TOTALS, cashiers=taken, by_cashier=True)
    return {
        "cashiers": replace(chosen, cashier=None),
        "cashiers-own": replace(chosen, screen=ChoosingCashier(Entry(USD), today=taken[0])),
        "cashiers-few": replace(
            chosen, rules=replace(rules, cashiers=CASHIERS[:3]), screen=ChoosingCashier(ENTRY, "0")
        ),
        "cashiers-unknown": replace(
            chosen,
            screen=ChoosingCashier(ENTRY, notice=Trouble(TroubleKind.CASHIER_UNKNOWN, "77")),
        ),
        "cashier-pin": replace(chosen, screen=EnteringPin("12", opens=CashierLogin(ana, ENTRY))),
        "cashier-idle": replace(chosen, screen=EnteringAmount(Entry(USD))),
        "cashier-none": replace(chosen, screen=EnteringAmount(Entry(USD)), cashier=None),
        "cashier-amount": replace(chosen, screen=EnteringAmount(ENTRY)),
        "totals-by-cashier": replace(chosen, screen=page),
        "totals-no-cashier": replace(chosen, screen=replace(page, cashiers=())),
        "sale-of-cashier": till(
            SaleScreen(
                replace(DETAILS, cashier=ana.label),
                ManagerScreen(ManagerPage.HISTORY, 0, TOTALS, TOTALS, SALES, NOW_S),
            )
        ),
    }


def _item_views() -> dict[str, Till]:
    """The quick items, and a sum with some of them."""
    rules = replace(RULES, items=QUICK_ITEMS)
    some = replace(
        Entry(USD),
        items=(750, 200, 450),
        item_names=(("Coffee to go", 3), ("", 1), ("Tea", 1)),
    )
    return {
        "items": till(ChoosingItem(Entry(USD)), rules=rules),
        "items-taken": till(ChoosingItem(some), rules=rules),
        "items-times": till(ChoosingItem(some, top=12, times=12), rules=rules),
        "items-few": till(ChoosingItem(some, "0"), rules=replace(rules, items=QUICK_ITEMS[:3])),
        "items-key": till(EnteringAmount(Entry(USD)), rules=rules),
        "items-number": till(EnteringAmount(replace(some, typed=12)), rules=rules),
        "items-sum": till(EnteringAmount(some), rules=rules),
    }


def _sale_views() -> dict[str, Till]:
    """Sales in the list, one opened, and forwards that wait."""
    manager = ManagerScreen(ManagerPage.HISTORY, 0, TOTALS, TOTALS, SALES, NOW_S)
    page = SaleScreen(DETAILS, manager, since_s=NOW_S)
    stopped = replace(page, details=replace(DETAILS, record=STOPPED))
    refund = RefundScreen(page, Entry(USD), since_s=NOW_S)
    forward = Forward(SALE, INVOICE, None, ForwardStatus.FAILED, NOW_S + 900)
    limited = replace(forward, trouble=Trouble(TroubleKind.LIMIT_REACHED))
    waiting = (
        replace(forward, due_s=NOW_S + 30),
        limited,
        replace(forward, busy=True),
        replace(limited, status=ForwardStatus.STOPPED),
    )
    forwards = {
        PaymentHash(f"{number:064x}"): waiting_forward
        for number, waiting_forward in enumerate(waiting)
    }
    return {
        "sales-reading": till(replace(manager, sales=SalesList())),
        "sales-odd": till(replace(manager, sales=replace(SALES, odd=True))),
        "sales-none": till(replace(manager, sales=SalesList(()))),
        "sale": till(page),
        "refund-amount": till(refund),
        "refund-reason": till(replace(refund, minor=500)),
        "refund-how": till(replace(refund, minor=500, reason=RefundReason.RETURNED)),
        "sale-asking": till(replace(stopped, asking=True)),
        "sale-answered": till(replace(stopped, answer=InvoiceStatus.EXPIRED)),
        "sale-no-code": till(
            replace(page, details=SaleDetails(past(SaleState.REFUSED, payment_hash=None)))
        ),
        "forwards-waiting": till(
            replace(manager, page=ManagerPage.FORWARDS), forwards=MappingProxyType(forwards)
        ),
    }


def _receipt_views() -> dict[str, Till]:
    """Receipts: offered, as a code for the customer, and the printer's trouble."""
    asks = replace(RULES, receipts=ReceiptRule.ASK, has_printer=True, shop=SHOP)
    page = SaleScreen(REFUNDED, ManagerScreen(ManagerPage.HISTORY, sales=SALES), since_s=NOW_S)
    closes = ManagerScreen(ManagerPage.TOTALS, 1, TOTALS, TOTALS, closes=(CLOSE,))
    return {
        "paid-receipt": till(Paid(SALE, INVOICE.payment_hash, NOW_S - 1), rules=asks),
        "forwarded-receipt": till(Forwarded(SALE, NOW_S - 1), rules=asks),
        "forwarded-printed": till(Forwarded(SALE, NOW_S - 1), rules=asks, printed=SALE.id),
        "receipt": till(ReceiptScreen(RECEIPTED, since_s=NOW_S), rules=asks),
        "receipt-refunded": till(ReceiptScreen(REFUNDED, page, since_s=NOW_S), rules=asks),
        "receipt-of-refund": till(
            ReceiptScreen(REFUNDED_TWICE, page, refund=1, since_s=NOW_S), rules=asks
        ),
        "receipt-printed": till(
            ReceiptScreen(REFUNDED, page, printed=True, since_s=NOW_S), rules=asks
        ),
        "close-printable": till(closes, rules=asks),
        "printer-no-paper": till(
            EnteringAmount(Entry(USD)),
            rules=asks,
            printer_trouble=Trouble(TroubleKind.PRINTER_NO_PAPER),
        ),
        "unprinted-one": till(
            EnteringAmount(Entry(USD)), rules=asks, unprinted=(sale_receipt(RECEIPTED, SHOP),)
        ),
        "unprinted-many": till(
            EnteringAmount(Entry(USD)),
            rules=replace(asks, items=QUICK_ITEMS),
            unprinted=(sale_receipt(RECEIPTED, SHOP),) * 3,
        ),
    }


def _unreachable_views() -> dict[str, Till]:
    """How far a till out of service reaches, and what it knows of itself."""
    waiting = FetchingAccount(3, NOW_S + 17, Trouble(TroubleKind.NO_CONNECTION))
    unreachable = till(EnteringAmount(Entry(USD)), service=waiting)
    return {
        "unreachable-network": replace(unreachable, device=replace(FACTS, network="", address="")),
        "unreachable-internet": replace(unreachable, device=replace(FACTS, internet=Internet.NONE)),
        "unreachable-blink": replace(unreachable, device=FACTS),
        "about": till(DeviceScreen(NOW_S), device=FACTS),
        "about-unknown": till(DeviceScreen(NOW_S)),
    }


NAMELESS = Network("", "", 0, Security.PERSONAL, hidden=True)


def _box_views() -> dict[str, Till]:
    """The page of the device with its news, and the screens of the Wi-Fi."""
    shop = Network("Café Satoshi 5 GHz", "00:11:22:33:44:55", 82, Security.PERSONAL)
    seen = (
        replace(shop, name="Shop", in_use=True),
        shop,
        replace(shop, name="A network whose name is 32 long.", signal=61),
        replace(shop, name="Free airport", security=Security.OPEN, signal=40),
        replace(shop, name="Office", security=Security.OTHER, signal=7),
        replace(shop, name="sixth"),
    )
    spelled = EnteringPassphrase(shop, "correct horse")
    views = {
        "wifi-looking": till(NetworkList(since_s=NOW_S)),
        "wifi": till(NetworkList(seen, since_s=NOW_S)),
        "wifi-more": till(NetworkList(seen, top=1, since_s=NOW_S)),
        "wifi-none": till(NetworkList((), since_s=NOW_S)),
        "wifi-open": till(OpenNetwork(seen[2], NOW_S)),
        "wifi-hidden": till(EnteringPassphrase(NAMELESS, "Back office", since_s=NOW_S)),
        "wifi-hidden-empty": till(EnteringPassphrase(NAMELESS, since_s=NOW_S)),
        "wifi-hidden-named": till(
            EnteringPassphrase(replace(NAMELESS, name="Back office"), since_s=NOW_S)
        ),
        "wifi-joining": till(JoiningNetwork(seen[2], NOW_S)),
    }
    for layer in KeyboardLayer:
        views[f"passphrase-{layer}"] = till(replace(spelled, layer=layer, typed="x" * 20))
    for notice in WifiNotice:
        views[f"wifi-{notice}"] = till(NetworkList(seen, notice=notice, since_s=NOW_S))
        views[f"passphrase-{notice}"] = till(replace(spelled, notice=notice))
    ends = WindDown("PRE_CUTOFF", 1_700_000_000 + 90 * DAY_S, None)
    views["box-account-ends"] = till(
        ManagerScreen(ManagerPage.DEVICE, 0, TOTALS, TOTALS, SALES, NOW_S),
        account=replace(ACCOUNT, wind_down=ends, key_ends_at=1_700_000_000 + 20 * DAY_S),
    )
    views["box-key-left"] = till(
        ManagerScreen(ManagerPage.DEVICE, 0, TOTALS, TOTALS, SALES, NOW_S),
        rules=replace(DIRECT_RULES, keys_left=("BLINKPOS_API_KEY", "MERCHANT_API_KEY")),
    )
    for news in DeviceNotice:
        views[f"box-{news}"] = till(
            ManagerScreen(ManagerPage.DEVICE, 0, TOTALS, TOTALS, SALES, NOW_S, news)
        )
    return views
