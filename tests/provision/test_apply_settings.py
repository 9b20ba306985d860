"""The boot partition's files come into force whole, are wiped there, or are told about."""

import argparse
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from kiosk.commands import provision
from kiosk.durable_files import PARTITION_MISSING, write_private
from kiosk.host.refused_settings import REFUSAL, UNFINISHED, left_files, refused_names
from kiosk.provision import apply_settings, settings_in_force
from kiosk.provision.apply_settings import (
    COUNTRY,
    WIFI_TO_JOIN,
    Paths,
    apply_file,
    apply_from_boot,
    keep_secrets_apart,
)
from kiosk.provision.env_file import checked_settings
from kiosk.provision.settings_in_force import (
    BEFORE,
    BEING_CHANGED,
    settings_before,
    values_in_force,
)
from kiosk.provision.wifi import Wifi
from kiosk.sale.pin import is_correct_pin
from kiosk.settings import PIN_CREDENTIAL, SECRETS, load
from kiosk.settings_file import SettingsFile
from tests.provision.test_env_file import GOOD, KEY

BAR = "WIFI_SSID=Bar\nWIFI_COUNTRY=SV\nWIFI_PASSPHRASE=12345678\n"


class Box:
    """An appliance's places in a folder."""

    def __init__(self, root: Path) -> None:
        self.joined: list[Wifi] = []
        self.radios: list[str] = []
        self.boot = root / "boot/firmware"
        self.etc = root / "etc"
        for folder in (self.boot, self.etc, root / "run"):
            folder.mkdir(parents=True)
        self.places = Paths(
            (self.boot, root / "boot"),
            self.etc,
            root / "run/refused",
            self.joined.append,
            self.radios.append,
        )

    @property
    def unfinished(self) -> Path:
        return self.places.refusal.with_name(UNFINISHED.name)

    def secret(self, name: str) -> Path:
        return self.etc / "credentials" / name


@pytest.fixture
def box(tmp_path: Path) -> Box:
    return Box(tmp_path)


def test_a_right_file_is_moved_in_for_root_alone_and_wiped(box: Box) -> None:
    hint = box.boot / "kiosk.env"
    hint.write_text(GOOD)
    assert apply_from_boot(box.places) == ()
    assert not hint.exists()
    assert "MERCHANT_USERNAME=shop" in (box.etc / "kiosk.env").read_text()
    assert box.secret("BLINKPOS_API_KEY").read_text() == KEY
    secrets = (box.secret("BLINKPOS_API_KEY"), box.secret(PIN_CREDENTIAL))
    for file in (box.etc / "kiosk.env", *secrets):
        assert file.stat().st_mode & 0o777 == 0o600
    assert KEY not in (box.etc / "kiosk.env").read_text()


def test_the_secrets_are_overwritten_on_the_boot_partition(box: Box) -> None:
    hint = box.boot / "kiosk.env"
    hint.write_text(GOOD)
    os.link(hint, box.boot / "same-blocks")
    apply_from_boot(box.places)
    assert (box.boot / "same-blocks").read_bytes() == bytes(len(GOOD))


def test_windows_may_have_added_an_ending(box: Box) -> None:
    (box.boot / "kiosk.env.txt").write_text(GOOD)
    assert apply_from_boot(box.places) == ()
    assert box.secret("BLINKPOS_API_KEY").read_text() == KEY


def test_a_wrong_file_changes_nothing_stays_to_be_mended_and_is_told(box: Box) -> None:
    (box.boot / "kiosk.env").write_text(GOOD)
    apply_from_boot(box.places)
    before = (box.etc / "kiosk.env").read_text()
    (box.boot / "kiosk.env").write_text(f"{GOOD}KIOSK_ROTATE=45\nMERCHANT_API_KEY=hunter2\n")

    problems = apply_from_boot(box.places)

    assert (box.etc / "kiosk.env").read_text() == before
    assert box.secret("BLINKPOS_API_KEY").read_text() == KEY
    assert (box.boot / "kiosk.env").exists()
    result = box.places.refusal.read_text()
    assert result.splitlines() == list(problems)
    assert "KIOSK_ROTATE" in result
    assert "hunter2" not in result
    assert box.places.refusal.stat().st_mode & 0o777 == 0o644, "the kiosk's user reads it"


