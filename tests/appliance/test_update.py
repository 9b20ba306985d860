"""An update that works, and one that does not and goes back by itself."""

from kiosk.sale.keys import Key
from tests.appliance.bench import APPLIANCE, Bench, digits, is_kiosk

pytestmark = APPLIANCE

# The emulated processor builds a virtual environment and compiles it.
UPDATE_S = 1800.0
CURRENT = "basename $(readlink /opt/kiosk/current)"


def update(bench: Bench, version: str, change: str) -> tuple[int, str]:
    """Update to this tree with another version and a change; exit code, and what it said."""
    bench.machine.run(
        f"rm -rf /root/next; cp -r /root/kiosk /root/next; cd /root/next\n"
        f"sed -i 's/^version = .*/version = \"{version}\"/' pyproject.toml\n{change}"
    )
    return bench.machine.attempt(
        "/root/next/setup.sh update --yes --wheels /srv/wheels", timeout_s=UPDATE_S
    )


def test_an_update_takes_over_and_a_bad_one_goes_back_by_itself(bench: Bench) -> None:
    bench.press(*digits("500"), Key.CHARGE)
    bench.pay(bench.scan())
    bench.until_logged("forwarded sale=")
    sales = bench.machine.run("kiosk sales --json")

    code, said = update(bench, "9.0.0", "")
    assert code == 0, said
    good = bench.machine.run(CURRENT).strip()
    assert good.startswith("9.0.0-")
    assert bench.machine.run("kiosk sales --json") == sales, "the journal is not touched"

    code, said = update(bench, "9.0.1", "echo 'raise SystemExit(1)' >>kiosk/commands/run.py")
    assert code == 1, said
    assert bench.machine.run(CURRENT).strip() == good, said
    assert bench.machine.run("systemctl is-active kiosk").strip() == "active"
    assert "9.0.1-" not in bench.machine.run("ls /opt/kiosk/releases")

    bench.until_picture(is_kiosk)
    bench.until_keypad()
    bench.press(*digits("100"), Key.CHARGE)
    sats = bench.pay(bench.scan())
    bench.until_logged("forwarded sale=", times=2)
    assert bench.moved()[-1] == ("till", "merchant", sats)
