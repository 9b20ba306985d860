"""USB sticks: the first settings from one, and the second copy of the books onto one."""

import time
from typing import Final

from kiosk.sale.first_run_screen import Question
from kiosk.sale.keys import Key
from kiosk.sale.settings_change import ChangeOutcome, SettingsChangeResult
from kiosk.settings import TABLE
from tests.appliance.bench import APPLIANCE, Bench, digits, settings_text
from tests.appliance.stick import Stick
from tests.appliance.unpacked import UNPACKED, Merchant

pytestmark = APPLIANCE

COPY_IS_BEING_WRITTEN: Final = """
pid=$(systemctl show --property=MainPID --value kiosk-copy)
[ "$pid" != 0 ] && grep '/run/kiosk-copy-stick .* - vfat ' "/proc/$pid/mountinfo"
"""


def sell(bench: Bench, times: int = 1) -> None:
    """One sale, the `times`-th since the boot."""
    bench.press(*digits("500"), Key.CHARGE)
    bench.pay(bench.scan())
    bench.until_logged("forwarded sale=", times=times)


def close_the_day(bench: Bench) -> None:
    """Leave the sale that is paid; menu, the manager's PIN, *close*, and yes."""
    pin = digits(bench.env["KIOSK_PIN"])
    for keys in ((Key.CLEAR,), (Key.MENU,), (*pin, Key.CHARGE), (Key.CHARGE,), (Key.CHARGE,)):
        bench.press(*keys)
        bench.machine.run("sleep 2")  # a question takes no answer in its first moment


def test_a_stick_sets_an_unpacked_till_up_and_its_file_is_overwritten(
    bench: Bench, times: dict[str, float]
) -> None:
    starts = bench.starts()
    stick = Stick(bench.folder / "settings.stick", "SHOP")
    stick.put("kiosk.env", settings_text(bench.env))
    bench.machine.run(UNPACKED)
    merchant = Merchant(bench)
    merchant.sees(Question.LANGUAGE)
    merchant.touches(Key.D1)
    merchant.sees(Question.MONEY)
    begun_s = time.monotonic()
    bench.machine.plug_stick(stick.path)
    merchant.sees(Question.STICK)
    merchant.touches(Key.CHARGE)
    changed = tuple(name for name in TABLE if name in bench.env)
    fits = SettingsChangeResult(
        ChangeOutcome.FITS, changed=changed, payee=bench.env["MERCHANT_USERNAME"]
    )
    merchant.is_told(outcome=fits)
    merchant.sees(Question.STICK_RIGHT)
    merchant.touches(Key.CHARGE)
    bench.until_ready(starts + 1)
    times["stick plugged in to in service"] = time.monotonic() - begun_s

    bench.machine.pull_stick()
    assert stick.files() == []
    assert not stick.holds(bench.env["BLINKPOS_API_KEY"])
    key = bench.machine.run("cat /etc/kiosk/credentials/BLINKPOS_API_KEY")
    assert key.strip() == bench.env["BLINKPOS_API_KEY"]
    sell(bench)


def test_a_second_copy_on_a_stick_can_be_restored_and_one_that_is_pulled_out_harms_nothing(
    bench: Bench,
) -> None:
    pulled = Stick(bench.folder / "pulled.stick", "KIOSKCOPY")
    bench.restart_with(KIOSK_COPIES="on")
    bench.machine.plug_stick(pulled.path)
    bench.press(*digits("500"), Key.CHARGE)
    bench.pay(bench.scan())
    bench.machine.until(COPY_IS_BEING_WRITTEN)
    bench.machine.pull_stick()
    bench.until_logged("second copy reason=day outcome=")
    assert "outcome=copied" not in "\n".join(bench.log())
    bench.shot("stick-pulled")
    bench.until_logged("forwarded sale=")
    assert "1 paid" in bench.machine.run("kiosk sales")

    stick = Stick(bench.folder / "copies.stick", "KIOSKCOPY")
    bench.machine.plug_stick(stick.path)
    sell(bench, 2)
    close_the_day(bench)
    bench.until_logged("second copy reason=close outcome=copied")
    bench.machine.pull_stick()
    journals = [file for file in stick.files() if file.endswith("-close/journal.sqlite3")]
    assert len(journals) == 1, stick.files()

    # Another card, with the same settings.
    bench.machine.run("systemctl stop kiosk; rm -rf /var/lib/kiosk/*")
    bench.machine.plug_stick(stick.path)
    part = bench.machine.until("ls /dev/disk/by-label/KIOSKCOPY")
    bench.machine.run(f"mount -o ro,uid=kiosk,gid=kiosk,umask=077 {part} /mnt")
    copy = journals[0].removesuffix("/journal.sqlite3")
    assert "Restored: 2 sales" in bench.machine.run(f"kiosk restore /mnt{copy}")
    assert "2 paid" in bench.machine.run("kiosk sales")
    before = bench.moved()
    starts = bench.starts()
    bench.machine.run("umount /mnt; systemctl start --no-block kiosk")
    bench.until_ready(starts + 1)
    sell(bench, 3)
    assert bench.moved()[: len(before)] == before
    assert len(bench.moved()) == len(before) + 2, "nothing was paid twice"
