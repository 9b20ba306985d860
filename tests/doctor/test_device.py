"""What the doctor makes of the machine; every bad case has a cure."""

import pytest

from kiosk.doctor import device
from kiosk.doctor.finding import Finding, Verdict
from kiosk.host.machine import BoardPower, Card, Display, System

UNIT = {
    "LoadState": "loaded",
    "ActiveState": "active",
    "NRestarts": "0",
    "StatusText": "the till is on the screen",
    "WatchdogUSec": "20s",
    "LimitCORE": "0",
}

RENDER = Display("/dev/null", {})
DARK = Display("/dev/null", {"HDMI-A-1": "disconnected"})
LIT = Display("/dev/null", {"HDMI-A-1": "disconnected", "DSI-1": "unknown"})
FOREIGN = Display("/dev/none", {"HDMI-A-1": "connected"})

CASES = [
    (device.service(UNIT), Verdict.GOOD, "the till is on the screen"),
    (device.service(None), Verdict.NOTE, "not installed"),
    (device.service({**UNIT, "LoadState": "not-found"}), Verdict.NOTE, "not installed"),
    (device.service({**UNIT, "ActiveState": "failed"}), Verdict.NOTE, "is failed"),
    (device.service({**UNIT, "NRestarts": "7"}), Verdict.NOTE, "restarted 7 times"),
    (device.watchdog(UNIT, "/dev/watchdog0"), Verdict.GOOD, "/dev/watchdog0"),
    (device.watchdog(UNIT, None), Verdict.NOTE, "frozen machine"),
    (device.watchdog(None, None), Verdict.NOTE, "hangs"),
    (device.watchdog({**UNIT, "WatchdogUSec": "0"}, None), Verdict.NOTE, "hangs"),
    (device.core_dumps(UNIT, "core"), Verdict.GOOD, "off for the till"),
    (device.core_dumps(None, ""), Verdict.GOOD, "off for all"),
    (device.core_dumps(None, "core"), Verdict.NOTE, "on"),
    (device.boot_partition(None), Verdict.GOOD, "no settings file"),
    (device.boot_partition("/boot/firmware/kiosk.env"), Verdict.NOTE, "still lies there"),
    (device.card(Card("/")), Verdict.GOOD, "can be written"),
    (device.card(Card("/", worn_percent=10)), Verdict.GOOD, "10 % worn"),
    (device.card(Card("/", read_only=True)), Verdict.STOP, "read-only"),
    (device.card(Card("/", errors=3)), Verdict.NOTE, "3 errors"),
    (device.card(Card("/", worn_percent=90)), Verdict.NOTE, "90 % worn"),
    (device.temperature(None), Verdict.GOOD, "does not say"),
    (device.temperature(45.2), Verdict.GOOD, "45 °C"),
    (device.temperature(71.0), Verdict.NOTE, "warm"),
    (device.temperature(85.0), Verdict.NOTE, "slows itself down"),
    (device.power(BoardPower.UNKNOWN), Verdict.GOOD, "does not say"),
    (device.power(BoardPower.ENOUGH), Verdict.GOOD, "enough"),
    (device.power(BoardPower.WAS_LOW), Verdict.NOTE, "since the boot"),
    (device.power(BoardPower.LOW_NOW), Verdict.NOTE, "right now"),
    (device.power(BoardPower.ENOUGH_NOW), Verdict.GOOD, "what was before"),
    (device.system(System.WRITABLE), Verdict.GOOD, "can be written"),
    (device.system(System.READ_ONLY), Verdict.GOOD, "only read"),
    (device.system(System.NO_EFFECT), Verdict.NOTE, "had no effect"),
    (device.system(System.INCOMPLETE), Verdict.STOP, "missing"),
    (device.phone(()), Verdict.GOOD, "by phone"),
    (device.phone(("dnsmasq-base",)), Verdict.NOTE, "without dnsmasq-base"),
    (device.swap(()), Verdict.GOOD, "off"),
    (device.swap(("/dev/zram0",)), Verdict.NOTE, "/dev/zram0"),
    (device.display(True, (), (), driver=False), Verdict.GOOD, "desktop"),
    (device.display(False, (), (), driver=True), Verdict.STOP, "no /dev/dri/card"),
    (device.display(False, (), ("/dev/fb1",), driver=True), Verdict.STOP, "no /dev/dri/card"),
    (device.display(False, (LIT,), (), driver=False), Verdict.STOP, "SDL cannot"),
    (device.display(False, (RENDER, LIT), (), driver=True), Verdict.GOOD, "DSI-1 of /dev/null"),
    (device.display(False, (RENDER,), (), driver=True), Verdict.STOP, "show none"),
    (device.display(False, (DARK,), (), driver=True), Verdict.STOP, "connected to HDMI-A-1"),
    (device.display(False, (DARK,), ("/dev/fb1",), driver=True), Verdict.STOP, "connected to HDMI"),
    (device.display(False, (FOREIGN,), (), driver=True), Verdict.STOP, "may not be used"),
]


@pytest.mark.parametrize(("finding", "verdict", "words"), CASES, ids=lambda case: str(case)[:40])
def test_the_machine_is_judged(finding: Finding, verdict: Verdict, words: str) -> None:
    assert finding.verdict is verdict
    assert words in finding.words
    assert bool(finding.cure) is (verdict is not Verdict.GOOD)


def test_a_screen_that_only_spi_knows_is_told_with_its_cure() -> None:
    """Box fault 19: with only /dev/fb1 the doctor called the display good."""
    assert "DRM overlay" in device.display(False, (DARK,), ("/dev/fb1",), driver=True).cure
