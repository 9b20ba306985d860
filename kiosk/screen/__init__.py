"""The display: draws the till, and turns touches and keys into Keys.

The only importer of pygame. A view is a function of the till (time included), so a picture of
every screen is a test, not a chore. `window` is the door, `views` says what is where.
"""
