"""The boot partition's files come into force whole, are wiped there, or are told about."""

import argparse
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from kiosk.commands import provision
from kiosk.provision import take
from kiosk.provision.take import Places, keep_secrets_apart, take_from_boot, take_in
from kiosk.provision.wifi import Wifi
from tests.provision.test_hint import GOOD, KEY


class Box:
    """An appliance's places in a folder."""

    def __init__(self, root: Path) -> None:
        self.joined: list[Wifi] = []
        self.boot = root / "boot/firmware"
        self.etc = root / "etc"
        for folder in (self.boot, self.etc, root / "run"):
            folder.mkdir(parents=True)
        self.places = Places(
            (self.boot, root / "boot"), self.etc, root / "run/refused", self.joined.append
        )

    def secret(self, name: str) -> Path:
        return self.etc / "credentials" / name


@pytest.fixture
def box(tmp_path: Path) -> Box:
    return Box(tmp_path)


def test_a_right_file_is_moved_in_for_root_alone_and_wiped(box: Box) -> None:
    hint = box.boot / "kiosk.env"
    hint.write_text(GOOD)
    assert take_from_boot(box.places) == ()
    assert not hint.exists()
    assert "MERCHANT_USERNAME=shop" in (box.etc / "kiosk.env").read_text()
    assert box.secret("BLINKPOS_API_KEY").read_text() == KEY
    for file in (box.etc / "kiosk.env", box.secret("BLINKPOS_API_KEY"), box.secret("KIOSK_PIN")):
        assert file.stat().st_mode & 0o777 == 0o600
    assert KEY not in (box.etc / "kiosk.env").read_text()


def test_the_secrets_are_overwritten_on_the_boot_partition(box: Box) -> None:
    hint = box.boot / "kiosk.env"
    hint.write_text(GOOD)
    os.link(hint, box.boot / "same-blocks")
    take_from_boot(box.places)
    assert (box.boot / "same-blocks").read_bytes() == bytes(len(GOOD))


def test_windows_may_have_added_an_ending(box: Box) -> None:
    (box.boot / "kiosk.env.txt").write_text(GOOD)
    assert take_from_boot(box.places) == ()
    assert box.secret("BLINKPOS_API_KEY").read_text() == KEY


def test_a_wrong_file_changes_nothing_stays_to_be_mended_and_is_told(box: Box) -> None:
    (box.boot / "kiosk.env").write_text(GOOD)
    take_from_boot(box.places)
    before = (box.etc / "kiosk.env").read_text()
    (box.boot / "kiosk.env").write_text(f"{GOOD}KIOSK_ROTATE=45\nMERCHANT_API_KEY=hunter2\n")

    problems = take_from_boot(box.places)

    assert (box.etc / "kiosk.env").read_text() == before
    assert box.secret("BLINKPOS_API_KEY").read_text() == KEY
    assert (box.boot / "kiosk.env").exists()
    told = box.places.refusal.read_text()
    assert told.splitlines() == list(problems)
    assert "KIOSK_ROTATE" in told
    assert "hunter2" not in told
    assert box.places.refusal.stat().st_mode & 0o777 == 0o644, "the kiosk's user reads it"


def test_word_of_a_refusal_goes_with_the_next_right_file(box: Box) -> None:
    (box.boot / "kiosk.env").write_text("nonsense")
    assert take_from_boot(box.places)
    (box.boot / "kiosk.env").write_text(GOOD)
    assert take_from_boot(box.places) == ()
    assert not box.places.refusal.exists()


def test_a_secret_that_the_new_file_does_not_tell_is_gone(box: Box) -> None:
    merchant = "MERCHANT_API_KEY=blink_m\n"
    (box.boot / "kiosk.env").write_text(GOOD.replace("MERCHANT_USERNAME=shop\n", merchant))
    take_from_boot(box.places)
    assert box.secret("MERCHANT_API_KEY").exists()
    (box.boot / "kiosk.env").write_text(GOOD)
    take_from_boot(box.places)
    assert not box.secret("MERCHANT_API_KEY").exists()


def test_a_power_cut_before_the_wiping_means_that_it_is_taken_once_more(
    box: Box, monkeypatch: pytest.MonkeyPatch
) -> None:
    def cut(file: Path) -> None:
        raise KeyboardInterrupt

    (box.boot / "kiosk.env").write_text(GOOD)
    with monkeypatch.context() as patched:
        patched.setattr(take, "wipe", cut)
        with pytest.raises(KeyboardInterrupt):
            take_from_boot(box.places)
    assert box.secret("BLINKPOS_API_KEY").read_text() == KEY
    assert take_from_boot(box.places) == ()
    assert not (box.boot / "kiosk.env").exists()


def test_keys_written_into_the_settings_by_hand_are_moved_out(box: Box) -> None:
    take_in_file(box, GOOD)
    with (box.etc / "kiosk.env").open("a") as file:
        file.write("KIOSK_PIN=2222\nKIOSK_VOLUME=70 # loud\n")
    keep_secrets_apart(box.places)
    assert box.secret("KIOSK_PIN").read_text() == "2222"
    assert box.secret("BLINKPOS_API_KEY").read_text() == KEY, "the others stay"
    text = (box.etc / "kiosk.env").read_text()
    assert "2222" not in text
    assert "KIOSK_VOLUME=70\n" in text
    seen = (box.etc / "kiosk.env").stat().st_mtime_ns
    keep_secrets_apart(box.places)
    assert (box.etc / "kiosk.env").stat().st_mtime_ns == seen, "nothing is written twice"


def test_wifi_alone_is_joined_and_wiped(box: Box) -> None:
    (box.boot / "wifi.env").write_text("WIFI_SSID=Bar\nWIFI_COUNTRY=SV\nWIFI_PASSPHRASE=12345678\n")
    assert take_from_boot(box.places) == ()
    assert [wifi.ssid for wifi in box.joined] == ["Bar"]
    assert not (box.boot / "wifi.env").exists()


def test_a_wrong_wifi_does_not_keep_right_settings_out(box: Box) -> None:
    (box.boot / "wifi.env").write_text("WIFI_SSID=Bar\n")
    (box.boot / "kiosk.env").write_text(GOOD)
    problems = take_from_boot(box.places)
    assert [problem.split(":")[0] for problem in problems] == ["WIFI_COUNTRY"]
    assert box.secret("BLINKPOS_API_KEY").exists()
    assert box.joined == []


def take_in_file(box: Box, text: str) -> None:
    file = box.etc.parent / "given.env"
    file.write_text(text)
    take_in(file, box.places)


def given(file: Path | None) -> argparse.Namespace:
    return argparse.Namespace(file=file)


def test_the_command_takes_a_given_file_and_keeps_it(box: Box, tmp_path: Path) -> None:
    file = tmp_path / "my.env"
    file.write_text(GOOD)
    assert provision.run(given(file), box.places) == 0
    assert file.read_text() == GOOD
    assert box.secret("KIOSK_PIN").read_text() == "4711"


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


def test_a_disk_that_cannot_be_written_is_exit_1(
    box: Box, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    refuse: Callable[..., None] = lambda *_: (_ for _ in ()).throw(OSError(30, "read-only", "x"))  # noqa: E731
    monkeypatch.setattr(take, "write_private", refuse)
    (box.boot / "kiosk.env").write_text(GOOD)
    assert provision.run(given(None), box.places) == 1
    assert "read-only" in capsys.readouterr().err
    assert (box.boot / "kiosk.env").read_text() == GOOD, "not wiped before it is safe"
