"""A settings file from any editor is read in one way only, or refused without a value."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from kiosk.provision.env_file import read_env_file, read_wifi_file, split_secrets, strangers
from kiosk.settings import SECRETS, TABLE
from kiosk.settings_file import FileRefused, parse
from tests.settings_docs import EXAMPLE

KEY = "blink_" + "k" * 64
GOOD = f"BLINKPOS_API_KEY={KEY}\nMERCHANT_USERNAME=shop\nKIOSK_PIN=4711\n"


def refused(text: str | bytes) -> tuple[str, ...]:
    with pytest.raises(FileRefused) as caught:
        read_env_file(text if isinstance(text, bytes) else text.encode())
    return caught.value.problems


def test_secrets_are_taken_out_and_the_rest_is_written_as_lines_of_name_and_value() -> None:
    """Box fault 26: systemd 252 took the line after a comment that ends in a backslash for it."""
    hint = read_env_file(f"# my till \\\n{GOOD}\n # a remark\nKIOSK_CURRENCY=EUR\n".encode())
    assert hint.secrets == {"BLINKPOS_API_KEY": KEY, "KIOSK_PIN": "4711"}
    assert hint.text == "MERCHANT_USERNAME=shop\nKIOSK_CURRENCY=EUR\n"
    assert KEY not in repr(hint)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_an_editor_on_windows_may_have_written_it(encoding: str) -> None:
    text = f"{GOOD}KIOSK_NAME=Café Sol\n".replace("\n", "\r\n")
    assert "KIOSK_NAME='Café Sol'\n" in read_env_file(text.encode(encoding)).text


def test_every_mistake_is_told_at_once_by_name_or_line_and_no_value_is() -> None:
    result = refused(
        "BLINKPOS_API_KEY=blink hunter2\n\n\n"
        "blink_hunter2\n"
        "MERCHANT_USERNAME=+50370000000\n"
        "KIOSK_LANGAGE=es\n"
        "PATH=/hunter2\n"
        "KIOSK_PIN\n"
        "KIOSK_NAME='hunter2\n"
    )
    assert [line.split(":")[0].split(" ")[0] for line in result] == [
        "kiosk.env",
        "KIOSK_PIN",
        "kiosk.env",
        "PATH",
        "KIOSK_LANGAGE",
        "BLINKPOS_API_KEY",
        "MERCHANT_USERNAME",
    ]
    assert "line 4" in result[0]
    assert "line 9" in result[2]
    assert "KIOSK_LANGUAGE" in result[4]
    assert "hunter2" not in "\n".join(result)


@pytest.mark.parametrize("data", [b"\xff\xfe\x00", b"\x89PNG\r\n\x1a\n\xff", b"a" * 70_000])
def test_what_is_no_text_is_refused(data: bytes) -> None:
    assert refused(data)[0].startswith("kiosk.env:")


@pytest.mark.parametrize("name", [r"Bar \ Grill", 'It\'s "hot"', "a\\nb"])
def test_a_value_that_systemd_would_read_otherwise_is_refused(name: str) -> None:
    line = f"KIOSK_NAME={name}\n"
    assert any(problem.startswith("KIOSK_NAME:") for problem in refused(GOOD + line))


@given(st.text(st.characters(exclude_categories=["C", "Z"], exclude_characters="\\"), max_size=20))
def test_what_is_written_reads_the_same_a_second_time(name: str) -> None:
    result = parse(f"KIOSK_NAME={name}\n".encode(), "kiosk.env")
    once = split_secrets(result).text if not any(strangers(result.values)) else ""
    assume(once)
    assert parse(once.encode(), "kiosk.env") == result


@pytest.mark.parametrize(
    "place", ["/etc/passwd", "/var/lib/kiosk/../x", "journal", "/var/lib/kiosk"]
)
def test_a_settings_file_keeps_the_journal_in_the_data_folder(place: str) -> None:
    """Box fault 26: whoever holds the card could name any place for the journal."""
    result = refused(f"{GOOD}KIOSK_JOURNAL={place}\n")
    assert [line.split(":")[0] for line in result] == ["KIOSK_JOURNAL"]
    assert read_env_file(f"{GOOD}KIOSK_JOURNAL=/var/lib/kiosk/second.sqlite3\n".encode())


def test_the_example_file_filled_in_is_right() -> None:
    text = EXAMPLE.read_text()
    text = text.replace("BLINKPOS_API_KEY=", f"BLINKPOS_API_KEY={KEY}")
    text = text.replace("MERCHANT_USERNAME=", "MERCHANT_USERNAME=shop")
    hint = read_env_file(text.encode())
    kept = {line.partition("=")[0] for line in hint.text.splitlines()} & set(TABLE)
    assert kept == set(TABLE) - set(SECRETS)


def test_wifi_may_be_told_in_the_same_file_and_is_not_kept_in_the_settings() -> None:
    text = f"{GOOD}WIFI_SSID=Café 5G\nWIFI_PASSPHRASE=correct horse\nWIFI_COUNTRY=sv\n"
    hint = read_env_file(text.encode())
    assert hint.wifi is not None
    assert (hint.wifi.ssid, hint.wifi.country) == ("Café 5G", "SV")
    assert "WIFI" not in hint.text
    assert "horse" not in repr(hint.wifi)


def test_wifi_may_be_told_alone() -> None:
    wifi = read_wifi_file(b"WIFI_SSID=Open\nWIFI_COUNTRY=DE\n")
    assert (wifi.ssid, wifi.passphrase) == ("Open", None)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("WIFI_COUNTRY=DE\n", "WIFI_SSID"),
        (f"WIFI_SSID={'x' * 33}\nWIFI_COUNTRY=DE\n", "WIFI_SSID"),
        ("WIFI_SSID=x\n", "WIFI_COUNTRY"),
        ("WIFI_SSID=x\nWIFI_COUNTRY=DEU\n", "WIFI_COUNTRY"),
        ("WIFI_SSID=x\nWIFI_COUNTRY=DE\nWIFI_PASSPHRASE=short\n", "WIFI_PASSPHRASE"),
        ("WIFI_SSID=x\nWIFI_COUNTRY=DE\nKIOSK_PIN=1234\n", "KIOSK_PIN"),
        ("WIFI_SSID=x\nWIFI_COUNTRY=DE\nWIFI_HIDDEN=maybe\n", "WIFI_HIDDEN"),
        ("WIFI_SSID=x\nWIFI_COUNTRY=DE\nPATH=/tmp\n", "PATH"),
        ("WIFI_SSID=x\nWIFI_COUNTRY=DE\nWIFI_PASSPHRASE=Kaffeehaus #2024\n", "WIFI_PASSPHRASE"),
        ("", "WIFI_SSID"),
    ],
)
def test_a_wrong_wifi_is_refused_by_name(text: str, name: str) -> None:
    with pytest.raises(FileRefused) as caught:
        read_wifi_file(text.encode())
    assert [problem.split(":")[0].split(" ")[0] for problem in caught.value.problems] == [name]


def test_a_hidden_network_is_told_by_a_setting() -> None:
    """Box fault 15: a network that does not tell its name was never found."""
    assert read_wifi_file(b"WIFI_SSID=Bar\nWIFI_COUNTRY=DE\nWIFI_HIDDEN=on\n").hidden
    assert not read_wifi_file(b"WIFI_SSID=Bar\nWIFI_COUNTRY=DE\n").hidden
