-- Append-only tables. A row is a fact; the payment hash is the key, so a fact that arrives twice
-- is one fact. Times are Unix seconds, amounts sats, fiat in minor units of its own currency.

CREATE TABLE sales (
    sale_id TEXT PRIMARY KEY,
    started_at INTEGER NOT NULL,
    amount_sat INTEGER NOT NULL CHECK (amount_sat > 0),
    tip_sat INTEGER NOT NULL CHECK (tip_sat >= 0),
    price_minor INTEGER NOT NULL,
    currency TEXT NOT NULL,
    symbol TEXT NOT NULL,
    fraction_digits INTEGER NOT NULL,
    rate_currency TEXT,
    rate_symbol TEXT,
    rate_digits INTEGER,
    rate_base INTEGER,
    rate_offset INTEGER,
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
    at INTEGER NOT NULL
) STRICT;

-- Payout invoices in the merchant account: one for each sale and generation.
CREATE TABLE payouts (
    payment_hash TEXT PRIMARY KEY,
    sale_id TEXT NOT NULL REFERENCES sales,
    generation INTEGER NOT NULL CHECK (generation > 0),
    payment_request TEXT NOT NULL,
    amount_sat INTEGER NOT NULL,
    external_id TEXT NOT NULL,
    expires_at INTEGER NOT NULL,
    lifetime_s INTEGER NOT NULL,
    at INTEGER NOT NULL,
    UNIQUE (sale_id, generation)
) STRICT;

CREATE TABLE endings (
    sale_id TEXT PRIMARY KEY REFERENCES sales,
    ending TEXT NOT NULL,
    at INTEGER NOT NULL
) STRICT;

CREATE TABLE payments (
    payment_hash TEXT PRIMARY KEY REFERENCES invoices,
    sale_id TEXT NOT NULL UNIQUE REFERENCES sales,
    late INTEGER NOT NULL,
    amount_sat INTEGER NOT NULL,
    tip_sat INTEGER NOT NULL,
    at INTEGER NOT NULL
) STRICT;
CREATE INDEX payments_by_time ON payments (at);

CREATE TABLE finals (
    payment_hash TEXT PRIMARY KEY REFERENCES invoices,
    at INTEGER NOT NULL
) STRICT;

-- Every step of every forward, in order; the newest is where it stands.
CREATE TABLE forward_steps (
    step INTEGER PRIMARY KEY AUTOINCREMENT,
    sale_id TEXT NOT NULL REFERENCES payments (sale_id),
    payout_hash TEXT,
    status TEXT NOT NULL,
    reason TEXT NOT NULL,
    at INTEGER NOT NULL
) STRICT;
CREATE INDEX forward_steps_by_sale ON forward_steps (sale_id, step);
CREATE UNIQUE INDEX settled_once ON forward_steps (sale_id) WHERE status = 'settled';

-- Nothing follows settled: a forward only moves forward.
CREATE TRIGGER settled_is_final BEFORE INSERT ON forward_steps
WHEN EXISTS (SELECT 1 FROM forward_steps WHERE sale_id = NEW.sale_id AND status = 'settled')
BEGIN
    SELECT RAISE(ABORT, 'settled is final');
END;

CREATE TABLE paid_twice (
    payment_hash TEXT NOT NULL REFERENCES invoices,
    payments INTEGER NOT NULL,
    at INTEGER NOT NULL,
    PRIMARY KEY (payment_hash, payments)
) STRICT;

CREATE TABLE day_closes (at INTEGER PRIMARY KEY) STRICT;

-- Requests of other processes to the kiosk: `kiosk forwards --retry`.
CREATE TABLE requests (
    request INTEGER PRIMARY KEY AUTOINCREMENT,
    what TEXT NOT NULL,
    at INTEGER NOT NULL
) STRICT;

-- One row that a probe writes over: a real, durable write that leaves no growth.
CREATE TABLE probe (one INTEGER PRIMARY KEY CHECK (one = 1), at INTEGER NOT NULL) STRICT;
