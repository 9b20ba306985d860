"""Clients of Blink that must work here unchanged: their documents, in our words."""

import asyncio
import json
from typing import Any

import pytest
from gql import Client as GqlClient
from gql import gql
from gql.transport.aiohttp import AIOHTTPTransport
from gql.transport.websockets import WebsocketsTransport

from kiosk.simulate import Simulator
from tests.simulate.conftest import Client, connected

LNBITS_STREAM = """
subscription { myUpdates { update { ... on LnUpdate { transaction {
  initiationVia { ... on InitiationViaLn { paymentHash } } direction } } } } }
"""
LNBITS_PAYMENT = """
query TransactionsByPaymentHash($walletId: WalletId!, $transactionsByPaymentHash: PaymentHash!) {
  me { defaultAccount { walletById(walletId: $walletId) { walletCurrency ... on BTCWallet {
    transactionsByPaymentHash(paymentHash: $transactionsByPaymentHash) {
      settlementFee status direction settlementVia { ... on SettlementViaLn { preImage } }
  } } } } } }
"""
LNBITS_STATUS = """
query InvoiceByPaymentHash($walletId: WalletId!, $paymentHash: PaymentHash!) {
  me { defaultAccount { walletById(walletId: $walletId) {
    invoiceByPaymentHash(paymentHash: $paymentHash) { ... on LnInvoice { paymentStatus } } } } } }
"""
LNBITS_CREATE = """
mutation LnInvoiceCreateOnBehalfOfRecipient($input: LnInvoiceCreateOnBehalfOfRecipientInput!) {
  lnInvoiceCreateOnBehalfOfRecipient(input: $input) {
    invoice { paymentRequest paymentHash paymentSecret satoshis } errors { message } } }
"""
TERMINAL_UPDATES = """
subscription { myUpdates { update { ... on LnUpdate { transaction {
  initiationVia { ... on InitiationViaLn { paymentHash } } direction settlementAmount
  settlementCurrency status createdAt memo } } } } }
"""


def test_lnbits_makes_pays_and_looks_up_an_invoice(simulator: Simulator, rich_till: Client) -> None:
    wallets = rich_till.ask("query me { me { defaultAccount { wallets { id walletCurrency } } } }")[
        "me"
    ]["defaultAccount"]["wallets"]
    wallet_id = next(wallet["id"] for wallet in wallets if wallet["walletCurrency"] == "BTC")
    wanted = {"amount": 1000, "recipientWalletId": wallet_id, "memo": ""}
    made = rich_till.ask(LNBITS_CREATE, {"input": wanted})["lnInvoiceCreateOnBehalfOfRecipient"]
    assert made["errors"] == []
    by_hash = {"walletId": wallet_id, "paymentHash": made["invoice"]["paymentHash"]}
    status = rich_till.ask(LNBITS_STATUS, by_hash)["me"]["defaultAccount"]["walletById"]
    assert status == {"invoiceByPaymentHash": {"paymentStatus": "PENDING"}}

    own = rich_till.send(simulator.till, made["invoice"]["paymentRequest"], memo="Payment memo")
    assert own["errors"][0]["message"] == "User tried to pay themselves"

    outside = simulator.outside_invoice(500)
    assert rich_till.send(simulator.till, outside)["errors"] == []
    paid_hash = simulator.wait_for("lnInvoicePaymentSend", 2).variables["input"]["paymentRequest"]
    transactions = rich_till.ask(
        LNBITS_PAYMENT,
        {
            "walletId": wallet_id,
            "transactionsByPaymentHash": simulator.world.invoices.read(paid_hash).payment_hash,
        },
    )["me"]["defaultAccount"]["walletById"]["transactionsByPaymentHash"]
    (sent,) = [transaction for transaction in transactions if transaction["direction"] == "SEND"]
    assert (sent["status"], sent["settlementFee"]) == ("SUCCESS", 1)
    assert len(sent["settlementVia"]["preImage"]) == 64


def test_lnbits_stream_reads_every_message_without_looking_at_its_type(
    simulator: Simulator, till: Client
) -> None:
    invoice = till.invoice(simulator.till)

    async def stream() -> str:
        async with connected(simulator) as socket:
            await socket.init(simulator.till.api_key)
            await socket.subscribe(LNBITS_STREAM, name="blink_payment_stream")
            paying: asyncio.Future[Any] | None = None
            while True:
                message = await socket.hear()
                update = message["payload"].get("data", {}).get("myUpdates", {}).get("update", {})
                transaction = update.get("transaction", {})
                if transaction.get("direction") == "RECEIVE":
                    assert paying is not None
                    await paying
                    return str(transaction["initiationVia"]["paymentHash"])
                if paying is None:
                    # A price: an update that is {} here, and proof that the stream is live.
                    assert update == {}
                    paying = asyncio.ensure_future(
                        asyncio.to_thread(simulator.pay, invoice["paymentRequest"], "blink")
                    )

    assert asyncio.run(asyncio.wait_for(stream(), 10)) == invoice["paymentHash"]


