"""Scans of the keypad -> what the fingers did. Pure: no pins, no clock.

Contacts bounce for some milliseconds, so a scan counts only when the next one, `SCAN_S` later,
sees the same. A matrix without diodes shows keys that nobody presses as soon as three corners of
a rectangle are down, so at most one key is taken at a time.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Final

SCAN_S: Final = 0.02  # longer than the contacts of cheap pads bounce, shorter than a hasty press
STUCK_AFTER_S: Final = 30.0

Position = tuple[int, int]  # (row, column), counted from 0
Scan = frozenset[Position]  # the switches seen closed

NOTHING: Final[Scan] = frozenset()


@dataclass(frozen=True, slots=True)
class Pressed:
    """One key went down, alone: it is taken."""

    position: Position


@dataclass(frozen=True, slots=True)
class SeveralDown:
    """Several keys are down, ghosts perhaps among them; nothing is taken until all are up."""

    positions: Scan


@dataclass(frozen=True, slots=True)
class Stuck:
    """This key has been down for `STUCK_AFTER_S`. Said once."""

    position: Position


@dataclass(frozen=True, slots=True)
class Released:
    """The stuck key came up."""

    position: Position


Change = Pressed | SeveralDown | Stuck | Released


@dataclass(frozen=True, slots=True)
class Contacts:
    """What is known of the keypad after a scan.

    `down` is what two scans in a row agreed on, with the time (monotonic seconds) since when.
    """

    last_scan: Scan = NOTHING
    down: Mapping[Position, float] = field(default_factory=dict)
    stuck: Scan = NOTHING
    crowded: bool = False

    @property
    def at_rest(self) -> bool:
        """No key is down, nor was one in the last scan: there is nothing to look for."""
        return not self.last_scan and not self.down


def debounce(contacts: Contacts, scan: Scan, now_s: float) -> tuple[Contacts, tuple[Change, ...]]:
    """Take one more scan into account. `now_s` is monotonic seconds.

    A key is pressed once however long it is held: there is no auto-repeat.
    """
    if scan != contacts.last_scan:
        return replace(contacts, last_scan=scan), ()
    down = {position: contacts.down.get(position, now_s) for position in scan}
    stuck = frozenset(key for key, since in down.items() if now_s - since >= STUCK_AFTER_S)
    crowded = bool(scan) and (contacts.crowded or len(scan) > 1)
    changes: list[Change] = [Released(position) for position in sorted(contacts.stuck - stuck)]
    if crowded and not contacts.crowded:
        changes.append(SeveralDown(scan))
    if not crowded:
        changes += [Pressed(position) for position in scan if position not in contacts.down]
    changes += [Stuck(position) for position in sorted(stuck - contacts.stuck)]
    return Contacts(scan, down, stuck, crowded), tuple(changes)
