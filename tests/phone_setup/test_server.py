"""The page as a phone gets it, and as somebody who wants to harm it does; all on loopback."""

import asyncio
import contextlib
import logging
import socket
from urllib.parse import quote

import pytest

from kiosk.phone_setup.__main__ import serve
from kiosk.phone_setup.gate import MOST_BODY_BYTES, TRIES
from kiosk.phone_setup.messages import Opening, opening_line
from kiosk.phone_setup.server import MOST_CONNECTIONS, PageServer
from kiosk.settings import LANGUAGES
from tests.phone_setup.phone import DIGITS, TOKEN, Served, with_page
from tests.phone_setup.test_form import FILLED, KEY


def test_a_phone_gives_the_digits_fills_the_form_and_is_thanked() -> None:
    async def story(served: Served) -> None:
        page = await served.get()
        assert page.status == 200
        assert "six digits" in page.text
        cookie = await served.let_in()
        form = await served.get(cookie=cookie)
        assert 'name="BLINKPOS_API_KEY"' in form.text
        taken = await served.post("form", FILLED, cookie)
        assert (taken.status, served.forms) == (200, [{**FILLED}])
        assert "Look at the box" in taken.text
        assert served.events == ["seen", "phone"]

    with_page(story)


def test_wrong_answers_are_marked_and_what_was_typed_is_there_again_but_no_secret() -> None:
    async def story(served: Served) -> None:
        cookie = await served.let_in()
        served.wrong = ("PAYEE", "KIOSK_PIN_AGAIN")
        page = await served.post("form", {**FILLED, "KIOSK_NAME": '"><b>Café'}, cookie)
        assert page.status == 422
        assert "no name and no address" in page.text
        assert 'value="&quot;&gt;&lt;b&gt;Café"' in page.text
        assert KEY not in page.text
        assert "correct horse" not in page.text
        assert 'value="2580"' not in page.text
        served.wrong = ()
        assert (await served.post("form", FILLED, cookie)).status == 200
        assert (await served.post("form", FILLED, cookie)).status == 200  # the button twice
        assert len(served.forms) == 2

    with_page(story)


def test_a_secret_that_was_right_need_not_be_typed_again_and_the_page_says_so() -> None:
    """After a wrong name a key of 70 letters was gone, and nothing said that it was kept."""

    async def story(served: Served) -> None:
        cookie = await served.let_in()
        served.wrong = ("PAYEE", "KIOSK_PIN_AGAIN")
        served.kept = ("BLINKPOS_API_KEY", "KIOSK_PIN_AGAIN")
        page = await served.post("form", FILLED, cookie)
        for text in (page.text, (await served.get(cookie=cookie)).text):
            assert text.count("Leave it empty to keep it") == 1, "not of the one that was wrong"
            field = text.index('id="BLINKPOS_API_KEY"')
            assert field < text.index("Leave it empty to keep it") < text.index('id="PAYEE"')

    with_page(story)


def test_a_second_phone_gets_nothing_neither_with_the_token_nor_with_the_digits() -> None:
    async def story(served: Served) -> None:
        cookie = await served.let_in()
        for other in ("", "phone=stolen"):
            assert (await served.get(cookie=other)).status == 403
            assert (await served.post("form", FILLED, other)).status == 403
            assert (await served.post("digits", {"digits": DIGITS}, other)).status == 403
        assert served.forms == []
        assert (await served.get(cookie=cookie)).status == 200

    with_page(story)


def test_a_page_from_another_origin_sends_nothing() -> None:
    async def story(served: Served) -> None:
        cookie = await served.let_in()
        for origin in ("http://evil.example", "null", f"http://{served.authority}.evil.example"):
            assert (await served.post("form", FILLED, cookie, origin)).status == 403
        assert (await served.get(cookie=cookie, host="evil.example")).status == 404
        assert served.forms == []

    with_page(story)


def test_wrong_digits_close_the_page_after_five_tries() -> None:
    async def story(served: Served) -> None:
        for _ in range(TRIES):
            assert (await served.post("digits", {"digits": "999999"})).status == 403
        assert (await served.post("digits", {"digits": DIGITS})).status == 410
        assert served.events[-1] == "locked"

    with_page(story)


def test_the_page_is_closed_after_its_time() -> None:
    async def story(served: Served) -> None:
        served.now_s += 601.0
        assert (await served.get()).status == 410
        assert (await served.post("digits", {"digits": DIGITS})).status == 410

    with_page(story)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_page_may_load_nothing_be_kept_nowhere_and_stand_in_no_frame(language: str) -> None:
    async def story(served: Served) -> None:
        cookie = await served.let_in()
        for answer in (await served.get(cookie=cookie), await served.get()):
            policy = answer.headers["content-security-policy"]
            assert "default-src 'none'" in policy
            assert "frame-ancestors 'none'" in policy
            assert answer.headers["cache-control"] == "no-store"
            assert answer.headers["x-frame-options"] == "deny"
            assert answer.headers["referrer-policy"] == "same-origin"
            assert "<script" not in answer.text
            direction = "rtl" if language == "he" else "ltr"
            assert f'<html lang="{language}" dir="{direction}">' in answer.text

    with_page(story, language)


