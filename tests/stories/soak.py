"""Thousands of sales in one process, with faults: what grows, and is every sale forwarded once?

    python -m tests.stories.soak --sales 10000

The kiosk is the real one: SDL's dummy display, real SQLite, real sockets to a simulator that runs
in another process, and pauses that are small. Memory is the kiosk's process alone.
"""

import argparse
import asyncio
import gc
import json
import os
import random
import sys
import tempfile
import threading
import time
from collections import Counter as Tally
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Final

from kiosk.sale.keys import Key
from kiosk.sale.screens import AwaitingPayment, EnteringAmount, Forwarded, Paid, RequestingInvoice
from kiosk.sale.till import Till
from tests.stories.counter import QUICK, Counter, is_idle
from tests.stories.separate_process import SeparateSimulator

# What goes wrong now and then: the simulator's name, for which operation, and how.
FAULTS: Final[tuple[tuple[str, str | None, dict[str, float]], ...]] = (
    ("answer-lost-after", "lnInvoiceCreate", {}),
    ("request-lost", "lnInvoiceCreate", {}),
    ("http-502", "lnInvoiceCreate", {}),
    ("malformed-json", "lnInvoiceCreate", {}),
    ("delay-answer", "lnInvoiceCreate", {"seconds": 0.1}),
    ("answer-lost-after", "lnInvoicePaymentSend", {}),
    ("request-lost", "lnInvoicePaymentSend", {}),
    ("answer-cut", "lnInvoicePaymentSend", {}),
    ("http-504-after", "lnInvoicePaymentSend", {}),
    ("captive-portal", "lnInvoicePaymentSend", {}),
    ("failure-after", "lnInvoicePaymentSend", {}),
    ("unknown-status", "lnInvoicePaymentSend", {}),
    ("null-fields", "lnInvoicePaymentSend", {}),
    ("db-error", "lnInvoicePaymentSend", {}),
    ("wrong-shape", "me", {}),
    ("http-503", "me", {}),
    ("socket-refused", None, {}),
    ("socket-cut", None, {"seconds": 0.0}),
    ("socket-closed", None, {"seconds": 0.0}),
    ("socket-half-open", None, {}),
    ("socket-silent", None, {}),
    ("not-authenticated", None, {}),
    ("ack-delayed", None, {"seconds": 0.1}),
    ("first-event-lost", None, {}),
    ("paid-event-lost", None, {}),
    ("paid-event-doubled", None, {}),
    ("paid-event-other-hash", None, {}),
    ("expired-before-paid", None, {}),
    ("pending-after-paid", None, {}),
    ("error-event", None, {}),
)
SPEED: Final = 20.0  # the till's clock; the wallet's pauses are small instead
FAULTY: Final = 0.2
CANCELLED: Final = 0.03
CANCELLED_AND_PAID: Final = 0.02
QUIET_S: Final = 20.0
MB: Final = 1_000_000


@dataclass(frozen=True)
class Sample:
    """What the process holds after so many sales, when nothing is under way."""

    sales: int
    rss_mb: float
    tasks: int
    threads: int
    files: int  # open ones, fonts apart: each size in use keeps its own


@dataclass
class Result:
    """What a soak has shown. `problems` is empty when every sale was forwarded exactly once."""

    sales: int = 0
    seconds: float = 0.0
    samples: list[Sample] = field(default_factory=list)
    sold: int = 0
    forwarded: int = 0
    faults: dict[str, int] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)

    def sample(self, sales: int) -> Sample:
        """The sample taken after so many sales."""
        return next(sample for sample in self.samples if sample.sales == sales)


def soak(
    sales: int, folder: Path, seed: int = 1, every: int = 1000, faulty: float = FAULTY
) -> Result:
    """Sell `sales` times and look at the process after the first, and after each `every`.

    `faulty` is the share of sales in which something goes wrong.
    """
    result, chance = Result(), random.Random(seed)
    gc.collect()  # what others have left in this process is not closed in the midst of the sales
    began_s = time.monotonic()
    with SeparateSimulator() as blink:
        settings = {**blink.settings, "KIOSK_SUCCESS_SECONDS": "0", "KIOSK_INVOICE_MINUTES": "30"}
        counter = Counter(folder, settings, QUICK, speed=SPEED).switch_on()
        counter.ready()
        struck: Tally[str] = Tally()
        for number in range(1, sales + 1):
            _one_sale(counter, blink, chance, struck, faulty)
            if number == 1 or number % every == 0 or number == sales:
                result.samples.append(_sample(counter, number))
        counter.until(lambda till: not till.forwards, 60.0)
        _last_questions(counter, blink)
        audit = blink.audit()
        counter.switch_off()
    result.sales, result.seconds = sales, time.monotonic() - began_s
    result.faults = dict(struck)
    result.sold, result.forwarded = len(audit.paid_in), len(audit.paid_out)
    result.problems = audit.problems()
    return result


