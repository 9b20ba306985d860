"""The commands from outside: exit codes, one line per mistake, a demo that sells."""

import csv
import io
import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
import zxingcpp
from PIL import Image

from kiosk.__main__ import main
from kiosk.commands import doctor
from kiosk.commands.app import initial_till
from kiosk.doctor.finding import Verdict
from kiosk.journal import Journal, resume
from kiosk.sale.facts import ForwardStatus, MerchantWalletAccepted
from kiosk.sale.invoice import WalletId
from kiosk.sale.rules import Rules
from kiosk.sale.trouble import Trouble, TroubleKind
from kiosk.screen.text.words import Words
from kiosk.simulate import Simulator
from kiosk.version import release
from tests.journal.test_journal import NOW, moved, paid


@pytest.fixture(autouse=True)
def _no_settings_around(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in list(os.environ):
        if name.startswith(("KIOSK_", "BLINK", "MERCHANT_")):
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)


def test_wrong_settings_are_one_line_each_and_exit_2(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KIOSK_ROTATE", "45")
    assert main(["run"]) == 2
    lines = capsys.readouterr().err.splitlines()
    assert any("KIOSK_ROTATE" in line for line in lines)
    assert any("BLINKPOS_API_KEY" in line for line in lines)


@pytest.mark.parametrize("words", [[], ["nonsense"], ["sales", "--since", "yesterday"]])
def test_wrong_usage_exits_2(words: list[str]) -> None:
    with pytest.raises(SystemExit) as left:
        main(words)
    assert left.value.code == 2


@pytest.mark.parametrize(
    "command", ["run", "demo", "simulator", "sales", "forwards", "keypad", "doctor"]
)
def test_every_command_has_help(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        main([command, "--help"])
    assert left.value.code == 0
    assert "usage: kiosk" in capsys.readouterr().out


def test_the_version_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        main(["--version"])
    assert left.value.code == 0
    assert capsys.readouterr().out == f"kiosk {release()}\n"


def test_sales_are_told_in_three_shapes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "journal.sqlite3"
    journal = Journal.open(path, lambda: NOW)
    journal.record(paid())
    journal.close()
    monkeypatch.setenv("KIOSK_JOURNAL", str(path))
    since = ["--since", "2020-01-01"]
    assert main(["sales", *since]) == 0
    assert "2300" in capsys.readouterr().out
    assert main(["sales", *since, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)[0]["sats"] == 2300
    assert main(["sales", *since, "--csv"]) == 0
    rows = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    assert (rows[0]["gross"], rows[0]["currency"], rows[0]["state"]) == ("1.00", "USD", "paid")
    assert main(["forwards"]) == 1
    assert "2300" in capsys.readouterr().out


def test_a_journal_that_is_not_there_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["sales"]) == 1
    assert "cannot be read" in capsys.readouterr().err


def test_the_demo_sells_and_its_picture_can_be_paid(tmp_path: Path) -> None:
    pictures = tmp_path / "pictures"
    done = subprocess.run(
        [sys.executable, "-m", "kiosk", "demo", "--headless", "--pictures", str(pictures)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "forwarded" in done.stdout
    assert "merchant has 28655 sat" in done.stdout
    names = sorted(file.stem.split("-")[1] for file in pictures.glob("*-*.png"))
    wanted = ["amount", "forwarded", "idle", "invoice", "paid", "requesting", "starting"]
    assert set(names) >= set(wanted) - {"starting", "requesting"}
    with Image.open(next(pictures.glob("*-invoice.png"))) as picture:
        codes = zxingcpp.read_barcodes(picture)
    assert [code.text[:16] for code in codes] == ["LIGHTNING:LNBCRT"]
    with Image.open(pictures / "receipt.png") as receipt:
        assert receipt.width == 576
        assert receipt.height > receipt.width / 2


@pytest.mark.parametrize("asked", [False, True])
def test_a_stopped_forward_is_looked_up_again_when_a_person_asks_m6(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, asked: bool
) -> None:
    path = tmp_path / "journal.sqlite3"
    journal = Journal.open(path, lambda: NOW)
    journal.record([*paid(), moved(ForwardStatus.SENT), moved(ForwardStatus.STOPPED)])
    monkeypatch.setenv("KIOSK_JOURNAL", str(path))
    if asked:
        assert main(["forwards", "--retry"]) == 1
    till, _ = initial_till(Rules(kiosk_id="x", run="b"), journal.take_up(), 1.0, NOW)
    journal.close()
    wanted = ForwardStatus.UNKNOWN if asked else ForwardStatus.STOPPED
    assert [forward.status for forward in till.forwards.values()] == [wanted]


def doctors_code(
    simulator: Simulator, monkeypatch: pytest.MonkeyPatch, merchant: str, journal: Path
) -> int:
    """The exit code of `kiosk doctor` with sound settings."""
    for name, value in {
        "BLINK_API_URL": simulator.api_url,
        "BLINK_WS_URL": simulator.ws_url,
        "BLINKPOS_API_KEY": simulator.till.api_key,
        "MERCHANT_USERNAME": merchant,
        "KIOSK_JOURNAL": str(journal),
        "KIOSK_GPIO": "off",
        "DISPLAY": ":0",
    }.items():
        monkeypatch.setenv(name, value)
    return main(["doctor"])


@pytest.mark.parametrize(
    ("merchant", "code", "words"),
    [("merchant", 0, "can be paid"), ("nobody_here", 1, "Blink knows no merchant nobody_here")],
)
def test_the_doctor_says_what_would_stop_a_sale(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    merchant: str,
    code: int,
    words: str,
) -> None:
    with Simulator() as simulator:
        journal = tmp_path / "journal.sqlite3"
        assert doctors_code(simulator, monkeypatch, merchant, journal) == code
    output = capsys.readouterr().out
    assert words in output
    assert simulator.till.api_key not in output


@pytest.mark.parametrize("is_moved", [False, True])
def test_the_doctor_tries_the_wallet_that_the_till_pays_and_tells_of_another(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    is_moved: bool,
) -> None:
    """Box fault 34: it tried whatever wallet the user name stood for, and called it good."""
    path = tmp_path / "journal.sqlite3"
    with Simulator() as simulator:
        accepted = simulator.customer if is_moved else simulator.merchant
        journal = Journal.open(path, lambda: NOW)
        journal.record([MerchantWalletAccepted("merchant", WalletId(accepted.wallet_id))])
        journal.close()
        assert doctors_code(simulator, monkeypatch, "merchant", path) == 0
        assert len(simulator.invoices(accepted)) == 1
    output = " ".join(capsys.readouterr().out.split())
    assert ("merchant has another wallet at Blink now" in output) is is_moved


def test_the_doctor_looks_at_the_box_even_when_the_settings_are_wrong(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.setenv("KIOSK_ROTATE", "45")
    monkeypatch.setenv("KIOSK_PIN", "s3cret")
    monkeypatch.setenv("KIOSK_JOURNAL", str(tmp_path / "journal.sqlite3"))
    assert main(["doctor"]) == 2
    output = capsys.readouterr().out
    assert "STOP  settings    KIOSK_ROTATE" in output
    assert "disk" in output
    assert "s3cret" not in output


def test_the_doctor_reads_a_journal_and_says_when_it_is_none(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    path = tmp_path / "journal.sqlite3"
    journal = Journal.open(path, lambda: NOW)
    journal.record(paid())
    journal.close()
    monkeypatch.setenv("KIOSK_JOURNAL", str(path))
    assert main(["doctor"]) == 2  # there are no keys
    output = " ".join(capsys.readouterr().out.split())
    assert "1 forwards wait, the oldest for" in output
    path.write_bytes(b"no journal at all" * 1000)
    main(["doctor"])
    assert "STOP  journal" in capsys.readouterr().out


def test_the_doctor_beside_a_till_takes_no_lock_and_finds_the_journal_sound(tmp_path: Path) -> None:
    """Fault 30: it said that the memory card cannot be written; only the till holds the lock."""
    path = tmp_path / "journal.sqlite3"
    journal = Journal.open(path, lambda: NOW)
    beside = doctor.journal_finding(path, running=False)
    assert (beside.verdict, "the till has it open" in beside.words) == (Verdict.GOOD, True)
    journal.close()
    alone = doctor.journal_finding(path, running=False)
    assert (alone.verdict, "can be written" in alone.words) == (Verdict.GOOD, True)
    Journal.open(path).close()


@pytest.mark.parametrize(
    "trouble",
    [
        Trouble(TroubleKind.LIMIT_REACHED, "s", "TRANSACTION_RESTRICTED: daily limit"),
        Trouble(TroubleKind.NO_CONNECTION, "s", "timeout"),
        Trouble(TroubleKind.PAID_BY_OTHERS, "s"),
    ],
)
def test_doctor_forwards_and_screen_give_one_reason_for_one_forward(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    trouble: Trouble,
) -> None:
    """Fault 30: the journal kept the developer's words alone, and the kind was guessed."""
    path = tmp_path / "journal.sqlite3"
    journal = Journal.open(path, lambda: NOW)
    journal.record([*paid(), replace(moved(ForwardStatus.FAILED), reason=trouble.noted)])
    (forward,) = resume(journal.recover(), 0.0, NOW)[1].values()
    journal.close()
    assert forward.trouble is not None
    shown, _ = Words().trouble_text(forward.trouble)
    assert shown == Words().trouble_text(trouble)[0]
    monkeypatch.setenv("KIOSK_JOURNAL", str(path))
    assert main(["forwards"]) == 1
    assert shown in capsys.readouterr().out
    assert shown in doctor.journal_finding(path, running=False).words
