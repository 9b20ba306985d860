"""gpiozero's devices on kernel lines, and finding out whether there are any."""

import os
import threading
from collections.abc import Iterator
from functools import partial
from queue import Queue

import pytest
from gpiozero import GPIODevice, InputDevice, OutputDevice
from gpiozero.exc import PinFixedPull, PinInvalidEdges

from kiosk.panel.gpio_chip import PanelMissing
from kiosk.panel.pin_factory import KernelFactory, Watcher
from tests.panel.kernel import FLOATING, OUTPUT, PULLED_UP, WATCHED, Kernel

DEADLINE_S = 5.0


@pytest.fixture
def kernel() -> Iterator[Kernel]:
    kernel = Kernel()
    yield kernel
    kernel.unplug()


@pytest.fixture
def factory(kernel: Kernel) -> Iterator[KernelFactory]:
    factory = KernelFactory(kernel.chip())
    yield factory
    kernel.gone = False
    factory.close()


def test_a_column_is_pulled_up_and_told_when_it_falls(
    kernel: Kernel, factory: KernelFactory
) -> None:
    reported = Queue[str]()

    def on_change(ticks: float, state: bool) -> None:
        reported.put("fell")

    column = InputDevice(22, pull_up=True, pin_factory=factory)
    assert (column.pull_up, column.is_active) == (True, False)
    column.pin.edges = "falling"
    column.pin.when_changed = on_change
    assert kernel.settings[22] == WATCHED
    for _ in range(3):
        kernel.fall(22)
        assert reported.get(timeout=DEADLINE_S) == "fell"
    assert column.is_active
    column.close()
    assert kernel.settings[22] == FLOATING
    assert reported.empty(), "an edge is told once"


def test_a_pin_that_is_no_longer_listened_to_tells_nothing(
    kernel: Kernel, factory: KernelFactory
) -> None:
    reported = Queue[int]()

    def one(ticks: float, state: bool) -> None:
        reported.put(1)

    def two(ticks: float, state: bool) -> None:
        reported.put(2)

    first = InputDevice(22, pull_up=True, pin_factory=factory)
    second = InputDevice(23, pull_up=True, pin_factory=factory)
    first.pin.when_changed, second.pin.when_changed = one, two
    first.pin.when_changed = None
    assert kernel.settings[22] == PULLED_UP
    kernel.fall(22)
    kernel.fall(23)
    assert reported.get(timeout=DEADLINE_S) == 2
    assert reported.empty()


def test_a_row_is_driven_low_or_floats(kernel: Kernel, factory: KernelFactory) -> None:
    row = GPIODevice(5, pin_factory=factory)
    assert kernel.settings[5] == FLOATING
    row.pin.output_with_state(False)
    assert (kernel.settings[5], kernel.levels[5]) == (OUTPUT, False)
    row.pin.function = "input"
    assert (kernel.settings[5], row.pin.function) == (FLOATING, "input")


def test_an_led_is_switched(kernel: Kernel, factory: KernelFactory) -> None:
    led = OutputDevice(17, pin_factory=factory)
    assert (kernel.settings[17], kernel.levels[17]) == (OUTPUT, False)
    led.on()
    assert kernel.levels[17]
    led.close()
    assert kernel.settings[17] == FLOATING


def test_what_a_pin_cannot_do_it_refuses(factory: KernelFactory) -> None:
    column = InputDevice(22, pull_up=True, pin_factory=factory)
    with pytest.raises(PinInvalidEdges):
        column.pin.edges = "both"
    led = OutputDevice(17, pin_factory=factory)
    with pytest.raises(PinFixedPull):
        led.pin.pull = "up"


def test_a_taken_pin_is_named_with_the_cure(kernel: Kernel, factory: KernelFactory) -> None:
    kernel.taken[17] = ""
    with pytest.raises(PanelMissing, match=r"GPIO 17 cannot be used: something else uses it\."):
        OutputDevice(17, pin_factory=factory)


def test_when_the_chip_disappears_the_sleeper_is_woken_to_meet_the_error(
    kernel: Kernel, factory: KernelFactory
) -> None:
    woken = threading.Event()

    def wake(ticks: float, state: bool) -> None:
        woken.set()

    column = InputDevice(22, pull_up=True, pin_factory=factory)
    column.pin.when_changed = wake
    kernel.unplug()
    assert woken.wait(DEADLINE_S)
    with pytest.raises(OSError, match="No such device"):
        _ = column.is_active
    kernel.gone = False  # or the device, which closes itself when forgotten, meets it too
    column.close()


def test_closing_the_factory_ends_its_thread_and_gives_the_pins_back(kernel: Kernel) -> None:
    before = threading.active_count()
    factory = KernelFactory(kernel.chip())

    def ignore(ticks: float, state: bool) -> None:
        """Nobody listens."""

    column = InputDevice(22, pull_up=True, pin_factory=factory)
    column.pin.when_changed = ignore
    assert threading.active_count() == before + 1
    factory.close()
    factory.close()
    assert threading.active_count() == before
    assert kernel.settings[22] == FLOATING
    assert (kernel.open_chips, kernel.edges) == (0, {})


def test_a_forgotten_file_is_watched_no_longer() -> None:
    reported = Queue[str]()
    ends = [os.pipe(), os.pipe()]

    def tell(name: str, fd: int) -> None:
        reported.put(f"{name} {os.read(fd, 9)!r}")

    watcher = Watcher()
    for name, (read_fd, _) in zip(("first", "second"), ends, strict=True):
        watcher.watch(read_fd, partial(tell, name, read_fd))
    watcher.forget(ends[0][0])
    for _, write_fd in ends:
        os.write(write_fd, b"!")
    assert reported.get(timeout=DEADLINE_S) == "second b'!'"
    watcher.close()
    assert reported.empty()
    for fd in (fd for pair in ends for fd in pair):
        os.close(fd)
