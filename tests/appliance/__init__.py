"""The kiosk on a whole system of its own, in QEMU, used and abused from outside.

`image` builds that system (`base.sh`, `install.sh`), `vm` boots it and gives hands and eyes,
`bench` is the till on the bench as a cashier, a customer and a vandal meet it. Nothing here looks
into the kiosk's memory: what a test knows it has seen on the screen, in the log, on a wire, or in
the simulator's ledger.
"""
