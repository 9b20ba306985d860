"""The file of a USB stick comes into force by root's decision alone, whole or not at all."""

import json
from hashlib import sha256
from pathlib import Path

import pytest

from kiosk.provision.apply_settings import WIFI_TO_JOIN, Paths, apply_from_boot
from kiosk.provision.change_history import HISTORY
from kiosk.provision.stick_settings import COPY, ITEMS, LOGO, MOST_LOGO_BYTES, TAKEN
from kiosk.provision.wifi import Wifi
from kiosk.sale.pin import is_correct_pin
from kiosk.sale.settings_change import CHECK_STICK, ChangeOutcome, take_stick
from tests.provision.test_change_settings import FIRST, PIN, Root, root, set_up

__all__ = ["root", "set_up"]

KEY = "blink_abcdefghijklmnopqrstuvwxyz0123456789"
WHOLE = f"BLINKPOS_API_KEY={KEY}\nMERCHANT_USERNAME=cafe\nKIOSK_PIN=4711\n"


def put(root: Root, text: str) -> bytes:
    """What `usb-stick` copied."""
    root.paths.stick.mkdir(exist_ok=True)
    (root.paths.stick / COPY).write_text(text)
    return text.encode()


def test_at_first_the_file_needs_no_pin_and_may_then_be_wiped_on_the_stick(root: Root) -> None:
    data = put(root, WHOLE)
    checked = root.result(CHECK_STICK)
    assert (checked.outcome, checked.payee) == (ChangeOutcome.FITS, "cafe")
    assert set(checked.changed) == {"BLINKPOS_API_KEY", "MERCHANT_USERNAME", "KIOSK_PIN"}
    assert root.values == {}, "it was only looked at"
    assert not (root.paths.stick / TAKEN).exists()
    assert root.result(take_stick()).outcome is ChangeOutcome.IN_FORCE
    assert root.values["BLINKPOS_API_KEY"] == KEY
    assert is_correct_pin("4711", root.values["KIOSK_PIN"])
    assert (root.paths.stick / TAKEN).read_text().strip() == sha256(data).hexdigest()
    assert not (root.paths.stick / COPY).exists()


def test_with_settings_in_force_it_takes_the_managers_pin(set_up: Root) -> None:
    before = set_up.values
    put(set_up, WHOLE)
    assert set_up.result(take_stick()).outcome is ChangeOutcome.PIN_WRONG
    assert set_up.result(take_stick("1111")).outcome is ChangeOutcome.PIN_WRONG
    assert set_up.values == before
    assert not (set_up.paths.stick / TAKEN).exists()
    assert set_up.result(take_stick(PIN)).outcome is ChangeOutcome.IN_FORCE
    assert "MERCHANT_ADDRESS" not in set_up.values, "a complete file replaces all"


def test_a_new_key_is_one_line_and_leaves_the_rest_as_it_is(set_up: Root) -> None:
    put(set_up, f"BLINKPOS_API_KEY={KEY}\n")
    before = set_up.values
    checked = set_up.result(CHECK_STICK)
    assert (checked.changed, checked.payee) == (("BLINKPOS_API_KEY",), FIRST["MERCHANT_ADDRESS"])
    assert set_up.result(take_stick(PIN)).outcome is ChangeOutcome.IN_FORCE
    assert set_up.values == {**before, "BLINKPOS_API_KEY": KEY}


def test_a_file_without_a_pin_leaves_the_one_that_protects_the_settings(set_up: Root) -> None:
    put(set_up, "KIOSK_RECEIVE=direct\nMERCHANT_ADDRESS=new@blink.sv\n")
    assert "KIOSK_PIN" not in set_up.result(CHECK_STICK).changed
    assert set_up.result(take_stick(PIN)).outcome is ChangeOutcome.IN_FORCE
    assert is_correct_pin(PIN, set_up.values["KIOSK_PIN"])
    assert "KIOSK_NAME" not in set_up.values


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("KIOSK_TIPS=5,hunter2\n", "KIOSK_TIPS"),
        ("KIOSK_JOURNAL=/etc/shadow\n", "KIOSK_JOURNAL"),
        ("PATH=/tmp\n", "PATH"),
        ("KIOSK_NAME\n", "KIOSK_NAME"),
        ("x" * 65_537, "kiosk.env"),
        ("\0", "kiosk.env"),
    ],
)
def test_a_wrong_file_is_told_by_name_before_and_after_the_pin(
    set_up: Root, text: str, name: str
) -> None:
    before = set_up.values
    put(set_up, text)
    for change in (CHECK_STICK, take_stick(PIN)):
        result = set_up.result(change)
        assert result.outcome is ChangeOutcome.WRONG
        assert result.problems[0].startswith(name)
        assert "hunter2" not in str(result)
    assert set_up.values == before
    assert not (set_up.paths.stick / TAKEN).exists()


def test_without_a_copy_there_is_nothing_to_check_or_take(set_up: Root) -> None:
    for change in (CHECK_STICK, take_stick(PIN)):
        assert set_up.result(change).outcome is ChangeOutcome.NO_FILE


