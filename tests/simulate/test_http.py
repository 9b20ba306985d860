import urllib.error
import urllib.request

import pytest

from kiosk.simulate import Simulator
from tests.simulate.conftest import Client

SCOPES = "{ authorization { scopes } }"
ME = "{ me { id username } }"


def test_a_bad_key_is_answered_with_401_and_html_even_on_public_fields(
    simulator: Simulator,
) -> None:
    answer = Client(simulator, "blink_nobody").post("{ globals { network } }")
    assert (answer.status, answer.content_type) == (401, "text/html")


def test_an_empty_key_is_nobody_and_nobody_may_not_ask_for_me(simulator: Simulator) -> None:
    answer = Client(simulator, "").post(ME)
    assert answer.status == 200
    assert answer.json["data"] == {"me": None}
    assert answer.json["errors"][0]["message"] == "Not authorized"
    assert set(answer.json["errors"][0]) == {"message", "locations", "path"}


@pytest.mark.parametrize(
    ("scopes", "shown"),
    [
        ({"READ"}, ["READ"]),
        ({"READ", "RECEIVE"}, ["READ", "RECEIVE"]),
        ({"READ", "WRITE"}, ["READ", "RECEIVE", "WRITE"]),
    ],
)
def test_write_implies_receive(simulator: Simulator, scopes: set[str], shown: list[str]) -> None:
    key = simulator.till.new_key(scopes)
    assert Client(simulator, key).ask(SCOPES) == {"authorization": {"scopes": shown}}


def test_write_does_not_imply_read_and_the_refusal_is_not_the_anonymous_one(
    simulator: Simulator,
) -> None:
    answer = Client(simulator, simulator.till.new_key({"WRITE"})).post(ME).json
    assert answer["data"] == {"me": None}
    assert "AuthorizationError: not authorized to read data" in answer["errors"][0]["message"]


def test_a_key_that_may_only_receive_cannot_send(simulator: Simulator, till: Client) -> None:
    receiver = Client(simulator, simulator.till.new_key({"RECEIVE"}))
    invoice = receiver.invoice(simulator.till)
    send = (
        "mutation M($input: LnInvoicePaymentInput!) "
        "{ lnInvoicePaymentSend(input: $input) { status } }"
    )
    wanted = {
        "walletId": simulator.till.wallet_id,
        "paymentRequest": invoice["paymentRequest"],
    }
    answer = receiver.post(send, {"input": wanted}).json
    assert answer["data"] is None
    assert "not authorized to execute mutations" in answer["errors"][0]["message"]


def test_an_unknown_field_and_a_subscription_are_refused_by_the_router(till: Client) -> None:
    assert till.post("{ globals { colour } }").status == 400
    assert till.post("subscription { myUpdates { errors { message } } }").status == 400
    assert till.post("{ globals {").status == 400


def test_requests_are_recorded_without_keys(simulator: Simulator, till: Client) -> None:
    invoice = till.invoice(simulator.till, 21)
    request = simulator.wait_for("lnInvoiceCreate")
    assert (request.account, request.kind) == ("till", "http")
    assert request.variables["input"]["amount"] == 21
    assert simulator.till.api_key not in repr(request)
    assert invoice["paymentRequest"] not in repr(simulator.invoices(simulator.till))


def test_waiting_for_a_request_that_never_comes_ends(simulator: Simulator) -> None:
    with pytest.raises(TimeoutError, match="0 of 1 me"):
        simulator.wait_for("me", timeout_s=0.01)


def test_connections_are_counted_and_cut_when_the_server_goes_dark(simulator: Simulator) -> None:
    simulator.go_dark()
    with pytest.raises(urllib.error.URLError):
        urllib.request.urlopen(simulator.api_url, timeout=1)
    assert simulator.http_connections() == 0
    simulator.come_back()
    assert Client(simulator).ask("{ globals { network } }") == {"globals": {"network": "regtest"}}
