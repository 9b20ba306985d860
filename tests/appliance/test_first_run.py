"""From no settings to the first sale by touches alone: no file, no key, no computer."""

import json
import time
from dataclasses import replace
from typing import Final

from PIL import Image as Picture

from kiosk.sale import first_run
from kiosk.sale.first_run_screen import FirstRun, Machine, Question
from kiosk.sale.keys import Key, Letter
from kiosk.settings import LANGUAGES
from kiosk.simulate.prices import CURRENCIES
from tests.appliance.bench import APPLIANCE, Bench, difference, digits
from tests.screen.samples import till

pytestmark = APPLIANCE

# As it is unpacked: the program is installed, and nobody has told it anything. Only where Blink is
# comes from outside, for the real one is not here.
UNPACKED: Final = """
systemctl stop kiosk
rm -rf /etc/kiosk/kiosk.env* /etc/kiosk/credentials/* /var/lib/kiosk/*
cat >/etc/systemd/system/kiosk.service.d/blink.conf <<'UNIT'
[Service]
Environment=BLINK_API_URL=http://127.0.0.1:8080/graphql BLINK_WS_URL=ws://127.0.0.1:8081/graphql
UNIT
systemctl daemon-reload
systemctl start --no-block kiosk
"""
WHAT_IT_KNOWS: Final = """/opt/kiosk/current/venv/bin/python -Ic '
import json
from kiosk.commands.first_run import machine_here
machine = machine_here(has_touch=True)
print(json.dumps([machine.zones, machine.system_zone]))'
"""
ALIKE: Final = 400  # pixels: less than two pages differ by


class Merchant:
    """Somebody who reads the question on the screen, and touches the answer."""

    def __init__(self, bench: Bench) -> None:
        self._bench = bench
        known = bench.machine.run(WHAT_IT_KNOWS).splitlines()[-1]  # after a library's greeting
        zones, system_zone = json.loads(known)
        self._screen = first_run.begin(Machine(LANGUAGES, tuple(zones), system_zone))

    def sees(self, question: Question) -> None:
        """Wait until this is asked."""
        self._screen = replace(self._screen, question=question)
        asked = till(self._screen)

        def is_asked(seen: Picture.Image) -> bool:
            return difference(seen, asked) < ALIKE

        self._bench.until_picture(is_asked)
        self._bench.shot(f"first-{question}")

    def touches(self, *keys: Key | Letter) -> None:
        """Answer it."""
        self._bench.touch(till(self._screen), *keys)
        for key in keys:
            self._screen = self._after(key)

    def learns(self, payee: str, currencies: tuple[str, ...]) -> None:
        """What the till has found out about the payee."""
        answers = replace(self._screen.answers, payee=payee)
        self._screen = replace(self._screen, answers=answers, currencies=currencies)

    def _after(self, key: Key | Letter) -> FirstRun:
        if isinstance(key, Letter):
            return first_run.handle_letter(self._screen, key.text, 0.0)
        return first_run.handle_key(self._screen, key, 0.0)[0]


def letters(text: str) -> tuple[Letter, ...]:
    """The keys of a text."""
    return tuple(map(Letter, text))


def test_from_no_settings_to_the_first_sale_by_touches_alone(
    bench: Bench, times: dict[str, float]
) -> None:
    starts = bench.starts()
    bench.machine.run(UNPACKED)
    merchant = Merchant(bench)
    merchant.sees(Question.LANGUAGE)
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
    bench.until_ready(starts + 1)
    times["first question to in service"] = time.monotonic() - begun_s

    kept = bench.machine.run("cat /etc/kiosk/kiosk.env")
    assert f"MERCHANT_ADDRESS={payee}" in kept
    assert "KIOSK_RECEIVE=direct" in kept
    bench.press(*digits("500"), Key.CHARGE)
    sats = bench.pay(bench.scan())
    bench.until_logged("received sale=")
    bench.shot("first-sale")
    assert bench.moved() == [("outside", "merchant", sats)]
