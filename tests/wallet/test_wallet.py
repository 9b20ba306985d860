"""The Blink door against a Blink on real sockets, good days and bad ones."""

import logging
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from gql import GraphQLRequest
from graphql import build_schema, parse, print_ast, validate

from kiosk.sale.effects import (
    CancelInvoice,
    CloseConnections,
    CloseSale,
    CreatePayout,
    FetchAccount,
    FetchDailyLimit,
    FetchInvoiceStatus,
    FetchRates,
    LookUpPayout,
    OpenSale,
    SendForward,
)
from kiosk.sale.events import (
    AccountFetched,
    AccountFetchFailed,
    CancelInvoiceResult,
    CancelOutcome,
    ConnectionChanged,
    DailyLimitResult,
    InvoiceCreated,
    InvoiceRefused,
    InvoiceStatusResult,
    LookUpOutcome,
    LookUpPayoutResult,
    MerchantWalletResult,
    NodesResult,
    PayoutCreated,
    PayoutNotMade,
    RatesFetched,
    SendForwardResult,
    SendOutcome,
)
from kiosk.sale.facts import Ending
from kiosk.sale.invoice import ExternalId, Invoice, InvoiceStatus, PaymentHash, SaleId, WalletId
from kiosk.sale.money import Sats
from kiosk.sale.screens import ConnectionState
from kiosk.sale.trouble import TroubleKind
from kiosk.settings import Secret
from kiosk.simulate import Fault, Simulator
from kiosk.simulate.prices import CURRENCIES
from kiosk.wallet import documents
from tests.wallet.conftest import Door, endpoints_of, order


def opened(door: Door, number: int = 1) -> tuple[OpenSale, Invoice, Invoice]:
    """A sale up to its payout invoice and its live socket."""
    asked = order(door.fetched_account(), number)
    door.perform(asked)
    invoice = door.wait_for(InvoiceCreated).invoice
    made: list[Invoice] = []
    live = False
    while not (made and live):
        event = door.wait_for_any(PayoutCreated, ConnectionChanged)
        if isinstance(event, PayoutCreated):
            made.append(event.payout)
        live = live or (
            isinstance(event, ConnectionChanged) and event.connection is ConnectionState.LIVE
        )
    return asked, invoice, made[0]


def paid(door: Door, name: PaymentHash) -> None:
    while True:
        result = door.wait_for(InvoiceStatusResult)
        if result.status is InvoiceStatus.PAID:
            assert result.payment_hash == name
            return


def pay_out(door: Door, asked: OpenSale, invoice: Invoice, payout: Invoice) -> SendForwardResult:
    door.perform(
        SendForward(invoice.payment_hash, payout, asked.sale.amount, "BlinkPOS: a", asked.account)
    )
    return door.wait_for(SendForwardResult)


def test_every_document_fits_the_schema_and_blinks_query_cost() -> None:
    schema_file = Path(documents.__file__).parent.parent / "simulate" / "schema.graphql"
    schema = build_schema(schema_file.read_text())
    constants = [
        value for name, value in vars(documents).items() if name.isupper() and name[0] != "_"
    ]
    requests = [value for value in constants if isinstance(value, GraphQLRequest)]
    for request in [*requests, documents.status_of(10)]:
        text = print_ast(request.document)
        assert validate(schema, parse(text)) == []
        fields = sum(line.strip() not in ("", "}") for line in text.splitlines())
        assert fields < (75 if text.startswith("mutation") else 195)


def test_a_visit_learns_what_sales_rely_on(simulator: Simulator, door: Door) -> None:
    account = door.fetched_account()
    assert account.till_wallet == simulator.till.wallet_id
    assert account.merchant_wallet == simulator.merchant.wallet_id
    assert account.network == "regtest"
    assert account.nodes
    assert account.limit_left is not None
    assert account.currencies["USD"].fraction_digits == 2
    assert account.server_unix_s is not None


