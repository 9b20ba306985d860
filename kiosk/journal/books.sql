-- What an accountant asks for, added after version 1 like `additions.sql`: new tables and triggers
-- alone, each line of which does nothing when it was done before. An older program neither reads nor
-- changes them, and its sales and closes get their numbers all the same.

-- Series of receipt numbers. A journal that is rebuilt, or that came into another machine, begins
-- the next one, since nobody can say which numbers were given before.
CREATE TABLE IF NOT EXISTS receipt_series (
    series INTEGER PRIMARY KEY,
    begun_for TEXT NOT NULL UNIQUE,  -- a damaged file's name, an installation, or 'first'
    at INTEGER NOT NULL
) STRICT;
INSERT INTO receipt_series (series, begun_for, at)
SELECT 1, 'first', CAST(strftime('%s', 'now') AS INTEGER)
WHERE NOT EXISTS (SELECT 1 FROM receipt_series);

-- The number of each paid sale. Sales that were paid before this table was made have none.
CREATE TABLE IF NOT EXISTS receipts (
    sale_id TEXT PRIMARY KEY,
    series INTEGER NOT NULL,
    number INTEGER NOT NULL CHECK (number > 0),
    UNIQUE (series, number)
) STRICT;
CREATE TRIGGER IF NOT EXISTS numbered_when_paid AFTER INSERT ON payments
WHEN NOT EXISTS (SELECT 1 FROM receipts WHERE sale_id = NEW.sale_id)
BEGIN
    INSERT INTO receipts SELECT NEW.sale_id, series, 1 + (
        SELECT coalesce(max(number), 0) FROM receipts WHERE receipts.series = newest.series
    ) FROM (SELECT max(series) AS series FROM receipt_series) AS newest;
END;
CREATE TRIGGER IF NOT EXISTS direct_numbered_when_paid AFTER INSERT ON direct_payments
WHEN NOT EXISTS (SELECT 1 FROM receipts WHERE sale_id = NEW.sale_id)
BEGIN
    INSERT INTO receipts SELECT NEW.sale_id, series, 1 + (
        SELECT coalesce(max(number), 0) FROM receipts WHERE receipts.series = newest.series
    ) FROM (SELECT max(series) AS series FROM receipt_series) AS newest;
END;
CREATE TRIGGER IF NOT EXISTS receipts_stay BEFORE UPDATE ON receipts
BEGIN SELECT RAISE(ABORT, 'append-only'); END;
CREATE TRIGGER IF NOT EXISTS receipts_last BEFORE DELETE ON receipts
BEGIN SELECT RAISE(ABORT, 'append-only'); END;

-- The items of a sale with their tax, and what of the sale is taxed at each rate. Amounts in minor
-- units of the sale's currency, tax included; rates in hundredths of a percent.
CREATE TABLE IF NOT EXISTS sale_lines (
    sale_id TEXT NOT NULL,
    place INTEGER NOT NULL,
    name TEXT NOT NULL,
    quantity INTEGER NOT NULL,
    minor INTEGER NOT NULL,
    tax_name TEXT,
    tax_rate INTEGER,
    PRIMARY KEY (sale_id, place)
) STRICT;
CREATE TABLE IF NOT EXISTS sale_taxes (
    sale_id TEXT NOT NULL,
    tax_name TEXT NOT NULL,
    tax_rate INTEGER NOT NULL,
    gross_minor INTEGER NOT NULL,
    tax_minor INTEGER NOT NULL,
    PRIMARY KEY (sale_id, tax_name, tax_rate)
) STRICT;

-- Who sold it; no row where nobody says so.
CREATE TABLE IF NOT EXISTS sale_cashiers (
    sale_id TEXT PRIMARY KEY,
    cashier TEXT NOT NULL
) STRICT;

-- Money that the merchant gave back. `part` counts the refunds of one sale.
CREATE TABLE IF NOT EXISTS refunds (
    refund INTEGER PRIMARY KEY,
    sale_id TEXT NOT NULL,
    part INTEGER NOT NULL CHECK (part > 0),
    minor INTEGER NOT NULL CHECK (minor > 0),       -- of the sale's currency, tip included
    tip_minor INTEGER NOT NULL CHECK (tip_minor BETWEEN 0 AND minor),
    amount_sat INTEGER NOT NULL CHECK (amount_sat >= 0),  -- at the rate of the sale
    tip_sat INTEGER NOT NULL CHECK (tip_sat BETWEEN 0 AND amount_sat),
    reason TEXT NOT NULL,
    refunded_by TEXT NOT NULL,
    at INTEGER NOT NULL,
    UNIQUE (sale_id, part)
) STRICT;
CREATE TABLE IF NOT EXISTS refund_taxes (
    sale_id TEXT NOT NULL,
    part INTEGER NOT NULL,
    tax_name TEXT NOT NULL,
    tax_rate INTEGER NOT NULL,
    gross_minor INTEGER NOT NULL,
    tax_minor INTEGER NOT NULL,
    PRIMARY KEY (sale_id, part, tax_name, tax_rate)
) STRICT;
CREATE TABLE IF NOT EXISTS refund_receipts (
    sale_id TEXT NOT NULL,
    part INTEGER NOT NULL,
    series INTEGER NOT NULL,
    number INTEGER NOT NULL CHECK (number > 0),
    PRIMARY KEY (sale_id, part),
    UNIQUE (series, number)
) STRICT;
CREATE TRIGGER IF NOT EXISTS refund_is_numbered AFTER INSERT ON refunds
WHEN NOT EXISTS (
    SELECT 1 FROM refund_receipts WHERE sale_id = NEW.sale_id AND part = NEW.part
)
BEGIN
    INSERT INTO refund_receipts SELECT NEW.sale_id, NEW.part, series, 1 + (
        SELECT coalesce(max(number), 0) FROM refund_receipts
        WHERE refund_receipts.series = newest.series
    ) FROM (SELECT max(series) AS series FROM receipt_series) AS newest;
