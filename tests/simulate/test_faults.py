import http.client
import json
import time
from typing import Any

import pytest

from kiosk.simulate import Fault, Faults, ManualClock, Simulator
from kiosk.simulate.faults import table
from tests.simulate.conftest import Client, eventually

# What a client of http.client sees when the connection goes before the answer is whole.
CUT = (http.client.HTTPException, OSError)


def test_a_switch_is_for_an_operation_and_is_used_up() -> None:
    faults = Faults()
    faults.add(Fault.DB_ERROR, "me", times=2)
    assert faults.take(Fault.DB_ERROR, "globals") is None
    assert faults.take(Fault.LND_OFFLINE, "me") is None
    taken = [faults.take(Fault.DB_ERROR, "me") is not None for _ in range(3)]
    assert taken == [True, True, False]
    assert faults.struck(Fault.DB_ERROR) == 2
    assert faults.active() == ()


def test_switches_stay_until_they_are_cleared() -> None:
    faults = Faults()
    faults.add(Fault.DB_ERROR)
    faults.add(Fault.LND_OFFLINE)
    assert all(faults.take(Fault.DB_ERROR, "me") for _ in range(10))
    faults.clear(Fault.DB_ERROR)
    assert [on.fault for on in faults.active()] == [Fault.LND_OFFLINE]
    faults.clear()
    assert faults.active() == ()


def test_faults_are_found_by_name_and_every_one_says_what_it_means() -> None:
    assert Fault.parse("ANSWER_LOST_AFTER") is Fault.ANSWER_LOST_AFTER
    assert Fault.parse("answer-lost-after") is Fault.ANSWER_LOST_AFTER
    with pytest.raises(ValueError, match="no fault called gremlins"):
        Fault.parse("gremlins")
    assert len(table().splitlines()) == len(Fault)
    assert all(fault.meaning for fault in Fault)


@pytest.mark.parametrize(
    ("fault", "happened"),
    [
        (Fault.REQUEST_LOST, False),
        (Fault.ANSWER_LOST_AFTER, True),
        (Fault.ANSWER_CUT, True),
    ],
)
def test_a_connection_can_drop_before_or_after(
    simulator: Simulator, rich_till: Client, merchant: Client, fault: Fault, happened: bool
) -> None:
    request = merchant.invoice(simulator.merchant)["paymentRequest"]
    simulator.faults.add(fault, "lnInvoicePaymentSend", times=1)
    with pytest.raises(CUT):
        rich_till.send(simulator.till, request)
    assert simulator.merchant.balance_sat == (1000 if happened else 0)
    status = rich_till.send(simulator.till, request)["status"]
    assert status == ("ALREADY_PAID" if happened else "SUCCESS")


@pytest.mark.parametrize(
    ("fault", "happened"), [(Fault.NEVER_ANSWERED, False), (Fault.NEVER_ANSWERED_AFTER, True)]
)
def test_an_answer_can_never_come(
    simulator: Simulator, till: Client, fault: Fault, happened: bool
) -> None:
    simulator.faults.add(fault, times=1)
    with pytest.raises(TimeoutError):
        till.post(*creation(simulator), timeout_s=0.1)
    assert len(simulator.invoices(simulator.till)) == int(happened)


def creation(simulator: Simulator) -> tuple[str, dict[str, Any]]:
    document = (
        "mutation M($input: LnInvoiceCreateInput!) { lnInvoiceCreate(input: $input) "
        "{ errors { message code } invoice { paymentHash paymentStatus } } }"
    )
    return document, {"input": {"walletId": simulator.till.wallet_id, "amount": 1}}


@pytest.mark.parametrize(
    ("fault", "status", "made"),
    [
        (Fault.HTTP_401, 401, 0),
        (Fault.HTTP_403, 403, 0),
        (Fault.HTTP_404, 404, 0),
        (Fault.HTTP_408, 408, 0),
        (Fault.HTTP_429, 429, 0),
        (Fault.HTTP_502, 502, 0),
        (Fault.HTTP_503, 503, 0),
        (Fault.HTTP_504, 504, 0),
        (Fault.HTTP_511, 511, 0),
        (Fault.HTTP_504_AFTER, 504, 1),
        (Fault.CAPTIVE_PORTAL, 200, 0),
    ],
)
def test_a_proxy_answers_in_html(
    simulator: Simulator, till: Client, fault: Fault, status: int, made: int
) -> None:
    simulator.faults.add(fault, "lnInvoiceCreate", times=1)
    answer = till.post(*creation(simulator))
    assert (answer.status, answer.content_type) == (status, "text/html")
    assert len(simulator.invoices(simulator.till)) == made
    assert till.post(*creation(simulator)).status == 200


def test_an_answer_can_be_nonsense(simulator: Simulator, till: Client) -> None:
    simulator.faults.add(Fault.MALFORMED_JSON, times=1)
    with pytest.raises(json.JSONDecodeError):
        _ = till.post(*creation(simulator)).json
    simulator.faults.add(Fault.WRONG_SHAPE, times=1)
    assert isinstance(till.post(*creation(simulator)).json, list)
    simulator.faults.add(Fault.NULL_FIELDS, times=1)
    payload = till.post(*creation(simulator)).json["data"]["lnInvoiceCreate"]
    assert payload == {"errors": None, "invoice": None}
    simulator.faults.add(Fault.UNKNOWN_STATUS, times=1)
    payload = till.post(*creation(simulator)).json["data"]["lnInvoiceCreate"]
    assert payload["invoice"]["paymentStatus"] == "FROZEN"


