"""`python -m tests.settings_docs`: writes what explains the settings, from their one table.

That is `.env.example` as a whole, and the tables between the two marks of `docs/settings.md`.
"""

import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from kiosk.settings import TABLE
from kiosk.settings.entry import Group, Setting

ROOT: Final = Path(__file__).parent.parent
EXAMPLE: Final = ROOT / ".env.example"
PAGE: Final = ROOT / "docs" / "settings.md"
BEGIN: Final = "<!-- The tables are written by python -m tests.settings_docs -->\n"
END: Final = "<!-- Here the tables end -->\n"

_HEAD: Final = """\
# Copy to .env (or, on a Pi, to kiosk.env on the boot partition). Needed are BLINKPOS_API_KEY, made
# at https://dashboard.blink.sv, and who gets the money; all else may stay as it is.
# A value with a # after a blank goes into quotes: 'a #b'. More: docs/settings.md.
"""
_FOOT: Final = """
# --- Wi-Fi, on a Pi: these may also be alone, in a wifi.env on the boot partition

# WIFI_SSID=
# WIFI_PASSPHRASE=
# two letters, like SV
# WIFI_COUNTRY=
# on for a network that does not tell its name
# WIFI_HIDDEN=off
"""


def example() -> str:
    """The text of `.env.example`."""
    parts = [_HEAD]
    for group in Group:
        parts.append(f"\n# --- {group.value}\n\n")
        for entry in _of(group):
            parts += [f"{line}\n" for line in _remark(entry)]
            parts.append(f"{entry.name}={entry.default}\n")
    return "".join([*parts, _FOOT])


def page(text: str) -> str:
    """The text of `docs/settings.md` with new tables in it."""
    before, rest = text.split(BEGIN)
    _, after = rest.split(END)
    tables = "\n".join(
        "".join([f"### {group.value}\n\n", *_rows(group)]) for group in Group if any(_of(group))
    )
    return f"{before}{BEGIN}\n{tables}\n{_applied()}\n{END}{after}"


def _applied() -> str:
    """Which settings that the screen changes need a new start of the program."""
    restarting = (
        entry.name
        for entry in TABLE.values()
        if entry.changed_on_screen and not entry.applies_at_once
    )
    names = ", ".join(f"`{name}`" for name in restarting)
    return (
        "A change on the screen is taken over as soon as nothing is typed and no sale is on\n"
        f"the screen. For these the program starts again by itself: {names}.\n"
    )


def _of(group: Group) -> list[Setting]:
    return [entry for entry in TABLE.values() if entry.group is group]


def _remark(entry: Setting) -> list[str]:
    words = entry.meaning
    if entry.default_words:
        words = f"{words} (if empty: {entry.default_words})"
    return textwrap.wrap(words.replace("`", ""), 100, initial_indent="# ", subsequent_indent="#   ")


def _rows(group: Group) -> Iterator[str]:
    yield "| name | meaning | default |\n| --- | --- | --- |\n"
    for entry in _of(group):
        default = f"`{entry.default}`" if entry.default else entry.default_words
        meaning = entry.meaning.replace("|", r"\|")
        yield f"| `{entry.name}` | {meaning} | {default} |\n".replace("|  |", "| |")


if __name__ == "__main__":
    EXAMPLE.write_text(example())
    PAGE.write_text(page(PAGE.read_text()))
