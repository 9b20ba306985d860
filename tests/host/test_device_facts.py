"""What the device says of itself, and what it does not know."""

import sys
import time
from pathlib import Path

import pytest

from kiosk.host import device_facts
from kiosk.host.device_facts import own_address, read_device_facts
from kiosk.host.wifi import Nmcli
from kiosk.sale.device import Internet

NO_NMCLI = Nmcli(("/nonexistent/nmcli",))


def nmcli(devices: str, connectivity: str) -> Nmcli:
    """One that answers the two questions about the network."""
    words = f"import sys; print({connectivity!r} if 'connectivity' in sys.argv else {devices!r})"
    return Nmcli((sys.executable, "-c", words))


@pytest.mark.parametrize(
    ("devices", "expected"),
    [
        ("loopback:connected (externally):lo\nwifi:connected:Cafe\\: 5 GHz", "Cafe: 5 GHz"),
        ("wifi:disconnected:\nethernet:connected:Wired 1", "Wired 1"),
        ("wifi:connected:odd\x1b[2Jname", "odd?[2Jname"),
        ("wifi:connecting (getting IP configuration):Shop", ""),
        ("nonsense", ""),
    ],
)
def test_the_network_is_the_one_that_is_connected(devices: str, expected: str) -> None:
    assert nmcli(devices, "full").connection() == expected


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("full", Internet.FULL),
        ("portal", Internet.LOGIN),
        ("limited", Internet.NONE),
        ("none", Internet.NONE),
        ("unknown", Internet.UNKNOWN),
        ("", Internet.UNKNOWN),
    ],
)
def test_what_lies_beyond_the_router_is_the_network_managers_word(
    tmp_path: Path, said: str, expected: Internet
) -> None:
    facts = read_device_facts("0.1", tmp_path / "journal", nmcli("", said))
    assert facts.internet is expected


def test_the_device_says_what_it_knows_and_no_more(tmp_path: Path) -> None:
    journal, uptime = tmp_path / "journal.sqlite3", tmp_path / "uptime"
    journal.write_bytes(b"x" * 300)
    (tmp_path / "journal.sqlite3-wal").write_bytes(b"x" * 44)
    uptime.write_text("3600.42 7000.00\n")
    facts = read_device_facts("0.1", journal, NO_NMCLI, uptime)
    assert (facts.version, facts.journal_bytes, facts.uptime_s) == ("0.1", 344, 3600)
    assert (facts.network, facts.internet) == ("", Internet.UNKNOWN)
    assert facts.updated_at is not None
    assert facts.updated_at <= time.time()


def test_a_machine_without_anything_is_no_error(tmp_path: Path) -> None:
    facts = read_device_facts("0.1", tmp_path / "none", NO_NMCLI, tmp_path / "none")
    assert (facts.journal_bytes, facts.uptime_s) == (None, None)


def test_a_device_without_a_network_has_no_address(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(device_facts, "_NOWHERE", ())
    assert own_address() == ""