END;
CREATE TRIGGER IF NOT EXISTS refund_of_what_was_paid BEFORE INSERT ON refunds
WHEN NEW.minor + (SELECT coalesce(sum(minor), 0) FROM refunds WHERE sale_id = NEW.sale_id) >
    coalesce(
        (SELECT price_minor + tip_minor FROM sales WHERE sale_id = NEW.sale_id
            AND EXISTS (SELECT 1 FROM payments WHERE sale_id = NEW.sale_id)),
        (SELECT price_minor + tip_minor FROM direct_sales WHERE sale_id = NEW.sale_id
            AND EXISTS (SELECT 1 FROM direct_payments WHERE sale_id = NEW.sale_id)),
        0
    )
 AND NOT EXISTS (SELECT 1 FROM refunds WHERE sale_id = NEW.sale_id AND part = NEW.part)
BEGIN SELECT RAISE(ABORT, 'more than was paid'); END;
CREATE INDEX IF NOT EXISTS refunds_by_time ON refunds (at);
CREATE TRIGGER IF NOT EXISTS refunds_stay BEFORE UPDATE ON refunds
BEGIN SELECT RAISE(ABORT, 'append-only'); END;
CREATE TRIGGER IF NOT EXISTS refunds_last BEFORE DELETE ON refunds
BEGIN SELECT RAISE(ABORT, 'append-only'); END;

-- A close by its place in the order of everything: what was recorded up to then belongs to it. Its
-- number is running and never given again. The newest close of before has a place, and no number.
CREATE TABLE IF NOT EXISTS close_places (
    step INTEGER PRIMARY KEY,  -- in `closes`
    series INTEGER,
    number INTEGER,
    at INTEGER NOT NULL,
    last_sale INTEGER NOT NULL,
    last_payment INTEGER NOT NULL,
    last_direct_sale INTEGER NOT NULL,
    last_direct_payment INTEGER NOT NULL,
    last_refund INTEGER NOT NULL,
    last_twice INTEGER NOT NULL,
    UNIQUE (series, number)
) STRICT;
INSERT INTO close_places
SELECT
    step, NULL, NULL, at, last_sale, last_payment,
    coalesce((SELECT last_sale FROM direct_closes ORDER BY step DESC LIMIT 1), 0),
    coalesce((SELECT last_payment FROM direct_closes ORDER BY step DESC LIMIT 1), 0),
    0,
    (SELECT coalesce(max(rowid), 0) FROM paid_twice WHERE paid_twice.at <= closes.at)
FROM closes WHERE NOT EXISTS (SELECT 1 FROM close_places) ORDER BY step DESC LIMIT 1;
CREATE TRIGGER IF NOT EXISTS close_is_numbered AFTER INSERT ON closes
BEGIN
    INSERT INTO close_places SELECT
        NEW.step,
        series,
        1 + (SELECT coalesce(max(number), 0) FROM close_places
             WHERE close_places.series = newest.series),
        NEW.at,
        NEW.last_sale,
        NEW.last_payment,
        (SELECT coalesce(max(rowid), 0) FROM direct_sales),
        (SELECT coalesce(max(rowid), 0) FROM direct_payments),
        (SELECT coalesce(max(refund), 0) FROM refunds),
        (SELECT coalesce(max(rowid), 0) FROM paid_twice)
    FROM (SELECT max(series) AS series FROM receipt_series) AS newest;
END;
CREATE TRIGGER IF NOT EXISTS close_places_stay BEFORE UPDATE ON close_places
BEGIN SELECT RAISE(ABORT, 'append-only'); END;
CREATE TRIGGER IF NOT EXISTS close_places_last BEFORE DELETE ON close_places
BEGIN SELECT RAISE(ABORT, 'append-only'); END;

-- What a close has summed up, as it was then (`sale/close_report.py`).
CREATE TABLE IF NOT EXISTS close_reports (
    series INTEGER NOT NULL,
    number INTEGER NOT NULL,
    report TEXT NOT NULL,
    PRIMARY KEY (series, number)
) STRICT;
CREATE TRIGGER IF NOT EXISTS reports_stay BEFORE UPDATE ON close_reports
BEGIN SELECT RAISE(ABORT, 'append-only'); END;
CREATE TRIGGER IF NOT EXISTS reports_last BEFORE DELETE ON close_reports
BEGIN SELECT RAISE(ABORT, 'append-only'); END;

-- Sales that a close of a damaged journal has counted, and that Blink's word brings into this one
-- later, behind the place of that close: no close counts them again.
CREATE TABLE IF NOT EXISTS counted_before (sale_id TEXT PRIMARY KEY) STRICT;

-- Refunds of such sales that a close has counted; they come when their sale is there.
CREATE TABLE IF NOT EXISTS refunds_counted_before (
    sale_id TEXT NOT NULL,
    part INTEGER NOT NULL,
    PRIMARY KEY (sale_id, part)
) STRICT;

-- By which close of an earlier journal a sale or a refund was counted, by the number of that close.
CREATE TABLE IF NOT EXISTS earlier_closes_of_sales (
    sale_id TEXT PRIMARY KEY,
    series INTEGER NOT NULL,
    number INTEGER NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS earlier_closes_of_refunds (
    sale_id TEXT NOT NULL,
    part INTEGER NOT NULL,
    series INTEGER NOT NULL,
    number INTEGER NOT NULL,
    PRIMARY KEY (sale_id, part)
) STRICT;
