-- What was added after version 1: new tables, indexes and triggers alone, so that an older program
-- can still use the file, and `user_version` stays. Each line does nothing when it was done before.

-- A close of the day by its place in the order of things: what was recorded up to then belongs to
-- it, whatever any clock said. The trigger keeps it for an older program's closes too.
CREATE TABLE IF NOT EXISTS closes (
    step INTEGER PRIMARY KEY AUTOINCREMENT,
    at INTEGER NOT NULL,
    last_sale INTEGER NOT NULL,     -- rowid of the newest sale
    last_payment INTEGER NOT NULL   -- rowid of the newest payment
) STRICT;

CREATE TRIGGER IF NOT EXISTS places_stay BEFORE UPDATE ON closes
BEGIN SELECT RAISE(ABORT, 'append-only'); END;
CREATE TRIGGER IF NOT EXISTS places_last BEFORE DELETE ON closes
BEGIN SELECT RAISE(ABORT, 'append-only'); END;

-- Of the closes of an older program the newest counts, unless a wrong clock put it in the future.
INSERT INTO closes (at, last_sale, last_payment)
SELECT
    at,
    (SELECT coalesce(max(rowid), 0) FROM sales WHERE started_at < day_closes.at),
    (SELECT coalesce(max(rowid), 0) FROM payments WHERE payments.at < day_closes.at)
FROM day_closes
WHERE at <= CAST(strftime('%s', 'now') AS INTEGER) AND NOT EXISTS (SELECT 1 FROM closes)
ORDER BY at DESC LIMIT 1;

CREATE TRIGGER IF NOT EXISTS place_of_close AFTER INSERT ON day_closes
BEGIN
    INSERT INTO closes (at, last_sale, last_payment) VALUES (
        NEW.at,
        (SELECT coalesce(max(rowid), 0) FROM sales),
        (SELECT coalesce(max(rowid), 0) FROM payments)
    );
END;

-- Every wrong PIN, and the right one after them: a new start does not forget the pause.
CREATE TABLE IF NOT EXISTS pin_tries (
    step INTEGER PRIMARY KEY AUTOINCREMENT,
    wrong INTEGER NOT NULL,  -- how many in a row, 0 for right
    at INTEGER NOT NULL
) STRICT;

-- The installations that have used this journal, the newest last (journal/installation.py).
CREATE TABLE IF NOT EXISTS installations (
    place INTEGER PRIMARY KEY AUTOINCREMENT,
    installation TEXT NOT NULL,
    serial TEXT,
    machine TEXT,
    at INTEGER NOT NULL
) STRICT;

-- Sales whose code was open when the journal came into another machine: if they are paid after all,
-- the manager decides.
CREATE TABLE IF NOT EXISTS held (sale_id TEXT PRIMARY KEY, at INTEGER NOT NULL) STRICT;

-- The wallet that a merchant's user name stood for when it was accepted; the newest row of a name
-- counts. Another one is paid only once the manager has confirmed it.
CREATE TABLE IF NOT EXISTS merchant_wallets (
    step INTEGER PRIMARY KEY AUTOINCREMENT,
    username TEXT NOT NULL,
    wallet_id TEXT NOT NULL,
    at INTEGER NOT NULL
) STRICT;

-- The fraction digits with which a currency is charged in; the newest row of a currency counts.
CREATE TABLE IF NOT EXISTS currency_digits (
    step INTEGER PRIMARY KEY AUTOINCREMENT,
    currency TEXT NOT NULL,
    digits INTEGER NOT NULL,
    at INTEGER NOT NULL
) STRICT;