def test_the_sticks_wifi_is_joined_by_the_unit_that_may(root: Root, tmp_path: Path) -> None:
    put(root, f"{WHOLE}WIFI_SSID=Casa\nWIFI_PASSPHRASE='long enough'\nWIFI_COUNTRY=SV\n")
    assert root.result(take_stick()).outcome is ChangeOutcome.IN_FORCE
    assert "WIFI" not in (root.paths.etc / "kiosk.env").read_text()
    joined: list[Wifi] = []
    places = Paths((), root.paths.etc, tmp_path / "refused", joined.append, lambda _: None)
    for _ in range(2):
        assert apply_from_boot(places) == ()
    (wifi,) = joined
    assert (wifi.ssid, wifi.country, wifi.hidden) == ("Casa", "SV", False)
    assert wifi.passphrase is not None
    assert wifi.passphrase.reveal() == "long enough"
    assert not (root.paths.etc / WIFI_TO_JOIN).exists()


def test_a_wifi_that_cannot_be_joined_now_is_tried_at_the_next_boot(
    root: Root, tmp_path: Path
) -> None:
    wifi = {"WIFI_SSID": "Casa", "WIFI_COUNTRY": "SV"}
    (root.paths.etc / WIFI_TO_JOIN).write_text(json.dumps(wifi))

    def fail(_: Wifi) -> None:
        raise OSError(30, "Read-only file system")

    assert apply_from_boot(Paths((), root.paths.etc, tmp_path / "refused", fail)) == ()
    assert (root.paths.etc / WIFI_TO_JOIN).exists()


def test_it_is_kept_that_the_change_came_by_stick(set_up: Root) -> None:
    put(set_up, f"BLINKPOS_API_KEY={KEY}\n")
    set_up.result(take_stick(PIN))
    last = (set_up.paths.etc / HISTORY).read_text().splitlines()[-1]
    assert last.endswith("manager, with the PIN, with a USB stick: BLINKPOS_API_KEY set")


def test_items_alone_change_nothing_but_the_items(set_up: Root) -> None:
    before = set_up.values
    set_up.paths.stick.mkdir()
    (set_up.paths.stick / ITEMS).write_text("name,price\nCoffee,2.50\nTea,2\n")
    checked = set_up.result(CHECK_STICK)
    assert (checked.outcome, checked.changed) == (ChangeOutcome.FITS, ("KIOSK_ITEMS",))
    assert set_up.result(take_stick("1111")).outcome is ChangeOutcome.PIN_WRONG
    assert set_up.result(take_stick(PIN)).outcome is ChangeOutcome.IN_FORCE
    assert set_up.values == {**before, "KIOSK_ITEMS": "Coffee;2.50 | Tea;2"}
    assert [file.name for file in set_up.paths.stick.iterdir()] == []


def test_wrong_items_are_told_line_by_line(set_up: Root) -> None:
    before = set_up.values
    set_up.paths.stick.mkdir()
    (set_up.paths.stick / ITEMS).write_text("Coffee,2.50\nTea,free\n,1\n")
    result = set_up.result(CHECK_STICK)
    assert result.outcome is ChangeOutcome.WRONG
    assert [problem.partition(" must")[0] for problem in result.problems] == [
        "KIOSK_ITEMS: line 2",
        "KIOSK_ITEMS: line 3",
    ]
    assert set_up.values == before


def test_a_logo_is_kept_where_the_tills_unit_takes_it_from(set_up: Root) -> None:
    set_up.paths.stick.mkdir()
    (set_up.paths.stick / LOGO).write_bytes(b"\x89PNG\xff\x00")
    assert set_up.result(CHECK_STICK).changed == ("KIOSK_LOGO",)
    assert not (set_up.paths.etc / LOGO).exists(), "it was only looked at"
    assert set_up.result(take_stick(PIN)).outcome is ChangeOutcome.IN_FORCE
    assert (set_up.paths.etc / LOGO).read_bytes() == b"\x89PNG\xff\x00"
    assert set_up.values["KIOSK_LOGO"] == "stick"
    assert list(set_up.paths.stick.iterdir()) == []


def test_a_logo_larger_than_a_service_may_be_handed_is_refused(set_up: Root) -> None:
    set_up.paths.stick.mkdir()
    (set_up.paths.stick / LOGO).write_bytes(bytes(MOST_LOGO_BYTES + 1))
    assert set_up.result(CHECK_STICK).problems == ("KIOSK_LOGO: is larger than 500 kB",)


def test_items_and_a_logo_alone_set_up_no_till(root: Root) -> None:
    root.paths.stick.mkdir()
    (root.paths.stick / ITEMS).write_text("Coffee,2.50\n")
    assert root.result(CHECK_STICK).outcome is ChangeOutcome.NO_FILE
    (root.paths.stick / COPY).write_text(WHOLE)
    assert root.result(take_stick()).outcome is ChangeOutcome.IN_FORCE
    assert root.values["KIOSK_ITEMS"] == "Coffee;2.50"
