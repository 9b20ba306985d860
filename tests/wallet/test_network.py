"""What stands between the till and Blink: proxies, firewalls, portals, clocks, and bombs."""

import asyncio
import gzip
import json
import zlib
from collections.abc import Awaitable, Callable
from typing import Any, Final

import pytest

from kiosk.sale.effects import FetchAccount, FetchInvoiceStatus, FetchRates
from kiosk.sale.events import (
    AccountFetchFailed,
    InvoiceCreated,
    InvoiceRefused,
    InvoiceStatusResult,
    RatesFetchFailed,
)
from kiosk.sale.invoice import InvoiceStatus, PaymentHash
from kiosk.sale.trouble import KioskError, TroubleKind
from kiosk.settings import Secret
from kiosk.simulate import Fault, Simulator
from kiosk.wallet import documents
from kiosk.wallet.endpoints import Endpoints
from kiosk.wallet.errors import AnswerLost, NotSent, errors_of
from kiosk.wallet.fetch_account import fetch_account
from kiosk.wallet.headers import pause_of, unix_of_date
from kiosk.wallet.http import Http
from kiosk.wallet.response_body import LARGEST_BODY
from tests.wallet.conftest import QUICK, Door, endpoints_of, order
from tests.wallet.fronts import ClosingFront, Handler, answer, read_request, serving

HONEST: Final = b'{"data": {"me": {}}}'
DATE: Final = "Thu, 26 Nov 2026 12:00:00 GMT"


class Clock:
    """Monotonic seconds that pass when told to."""

    def __init__(self) -> None:
        self.now_s = 1000.0

    def __call__(self) -> float:
        return self.now_s


def port_of(simulator: Simulator) -> int:
    return int(simulator.api_url.rsplit(":", 1)[1].split("/")[0])


def talk(handle: Handler, work: Callable[[Http], Awaitable[Any]], **changed: Any) -> Any:
    """Do some work with an Http that is connected to such a server."""

    async def run() -> Any:
        async with serving(handle) as port:
            url = f"http://127.0.0.1:{port}/graphql"
            http = Http(Endpoints(url, url, Secret("blink_till")), QUICK, **changed)
            try:
                return await work(http)
            finally:
                await http.close()

    return asyncio.run(run())


def answering(*answers: bytes) -> tuple[Handler, list[bytes]]:
    """A server that gives these answers in turn, the last for ever, and the requests it got."""
    requests: list[bytes] = []

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            requests.append(await read_request(reader))
            writer.write(answers[min(len(requests), len(answers)) - 1])
            await writer.drain()

    return handle, requests


async def trouble_of(work: Awaitable[Any]) -> KioskError:
    with pytest.raises(KioskError) as caught:
        await work
    return caught.value


# --- Connections that are not kept ----------------------------------------------------------------


def test_a_visit_succeeds_although_every_connection_is_closed_after_its_answer(
    simulator: Simulator,
) -> None:
    """Fault 16: a query is asked once more on a fresh connection, a mutation goes out on one."""
    front = ClosingFront(port_of(simulator))

    async def visit(api_url: str) -> list[str]:
        before = len(simulator.requests)
        http = Http(endpoints_of(simulator, api_url=api_url), QUICK)
        try:
            assert (await fetch_account(http)).merchant_wallet
        finally:
            await http.close()
        return [request.operation for request in simulator.requests[before:]]

    async def run() -> tuple[list[str], list[str]]:
        async with serving(front.handle) as port:
            return await visit(simulator.api_url), await visit(f"http://127.0.0.1:{port}/graphql")

    undisturbed, disturbed = asyncio.run(run())
    assert disturbed == undisturbed, "each part of the visit was answered once"
    assert front.closed_unanswered == 1, "the mutation did not try the kept connection again"


