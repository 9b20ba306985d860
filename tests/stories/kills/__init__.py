"""Kill the till at every step of a sale, start it again, and audit what became of the money.

Read it in this order: `points` (where a till can be killed), `life` (one process from start to its
end), `forge` (makes many of them cheaply), `trial` (sales, customers, the audit). `python -m
tests.stories.kills --sales 1000` prints the table.
"""
