-- Version 1. Append-only: a row is a fact, and the payment hash is the key, so a fact that arrives
-- twice is one fact. Times are Unix seconds, amounts sats, fiat in minor units of its own currency.

CREATE TABLE sales (
    sale_id TEXT PRIMARY KEY,
    started_at INTEGER NOT NULL,
    amount_sat INTEGER NOT NULL CHECK (amount_sat > 0),  -- tip included
    tip_sat INTEGER NOT NULL CHECK (tip_sat BETWEEN 0 AND amount_sat),
    price_minor INTEGER NOT NULL,                        -- as typed
    tip_minor INTEGER NOT NULL,                          -- on top of it
    currency TEXT NOT NULL,
    symbol TEXT NOT NULL,
    fraction_digits INTEGER NOT NULL,
    rate_currency TEXT,                                  -- the rate of the moment, if one was known
    rate_symbol TEXT,
    rate_digits INTEGER,
    rate_base INTEGER,
    rate_offset INTEGER,
    value_minor INTEGER,                                 -- amount_sat at that rate
    memo TEXT NOT NULL,
    items TEXT NOT NULL
) STRICT;
CREATE INDEX sales_by_time ON sales (started_at);

-- Invoices in the BlinkPOS account: one for each sale (M1).
CREATE TABLE invoices (
    payment_hash TEXT PRIMARY KEY,
    sale_id TEXT NOT NULL UNIQUE REFERENCES sales,
    payment_request TEXT NOT NULL,
    amount_sat INTEGER NOT NULL,
    external_id TEXT NOT NULL,
    expires_at INTEGER NOT NULL,
    lifetime_s INTEGER NOT NULL,
    at INTEGER NOT NULL,
    UNIQUE (sale_id, payment_hash)
) STRICT;

-- Payout invoices in the merchant account: one for each sale, and one more for each successor (M6).
CREATE TABLE payouts (
    payment_hash TEXT PRIMARY KEY,
    sale_id TEXT NOT NULL REFERENCES sales,
    generation INTEGER NOT NULL,
    payment_request TEXT NOT NULL,
    amount_sat INTEGER NOT NULL,
    external_id TEXT NOT NULL,
    expires_at INTEGER NOT NULL,
    lifetime_s INTEGER NOT NULL,
    at INTEGER NOT NULL,
    UNIQUE (sale_id, generation),
    UNIQUE (sale_id, payment_hash)
) STRICT;

CREATE TABLE endings (
    sale_id TEXT PRIMARY KEY REFERENCES sales,
    ending TEXT NOT NULL,
    at INTEGER NOT NULL
) STRICT;

CREATE TABLE payments (
    payment_hash TEXT PRIMARY KEY,
    sale_id TEXT NOT NULL UNIQUE,
    late INTEGER NOT NULL,
    at INTEGER NOT NULL,
    FOREIGN KEY (sale_id, payment_hash) REFERENCES invoices (sale_id, payment_hash)
) STRICT;

-- Unpaid a day after its end: not asked about again.
CREATE TABLE finals (
    payment_hash TEXT PRIMARY KEY,
    sale_id TEXT NOT NULL UNIQUE,
    at INTEGER NOT NULL,
    FOREIGN KEY (sale_id, payment_hash) REFERENCES invoices (sale_id, payment_hash)
) STRICT;

-- Every step of every forward, in order; the newest is where it stands.
CREATE TABLE forward_steps (
    step INTEGER PRIMARY KEY AUTOINCREMENT,
    sale_id TEXT NOT NULL REFERENCES payments (sale_id),
    status TEXT NOT NULL
        CHECK (status IN ('planned', 'sent', 'unknown', 'failed', 'settled', 'stopped')),
    payout_hash TEXT CHECK (payout_hash IS NOT NULL OR status NOT IN ('sent', 'settled')),
    reason TEXT NOT NULL,
    at INTEGER NOT NULL,
    FOREIGN KEY (sale_id, payout_hash) REFERENCES payouts (sale_id, payment_hash)
) STRICT;
CREATE INDEX forward_steps_by_sale ON forward_steps (sale_id, step);
CREATE UNIQUE INDEX settled_once ON forward_steps (sale_id) WHERE status = 'settled';

