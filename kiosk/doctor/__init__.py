"""What `kiosk doctor` looks at. Each check takes what was read and says what it means.

`finding` is one line of the table, `device` the machine, `till` the till's own parts, `blink` the
way to Blink. What is read comes from the doors; the checks themselves are pure.
"""
