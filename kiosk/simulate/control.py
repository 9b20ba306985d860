"""POST /control: how another process steers a running simulator."""

import asyncio
from collections.abc import Callable
from typing import Any, Final, Protocol

from kiosk.simulate.customer import PaymentReport, Via
from kiosk.simulate.errors import ApplicationError
from kiosk.simulate.faults import Fault, Faults
from kiosk.simulate.ledger import Ledger

Order = dict[str, Any]


class Steered(Protocol):
    """What can be steered."""

    @property
    def faults(self) -> Faults:
        """Return the switches."""
        ...

    @property
    def ledger(self) -> Ledger:
        """Return the ledger."""
        ...

    def pay(self, payment_request: str, via: Via = "lightning", *, times: int = 1) -> PaymentReport:
        """Let a customer pay."""
        ...

    def hold(self, payment_request: str) -> str:
        """Let a payment arrive and not settle."""
        ...

    def settle_held(self, payment_hash: str) -> None:
        """Settle a held payment."""
        ...

    def go_dark_for(self, seconds: float) -> None:
        """Be no server for a while."""
        ...


class Control:
    """Carries out the orders that come to /control, in the simulator's own loop."""

    def __init__(self, steered: Steered) -> None:
        """Steer `steered`."""
        self._steered = steered
        self._orders: Final[dict[str, Callable[[Order], Order]]] = {
            "pay": self._pay,
            "hold": self._hold,
            "settle": self._settle,
            "fault": self._fault,
            "clear": self._clear,
            "report": self._report,
            "dark": self._dark,
        }

    async def carry_out(self, order: Order) -> Order:
        """Carry out an order, named by its `do`, and return what came of it.

        Raises:
            ValueError: no such order, or it cannot be carried out.
            KeyError: something is missing from it.
        """
        name = str(order.get("do"))
        if name not in self._orders:
            raise ValueError(f"no such order: {name}; there are {', '.join(self._orders)}")
        try:
            return self._orders[name](order)
        except ApplicationError as error:
            raise ValueError(error.message) from error

    def _pay(self, order: Order) -> Order:
        via: Via = "blink" if order.get("via") == "blink" else "lightning"
        report = self._steered.pay(
            str(order["payment_request"]), via, times=int(order.get("times", 1))
        )
        return {
            "payment_hash": report.payment_hash,
            "amount_sat": report.amount_sat,
            "results": list(report.results),
            "paid": report.paid,
        }

    def _hold(self, order: Order) -> Order:
        return {"payment_hash": self._steered.hold(str(order["payment_request"]))}

    def _settle(self, order: Order) -> Order:
        self._steered.settle_held(str(order["payment_hash"]))
        return {}

    def _fault(self, order: Order) -> Order:
        self._steered.faults.add(
            Fault.parse(str(order["name"])),
            order.get("operation"),
            order.get("times"),
            seconds=order.get("seconds"),
            value=order.get("value"),
        )
        return self._active()

    def _clear(self, order: Order) -> Order:
        name = order.get("name")
        self._steered.faults.clear(None if name is None else Fault.parse(str(name)))
        return self._active()

    def _report(self, _: Order) -> Order:
        return {"report": "\n".join(map(str, self._steered.ledger.report())), **self._active()}

    def _dark(self, order: Order) -> Order:
        # After this answer has left, or it would be cut as well.
        seconds = float(order["seconds"])
        asyncio.get_running_loop().call_later(0.1, self._steered.go_dark_for, seconds)
        return {}

    def _active(self) -> Order:
        return {"active": [str(on) for on in self._steered.faults.active()]}