@pytest.mark.parametrize("fault", [Fault.DELAY_REQUEST, Fault.DELAY_ANSWER])
def test_either_way_can_take_long(simulator: Simulator, till: Client, fault: Fault) -> None:
    simulator.faults.add(fault, times=1, seconds=0.1)
    asked_at = time.monotonic()
    till.post(*creation(simulator))
    assert time.monotonic() - asked_at >= 0.1
    reached_at = simulator.wait_for("lnInvoiceCreate").at
    assert (reached_at - asked_at >= 0.1) == (fault is Fault.DELAY_REQUEST)


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        (Fault.RECEIVE_DISABLED, "RECEIVE_DISABLED"),
        (Fault.INVOICE_BLOCK, "TOO_MANY_REQUEST"),
        (Fault.DUPLICATE_EXTERNAL_ID, "INVALID_INPUT"),
        (Fault.LND_OFFLINE, "LND_OFFLINE"),
        (Fault.DB_ERROR, "DB_ERROR"),
        (Fault.UNEXPECTED_CLIENT_ERROR, "UNEXPECTED_CLIENT_ERROR"),
    ],
)
def test_blink_can_refuse_an_invoice(
    simulator: Simulator, till: Client, fault: Fault, code: str
) -> None:
    simulator.faults.add(fault, times=1)
    payload = till.post(*creation(simulator)).json["data"]["lnInvoiceCreate"]
    assert [error["code"] for error in payload["errors"]] == [code]
    assert payload["invoice"] is None
    assert simulator.invoices(simulator.till) == ()


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        (Fault.LIMIT_REACHED, "TRANSACTION_RESTRICTED"),
        (Fault.INSUFFICIENT_BALANCE, "INSUFFICIENT_BALANCE"),
        (Fault.DB_ERROR, "DB_ERROR"),
    ],
)
def test_blink_can_refuse_a_send(
    simulator: Simulator, rich_till: Client, merchant: Client, fault: Fault, code: str
) -> None:
    request = merchant.invoice(simulator.merchant)["paymentRequest"]
    simulator.faults.add(fault, "lnInvoicePaymentSend", times=1)
    sent = rich_till.send(simulator.till, request)
    assert (sent["status"], sent["errors"][0]["code"]) == ("FAILURE", code)
    assert simulator.merchant.balance_sat == 0


def test_a_query_is_refused_at_the_top_without_a_code(simulator: Simulator, till: Client) -> None:
    simulator.faults.add(Fault.DB_ERROR, "me", times=1)
    answer = till.post("{ me { id } }").json
    assert answer["data"] == {"me": None}
    assert answer["errors"][0]["message"].startswith("Service offline")
    assert "extensions" not in answer["errors"][0]


def test_the_list_of_nodes_can_be_empty(simulator: Simulator, anonymous: Client) -> None:
    simulator.faults.add(Fault.NODES_EMPTY, times=1)
    asked = "{ globals { nodesIds } }"
    assert anonymous.ask(asked)["globals"]["nodesIds"] == []
    assert len(anonymous.ask(asked)["globals"]["nodesIds"]) == 1


@pytest.mark.parametrize(
    ("fault", "status", "receives"),
    [
        (Fault.WIND_DOWN_PRE_CUTOFF, "PRE_CUTOFF", True),
        (Fault.WIND_DOWN_RECEIVE_DISABLED, "RECEIVE_DISABLED", False),
        (Fault.WIND_DOWN_GATED_CLOSED, "GATED_CLOSED", False),
    ],
)
def test_an_account_can_be_wound_down(
    simulator: Simulator,
    rich_till: Client,
    merchant: Client,
    clock: ManualClock,
    fault: Fault,
    status: str,
    receives: bool,
) -> None:
    asked = "{ windDown { status receiveDisabledAt } }"
    assert rich_till.ask(asked) == {"windDown": None}
    request = merchant.invoice(simulator.merchant)["paymentRequest"]
    simulator.faults.add(fault)
    notice = rich_till.ask(asked)["windDown"]
    assert notice["status"] == status
    assert (notice["receiveDisabledAt"] > clock.now()) == receives
    payload = rich_till.post(*creation(simulator)).json["data"]["lnInvoiceCreate"]
    codes = [error["code"] for error in payload["errors"]]
    assert codes == ([] if receives else ["RECEIVE_DISABLED"])
    sent = rich_till.send(simulator.till, request)
    assert sent["status"] == ("SUCCESS" if receives else "FAILURE")


def test_one_address_has_so_many_requests_a_minute(simulator: Simulator, anonymous: Client) -> None:
    simulator.faults.add(Fault.HTTP_RATE_LIMIT, value=5)
    statuses = [anonymous.post("{ globals { network } }").status for _ in range(7)]
    assert statuses == [200] * 6 + [429]


def test_the_simulator_stops_though_somebody_still_waits(simulator: Simulator) -> None:
    simulator.faults.add(Fault.NEVER_ANSWERED)
    host, port = simulator.api_url.removeprefix("http://").removesuffix("/graphql").split(":")
    waiting = http.client.HTTPConnection(host, int(port))
    waiting.request(
        "POST",
        "/graphql",
        json.dumps({"query": "{ me { id } }"}),
        {"Content-Type": "application/json"},
    )
    simulator.wait_for("me")
    assert simulator.http_connections() == 1
    simulator.stop()
    with pytest.raises(CUT):
        waiting.getresponse()
    waiting.close()
    eventually(lambda: simulator.requests[-1].operation == "me")
