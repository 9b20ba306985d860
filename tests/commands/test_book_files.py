"""The books as files: columns that can be summed up, and a close's file that is its report."""

import csv
import io
import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC
from decimal import Decimal
from errno import ENOSPC
from pathlib import Path
from xml.etree import ElementTree as ET
from zipfile import ZipFile

import pytest

from kiosk.__main__ import main
from kiosk.commands import book_files, workbook
from kiosk.commands.export import write_sales
from kiosk.commands.sale_tables import SALES
from kiosk.journal import Journal, copy_journal, restore
from kiosk.sale.facts import (
    DayClosed,
    ForwardStatus,
    ForwardStatusChanged,
    InvoiceIssued,
    InvoicePaid,
    RecoveredFact,
    SaleStarted,
)
from kiosk.sale.money import Sats
from kiosk.sale.tax import SaleLine
from kiosk.sale.trouble import TroubleKind
from tests.journal.connection import connection
from tests.journal.test_books import refund, sold, taxed
from tests.journal.test_journal import NOW, sale
from tests.sale.tills import invoice


@pytest.fixture
def book(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Journal]:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("KIOSK_JOURNAL", str(tmp_path / "journal.sqlite3"))
    monkeypatch.setenv("KIOSK_TIMEZONE", "Europe/Berlin")
    journal = Journal.open(tmp_path / "journal.sqlite3", lambda: NOW)
    yield journal
    journal.close()


@pytest.fixture
def day(book: Journal) -> Journal:
    """Three paid sales and an unpaid one, a refund of $0.50, and a close."""
    book.record([*sold(taxed(1), 1), *sold(taxed(2, direct=True), 2), *sold(sale(3), 3)])
    book.record([SaleStarted(sale(4)), refund(taxed(1), 1, 50), DayClosed(NOW)])
    return book


def output_of(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    assert main([*words]) == 0
    return capsys.readouterr().out


def rows_of(capsys: pytest.CaptureFixture[str], *words: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(output_of(capsys, *words))))


def total(rows: list[dict[str, str]], column: str) -> Decimal:
    return sum((Decimal(row[column]) for row in rows if row[column]), Decimal())


def test_a_file_has_its_head_even_when_nothing_was_sold(
    book: Journal, capsys: pytest.CaptureFixture[str]
) -> None:
    head = output_of(capsys, "sales", "--csv")
    assert head.split() == [",".join(SALES)]
    assert json.loads(output_of(capsys, "sales", "--json")) == []
    assert output_of(capsys, "closes") == "No close yet.\n"


