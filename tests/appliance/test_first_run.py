"""From power to the first sale by touches alone: no file, no key, no computer."""

import time

from kiosk.sale.first_run_screen import Question
from kiosk.sale.keys import Key
from kiosk.simulate.prices import CURRENCIES
from tests.appliance.bench import APPLIANCE, Bench, digits
from tests.appliance.unpacked import UNPACKED, Merchant, letters

pytestmark = APPLIANCE


def test_from_power_to_the_first_sale_by_touches_alone(
    bench: Bench, times: dict[str, float]
) -> None:
    bench.machine.run(UNPACKED)
    merchant = Merchant(bench)
    bench.machine.run("sync")
    bench.machine.pull_the_plug()
    bench.switch_on()
    merchant.sees(Question.LANGUAGE)
    times["plug to the first question of a till without settings"] = bench.machine.on_for_s
    begun_s = time.monotonic()
    merchant.touches(Key.D1)
    merchant.sees(Question.MONEY)
    merchant.touches(Key.D1)
    merchant.sees(Question.PAYEE)
    merchant.touches(*letters(bench.simulator.merchant.username), Key.CHARGE)
    payee = f"{bench.simulator.merchant.username}@{bench.simulator.world.hosts[0]}"
    merchant.learns(payee, tuple(CURRENCIES))
    merchant.sees(Question.PAYEE_RIGHT)
    merchant.touches(Key.CHARGE)
    merchant.sees(Question.SHOP_NAME)
    merchant.touches(*letters("shop"), Key.CHARGE)
    merchant.sees(Question.TIME_ZONE)
    merchant.touches(Key.D1)
    merchant.sees(Question.CURRENCY)
    merchant.touches(Key.D1)
    for question in (Question.PIN, Question.PIN_AGAIN):
        merchant.sees(question)
        merchant.touches(*digits("2580"), Key.CHARGE)
    bench.until_ready()
    times["first question to in service"] = time.monotonic() - begun_s

    kept = bench.machine.run("cat /etc/kiosk/kiosk.env")
    assert f"MERCHANT_ADDRESS={payee}" in kept
    assert "KIOSK_RECEIVE=direct" in kept
    bench.press(*digits("500"), Key.CHARGE)
    sats = bench.pay(bench.scan())
    bench.until_logged("received sale=")
    bench.shot("first-sale")
    assert bench.moved() == [("outside", "merchant", sats)]