@pytest.mark.parametrize("via", ["lightning", "blink"])
def test_a_sale_is_seen_by_push_and_forwarded_once(
    simulator: Simulator, door: Door, via: str
) -> None:
    asked, invoice, payout = opened(door)
    before = len(simulator.requests)
    simulator.pay(invoice.payment_request, via=via)  # type: ignore[arg-type]
    paid(door, invoice.payment_hash)
    assert pay_out(door, asked, invoice, payout).answer is SendOutcome.SUCCESS
    assert simulator.merchant.balance_sat == 1234
    assert simulator.till.balance_sat == 0
    asked_in_between = [request.operation for request in simulator.requests[before:]]
    assert asked_in_between.count("lnInvoicePaymentSend") == 1
    door.perform(LookUpPayout(invoice.payment_hash, payout.payment_hash, asked.account))
    assert door.wait_for(LookUpPayoutResult).outcome is LookUpOutcome.SETTLED


def test_paying_a_payout_twice_moves_money_once_m6(simulator: Simulator, door: Door) -> None:
    asked, invoice, payout = opened(door)
    simulator.pay(invoice.payment_request, via="lightning")
    assert pay_out(door, asked, invoice, payout).answer is SendOutcome.SUCCESS
    assert pay_out(door, asked, invoice, payout).answer is SendOutcome.ALREADY_PAID
    assert simulator.merchant.balance_sat == 1234


def test_closing_a_sale_completes_and_leaves_no_socket(
    simulator: Simulator, door: Door, caplog: pytest.LogCaptureFixture
) -> None:
    """Bug 15 of other tills: sockets leaked, and a late close set new timers."""
    caplog.set_level(logging.INFO, logger="kiosk.wallet")
    asked, _, _ = opened(door)
    assert simulator.open_sockets() == 1
    door.perform(CloseSale(asked.sale.id, Ending.PAID))
    door.perform(CloseConnections())
    until_quiet(simulator)
    words = [record.getMessage().split(" sale=")[0] for record in caplog.records]
    assert words == [
        "connecting",
        "connected",
        "authenticated",
        "subscribed",
        "disconnected reason=paid",
    ]
    assert not any(simulator.till.api_key in record.getMessage() for record in caplog.records)


def until_quiet(simulator: Simulator) -> None:
    """Wait until nothing is open; the wallet's own stop would hide a leak."""
    from threading import Event as Flag
    from time import monotonic

    until = monotonic() + 5
    while simulator.open_sockets() or connections_to(simulator.api_url):
        assert monotonic() < until, "still open"
        Flag().wait(0.01)


def connections_to(url: str) -> int:
    """How many TCP connections to a local server are established, by the kernel's own table."""
    port = urlsplit(url).port
    lines = Path("/proc/self/net/tcp").read_text().splitlines()[1:]
    established = [line.split() for line in lines if line.split()[3] == "01"]
    return sum(1 for fields in established if int(fields[2].rpartition(":")[2], 16) == port)


def test_a_cut_socket_is_connected_again_and_catches_up(simulator: Simulator, door: Door) -> None:
    """Bug 24 of other tills: events while offline were lost."""
    _, invoice, _ = opened(door)
    simulator.faults.add(Fault.SOCKET_CUT, times=1)
    simulator.pay(invoice.payment_request, via="lightning")
    paid(door, invoice.payment_hash)


def test_an_event_that_is_lost_is_found_by_asking(simulator: Simulator, door: Door) -> None:
    """Bug 14 of other tills: the socket died, and nothing else looked."""
    _, invoice, _ = opened(door)
    simulator.faults.add(Fault.PAID_EVENT_LOST)
    simulator.pay(invoice.payment_request, via="lightning")
    paid(door, invoice.payment_hash)


def test_a_sale_works_by_asking_when_sockets_are_refused(simulator: Simulator, door: Door) -> None:
    simulator.faults.add(Fault.SOCKET_REFUSED)
    account = door.fetched_account()
    door.perform(order(account))
    invoice = door.wait_for(InvoiceCreated).invoice
    simulator.pay(invoice.payment_request, via="lightning")
    paid(door, invoice.payment_hash)


def test_a_creation_whose_answer_was_lost_is_looked_up_m1(simulator: Simulator, door: Door) -> None:
    account = door.fetched_account()
    simulator.faults.add(Fault.ANSWER_LOST_AFTER, operation="lnInvoiceCreate", times=1)
    door.perform(order(account))
    assert door.wait_for(InvoiceCreated).invoice.amount == 1234
    assert len(simulator.invoices(simulator.till)) == 1


