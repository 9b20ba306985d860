"""Mutants: decisions of the money code changed one at a time; a test has to notice each.

`python -m tests.mutants` changes one comparison, constant, condition or result in a process of its
own (no file is touched) and runs the fast tests of that folder there. What no test notices has
survived: it needs a test, or changes nothing that anybody can see. Every verdict is a line in
`verdicts.jsonl`; a run that is begun again goes on after the last one.
"""

import argparse
import ast
import contextlib
import copy
import importlib
import inspect
import json
import os
import random
import signal
import sys
import tempfile
import time
import traceback
import types
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

import pytest
from hypothesis import Phase, settings

ROOT: Final = Path(__file__).parent.parent

# Where it is decided about money, with the tests that should notice, the nearest first.
MODULES: Final = {
    "kiosk/sale/checkout.py": "test_opening test_limits test_no_price test_unit_key",
    "kiosk/sale/code_on_screen.py": "test_transition test_new_code",
    "kiosk/sale/new_code.py": "test_new_code",
    "kiosk/sale/watched_invoices.py": "test_watched_invoices test_busy_days test_transition",
    "kiosk/sale/invoice_status.py": "test_transition test_new_code test_watched_invoices",
    "kiosk/sale/forwards.py": "test_forwards test_transition",
    "kiosk/sale/recovery.py": "test_recovery",
    "kiosk/sale/ledger_history.py": "test_recovery",
    "kiosk/sale/payout_guard.py": "test_forwards test_transition",
    "kiosk/sale/limits.py": "test_limits test_opening",
    "kiosk/sale/money.py": "test_currencies test_opening",
    "kiosk/sale/entry.py": "test_tips test_transition",
    "kiosk/sale/ids.py": "test_ids",
    "kiosk/sale/service.py": "test_account_again test_transition",
    "kiosk/sale/timers.py": "test_transition test_key_timing",
    "kiosk/sale/transition.py": "test_transition test_forwards",
    "kiosk/wallet/forwarding.py": "test_wallet test_incomplete",
    "kiosk/wallet/invoice_status.py": "test_incomplete test_wallet",
    "kiosk/wallet/invoices.py": "test_lifetimes test_wallet test_second_payout",
    "kiosk/wallet/fetch_history.py": "test_second_payout test_incomplete",
    "kiosk/wallet/sale_task.py": "test_wallet test_subscription",
    "kiosk/wallet/prices.py": "test_wallet test_answer_bounds",
    "kiosk/journal/journal.py": "test_journal test_successors",
    "kiosk/journal/totals.py": "test_journal",
    "kiosk/journal/history.py": "test_journal",
    "kiosk/journal/unfinished.py": "test_journal test_successors",
    "kiosk/journal/direct_sales.py": "test_journal",
    "kiosk/journal/database.py": "test_journal",
    "kiosk/journal/recovery.py": "test_journal test_successors",
    "kiosk/journal/rows.py": "test_journal",
    "kiosk/journal/installation.py": "test_installation",
    "kiosk/journal/salvage.py": "test_salvage",
}
# The other tests of a folder, after the nearest; without those of what decides nothing about money.
_SALE: Final = (
    "transition forwards watched_invoices new_code opening limits no_price recovery account_again"
    " busy_days tips unit_key currencies favourites key_timing"
)
_WALLET: Final = "wallet incomplete lifetimes second_payout answer_bounds subscription"
_JOURNAL: Final = "journal successors installation salvage"
OTHERS: Final = {
    "sale": (_SALE, ("tests/test_loop.py",)),
    "wallet": (_WALLET, ()),
    "journal": (_JOURNAL, ()),
}

_COMPARISONS: Final[dict[type[ast.cmpop], tuple[type[ast.cmpop], ...]]] = {
    ast.Lt: (ast.LtE, ast.GtE),
    ast.LtE: (ast.Lt, ast.Gt),
    ast.Gt: (ast.GtE, ast.LtE),
    ast.GtE: (ast.Gt, ast.Lt),
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
}
_SUMS: Final[dict[type[ast.operator], type[ast.operator]]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.FloorDiv,
    ast.FloorDiv: ast.Mult,
    ast.Div: ast.Mult,
}
# By pytest's exit codes; a module that cannot be imported is noticed as well.
_VERDICTS: Final = {0: "survived", 1: "killed", 2: "killed"}

_OTHER_NAME: Final = {"min": "max", "max": "min", "any": "all", "all": "any"}


@dataclass(frozen=True, slots=True)
class Mutant:
    """One change: the `node`-th node of a module, in its `way`-th way, and how that reads."""

    module: str
    node: int
    way: int
    line: int
    reads: str

    @property
    def name(self) -> str:
        """The same from run to run, as long as the module is."""
        return f"{self.module}:{self.line}:{self.node}:{self.way}"


