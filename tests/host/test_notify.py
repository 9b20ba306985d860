"""What systemd hears: a real datagram socket listens in its place."""

import logging
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from kiosk.host.notify import Notifier, notifier, watchdog_s


@pytest.fixture
def ear(tmp_path: Path) -> Iterator[socket.socket]:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listening:
        listening.bind(str(tmp_path / "notify"))
        listening.setblocking(False)
        yield listening


@pytest.fixture
def teller(tmp_path: Path, ear: socket.socket) -> Iterator[Notifier]:
    made = notifier({"NOTIFY_SOCKET": str(tmp_path / "notify")})
    yield made
    made.close()


def test_ready_comes_with_one_line_of_status(teller: Notifier, ear: socket.socket) -> None:
    teller.ready("the till\nis up")
    assert ear.recv(4096) == b"READY=1\nSTATUS=the till is up"


def test_every_other_word_is_a_message_of_its_own(teller: Notifier, ear: socket.socket) -> None:
    teller.status("selling")
    teller.feed()
    teller.stopping()
    messages = [ear.recv(4096) for _ in range(3)]
    assert messages == [b"STATUS=selling", b"WATCHDOG=1", b"STOPPING=1"]


def test_an_abstract_socket_is_reached_by_its_at_sign(tmp_path: Path) -> None:
    name = f"kiosk-test-{tmp_path}"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as ear:
        ear.bind("\0" + name)
        ear.setblocking(False)
        teller = notifier({"NOTIFY_SOCKET": "@" + name})
        teller.feed()
        teller.close()
        assert ear.recv(4096) == b"WATCHDOG=1"


def test_without_systemd_nothing_happens() -> None:
    silent = notifier({})
    assert not silent.listens
    silent.ready("up")
    silent.feed()
    silent.stopping()
    silent.close()


def test_a_systemd_that_is_gone_is_a_line_of_the_log(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    teller = notifier({"NOTIFY_SOCKET": str(tmp_path / "nobody")})
    with caplog.at_level(logging.WARNING):
        teller.feed()
    teller.close()
    assert "WATCHDOG" in caplog.text


@pytest.mark.parametrize(
    ("environ", "patience_s"),
    [
        ({"WATCHDOG_USEC": "20000000"}, 20.0),
        ({"WATCHDOG_USEC": "20000000", "WATCHDOG_PID": "7"}, 20.0),
        ({"WATCHDOG_USEC": "20000000", "WATCHDOG_PID": "8"}, None),  # meant for another process
        ({"WATCHDOG_USEC": "0"}, None),
        ({"WATCHDOG_USEC": "soon"}, None),
        ({}, None),
    ],
)
def test_the_watchdogs_patience_is_what_systemd_says(
    environ: dict[str, str], patience_s: float | None
) -> None:
    assert watchdog_s(environ, 7) == patience_s