def test_a_payout_whose_answer_was_lost_gets_a_new_id_where_we_may_not_look_m1(
    simulator: Simulator, door: Door
) -> None:
    account = door.fetched_account()
    name = "lnInvoiceCreateOnBehalfOfRecipient"
    simulator.faults.add(Fault.ANSWER_LOST_AFTER, operation=name, times=1)
    asked = order(account)
    door.perform(
        CreatePayout(asked.sale.id, asked.sale.amount, asked.payout_external_id, 1, "m", account)
    )
    payout = door.wait_for(PayoutCreated).payout
    assert payout.external_id.startswith(asked.payout_external_id)
    assert payout.external_id != asked.payout_external_id


@pytest.mark.parametrize("by_key", [False, True])
def test_however_many_payouts_went_wrong_one_is_had_in_the_end_m1(
    simulator: Simulator, by_key: bool
) -> None:
    """Each leaves its external id taken, and once they were all used up for good."""
    ours = {"merchant_username": None, "merchant_key": Secret(simulator.merchant.api_key)}
    door = Door(endpoints_of(simulator, **(ours if by_key else {})))
    account = door.fetched_account()
    make = CreatePayout(SaleId("sale-1"), Sats(1234), ExternalId("sale-1-out"), 1, "m", account)
    simulator.faults.add(Fault.WRONG_AMOUNT)
    for _ in range(25):
        door.perform(make)
        door.wait_for(PayoutNotMade)
    simulator.faults.clear()
    door.perform(make)
    assert door.wait_for(PayoutCreated).payout.amount == 1234
    door.wallet.stop()


def test_a_code_that_would_pay_another_node_is_never_shown(
    simulator: Simulator, door: Door
) -> None:
    account = door.fetched_account()
    simulator.faults.add(Fault.WRONG_PAYEE, operation="lnInvoiceCreate")
    door.perform(order(account))
    assert door.wait_for(InvoiceRefused).trouble.kind is TroubleKind.BLINK_ODD


@pytest.mark.parametrize("fault", [Fault.WRONG_AMOUNT, Fault.WRONG_HASH])
def test_an_invoice_that_is_not_what_was_asked_for_is_refused(
    simulator: Simulator, door: Door, fault: Fault
) -> None:
    account = door.fetched_account()
    simulator.faults.add(fault)
    door.perform(order(account))
    assert door.wait_for(InvoiceRefused).trouble.kind is TroubleKind.BLINK_ODD


def test_a_payout_of_another_payee_is_not_paid_m3(simulator: Simulator, door: Door) -> None:
    account = door.fetched_account()
    asked = order(account)
    door.perform(asked)
    invoice = door.wait_for(InvoiceCreated).invoice
    simulator.faults.add(Fault.WRONG_PAYEE)
    door.perform(CreatePayout(asked.sale.id, asked.sale.amount, "other-out", 1, "m", account))  # type: ignore[arg-type]
    while True:
        payout = door.wait_for(PayoutCreated).payout
        if payout.external_id == "other-out":
            break
    simulator.pay(invoice.payment_request, via="lightning")
    result = pay_out(door, asked, invoice, payout)
    assert result.answer is SendOutcome.GUARDED
    assert simulator.till.balance_sat == 1234


OLD_NODES = frozenset({"02" + "cd" * 32})


def test_a_code_of_a_node_that_is_new_is_shown_after_asking_for_the_nodes(
    simulator: Simulator, door: Door
) -> None:
    """Fault 3: Blink brings a new node up, and sales go on without a restart."""
    account = door.fetched_account()
    door.perform(order(replace(account, nodes=OLD_NODES)))
    assert door.wait_for(NodesResult).nodes == account.nodes
    assert door.wait_for(InvoiceCreated).invoice.amount == 1234


def test_a_payout_of_a_node_that_is_new_is_paid_after_asking_for_the_nodes_m3(
    simulator: Simulator, door: Door
) -> None:
    """Fault 3: the guard judges by the nodes of now, and the till learns them."""
    asked, invoice, payout = opened(door)
    simulator.pay(invoice.payment_request, via="lightning")
    late = replace(asked, account=replace(asked.account, nodes=OLD_NODES))
    assert pay_out(door, late, invoice, payout).answer is SendOutcome.SUCCESS
    result = [event for event in door.seen if isinstance(event, NodesResult)]
    assert [event.nodes for event in result] == [asked.account.nodes]


