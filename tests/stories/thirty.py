"""Many kiosks on one till account, behind one address that may have ten sockets.

    python -m tests.stories.thirty --kiosks 30 --rounds 10

Each kiosk is whole but for its window: own journal, own wallet, own thread. In every round all of
them have a code up at the same time, and all customers pay at once.
"""

import argparse
import os
import sys
import tempfile
import threading
import time
from collections import Counter as Tally
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from kiosk.journal import Journal
from kiosk.sale.keys import Key
from kiosk.sale.screens import AwaitingPayment, ConnectionState, Forwarded, Paid
from tests.stories.counter import QUICK, Counter, NoDisplay, is_idle
from tests.stories.separate_process import SeparateSimulator

PATIENCE_S: Final = 120.0


@dataclass
class Result:
    """What many kiosks have shown. `problems` is empty when all is well."""

    seconds: float = 0.0
    links: Tally[str] = field(default_factory=Tally)  # while the customers looked at the codes
    waits_s: list[float] = field(default_factory=list)  # paid until shown as paid
    sold: int = 0
    problems: list[str] = field(default_factory=list)


class _Kiosk(threading.Thread):
    """One kiosk and its cashier."""

    def __init__(
        self,
        name: str,
        folder: Path,
        rounds: int,
        blink: SeparateSimulator,
        meet: threading.Barrier,
    ) -> None:
        super().__init__(name=f"{name} in {folder.name}")
        folder.mkdir()
        settings = {**blink.settings, "KIOSK_ID": name, "KIOSK_SUCCESS_SECONDS": "0"}
        self._counter = Counter(folder, settings, QUICK, display=NoDisplay)
        self._rounds, self._blink, self._meet = rounds, blink, meet
        self.sales: list[str] = []
        self.links: list[str] = []
        self.waits_s: list[float] = []
        self.problem = ""

    def run(self) -> None:
        try:
            self._counter.switch_on().ready()
            for _ in range(self._rounds):
                self._sell()
            self._counter.until(lambda till: not till.forwards, PATIENCE_S)
            self._read_back()
        except Exception as error:  # noqa: BLE001 - told by whoever joins this thread
            self.problem = f"{self.name}: {type(error).__name__}: {str(error)[:300]}"
            self._meet.abort()
        finally:
            self._counter.switch_off()

    def _sell(self) -> None:
        counter = self._counter
        counter.press("500", Key.CHARGE)
        till = counter.until(
            lambda till: (
                isinstance(till.screen, AwaitingPayment)
                and till.screen.connection in (ConnectionState.LIVE, ConnectionState.ASKING)
            ),
            PATIENCE_S,
        )
        assert isinstance(till.screen, AwaitingPayment)
        self._meet.wait(PATIENCE_S)
        self.sales.append(till.screen.sale.id)
        self.links.append(till.screen.connection.value)
        assert self._blink.pay(till.screen.invoice.payment_request)
        paid_s = time.monotonic()
        counter.until(lambda till: isinstance(till.screen, Paid | Forwarded), PATIENCE_S)
        self.waits_s.append(time.monotonic() - paid_s)
        counter.until(lambda till: isinstance(till.screen, Forwarded), PATIENCE_S)
        while not is_idle(counter.till):
            counter.press(Key.CLEAR)
            counter.run_once(0.1)

    def _read_back(self) -> None:
        """Its journal knows its own sales, all forwarded, and no others."""
        journal = Journal.read_only(Path(self._counter.settings["KIOSK_JOURNAL"]))
        journaled = [
            (sale.sale.id, sale.forwarded_at is not None) for sale in journal.sales(0, 2**40)
        ]
        journal.close()
        if journaled != [(sale, True) for sale in self.sales]:
            self.problem = f"{self.name}: sold {self.sales}, its journal has {journaled}"


def many(names: list[str], rounds: int, folder: Path, sockets: int = 10) -> Result:
    """Let kiosks of these names sell `rounds` times each, at the same time."""
    result, began_s = Result(), time.monotonic()
    with SeparateSimulator() as blink:
        blink.fault("socket-limit", value=sockets)
        # Blink lets one wallet send one payment at a time, and turns some away.
        blink.fault("unexpected-client-error", "lnInvoicePaymentSend", times=len(names) // 3)
        meet = threading.Barrier(len(names))
        kiosks = [
            _Kiosk(name, folder / str(number), rounds, blink, meet)
            for number, name in enumerate(names)
        ]
        for kiosk in kiosks:
            kiosk.start()
        for kiosk in kiosks:
            kiosk.join()
        audit = blink.audit()
    result.seconds = time.monotonic() - began_s
    result.problems = [kiosk.problem for kiosk in kiosks if kiosk.problem] + audit.problems()
    sold = sorted(f"{sale}-in" for kiosk in kiosks for sale in kiosk.sales)
    if sold != sorted(audit.paid_in):
        result.problems.append("what was sold is not what was paid")
    for kiosk in kiosks:
        result.links.update(kiosk.links)
        result.waits_s.extend(kiosk.waits_s)
    result.sold = len(audit.paid_out)
    return result


def main() -> int:
    """Print what many kiosks have shown; 1 if a sale was not forwarded once by its own kiosk."""
    parser = argparse.ArgumentParser(prog="python -m tests.stories.thirty")
    parser.add_argument("--kiosks", type=int, default=30)
    parser.add_argument("--rounds", type=int, default=10)
    given = parser.parse_args()
    os.environ["SDL_VIDEODRIVER"] = os.environ["SDL_AUDIODRIVER"] = "dummy"
    names = [f"till-{number}" for number in range(1, given.kiosks + 1)]
    with tempfile.TemporaryDirectory() as folder:
        result = many(names, given.rounds, Path(folder))
    waits = sorted(result.waits_s) or [0.0]
    print(
        f"{given.kiosks} kiosks, {result.sold} sales forwarded once in {result.seconds:.0f} s; "
        f"{dict(result.links)}; paid until shown: median {waits[len(waits) // 2]:.2f} s, "
        f"longest {waits[-1]:.2f} s; {len(result.problems)} problems"
    )
    print("\n".join(result.problems))
    return 1 if result.problems else 0


if __name__ == "__main__":
    sys.exit(main())
