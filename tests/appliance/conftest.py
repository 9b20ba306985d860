"""One image, one machine, one boot: what every test of the appliance begins with."""

import time
from collections.abc import Generator, Iterator
from typing import Final

import pytest

from tests.appliance.bench import Bench
from tests.appliance.image import Image, image
from tests.appliance.vm import MachineFailed

_BENCH: Final = pytest.StashKey[Bench]()
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
    """The machine as its owner sees it after the first boot, and a snapshot of that."""
    bench = pytestconfig.stash[_BENCH] = Bench(system, tmp_path_factory.mktemp("bench"))
    try:
        with bench.blink():
            times["plug to the first picture"] = bench.switch_on()
            bench.until_ready()
            times["plug to in service"] = bench.machine.on_for_s
            bench.save()
        yield bench
    finally:
        bench.machine.pull_the_plug()


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


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Tell the times of this run."""
    times = terminalreporter.config.stash.get(_TIMES, {})
    if times:
        terminalreporter.section("the appliance's times")
    for what, seconds in times.items():
        terminalreporter.line(f"{seconds:7.1f} s  {what}")


def _last_words(bench: Bench, name: str) -> str:
    try:
        shot = bench.shot(name.replace("/", "-"))
        return "\n".join((f"screen: {shot}", *bench.log()[-40:]))
    except (MachineFailed, AssertionError, OSError, EOFError) as error:
        return f"nothing to be had from it: {error}\n{bench.machine.serial()[-2000:]}"
