"""Which installation this is, in every way in which a card, a file or a machine is exchanged."""

import shutil
from pathlib import Path

import pytest

from kiosk.journal import Hardware, Journal, read_hardware, resume
from kiosk.journal.installation import file_of
from kiosk.sale.facts import ForwardStatus
from kiosk.sale.trouble import TroubleKind
from tests.journal.connection import connection
from tests.journal.test_journal import NOW, moved, opened, paid
from tests.sale.tills import invoice

ONE, OTHER = Hardware("serial 1", "machine"), Hardware("serial 2", "machine")
NOWHERE = Hardware()


def use(path: Path, hardware: Hardware = ONE) -> Journal:
    return Journal.open(path, lambda: NOW, hardware=lambda: hardware)


def name_of(path: Path, hardware: Hardware = ONE) -> str:
    journal = use(path, hardware)
    journal.close()
    return journal.installation


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A journal with a paid sale under way and a code that is open."""
    path = tmp_path / "a" / "journal.sqlite3"
    journal = use(path)
    journal.record([*paid(1), moved(ForwardStatus.SENT, 1), *opened(2)])
    journal.close()
    return path


def stopped(path: Path, hardware: Hardware) -> tuple[bool, bool]:
    """Whether the forward is stopped, and the open code held."""
    journal = use(path, hardware)
    watches, forwards, _ = resume(journal.recover(), 1.0, NOW)
    journal.close()
    (forward,), (watch,) = forwards.values(), watches.values()
    assert forward.invoice.payment_hash == invoice(1, 1).payment_hash
    if forward.status is ForwardStatus.STOPPED:
        assert forward.trouble is not None
        assert forward.trouble.kind is TroubleKind.BEGUN_ELSEWHERE
    assert not (watch.held and watch.cancel_wanted), "the other machine may show this code"
    return forward.status is ForwardStatus.STOPPED, watch.held


def test_it_is_the_same_at_every_start_in_one_machine(path: Path) -> None:
    first = name_of(path)
    written = file_of(path).stat().st_mtime_ns
    assert [name_of(path) for _ in range(3)] == [first] * 3
    assert file_of(path).stat().st_mtime_ns == written
    assert stopped(path, ONE) == (False, False)


def test_two_journals_of_one_machine_are_two_installations(path: Path) -> None:
    assert name_of(path) != name_of(path.with_name("other.sqlite3"))


@pytest.mark.parametrize("what", ["the folder", "the journal alone"])
def test_a_journal_in_another_machine_is_stopped_and_stays_so(path: Path, what: str) -> None:
    """Fault 2: every cloned card forwarded what the first one forwards."""
    first, copy = name_of(path), path.parent.with_name("b") / path.name
    shutil.copytree(path.parent, copy.parent)
    if what == "the journal alone":
        file_of(copy).unlink()
    assert name_of(copy, OTHER) != first
    assert [stopped(copy, OTHER) for _ in range(2)] == [(True, True)] * 2
    assert name_of(copy, OTHER) == name_of(copy, OTHER)
    assert stopped(path, ONE) == (False, False)


def test_a_copy_from_yesterday_in_the_same_machine_goes_on(path: Path, tmp_path: Path) -> None:
    first = name_of(path)
    shutil.copytree(path.parent, tmp_path / "backup")
    journal = use(path)
    journal.record([moved(ForwardStatus.SETTLED, 1)])
    journal.close()
    shutil.rmtree(path.parent)
    shutil.copytree(tmp_path / "backup", path.parent)
    assert name_of(path) == first
    assert stopped(path, ONE) == (False, False)


def test_another_installations_journal_on_the_same_machine_is_stopped(
    path: Path, tmp_path: Path
) -> None:
    other = tmp_path / "c" / "journal.sqlite3"
    mine = name_of(other)
    shutil.copy(path, other)
    assert name_of(other) == mine
    assert stopped(other, ONE) == (True, True)


def test_a_lost_file_is_made_again_from_the_journal(path: Path) -> None:
    first = name_of(path)
    for harm in (b"", b"{", b"[]", b'{"installation": "x", "serial": null, "machine": 7}'):
        file_of(path).write_bytes(harm)
        assert name_of(path) == first
    assert stopped(path, ONE) == (False, False)


def test_a_lost_journal_keeps_the_installation(path: Path) -> None:
    first = name_of(path)
    path.unlink()
    assert name_of(path) == first


def test_a_journal_of_the_release_before_is_adopted_where_it_is(path: Path) -> None:
    journal = use(path)
    connection(journal).execute("DROP TABLE installations")
    journal.close()
    file_of(path).unlink()
    assert stopped(path, ONE) == (False, False)


@pytest.mark.parametrize(
    ("kept", "now", "same"),
    [
        (ONE, ONE, True),
        (ONE, OTHER, False),
        (ONE, Hardware("serial 1", "newly installed"), True),
        (ONE, Hardware(None, "machine"), True),
        (ONE, Hardware(None, "another"), False),
        (ONE, NOWHERE, False),
        (NOWHERE, NOWHERE, True),
        (NOWHERE, ONE, False),
    ],
)
def test_the_board_says_more_than_the_card(kept: Hardware, now: Hardware, *, same: bool) -> None:
    assert kept.is_same(now) is same


def test_only_hashes_of_the_machine_are_kept(tmp_path: Path) -> None:
    board, system = tmp_path / "sys/firmware/devicetree/base", tmp_path / "etc"
    board.mkdir(parents=True)
    system.mkdir()
    assert read_hardware(tmp_path) == NOWHERE
    (board / "serial-number").write_bytes(b"10000000abcdef01\0")
    (system / "machine-id").write_text("0123456789abcdef0123456789abcdef\n")
    hardware = read_hardware(tmp_path)
    assert hardware.serial is not None
    assert hardware.machine is not None
    path = tmp_path / "journal.sqlite3"
    journal = Journal.open(path, hardware=lambda: hardware)
    journal.close()
    for file in tmp_path.glob("journal.sqlite3*"):
        assert b"abcdef01" not in file.read_bytes()
    (board / "serial-number").write_bytes(b"0000000000000000\0")
    assert read_hardware(tmp_path).serial is None
