import argparse
import io
import subprocess
import sys
from pathlib import Path

import pytest
import qrcode

from kiosk.simulate import Fault, Simulator
from kiosk.simulate.cli import add_arguments, run, settings_lines
from tests.simulate.conftest import Client


def command(*words: str) -> int:
    parser = argparse.ArgumentParser()
    add_arguments(parser)
    return run(parser.parse_args(words))


def test_the_customer_pays_from_a_command_line(
    simulator: Simulator, till: Client, capsys: pytest.CaptureFixture[str]
) -> None:
    request = till.invoice(simulator.till)["paymentRequest"]
    words = ("pay", f"lightning:{request}", "--times", "2", "--url", simulator.api_url)
    assert command(*words) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split("  ")[1:] for line in lines] == [
        ["1000 sat", "PAID"],
        ["1000 sat", "Invoice is already paid"],
    ]
    assert command(*words) == 1, "nothing was paid this time"


def test_the_customer_reads_a_screenshot_or_standard_input(
    simulator: Simulator, till: Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = (till.invoice(simulator.till)["paymentRequest"] for _ in range(2))
    picture = tmp_path / "screen.png"
    qrcode.make(f"LIGHTNING:{first.upper()}").save(str(picture))
    assert command("pay", str(picture), "--via", "blink", "--url", simulator.api_url) == 0
    monkeypatch.setattr(sys, "stdin", io.StringIO(second + "\n"))
    assert command("pay", "-", "--url", simulator.api_url) == 0
    assert simulator.till.balance_sat == 2000


def test_faults_are_switched_from_outside(
    simulator: Simulator, till: Client, capsys: pytest.CaptureFixture[str]
) -> None:
    url = ("--url", simulator.api_url)
    assert command("fault", "DB_ERROR:me:2", *url) == 0
    assert command("fault", "price-stale", "--seconds", "300", *url) == 0
    db_error, stale = simulator.faults.active()
    assert (db_error.fault, db_error.operation, db_error.times) == (Fault.DB_ERROR, "me", 2)
    assert (stale.fault, stale.times, stale.seconds) == (Fault.PRICE_STALE, None, 300)
    assert command("clear", "db-error", *url) == 0
    assert capsys.readouterr().out.splitlines()[-1] == "switched on: price-stale:*:*"
    simulator.pay(till.invoice(simulator.till)["paymentRequest"])
    assert command("report", *url) == 0
    assert "outside -> till  1000 sat" in capsys.readouterr().out
    assert command("faults") == 0
    assert "answer-lost-after" in capsys.readouterr().out


def test_orders_that_make_no_sense_are_refused(simulator: Simulator) -> None:
    with pytest.raises(SystemExit, match="Invalid lightning request"):
        command("pay", "lnjunk", "--url", simulator.api_url)
    with pytest.raises(SystemExit, match="No simulator answers"):
        command("report", "--url", "http://127.0.0.1:9")
    with pytest.raises(SystemExit, match="must start with http"):
        command("report", "--url", "file:///etc/passwd")
    with pytest.raises(SystemExit) as wrong:
        command("fault", "gremlins")
    assert wrong.value.code == 2


def test_a_port_that_is_taken_is_said_so(
    simulator: Simulator, capsys: pytest.CaptureFixture[str]
) -> None:
    port = simulator.api_url.rsplit(":", 1)[1].removesuffix("/graphql")
    assert command("--http-port", port, "--ws-port", "0") == 1
    assert "cannot listen: " in capsys.readouterr().err


def test_settings_are_printed_to_be_copied(simulator: Simulator) -> None:
    lines = settings_lines(simulator)
    assert f"BLINK_API_URL={simulator.api_url}" in lines
    assert f"BLINKPOS_API_KEY={simulator.till.api_key}" in lines


def test_invoices_of_the_till_are_paid_by_themselves(
    simulator: Simulator, till: Client, merchant: Client
) -> None:
    simulator.pay_by_itself(0.0)
    till.invoice(simulator.till)
    merchant.invoice(simulator.merchant)
    simulator.call(simulator.world.timers.run_due)
    assert (simulator.till.balance_sat, simulator.merchant.balance_sat) == (1000, 0)


def test_a_kiosk_starts_without_loading_the_simulator() -> None:
    check = "import sys, kiosk.simulate.cli; sys.exit('ariadne' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", check], check=False).returncode == 0
