"""What the doctor makes of the machine; every bad case has a cure."""

import pytest

from kiosk.doctor import box
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
    (box.service(UNIT), Verdict.GOOD, "the till is on the screen"),
    (box.service(None), Verdict.NOTE, "not installed"),
    (box.service({**UNIT, "LoadState": "not-found"}), Verdict.NOTE, "not installed"),
    (box.service({**UNIT, "ActiveState": "failed"}), Verdict.NOTE, "is failed"),
    (box.service({**UNIT, "NRestarts": "7"}), Verdict.NOTE, "restarted 7 times"),
    (box.watchdog(UNIT, "/dev/watchdog0"), Verdict.GOOD, "/dev/watchdog0"),
    (box.watchdog(UNIT, None), Verdict.NOTE, "frozen machine"),
    (box.watchdog(None, None), Verdict.NOTE, "hangs"),
    (box.watchdog({**UNIT, "WatchdogUSec": "0"}, None), Verdict.NOTE, "hangs"),
    (box.core_dumps(UNIT, "core"), Verdict.GOOD, "off for the till"),
    (box.core_dumps(None, ""), Verdict.GOOD, "off for all"),
    (box.core_dumps(None, "core"), Verdict.NOTE, "on"),
    (box.boot_partition(None), Verdict.GOOD, "no settings file"),
    (box.boot_partition("/boot/firmware/kiosk.env"), Verdict.NOTE, "still lies there"),
    (box.card(Card("/")), Verdict.GOOD, "can be written"),
    (box.card(Card("/", worn_percent=10)), Verdict.GOOD, "10 % worn"),
    (box.card(Card("/", read_only=True)), Verdict.STOP, "read-only"),
    (box.card(Card("/", errors=3)), Verdict.NOTE, "3 errors"),
    (box.card(Card("/", worn_percent=90)), Verdict.NOTE, "90 % worn"),
    (box.temperature(None), Verdict.GOOD, "does not say"),
    (box.temperature(45.2), Verdict.GOOD, "45 °C"),
    (box.temperature(71.0), Verdict.NOTE, "warm"),
    (box.temperature(85.0), Verdict.NOTE, "slows itself down"),
    (box.power(BoardPower.UNKNOWN), Verdict.GOOD, "does not say"),
    (box.power(BoardPower.ENOUGH), Verdict.GOOD, "enough"),
    (box.power(BoardPower.WAS_LOW), Verdict.NOTE, "since the boot"),
    (box.power(BoardPower.LOW_NOW), Verdict.NOTE, "right now"),
    (box.power(BoardPower.ENOUGH_NOW), Verdict.GOOD, "what was before"),
    (box.system(System.WRITABLE), Verdict.GOOD, "can be written"),
    (box.system(System.READ_ONLY), Verdict.GOOD, "only read"),
    (box.system(System.NO_EFFECT), Verdict.NOTE, "had no effect"),
    (box.system(System.INCOMPLETE), Verdict.STOP, "missing"),
    (box.swap(()), Verdict.GOOD, "off"),
    (box.swap(("/dev/zram0",)), Verdict.NOTE, "/dev/zram0"),
    (box.display(True, (), (), driver=False), Verdict.GOOD, "desktop"),
    (box.display(False, (), (), driver=True), Verdict.STOP, "no /dev/dri/card"),
    (box.display(False, (), ("/dev/fb1",), driver=True), Verdict.STOP, "no /dev/dri/card"),
    (box.display(False, (LIT,), (), driver=False), Verdict.STOP, "SDL cannot"),
    (box.display(False, (RENDER, LIT), (), driver=True), Verdict.GOOD, "DSI-1 of /dev/null"),
    (box.display(False, (RENDER,), (), driver=True), Verdict.STOP, "show none"),
    (box.display(False, (DARK,), (), driver=True), Verdict.STOP, "connected to HDMI-A-1"),
    (box.display(False, (DARK,), ("/dev/fb1",), driver=True), Verdict.STOP, "connected to HDMI"),
    (box.display(False, (FOREIGN,), (), driver=True), Verdict.STOP, "may not be used"),
]


@pytest.mark.parametrize(("finding", "verdict", "words"), CASES, ids=lambda one: str(one)[:40])
def test_the_machine_is_judged(finding: Finding, verdict: Verdict, words: str) -> None:
    assert finding.verdict is verdict
    assert words in finding.words
    assert bool(finding.cure) is (verdict is not Verdict.GOOD)


def test_a_screen_that_only_spi_knows_is_told_with_its_cure() -> None:
    """Box fault 19: with only /dev/fb1 the doctor called the display good."""
    assert "DRM overlay" in box.display(False, (DARK,), ("/dev/fb1",), driver=True).cure
