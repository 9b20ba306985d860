"""The law of money under keys, answers, faults, time, payments and power cuts in any order.

The loop and the journals are real; Blink is a ledger in memory (`tests.stories.ledger`) that may
lose, refuse, delay or repeat any answer, before or after it has acted. Two kiosks of one KIOSK_ID
share it. At the end everything works and is answered, and each paid sale must be with the merchant,
or in an alarm that names it.

What happens is picked by a seed (`chance`) from everything that may happen (`happenings`,
`corners`), so that a seed plays the same again. `python -m tests.stories.law --workers 2` plays
many interleavings, and tells of a violation with no more steps than it needs.
"""
