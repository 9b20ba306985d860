"""A built till takes changed settings over while it runs, and sells by them."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from kiosk.commands.app import App, build_app
from kiosk.sale.settings_change import ChangeOutcome, SettingsChangeResult
from kiosk.sale.settings_screen import SettingsScreen, SettingsStep
from kiosk.screen.text.words import SatsStyle
from kiosk.settings import load
from tests.screen.window_parts import look_of

CHANGES = (
    ("KIOSK_THEME", "dark"),
    ("KIOSK_KEY_ORDER", "calculator"),
    ("KIOSK_LEFT_HANDED", "on"),
    ("KIOSK_NAME", "Café Satoshi"),
    ("KIOSK_TIPS", "7, 14"),
    ("KIOSK_MAX_SAT", "5000"),
    ("KIOSK_SUCCESS_SECONDS", ""),
    ("KIOSK_LANGUAGE", "de"),
    ("KIOSK_SATS", "bitcoin"),
    ("KIOSK_CURRENCY", "EUR"),
    ("KIOSK_TIMEZONE", "Pacific/Kiritimati"),
    ("KIOSK_COPIES", "on"),
    ("KIOSK_BRIGHTNESS", "40"),
)


@pytest.fixture
def app(tmp_path: Path) -> Iterator[App]:
    settings = load(
        {
            "KIOSK_RECEIVE": "direct",
            "MERCHANT_ADDRESS": "shop@blink.sv",
            "KIOSK_JOURNAL": str(tmp_path / "journal.sqlite3"),
            "KIOSK_GPIO": "off",
            "KIOSK_SCREEN": "480x320",
            "KIOSK_VOLUME": "0",
            "KIOSK_SUCCESS_SECONDS": "30",
        }
    )
    made = build_app(settings)
    yield made
    made.close()


def test_what_was_saved_is_on_the_screen_and_in_the_rules_without_a_new_start(app: App) -> None:
    before = app.loop.till.rules
    now_s = app.loop.till.now_s
    saving = SettingsScreen(before.settings, SettingsStep.SAVING, changes=CHANGES, since_s=now_s)
    app.loop.till = replace(app.loop.till, screen=saving)
    app.inbox.put(SettingsChangeResult(ChangeOutcome.IN_FORCE))
    for _ in range(2):
        app.loop.run_once()
    look, rules = look_of(app.window), app.loop.till.rules
    assert (look.theme, look.key_order, look.left_handed) == ("dark", "calculator", True)
    assert (look.name, rules.shop_name) == ("Café Satoshi", "Café Satoshi")
    assert (rules.tips, rules.max_sale, rules.success_s) == ((7, 14), 5000, 8)
    assert (rules.run, rules.installation) == (before.run, before.installation)
    assert rules.merchant_username == before.merchant_username
    assert (look.words.language, look.words.sats_style) == ("de", SatsStyle.BITCOIN)
    assert (rules.languages, rules.units, rules.copies) == (("de",), ("EUR", "SAT"), True)
    zone = ZoneInfo("Pacific/Kiritimati")
    assert (look.words.zone, rules.zone, app.journal._zone) == (zone, zone, zone)
    screen = app.loop.till.screen
    assert isinstance(screen, SettingsScreen)
    shown = {setting.name: setting.value for setting in screen.settings}
    assert (shown["KIOSK_THEME"], shown["KIOSK_TIPS"]) == ("dark", "7, 14")
    assert not app.loop.stopped
