"""Settings are read from three places, and every mistake is told at once without a secret."""

import logging
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import get_type_hints
from zoneinfo import TZPATH, ZoneInfo

import pytest

from kiosk.__main__ import main
from kiosk.clock import system_zone
from kiosk.commands.from_settings import endpoints_of, rules_of
from kiosk.commands.log import Redacting
from kiosk.commands.run import _secret_values
from kiosk.panel.wiring import DEFAULT_LED_PIN
from kiosk.sale.pin import is_correct_pin
from kiosk.settings import (
    SECRETS,
    TABLE,
    Secret,
    Settings,
    WrongSettings,
    default_journal,
    load,
    unknown,
)
from kiosk.settings.entry import Setting
from kiosk.settings.parsers import meant
from kiosk.settings.table import FIELDS
from tests.settings_docs import EXAMPLE, PAGE, example, page

TYPES = get_type_hints(Settings)
KEY = "blink_" + "k" * 64
GOOD = {"BLINKPOS_API_KEY": KEY, "MERCHANT_USERNAME": "shop"}


@pytest.mark.parametrize(
    ("text", "end"),
    [
        ("EURO", "; did you mean EUR?"),
        ("eur", ""),
        ("Yen", ""),
        ("", ""),
        ("USDD", "; did you mean USD?"),
    ],
)
def test_the_value_that_was_meant_is_the_nearest_right_one_or_none(text: str, end: str) -> None:
    assert meant(text, ("USD", "EUR", "JPY")) == end


def problems(**changed: str) -> tuple[str, ...]:
    with pytest.raises(WrongSettings) as caught:
        load({**GOOD, **changed})
    return caught.value.problems


def test_a_key_and_a_merchant_are_enough() -> None:
    settings = load(GOOD)
    assert settings.merchant_username == "shop"
    assert settings.api_url == "https://api.blink.sv/graphql"
    assert (settings.currencies, settings.invoice_minutes, settings.screen) == (("USD",), 10, None)


def test_all_mistakes_are_told_at_once_by_name_and_no_secret_is_shown() -> None:
    result = problems(
        BLINKPOS_API_KEY="blink with blanks hunter2",
        KIOSK_INVOICE_MINUTES="0",
        KIOSK_CURRENCY="DOLLAR",
        KIOSK_PIN="hunter2",
    )
    assert {line.split(":")[0] for line in result} == {
        "BLINKPOS_API_KEY",
        "KIOSK_INVOICE_MINUTES",
        "KIOSK_CURRENCY",
        "KIOSK_PIN",
    }
    assert "hunter2" not in "\n".join(result)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("BLINK_API_URL", "http://api.blink.sv/graphql"),
        ("BLINK_API_URL", "https://user:pass@api.blink.sv/"),
        ("BLINK_WS_URL", "ws://192.168.1.1/graphql"),
        ("BLINK_API_URL", "https://api.blink.sv/ graphql"),
        ("BLINK_API_URL", "https://api.blink.sv:65536/graphql"),
        ("BLINK_API_URL", "https://api.blink.sv:443a/graphql"),
        ("BLINK_WS_URL", "wss://ws\uff0eblink\uff0esv/graphql"),
        ("BLINK_WS_URL", "wss://ws.blink.sv\t/graphql"),
        ("BLINKPOS_WALLET_ID", "not-a-uuid"),
        ("KIOSK_NAME", "Bar\nBLINK"),
        ("KIOSK_NAME", 41 * "x"),
        ("MERCHANT_USERNAME", "+50370000000"),
        ("MERCHANT_USERNAME", "1abc"),
        ("MERCHANT_WALLET_ID", "11111111-1111-4111-8111-111111111111"),
        ("MERCHANT_API_KEY", KEY),
        ("MERCHANT_UPDATES", "on"),
        ("KIOSK_MAX_SAT", "1e6"),
        ("KIOSK_INVOICE_MINUTES", "1441"),
        ("KIOSK_ID", "Bar 1"),
        ("KIOSK_SCREEN", "wide"),
        ("KIOSK_ROTATE", "45"),
        ("KIOSK_GPIO", "maybe"),
        ("KIOSK_KEYPAD_ROWS", "5,5"),
        ("KIOSK_LED_PIN", "99"),
        ("KIOSK_OVER_LIMIT", "ignore"),
        ("KIOSK_LANGUAGE", "xx"),
        ("KIOSK_TIPS", "5,ten"),
        ("KIOSK_PRINTER", "/var/lib/kiosk/journal.sqlite3"),
        ("KIOSK_PRINTER", "/dev/../etc/passwd"),
        ("KIOSK_PRINTER", "lp0"),
        ("KIOSK_PRINTER", "tcp://192.168.1.50"),
        ("KIOSK_PRINTER", "tcp://192.168.1.50:99999"),
        ("KIOSK_PRINTER", "tcp://user@192.168.1.50:9100"),
        ("KIOSK_PRINTER", "tcp://[::1:9100"),
        ("KIOSK_PAPER", "60"),
        ("KIOSK_RECEIPT", "sometimes"),
        ("KIOSK_RECEIPT_FOOTER", "a|" * 8),
        ("KIOSK_RECEIPT_HEADER", "x" * 61),
        ("KIOSK_ADDRESS", "Main Street\x1b5"),
    ],
)
def test_a_wrong_value_is_refused_by_its_name(name: str, value: str) -> None:
    assert name in {line.split(":")[0] for line in problems(**{name: value})}


