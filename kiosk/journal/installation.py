"""Which installation this is: one journal in one machine, with an id of its own.

A file beside the journal, `journal.sqlite3.installation`, holds a random id and what machine it was
made in; the journal itself holds the same. A card that was cloned, or a journal that was copied
into another machine, is recognised by the machine: it gets a new id there.
"""

import hashlib
import json
import logging
import re
import secrets
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from kiosk.durable_files import write_private
from kiosk.journal.closes import begin_series
from kiosk.journal.database import transaction

log: Final = logging.getLogger("kiosk.journal")

ID_BYTES: Final = 4

_ID: Final = re.compile(r"[0-9a-f]{8}")
_MOST_BYTES: Final = 4096

# /proc/device-tree is the same, but a service may be shown no more of /proc than processes.
_SERIAL: Final = "sys/firmware/devicetree/base/serial-number"
_MACHINE_ID: Final = "etc/machine-id"


@dataclass(frozen=True, slots=True)
class Hardware:
    """The machine, by hashes: of the board's serial number and of the system's machine id.

    None is what cannot be read. A clone of a card has the same machine id and another serial.
    """

    serial: str | None = None
    machine: str | None = None

    def is_same(self, other: "Hardware") -> bool:
        """Whether both are one machine; the board says more than what is on the card."""
        for mine, its in ((self.serial, other.serial), (self.machine, other.machine)):
            if mine is not None and its is not None:
                return mine == its
        return self == other


@dataclass(frozen=True, slots=True)
class Installation:
    """An id, and the machine that it was made in."""

    id: str
    hardware: Hardware


def read_hardware(root: Path = Path("/")) -> Hardware:
    """This machine. Only hashes are kept: machine-id(5) asks not to show it to others."""
    return Hardware(_hash_of(root / _SERIAL), _hash_of(root / _MACHINE_ID))


def file_of(journal: Path) -> Path:
    """The file beside a journal."""
    return journal.with_name(f"{journal.name}.installation")


def take(connection: sqlite3.Connection, journal: Path, hardware: Hardware, at: int) -> str:
    """Find out which installation this is, and hold what another one has begun; its id.

    A journal without a word of any installation is new, or was written by a release that knew none
    and is updated where it is: its sales go on. To stop them would hold up every till's forwards at
    an update, and that release would have paid them at this start just as well.

    Everything that is open in a journal that comes from another installation is stopped, until the
    manager asks for another try: perhaps the other machine is forwarding it at this moment.

    Raises:
        sqlite3.Error: the journal cannot be read or written.
        ValueError: what it says of an installation cannot be.
        OSError: the file cannot be written.
    """
    kept, last = _read_file(file_of(journal)), _last_in(connection)
    known = next(
        (saved for saved in (kept, last) if saved and saved.hardware.is_same(hardware)), None
    )
    mine = Installation(known.id if known else secrets.token_hex(ID_BYTES), hardware)
    before = last or kept
    # The journal first: were the file alone new, the next start would take the journal for ours.
    if last != mine:
        with transaction(connection):
            if before is not None and before.id != mine.id:
                log.warning("this journal was used in another machine: what is open is stopped")
                _hold_open_sales(connection, at)
                begin_series(connection, mine.id, at)
            connection.execute(
                "INSERT INTO installations (installation, serial, machine, at) VALUES (?, ?, ?, ?)",
                (mine.id, hardware.serial, hardware.machine, at),
            )
    if kept != mine:
        _write_file(file_of(journal), mine)
    return mine.id


def _hold_open_sales(connection: sqlite3.Connection, at: int) -> None:
    """Stop every forward that is not settled; remember every invoice that may still be paid."""
    connection.execute(
        "INSERT INTO forward_steps (sale_id, status, reason, at)"
        " SELECT sale_id, 'stopped', 'begun_elsewhere', ? FROM unfinished"
        " CROSS JOIN payments USING (sale_id)"
        " WHERE 'stopped' IS NOT (SELECT status FROM forward_steps AS known"
        " WHERE known.sale_id = unfinished.sale_id ORDER BY step DESC LIMIT 1)",
        (at,),
    )
    connection.execute(
        "INSERT OR IGNORE INTO held (sale_id, at) SELECT sale_id, ? FROM unfinished"
        " WHERE sale_id NOT IN (SELECT sale_id FROM payments)",
        (at,),
    )


def _last_in(connection: sqlite3.Connection) -> Installation | None:
    row = connection.execute(
        "SELECT installation, serial, machine FROM installations ORDER BY place DESC LIMIT 1"
    ).fetchone()
    if row is None:
        return None
    if not _ID.fullmatch(row["installation"]):
        raise ValueError("no installation id")
    return Installation(row["installation"], Hardware(row["serial"], row["machine"]))


def _read_file(path: Path) -> Installation | None:
    """What the file says; None if there is none, or it says nothing that can be used."""
    try:
        with path.open("rb") as file:
            values = json.loads(file.read(_MOST_BYTES))
        name, serial, machine = (values[key] for key in ("installation", "serial", "machine"))
    except FileNotFoundError:
        return None
    except (ValueError, KeyError, TypeError) as error:
        log.warning("%s cannot be used reason=%s", path.name, type(error).__name__)
        return None
    if not isinstance(name, str) or not _ID.fullmatch(name):
        log.warning("%s cannot be used reason=no id", path.name)
        return None
    if not all(text is None or isinstance(text, str) for text in (serial, machine)):
        log.warning("%s cannot be used reason=no machine", path.name)
        return None
    return Installation(name, Hardware(serial, machine))


def _write_file(path: Path, mine: Installation) -> None:
    """Write it whole or not at all, durably."""
    text = json.dumps(
        {
            "installation": mine.id,
            "serial": mine.hardware.serial,
            "machine": mine.hardware.machine,
        }
    )
    write_private(path, f"{text}\n")


def _hash_of(path: Path) -> str | None:
    """The hash of what a file of the system says; None if it says nothing of its own."""
    try:
        with path.open("rb") as file:
            content = file.read(_MOST_BYTES).strip(b"\0 \t\r\n").lower()
    except OSError:
        return None
    if not content.strip(b"0") or content == b"uninitialized":
        return None
    return hashlib.sha256(b"kiosk installation " + content).hexdigest()[:32]


ReadHardware = Callable[[], Hardware]