def test_a_mutation_whose_kept_connection_was_closed_is_never_sent_twice() -> None:
    """Fault 16: nobody knows whether the first one has arrived."""
    requests: list[bytes] = []

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for _ in range(2):
            requests.append(await read_request(reader))
            if len(requests) != 2:
                writer.write(answer(HONEST))

    async def work(http: Http) -> tuple[KioskError, list[bytes]]:
        await http.ask(documents.LIMIT)
        error = await trouble_of(http.payload(documents.PAY, "lnInvoicePaymentSend", {}))
        before = list(requests)
        await trouble_of(http.payload(documents.PAY, "lnInvoicePaymentSend", {}))
        return error, before

    error, before = talk(handle, work)
    assert isinstance(error, AnswerLost)
    assert len(before) == 2, "the query and one mutation"
    assert b"Connection: close" in requests[2], "the next mutation has a connection of its own"


# --- Statuses of somebody else --------------------------------------------------------------------


@pytest.mark.parametrize("status", [Fault.HTTP_403, Fault.HTTP_404, Fault.HTTP_408])
def test_a_batch_is_not_split_when_somebody_on_the_way_turns_it_away(
    simulator: Simulator, door: Door, status: Fault
) -> None:
    """Fault 18: only Blink's own no about a hash is a reason to ask about each one alone."""
    account = door.fetched_account()
    simulator.faults.add(status)
    asked_before = len(simulator.requests)
    names = tuple(PaymentHash(f"{number:064x}") for number in range(10))
    door.perform(FetchInvoiceStatus(names, account))
    results = [door.wait_for(InvoiceStatusResult) for _ in names]
    assert {event.status for event in results} == {InvoiceStatus.UNKNOWN}
    assert len(simulator.requests) - asked_before == 1


def test_a_sale_behind_a_firewall_asks_no_more_than_a_sale_asks(
    simulator: Simulator, door: Door
) -> None:
    """Fault 18: the more a till asks, the longer a firewall that counts keeps it out."""
    account = door.fetched_account()
    simulator.faults.add(Fault.HTTP_403, "me")
    asked_before = len(simulator.requests)
    names = tuple(PaymentHash(f"{number:064x}") for number in range(10))
    door.perform(FetchInvoiceStatus(names, account))
    door.perform(order(account))
    code = door.wait_for(InvoiceCreated).invoice
    simulator.pay(code.payment_request)
    while door.wait_for(InvoiceStatusResult).status is not InvoiceStatus.PAID:
        pass
    http = [request for request in simulator.requests[asked_before:] if request.kind == "http"]
    assert len(http) <= 6

    simulator.faults.clear()
    simulator.faults.add(Fault.HTTP_403)
    asked_before = len(simulator.requests)
    door.perform(order(account, 2))
    assert door.wait_for(InvoiceRefused).trouble.kind is TroubleKind.BLOCKED
    made = [
        request
        for request in simulator.requests[asked_before:]
        if request.operation == "lnInvoiceCreate"
    ]
    assert len(made) == 1


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        ("403 Forbidden", TroubleKind.BLOCKED),
        ("404 Not Found", TroubleKind.BLOCKED),
        ("407 Proxy Authentication Required", TroubleKind.BLOCKED),
        ("408 Request Timeout", TroubleKind.NO_CONNECTION),
        ("511 Network Authentication Required", TroubleKind.NETWORK_LOGIN),
        ("401 Unauthorized", TroubleKind.KEY_REFUSED),
        ("502 Bad Gateway", TroubleKind.BLINK_ODD),
        ("302 Found", TroubleKind.LOGIN_PAGE),
        ("200 OK", TroubleKind.LOGIN_PAGE),
    ],
)
def test_a_page_instead_of_an_answer_is_told_by_its_cause(status: str, kind: TroubleKind) -> None:
    """Fault 18: a firewall, a slow gateway, a login page and a refused key are four things."""
    handle, _ = answering(answer(b"<html></html>", status, "Content-Type: text/html"))
    error = talk(handle, lambda http: trouble_of(http.ask(documents.LIMIT)))
    assert error.trouble.kind is kind


