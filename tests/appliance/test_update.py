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


# It can open the journal and writes to a table of its own; then it fails, as a bad release does.
BAD = """
cat >>kiosk/journal/additions.sql <<'SQL'
CREATE TABLE IF NOT EXISTS newest (sale TEXT PRIMARY KEY) STRICT;
INSERT INTO newest VALUES (hex(randomblob(8)));
SQL
sed -i 's/^    def _run_loop(.*/&\\n        raise SystemExit(1)/' kiosk/commands/run.py
grep -q 'raise SystemExit(1)' kiosk/commands/run.py
"""
ROWS = """python3 -c '
import sqlite3
database = sqlite3.connect("file:/var/lib/kiosk/journal.sqlite3?mode=ro", uri=True)
print(database.execute("SELECT count(*) FROM newest").fetchone()[0])'
"""


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

    code, said = update(bench, "9.0.1", BAD)
    assert code == 1, said
    assert int(bench.machine.run(ROWS)) >= 1, "the journal has what only the bad release knows"
    bench.machine.run("test -s /var/lib/kiosk/journal.sqlite3.before-change")
    assert bench.machine.run(CURRENT).strip() == good, said
    assert bench.machine.run("systemctl is-active kiosk").strip() == "active"
    assert "9.0.1-" not in bench.machine.run("ls /opt/kiosk/releases")

    bench.until_picture(is_kiosk)
    bench.until_keypad()
    bench.press(*digits("100"), Key.CHARGE)
    sats = bench.pay(bench.scan())
    bench.until_logged("forwarded sale=", times=2)
    assert bench.moved()[-1] == ("till", "merchant", sats)
