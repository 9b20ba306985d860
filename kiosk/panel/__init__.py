"""The front panel: matrix keypad, LED and buzzer. The only importer of gpiozero.

Read `debounce` (scans become presses) and `wiring` (which pin is which key), then `keypad` (pins
become scans) and `led` (lights become blinking), last `panel`, which joins them for the loop.
`header` finds and opens the board's GPIO, `chip` is how Linux offers it, `pins` is gpiozero on top
of that, and `cli` is `kiosk keypad`.
"""