DIRECT = {"KIOSK_RECEIVE": "direct", "MERCHANT_ADDRESS": "shop@example.com"}


def direct_problems(**changed: str) -> set[str]:
    """The names of the settings that are wrong in a till of direct sales."""
    try:
        load({**DIRECT, **changed})
    except WrongSettings as error:
        return {line.split(":")[0] for line in error.problems}
    return set()


def test_an_address_is_all_that_direct_sales_need() -> None:
    settings = load(DIRECT)
    assert str(settings.merchant_address) == "shop@example.com"
    assert settings.blinkpos_api_key is None
    assert rules_of(settings, "3f9a0b1c").direct
    assert load({"KIOSK_RECEIVE": "direct", "MERCHANT_USERNAME": "shop"}).merchant_address is None


def test_the_way_is_forward_unless_the_settings_say_otherwise() -> None:
    assert load(GOOD).receive == "forward"
    assert not rules_of(load(GOOD), "3f9a0b1c").direct


def test_forward_without_a_key_is_refused_with_a_sentence() -> None:
    with pytest.raises(WrongSettings, match="BLINKPOS_API_KEY: is missing: make a key"):
        load({"MERCHANT_USERNAME": "shop"})
    assert {line.split(":")[0] for line in problems(MERCHANT_ADDRESS="shop@example.com")} == {
        "MERCHANT_ADDRESS"
    }


def test_direct_sales_have_one_payee() -> None:
    assert direct_problems(MERCHANT_ADDRESS="") == {"MERCHANT_ADDRESS"}
    assert direct_problems(MERCHANT_USERNAME="shop") == {"MERCHANT_ADDRESS"}
    assert direct_problems(MERCHANT_UPDATES="ON") == {"MERCHANT_UPDATES"}
    assert direct_problems(KIOSK_RECEIVE="both") == {
        "KIOSK_RECEIVE",
        "MERCHANT_ADDRESS",
        "BLINKPOS_API_KEY",
        "MERCHANT_USERNAME",
    }


def test_the_keys_of_before_stay_usable_for_the_forwards_of_before() -> None:
    keys = {"BLINKPOS_API_KEY": KEY, "MERCHANT_API_KEY": f"{KEY}m"}
    settings = load({**DIRECT, **keys})
    assert endpoints_of(settings).till_key is not None
    assert endpoints_of(settings).direct is not None
    assert rules_of(settings, "3f9a0b1c").keys_left == ("BLINKPOS_API_KEY", "MERCHANT_API_KEY")
    assert not rules_of(load(DIRECT), "3f9a0b1c").keys_left
    assert not rules_of(load(GOOD), "3f9a0b1c").keys_left, "forward needs its keys"


@pytest.mark.parametrize(
    "address",
    [
        "+50370000000@blink.sv",
        "50370000000@blink.sv",
        "shop",
        "shop@",
        "@blink.sv",
        "shop@blink",
        "shop@192.168.1.1",
        "shop@0x7f.1",
        "shop@blink.sv:443",
        "shop@blink.sv/x",
        "shop@blink.sv?x=1",
        "a@127.0.0.1:9200/x#",
        "a@b@blink.sv",
        "shop name@blink.sv",
        "\u20bfshop@blink.sv",
    ],
)
def test_a_phone_number_or_a_strange_address_is_refused(address: str) -> None:
    assert direct_problems(MERCHANT_ADDRESS=address) == {"MERCHANT_ADDRESS"}


