"""A simulated Blink in a process of its own, so that what is measured is the kiosk alone.

The process that measures imports nothing of the simulator: not its libraries, not its memory.
"""

import multiprocessing
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from multiprocessing.connection import Connection
from types import TracebackType
from typing import TYPE_CHECKING, Any, Final, Self

if TYPE_CHECKING:
    from kiosk.simulate import Simulator

PATIENCE_S: Final = 30.0


@dataclass(frozen=True)
class Audit:
    """What the ledger shows, by external id: sats paid in for sales, sats paid out to the merchant.

    A successor's external id is its own entry; amounts that do not fit are the caller's to judge.
    """

    paid_in: Mapping[str, int]
    paid_out: Mapping[str, int]
    till_sat: int
    merchant_sat: int

    def problems(self) -> list[str]:
        """Every sale that was not forwarded exactly once, in words."""
        problems = []
        out: dict[str, list[int]] = {}
        for name, amount in self.paid_out.items():
            out.setdefault(name.rsplit("-out", 1)[0], []).append(amount)
        for name, amount in self.paid_in.items():
            sent = out.pop(name.removesuffix("-in"), [])
            if sent != [amount]:
                problems.append(f"{name}: {amount} sat came in, {sent} went out")
        problems.extend(f"{name}: nothing came in, {sent} went out" for name, sent in out.items())
        if self.till_sat:
            problems.append(f"{self.till_sat} sat left with the till")
        if self.merchant_sat != sum(self.paid_in.values()):
            problems.append(f"{self.merchant_sat} sat with the merchant")
        return problems


class SeparateSimulator:
    """A simulator in another process; `with` starts and ends it. Options are the simulator's."""

    def __init__(self, **options: Any) -> None:
        self._asking = threading.Lock()
        self._pipe, theirs = multiprocessing.Pipe()
        spawn = multiprocessing.get_context("spawn")
        self._process = spawn.Process(target=_serve, args=(theirs, options), daemon=True)
        self._process.start()
        theirs.close()
        self.settings: Final[dict[str, str]] = self._answer()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._pipe.close()
        self._process.join(PATIENCE_S)

    def pay(self, payment_request: str, via: str = "lightning") -> bool:
        """Be the customer; whether the payment went through."""
        return bool(self._ask("pay", payment_request, via))

    def credited_at(self, payment_request: str) -> float:
        """Be the customer from outside; when the money was credited, in `time.monotonic()`."""
        at = self._ask("credited_at", payment_request)
        assert isinstance(at, float), "it was not paid"
        return at

    def arrived_at(self, operation: str, count: int) -> float:
        """When the `count`-th request of `operation` reached Blink, in `time.monotonic()`."""
        at: float = self._ask("arrived_at", operation, count)
        return at

    def fault(self, name: str, operation: str | None = None, **how: Any) -> None:
        """Let something go wrong: the simulator's name for it, and what `Faults.add` takes."""
        self._ask("fault", name, operation, how)

    def clear(self) -> None:
        """Let everything work again."""
        self._ask("clear")

    def audit(self) -> Audit:
        """Read the ledger."""
        audit: Audit = self._ask("audit")
        return audit

    def traffic(self) -> tuple[int, int, int]:
        """Requests so far (of the last ten thousand), sockets open, connections open."""
        requests, sockets, connections = self._ask("traffic")
        return requests, sockets, connections

    def _ask(self, order: str, *given: Any) -> Any:
        with self._asking:
            self._pipe.send((order, given))
            return self._answer()

    def _answer(self) -> Any:
        if not self._pipe.poll(PATIENCE_S):
            raise TimeoutError("the simulator does not answer")
        answer = self._pipe.recv()
        if isinstance(answer, Exception):
            raise answer
        return answer


def _serve(pipe: Connection, options: dict[str, Any]) -> None:
    from kiosk.simulate import Simulator

    with Simulator(**options) as simulator:
        pipe.send(
            {
                "BLINK_API_URL": simulator.api_url,
                "BLINK_WS_URL": simulator.ws_url,
                "BLINKPOS_API_KEY": simulator.till.api_key,
                "MERCHANT_API_KEY": simulator.merchant.api_key,
            }
        )
        while True:
            try:
                order, given = pipe.recv()
            except EOFError:
                return
            try:
                pipe.send(_carry_out(simulator, order, given))
            except Exception as error:  # noqa: BLE001 - it is the other side's to raise
                pipe.send(error)


def _carry_out(simulator: "Simulator", order: str, given: tuple[Any, ...]) -> Any:
    from kiosk.simulate import Fault

    match order, given:
        case "pay", (request, via):
            return simulator.pay(request, via=via).paid
        case "credited_at", (request,):
            return simulator.pay(request, via="lightning").credited_at
        case "arrived_at", (operation, count):
            return simulator.wait_for(operation, count).at
        case "fault", (name, operation, how):
            return simulator.faults.add(Fault.parse(name), operation, **how)
        case "clear", ():
            return simulator.faults.clear()
        case "audit", ():
            return audit(simulator)
        case "traffic", ():
            connections = simulator.http_connections()
            return len(simulator.requests), simulator.open_sockets(), connections
    raise ValueError(order)


def audit(simulator: "Simulator") -> Audit:
    """Read a simulator's ledger, here or in its own process."""
    simulator.ledger.assert_balanced()

    def paid(wallet: str) -> dict[str, int]:
        amounts: dict[str, int] = {}
        for entry in simulator.ledger.of_wallet(wallet):
            if entry.amount > 0:  # twice for one invoice adds up, and shows as a wrong amount
                name = entry.external_id or "?"
                amounts[name] = amounts.get(name, 0) + entry.amount
        return amounts

    return Audit(
        paid(simulator.till.wallet_id),
        paid(simulator.merchant.wallet_id),
        simulator.till.balance_sat,
        simulator.merchant.balance_sat,
    )
