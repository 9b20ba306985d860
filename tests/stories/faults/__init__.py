"""Every fault of the simulator at every step of a sale: what the merchant sees, and the money.

Read it in this order: `till` (a real kiosk with small timings, and the law checked at every
change), `steps` (where a fault can strike), `cell` (one fault at one step, from the start to the
audit). `python -m tests.stories.faults` prints the table.
"""
