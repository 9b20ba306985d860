"""USB sticks: the first settings come from one."""

import time

from kiosk.sale.first_run_screen import Question
from kiosk.sale.keys import Key
from kiosk.sale.settings_change import ChangeOutcome, SettingsChangeResult
from kiosk.settings import TABLE
from tests.appliance.bench import APPLIANCE, Bench, digits, settings_text
from tests.appliance.stick import Stick
from tests.appliance.unpacked import UNPACKED, Merchant

pytestmark = APPLIANCE


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
    bench.press(*digits("500"), Key.CHARGE)
    bench.pay(bench.scan())
    bench.until_logged("forwarded sale=")
