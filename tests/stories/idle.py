"""An idle kiosk, with Blink in another process: what it holds, what it asks, what it costs.

python -m tests.stories.idle
"""

import os
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tests.stories.counter import Counter
from tests.stories.separate_process import SeparateSimulator

REST_S: Final = 10.0


@dataclass(frozen=True)
class Idle:
    """What an idle kiosk needs. CPU in percent of one core, of its process alone.

    `written_bytes` is what the process made the kernel write to disks.
    """

    sockets: int
    connections: int
    requests: int
    written_bytes: int
    cpu_percent: float
    turns: int  # how often the loop woke up


def idle(seconds: float, folder: Path) -> Idle:
    """Switch a kiosk on, let it come to rest, and watch it do nothing for so long."""
    with SeparateSimulator() as blink:
        counter = Counter(folder, blink.settings).switch_on()
        counter.ready()
        _let_rest(counter, blink)
        asked, _, _ = blink.traffic()
        written = _written_bytes()
        turns = 0
        cpu_s, until = time.process_time(), time.monotonic() + seconds
        while time.monotonic() < until:
            counter.run_once(until - time.monotonic())
            turns += 1
        used_s = time.process_time() - cpu_s
        written = _written_bytes() - written
        requests, sockets, connections = blink.traffic()
        counter.switch_off()
    return Idle(sockets, connections, requests - asked, written, used_s / seconds * 100, turns)


def _let_rest(counter: Counter, blink: SeparateSimulator) -> None:
    until = time.monotonic() + REST_S
    while any(blink.traffic()[1:]) and time.monotonic() < until:
        counter.run_once(0.05)


def _written_bytes() -> int:
    """Bytes that this process has made dirty in files on disks, as the kernel counts them."""
    counts = dict(line.split(": ") for line in Path("/proc/self/io").read_text().splitlines())
    return int(counts["write_bytes"])


def main() -> int:
    """Print it; 1 if it is more than was promised."""
    os.environ["SDL_VIDEODRIVER"] = os.environ["SDL_AUDIODRIVER"] = "dummy"
    with tempfile.TemporaryDirectory() as folder:
        usage = idle(10.0, Path(folder))
    print(
        f"idle: {usage.sockets} sockets, {usage.connections} connections, "
        f"{usage.requests} requests, "
        f"{usage.written_bytes} bytes written, {usage.cpu_percent:.2f} % of a core"
    )
    return (
        1
        if usage.cpu_percent > 0.5 or any((usage.requests, usage.sockets, usage.written_bytes))
        else 0
    )


if __name__ == "__main__":
    sys.exit(main())