@pytest.mark.parametrize("status", ["429 Too Many Requests", "503 Service Unavailable"])
def test_retry_after_is_obeyed_and_then_over(status: str) -> None:
    """Fault 18: while the silence that was asked for lasts, nothing is sent."""
    handle, requests = answering(answer(b"", status, "Retry-After: 30"), answer(HONEST))
    clock = Clock()

    async def work(http: Http) -> None:
        assert isinstance(await trouble_of(http.ask(documents.LIMIT)), AnswerLost)
        clock.now_s += 29
        assert isinstance(await trouble_of(http.ask(documents.LIMIT)), NotSent)
        assert len(requests) == 1
        clock.now_s += 2
        assert await http.ask(documents.LIMIT) == {"me": {}}

    talk(handle, work, monotonic=clock)
    assert len(requests) == 2


@pytest.mark.parametrize(
    ("status", "retry_after", "pause_s"),
    [
        (429, "7", 7),
        (503, "Thu, 26 Nov 2026 12:00:20 GMT", 20),
        (503, "Thu, 26 Nov 2026 11:00:00 GMT", 0),
        (429, "86400", 120),
        (429, "Fri, 31 Dec 9999 23:59:59 GMT", 0),
        (429, "9" * 5000, 120),
        (429, "-5", 0),
        (429, "soon", 0),
        (429, "٣", 0),
        (200, "60", 0),
        (403, "60", 0),
    ],
)
def test_the_silence_asked_for_is_read_from_seconds_and_dates_and_bounded(
    status: int, retry_after: str, pause_s: int
) -> None:
    """Fault 18: nobody on the way closes the till for a day."""
    assert pause_of(status, {"Retry-After": retry_after, "Date": DATE}) == pause_s


# --- Bounds ---------------------------------------------------------------------------------------


