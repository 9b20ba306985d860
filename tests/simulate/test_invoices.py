import bolt11
import pytest

from kiosk.simulate import Fault, ManualClock, Simulator
from tests.simulate.conftest import INVOICE, Client, in_wallet

MINUTE_S = 60


def life_min(payment_request: str) -> int:
    return int(bolt11.decode(payment_request).expiry) // MINUTE_S


def refusal(payload: dict[str, list[dict[str, str]]]) -> tuple[str | None, str]:
    (error,) = payload["errors"]
    return error["code"], error["message"]


def test_an_invoice_is_signed_by_the_node_that_globals_names(
    simulator: Simulator, till: Client, clock: ManualClock
) -> None:
    invoice = till.invoice(simulator.till, 1234, memo="two coffees", expiresIn=10)
    (node,) = till.ask("{ globals { nodesIds } }")["globals"]["nodesIds"]
    decoded = bolt11.decode(invoice["paymentRequest"], strict=True)
    assert invoice["paymentRequest"].startswith("lnbcrt12340n1")
    assert decoded.payee == node
    assert decoded.amount_msat == 1_234_000
    assert decoded.description == "two coffees"
    assert decoded.payment_hash == invoice["paymentHash"]
    assert decoded.payment_secret == invoice["paymentSecret"]
    assert (decoded.date, decoded.expiry) == (int(clock.now()), 600)


@pytest.mark.parametrize(
    ("asked", "given"),
    [(None, 240), (0, 240), (1, 1), ("15", 15), (1440, 1440), (1441, 240), (100_000, 240)],
)
def test_a_life_out_of_range_is_silently_four_hours(
    simulator: Simulator, till: Client, asked: int | str | None, given: int
) -> None:
    invoice = till.invoice(simulator.till, expiresIn=asked)
    assert life_min(invoice["paymentRequest"]) == given


@pytest.mark.parametrize(
    ("amount", "message"),
    [
        ("x", "Invalid value for SatAmount"),
        (-1, "Invalid value for SatAmount"),
        (True, "Invalid value for SatAmount"),
        (10**13 + 1, "Value too big for SatAmount"),
    ],
)
def test_a_bad_amount_is_a_payload_error_without_a_code(
    simulator: Simulator, till: Client, amount: object, message: str
) -> None:
    payload = till.mutate(
        "lnInvoiceCreate", INVOICE, walletId=simulator.till.wallet_id, amount=amount
    )
    assert payload["invoice"] is None
    assert refusal(payload) == (None, message)


@pytest.mark.parametrize(("amount", "sats"), [("1000", 1000), (21.9, 21), ("12abc", 12)])
def test_amounts_come_as_numbers_or_as_text(
    simulator: Simulator, till: Client, amount: object, sats: int
) -> None:
    assert till.invoice(simulator.till, amount)["satoshis"] == sats


def test_zero_is_refused_with_a_code(simulator: Simulator, till: Client) -> None:
    payload = till.mutate("lnInvoiceCreate", INVOICE, walletId=simulator.till.wallet_id, amount=0)
    assert refusal(payload) == ("INVALID_INPUT", "A valid satoshi amount is required")


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("memo", "é" * 320, "Memo is too long"),
        ("expiresIn", -1, "Invalid value for Minutes"),
        ("externalId", "Sale-1", "Invalid external id string passed"),
        ("walletId", "mine", "Invalid value for WalletId"),
    ],
)
def test_every_scalar_refuses_in_its_own_words(
    simulator: Simulator, till: Client, field: str, value: object, message: str
) -> None:
    wanted = {"walletId": simulator.till.wallet_id, "amount": 1, field: value}
    code, text = refusal(till.mutate("lnInvoiceCreate", INVOICE, **wanted))
    assert code is None
    assert text.startswith(message)


def test_a_missing_variable_fails_before_anything_runs(till: Client) -> None:
    answer = till.post(
        "mutation M($input: LnInvoiceCreateInput!) "
        "{ lnInvoiceCreate(input: $input) { errors { message } } }"
    )
    assert (answer.status, answer.json["data"]) == (200, None)
    assert "$input" in answer.json["errors"][0]["message"]


def test_the_wallet_of_somebody_else_is_refused_without_a_code(
    simulator: Simulator, till: Client
) -> None:
    payload = till.mutate(
        "lnInvoiceCreate", INVOICE, walletId=simulator.merchant.wallet_id, amount=1
    )
    code, message = refusal(payload)
    assert code is None
    assert "InvalidWalletForAccountError" in message


def test_an_external_id_is_the_hash_by_default_and_unique_in_an_account(
    simulator: Simulator, till: Client, merchant: Client
) -> None:
    plain = till.invoice(simulator.till)
    assert plain["externalId"] == plain["paymentHash"]
    assert till.invoice(simulator.till, externalId="sale-1")["externalId"] == "sale-1"
    again = till.mutate(
        "lnInvoiceCreate",
        INVOICE,
        walletId=simulator.till.wallet_id,
        amount=1,
        externalId="sale-1",
    )
    assert refusal(again) == (
        "INVALID_INPUT",
        "External id for invoice or transaction already exists",
    )
    assert merchant.invoice(simulator.merchant, externalId="sale-1")["externalId"] == "sale-1"