def test_blink_terminal_sends_numbers_as_text_and_forwards(
    simulator: Simulator, rich_till: Client, anonymous: Client
) -> None:
    wallet = anonymous.ask(
        "query W($username: Username!, $currency: WalletCurrency) { accountDefaultWallet"
        "(username: $username, walletCurrency: $currency) { id currency } }",
        {"username": "merchant", "currency": "BTC"},
    )["accountDefaultWallet"]
    assert wallet["currency"] == "BTC"
    payload = anonymous.mutate(
        "lnInvoiceCreateOnBehalfOfRecipient",
        "invoice { paymentRequest paymentHash satoshis }",
        recipientWalletId=wallet["id"],
        amount="1000",
        memo="BlinkPOS: $0.43 (1000 sats)",
        expiresIn="15",
    )
    assert payload["invoice"]["satoshis"] == 1000
    polled = anonymous.ask(
        "query S($input: LnInvoicePaymentStatusInput!) "
        "{ lnInvoicePaymentStatus(input: $input) { status errors { message } } }",
        {"input": {"paymentRequest": payload["invoice"]["paymentRequest"]}},
    )
    assert polled["lnInvoicePaymentStatus"] == {"status": "PENDING", "errors": []}
    sent = rich_till.send(simulator.till, payload["invoice"]["paymentRequest"])
    assert sent["status"] == "SUCCESS"


def test_blink_terminal_gets_a_broken_date_and_no_error_beside_it(
    simulator: Simulator, till: Client
) -> None:
    request = till.invoice(simulator.till, memo="$0.43 (1000 sats)")["paymentRequest"]

    async def watch() -> Any:
        async with connected(simulator) as socket:
            await socket.init(simulator.till.api_key)
            await socket.subscribe(TERMINAL_UPDATES)
            await socket.hear()
            await asyncio.to_thread(simulator.pay, request)
            while True:
                payload = (await socket.hear())["payload"]
                assert "errors" not in payload
                if transaction := payload["data"]["myUpdates"]["update"].get("transaction"):
                    return transaction

    transaction = asyncio.run(asyncio.wait_for(watch(), 10))
    assert isinstance(transaction["createdAt"], dict)
    assert transaction["settlementCurrency"] == "BTC"
    assert transaction["memo"] == "$0.43 (1000 sats)"


def test_a_gql_client_completes_a_subscription_and_asks_over_http(
    simulator: Simulator, till: Client
) -> None:
    invoice = till.invoice(simulator.till)
    watch = gql(
        "subscription S($input: LnInvoicePaymentStatusByHashInput!) "
        "{ lnInvoicePaymentStatusByHash(input: $input) { status } }"
    )
    watch.variable_values = {"input": {"paymentHash": invoice["paymentHash"]}}

    async def subscribe() -> list[str]:
        transport = WebsocketsTransport(
            simulator.ws_url, init_payload={"X-API-KEY": simulator.till.api_key}
        )
        statuses: list[str] = []
        async with GqlClient(transport=transport) as session:
            async for event in session.subscribe(watch):
                statuses.append(event["lnInvoicePaymentStatusByHash"]["status"])
                if statuses == ["PENDING"]:
                    await asyncio.to_thread(simulator.pay, invoice["paymentRequest"])
                else:
                    break
        return statuses

    async def ask() -> Any:
        headers = {"X-API-KEY": simulator.till.api_key}
        transport = AIOHTTPTransport(simulator.api_url, headers=headers)
        async with GqlClient(transport=transport) as session:
            return await session.execute(gql("{ me { username } }"))

    assert asyncio.run(asyncio.wait_for(subscribe(), 10)) == ["PENDING", "PAID"]
    assert asyncio.run(ask()) == {"me": {"username": "till"}}


@pytest.mark.parametrize("seed", [1, 2])
def test_keys_look_like_keys_and_are_the_same_on_every_run(seed: int) -> None:
    key = Simulator(seed=seed).till.api_key
    assert key == Simulator(seed=seed).till.api_key
    prefix, _, secret = key.partition("_")
    assert (prefix, len(secret)) == ("blink", 64)
    assert secret.isalnum()
    assert secret.startswith("SIMULATOR")
    assert json.dumps(key) not in repr(Simulator(seed=seed).world.accounts)
