"""`python -m tests.stories.law --interleavings 100000 --workers 2`: play them, print the table."""

import argparse
import sys
import time
from collections.abc import Sequence

from tests.stories.law.play import Tally, play_many

LINE = "{:>13} {:>10} {:>10} {:>8}\n"


def main(words: Sequence[str] | None = None) -> int:
    """Exit code 1 if the law was broken."""
    parser = argparse.ArgumentParser(prog="python -m tests.stories.law", description=__doc__)
    parser.add_argument("--interleavings", type=int, default=1000)
    parser.add_argument("--workers", type=int, default=1, help="processes")
    parser.add_argument("--seed", type=int, default=1, help="of the first interleaving")
    args = parser.parse_args(words)
    began_s = time.monotonic()
    total = Tally()
    sys.stdout.write(LINE.format("interleavings", "steps", "violations", "seconds"))
    for tally in play_many(args.interleavings, args.workers, args.seed):
        total.add(tally)
        took_s = round(time.monotonic() - began_s)
        sys.stdout.write(
            LINE.format(total.interleavings, total.steps, len(total.violations), took_s)
        )
        sys.stdout.flush()
        for seed, violation in sorted(tally.violations.items()):
            sys.stderr.write(f"seed {seed}: {violation}\n")
            sys.stderr.flush()
    return 1 if total.violations else 0


if __name__ == "__main__":
    sys.exit(main())
