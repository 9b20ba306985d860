"""`python -m tests.stories.kills --sales 1000`: kill, restart, audit, and print the table."""

import argparse
import itertools
import sys
import time
from collections import defaultdict
from collections.abc import Sequence

from tests.stories.kills.trial import Kill, Scene, Shop, Verdict, Way, at_random


def main(words: Sequence[str] | None = None) -> int:
    """Exit code 1 if a sale was lost, doubled, or anything else was wrong."""
    parser = argparse.ArgumentParser(prog="python -m tests.stories.kills", description=__doc__)
    parser.add_argument("--sales", type=int, default=100, help="how many sales to kill")
    parser.add_argument(
        "--way", choices=[way.name.lower() for way in Way], default="forward", help="who is paid"
    )
    parser.add_argument("--seed", type=int, default=1, help="of the random instants")
    args = parser.parse_args(words)
    began_s = time.monotonic()
    with Shop(Way[args.way.upper()]) as shop:
        kills = chosen(shop.rehearsed(), args.sales, args.seed, shop.scenes)
        verdicts = [shop.trial(kill) for kill in kills]
    took_s = time.monotonic() - began_s
    sys.stdout.write(f"{table(verdicts)}\n\n{len(verdicts)} sales in {took_s:.0f} s\n")
    troubles = [trouble for verdict in verdicts for trouble in verdict.troubles]
    sys.stderr.writelines(f"{trouble}\n" for trouble in troubles)
    return 1 if troubles else 0


def chosen(
    points: Sequence[Kill], count: int, seed: int = 1, scenes: Sequence[Scene] = tuple(Scene)
) -> list[Kill]:
    """`count` kills: a third at random instants, the rest spread evenly over all points."""
    turns = itertools.cycle(scenes)
    random_ones = [at_random(next(turns), seed + number) for number in range(count // 3)]
    wanted = count - len(random_ones)
    spread = [points[number * len(points) // wanted % len(points)] for number in range(wanted)]
    if wanted > len(points):
        spread = list(itertools.islice(itertools.cycle(points), wanted))
    return [*spread, *random_ones]


def table(verdicts: Sequence[Verdict]) -> str:
    """One line per crash point, all scenes together, and their sum."""
    rows: defaultdict[str, list[int]] = defaultdict(lambda: [0] * 6)
    for verdict in verdicts:
        counts = (
            1,
            verdict.kills,
            verdict.paid,
            verdict.forwarded,
            len(verdict.lost),
            len(verdict.twice),
        )
        for name in (verdict.kill.point, "**all**"):
            rows[name] = [a + b for a, b in zip(rows[name], counts, strict=True)]
    lines = [
        "| crash point | sales | kills | paid | forwarded | lost | twice |",
        "|---|" + "---:|" * 6,
    ]
    for name in sorted(rows, key=lambda row: (row == "**all**", row)):
        lines.append(f"| {name} | {' | '.join(str(count) for count in rows[name])} |")
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
