"""One mutant in a process of its own, and the tests that should notice it."""

import contextlib
import gc
import inspect
import os
import signal
import sys
import time
import traceback
import types
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import pytest
from hypothesis import Phase, settings

from tests.mutants.changes import Mutant, mutated
from tests.mutants.reach import ROOT, Chosen, Tracer

# By pytest's exit codes; a module that cannot be imported is noticed as well.
_VERDICTS: Final = {0: "survived", 1: "killed", 2: "killed"}
# Where there is memory that looks like a disk, nothing waits for a disk.
MEMORY: Final = Path("/dev/shm")
# One test that takes longer than this waits for something that the mutant has taken away.
_TEST_LIMIT_S: Final = 20


def verdict_on(mutant: Mutant, tests: Sequence[str], log: Path, limit_s: float) -> str:
    """Run these tests with a mutant in: killed, survived, timeout, or broken by what exit code."""
    if not tests:
        return "survived"

    def run() -> int:
        put_in(mutant.module, mutated((ROOT / mutant.module).read_text(), mutant))
        files = sorted({test.split("::")[0] for test in tests})
        return _pytest([*files, "-x", f"--timeout={_TEST_LIMIT_S}"], [Chosen(tests)])

    code = _in_child(run, log, limit_s)
    return "timeout" if code is None else _VERDICTS.get(code, f"broken by exit code {code}")


def trace(files: Sequence[str], modules: Sequence[str], log: Path, to: Path) -> bool:
    """Run whole test files without a mutant and save what they reach; False if any test fails."""

    def run() -> int:
        tracer = Tracer(modules)
        tracer.start()
        code = _pytest(files, [tracer])
        if code == 0:
            tracer.save(to)
        return code

    return _in_child(run, log, 3600.0) == 0


def _pytest(arguments: Sequence[str], plugins: Sequence[object]) -> int:
    imported = "ignore::pytest.PytestAssertRewriteWarning"  # before, by us
    options = ["-q", "-W", imported, "--hypothesis-profile", "mutants"]
    needed = ["-p", "pytest_timeout", "-p", "_hypothesis_pytestplugin"]
    options += [*needed, "-p", "no:cacheprovider", "-p", "no:unraisableexception"]
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    if MEMORY.is_dir():
        options.append(f"--basetemp={MEMORY / f'mutants-{os.getppid()}'}")
    # What fails is not made smaller: nobody reads it.
    phases = (Phase.explicit, Phase.generate)
    settings.register_profile("mutants", deadline=None, max_examples=30, phases=phases)
    return int(pytest.main([*options, *arguments], [*plugins]))


def _in_child(run: Callable[[], int], log: Path, limit_s: float) -> int | None:
    """The exit code of a forked child, in which all imports are done; None if it took too long."""
    gc.freeze()  # what is imported is nobody's garbage
    child = os.fork()
    if child == 0:
        os.setsid()
        _run_and_exit(run, log)
    end_s = time.monotonic() + limit_s
    while time.monotonic() < end_s:
        done, status = os.waitpid(child, os.WNOHANG)
        if done:
            return os.waitstatus_to_exitcode(status)
        time.sleep(0.02)
    with contextlib.suppress(ProcessLookupError):
        os.killpg(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return None


def _run_and_exit(run: Callable[[], int], log: Path) -> None:
    code = 1
    try:
        output = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        os.dup2(output, 1)
        os.dup2(output, 2)
        code = run()
    except BaseException:  # noqa: BLE001 - a child that is forked must not return
        traceback.print_exc()  # and a module that cannot even be imported is noticed
    finally:
        sys.stderr.flush()
        os._exit(code)


def put_in(module: str, text: str) -> None:
    """Give every function of a loaded module the code that it has in this text.

    `module` is a path below the repository's root.
    """
    name = module.removesuffix(".py").replace("/", ".")
    changed = types.ModuleType(name)
    changed.__file__ = str(ROOT / module)
    exec(compile(text, module, "exec"), changed.__dict__)
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
