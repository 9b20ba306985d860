"""A Lightning point of sale in a box: Raspberry Pi, touchscreen, keypad, LED, Blink.

Keys (`panel`, `screen`) become an amount in `sale`, an invoice in `wallet`, a QR code on
`screen`. The customer pays; the news comes through `wallet`, is written in `journal`, and
`wallet` forwards the money to the merchant while `screen` and `panel` celebrate.

Read `sale` first: it is pure and holds every decision about money. Then `loop`, the shell that
carries decisions out, then the door you came for. `commands.app` builds the real things from
`settings` and joins them. Around them: `printer` (receipts), `host` (systemd, Wi-Fi, USB),
`provision` (settings from the boot partition), `doctor` (would a sale work?), `phone_setup` (the
page that a phone fills in), and `simulate`, a Blink for desks and tests.
"""