def test_word_of_a_refusal_goes_with_the_next_right_file(box: Box) -> None:
    (box.boot / "kiosk.env").write_text("nonsense")
    assert apply_from_boot(box.places)
    (box.boot / "kiosk.env").write_text(GOOD)
    assert apply_from_boot(box.places) == ()
    assert not box.places.refusal.exists()


def test_a_secret_that_the_new_file_does_not_tell_is_gone(box: Box) -> None:
    merchant = "MERCHANT_API_KEY=blink_m\n"
    (box.boot / "kiosk.env").write_text(GOOD.replace("MERCHANT_USERNAME=shop\n", merchant))
    apply_from_boot(box.places)
    assert box.secret("MERCHANT_API_KEY").exists()
    (box.boot / "kiosk.env").write_text(GOOD)
    apply_from_boot(box.places)
    assert not box.secret("MERCHANT_API_KEY").exists()


def test_a_power_cut_before_the_wiping_means_that_it_is_taken_once_more(
    box: Box, monkeypatch: pytest.MonkeyPatch
) -> None:
    def cut(file: Path) -> None:
        raise KeyboardInterrupt

    (box.boot / "kiosk.env").write_text(GOOD)
    with monkeypatch.context() as patched:
        patched.setattr(apply_settings, "wipe", cut)
        with pytest.raises(KeyboardInterrupt):
            apply_from_boot(box.places)
    assert box.secret("BLINKPOS_API_KEY").read_text() == KEY
    assert apply_from_boot(box.places) == ()
    assert not (box.boot / "kiosk.env").exists()


def test_keys_written_into_the_settings_by_hand_are_moved_out(box: Box) -> None:
    take_in_file(box, GOOD)
    with (box.etc / "kiosk.env").open("a") as file:
        file.write("KIOSK_PIN=2222\nKIOSK_VOLUME=70\n")
    keep_secrets_apart(box.etc)
    assert is_correct_pin("2222", box.secret(PIN_CREDENTIAL).read_text())
    assert box.secret("BLINKPOS_API_KEY").read_text() == KEY, "the others stay"
    text = (box.etc / "kiosk.env").read_text()
    assert "2222" not in text
    assert "KIOSK_VOLUME=70\n" in text
    seen = (box.etc / "kiosk.env").stat().st_mtime_ns
    keep_secrets_apart(box.etc)
    assert (box.etc / "kiosk.env").stat().st_mtime_ns == seen, "nothing is written twice"


def test_wifi_alone_is_joined_and_wiped(box: Box) -> None:
    (box.boot / "wifi.env").write_text("WIFI_SSID=Bar\nWIFI_COUNTRY=SV\nWIFI_PASSPHRASE=12345678\n")
    assert apply_from_boot(box.places) == ()
    assert [wifi.ssid for wifi in box.joined] == ["Bar"]
    assert not (box.boot / "wifi.env").exists()


def test_a_wrong_wifi_does_not_keep_right_settings_out(box: Box) -> None:
    (box.boot / "wifi.env").write_text("WIFI_SSID=Bar\n")
    (box.boot / "kiosk.env").write_text(GOOD)
    problems = apply_from_boot(box.places)
    assert [problem.split(":")[0] for problem in problems] == ["WIFI_COUNTRY"]
    assert box.secret("BLINKPOS_API_KEY").exists()
    assert box.joined == []


def take_in_file(box: Box, text: str) -> None:
    file = box.etc.parent / "given.env"
    file.write_text(text)
    apply_file(file, box.places)


def given(file: Path | None) -> argparse.Namespace:
    return argparse.Namespace(request=False, phone=False, close_phone_network=False, file=file)


def test_the_command_takes_a_given_file_and_keeps_it(box: Box, tmp_path: Path) -> None:
    file = tmp_path / "my.env"
    file.write_text(GOOD)
    assert provision.run(given(file), box.places) == 0
    assert file.read_text() == GOOD
    assert is_correct_pin("4711", box.secret(PIN_CREDENTIAL).read_text())


