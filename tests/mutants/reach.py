"""Which tests run which lines of the money code, and how long each takes."""

import hashlib
import json
import sys
import threading
import time
import types
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import pytest

ROOT: Final = Path(__file__).parent.parent.parent


@dataclass(slots=True)
class Reach:
    """For each test its seconds, and for each module and line the tests that run it."""

    seconds: dict[str, float] = field(default_factory=dict)
    tests: dict[str, dict[int, set[str]]] = field(default_factory=dict)

    def of(self, module: str, lines: Sequence[range]) -> list[str]:
        """The tests that run any line of the first of these ranges that is run at all."""
        for part in lines:
            by_line = self.tests.get(module, {})
            reaching = set().union(*(by_line.get(line, set()) for line in part))
            if reaching:
                return sorted(reaching, key=lambda test: self.seconds[test])
        return []


class Tracer:
    """A pytest plugin that notes the lines which each test runs, in whatever thread."""

    def __init__(self, modules: Sequence[str]) -> None:
        self.lines: dict[str, set[tuple[str, int]]] = defaultdict(set)
        self.seconds: dict[str, float] = {}
        self._modules = {str(ROOT / module): module for module in modules}
        self._running: set[tuple[str, int]] = set()

    def start(self) -> None:
        """Trace this thread and those that are started from now on."""
        sys.settrace(self._on_call)
        threading.settrace(self._on_call)

    def _on_call(self, frame: types.FrameType, event: str, argument: Any) -> Any:
        return self._on_line if frame.f_code.co_filename in self._modules else None

    def _on_line(self, frame: types.FrameType, event: str, argument: Any) -> Any:
        if event == "line":
            self._running.add((self._modules[frame.f_code.co_filename], frame.f_lineno))
        return self._on_line

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Iterator[None]:
        """Around each test, with its fixtures."""
        start_s, self._running = time.monotonic(), self.lines[item.nodeid]
        result = yield
        self.seconds[item.nodeid] = time.monotonic() - start_s
        return result

    def save(self, file: Path) -> None:
        """Write it down for the process that asked."""
        lines = {test: sorted(lines) for test, lines in self.lines.items()}
        file.write_text(json.dumps({"seconds": self.seconds, "lines": lines}))


def read_reach(file: Path) -> Reach:
    """What a tracer has saved."""
    saved = json.loads(file.read_text())
    reach = Reach(seconds=saved["seconds"])
    for test, lines in saved["lines"].items():
        for module, line in lines:
            reach.tests.setdefault(module, {}).setdefault(line, set()).add(test)
    return reach


class Chosen:
    """A pytest plugin that runs the chosen tests in their order, and no others."""

    def __init__(self, tests: Sequence[str]) -> None:
        self._places = {test: place for place, test in enumerate(tests)}

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """After pytest's own ordering."""
        items[:] = [item for item in items if item.nodeid in self._places]
        items.sort(key=lambda item: self._places[item.nodeid])


def digest(files: Sequence[Path]) -> str:
    """Says whether any of the files has changed."""
    texts = b"".join(file.read_bytes() for file in sorted(files))
    return hashlib.sha256(texts).hexdigest()[:16]