def test_a_payout_of_an_unknown_node_waits_while_nobody_can_say_which_are_blinks_m3(
    simulator: Simulator, door: Door
) -> None:
    """Fault 3: no answer is no judgement; nothing has been sent."""
    asked, invoice, payout = opened(door)
    simulator.pay(invoice.payment_request, via="lightning")
    simulator.faults.add(Fault.HTTP_502, operation="globals")
    late = replace(asked, account=replace(asked.account, nodes=OLD_NODES))
    assert pay_out(door, late, invoice, payout).answer is SendOutcome.NOT_SENT
    assert simulator.till.balance_sat == 1234


def test_an_empty_list_of_nodes_does_not_open_the_guard_m3(
    simulator: Simulator, door: Door
) -> None:
    """Fault 3: empty means unknown: what is known already stays."""
    asked, invoice, payout = opened(door)
    simulator.pay(invoice.payment_request, via="lightning")
    simulator.faults.add(Fault.NODES_EMPTY)
    late = replace(asked, account=replace(asked.account, nodes=OLD_NODES))
    assert pay_out(door, late, invoice, payout).answer is SendOutcome.GUARDED


@pytest.mark.parametrize(
    ("fault", "answer"),
    [
        (Fault.ANSWER_LOST_AFTER, SendOutcome.LOST),
        (Fault.FAILURE_AFTER, SendOutcome.FAILURE),
        (Fault.MALFORMED_JSON, SendOutcome.LOST),
        (Fault.CAPTIVE_PORTAL, SendOutcome.LOST),
        (Fault.LIMIT_REACHED, SendOutcome.LIMITED),
    ],
)
def test_only_a_clear_success_settles_m6(
    simulator: Simulator, door: Door, fault: Fault, answer: SendOutcome
) -> None:
    """Bugs 6 and 8 of other tills: SUCCESS whatever Blink had answered."""
    asked, invoice, payout = opened(door)
    simulator.pay(invoice.payment_request, via="lightning")
    simulator.faults.add(fault, operation="lnInvoicePaymentSend", times=1)
    assert pay_out(door, asked, invoice, payout).answer is answer
    moved = simulator.merchant.balance_sat == 1234
    door.perform(LookUpPayout(invoice.payment_hash, payout.payment_hash, asked.account))
    assert door.wait_for(LookUpPayoutResult).outcome is (
        LookUpOutcome.SETTLED if moved else LookUpOutcome.NOTHING
    )


def test_a_server_that_is_not_there_is_told_and_nothing_was_sent(simulator: Simulator) -> None:
    door = Door(endpoints_of(simulator, api_url="http://127.0.0.1:1/graphql"))
    door.perform(FetchAccount())
    assert door.wait_for(AccountFetchFailed).trouble.kind is TroubleKind.NO_CONNECTION
    door.wallet.stop()


@pytest.mark.parametrize(
    ("changed", "kind"),
    [
        ({"till_key": Secret("blink_wrong")}, TroubleKind.KEY_REFUSED),
        ({"merchant_username": "nobody_here"}, TroubleKind.MERCHANT_UNKNOWN),
        ({"merchant_username": "till"}, TroubleKind.SAME_WALLET),
        (
            {"merchant_username": None, "merchant_key": Secret("blink_wrong")},
            TroubleKind.MERCHANT_KEY_REFUSED,
        ),
    ],
)
def test_wrong_settings_are_told_by_the_visit(
    simulator: Simulator, changed: dict[str, object], kind: TroubleKind
) -> None:
    door = Door(endpoints_of(simulator, **changed))
    door.perform(FetchAccount())
    assert door.wait_for(AccountFetchFailed).trouble.kind is kind
    door.wallet.stop()


@pytest.mark.parametrize("scopes", [{"READ", "RECEIVE"}, {"WRITE"}, {"READ"}])
def test_a_missing_scope_is_told(simulator: Simulator, scopes: set[str]) -> None:
    key = Secret(simulator.till.new_key(scopes))
    door = Door(endpoints_of(simulator, till_key=key))
    door.perform(FetchAccount())
    assert door.wait_for(AccountFetchFailed).trouble.kind is TroubleKind.KEY_SCOPE
    door.wallet.stop()