def _one_sale(
    counter: Counter,
    blink: SeparateSimulator,
    chance: random.Random,
    struck: Tally[str],
    faulty: float,
) -> None:
    wrong = chance.random() < faulty
    if wrong:
        name, operation, how = chance.choice(FAULTS)
        blink.fault(name, operation, times=1, **how)
        struck[name] += 1
    # Small, so that ten thousand of them stay below what may be forwarded in a day (M10).
    counter.press(str(chance.randint(10, 99)), Key.CHARGE)
    screen = _code(counter)
    kind = chance.random()
    if kind < CANCELLED + CANCELLED_AND_PAID:
        counter.press(Key.CLEAR)
        counter.until(lambda till: is_idle(till) or isinstance(till.screen, Paid | Forwarded))
        if kind < CANCELLED_AND_PAID:
            blink.pay(screen.invoice.payment_request, "blink")
    else:
        assert blink.pay(screen.invoice.payment_request, chance.choice(("lightning", "blink")))
        counter.until(lambda till: isinstance(till.screen, Paid | Forwarded))
        _see(counter, lambda till: isinstance(till.screen, Forwarded), 1.5)
    while not is_idle(counter.till):  # a thank-you screen is deaf for a moment
        counter.press(Key.CLEAR)
        _see(counter, is_idle, 0.03)
    if wrong:
        blink.clear()


def _code(counter: Counter) -> AwaitingPayment:
    """Wait for the code; charge again when it was refused, as a cashier does."""
    while True:
        till = counter.until(lambda till: not isinstance(till.screen, RequestingInvoice))
        if isinstance(till.screen, AwaitingPayment):
            return till.screen
        if isinstance(till.screen, EnteringAmount) and till.screen.notice is not None:
            counter.press(Key.CHARGE)
        counter.run_once(0.05)


def _see(counter: Counter, reached: Callable[[Till], bool], at_most_s: float) -> None:
    """Go on for a while, or until the till is so."""
    try:
        counter.until(reached, at_most_s)
    except TimeoutError:
        return


def _last_questions(counter: Counter, blink: SeparateSimulator) -> None:
    """One more sale asks about what was left behind, and everything comes home."""
    counter.press("100", Key.CHARGE)
    blink.pay(_code(counter).invoice.payment_request)
    counter.until(lambda till: isinstance(till.screen, Paid | Forwarded))
    counter.until(lambda till: not till.forwards, 60.0)


def _sample(counter: Counter, number: int) -> Sample:
    """Look at the process once nothing is under way; what stays longer than that is a leak."""
    loop = counter.app.wallet._loop
    best = None
    end = time.monotonic() + QUIET_S
    while time.monotonic() < end:
        counter.run_once(0.05)
        if counter.till.forwards:
            continue
        now = Sample(
            number,
            rss_mb(),
            len(asyncio.all_tasks(loop)),
            threading.active_count(),
            _files(),
        )
        if best is None or (now.tasks, now.files) < (best.tasks, best.files):
            best = now
        if best.tasks == 0 and time.monotonic() > end - QUIET_S + 1.0:
            break
    assert best is not None, "forwards do not settle"
    return best


def _files() -> int:
    """Files and sockets that are open now."""
    open_files = 0
    for descriptor in Path("/proc/self/fd").iterdir():
        with suppress(FileNotFoundError):  # the directory itself, and what has just been closed
            open_files += descriptor.readlink().suffix not in (".ttf", ".otf")
    return open_files


def rss_mb() -> float:
    """What this process holds in memory, in MB, files mapped included."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / MB


def main() -> int:
    """Print a table; 1 if something grew or a sale was not forwarded once."""
    parser = argparse.ArgumentParser(prog="python -m tests.stories.soak")
    parser.add_argument("--sales", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--every", type=int, default=1000)
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    os.environ["SDL_VIDEODRIVER"] = os.environ["SDL_AUDIODRIVER"] = "dummy"
    with tempfile.TemporaryDirectory() as folder:
        result = soak(given.sales, Path(folder), given.seed, given.every)
    if given.json:
        print(json.dumps(asdict(result)))
    else:
        print(table(result))
    return 1 if result.problems else 0


def table(result: Result) -> str:
    """The result as a table, one line for each sample."""
    lines = [f"{'sales':>7} {'RSS MB':>8} {'tasks':>6} {'threads':>8} {'files':>6}"]
    lines += [
        f"{sample.sales:>7} {sample.rss_mb:>8.1f} {sample.tasks:>6} {sample.threads:>8} "
        f"{sample.files:>6}"
        for sample in result.samples
    ]
    struck = sum(result.faults.values())
    lines.append(
        f"{result.sales} sales in {result.seconds:.0f} s with {struck} faults of "
        f"{len(result.faults)} kinds: {result.sold} paid, {result.forwarded} forwarded, "
        f"{len(result.problems)} problems"
    )
    return "\n".join([*lines, *result.problems])


if __name__ == "__main__":
    sys.exit(main())
