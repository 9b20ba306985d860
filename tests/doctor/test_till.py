"""What the doctor makes of the till's own parts."""

import os
from pathlib import Path

import pytest

from kiosk.doctor import till
from kiosk.doctor.finding import Finding, Verdict
from kiosk.host.machine import Card
from kiosk.panel.inspection import Inspection
from kiosk.settings import load

NOW = 1_700_000_000
HEADERLESS = Inspection(("This machine has no Raspberry Pi GPIO header.",), has_header=False)
OURS = 'Keypad: GPIO 5 cannot be used: "kiosk" uses it. Look for a second program.'
BUSY = Inspection((OURS,))
FOREIGN = Inspection(('LED: GPIO 17 cannot be used: "lirc" uses it.', OURS))  # box fault 7
PATH = Path("/var/lib/kiosk/journal.sqlite3")

CASES = [
    (till.room(Card("/", free_bytes=2_000_000_000)), Verdict.GOOD, "2,000 MB"),
    (till.room(Card("/", free_bytes=20_000_000)), Verdict.NOTE, "20 MB"),
    (till.journal(PATH, [], NOW, running=False), Verdict.GOOD, "can be written, 0 forwards"),
    (
        till.journal(PATH, [(NOW - 60, "on its way")], NOW, running=True),
        Verdict.GOOD,
        "1 forwards on the way",
    ),
    (
        till.journal(PATH, [(NOW - 9000, "why"), (NOW, "")], NOW, running=True),
        Verdict.NOTE,
        "for 2 hours: why",
    ),
    (till.panel("off", None, running=False), Verdict.GOOD, "is off"),
    (till.panel("on", HEADERLESS, running=False), Verdict.STOP, "no Raspberry Pi"),
    (till.panel("auto", HEADERLESS, running=False), Verdict.GOOD, "none:"),
    (till.panel("on", BUSY, running=True), Verdict.GOOD, "in use by the till"),
    (till.panel("on", BUSY, running=False), Verdict.STOP, '"kiosk" uses it'),
    (till.panel("on", FOREIGN, running=True), Verdict.STOP, '"lirc" uses it'),
    (till.panel("auto", FOREIGN, running=True), Verdict.NOTE, '"lirc" uses it'),
    (till.panel("auto", FOREIGN, running=False), Verdict.NOTE, "GPIO 5"),
    (till.panel("auto", Inspection(down=("5", "#")), running=False), Verdict.NOTE, "5, #"),
    (till.panel("auto", Inspection(), running=False), Verdict.GOOD, "no key stuck"),
    (till.light(None), Verdict.GOOD, "none"),
    (till.light(17), Verdict.GOOD, "pin 17"),
    (till.fonts("Café", covered=True), Verdict.GOOD, "every language"),
    (till.fonts("𓀀", covered=False), Verdict.NOTE, "cannot draw"),
    (till.printer("", "", ""), Verdict.GOOD, "none"),
    (till.printer("/dev/usb/lp0", "", ""), Verdict.GOOD, "can be used"),
    (till.printer("/dev/usb/lp0", "has no paper", "a roll"), Verdict.NOTE, "has no paper"),
    (till.logo(None, ""), Verdict.GOOD, "none"),
    (till.logo(PATH, ""), Verdict.GOOD, "can be drawn"),
    (till.logo(PATH, "is no picture"), Verdict.NOTE, "no picture"),
    (till.sound(0, ()), Verdict.GOOD, "off"),
    (till.sound(60, ()), Verdict.NOTE, "no sound card"),
    (till.sound(60, ("0 [Headphones]",)), Verdict.GOOD, "Headphones"),
    (till.backlight(()), Verdict.GOOD, "none"),
    (till.backlight((Path("/dev/null"),)), Verdict.GOOD, "/dev/null"),
    (till.backlight((Path("/nowhere/brightness"),)), Verdict.NOTE, "may not be written"),
]


@pytest.mark.parametrize(("finding", "verdict", "words"), CASES, ids=lambda case: str(case)[:40])
def test_a_part_of_the_till_is_judged(finding: Finding, verdict: Verdict, words: str) -> None:
    assert finding.verdict is verdict
    assert words in finding.words


def test_a_setting_that_is_none_and_a_missing_pin_are_told() -> None:
    read = load({}, need_account=False)
    lines = list(till.settings(read, ("KIOSK_CURENCY is not a setting",)))
    assert [line.verdict for line in lines] == [Verdict.GOOD, Verdict.NOTE, Verdict.NOTE]
    assert "KIOSK_CURENCY" in lines[1].words
    assert "PIN" in lines[2].words


def test_a_journal_that_is_not_there_yet_is_no_trouble_where_it_can_be_made(
    tmp_path: Path,
) -> None:
    assert till.new_journal(tmp_path / "a" / "b.sqlite3").verdict is Verdict.GOOD


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_journal_that_cannot_be_made_stops_sales(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    assert till.new_journal(tmp_path / "a" / "b.sqlite3").verdict is Verdict.STOP