def test_an_invoice_whose_answer_was_lost_is_found_by_its_external_id(
    simulator: Simulator, till: Client
) -> None:
    till.invoice(simulator.till, externalId="sale-1")
    till.invoice(simulator.till, externalId="sale-2")
    document = (
        "{ me { defaultAccount { invoices(first: 1) { edges { node { externalId } } "
        "pageInfo { hasNextPage endCursor } } } } }"
    )
    page = till.ask(document)["me"]["defaultAccount"]["invoices"]
    assert [edge["node"]["externalId"] for edge in page["edges"]] == ["sale-2"]
    assert page["pageInfo"]["hasNextPage"] is True
    older = document.replace("first: 1", f'first: 1, after: "{page["pageInfo"]["endCursor"]}"')
    rest = till.ask(older)["me"]["defaultAccount"]["invoices"]
    assert [edge["node"]["externalId"] for edge in rest["edges"]] == ["sale-1"]


def test_anybody_may_make_an_invoice_on_behalf_of_a_username(
    simulator: Simulator, anonymous: Client
) -> None:
    document = "query W($name: Username!) {{ accountDefaultWallet(username: $name{}) {{ id }} }}"
    btc = anonymous.ask(document.format(", walletCurrency: BTC"), {"name": "Merchant"})
    usd = anonymous.ask(document.format(""), {"name": "merchant"})
    assert btc["accountDefaultWallet"]["id"] == simulator.merchant.wallet_id
    assert usd["accountDefaultWallet"]["id"] == simulator.merchant.usd_wallet_id
    payload = anonymous.mutate(
        "lnInvoiceCreateOnBehalfOfRecipient",
        INVOICE,
        recipientWalletId=simulator.merchant.wallet_id,
        amount="1000",
        expiresIn="15",
        descriptionHash="ab" * 32,
        memo="kept though only its hash is signed",
    )
    decoded = bolt11.decode(payload["invoice"]["paymentRequest"])
    assert (decoded.description_hash, decoded.description) == ("ab" * 32, None)


def test_an_unknown_or_impossible_username_is_a_top_level_error(anonymous: Client) -> None:
    document = "query W($name: Username!) { accountDefaultWallet(username: $name) { id } }"
    unknown = anonymous.post(document, {"name": "nobody"}).json
    assert unknown["errors"][0]["message"] == "Account does not exist for username nobody"
    assert "code" not in unknown["errors"][0]
    bad = anonymous.post(document, {"name": "no body"}).json
    assert bad["errors"][0]["message"] == "Invalid value for Username"


def test_a_cancelled_invoice_reads_pending_until_it_expires(
    simulator: Simulator, till: Client, clock: ManualClock
) -> None:
    invoice = till.invoice(simulator.till, expiresIn=1)
    wanted = {"walletId": simulator.till.wallet_id, "paymentHash": invoice["paymentHash"]}
    fields = f'invoiceByPaymentHash(paymentHash: "{invoice["paymentHash"]}") {{ paymentStatus }}'
    cancel = ("lnInvoiceCancel", "success errors { message code }")

    assert till.mutate(*cancel, **wanted) == {"success": True, "errors": []}
    status = in_wallet(till, simulator.till, fields)
    assert status == {"invoiceByPaymentHash": {"paymentStatus": "PENDING"}}
    again = till.mutate(*cancel, **wanted)
    assert again["success"] is False
    assert refusal(again) == ("INVALID_INPUT", "The invoice has already been processed")
    clock.advance(60)
    status = in_wallet(till, simulator.till, fields)
    assert status == {"invoiceByPaymentHash": {"paymentStatus": "EXPIRED"}}


def test_an_unknown_hash_takes_the_whole_of_me_with_it(simulator: Simulator, till: Client) -> None:
    document = (
        "query W($id: WalletId!, $hash: PaymentHash!) { me { defaultAccount "
        "{ walletById(walletId: $id) { invoiceByPaymentHash(paymentHash: $hash) "
        "{ paymentStatus } } } } }"
    )
    wanted = {"id": simulator.till.wallet_id, "hash": "ab" * 32}
    answer = till.post(document, wanted).json
    assert answer["data"] == {"me": None}
    assert answer["errors"][0]["message"].endswith(f"{'ab' * 32}, but it does not exist")


@pytest.mark.parametrize(
    ("fault", "differs"),
    [
        (Fault.WRONG_NETWORK, "network"),
        (Fault.WRONG_AMOUNT, "amount"),
        (Fault.WRONG_PAYEE, "payee"),
        (Fault.WRONG_HASH, "hash"),
    ],
)
def test_an_invoice_can_differ_from_what_was_asked_for_in_one_point(
    simulator: Simulator, till: Client, fault: Fault, differs: str
) -> None:
    simulator.faults.add(fault, "lnInvoiceCreate", times=1)
    invoice = till.invoice(simulator.till, 1000)
    decoded = bolt11.decode(invoice["paymentRequest"])
    (node,) = till.ask("{ globals { nodesIds } }")["globals"]["nodesIds"]
    differences = {
        "network": not decoded.is_regtest(),
        "amount": decoded.amount_msat != 1_000_000,
        "payee": decoded.payee != node,
        "hash": decoded.payment_hash != invoice["paymentHash"],
    }
    assert [name for name, wrong in differences.items() if wrong] == [differs]
