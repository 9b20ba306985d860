"""Set up by phone, over the air: the till's own network, the page, the shop's network, a sale."""

import json
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any, Final

from kiosk.phone_setup.gate import TRIES
from kiosk.sale.first_run_screen import Question
from kiosk.sale.keys import Key
from kiosk.sale.phone_setup import PhoneFailure, PhoneStep, failed, read_progress
from kiosk.simulate.cli import read_qr
from tests.appliance.bench import APPLIANCE, PATIENCE_S, Bench, digits
from tests.appliance.peer import MachineFailed
from tests.appliance.phone import SHOP, SHOP_PASSPHRASE, Phone, switch_radios_on
from tests.appliance.unpacked import UNPACKED, Merchant

pytestmark = APPLIANCE

SHOP_NAME: Final = "By phone"
PROGRESS: Final = "/run/kiosk-phone/progress"
# Where Blink is comes from the settings, which root's unit takes along; they say nothing of money.
WHERE_BLINK_IS: Final = """
install -m 600 /dev/null /etc/kiosk/kiosk.env
cat >/etc/kiosk/kiosk.env <<'SETTINGS'
BLINK_API_URL=http://127.0.0.1:8080/graphql
BLINK_WS_URL=ws://127.0.0.1:8081/graphql
SETTINGS
"""
LISTENING: Final = "ss --tcp --listening --numeric --no-header | awk '{print $4}' | grep ':80$'"


class ByPhone:
    """A merchant with the till before him and the phone in his hand."""

    def __init__(self, bench: Bench) -> None:
        self.bench = bench
        bench.machine.run(
            UNPACKED.replace(
                "systemctl daemon-reload", f"{WHERE_BLINK_IS}\nsystemctl daemon-reload"
            )
        )
        switch_radios_on(bench.machine)
        self.merchant = Merchant(bench)
        simulator = bench.simulator
        self.payee = f"{simulator.merchant.username}@{simulator.world.hosts[0]}"
        self.phone = Phone(bench.machine)
        self.page = ""
        self.digits = ""

    def chooses_the_phone(self) -> None:
        """Language, *set up by phone*, and on from the page about the key."""
        self.merchant.sees(Question.LANGUAGE)
        self.merchant.touches(Key.CHARGE)
        self.merchant.sees(Question.PHONE_KEY)
        self.merchant.touches(Key.CHARGE)

    def scans_the_network(self) -> str:
        """The first code."""
        return self._scan(lambda code: code.startswith("WIFI:"))

    def joins(self) -> None:
        """Scan the first code and be in the network; scan the second and be on the page."""
        self.phone.join(self.scans_the_network())
        probe = self.phone.get("http://captive.apple.com/hotspot-detect.html")
        assert (probe.status, "Success" in probe.text) == (200, True), probe
        self.page = self._scan(lambda code: code.startswith("http://10."))
        progress = self._progress()
        assert progress["page"] == self.page
        self.digits = progress["digits"]
        assert self.phone.get(self.page).status == 200

    def joins_again(self) -> None:
        """Try once more after a failure, up to the page with its fields."""
        self.merchant.touches(Key.CHARGE)
        self.joins()
        assert self.phone.send(self.page, "digits", digits=self.digits).status == 303

    def sees_failure(self, failure: PhoneFailure) -> None:
        """Read on the screen why it failed; the network is closed by then."""
        self.merchant.is_told(phone=failed(failure))
        self.merchant.sees(Question.PHONE)
        assert self.bench.machine.attempt(LISTENING)[0] == 1, "nothing listens any more"
        self.phone.leave()

    def fills_in(self, passphrase: str) -> int:
        """Send the form with this passphrase of the shop's network; the answer's status."""
        form = {
            "KIOSK_LANGUAGE": "en",
            "WIFI_SSID": SHOP,
            "WIFI_PASSPHRASE": passphrase,
            "WIFI_COUNTRY": "SV",
            "KIOSK_RECEIVE": "direct",
            "PAYEE": self.payee,
            "KIOSK_NAME": SHOP_NAME,
            "KIOSK_CURRENCY": "USD",
            "KIOSK_TIMEZONE": "America/El_Salvador",
            "KIOSK_PIN": "2580",
            "KIOSK_PIN_AGAIN": "2580",
        }
        return self.phone.send(self.page, "form", **form).status

    def agrees(self) -> None:
        """Read on the screen who gets the money, and say yes."""
        self.bench.machine.until(f"grep '\"{PhoneStep.CONFIRMING}\"' {PROGRESS}", PATIENCE_S)
        progress = self._progress()
        assert progress["payee"] == self.payee
        asked = read_progress(json.dumps(progress), progress["token"])
        self.merchant.is_told(phone=asked)
        self.merchant.sees(Question.PHONE)
        self.merchant.touches(Key.CHARGE)

    def _scan(self, wanted: Callable[[str], bool]) -> str:
        """Hold the phone's camera at the screen until there is the code that is wanted."""
        path = self.bench.folder / "phone-scan.ppm"
        for _ in self.bench.machine.tries(PATIENCE_S):
            with suppress(ValueError):  # there is none yet
                code = read_qr(self.bench.machine.photograph(path))
                if wanted(code):
                    self.bench.shot("code")
                    return code
        raise MachineFailed(f"no such code in {PATIENCE_S} s: {self.bench.shot('no-code')}")

    def _progress(self) -> dict[str, Any]:
        progress: dict[str, Any] = json.loads(self.bench.machine.run(f"cat {PROGRESS}"))
        return progress


def test_a_phone_sets_an_unpacked_till_up_over_the_air(
    bench: Bench, times: dict[str, float]
) -> None:
    starts = bench.starts()
    owner = ByPhone(bench)
    owner.chooses_the_phone()
    asked_s = time.monotonic()
    owner.scans_the_network()
    times["phone chosen to the first code"] = time.monotonic() - asked_s
    owner.joins()
    for _ in range(TRIES - 1):
        assert owner.phone.send(owner.page, "digits", digits="x").status == 403
    owner.phone.send(owner.page, "digits", digits="x")  # its answer may be lost with the network
    owner.sees_failure(PhoneFailure.WRONG_DIGITS)

    owner.joins_again()
    assert f'value="{SHOP}"' in owner.phone.get(owner.page).text
    assert owner.fills_in("stale bread daily") == 200
    owner.sees_failure(PhoneFailure.NOT_JOINED)
    assert bench.machine.attempt("grep --quiet MERCHANT /etc/kiosk/kiosk.env")[0] == 1

    begun_s = time.monotonic()
    owner.joins_again()
    assert f'value="{SHOP_NAME}"' in owner.phone.get(owner.page).text, "what was typed is kept"
    assert owner.fills_in(SHOP_PASSPHRASE) == 200
    owner.agrees()
    bench.until_ready(starts + 1)
    times["phone chosen again to in service"] = time.monotonic() - begun_s

    assert bench.machine.attempt(LISTENING)[0] == 1, "nothing listens any more"
    joined = bench.machine.run("nmcli --terse --fields NAME,DEVICE connection show --active")
    assert "kiosk-wifi:wlan0" in joined.split()
    assert owner.phone.get(owner.page).status == 0, "its network is gone"
    kept = bench.machine.run("cat /etc/kiosk/kiosk.env")
    assert "KIOSK_RECEIVE=direct" in kept
    assert SHOP_PASSPHRASE not in kept
    bench.press(*digits("500"), Key.CHARGE)
    sats = bench.pay(bench.scan())
    bench.until_logged("received sale=")
    assert bench.moved() == [("outside", "merchant", sats)]