def test_a_wrong_given_file_is_exit_2_with_a_line_for_each_mistake(
    box: Box, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "my.env"
    file.write_text("KIOSK_ROTATE=45\n")
    assert provision.run(given(file), box.places) == 2
    assert capsys.readouterr().err.count("kiosk: ") == 3


def test_a_wrong_file_on_the_boot_partition_does_not_keep_the_till_from_starting(
    box: Box, capsys: pytest.CaptureFixture[str]
) -> None:
    (box.boot / "kiosk.env").write_text("KIOSK_ROTATE=45\n")
    assert provision.run(given(None), box.places) == 0
    assert "KIOSK_ROTATE" in capsys.readouterr().err


def test_a_disk_that_cannot_be_written_is_told_and_nothing_is_wiped(
    box: Box, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(file: Path, text: str) -> None:
        if box.etc in file.parents:
            raise OSError(30, "read-only", "x")
        write_private(file, text)

    monkeypatch.setattr(settings_in_force, "write_private", refuse)
    (box.boot / "kiosk.env").write_text(GOOD)
    assert provision.run(given(None), box.places) == 0
    assert box.places.refusal.read_text() == "kiosk.env: could not be taken in: read-only\n"
    assert (box.boot / "kiosk.env").read_text() == GOOD, "not wiped before it is safe"


def test_a_boot_partition_that_is_only_read_is_told_and_its_settings_are_taken_once(
    box: Box, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Box fault 12: the settings were never taken, or at every boot again, and nobody was told."""

    def cannot(file: Path) -> None:
        raise OSError(30, "Read-only file system", str(file))

    (box.boot / "kiosk.env").write_text(GOOD)
    (box.boot / "wifi.env").write_text(BAR)
    with monkeypatch.context() as patched:
        patched.setattr(apply_settings, "wipe", cannot)
        assert "cannot be removed" in apply_from_boot(box.places)[0]
        assert left_files(box.places.refusal) == ("kiosk.env", "wifi.env")
        assert refused_names(box.places.refusal) == ()
        assert box.secret("BLINKPOS_API_KEY").read_text() == KEY
        assert [wifi.ssid for wifi in box.joined] == ["Bar"]
        (box.etc / "kiosk.env").write_text("MERCHANT_USERNAME=other\n")
        assert "cannot be removed" in apply_from_boot(box.places)[0]
        assert (box.etc / "kiosk.env").read_text() == "MERCHANT_USERNAME=other\n"
        assert len(box.joined) == 1


def test_more_than_one_settings_file_is_refused_and_none_is_taken(box: Box) -> None:
    """Box fault 26: the second took force at the next restart, payee included."""
    (box.boot / "kiosk.env").write_text(GOOD)
    (box.boot / "kiosk.env.txt").write_text(GOOD.replace("shop", "thief"))
    (problem,) = apply_from_boot(box.places)
    assert problem.startswith("kiosk.env: only one may be there")
    assert not (box.etc / "kiosk.env").exists()
    assert len(list(box.boot.iterdir())) == 2


@pytest.mark.parametrize("name", ["kiosk.env~", "kiosk.env.bak", ".kiosk.env.swp", "old kiosk.env"])
def test_a_copy_that_an_editor_left_is_told(box: Box, name: str) -> None:
    (box.boot / "kiosk.env").write_text(GOOD)
    (box.boot / name).write_text(GOOD)
    (problem,) = apply_from_boot(box.places)
    assert name in problem
    assert left_files(box.places.refusal) == (name,)
    assert box.secret("BLINKPOS_API_KEY").read_text() == KEY, "the right one is in force"


def test_a_link_on_the_boot_partition_is_not_followed(box: Box) -> None:
    (box.boot.parent / "secret").write_text(GOOD)
    (box.boot / "kiosk.env").symlink_to("../secret")
    (problem,) = apply_from_boot(box.places)
    assert problem.startswith("kiosk.env: ")
    assert (box.boot.parent / "secret").read_text() == GOOD


def test_the_settings_are_in_force_before_any_tool_of_the_wifi_runs(box: Box) -> None:
    """Box fault 26: a hanging nmcli or iw kept kiosk.env from being read."""

    def hang(wifi: Wifi) -> None:
        assert box.secret("BLINKPOS_API_KEY").exists()

    (box.boot / "kiosk.env").write_text(GOOD)
    (box.boot / "wifi.env").write_text(BAR)
    assert apply_from_boot(replace(box.places, join=hang)) == ()


def test_what_lies_beneath_a_missing_partition_is_not_used(box: Box) -> None:
    """Box fault 3: what is beneath a missing mount is an old copy, or nothing at all."""
    (box.etc / PARTITION_MISSING).touch()
    (box.boot / "kiosk.env").write_text(GOOD)
    (problem,) = apply_from_boot(box.places)
    assert "partition that is missing" in problem
    assert (box.boot / "kiosk.env").exists()
    assert [file.name for file in box.etc.iterdir()] == [PARTITION_MISSING]
    assert provision.run(given(box.boot / "kiosk.env"), box.places) == 2


def test_the_country_is_kept_with_the_settings_and_told_at_every_boot(box: Box) -> None:
    """Box fault 10: on a system that is only read, Wi-Fi worked for one boot."""
    (box.boot / "wifi.env").write_text(BAR)
    apply_from_boot(box.places)
    assert box.radios == []
    apply_from_boot(box.places)
    assert box.radios == ["SV"]


def test_settings_by_hand_that_are_not_clear_stay_as_they_are_and_are_told(box: Box) -> None:
    text = "KIOSK_PIN=2222 # mine\nBLINKPOS_API_KEY=blink_a\n"
    (box.etc / "kiosk.env").write_text(text)
    apply_from_boot(box.places)
    assert (box.etc / "kiosk.env").read_text() == text
    assert not box.secret("BLINKPOS_API_KEY").exists()


def test_of_the_pin_only_its_hash_is_kept_and_an_old_one_is_hashed_at_the_next_boot(
    box: Box,
) -> None:
    """Fault 26: the digits lay in clear beside their hash."""
    (box.boot / "kiosk.env").write_text(GOOD)
    assert apply_from_boot(box.places) == ()
    assert not box.secret("KIOSK_PIN").exists()
    assert all(b"4711" not in file.read_bytes() for file in box.etc.rglob("*") if file.is_file())
    box.secret(PIN_CREDENTIAL).unlink()
    box.secret("KIOSK_PIN").write_text("4712")  # as an older release kept it
    apply_from_boot(box.places)
    assert not box.secret("KIOSK_PIN").exists()
    settings = load(
        {"BLINKPOS_API_KEY": KEY, "MERCHANT_USERNAME": "shop"},
        credentials=box.etc / "credentials",
    )
    assert settings.pin is not None
    assert is_correct_pin("4712", settings.pin.reveal())
    assert all(b"4712" not in file.read_bytes() for file in box.etc.rglob("*") if file.is_file())


ITEMS_CSV = "name;price;tax\nCafé;2,50;\nThé d'été;2;reduced\n"


def test_items_of_the_boot_partition_come_into_force_beside_the_settings(box: Box) -> None:
    (box.boot / "kiosk.env").write_text(f"{GOOD}KIOSK_TAX=VAT 19, reduced 7\n")
    (box.boot / "items.csv.txt").write_text(ITEMS_CSV, encoding="utf-8-sig")
    before = (box.boot / "kiosk.env").read_text()
    assert apply_from_boot(box.places) == ()
    assert list(box.boot.iterdir()) == []
    values = values_in_force(box.etc).values
    assert values["KIOSK_ITEMS"] == "Café;2.50 | Thé d'été;2;;reduced"
    assert values["MERCHANT_USERNAME"] in before
    assert is_correct_pin("4711", values["KIOSK_PIN"]), "the rest is as it was"
    assert [item.name for item in load(values).items] == ["Café", "Thé d'été"]
    (box.boot / "items.csv").write_text("Tea,2\n")
    assert apply_from_boot(box.places) == ()
    assert values_in_force(box.etc).values["KIOSK_ITEMS"] == "Tea;2"
    (box.boot / "items.csv").write_text("name,price\n")
    assert apply_from_boot(box.places) == ()
    assert not values_in_force(box.etc).values.get("KIOSK_ITEMS"), "an empty list takes them away"


@pytest.mark.parametrize(
    ("settings", "items"), [("Kiosk.env", "ITEMS.CSV"), ("KIOSK.ENV.TXT", "Items.csv.txt")]
)
def test_capital_letters_in_the_name_of_a_file_are_no_other_file(
    settings: str, items: str, box: Box
) -> None:
    """The computer that wrote it made no difference: its keys lay on the card unseen."""
    (box.boot / settings).write_text(GOOD)
    (box.boot / items).write_text("Tea,2\n")
    assert apply_from_boot(box.places) == ()
    assert list(box.boot.iterdir()) == []
    assert values_in_force(box.etc).values["KIOSK_ITEMS"] == "Tea;2"
    (box.boot / f"Copy of {settings}").write_text(GOOD)
    (problem,) = apply_from_boot(box.places)
    assert f"Copy of {settings}" in problem


def test_wrong_items_are_told_by_line_and_what_was_in_force_still_is(box: Box) -> None:
    file = box.boot / "items.csv"
    file.write_text("Tea,2\n")
    assert apply_from_boot(box.places) == ("items.csv: is taken in once the till is set up",)
    (box.boot / "kiosk.env").write_text(GOOD)
    assert apply_from_boot(box.places) == ()
    file.write_text("Tea,2\nCake,much\n")
    assert apply_from_boot(box.places) == (
        "items.csv: line 2 must have a price like 2.50, without a sign of the currency",
    )
    assert file.exists()
    file.write_text("Tea,2,,luxury\n")
    assert apply_from_boot(box.places) == (
        "KIOSK_ITEMS: names a tax that KIOSK_TAX does not have: luxury",
    )
    assert values_in_force(box.etc).values["KIOSK_ITEMS"] == "Tea;2"


def test_of_the_cashiers_pins_only_hashes_are_kept_however_they_were_written(box: Box) -> None:
    (box.boot / "kiosk.env").write_text(f'{GOOD}KIOSK_CASHIERS="01 Ana, 02 O\'Neil 8642"\n')
    assert apply_from_boot(box.places) == ()
    file = box.secret("KIOSK_CASHIERS")
    kept = file.read_text()
    assert kept.startswith("01 Ana, 02 O'Neil scrypt$")
    assert is_correct_pin("8642", kept.rpartition(" ")[2])
    assert all(b"8642" not in file.read_bytes() for file in box.etc.rglob("*") if file.is_file())
    seen = file.stat().st_mtime_ns
    keep_secrets_apart(box.etc)
    assert file.stat().st_mtime_ns == seen, "nothing is written twice"
    file.write_text("03 Cy 9753")
    keep_secrets_apart(box.etc)
    assert file.read_text().startswith("03 Cy scrypt$")
    assert values_in_force(box.etc).values["KIOSK_CASHIERS"] == file.read_text()
    checked_settings(values_in_force(box.etc))  # and may be put into force again with a change


def test_a_file_without_a_pin_takes_the_old_one_away(box: Box) -> None:
    (box.boot / "kiosk.env").write_text(GOOD)
    apply_from_boot(box.places)
    (box.boot / "kiosk.env").write_text(GOOD.replace("KIOSK_PIN=4711\n", ""))
    apply_from_boot(box.places)
    assert not box.secret(PIN_CREDENTIAL).exists()


DAMAGED_NOTES = [
    "",
    "{",
    "[]",
    "5",
    "\0" * 40,
    "[" * 100_000,
    '{"text": 5, "secrets": {}}',
    '{"text": "", "secrets": 5}',
    '{"text": "", "secrets": {"BLINKPOS_API_KEY": 5}}',
    '{"text": "", "secrets": {"../kiosk.env": ""}}',
]


@pytest.mark.parametrize("damaged", DAMAGED_NOTES)
def test_a_damaged_note_of_a_change_is_set_aside_and_the_settings_in_force_stay(
    box: Box, damaged: str, caplog: pytest.LogCaptureFixture
) -> None:
    """It ended every start before the till's, since it was read with no thought of damage."""
    (box.boot / "kiosk.env").write_text(GOOD)
    apply_from_boot(box.places)
    in_force = values_in_force(box.etc)
    (box.etc / BEING_CHANGED).write_text(damaged)
    assert apply_from_boot(box.places) == ()
    assert values_in_force(box.etc) == in_force
    assert (box.etc / "being-changed.damaged").read_text() == damaged
    assert not (box.etc / BEING_CHANGED).exists()
    assert "being-changed is damaged" in caplog.text


@pytest.mark.parametrize("fails_at", ["write_private", "wipe", "sync_folder"])
def test_a_change_that_a_dying_card_does_not_finish_is_told_until_it_is_finished(
    box: Box, monkeypatch: pytest.MonkeyPatch, fails_at: str
) -> None:
    """The till started with the new secrets beside the old kiosk.env, and sold with them."""
    (box.boot / "kiosk.env").write_text(GOOD)
    apply_from_boot(box.places)
    assert not box.unfinished.exists()
    whole = checked_settings(SettingsFile({**values_in_force(box.etc).values, "KIOSK_NAME": "Bar"}))
    write_private(box.etc / BEING_CHANGED, settings_in_force._whole(whole, set(SECRETS)))

    def fails(*_: object) -> None:
        raise OSError(30, "Read-only file system")

    for _ in range(2):
        with monkeypatch.context() as patched:
            patched.setattr(settings_in_force, fails_at, fails)
            assert provision.run(given(None), box.places) == 1
        assert box.unfinished.exists()
    assert provision.run(given(None), box.places) == 0
    assert not box.unfinished.exists()
    assert values_in_force(box.etc).values["KIOSK_NAME"] == "Bar"


def test_a_file_from_the_boot_partition_that_is_taken_in_part_is_told(
    box: Box, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: object) -> None:
        raise OSError(28, "No space left on device")

    (box.boot / "kiosk.env").write_text(GOOD)
    with monkeypatch.context() as patched:
        patched.setattr(settings_in_force, "_write_secrets", fails)
        assert provision.run(given(None), box.places) == 0
    assert box.unfinished.exists()
    assert provision.run(given(None), box.places) == 0
    assert not box.unfinished.exists()


@pytest.mark.parametrize("name", ["kiosk.env", "items.csv"])
def test_a_change_that_is_killed_half_way_is_told(
    box: Box, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """A card that hung had systemd kill it, and the till started with half of the settings."""

    class KilledError(BaseException):
        pass

    def is_killed(*_: object) -> None:
        raise KilledError

    (box.boot / "kiosk.env").write_text(GOOD)
    if name == "items.csv":
        apply_from_boot(box.places)
        (box.boot / name).write_text("Coffee,2.50\n")
    with monkeypatch.context() as patched:
        patched.setattr(settings_in_force, "_write_secrets", is_killed)
        with pytest.raises(KilledError):
            apply_from_boot(box.places)
    assert box.unfinished.exists()
    assert apply_from_boot(box.places) == ()
    assert not box.unfinished.exists()


def test_a_note_that_nobody_can_look_for_counts_as_a_change_that_is_unfinished(
    box: Box, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Some releases of Python answer "not there" to a card that cannot be read."""

    def fails(_: Path) -> None:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(Path, "lstat", fails)
    assert provision.run(given(None), box.places) == 1
    assert box.unfinished.exists()


def test_the_till_reads_word_of_a_change_where_it_is_left() -> None:
    assert Paths().refusal == REFUSAL
    assert Paths().refusal.with_name(UNFINISHED.name) == UNFINISHED


def test_damaged_settings_of_before_a_change_are_none(box: Box) -> None:
    (box.etc / BEFORE).write_bytes(b"\xff\0")
    assert settings_before(box.etc) is None
    assert (box.etc / "before-change.damaged").exists()


def test_at_the_boot_nothing_of_the_set_up_by_phone_is_loaded() -> None:
    """The till's first picture waits for this command."""
    words = "import sys, kiosk.commands.provision; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", words], capture_output=True, text=True).stdout
    modules = loaded.split()
    assert "kiosk.provision.apply_settings" in modules
    by_phone = ("kiosk.phone_setup", "kiosk.provision.phone", "kiosk.host.phone")
    assert [module for module in modules if module.startswith(by_phone)] == []


@pytest.mark.parametrize("damaged", [*DAMAGED_NOTES[:2], "5", '{"WIFI_SSID": 5}', "null"])
def test_a_damaged_wifi_of_a_stick_is_set_aside_and_the_boot_partition_is_read(
    box: Box, damaged: str
) -> None:
    """It ended `kiosk provision` at every boot, so that no settings file was taken any more."""
    (box.etc / WIFI_TO_JOIN).write_text(damaged)
    (box.etc / COUNTRY).write_bytes(b"\xff\0")
    (box.boot / "kiosk.env").write_text(GOOD)
    assert apply_from_boot(box.places) == ()
    assert "MERCHANT_USERNAME=shop" in (box.etc / "kiosk.env").read_text()
    assert (box.etc / f"{WIFI_TO_JOIN}.damaged").exists()
    assert not box.joined