def test_a_merchant_who_cannot_receive_is_noticed_at_start_m2(
    simulator: Simulator, door: Door
) -> None:
    simulator.faults.add(Fault.RECEIVE_DISABLED, operation="lnInvoiceCreateOnBehalfOfRecipient")
    door.perform(FetchAccount())
    assert door.wait_for(AccountFetchFailed).trouble.kind is TroubleKind.MERCHANT_CANNOT_RECEIVE


def test_a_merchant_key_with_receive_alone_needs_a_wallet_id(simulator: Simulator) -> None:
    key = Secret(simulator.merchant.new_key({"RECEIVE"}))
    door = Door(endpoints_of(simulator, merchant_username=None, merchant_key=key))
    door.perform(FetchAccount())
    assert door.wait_for(AccountFetchFailed).trouble.kind is TroubleKind.MERCHANT_KEY_SCOPE
    door.wallet.stop()
    wallet_id = simulator.merchant.wallet_id
    door = Door(
        endpoints_of(
            simulator, merchant_username=None, merchant_key=key, merchant_wallet_id=wallet_id
        )
    )
    assert door.fetched_account().merchant_wallet == wallet_id
    door.wallet.stop()


def test_cancelling_and_asking(simulator: Simulator, door: Door) -> None:
    asked, invoice, _ = opened(door)
    name = invoice.payment_hash
    door.perform(CancelInvoice(name, asked.account))
    assert door.wait_for(CancelInvoiceResult).answer is CancelOutcome.CANCELLED
    door.perform(CancelInvoice(name, asked.account))
    assert door.wait_for(CancelInvoiceResult).answer is CancelOutcome.PROCESSED
    simulator.pay(invoice.payment_request, via="blink")  # a Blink wallet still can
    paid(door, name)
    unknown = PaymentHash("ab" * 32)
    door.perform(FetchInvoiceStatus((name, unknown), asked.account, asked_s=12.5))
    results = [door.wait_for(InvoiceStatusResult) for _ in range(2)]
    assert {result.asked_s for result in results} == {12.5}
    status = {result.payment_hash: result.status for result in results}
    assert status == {name: InvoiceStatus.PAID, unknown: InvoiceStatus.UNKNOWN}


def test_rates_and_limits_are_told(door: Door) -> None:
    door.fetched_account()
    door.perform(FetchRates("EUR"))
    rates = door.wait_for(RatesFetched).rates
    assert (rates.shown.currency.code, rates.usd.currency.code) == ("EUR", "USD")
    assert rates.shown.is_fresh(rates.shown.fetched_s)
    door.perform(FetchDailyLimit())
    assert door.wait_for(DailyLimitResult).left is not None


def test_every_currency_of_blink_is_known_with_the_digits_it_serves(door: Door) -> None:
    known = door.fetched_account().currencies
    assert {code: currency.symbol for code, currency in known.items()} == {
        code: currency.symbol for code, currency in CURRENCIES.items()
    }
    assert {code: currency.fraction_digits for code, currency in known.items()} == {
        code: currency.fraction_digits for code, currency in CURRENCIES.items()
    }
    assert known["HUF"].fraction_digits == 0, "ISO 4217 says 2"
    for code in ("JPY", "EUR", "KWD"):
        door.perform(FetchRates(code))
        assert door.wait_for(RatesFetched).rates.shown.currency == known[code]


def test_stopping_leaves_no_thread_and_no_socket(simulator: Simulator, door: Door) -> None:
    opened(door)
    door.wallet.stop()
    assert not door.wallet.alive()
    until_quiet(simulator)


def test_the_wallet_accepted_for_a_user_name_stays_the_one_that_is_tried(
    simulator: Simulator,
) -> None:
    """Box fault 34: whoever moved the user name moved the payouts with it."""
    accepted = WalletId(simulator.merchant.wallet_id)
    door = Door(endpoints_of(simulator, merchant_username="stranger"))
    door.perform(FetchAccount(accepted))
    assert door.wait_for(MerchantWalletResult).wallet != accepted
    account = door.wait_for(AccountFetched).account
    assert account.merchant_wallet == accepted
    made = [
        request for request in simulator.requests if request.operation.startswith("lnInvoiceCreate")
    ]
    assert [request.variables["input"]["recipientWalletId"] for request in made] == [accepted]
    door.wallet.stop()