def mutants_of(module: str, text: str) -> Iterator[Mutant]:
    """Every mutant of a module's text."""
    for number, node in enumerate(_decisions(ast.parse(text))):
        before = ast.unparse(node)
        for way, after in enumerate(_changed(node)):
            reads = f"{before}  ->  {ast.unparse(after)}"
            yield Mutant(module, number, way, getattr(node, "lineno", 0), reads[:300])


def mutated(text: str, mutant: Mutant) -> str:
    """The module's text with one change."""
    tree = ast.parse(text)
    node = list(_decisions(tree))[mutant.node]
    changed = list(_changed(node))[mutant.way]
    node.__class__ = changed.__class__
    node.__dict__.update(changed.__dict__)
    return ast.unparse(ast.fix_missing_locations(tree))


def _decisions(tree: ast.AST) -> Iterator[ast.AST]:
    """The nodes that decide; no types, log lines, asserts, and no pauses that could be any."""
    if isinstance(tree, ast.Assert | ast.Raise | ast.JoinedStr) or _is_log(tree):
        return
    if isinstance(tree, ast.AnnAssign) and ast.unparse(tree.annotation) == "Final":
        return
    if isinstance(tree, ast.expr | ast.If | ast.match_case):
        yield tree
    if isinstance(tree, ast.FunctionDef | ast.AsyncFunctionDef) and _may_be_none(tree):
        yield from (child for child in ast.walk(tree) if isinstance(child, ast.Return))
    for field, value in ast.iter_fields(tree):
        if field in ("annotation", "returns", "decorator_list", "pattern"):
            continue
        for child in value if isinstance(value, list) else [value]:
            if isinstance(child, ast.AST):
                yield from _decisions(child)


