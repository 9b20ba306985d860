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

-- The same of the PINs of cashiers, each by the two digits of the cashier.
CREATE TABLE IF NOT EXISTS cashier_pin_tries (
    step INTEGER PRIMARY KEY AUTOINCREMENT,
    code TEXT NOT NULL,
    wrong INTEGER NOT NULL,
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

-- That this journal is a copy that was taken in (journal/second_copy.py), by the name of the one that
-- it replaced: it may be older than what was sold and forwarded, until it stands in `rebuilt`.
CREATE TABLE IF NOT EXISTS restores (name TEXT PRIMARY KEY, at INTEGER NOT NULL) STRICT;

-- Until when codes of other installations, begun before a journal was lost, may still be paid; Unix
-- seconds. The newest counts: without an end nobody can pay them any more.
CREATE TABLE IF NOT EXISTS foreign_codes (
    step INTEGER PRIMARY KEY AUTOINCREMENT,
    begun_before INTEGER NOT NULL,
    until INTEGER,
    at INTEGER NOT NULL
) STRICT;

-- Sales whose code was open when the journal came into another machine: if they are paid after all,
-- the manager decides.
CREATE TABLE IF NOT EXISTS held (sale_id TEXT PRIMARY KEY, at INTEGER NOT NULL) STRICT;

-- The code of a sale that has replaced another one: the codes of one sale share their first.
CREATE TABLE IF NOT EXISTS replaced_codes (
    sale_id TEXT PRIMARY KEY,
    first_payment_hash TEXT NOT NULL,
    at INTEGER NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS replaced_by_first ON replaced_codes (first_payment_hash);

-- Sales that were paid after they had left the screen: each is told until somebody has read it.
CREATE TABLE IF NOT EXISTS late_money (sale_id TEXT PRIMARY KEY, at INTEGER NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS late_money_put_away (
    sale_id TEXT PRIMARY KEY,
    at INTEGER NOT NULL
) STRICT;

-- Alarms that only tell (a sale paid twice): the newest row of a sale and kind says whether somebody
-- has read it. What nobody has read is told again at the next start.
CREATE TABLE IF NOT EXISTS told_alarms (
    step INTEGER PRIMARY KEY AUTOINCREMENT,
    sale_id TEXT NOT NULL,
    kind TEXT NOT NULL,
    subject TEXT NOT NULL DEFAULT '',
    is_read INTEGER NOT NULL CHECK (is_read IN (0, 1)),
    at INTEGER NOT NULL
) STRICT;

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

-- Direct sales: the merchant's own invoice, and nothing to forward. Tables of their own, which an
-- older program does not read: in `payments` each would become a forward at its next start.
CREATE TABLE IF NOT EXISTS direct_sales (
    sale_id TEXT PRIMARY KEY,
    started_at INTEGER NOT NULL,
    amount_sat INTEGER NOT NULL CHECK (amount_sat > 0),
    tip_sat INTEGER NOT NULL CHECK (tip_sat BETWEEN 0 AND amount_sat),
    price_minor INTEGER NOT NULL,
    tip_minor INTEGER NOT NULL,
    currency TEXT NOT NULL,
    symbol TEXT NOT NULL,
    fraction_digits INTEGER NOT NULL,
    rate_currency TEXT,
    rate_symbol TEXT,
    rate_digits INTEGER,
    rate_base INTEGER,
    rate_offset INTEGER,
    value_minor INTEGER,
    memo TEXT NOT NULL,
    items TEXT NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS direct_sales_by_time ON direct_sales (started_at);

CREATE TABLE IF NOT EXISTS direct_invoices (
    payment_hash TEXT PRIMARY KEY,
    sale_id TEXT NOT NULL UNIQUE REFERENCES direct_sales,
    payment_request TEXT NOT NULL,
    amount_sat INTEGER NOT NULL,
    external_id TEXT NOT NULL,
    expires_at INTEGER NOT NULL,
    lifetime_s INTEGER NOT NULL,
    verify_url TEXT NOT NULL,       -- empty for an invoice at Blink
    at INTEGER NOT NULL,
    UNIQUE (sale_id, payment_hash)
) STRICT;

CREATE TABLE IF NOT EXISTS direct_endings (
    sale_id TEXT PRIMARY KEY REFERENCES direct_sales,
    ending TEXT NOT NULL,
    at INTEGER NOT NULL
) STRICT;

-- A preimage has proved it. What the day's totals add up is kept side by side, as in `takings`.
CREATE TABLE IF NOT EXISTS direct_payments (
    payment_hash TEXT PRIMARY KEY,
    sale_id TEXT NOT NULL UNIQUE,
    late INTEGER NOT NULL,
    at INTEGER NOT NULL,
    FOREIGN KEY (sale_id, payment_hash) REFERENCES direct_invoices (sale_id, payment_hash)
) STRICT;

CREATE TABLE IF NOT EXISTS direct_finals (
    payment_hash TEXT PRIMARY KEY,
    sale_id TEXT NOT NULL UNIQUE,
    at INTEGER NOT NULL,
    FOREIGN KEY (sale_id, payment_hash) REFERENCES direct_invoices (sale_id, payment_hash)
) STRICT;

-- Said to be paid, without a proof; and that the manager has looked into the wallet.
CREATE TABLE IF NOT EXISTS direct_undecided (
    payment_hash TEXT PRIMARY KEY,
    sale_id TEXT NOT NULL UNIQUE,
    at INTEGER NOT NULL,
    FOREIGN KEY (sale_id, payment_hash) REFERENCES direct_invoices (sale_id, payment_hash)
) STRICT;
CREATE TABLE IF NOT EXISTS direct_reviews (
    sale_id TEXT PRIMARY KEY REFERENCES direct_sales,
    at INTEGER NOT NULL
) STRICT;

-- One payment hash is one invoice, whichever way the sale is paid.
CREATE TRIGGER IF NOT EXISTS direct_hash_is_new BEFORE INSERT ON direct_invoices
WHEN EXISTS (SELECT 1 FROM invoices WHERE payment_hash = NEW.payment_hash)
  OR EXISTS (SELECT 1 FROM payouts WHERE payment_hash = NEW.payment_hash)
BEGIN SELECT RAISE(ABORT, 'an invoice of another sale'); END;

CREATE TRIGGER IF NOT EXISTS direct_sales_stay BEFORE UPDATE ON direct_sales
BEGIN SELECT RAISE(ABORT, 'append-only'); END;
CREATE TRIGGER IF NOT EXISTS direct_sales_last BEFORE DELETE ON direct_sales
BEGIN SELECT RAISE(ABORT, 'append-only'); END;
CREATE TRIGGER IF NOT EXISTS direct_invoices_stay BEFORE UPDATE ON direct_invoices
BEGIN SELECT RAISE(ABORT, 'append-only'); END;
CREATE TRIGGER IF NOT EXISTS direct_invoices_last BEFORE DELETE ON direct_invoices
BEGIN SELECT RAISE(ABORT, 'append-only'); END;
CREATE TRIGGER IF NOT EXISTS direct_payments_stay BEFORE UPDATE ON direct_payments
BEGIN SELECT RAISE(ABORT, 'append-only'); END;
CREATE TRIGGER IF NOT EXISTS direct_payments_last BEFORE DELETE ON direct_payments
BEGIN SELECT RAISE(ABORT, 'append-only'); END;

-- What a start takes up, so that it costs the same in a journal of a million sales.
CREATE TABLE IF NOT EXISTS direct_unfinished (sale_id TEXT PRIMARY KEY) STRICT, WITHOUT ROWID;
CREATE TRIGGER IF NOT EXISTS direct_unfinished_when_issued AFTER INSERT ON direct_invoices
BEGIN INSERT OR IGNORE INTO direct_unfinished VALUES (NEW.sale_id); END;
CREATE TRIGGER IF NOT EXISTS direct_finished_when_paid AFTER INSERT ON direct_payments
BEGIN DELETE FROM direct_unfinished WHERE sale_id = NEW.sale_id; END;
CREATE TRIGGER IF NOT EXISTS direct_finished_when_final AFTER INSERT ON direct_finals
BEGIN DELETE FROM direct_unfinished WHERE sale_id = NEW.sale_id; END;

CREATE TABLE IF NOT EXISTS direct_takings (
    at INTEGER NOT NULL,
    sale_id TEXT NOT NULL,
    amount_sat INTEGER NOT NULL,
    tip_sat INTEGER NOT NULL,
    currency TEXT,
    value_minor INTEGER,
    PRIMARY KEY (at, sale_id)
) STRICT, WITHOUT ROWID;
CREATE TRIGGER IF NOT EXISTS direct_taken_when_paid AFTER INSERT ON direct_payments
BEGIN
    INSERT INTO direct_takings
    SELECT NEW.at, sale_id, amount_sat, tip_sat, rate_currency, value_minor
    FROM direct_sales WHERE sale_id = NEW.sale_id;
END;

-- The place of a close among the direct sales.
CREATE TABLE IF NOT EXISTS direct_closes (
    step INTEGER PRIMARY KEY AUTOINCREMENT,
    last_sale INTEGER NOT NULL,
    last_payment INTEGER NOT NULL
) STRICT;
CREATE TRIGGER IF NOT EXISTS direct_place_of_close AFTER INSERT ON day_closes
BEGIN
    INSERT INTO direct_closes (last_sale, last_payment) VALUES (
        (SELECT coalesce(max(rowid), 0) FROM direct_sales),
        (SELECT coalesce(max(rowid), 0) FROM direct_payments)
    );
END;

-- A direct sale with all that became of it, in the columns of `records`.
CREATE VIEW IF NOT EXISTS direct_records AS
SELECT
    direct_sales.rowid,
    direct_sales.*,
    direct_invoices.payment_hash,
    NULL AS payout_hash,
    direct_endings.ending,
    direct_payments.late,
    direct_payments.at AS paid_at,
    NULL AS status,
    CASE
        WHEN direct_payments.at IS NULL AND direct_undecided.at IS NOT NULL
        THEN 'payment_unproven'
    END AS reason,
    NULL AS step_at
FROM direct_sales
LEFT JOIN direct_invoices USING (sale_id)
LEFT JOIN direct_endings USING (sale_id)
LEFT JOIN direct_payments USING (sale_id)
LEFT JOIN direct_undecided USING (sale_id);