CREATE TABLE paid_twice (
    payment_hash TEXT NOT NULL,
    sale_id TEXT NOT NULL,
    payments INTEGER NOT NULL CHECK (payments > 1),
    at INTEGER NOT NULL,
    PRIMARY KEY (payment_hash, payments),
    FOREIGN KEY (sale_id, payment_hash) REFERENCES invoices (sale_id, payment_hash)
) STRICT;

-- Damaged journals, kept beside this one, of whose sales Blink has been asked.
CREATE TABLE rebuilt (name TEXT PRIMARY KEY, at INTEGER NOT NULL) STRICT;

-- Their sales of which nobody can say whether they were forwarded.
CREATE TABLE undecided (
    sale_id TEXT PRIMARY KEY,
    reason TEXT NOT NULL,
    at INTEGER NOT NULL
) STRICT;

CREATE TABLE day_closes (at INTEGER PRIMARY KEY) STRICT;

-- Words of other processes to the kiosk (`kiosk forwards --retry`), taken out when read.
CREATE TABLE requests (request INTEGER PRIMARY KEY, what TEXT NOT NULL, at INTEGER NOT NULL) STRICT;

-- One row that a probe writes over: a real, durable write that leaves no growth.
CREATE TABLE probe (one INTEGER PRIMARY KEY CHECK (one = 1), at INTEGER NOT NULL) STRICT;


-- Forward only ------------------------------------------------------------------------------------

-- What was said last may be said again, and changes nothing.
CREATE TRIGGER step_known BEFORE INSERT ON forward_steps
WHEN EXISTS (
    SELECT 1 FROM forward_steps
    WHERE step = (SELECT max(step) FROM forward_steps WHERE sale_id = NEW.sale_id)
      AND status = NEW.status AND payout_hash IS NEW.payout_hash AND reason = NEW.reason
)
BEGIN SELECT RAISE(IGNORE); END;

CREATE TRIGGER settled_is_final BEFORE INSERT ON forward_steps
WHEN NEW.status <> 'settled'
 AND EXISTS (SELECT 1 FROM forward_steps WHERE sale_id = NEW.sale_id AND status = 'settled')
BEGIN SELECT RAISE(ABORT, 'settled is final'); END;

CREATE TRIGGER planned_is_first BEFORE INSERT ON forward_steps
WHEN NEW.status = 'planned'
 AND EXISTS (SELECT 1 FROM forward_steps WHERE sale_id = NEW.sale_id AND status <> 'planned')
BEGIN SELECT RAISE(ABORT, 'a forward under way is planned no more'); END;

-- Two payout invoices that could both be paid would be a payout paid twice (M6).
CREATE TRIGGER only_the_newest_payout_moves BEFORE INSERT ON forward_steps
WHEN NEW.payout_hash <>
    (SELECT payment_hash FROM payouts WHERE sale_id = NEW.sale_id ORDER BY generation DESC LIMIT 1)
BEGIN SELECT RAISE(ABORT, 'a newer payout invoice has replaced this one'); END;

CREATE TRIGGER one_generation_after_the_other BEFORE INSERT ON payouts
WHEN NEW.generation NOT BETWEEN 1
 AND 1 + (SELECT coalesce(max(generation), 0) FROM payouts WHERE sale_id = NEW.sale_id)
BEGIN SELECT RAISE(ABORT, 'a generation of payout invoices is missing'); END;