def packed(size: int, window: int) -> bytes:
    packer = zlib.compressobj(1, zlib.DEFLATED, window)
    blank = b" " * 1_000_000
    parts = [packer.compress(blank) for _ in range(size // len(blank))]
    return b"".join([packer.compress(b"{"), *parts, packer.flush()])


@pytest.mark.parametrize(
    ("body", "headers"),
    [
        (b" " * (LARGEST_BODY + 1), ()),
        (gzip.compress(HONEST)[:-9], ("Content-Encoding: gzip",)),
        (b"no gzip", ("Content-Encoding: gzip",)),
        (HONEST, ("Content-Encoding: br",)),
    ],
    ids=["large", "cut", "not packed", "another coding"],
)
def test_a_body_beyond_reason_is_an_odd_answer(body: bytes, headers: tuple[str, ...]) -> None:
    """Box fault 22: a body is bounded, and unpacked whole or not at all."""
    assert_odd(answer(body, "200 OK", *headers))


@pytest.mark.parametrize(("coding", "window"), [("gzip", 31), ("deflate", 15)])
def test_a_few_bytes_that_unpack_to_many_are_an_odd_answer(coding: str, window: int) -> None:
    """Box fault 22: what is unpacked is bounded, whatever a few bytes unpack to."""
    assert_odd(answer(packed(200_000_000, window), "200 OK", f"Content-Encoding: {coding}"))


def assert_odd(answered: bytes) -> None:
    handle, _ = answering(answered)
    error = talk(handle, lambda http: trouble_of(http.ask(documents.LIMIT)))
    assert isinstance(error, AnswerLost)
    assert error.trouble.kind is TroubleKind.BLINK_ODD


def test_a_body_without_an_end_is_not_read_beyond_the_bound() -> None:
    """Box fault 22: the connection is closed instead of reading on."""
    sent = 0

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal sent
        await read_request(reader)
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n")
        while True:
            writer.write(b" " * 100_000)
            await writer.drain()
            sent += 100_000

    error = talk(handle, lambda http: trouble_of(http.ask(documents.LIMIT)))
    assert error.trouble.kind is TroubleKind.BLINK_ODD
    assert sent < 20_000_000, "what the buffers of two sockets hold, and no more"


@pytest.mark.parametrize("coding", ["gzip", "deflate", "identity"])
def test_an_honest_answer_is_read_in_every_coding_that_is_asked_for(coding: str) -> None:
    packed_by = {"gzip": gzip.compress(HONEST), "deflate": zlib.compress(HONEST)}
    body = packed_by.get(coding, HONEST)
    handle, requests = answering(
        answer(body, "200 OK", f"Content-Encoding: {coding}", f"Date: {DATE}")
    )

    async def work(http: Http) -> None:
        assert await http.ask(documents.LIMIT) == {"me": {}}
        assert http.server_unix_s == unix_of_date(DATE) == 1_795_694_400

    talk(handle, work)
    assert b"Accept-Encoding: gzip, deflate\r\n" in requests[0]


@pytest.mark.parametrize(
    "date",
    [
        "Fri, 31 Dec 9999 23:59:59 GMT",
        "Mon, 01 Jan 0001 00:00:00 GMT",
        "Thu, 01 Jan 1970 00:00:00 GMT",
        "Thu, 26 Nov 2026 12:00:00 -0000 and more",
        "Thu, 99 Nov 2026 12:00:00 GMT",
        "x" * 8000,
        "",
        None,
    ],
)
def test_a_date_beyond_reason_is_no_clock(date: str | None) -> None:
    """Box fault 23: a row of the year 9999 would stay on top for ever."""
    unix_s = unix_of_date(date)
    assert unix_s is None or unix_s == 1_795_694_400


def test_many_and_long_errors_are_read_as_far_as_they_say_something() -> None:
    """Box fault 22: a list of a hundred thousand errors is no more than its beginning."""
    errors = errors_of([{"message": "x" * 1_000_000, "code": "y" * 1_000_000}] * 100_000)
    assert len(errors) == 20
    assert all(len(error.message) == 2_000 and not error.code for error in errors)


@pytest.mark.parametrize("number", ["NaN", "Infinity", "9" * 5000])
def test_a_number_that_json_does_not_know_is_an_odd_answer(number: str) -> None:
    """Box fault 23: not a number is nothing to reckon with."""
    handle, _ = answering(answer(b'{"data": {"me": %b}}' % number.encode()))
    error = talk(handle, lambda http: trouble_of(http.ask(documents.LIMIT)))
    assert error.trouble.kind is TroubleKind.BLINK_ODD


# --- Causes ---------------------------------------------------------------------------------------


def test_a_name_that_nobody_knows_is_told_as_such() -> None:
    """Fault 24: no name server is another cause than no network."""

    async def run() -> None:
        url = "http://no-such-host.invalid/graphql"
        http = Http(Endpoints(url, url, Secret("blink_till")), QUICK)
        error = await trouble_of(http.ask(documents.LIMIT))
        await http.close()
        assert error.trouble.kind is TroubleKind.NAME_NOT_FOUND

    asyncio.run(run())


def test_no_proxy_of_the_environment_is_obeyed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Fault 19: neither the API nor the socket obeys a proxy of the environment."""
    handle, requests = answering(answer(HONEST))
    for name in ("HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9/")
    assert talk(handle, lambda http: http.ask(documents.LIMIT)) == {"me": {}}
    assert json.loads(requests[0].split(b"\r\n\r\n", 1)[1])["query"]


@pytest.mark.parametrize(
    ("fault", "kind"),
    [(Fault.HTTP_401, TroubleKind.KEY_REFUSED), (Fault.HTTP_403, TroubleKind.BLOCKED)],
)
def test_a_visit_and_a_price_pass_the_cause_on(
    simulator: Simulator, door: Door, fault: Fault, kind: TroubleKind
) -> None:
    """Fault 24: a refused key and a firewall are never "no fresh price"."""
    simulator.faults.add(fault)
    door.perform(FetchAccount())
    assert door.wait_for(AccountFetchFailed).trouble.kind is kind
    door.perform(FetchRates("USD"))
    assert door.wait_for(RatesFetchFailed).trouble.kind is kind