@pytest.mark.parametrize("name", ["+50370000000", "50370000000", "1shop", "sh"])
def test_a_phone_number_is_no_name_for_direct_sales(name: str) -> None:
    assert "MERCHANT_USERNAME" in direct_problems(MERCHANT_ADDRESS="", MERCHANT_USERNAME=name)


def test_a_missing_merchant_is_told() -> None:
    with pytest.raises(WrongSettings, match="MERCHANT_USERNAME"):
        load({"BLINKPOS_API_KEY": KEY})


def test_commands_without_an_account_need_no_keys() -> None:
    assert load({}, need_account=False).blinkpos_api_key is None


def test_plain_http_is_for_this_machine_only() -> None:
    local = {**GOOD, "BLINK_API_URL": "http://127.0.0.1:8080/graphql"}
    assert load(local).api_url == "http://127.0.0.1:8080/graphql"


def test_the_environment_beats_credentials_and_they_beat_the_file(tmp_path: Path) -> None:
    dotenv = tmp_path / ".env"
    dotenv.write_text("KIOSK_ID=from-file\nMERCHANT_USERNAME=filed\nBLINKPOS_API_KEY=blink_file\n")
    (tmp_path / "BLINKPOS_API_KEY").write_text("blink_credential\n")
    settings = load({"MERCHANT_USERNAME": "fromenv"}, dotenv=dotenv, credentials=tmp_path)
    assert settings.kiosk_id == "from-file"
    assert settings.merchant_username == "fromenv"
    assert settings.blinkpos_api_key == Secret("blink_credential")


def test_the_settings_file_of_an_appliance_comes_as_a_credential(tmp_path: Path) -> None:
    """Box fault 26: systemd and the program read kiosk.env each in a way of its own."""
    (tmp_path / "kiosk.env").write_text("MERCHANT_USERNAME=shop\nKIOSK_NAME='Bar #1'\n")
    (tmp_path / "BLINKPOS_API_KEY").write_text(KEY)
    (tmp_path / "MERCHANT_API_KEY").write_text(" ")
    settings = load({}, dotenv=tmp_path / "none", credentials=tmp_path)
    assert (settings.name, settings.merchant_username) == ("Bar #1", "shop")
    (tmp_path / "kiosk.env").write_text("MERCHANT_USERNAME=shop\nKIOSK_NAME=Bar #1\n")
    with pytest.raises(WrongSettings, match="KIOSK_NAME"):
        load({}, credentials=tmp_path)


def test_a_file_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    with pytest.raises(WrongSettings, match="directory"):
        load(GOOD, dotenv=tmp_path)


def test_an_empty_pin_setting_means_no_led() -> None:
    assert load(GOOD).led_pin is not None
    assert load({**GOOD, "KIOSK_LED_PIN": ""}).led_pin is None


def test_a_secret_never_shows_itself() -> None:
    """Bug 12 of other tills: the write key could be reached, and the account was drained."""
    settings = load({**GOOD, "KIOSK_PIN": "24681357"})
    assert "kkkk" not in repr(settings)
    assert "24681357" not in repr(settings)
    assert isinstance(settings, Settings)


def test_a_misspelt_name_is_told_with_the_right_one() -> None:
    assert unknown({"KIOSK_CURENCY": "EUR", "PATH": "/bin"}) == (
        "KIOSK_CURENCY is not a setting; did you mean KIOSK_CURRENCY?",
    )


def test_the_example_and_the_page_are_what_the_table_says() -> None:
    assert EXAMPLE.read_text() == example(), "run python -m tests.settings_docs"
    assert PAGE.read_text() == page(PAGE.read_text()), "run python -m tests.settings_docs"


def test_the_example_may_be_used_as_it_is_but_for_the_accounts() -> None:
    lines = EXAMPLE.read_text().splitlines()
    names = [line.partition("=")[0] for line in lines if line and not line.startswith("#")]
    assert sorted(names) == sorted(TABLE)
    assert load({**GOOD, "KIOSK_ID": "x"}, dotenv=EXAMPLE) == load({**GOOD, "KIOSK_ID": "x"})


@pytest.mark.parametrize("entry", TABLE.values(), ids=lambda entry: entry.name)
def test_every_entry_has_a_sentence_and_a_default_that_may_be_set(entry: Setting) -> None:
    assert entry.meaning
    assert not (entry.secret and entry.default), "a secret has no default"
    assert load({entry.name: entry.default, **GOOD}) == load(GOOD)


