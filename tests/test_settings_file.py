"""One reader of settings files: what two could understand differently is refused by name."""

import os
from pathlib import Path

import pytest

from kiosk.settings_file import LONGEST, FileRefused, parse, read_file


def problems(text: str) -> tuple[str, ...]:
    return parse(text.encode(), "x.env").problems


@pytest.mark.parametrize(
    "value", ["Kaffeehaus #2024", "blink_abc # my key", "4711\t#x", "# all of it", "a\u00a0#b"]
)
def test_a_sign_that_would_cut_a_value_is_refused_by_name(value: str) -> None:
    """Box fault 14: `Kaffeehaus #2024` became `Kaffeehaus`, and the file was wiped."""
    result = problems(f"KIOSK_NAME= {value}\n")
    assert [line.split(":")[0] for line in result] == ["KIOSK_NAME"]
    assert "2024" not in result[0]


@pytest.mark.parametrize(
    ("line", "value"),
    [
        ("A='Kaffeehaus #2024'", "Kaffeehaus #2024"),
        ('A="Kaffeehaus #2024" # why', "Kaffeehaus #2024"),
        ("A=Kaffeehaus#2024", "Kaffeehaus#2024"),
        ("A=#2024", "#2024"),
        ("export A=b", "b"),
        ("A=", ""),
    ],
)
def test_a_value_that_is_clear_is_read_whole(line: str, value: str) -> None:
    result = parse(f"# a remark\n{line}\n".encode(), "x.env")
    assert (dict(result.values), result.problems) == ({"A": value}, ())


@pytest.mark.parametrize("sign", ["\0", "\x1b", "\x85", "\u2028", "\x7f"])
def test_a_control_character_anywhere_refuses_the_file(sign: str) -> None:
    """Box fault 26: after a NUL byte systemd took none of the file, and the till its defaults."""
    result = parse(f"A=b\n# {sign}\nC=d\n".encode(), "x.env")
    assert (dict(result.values), result.problems) == (
        {},
        ("x.env: line 2 holds a control character",),
    )


def test_a_quoted_value_may_not_hold_a_line_end_either() -> None:
    assert problems('A="b\\nMERCHANT_USERNAME=me"\n') == ("A: holds a control character",)


def test_a_file_that_is_too_long_is_not_read(tmp_path: Path) -> None:
    """Box fault 26: 480 MB were read before anybody looked at the size."""
    file = tmp_path / "kiosk.env"
    with file.open("wb") as stream:
        stream.truncate(480_000_000)
    with pytest.raises(FileRefused, match="too long"):
        read_file(file)
    file.write_bytes(b"#" * LONGEST)
    assert len(read_file(file)) == LONGEST


def test_only_a_plain_file_is_read(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "link").symlink_to("/etc/hostname")
    with pytest.raises(FileRefused, match="plain"):
        read_file(tmp_path / "pipe")
    with pytest.raises(OSError, match="symbolic"):
        read_file(tmp_path / "link")
