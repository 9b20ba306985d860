"""The promises of speed and rest, each beside its limit: a table, not a test.

python -m tests.bench [--sales-in-journal 1000000] [--soak 10000]

A busy machine only makes it slower: run it on one that does nothing else, and compare figures of
one run with each other.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from tests.bench.row import Row


def main() -> int:
    """Print the table; 1 if a limit is not kept."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("--sales-in-journal", type=int, default=50_000, metavar="N")
    parser.add_argument("--soak", type=int, default=500, metavar="N", help="sales for memory")
    args = parser.parse_args()
    os.environ["SDL_VIDEODRIVER"] = os.environ["SDL_AUDIODRIVER"] = "dummy"
    os.environ["PYGAME_HIDE_SUPPORT_PROMPT"] = "1"
    print(f"{'':<58} {'measured':>9} {'at most':>9}")
    kept = True
    for row in _rows(args.sales_in_journal, args.soak):
        print(row.line(), flush=True)
        kept = kept and row.is_kept
    return 0 if kept else 1


def _rows(sales_in_journal: int, soaked: int) -> Iterator[Row]:
    from tests.bench import direct, display, journal, sale, start

    yield from start.rows()
    yield from sale.rows()
    yield from direct.rows()
    yield from _idle()
    yield from display.rows()
    yield from journal.rows(sales_in_journal)
    yield from _soak(soaked)


def _idle() -> list[Row]:
    from tests.stories.idle import REST_S, idle

    with tempfile.TemporaryDirectory() as folder:
        usage = idle(REST_S, Path(folder))
    return [
        Row("idle: sockets and connections", usage.sockets + usage.connections, 0, ""),
        Row("idle: requests", usage.requests, 0, ""),
        Row("idle: CPU of the kiosk's process", usage.cpu_percent, 0.5, "% core"),
    ]


def _soak(sales: int) -> list[Row]:
    """Memory of a kiosk that has sold a lot, in its own process, and its growth after a tenth."""
    every = max(1, sales // 10)
    order = ["-m", "tests.stories.soak", "--json", f"--sales={sales}", f"--every={every}"]
    done = subprocess.run([sys.executable, *order], capture_output=True, text=True, check=True)
    samples = json.loads(done.stdout)["samples"]
    first, last = samples[1], samples[-1]
    grown_mb = last["rss_mb"] - first["rss_mb"]
    return [
        Row(f"memory after {sales:,} sales with faults", last["rss_mb"], 120, "MB"),
        Row(f"its growth since sale {first['sales']:,}", grown_mb, 5, "MB"),
    ]


if __name__ == "__main__":
    sys.exit(main())
