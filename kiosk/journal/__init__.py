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
from kiosk.journal.journal import Asked, Journal, ask_retry, try_to_write
from kiosk.journal.owner import owner
from kiosk.journal.records import SaleRecord, SaleState
from kiosk.journal.recovery import resume

__all__ = [
    "Asked",
    "Journal",
    "JournalConflict",
    "JournalCorrupt",
    "JournalUnusable",
    "SaleRecord",
    "SaleState",
    "ask_retry",
    "owner",
    "require_partition",
    "resume",
    "try_to_write",
]
