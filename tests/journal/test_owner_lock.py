"""One kiosk for each journal, and other processes can wake it."""

import fcntl
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from kiosk.journal import (
    Journal,
    JournalUnusable,
    RetryRequest,
    owner_lock,
    request_retry,
    resume,
)
from kiosk.journal.owner_lock import owner_pid
from kiosk.sale.facts import ForwardStatus
from tests.journal.test_journal import NOW, moved, paid

LISTENING = "signal.signal(signal.SIGHUP, lambda *_: os.write(1, b'woken\\n'))"
KIOSK = """
import os, signal, sys
from pathlib import Path
from kiosk.journal import Journal
{listening}
journal = Journal.open(Path(sys.argv[1]))
print("open", flush=True)
sys.stdin.read()
"""


@contextmanager
def kiosk(path: Path, listening: str = LISTENING) -> Iterator[subprocess.Popen[str]]:
    """Another process that has the journal open until its stdin is closed."""
    script = KIOSK.format(listening=listening)
    with subprocess.Popen(
        [sys.executable, "-c", script, str(path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "open\n"
        yield process


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "journal.sqlite3"


def test_a_second_kiosk_on_one_journal_is_refused_by_the_first_ones_id_m6(path: Path) -> None:
    with kiosk(path) as first:
        with pytest.raises(JournalUnusable, match=f"process id {first.pid} "):
            Journal.open(path)
        first.kill()
        first.wait()
        Journal.open(path).close()


def test_a_closed_journal_has_no_owner(path: Path) -> None:
    assert owner_pid(path) is None
    journal = Journal.open(path)
    assert owner_pid(path) is not None
    journal.close()
    assert owner_pid(path) is None


def test_a_closed_journal_is_free_while_a_child_process_still_has_its_lock_open(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As between fork and exec: health is asked of other programs in a thread of its own."""
    copies: list[int] = []
    take = owner_lock.acquire

    def acquire(journal: Path) -> int:
        held = take(journal)
        copies.append(os.dup(held))
        return held

    with monkeypatch.context() as patched:
        patched.setattr("kiosk.journal.journal.owner_lock.acquire", acquire)
        Journal.open(path).close()
    try:
        assert owner_pid(path) is None
        Journal.open(path).close()
    finally:
        for copy in copies:
            os.close(copy)


def test_somebody_who_looks_for_the_owner_does_not_keep_a_kiosk_from_starting(path: Path) -> None:
    Journal.open(path).close()
    looking = os.open(path.with_name(f"{path.name}.pid"), os.O_RDONLY)
    fcntl.flock(looking, fcntl.LOCK_SH)
    waited: list[float] = []

    def look_ends(pause_s: float) -> None:
        waited.append(pause_s)
        owner_lock.release(looking)

    owner_lock.release(owner_lock.acquire(path, look_ends))
    assert len(waited) == 1


def test_a_look_that_never_ends_is_told_as_an_owner(path: Path) -> None:
    Journal.open(path).close()
    looking = os.open(path.with_name(f"{path.name}.pid"), os.O_RDONLY)
    fcntl.flock(looking, fcntl.LOCK_SH)
    waited: list[float] = []
    with pytest.raises(owner_lock.AlreadyOwned):
        owner_lock.acquire(path, waited.append)
    assert sum(waited) == pytest.approx(0.5)
    os.close(looking)


def test_a_damaged_journal_is_let_go(path: Path) -> None:
    path.write_bytes(b"not a journal at all" * 100)
    for _ in range(2):
        with pytest.raises(Exception, match="file format"):
            Journal.open(path)


def test_a_running_kiosk_is_woken_and_finds_the_word(path: Path) -> None:
    with kiosk(path) as running:
        assert request_retry(path) is RetryRequest.DELIVERED
        assert running.stdout is not None
        assert running.stdout.readline() == "woken\n"
    journal = Journal.open(path)
    assert journal.take_requests()
    assert not journal.take_requests()
    journal.close()


def test_a_kiosk_that_does_not_listen_yet_is_not_ended_by_the_signal(path: Path) -> None:
    with kiosk(path, "signal.signal(signal.SIGHUP, signal.SIG_DFL)") as starting:
        assert request_retry(path) is RetryRequest.STORED
        assert starting.poll() is None
        starting.communicate()
        assert starting.returncode == 0 != -signal.SIGHUP


def test_without_a_kiosk_the_word_waits_for_the_start_and_frees_what_was_stopped_m6(
    path: Path,
) -> None:
    journal = Journal.open(path, lambda: NOW)
    journal.record([*paid(), moved(ForwardStatus.SENT), moved(ForwardStatus.STOPPED)])
    journal.close()
    assert request_retry(path) is RetryRequest.STORED
    journal = Journal.open(path, lambda: NOW)
    for expected in (ForwardStatus.UNKNOWN, ForwardStatus.STOPPED):  # heeded once
        _, forwards, _ = resume(journal.recover(), 5.0, NOW)
        assert [forward.status for forward in forwards.values()] == [expected]
    journal.close()


def test_there_must_be_a_journal_to_leave_a_word_in(path: Path) -> None:
    with pytest.raises(JournalUnusable):
        request_retry(path)
    assert not path.exists()
