"""Sample mutants, try what has no verdict yet, and print what has survived."""

import argparse
import importlib
import json
import os
import random
import sys
import tempfile
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import tests.mutants
from tests.mutants.changes import Mutant, mutants_of
from tests.mutants.reach import ROOT, Reach, digest, read_reach
from tests.mutants.trial import trace, verdict_on

# Where it is decided about money.
MODULES: Final = {
    "sale": (
        "checkout code_on_screen code_keys new_code watched_invoices invoice_questions"
        " invoice_status forwards forward_steps recovery recovered_sale ledger_history"
        " payout_guard payouts limits money prices entry ids service timers transition days direct"
    ),
    "wallet": (
        "forwarding invoice_status invoices wanted_invoice fetch_history fetch_account"
        " sale_task watched_sale prices nodes errors answer_bounds direct_status address_sale"
    ),
    "journal": (
        "journal totals history unfinished direct_sales recovery rows installation salvage"
        " records database closes opening requests learned"
    ),
}
# The tests that should notice: of the same folder, and of the loop.
TESTS: Final = {
    "sale": ("tests/sale/test_*.py", "tests/test_loop.py"),
    "wallet": ("tests/wallet/test_*.py", "tests/wallet/lightning_address/test_*.py"),
    "journal": ("tests/journal/test_*.py",),
}


def modules_of(folder: str) -> list[str]:
    """The paths of a folder's modules of decisions."""
    return [f"kiosk/{folder}/{name}.py" for name in MODULES[folder].split()]


def reach_of(folder: str, cache: Path, log: Path) -> Reach:
    """What the tests of a folder reach; traced anew after any change of program or tests."""
    files = sorted(
        str(file.relative_to(ROOT)) for glob in TESTS[folder] for file in ROOT.glob(glob)
    )
    for file in files:  # once, here: and with them the program
        importlib.import_module(file.removesuffix(".py").replace("/", "."))
    modules = modules_of(folder)
    state = digest([ROOT / name for name in (*files, *modules)])
    saved = cache / f"reach-{folder}-{state}.json"
    if not saved.exists() and not trace(files, modules, log, saved):
        sys.exit(f"the tests of {folder} fail without a mutant, see {log}")
    return read_reach(saved)


def sample(most: int, seed: int, modules: Sequence[str]) -> list[Mutant]:
    """So many mutants at random, of each module in proportion, in an order that mixes them."""
    mutants = [
        mutant for module in modules for mutant in mutants_of(module, (ROOT / module).read_text())
    ]
    random.Random(seed).shuffle(mutants)
    return mutants[:most]


def main() -> None:
    """Sample, try what has no verdict yet, and print what has survived."""
    parser = argparse.ArgumentParser(description=tests.mutants.__doc__)
    parser.add_argument("--most", type=int, default=300)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--folder", type=Path, default=Path(tempfile.gettempdir()) / "mutants")
    parser.add_argument("--limit-s", type=float, default=180.0, help="of one mutant's tests")
    parser.add_argument("modules", nargs="*", help="all of them if none is named")
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    verdicts, log = options.folder / "verdicts.jsonl", options.folder / "output.txt"
    os.chdir(ROOT)
    every = [module for folder in MODULES for module in modules_of(folder)]
    modules = [module for module in every if not options.modules or module in options.modules]
    folders = sorted({module.split("/")[1] for module in modules})
    reach = {folder: reach_of(folder, options.folder, log) for folder in folders}
    known = _read(verdicts)
    mutants = sample(options.most, options.seed, modules)
    for mutant in mutants:
        if mutant.name in known:
            continue
        reaching = reach[mutant.module.split("/")[1]].of(mutant.module, mutant.lines)
        known[mutant.name] = verdict = verdict_on(mutant, reaching, log, options.limit_s)
        with verdicts.open("a") as file:
            line = {"name": mutant.name, "verdict": verdict, "tests": len(reaching)}
            file.write(json.dumps(line | {"reads": mutant.reads}) + "\n")
        if verdict != "killed":
            print(f"{verdict}  {mutant.module}:{mutant.line}  {mutant.reads}", flush=True)
    print(dict(Counter(known[mutant.name] for mutant in mutants)))


def _read(verdicts: Path) -> dict[str, str]:
    lines = verdicts.read_text().splitlines() if verdicts.exists() else []
    return {verdict["name"]: verdict["verdict"] for verdict in map(json.loads, lines)}


if __name__ == "__main__":
    main()
