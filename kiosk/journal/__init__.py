"""The record: every fact of every sale, durable before anything acts on it.

The only importer of sqlite3. Used by the loop's thread alone; other processes read it read-only.
Read `schema.sql` first: it holds what may never happen. Then `journal`, then `recovery`.
"""

from kiosk.journal.database import (
    JournalConflict,
    JournalCorrupt,
    JournalUnusable,
    require_partition,
)
from kiosk.journal.installation import Hardware, read_hardware
from kiosk.journal.journal import Journal, RetryRequest, open_sound, request_retry, try_to_write
from kiosk.journal.owner_lock import owner_pid
from kiosk.journal.records import SaleRecord, SaleState
from kiosk.journal.recovery import TakenUp, resume

__all__ = [
    "Hardware",
    "Journal",
    "JournalConflict",
    "JournalCorrupt",
    "JournalUnusable",
    "RetryRequest",
    "SaleRecord",
    "SaleState",
    "TakenUp",
    "open_sound",
    "owner_pid",
    "read_hardware",
    "request_retry",
    "require_partition",
    "resume",
    "try_to_write",
]
