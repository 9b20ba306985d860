"""How often an address's server is asked about a code: by age, by errors, and by its own wish."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any
from urllib.parse import urlsplit

import pytest
from aiohttp import web

from kiosk.sale.effects import OpenDirectSale
from kiosk.sale.events import ConnectionChanged, Event, InvoiceCreated, InvoiceStatusResult
from kiosk.sale.invoice import Invoice, InvoiceStatus
from kiosk.sale.lightning_address import parse_lightning_address
from kiosk.sale.money import Sats
from kiosk.sale.screens import ConnectionState
from kiosk.sale.trouble import KioskError, TroubleKind
from kiosk.wallet.address_sale import AddressSale, pause_s
from kiosk.wallet.endpoints import Timings
from kiosk.wallet.lightning_address.client import Proof, VerifyResult
from kiosk.wallet.lightning_address.messages import read_pay_request
from kiosk.wallet.lightning_address.servers import AddressServers
from kiosk.wallet.tls import tls_context
from tests.journal.test_journal import sale
from tests.sale.test_changing_ways import BY_ADDRESS, direct_account
from tests.sale.tills import invoice


@pytest.mark.parametrize(
    ("age_s", "failures", "wished_s", "pause"),
    [
        (0, 0, None, 2),
        (119, 0, None, 2),
        (120, 0, None, 5),
        (599, 0, None, 5),
        (600, 0, None, 15),
        (86_400, 0, None, 15),
        (0, 1, None, 4),
        (0, 3, None, 16),
        (0, 99, None, 60),
        (700, 99, None, 60),
        (0, 0, 1.0, 2),  # no wish makes it faster
        (0, 0, 7.0, 7),
        (0, 99, 300.0, 300),
    ],
)
def test_the_pause_grows_with_age_and_errors_and_obeys_the_server(
    age_s: float, failures: int, wished_s: float | None, pause: float
) -> None:
    assert pause_s(2.0, age_s, failures, wished_s) == pause


class Time:
    """Monotonic time that passes when somebody sleeps."""

    def __init__(self) -> None:
        self.now_s = 1_000.0

    def monotonic(self) -> float:
        return self.now_s

    async def sleep(self, seconds: float) -> None:
        self.now_s += seconds


class Server:
    """Answers `verify` as told, the last answer for ever; `asked` counts."""

    def __init__(self, *answers: web.Response) -> None:
        self.answers = list(answers)
        self.asked = 0

    async def verify(self, _: web.Request) -> web.Response:
        place = min(self.asked, len(self.answers) - 1)
        self.asked += 1
        answer = self.answers[place]
        return web.Response(status=answer.status, headers=answer.headers.copy(), text=answer.text)


OPEN = '{"status":"OK","settled":false,"preimage":null,"pr":"x"}'


def open_answer(**headers: str) -> web.Response:
    return web.Response(
        text=OPEN, headers={name.replace("_", "-"): v for name, v in headers.items()}
    )


def busy(retry_after: str) -> web.Response:
    return web.Response(status=429, headers={"Retry-After": retry_after}, text="{}")


def served(
    server: Server, work: Callable[[AddressServers, Time, str], Coroutine[Any, Any, None]]
) -> None:
    """Do something with the servers as the wallet knows them, at a server on loopback."""

    async def run() -> None:
        app = web.Application()
        app.router.add_get("/verify/{name}", server.verify)
        app.router.add_get("/.well-known/lnurlp/shop", server.verify)
        runner = web.AppRunner(app)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        port = runner.addresses[0][1]
        time = Time()
        servers = AddressServers(tls_context(), time.monotonic)
        try:
            await work(servers, time, f"http://127.0.0.1:{port}/verify/")
        finally:
            await servers.close()
            await runner.cleanup()

    asyncio.run(run())


def code(url: str, number: int = 1) -> Invoice:
    made = invoice(number, 2300)
    return Invoice(
        made.payment_hash,
        made.payment_request,
        made.amount,
        made.external_id,
        made.expires_at,
        made.lifetime_s,
        f"{url}{number}",
    )


def test_check_obeys_retry_after_for_every_invoice_of_that_server() -> None:
    """The key CHECK asked at once, though the server had asked for silence."""
    server = Server(busy("30"), open_answer())

    async def work(servers: AddressServers, time: Time, url: str) -> None:
        assert (await servers.verify(code(url))).proof is Proof.UNKNOWN
        time.now_s += 10
        again = await servers.verify(code(url))
        assert (again.proof, again.delay_s) == (Proof.UNKNOWN, 20)
        assert (await servers.verify(code(url, 2))).proof is Proof.UNKNOWN
        assert server.asked == 1
        time.now_s += 21
        assert (await servers.verify(code(url))).proof is Proof.OPEN
        assert server.asked == 2

    served(server, work)


def test_a_server_that_asks_for_silence_is_asked_for_no_invoice_either() -> None:
    """Fault 18: only `verify` obeyed `Retry-After`; making an invoice went on asking."""
    server = Server(busy("30"))

    async def work(servers: AddressServers, time: Time, url: str) -> None:
        address = parse_lightning_address(f"shop@{urlsplit(url).netloc}")
        assert address is not None

        async def make_invoice() -> str:
            with pytest.raises(KioskError) as refused:
                await servers.make_invoice(address, "regtest", Sats(2300), 10, "")
            assert refused.value.trouble.kind is TroubleKind.NO_CONNECTION
            return refused.value.trouble.reason

        await make_invoice()
        time.now_s += 10
        assert "20 s of it are left" in await make_invoice()
        assert (await servers.verify(code(url))).delay_s == 20
        await servers.warm_up()
        assert server.asked == 1
        time.now_s += 21
        await make_invoice()
        assert server.asked == 2

    served(server, work)


def test_a_busy_server_that_names_no_time_is_asked_when_somebody_wants_to_know() -> None:
    server = Server(web.Response(status=429, text="{}"))

    async def work(servers: AddressServers, _: Time, url: str) -> None:
        await servers.verify(code(url))
        await servers.verify(code(url))
        assert server.asked == 2

    served(server, work)


def test_an_answer_stands_for_as_long_as_its_server_says_and_no_longer_than_the_pace() -> None:
    server = Server(open_answer(Cache_Control="public, max-age=3600"))

    async def work(servers: AddressServers, time: Time, url: str) -> None:
        first = await servers.verify(code(url))
        assert (first.proof, first.delay_s) == (Proof.OPEN, 15)
        time.now_s += 5
        kept = await servers.verify(code(url))
        assert (kept.proof, kept.delay_s, server.asked) == (Proof.OPEN, 10, 1)
        await servers.verify(code(url, 2))
        assert server.asked == 2, "it says nothing of another invoice"
        time.now_s += 11
        await servers.verify(code(url))
        assert server.asked == 3

    served(server, work)


def test_an_amount_being_typed_connects_once_to_an_address_that_was_tried() -> None:
    """D6: nothing is asked of it before, and nothing while the connection is there."""
    paths: list[str] = []

    async def run() -> None:
        async def note(request: web.Request) -> web.Response:
            paths.append(f"{request.method} {request.path}")
            return web.json_response(served)

        app = web.Application()
        app.router.add_route("*", "/{tail:.*}", note)
        runner = web.AppRunner(app)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        port = runner.addresses[0][1]
        served = {
            "tag": "payRequest",
            "callback": f"http://localhost:{port}/callback",
            "minSendable": 1_000,
            "maxSendable": 1_000_000,
            "metadata": '[["text/plain","x"]]',
        }
        servers = AddressServers(tls_context())
        await servers.warm_up()
        assert not paths, "no address has been tried"
        address = parse_lightning_address(f"shop@127.0.0.1:{port}")
        servers._requests[address] = (read_pay_request(served), 0.0)
        await servers.warm_up()
        assert paths == ["GET /.well-known/lnurlp/shop", "HEAD /"]
        await servers.warm_up()
        assert len(paths) == 2
        await servers.close()
        await runner.cleanup()

    asyncio.run(run())


class ScriptedServers:
    """Makes one invoice, and answers about it as told; `asked_s` is when it was asked."""

    def __init__(self, time: Time, answers: list[VerifyResult]) -> None:
        self._time, self._answers = time, answers
        self.asked_s: list[float] = []

    async def make_invoice(self, *_: object) -> Invoice:
        return code("https://example.com/verify/")

    async def verify(self, _: Invoice) -> VerifyResult:
        self.asked_s.append(self._time.now_s - 1_000.0)
        place = min(len(self.asked_s), len(self._answers)) - 1
        if self._time.now_s > 1_900.0:
            return VerifyResult(Proof.PAID)
        return self._answers[place]


def played(
    monkeypatch: pytest.MonkeyPatch, *answers: VerifyResult
) -> tuple[list[float], list[Event]]:
    """A sale of fifteen minutes, paid at the end: when it was asked about, and what was told."""
    time = Time()
    servers = ScriptedServers(time, list(answers))
    events: list[Event] = []
    account = direct_account(BY_ADDRESS, key=False)
    task = AddressSale(OpenDirectSale(sale(), 10, account), servers, Timings(), events.append)  # type: ignore[arg-type]
    monkeypatch.setattr("kiosk.wallet.address_sale.time.monotonic", time.monotonic)
    monkeypatch.setattr("kiosk.wallet.address_sale.asyncio.sleep", time.sleep)
    asyncio.run(task.run())
    return servers.asked_s, events


def test_a_code_is_asked_about_every_two_five_and_fifteen_seconds(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked_s, events = played(monkeypatch, VerifyResult(Proof.OPEN))
    assert asked_s[:60] == [2.0 * number for number in range(1, 61)]
    assert asked_s[60:63] == [125.0, 130.0, 135.0]
    assert asked_s[-3:] == [885.0, 900.0, 915.0]
    assert len(asked_s) == 60 + 96 + 21
    assert [type(event) for event in events] == [
        InvoiceCreated,
        ConnectionChanged,
        InvoiceStatusResult,
    ]


def test_a_server_that_fails_is_asked_ever_more_rarely_and_shown_as_such(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    answers = [*[VerifyResult(Proof.UNKNOWN)] * 4, VerifyResult(Proof.OPEN)]
    asked_s, events = played(monkeypatch, *answers)
    assert asked_s[:7] == [2, 6, 14, 30, 62, 64, 66]
    states = [event.connection for event in events if isinstance(event, ConnectionChanged)]
    assert states == [ConnectionState.RECONNECTING, ConnectionState.LIVE]


def test_a_server_that_wants_silence_gets_it_while_the_code_is_up(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    silence = VerifyResult(Proof.UNKNOWN, 90.0)
    asked_s, _ = played(monkeypatch, silence, VerifyResult(Proof.OPEN))
    assert asked_s[:3] == [2, 92, 94]


def test_settled_without_a_proof_is_told_when_it_was_said_twice_and_then_a_proof_is_believed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    _, events = played(monkeypatch, VerifyResult(Proof.UNPROVEN))
    statuses = [event.status for event in events if isinstance(event, InvoiceStatusResult)]
    assert statuses == [InvoiceStatus.UNPROVEN, InvoiceStatus.PAID]
