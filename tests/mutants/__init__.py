"""Mutants: decisions of the money code changed one at a time; a test has to notice each.

`python -m tests.mutants` changes one comparison, constant, condition or result in a process of its
own (no file is touched) and runs the tests that reach the changed line, the quickest first, until
one fails. What no test notices has survived: it needs a test, or changes nothing that anybody can
see. Every verdict is a line in `verdicts.jsonl`; a run that is begun again goes on after the last
one.
"""
