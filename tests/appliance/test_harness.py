"""What the machine's own tools decide, without a machine."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from tests.appliance import conftest, image, vm
from tests.appliance.accelerator import VARIABLE, Accelerator, accelerator
from tests.appliance.vm import Machine, Parts

PANIC = "[ 12.3] Kernel panic - not syncing: Fatal exception\n"


def machine(folder: Path, *said: str) -> Machine:
    """A machine whose kernel has said this on its console."""
    (folder / "serial.log").write_text("".join(said))
    return Machine(Parts(folder / "kernel", folder / "initrd", "", ()), folder)


def test_a_kernel_that_died_is_known_by_what_it_said(tmp_path: Path) -> None:
    assert "Kernel panic" in machine(tmp_path, "[ 1.0] Linux\n", PANIC).death_of_kernel


def test_a_kernel_that_was_only_slow_has_not_died(tmp_path: Path) -> None:
    slow = "[ 99.9] watchdog: BUG: soft lockup - CPU#1 stuck for 22s! [modprobe:299]\n"
    assert machine(tmp_path, slow).death_of_kernel == ""


def test_what_was_said_before_this_boot_does_not_count(tmp_path: Path) -> None:
    before = machine(tmp_path, PANIC)
    before._said_before = len(PANIC)
    assert before.death_of_kernel == ""


@pytest.mark.parametrize("slowness", [1.0, 3.0])
def test_a_slower_machine_is_looked_at_ever_more_seldom_and_for_longer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, slowness: float
) -> None:
    clock = ManualClock()
    monkeypatch.setattr(vm, "time", clock)
    slow = machine(tmp_path)
    slow.slowness = slowness
    looks = sum(1 for _ in slow.tries(10.0))
    assert clock.pauses[0] == vm.FIRST_PAUSE_S
    assert clock.pauses[-1] == vm.LONGEST_PAUSE_S
    assert looks == len(clock.pauses) + 1
    assert 10.0 * slowness <= clock.monotonic() < 10.0 * slowness + vm.LONGEST_PAUSE_S


def test_a_machine_that_was_put_together_otherwise_is_booted_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    image.cache_folder().mkdir()
    made: list[str] = []

    def booted(hardware: str) -> Path:
        def boot(folder: Path) -> None:
            made.append(folder.name)

        return image.kept("booted", (hardware,), boot)

    first = booted("800 pixels")
    assert booted("800 pixels") == first
    second = booted("1280 pixels")
    assert len(made) == 2
    assert second.is_dir()
    assert not first.exists(), "only the newest is kept"


class ManualClock:
    """Time that passes only by sleeping."""

    def __init__(self) -> None:
        self.pauses: list[float] = []

    def monotonic(self) -> float:
        return sum(self.pauses)

    def sleep(self, seconds: float) -> None:
        self.pauses.append(seconds)


class Runs:
    """A test that fails `failures` times, on a machine whose kernel dies or lives."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, failures: int, death: str) -> None:
        self.count = 0
        self.reported: list[bool] = []
        self._failures = failures
        self.config = SimpleNamespace(stash=pytest.Stash())
        bench = SimpleNamespace(machine=SimpleNamespace(death_of_kernel=death))
        self.config.stash[conftest._BENCH] = bench
        monkeypatch.setattr(conftest, "runtestprotocol", self._run)

    def _run(self, *_: object, **__: object) -> list[Any]:
        self.count += 1
        return [SimpleNamespace(failed=self.count <= self._failures)]

    def go(self) -> None:
        """Let pytest run it."""
        ihook = SimpleNamespace(
            pytest_runtest_logstart=lambda **_: None,
            pytest_runtest_logfinish=lambda **_: None,
            pytest_runtest_logreport=lambda report: self.reported.append(report.failed),
        )
        item: Any = SimpleNamespace(
            fixturenames=["bench"],
            ihook=ihook,
            nodeid="test",
            name="test",
            location=("", 0, ""),
            config=self.config,
        )
        assert conftest.pytest_runtest_protocol(item, None)


@pytest.mark.parametrize(
    ("failures", "death", "runs", "fails"),
    [
        pytest.param(0, "", 1, False, id="good"),
        pytest.param(1, "", 1, True, id="a-failure-of-ours"),
        pytest.param(1, PANIC, 2, False, id="a-kernel-that-died"),
        pytest.param(2, PANIC, 2, True, id="a-kernel-that-dies-again"),
    ],
)
def test_only_a_test_whose_kernel_died_is_run_once_more(
    monkeypatch: pytest.MonkeyPatch, failures: int, death: str, runs: int, fails: bool
) -> None:
    case = Runs(monkeypatch, failures, death)
    case.go()
    assert (case.count, case.reported) == (runs, [fails])
    noted = case.config.stash.get(conftest._DEATHS, [])
    assert len(noted) == runs - 1, "and the summary names it"


@pytest.mark.parametrize("wanted", list(Accelerator))
def test_who_names_the_accelerator_gets_it(
    monkeypatch: pytest.MonkeyPatch, wanted: Accelerator
) -> None:
    monkeypatch.setenv(VARIABLE, wanted)
    accelerator.cache_clear()
    assert accelerator() is wanted
    accelerator.cache_clear()