CREATE TRIGGER sales_stay BEFORE UPDATE ON sales BEGIN SELECT RAISE(ABORT, 'append-only'); END;
CREATE TRIGGER sales_last BEFORE DELETE ON sales BEGIN SELECT RAISE(ABORT, 'append-only'); END;
CREATE TRIGGER invoices_stay BEFORE UPDATE ON invoices BEGIN SELECT RAISE(ABORT, 'append-only'); END;
CREATE TRIGGER invoices_last BEFORE DELETE ON invoices BEGIN SELECT RAISE(ABORT, 'append-only'); END;
CREATE TRIGGER payouts_stay BEFORE UPDATE ON payouts BEGIN SELECT RAISE(ABORT, 'append-only'); END;
CREATE TRIGGER payouts_last BEFORE DELETE ON payouts BEGIN SELECT RAISE(ABORT, 'append-only'); END;
CREATE TRIGGER endings_stay BEFORE UPDATE ON endings BEGIN SELECT RAISE(ABORT, 'append-only'); END;
CREATE TRIGGER endings_last BEFORE DELETE ON endings BEGIN SELECT RAISE(ABORT, 'append-only'); END;
CREATE TRIGGER payments_stay BEFORE UPDATE ON payments BEGIN SELECT RAISE(ABORT, 'append-only'); END;
CREATE TRIGGER payments_last BEFORE DELETE ON payments BEGIN SELECT RAISE(ABORT, 'append-only'); END;
CREATE TRIGGER finals_stay BEFORE UPDATE ON finals BEGIN SELECT RAISE(ABORT, 'append-only'); END;
CREATE TRIGGER finals_last BEFORE DELETE ON finals BEGIN SELECT RAISE(ABORT, 'append-only'); END;
CREATE TRIGGER steps_stay BEFORE UPDATE ON forward_steps BEGIN SELECT RAISE(ABORT, 'append-only'); END;
CREATE TRIGGER steps_last BEFORE DELETE ON forward_steps BEGIN SELECT RAISE(ABORT, 'append-only'); END;
CREATE TRIGGER twice_stay BEFORE UPDATE ON paid_twice BEGIN SELECT RAISE(ABORT, 'append-only'); END;
CREATE TRIGGER twice_last BEFORE DELETE ON paid_twice BEGIN SELECT RAISE(ABORT, 'append-only'); END;
CREATE TRIGGER closes_stay BEFORE UPDATE ON day_closes BEGIN SELECT RAISE(ABORT, 'append-only'); END;
CREATE TRIGGER closes_last BEFORE DELETE ON day_closes BEGIN SELECT RAISE(ABORT, 'append-only'); END;


-- Indexes by other means, kept by triggers --------------------------------------------------------

-- Sales that a restart takes up, so that it costs the same in a journal of a million sales.
CREATE TABLE unfinished (sale_id TEXT PRIMARY KEY) STRICT, WITHOUT ROWID;

CREATE TRIGGER unfinished_when_issued AFTER INSERT ON invoices
BEGIN INSERT OR IGNORE INTO unfinished VALUES (NEW.sale_id); END;
CREATE TRIGGER unfinished_when_paid AFTER INSERT ON payments
BEGIN INSERT OR IGNORE INTO unfinished VALUES (NEW.sale_id); END;
CREATE TRIGGER finished_when_final AFTER INSERT ON finals
WHEN NOT EXISTS (SELECT 1 FROM payments WHERE sale_id = NEW.sale_id)
BEGIN DELETE FROM unfinished WHERE sale_id = NEW.sale_id; END;
CREATE TRIGGER finished_when_settled AFTER INSERT ON forward_steps WHEN NEW.status = 'settled'
BEGIN DELETE FROM unfinished WHERE sale_id = NEW.sale_id; END;

-- What was paid, in the order of time and side by side, so that totals read nothing else.
CREATE TABLE takings (
    at INTEGER NOT NULL,
    sale_id TEXT NOT NULL,
    amount_sat INTEGER NOT NULL,
    tip_sat INTEGER NOT NULL,
    currency TEXT,
    value_minor INTEGER,
    PRIMARY KEY (at, sale_id)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER taken_when_paid AFTER INSERT ON payments
BEGIN
    INSERT INTO takings SELECT NEW.at, sale_id, amount_sat, tip_sat, rate_currency, value_minor
    FROM sales WHERE sale_id = NEW.sale_id;
END;

-- A sale with all that became of it.
CREATE VIEW records AS
SELECT
    sales.rowid,
    sales.*,
    invoices.payment_hash,
    (SELECT payment_hash FROM payouts WHERE sale_id = sales.sale_id
     ORDER BY generation DESC LIMIT 1) AS payout_hash,
    endings.ending,
    payments.late,
    payments.at AS paid_at,
    forward_steps.status,
    forward_steps.reason,
    forward_steps.at AS step_at
FROM sales
LEFT JOIN invoices USING (sale_id)
LEFT JOIN endings USING (sale_id)
LEFT JOIN payments USING (sale_id)
LEFT JOIN forward_steps
    ON step = (SELECT max(step) FROM forward_steps WHERE sale_id = sales.sale_id);