def _may_be_none(function: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    return function.returns is not None and "| None" in ast.unparse(function.returns)


def _is_log(node: ast.AST) -> bool:
    return (
        isinstance(node, ast.Expr)
        and isinstance(node.value, ast.Call)
        and ast.unparse(node.value.func).startswith("log.")
    )


def _changed(node: ast.AST) -> Iterator[ast.AST]:
    match node:
        case ast.Compare(ops=[op]):
            for other in _COMPARISONS[type(op)]:
                yield _with(node, ops=[other()])
        case ast.Compare(ops=ops):
            for place, op in enumerate(ops):
                for other in _COMPARISONS[type(op)]:
                    yield _with(node, ops=[*ops[:place], other(), *ops[place + 1 :]])
        case ast.BoolOp(op=op, values=values):
            yield _with(node, op=ast.Or() if isinstance(op, ast.And) else ast.And())
            for place in range(len(values)):
                left = [*values[:place], *values[place + 1 :]]
                yield left[0] if len(left) == 1 else _with(node, values=left)
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            yield operand
        case ast.Constant(value=bool() as value):
            yield ast.Constant(not value)
        case ast.Constant(value=int() | float() as value):
            yield ast.Constant(value + 1)
            yield ast.Constant(value - 1)
        case ast.BinOp(op=op) if type(op) in _SUMS:
            yield _with(node, op=_SUMS[type(op)]())
        case ast.Name(id=name) if name in _OTHER_NAME and isinstance(node.ctx, ast.Load):
            yield _with(node, id=_OTHER_NAME[name])
        case ast.If() | ast.IfExp():
            yield _with(node, test=ast.Constant(True))
            yield _with(node, test=ast.Constant(False))
        case ast.match_case(guard=ast.expr()):
            yield _with(node, guard=None)
        case ast.Return(value=ast.expr() as value) if not _is_none(value):
            yield ast.Return(ast.Constant(None))


def _is_none(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value is None


def _with(node: ast.AST, **changes: object) -> ast.AST:
    changed = copy.copy(node)
    changed.__dict__.update(changes)
    return changed


def sample(most: int, seed: int, modules: Sequence[str]) -> list[Mutant]:
    """So many mutants at random, of each module in proportion, in an order that mixes them."""
    every = [
        mutant for module in modules for mutant in mutants_of(module, (ROOT / module).read_text())
    ]
    random.Random(seed).shuffle(every)
    return every[:most]


def tests_of(module: str) -> tuple[list[str], list[str]]:
    """The test files for a module: the nearest, and then the others."""
    folder = module.split("/")[1]
    others, elsewhere = OTHERS[folder]
    nearest = [f"tests/{folder}/{name}.py" for name in MODULES[module].split()]
    rest = [f"tests/{folder}/test_{name}.py" for name in others.split()]
    return nearest, [*(file for file in rest if file not in nearest), *elsewhere]


def verdict_on(mutant: Mutant | None, module: str, log: Path, limit_s: float) -> str:
    """Run a module's tests in a child with a mutant in it: killed, survived or timeout."""
    child = os.fork()  # what all tests import is imported once, before
    if child == 0:
        os.setsid()
        _run_tests(mutant, tests_of(module), log)
    end_s = time.monotonic() + limit_s
    while time.monotonic() < end_s:
        done, status = os.waitpid(child, os.WNOHANG)
        if done:
            return _VERDICTS[os.waitstatus_to_exitcode(status)]
        time.sleep(0.02)
    with contextlib.suppress(ProcessLookupError):
        os.killpg(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return "timeout"


def _run_tests(mutant: Mutant | None, tests: Sequence[Sequence[str]], log: Path) -> None:
    """In the child: run the tests up to the first failure, and end with pytest's code."""
    code = 3
    try:
        output = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        os.dup2(output, 1)
        os.dup2(output, 2)
        if mutant is not None:
            _put_in(mutant)
        imported = "ignore::pytest.PytestAssertRewriteWarning"  # before, by us
        options = ["-x", "-q", "-W", imported, "-p", "no:cacheprovider"]
        # What fails is not made smaller: nobody reads it.
        quick = ["--hypothesis-profile", "mutants"]
        phases = (Phase.explicit, Phase.generate)
        settings.register_profile("mutants", deadline=None, max_examples=30, phases=phases)
        for files in tests:
            code = int(pytest.main([*options, *quick, *files]))
            if code != 0:
                break
    except BaseException:  # noqa: BLE001 - a child that is forked must not return
        traceback.print_exc()
        code = 1  # a module that cannot even be imported is noticed
    finally:
        sys.stderr.flush()
        os._exit(code)


def _put_in(mutant: Mutant) -> None:
    """Give every function of a loaded module the code of the mutated one."""
    name = mutant.module.removesuffix(".py").replace("/", ".")
    text = (ROOT / mutant.module).read_text()
    changed = types.ModuleType(name)
    changed.__file__ = str(ROOT / mutant.module)
    exec(compile(mutated(text, mutant), mutant.module, "exec"), changed.__dict__)
    after = _functions_of(changed.__dict__, name)
    for qualified, function in _functions_of(sys.modules[name].__dict__, name).items():
        function.__code__ = after[qualified].__code__
        function.__defaults__ = after[qualified].__defaults__
        function.__kwdefaults__ = after[qualified].__kwdefaults__


def _functions_of(names: Mapping[str, Any], module: str) -> dict[str, types.FunctionType]:
    functions: dict[str, types.FunctionType] = {}
    for value in names.values():
        if isinstance(value, property):
            value = value.fget
        bare = inspect.unwrap(getattr(value, "__func__", value)) if callable(value) else value
        if getattr(bare, "__module__", None) != module:
            continue
        if isinstance(bare, types.FunctionType):
            functions[bare.__qualname__] = bare
        elif isinstance(bare, type):
            functions |= _functions_of(bare.__dict__, module)
    return functions


def _read(verdicts: Path) -> dict[str, str]:
    lines = verdicts.read_text().splitlines() if verdicts.exists() else []
    return {result["name"]: result["verdict"] for result in map(json.loads, lines)}


def main() -> None:
    """Sample, try what has no verdict yet, and print what has survived."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--most", type=int, default=300)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--folder", type=Path, default=Path(tempfile.gettempdir()) / "mutants")
    parser.add_argument("--limit-s", type=float, default=180.0, help="of one mutant's tests")
    parser.add_argument("modules", nargs="*", help="all of them if none is named")
    options = parser.parse_args()
    modules = [name for name in MODULES if not options.modules or name in options.modules]
    options.folder.mkdir(parents=True, exist_ok=True)
    verdicts, log = options.folder / "verdicts.jsonl", options.folder / "output.txt"
    os.chdir(ROOT)
    for folder in {name.split("/")[1] for name in modules}:
        first = next(name for name in modules if name.split("/")[1] == folder)
        _import_once([file for files in tests_of(first) for file in files])
        if verdict_on(None, first, log, options.limit_s) != "survived":
            sys.exit(f"the tests of {folder} fail without a mutant, see {log}")
    known = _read(verdicts)
    mutants = sample(options.most, options.seed, modules)
    for mutant in mutants:
        if mutant.name in known:
            continue
        known[mutant.name] = verdict = verdict_on(mutant, mutant.module, log, options.limit_s)
        with verdicts.open("a") as file:
            line = {"name": mutant.name, "verdict": verdict, **asdict(mutant)}
            file.write(json.dumps(line) + "\n")
        if verdict == "survived":
            print(f"{mutant.module}:{mutant.line}  {mutant.reads}", flush=True)
    counts = [known[mutant.name] for mutant in mutants]
    print({verdict: counts.count(verdict) for verdict in sorted(set(counts))})


def _import_once(files: Sequence[str]) -> None:
    """Import what the children would each import: the tests, and with them the program."""
    for file in files:
        importlib.import_module(file.removesuffix(".py").replace("/", "."))


if __name__ == "__main__":
    main()