def test_a_secret_is_what_its_type_says() -> None:
    secret = {entry.name for field, entry in FIELDS.items() if "Secret" in str(TYPES[field])}
    assert set(SECRETS) == secret


def test_the_led_is_where_the_wiring_says() -> None:
    assert load(GOOD).led_pin == DEFAULT_LED_PIN


def test_the_digits_of_the_pin_are_kept_nowhere() -> None:
    """Fault 26: the log's redactor knew them and took them out of every amount."""
    settings = load({**GOOD, "KIOSK_PIN": "2866"})
    assert settings.pin is not None
    kept = settings.pin.reveal()
    assert kept != "2866"
    assert is_correct_pin("2866", kept)
    assert load({**GOOD, "KIOSK_PIN": kept}).pin == settings.pin, "a hash is taken as it is"
    assert kept not in _secret_values(settings)
    assert rules_of(settings, "3f9a0b1c").pin == kept
    line = Redacting("%(message)s", _secret_values(settings))
    record = logging.makeLogRecord({"msg": "amount_sat=28660"})
    assert line.format(record) == "amount_sat=28660"


@pytest.mark.parametrize("name", ["Mars/Phobos", "../etc/passwd", "/etc/localtime", "a\0b"])
def test_a_time_zone_is_known_or_refused_with_a_cure(name: str) -> None:
    assert load({**GOOD, "KIOSK_TIMEZONE": "America/El_Salvador"}).timezone == ZoneInfo(
        "America/El_Salvador"
    )
    assert any("America/El_Salvador" in line for line in problems(KIOSK_TIMEZONE=name))


def test_the_zone_of_the_system_is_taken_with_its_rules(tmp_path: Path) -> None:
    """Fault 22: the default is the system's zone; a machine without one is on UTC."""
    zones = next(Path(folder) for folder in TZPATH if Path(folder, "Asia/Beirut").is_file())
    linked = tmp_path / "linked"
    linked.symlink_to(zones / "Asia/Beirut")
    copied = tmp_path / "copied"
    copied.write_bytes((zones / "Asia/Beirut").read_bytes())
    summer, winter = (datetime.fromisoformat(f"2024-{day}") for day in ("07-01", "01-01"))
    for file in (linked, copied):
        zone = system_zone("", file)
        assert [zone.utcoffset(day) for day in (summer, winter)] == [
            timedelta(hours=3),
            timedelta(hours=2),
        ]
    assert system_zone("Asia/Beirut", tmp_path / "none") == ZoneInfo("Asia/Beirut")
    assert system_zone("", tmp_path / "none") is UTC


def test_off_an_appliance_the_journal_is_in_the_users_data_folder(tmp_path: Path) -> None:
    """Fault 29: the default could not be written by an ordinary user at a desk."""
    desk = tmp_path / "no-appliance"
    data = default_journal({"XDG_DATA_HOME": "/home/x/data"}, desk)
    assert data == Path("/home/x/data/kiosk/journal.sqlite3")
    assert default_journal({}, desk) == Path.home() / ".local/share/kiosk/journal.sqlite3"
    assert default_journal({}, tmp_path) == Path("/var/lib/kiosk/journal.sqlite3")


@pytest.mark.parametrize(
    ("data", "good"),
    [
        ("KIOSK_NAME=Caf\u00e9\n".encode("utf-8-sig"), True),
        ("KIOSK_NAME=Caf\u00e9\n".encode("utf-16"), True),
        ("KIOSK_NAME=Caf\u00e9\n".encode("latin-1"), False),
        ("KIOSK_NAME=Caf\u00e9\n".encode("utf-16-le"), False),
        (b"\xff\xfeK", False),
    ],
)
def test_a_settings_file_of_any_editor_is_read_or_refused_in_a_sentence(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    data: bytes,
    *,
    good: bool,
) -> None:
    """Fault 29: UTF-16 and Latin-1 ended in a traceback."""
    monkeypatch.chdir(tmp_path)
    for name in (name for name in os.environ if name.startswith("KIOSK_")):
        monkeypatch.delenv(name)
    (tmp_path / ".env").write_bytes(data)
    if good:
        assert load(GOOD, dotenv=tmp_path / ".env").name == "Caf\u00e9"
        return
    assert main(["forwards"]) == 2
    assert capsys.readouterr().err.startswith("kiosk: .env: ")
