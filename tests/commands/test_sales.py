"""What the bookkeeper gets: tips apart, and everything adding up."""

import csv
import io
import json
from pathlib import Path

import pytest

from kiosk.__main__ import main
from kiosk.journal import Journal
from kiosk.sale.events import InvoiceCreated
from kiosk.sale.facts import Sale
from tests.journal.test_journal import NOW
from tests.sale.test_tips import tipped
from tests.sale.tills import invoice


@pytest.fixture
def sold(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Sale:
    """$2.00 and 10 % tip, paid, in the journal that the settings name."""
    story, sale = tipped("2")
    made = invoice(1, sale.amount)
    story.play(InvoiceCreated(sale.id, made))
    story.pay(made)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("KIOSK_JOURNAL", str(tmp_path / "journal.sqlite3"))
    journal = Journal.open(tmp_path / "journal.sqlite3", lambda: NOW)
    for fact in story.facts:
        journal.record([fact])
    totals = journal.totals(0)
    assert (totals.amount, totals.tips) == (sale.amount, sale.tip)
    assert [(line.paid.minor, line.currency.code) for line in totals.sums] == [(220, "USD")]
    journal.close()
    return sale


def output_of(capsys: pytest.CaptureFixture[str], *options: str) -> str:
    assert main(["sales", "--since", "2020-01-01", *options]) == 0
    return capsys.readouterr().out


def test_a_tip_is_apart_in_every_shape(sold: Sale, capsys: pytest.CaptureFixture[str]) -> None:
    row = json.loads(output_of(capsys, "--json"))[0]
    assert (row["gross"], row["tip"], row["value"]) == ("2.00", "0.20", "2.20")
    assert (row["sats"], row["tip_sats"]) == (sold.amount, sold.tip)
    line = next(csv.DictReader(io.StringIO(output_of(capsys, "--csv"))))
    assert (line["gross"], line["tip"], line["currency"]) == ("2.00", "0.20", "USD")
    assert (line["sats"], line["tip_sats"]) == (str(sold.amount), str(sold.tip))
    assert line["memo"].startswith("merchant: $2.20 incl. tip $0.20")
    assert "USD: 1 for $2.20, of which tips $0.20" in output_of(capsys)


def test_a_day_is_that_of_the_kiosks_zone(
    sold: Sale, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Fault 22: NOW is 22:13 UTC on the 14th, which is the 15th in Beirut."""
    for zone, day, hour in (("Asia/Beirut", 15, "00:13"), ("America/El_Salvador", 14, "16:13")):
        monkeypatch.setenv("KIOSK_TIMEZONE", zone)
        days = ("--since", f"2023-11-{day}", "--until", f"2023-11-{day + 1}")
        assert f"2023-11-{day} {hour}" in output_of(capsys, *days)
        assert json.loads(output_of(capsys, "--json", *days))[0]["sale"] == sold.id
        assert json.loads(output_of(capsys, "--json", "--until", f"2023-11-{day}")) == []