def test_a_hostile_network_name_stays_text() -> None:
    async def story(served: Served) -> None:
        text = (await served.get(cookie=await served.let_in())).text
        assert "&lt;script&gt;alert(1)&lt;/script&gt;" in text
        assert "<b>" not in text
        assert text.count('dir="auto"') >= 2  # a name from right to left turns nothing around it

    with_page(story)


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/../../etc/kiosk/kiosk.env",
        f"/{TOKEN}/../../../etc/passwd",
        f"/{TOKEN}/%2e%2e%2f%2e%2e%2fetc/passwd",
        f"//{TOKEN}/",
        f"/{TOKEN.upper()}/",
        f"/{quote('<script>')}",
        "http://evil.example/",
        "*",
    ],
)
def test_tricks_with_the_path_find_nothing(path: str) -> None:
    async def story(served: Served) -> None:
        answer = await served.get(path)
        assert answer.status in (400, 404)
        assert "script" not in answer.text

    with_page(story)


def test_a_body_of_a_hundred_megabytes_is_refused_before_it_is_read() -> None:
    async def story(served: Served) -> None:
        cookie = await served.let_in()
        head = (
            f"POST /{TOKEN}/form HTTP/1.1\r\nHost: {served.authority}\r\n"
            f"Origin: http://{served.authority}\r\nCookie: {cookie}\r\n"
            "Content-Type: application/x-www-form-urlencoded\r\n"
        )
        declared = await served.raw(f"{head}Content-Length: 104857600\r\n\r\n".encode())
        assert declared.status == 413
        chunked = await served.raw(f"{head}Transfer-Encoding: chunked\r\n\r\n".encode())
        assert chunked.status == 413
        lying = f"{head}Content-Length: {MOST_BODY_BYTES}\r\nContent-Length: 9\r\n\r\n".encode()
        assert (await served.raw(lying)).status == 400
        assert served.forms == []

    with_page(story)


def test_what_is_no_form_of_a_browser_is_refused_and_not_logged(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def story(served: Served) -> None:
        body = b'{"KIOSK_PIN": "topsecret"}'
        head = (
            f"POST /{TOKEN}/digits HTTP/1.1\r\nHost: {served.authority}\r\n"
            f"Origin: http://{served.authority}\r\nContent-Type: application/json\r\n"
            f"Content-Length: {len(body)}\r\n\r\n"
        )
        assert (await served.raw(head.encode() + body)).status == 400
        assert (await served.raw(b"\x16\x03\x01\x02\x00 topsecret\r\n\r\n")).status in (0, 400)
        await served.post("digits", {"digits": "topsecret"})
        await served.post("form", {**FILLED, "KIOSK_NAME": "topsecret"}, await served.let_in())

    with caplog.at_level(logging.DEBUG, "kiosk"):
        with_page(story)
    ours = [record for record in caplog.records if record.name.startswith("kiosk")]
    assert ours
    assert not any("topsecret" in record.getMessage() for record in ours)


def test_many_requests_are_refused_and_the_page_lives_on() -> None:
    async def story(served: Served) -> None:
        statuses = [(await served.get()).status for _ in range(90)]
        assert statuses.count(200) <= 61
        assert statuses[-1] == 429
        served.now_s += 10.0
        assert (await served.get()).status == 200

    with_page(story)


async def hung(served: Served) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """A connection with half a request, to be closed by its maker."""
    reader, writer = await asyncio.open_connection("127.0.0.1", served.port)
    writer.write(b"GET / HTTP/1.1\r\nHost: ")
    return reader, writer


async def ends(reader: asyncio.StreamReader) -> None:
    with contextlib.suppress(ConnectionError):
        assert await reader.read() == b""


def test_more_connections_than_a_phone_makes_find_no_place() -> None:
    async def story(served: Served) -> None:
        connections = [await hung(served) for _ in range(MOST_CONNECTIONS + 1)]
        await ends(connections[-1][0])
        assert len(served.server.connections) == MOST_CONNECTIONS
        for _, writer in connections:
            writer.close()

    with_page(story)


def test_a_connection_that_sends_its_request_slowly_is_ended() -> None:
    async def story(served: Served) -> None:
        reader, writer = await hung(served)
        await ends(reader)
        writer.close()

    with_page(story, connection_s=0.01)


def test_a_page_that_cannot_be_served_any_more_ends_its_process(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """It went on without the page, and the screen went on showing its code for half an hour."""

    async def breaks(self: PageServer, listening: socket.socket) -> None:
        raise OSError(9, "Bad file descriptor")

    monkeypatch.setattr(PageServer, "serve", breaks)
    ours, theirs = socket.socketpair()
    with ours, socket.create_server(("127.0.0.1", 0)) as listening:
        ours.sendall(opening_line(Opening(TOKEN, DIGITS, "127.0.0.1", "en")))
        ours.settimeout(20.0)
        asyncio.run(serve(listening, theirs))
        assert ours.recv(1) == b"", "root's part sees that it has ended"
    assert "the page ends: OSError" in caplog.text
