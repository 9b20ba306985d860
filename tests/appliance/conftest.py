"""One image, one machine, one boot: what every test of the appliance begins with."""

import subprocess
import time
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import Final

import pytest
from _pytest.runner import runtestprotocol

from tests.appliance.accelerator import accelerator
from tests.appliance.bench import Bench
from tests.appliance.image import Image, image, kept
from tests.appliance.peer import MachineFailed

_BENCH: Final = pytest.StashKey[Bench]()
_DEATHS: Final = pytest.StashKey[list[str]]()
_TIMES: Final = pytest.StashKey[dict[str, float]]()


@pytest.fixture(scope="session")
def system() -> Image:
    """The image, built now unless the same was built before."""
    return image()


@pytest.fixture(scope="session")
def booted(
    system: Image,
    tmp_path_factory: pytest.TempPathFactory,
    pytestconfig: pytest.Config,
    times: dict[str, float],
) -> Iterator[Bench]:
    """The machine as its owner sees it after the first boot: a snapshot of that, for `restore`.

    The snapshot is kept with the images, so that only the first run of an image boots it.
    """
    bench = pytestconfig.stash[_BENCH] = Bench(system, tmp_path_factory.mktemp("bench"))

    def boot(folder: Path) -> None:
        with bench.blink():
            try:
                _boot(bench, times)
            except (MachineFailed, OSError, EOFError):
                if not _kernel_died(pytestconfig, "the first boot"):
                    raise
                _boot(bench, times)
            bench.save(folder)

    version = subprocess.run(
        ("qemu-system-x86_64", "--version"), check=True, capture_output=True, text=True
    )
    settings = str(bench.env)
    try:
        bench.insert_disks(
            kept("booted", (system.root.parent, bench.hardware, version.stdout, settings), boot)
        )
        yield bench
    finally:
        bench.machine.pull_the_plug()


def _boot(bench: Bench, times: dict[str, float]) -> None:
    times["plug to the first picture"] = bench.switch_on()
    bench.until_ready()
    times["plug to in service"] = bench.machine.on_for_s


@pytest.fixture
def bench(booted: Bench, times: dict[str, float]) -> Iterator[Bench]:
    """The till, ready for its first customer, and a Blink where nothing has happened yet."""
    with booted.blink():
        begun_s = time.monotonic()
        booted.restore()
        times["restore to the picture"] = time.monotonic() - begun_s
        yield booted


@pytest.fixture(scope="session")
def times(pytestconfig: pytest.Config) -> dict[str, float]:
    """Seconds that were measured, told at the end of the run."""
    return pytestconfig.stash.setdefault(_TIMES, {})


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Show what the kiosk logged, and what was on its screen, when a test failed."""
    report = yield
    bench = item.config.stash.get(_BENCH, None)
    if bench is not None and report.failed:
        report.sections.append(("the kiosk", _last_words(bench, item.name)))
    return report


def pytest_runtest_protocol(item: pytest.Item, nextitem: pytest.Item | None) -> bool | None:
    """Run a test once more whose guest's kernel died; the summary says so.

    A kernel can die of the emulated processor on a busy machine, which is no failure of the kiosk.
    One that dies again is a failure.
    """
    if "bench" not in getattr(item, "fixturenames", ()):
        return None
    item.ihook.pytest_runtest_logstart(nodeid=item.nodeid, location=item.location)
    reports = runtestprotocol(item, nextitem=nextitem, log=False)
    if any(report.failed for report in reports) and _kernel_died(item.config, item.name):
        reports = runtestprotocol(item, nextitem=nextitem, log=False)
    for report in reports:
        item.ihook.pytest_runtest_logreport(report=report)
    item.ihook.pytest_runtest_logfinish(nodeid=item.nodeid, location=item.location)
    return True


def _kernel_died(config: pytest.Config, when: str) -> bool:
    """Whether the guest's kernel has died; noted for the summary."""
    bench = config.stash.get(_BENCH, None)
    death = bench.machine.death_of_kernel if bench is not None else ""
    if death:
        config.stash.setdefault(_DEATHS, []).append(f"{when}: {death.strip()}")
    return bool(death)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Tell the times of this run, what it ran on, and which kernels died."""
    times = terminalreporter.config.stash.get(_TIMES, {})
    if times:
        terminalreporter.section(f"the appliance's times, by {accelerator()}")
    for what, seconds in times.items():
        terminalreporter.line(f"{seconds:7.1f} s  {what}")
    for death in terminalreporter.config.stash.get(_DEATHS, []):
        terminalreporter.line(f"started once more, for the guest's kernel died: {death}")


def _last_words(bench: Bench, name: str) -> str:
    try:
        shot = bench.shot(name.replace("/", "-"))
        return "\n".join((f"screen: {shot}", *bench.log()[-40:]))
    except (MachineFailed, AssertionError, OSError, EOFError) as error:
        return f"nothing to be had from it: {error}\n{bench.machine.serial()[-2000:]}"
