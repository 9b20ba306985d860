"""One line of the doctor's table: what was looked at, how it is, and what to do about it."""

import textwrap
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

_WIDTH: Final = 100
_MARK: Final = 6
_WHAT: Final = 12


class Verdict(StrEnum):
    """How bad it is; said in words, never by colour alone."""

    GOOD = "ok"
    NOTE = "note"  # worth knowing; sales work
    STOP = "STOP"  # would stop a sale


@dataclass(frozen=True, slots=True)
class Finding:
    """A line; what is not good has a cure."""

    what: str
    verdict: Verdict
    words: str
    cure: str = ""

    def __post_init__(self) -> None:
        if self.verdict is not Verdict.GOOD and not self.cure:
            raise ValueError(f"{self.what}: no line without its cure")


def good(what: str, words: str) -> Finding:
    """All is well."""
    return Finding(what, Verdict.GOOD, words)


def note(what: str, words: str, cure: str) -> Finding:
    """Worth knowing."""
    return Finding(what, Verdict.NOTE, words, cure)


def stop(what: str, words: str, cure: str) -> Finding:
    """Would stop a sale."""
    return Finding(what, Verdict.STOP, words, cure)


def table(findings: Iterable[Finding]) -> str:
    """The table, as wide as a terminal."""
    return "\n".join(line for finding in findings for line in _lines(finding))


def _lines(finding: Finding) -> list[str]:
    indent = " " * (_MARK + _WHAT)
    head = f"{finding.verdict:<{_MARK}}{finding.what:<{_WHAT}}"
    lines = textwrap.wrap(finding.words, _WIDTH, initial_indent=head, subsequent_indent=indent)
    if finding.cure:
        arrow = f"{indent}-> "
        lines += textwrap.wrap(
            finding.cure, _WIDTH, initial_indent=arrow, subsequent_indent=f"{indent}   "
        )
    return lines or [head.rstrip()]