def test_the_file_of_a_close_adds_up_to_its_report(
    day: Journal, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = rows_of(capsys, "sales", "--csv", "--close", "1")
    closes = rows_of(capsys, "closes", "--csv")
    for column in ("gross", "tip", "net", "tax", "sats", "tip_sats"):
        assert total(rows, column) == total(closes, column), column
    assert (total(rows, "gross"), total(rows, "tip")) == (Decimal("2.50"), Decimal("0.20"))
    taxes = rows_of(capsys, "sales", "--csv", "--close", "1", "--table", "taxes")
    close_taxes = rows_of(capsys, "closes", "--taxes")
    for column in ("gross", "net", "tax"):
        assert total(taxes, column) == total(close_taxes, column), column
    assert total(taxes, "tax") == total(rows, "tax")
    assert [close["part"] for close in closes] == ["forward", "direct", "refunded"]


@pytest.mark.parametrize("name", ["=1+1", "@SUM(A1)", "+1+cmd|' /C calc'!A0", "-2+3", "\t=1"])
def test_a_name_that_is_a_formula_is_text_in_a_spreadsheet(
    name: str, book: Journal, capsys: pytest.CaptureFixture[str]
) -> None:
    """A spreadsheet carries out what a cell of a comma file begins with, whatever it was."""
    item = SaleLine(100, None, name)
    book.record([*sold(replace(sale(1), lines=(item,), memo=name), 1), refund(sale(1), 1, 50)])
    (item_row,) = rows_of(capsys, "sales", "--csv", "--table", "items", "--since", "2020-01-01")
    assert item_row["name"] == f"'{name}"
    sold_row, refunded = rows_of(capsys, "sales", "--csv", "--since", "2020-01-01")
    assert sold_row["memo"] == f"'{name}"
    assert (sold_row["offset"], refunded["gross"]) == ("+01:00", "-0.50")
    exact = json.loads(output_of(capsys, "sales", "--json", "--since", "2020-01-01"))
    assert exact[0]["memo"] == name, "a program gets it as it is"


def test_what_was_not_paid_stands_in_columns_of_its_own(
    day: Journal, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = rows_of(capsys, "sales", "--csv", "--since", "2020-01-01")
    (unpaid,) = (row for row in rows if row["state"] == "requested")
    assert (unpaid["gross"], unpaid["sats"], unpaid["number"]) == ("", "", "")
    assert (unpaid["unpaid_gross"], unpaid["unpaid_sats"]) == ("1.00", "2300")


def test_a_row_says_when_where_and_what(day: Journal, capsys: pytest.CaptureFixture[str]) -> None:
    rows = rows_of(capsys, "sales", "--csv", "--since", "2020-01-01")
    first = next(row for row in rows if row["sale"] == taxed(1).id and not row["refund_of"])
    wanted = {
        "kiosk": "till-1",
        "series": "1",
        "number": "1",
        "close": "1-1",
        "date": "2023-11-14",
        "time": "23:13:20",
        "offset": "+01:00",
        "items": "2",
        "currency": "USD",
        "gross": "1.00",
        "tip": "0.10",
        "net": "0.87",
        "tax_rate": "19+7",
        "tax": "0.13",
        "way": "forward",
        "btc_price": "43623.050781",
    }
    assert {name: first[name] for name in wanted} == wanted
    given = next(row for row in rows if row["refund_of"])
    assert (given["series"], given["number"], given["refund_of"]) == ("R1", "1", "1-1")
    assert (given["gross"], given["state"], given["memo"]) == ("-0.50", "refunded", "broken")


def test_the_items_have_a_row_each(day: Journal, capsys: pytest.CaptureFixture[str]) -> None:
    items = rows_of(capsys, "sales", "--csv", "--since", "2020-01-01", "--table", "items")
    assert total(items, "gross") == Decimal("3.00")
    assert [item["tax_rate"] for item in items if item["number"] == "1"] == ["19", "7"]


def test_an_unknown_close_is_said(day: Journal, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["sales", "--csv", "--close", "2-9"]) == 1
    assert "there is no close 2-9" in capsys.readouterr().err


def test_closes_are_told_in_words(day: Journal, capsys: pytest.CaptureFixture[str]) -> None:
    words = output_of(capsys, "closes")
    assert words.startswith("Close 1-1: the beginning to 2023-11-14 23:13, 3 sales\nforwarded:")
    assert "  USD: 2 for $2.10, of which tips $0.10, 4600 sat, VAT 19 %: net 0.50 tax 0.10" in words
    assert "given back:\n  USD: 1 for $0.50" in words


def test_the_workbook_has_a_sheet_for_each_table_and_numbers_are_numbers(
    day: Journal, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    path = tmp_path / "books.xlsx"
    assert output_of(capsys, "sales", "--since", "2020-01-01", "--xlsx", str(path)) == ""
    with ZipFile(path) as book:
        names = book.read("xl/workbook.xml").decode()
        sales = book.read("xl/worksheets/sheet1.xml").decode()
        hours = book.read("xl/worksheets/sheet4.xml").decode()
    for name in ("Sales", "Items", "Taxes", "Hours", "Closes", "Close taxes", "Close cashiers"):
        assert f'name="{name}"' in names
    assert "<v>-0.50</v>" in sales
    assert hours.count("<row ") == 2, "the head, and one hour"
    assert "<v>2.50</v>" in hours


def test_the_workbook_names_what_a_forward_met_where_no_more_is_known_of_it(
    book: Journal, tmp_path: Path
) -> None:
    """The word for it was no plain text, and no workbook with such a sale could be written."""
    book.record(sold(sale(1), 1))
    stopped = ForwardStatusChanged(
        sale(1).id, ForwardStatus.STOPPED, reason=TroubleKind.BEGUN_ELSEWHERE
    )
    book.record([stopped])
    path = tmp_path / "books.xlsx"
    book_files.write_workbook(path, book.entries(0, 2**40), (), UTC)
    with ZipFile(path) as parts:
        assert "<t>begun_elsewhere</t>" in parts.read("xl/worksheets/sheet1.xml").decode()


def test_a_table_that_is_longer_than_a_sheet_goes_on_in_another(
    day: Journal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workbook, "ROWS_A_SHEET", 3)
    path = tmp_path / "books.xlsx"
    book_files.write_workbook(path, day.entries(0, 2**40), day.close_reports(), UTC)
    with ZipFile(path) as book:
        assert 'name="Sales 2"' in book.read("xl/workbook.xml").decode()


def test_a_workbook_has_exact_amounts_and_every_letter_of_a_text(tmp_path: Path) -> None:
    path = tmp_path / "books.xlsx"
    with workbook.Workbook(path) as book:
        sheet = book.add_sheet("Sales", [f"column {place}" for place in range(28)])
        sheet.add((*[None] * 25, Decimal("90071992547409.93"), "<a> & _x0041_ \x07 b ", False))
    with ZipFile(path) as parts:
        text = parts.read("xl/worksheets/sheet1.xml").decode()
    row = text[text.index('<row r="2">') : text.index("</sheetData>")]
    assert row == (
        '<row r="2"><c r="Z2" s="2"><v>90071992547409.93</v></c>'
        '<c r="AA2" t="inlineStr"><is><t xml:space="preserve">'
        "&lt;a&gt; &amp; _x005F_x0041_ _x0007_ b </t></is></c>"
        '<c r="AB2" t="b"><v>0</v></c></row>'
    )


@pytest.mark.parametrize("text", ["<r></c></r>", "<r>", "<r>" + "\U0001f600" * 40_000 + "</r>"])
def test_a_text_that_looks_like_markup_is_shown_as_it_is(tmp_path: Path, text: str) -> None:
    path = tmp_path / "books.xlsx"
    with workbook.Workbook(path) as book:
        book.add_sheet("Sales", ["memo"]).add((text,))
    with ZipFile(path) as parts:
        sheet = ET.fromstring(parts.read("xl/worksheets/sheet1.xml"))
    cell = sheet.findall(".//{*}row")[1][0]
    assert "".join(cell.itertext()) == text[: 32_767 // 2]


def test_a_workbook_that_fails_on_its_way_leaves_no_file(tmp_path: Path) -> None:
    with (
        pytest.raises(LookupError),
        workbook.Workbook(tmp_path / "books.xlsx") as book,
    ):
        book.add_sheet("Sales", ["sats"]).add((1,))
        raise LookupError
    assert list(tmp_path.iterdir()) == []


def test_a_workbook_that_cannot_be_written_says_so_and_keeps_what_was_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(path: str, mode: str, compression: int, *, allowZip64: bool) -> None:  # noqa: N803
        raise OSError(ENOSPC, "no space left on device")

    path = tmp_path / "books.xlsx"
    path.write_text("an older one")
    monkeypatch.setattr("xlsxwriter.workbook.ZipFile", full)
    book = workbook.Workbook(path)
    with pytest.raises(OSError, match="no space left"), book:
        pass
    assert path.read_text() == "an older one"
    assert list(tmp_path.iterdir()) == [path]


def test_nothing_of_the_workbooks_library_is_imported_before_one_is_written() -> None:
    program = "import sys, kiosk.commands.workbook; sys.exit('xlsxwriter' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


def replaced(path: Path, book: Journal) -> None:
    """What was done since the journal was empty is in a damaged one now, and taken over from it."""
    book.close()
    Journal.set_aside(path, "then")
    again = Journal.open(path, lambda: NOW)
    assert again.lost_journal() is not None
    again.close()


def test_a_close_of_a_journal_that_was_replaced_has_the_list_that_its_report_sums_up(
    book: Journal, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path, copy = tmp_path / "journal.sqlite3", tmp_path / "copy.sqlite3"
    copy_journal(path, copy)
    book.record([*sold(taxed(1, direct=True), 1), *sold(taxed(2, direct=True), 2)])
    book.record([refund(taxed(1), 1, 50), DayClosed(NOW), *sold(taxed(3, direct=True), 3)])
    book.close()
    restore(copy, path, "till-1", lambda: NOW, lambda: None)
    again = Journal.open(path, lambda: NOW)
    assert again.lost_journal() is not None
    again.close()
    rows = rows_of(capsys, "sales", "--csv", "--close", "1")
    closes = rows_of(capsys, "closes", "--csv")
    for column in ("gross", "tip", "net", "tax", "sats", "tip_sats"):
        assert total(rows, column) == total(closes, column), column
    assert [row["number"] for row in rows] == ["1", "2", "1"]
    folder = tmp_path / "stick"
    folder.mkdir()
    write_sales(path, UTC, folder)
    assert list(folder.glob("kiosk-sales-close-1-1-*"))


def test_a_list_says_that_it_lacks_sales_which_wait_for_blinks_word(
    book: Journal, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "journal.sqlite3"
    book.record([*sold(taxed(1, direct=True), 1), *sold(sale(2), 2), DayClosed(NOW)])
    replaced(path, book)
    assert main(["sales", "--csv", "--close", "1"]) == 1
    out, err = capsys.readouterr()
    assert len(out.splitlines()) == 2, "the head, and the one that is here"
    assert "1 of the sales and refunds that its report sums up" in err
    folder = tmp_path / "stick"
    folder.mkdir()
    write_sales(path, UTC, folder)
    assert not list(folder.glob("kiosk-sales-close-*")), "nobody reads there what it lacks"
    again = Journal.open(path, lambda: NOW)
    code = invoice(2, sale(2).amount)
    recovered = (
        SaleStarted(sale(2)),
        InvoiceIssued(sale(2).id, code),
        InvoicePaid(sale(2).id, code.payment_hash, late=True),
    )
    again.record([RecoveredFact(fact, NOW) for fact in recovered])
    again.close()
    assert len(rows_of(capsys, "sales", "--csv", "--close", "1")) == 2


def test_a_close_of_which_nothing_is_left_has_its_report_and_no_empty_list(
    book: Journal, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """An empty list of a close with a sale says that nothing was sold."""
    book.record([*sold(sale(1), 1), DayClosed(NOW)])
    replaced(tmp_path / "journal.sqlite3", book)
    assert main(["sales", "--csv", "--close", "1"]) == 1
    out, err = capsys.readouterr()
    assert out == ""
    assert "1 of the sales and refunds that its report sums up" in err


def test_a_list_without_its_report_says_that_it_may_lack_something(
    book: Journal, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    book.record([*sold(taxed(1, direct=True), 1), DayClosed(NOW)])
    connection(book).executescript("DROP TRIGGER reports_last; DELETE FROM close_reports")
    replaced(tmp_path / "journal.sqlite3", book)
    assert main(["sales", "--csv", "--close", "1"]) == 1
    out, err = capsys.readouterr()
    assert len(out.splitlines()) == 2
    assert "the report of close 1-1 is lost" in err


def test_an_empty_close_of_a_journal_that_was_replaced_has_an_empty_list(
    book: Journal, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    book.record([DayClosed(NOW)])
    replaced(tmp_path / "journal.sqlite3", book)
    assert rows_of(capsys, "sales", "--csv", "--close", "1") == []
    assert main(["sales", "--csv", "--close", "2"]) == 1
    assert "there is no close 1-2" in capsys.readouterr().err


def test_the_stick_gets_every_table_and_the_last_closes_own(day: Journal, tmp_path: Path) -> None:
    day.record(sold(replace(sale(5), amount=Sats(9)), 5))
    folder = tmp_path / "stick"
    folder.mkdir()
    write_sales(tmp_path / "journal.sqlite3", UTC, folder)
    names = {file.name[: -len("-2026-11-26.csv")] for file in folder.glob("*.csv")}
    assert names == {
        "kiosk-sales-all",
        "kiosk-sales-since-close",
        "kiosk-sales-close-1-1",
        "kiosk-items-year",
        "kiosk-taxes-year",
        "kiosk-closes",
        "kiosk-close-taxes",
        "kiosk-close-cashiers",
    }
    assert len(list(folder.glob("kiosk-books-year-*.xlsx"))) == 1
    (objects,) = folder.glob("kiosk-sales-year-*.json")
    assert json.loads(objects.read_text()) == [], "those sales are years old"
    assert len(list(folder.iterdir())) == 10, "and nothing that was only for making them"
    (since,) = folder.glob("kiosk-sales-since-close-*")
    assert since.read_text().count("\n") == 2


def test_a_journal_that_has_no_numbers_yet_asks_for_a_start_of_the_kiosk(
    book: Journal, capsys: pytest.CaptureFixture[str]
) -> None:
    connection(book).execute("DROP TABLE receipts")
    assert main(["sales", "--csv"]) == 1
    assert "has to start once" in capsys.readouterr().err


def test_find_prints_a_sale_and_writes_its_files(
    day: Journal, capsys: pytest.CaptureFixture[str]
) -> None:
    assert sale(4).id in output_of(capsys, "sales", "--find", sale(4).id)
    rows = rows_of(capsys, "sales", "--find", "1-1", "--csv")
    assert [(row["sale"], row["state"]) for row in rows] == [
        (taxed(1).id, "paid"),
        (taxed(1).id, "refunded"),
    ]
    assert output_of(capsys, "sales", "--find", "nobody has sold this").count("\n") == 1
