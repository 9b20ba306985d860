"""Nothing in a private network is ever asked, however it is spelled (fault of many wallets).

mostro #837, lightning-browser-extension #3597, BTCPay #7494, zeus #4374.
"""

import asyncio

import pytest

from kiosk.wallet.lightning_address import fetch
from kiosk.wallet.lightning_address.fetch import (
    Fetcher,
    PublicResolver,
    RefusedUrl,
    Unreachable,
    checked_url,
    is_public,
)
from kiosk.wallet.tls import tls_context

SPELLINGS = [
    "https://127.0.0.1/",
    "https://127.1/",
    "https://127.0.1/",
    "https://2130706433/",
    "https://0x7f000001/",
    "https://0x7f.0.0.1/",
    "https://0x7f.1/",
    "https://017700000001/",
    "https://0177.0.0.1/",
    "https://127.0.0.1./",
    "https://localhost/",
    "https://localhost./",
    "https://10.0.0.1/",
    "https://10.1/",
    "https://172.16.0.1/",
    "https://192.168.1.1/",
    "https://192.168.257/",
    "https://3232235777/",
    "https://169.254.169.254/",
    "https://0xa9fea9fe/",
    "https://100.64.0.1/",
    "https://0.0.0.0/",
    "https://0/",
    "https://255.255.255.255/",
    "https://224.0.0.1/",
    "https://[::1]/",
    "https://[::]/",
    "https://[0:0:0:0:0:0:0:1]/",
    "https://[::ffff:127.0.0.1]/",
    "https://[::ffff:7f00:1]/",
    "https://[::ffff:192.168.1.1]/",
    "https://[fe80::1]/",
    "https://[fe80::1%25eth0]/",
    "https://[fc00::1]/",
    "https://[fd12:3456::1]/",
    "https://[64:ff9b::7f00:1]/",
    "https://[2002:7f00:1::]/",
    "https://[ff02::1]/",
    "https://１２７.0.0.1/",
    "https://①②⑦.0.0.1/",
    "https://router/",
    "https://8.8.8.8/",
    "http://example.com/",
    "ftp://example.com/",
    "file:///etc/passwd",
    "https://user@example.com/",
    "https://user:word@example.com/",
    "https://example.com\\@127.0.0.1/",
    "https://example.com:99999/",
    "https://exa mple.com/",
    "https://example.com/\r\nHost: router",
    "https:///nowhere",
    "https://[::1/",
    "https://example.com/" + "a" * 3000,
    "",
]


@pytest.mark.parametrize("url", SPELLINGS, ids=lambda url: ascii(url)[:40])
def test_a_url_that_is_not_a_public_name_is_never_asked(url: str) -> None:
    with pytest.raises(RefusedUrl):
        checked_url(url, on_loopback=False)


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "10.0.0.1",
        "172.31.255.255",
        "192.168.0.1",
        "169.254.169.254",
        "100.64.0.1",
        "0.0.0.0",
        "192.0.2.1",
        "198.18.0.1",
        "224.0.0.1",
        "240.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "::ffff:127.0.0.1",
        "::ffff:10.0.0.1",
        "::7f00:1",
        "64:ff9b::7f00:1",
        "64:ff9b::a00:1",
        "64:ff9b:1::808:808",
        "2001:0:7f00:1::f5ff:fffe",
        "2002:7f00:1::",
        "2002:a00:1::",
        "fe80::1",
        "fe80::1%eth0",
        "fc00::1",
        "fd00::1",
        "ff02::1",
        "2001:db8::1",
        "not an address",
    ],
)
def test_a_name_that_leads_there_is_not_public(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize(
    "address", ["8.8.8.8", "1.1.1.1", "2606:4700::1111", "64:ff9b::808:808", "::ffff:8.8.8.8"]
)
def test_what_is_on_the_internet_is_public(address: str) -> None:
    assert is_public(address)


class Names(PublicResolver):
    """A DNS that answers what it is told, one answer after the other."""

    def __init__(self, *answers: list[str]) -> None:
        self.answers = list(answers)

    async def addresses(self, host: str, port: int) -> list[tuple[int, str]]:
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        return [(10 if ":" in address else 2, address) for address in answer]


@pytest.mark.parametrize(
    "answer",
    [["127.0.0.1"], ["::1"], ["8.8.8.8", "127.0.0.1"], ["2606:4700::1111", "fe80::1"], []],
    ids=str,
)
def test_a_name_that_resolves_into_a_private_network_is_refused(answer: list[str]) -> None:
    async def ask() -> None:
        fetcher = Fetcher(tls_context(), on_loopback=False, resolver=Names(answer), timeout_s=5)
        try:
            with pytest.raises(Unreachable):
                await fetcher.get("https://example.com/")
        finally:
            await fetcher.close()

    asyncio.run(ask())


def test_what_was_checked_is_what_is_connected_to() -> None:
    """A second answer that differs (DNS rebinding) is checked anew."""
    names = Names(["8.8.8.8"], ["127.0.0.1"])

    async def resolve_twice() -> None:
        first = await names.resolve("example.com", 443)
        assert [address["host"] for address in first] == ["8.8.8.8"]
        with pytest.raises(OSError, match="not public"):
            await names.resolve("example.com", 443)

    asyncio.run(resolve_twice())


def test_a_connection_goes_where_the_check_looked_and_each_one_is_checked(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The name is resolved once for a connection: a second answer has nothing to change."""
    monkeypatch.setattr(fetch, "is_public", lambda address: address == "127.0.0.1")
    names = Names(["127.0.0.1"], ["127.0.0.2"])
    reached = []

    async def ask() -> None:
        async def note(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            reached.append(writer.get_extra_info("sockname")[0])
            writer.close()

        server = await asyncio.start_server(note, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        fetcher = Fetcher(tls_context(), on_loopback=False, resolver=names, timeout_s=5)
        for _ in range(2):
            with pytest.raises(Unreachable):
                await fetcher.get(f"https://example.com:{port}/")
        await fetcher.close()
        server.close()
        await server.wait_closed()

    asyncio.run(ask())
    assert reached == ["127.0.0.1"], "the first answer, and the second is refused"
    assert names.answers == [["127.0.0.2"]]


def test_a_test_server_may_name_only_this_machine() -> None:
    assert checked_url("http://127.0.0.1:8080/x#y", on_loopback=True) == "http://127.0.0.1:8080/x"
    with pytest.raises(RefusedUrl):
        checked_url("http://192.168.1.1/", on_loopback=True)
