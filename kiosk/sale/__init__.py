"""What a sale is. Pure: the standard library and nothing else; no clock, no I/O.

Read `money`, `keys`, `entry`, `invoice`, then `till` (where everything stands), `events` (what
happened), `effects` (what to do about it), and last the machines: `transition` for the sale on
the screen, `forward` for the money on its way to the merchant, `watch` for invoices left behind.
"""
