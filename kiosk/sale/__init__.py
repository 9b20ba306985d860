"""What a sale is. Pure: the standard library and nothing else; no clock, no I/O.

Read `money`, `keys`, `entry`, `invoice`, then `screens`, `manager_screens` and `till` (where
everything stands), `events` (what happened) and `effects` (what to do about it). `transition` names
the function that takes an event: `key_press` with `entry_keys`, and `checkout`, up to the code,
`code_on_screen` and `invoice_status` while it is up, `watched_invoices` for every invoice that may
still be paid, on the screen or not, and `forwards` and `payouts` for the money on its way. A
payment is recorded, with the forward that follows from it, by `watched_invoices.handle_paid`;
`transition` starts what is due after each event (`forwards.start_due`).
"""
