"""`python -m tests.stories.faults [STEP]`: play every fault at every step, and print the table."""

import argparse
import logging
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import tests.conftest  # noqa: F401 - SDL draws nowhere
from kiosk.simulate import Fault
from tests.stories.faults.cell import Cell, Outcome, Step


def main(words: Sequence[str] | None = None) -> int:
    """Exit code 1 if the law of money was broken anywhere."""
    parser = argparse.ArgumentParser(prog="python -m tests.stories.faults", description=__doc__)
    parser.add_argument("--step", choices=[step.name.lower() for step in Step], action="append")
    parser.add_argument("--fault", type=Fault.parse, action="append")
    args = parser.parse_args(words)
    logging.disable(logging.CRITICAL)
    steps = [Step[name.upper()] for name in args.step] if args.step else list(Step)
    broken = 0
    sys.stdout.write("| step | fault | screen | journal | paid | forwarded | alarms |\n")
    sys.stdout.write("|---|---|---|---|---:|---:|---:|\n")
    for step in steps:
        for fault in args.fault or Fault:
            with tempfile.TemporaryDirectory() as folder:
                try:
                    line = row(Cell(fault, step, Path(folder)).play())
                except (AssertionError, TimeoutError) as error:
                    broken += 1
                    line = f"| {step} | {fault} | **BROKEN** {str(error)[:400]} |"
            if line:
                sys.stdout.write(line + "\n")
                sys.stdout.flush()
    sys.stdout.write(f"\n{broken} cells broken\n")
    return 1 if broken else 0


def row(outcome: Outcome) -> str:
    """A line of the table; nothing where the fault cannot strike."""
    if not outcome.struck:
        return ""
    return (
        f"| {outcome.step} | {outcome.fault} | {' → '.join(outcome.read)}"
        f" | {', '.join(outcome.journal)} | {outcome.paid} | {outcome.forwarded}"
        f" | {outcome.alarmed or ''} |"
    )


if __name__ == "__main__":
    sys.exit(main())
