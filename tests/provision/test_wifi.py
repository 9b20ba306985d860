"""A Wi-Fi from the settings file becomes a profile, and the radio may be used."""

import configparser
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from kiosk.provision import wifi
from kiosk.provision.wifi import Wifi, bring_up, profile, use_radio
from kiosk.settings import Secret

BAR = Wifi("Bar; =#ñ", Secret(" pass word\\x"), "SV")


def read(text: str) -> configparser.ConfigParser:
    parser = configparser.ConfigParser(interpolation=None)
    parser.read_string(text)
    return parser


def test_no_sign_in_a_name_or_passphrase_means_something_else() -> None:
    result = read(profile(BAR))
    ssid = bytes(int(byte) for byte in result["wifi"]["ssid"].strip(";").split(";"))
    assert ssid.decode() == BAR.ssid
    assert result["wifi-security"]["psk"] == r"\spass\sword\\x"
    assert result["wifi-security"]["key-mgmt"] == "wpa-psk"


def test_an_open_network_has_no_security() -> None:
    assert "wifi-security" not in read(profile(Wifi("Open", None, "SV")))


def test_before_networkmanager_runs_files_are_enough(tmp_path: Path) -> None:
    state = tmp_path / "var/lib/NetworkManager/NetworkManager.state"
    state.parent.mkdir(parents=True)
    state.write_text("[main]\nNetworkingEnabled=true\nWirelessEnabled=false\n")
    (tmp_path / "etc").mkdir()
    (tmp_path / "dev").mkdir()
    (tmp_path / "dev/rfkill").touch()
    commands: list[Sequence[str]] = []

    bring_up(BAR, tmp_path, commands.append)

    file = tmp_path / "etc/NetworkManager/system-connections/kiosk-wifi.nmconnection"
    assert file.stat().st_mode & 0o777 == 0o600
    assert file.read_text() == profile(BAR)
    assert "WirelessEnabled=true" in state.read_text()
    assert "regdom=SV" in (tmp_path / "etc/modprobe.d/kiosk-wifi.conf").read_text()
    assert (tmp_path / "dev/rfkill").read_bytes() == bytes([0, 0, 0, 0, 1, 3, 0, 0])
    assert commands == [("iw", "reg", "set", "SV")]


def test_a_running_networkmanager_is_told(tmp_path: Path) -> None:
    (tmp_path / "run/NetworkManager").mkdir(parents=True)
    (tmp_path / "etc").mkdir()
    commands: list[Sequence[str]] = []
    bring_up(BAR, tmp_path, commands.append)
    assert [command[0] for command in commands] == ["iw", "nmcli", "nmcli", "nmcli"]
    assert not any("pass" in word for command in commands for word in command)


def test_a_hidden_network_is_called_by_its_name() -> None:
    assert read(profile(replace(BAR, hidden=True)))["wifi"]["hidden"] == "true"
    assert "hidden" not in read(profile(BAR))["wifi"]


def test_a_system_that_forgot_its_radio_is_told_again_and_one_that_knows_it_is_left_alone(
    tmp_path: Path,
) -> None:
    (tmp_path / "etc").mkdir()
    (tmp_path / "dev").mkdir()
    (tmp_path / "dev/rfkill").touch()
    commands: list[Sequence[str]] = []
    use_radio("SV", tmp_path, commands.append)
    assert (tmp_path / "dev/rfkill").read_bytes() != b""
    (tmp_path / "dev/rfkill").write_bytes(b"")
    use_radio("SV", tmp_path, commands.append)
    assert (tmp_path / "dev/rfkill").read_bytes() == b"", "somebody may have switched it off"
    use_radio("sv; rm", tmp_path, commands.append)
    assert commands == [("iw", "reg", "set", "SV")] * 2


def test_a_tool_that_hangs_is_ended(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Box fault 26: a hanging nmcli or iw kept everything after it from being done."""
    monkeypatch.setattr(wifi, "COMMAND_S", 0.01)
    wifi.run_command(("tail", "-f", "/dev/null"))
    assert "tail -f did not end" in caplog.text
