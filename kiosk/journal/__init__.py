"""The record: every fact of every sale, durable before anything acts on it.

The only importer of sqlite3. Used by the loop's thread alone; other processes read it read-only.
Read `schema.sql` first: it holds what may never happen. Then `journal`, then `recovery`.
"""

from kiosk.journal.database import require_partition
from kiosk.journal.errors import JournalConflict, JournalCorrupt, JournalUnusable
from kiosk.journal.installation import Hardware, read_hardware
from kiosk.journal.journal import Journal
from kiosk.journal.opening import open_sound
from kiosk.journal.owner_lock import owner_pid
from kiosk.journal.recovery import TakenUp, resume
from kiosk.journal.requests import RetryRequest, request_retry, try_to_write
from kiosk.journal.room import free_bytes
from kiosk.journal.second_copy import (
    CopyRefused,
    Restored,
    copy_journal,
    describe_journal,
    restore,
)
from kiosk.sale.sale_record import SaleRecord, SaleState

__all__ = [
    "CopyRefused",
    "Hardware",
    "Journal",
    "JournalConflict",
    "JournalCorrupt",
    "JournalUnusable",
    "Restored",
    "RetryRequest",
    "SaleRecord",
    "SaleState",
    "TakenUp",
    "copy_journal",
    "describe_journal",
    "free_bytes",
    "open_sound",
    "owner_pid",
    "read_hardware",
    "request_retry",
    "require_partition",
    "restore",
    "resume",
    "try_to_write",
]
