"""The record: every fact of every sale, durable before anything acts on it.

The only importer of sqlite3. Used by the loop's thread alone; other processes read it read-only.
"""

from kiosk.journal.journal import Journal, JournalConflict, JournalCorrupt, JournalUnusable
from kiosk.journal.recovery import resume

__all__ = ["Journal", "JournalConflict", "JournalCorrupt", "JournalUnusable", "resume"]
