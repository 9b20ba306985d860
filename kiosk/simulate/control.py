"""POST /control: how another process steers a running simulator."""

from typing import TYPE_CHECKING, Any

from kiosk.simulate.errors import ApplicationError
from kiosk.simulate.faults import Fault

if TYPE_CHECKING:
    from kiosk.simulate.simulator import Simulator

Order = dict[str, Any]


def carry_out(simulator: "Simulator", order: Order) -> Order:
    """Carry out an order, named by its `do`, in the simulator's loop.

    Returns what to print, as `lines`, and whether it came to anything, as `done`.

    Raises:
        ValueError: no such order, or it cannot be carried out.
        KeyError: something is missing from it.
    """
    faults = simulator.faults
    lines: list[str] = []
    match order.get("do"):
        case "pay":
            return _pay(simulator, order)
        case "fault":
            faults.add(
                Fault.parse(str(order["name"])),
                order.get("operation"),
                order.get("times"),
                seconds=order.get("seconds"),
                value=order.get("value"),
            )
        case "clear":
            name = order.get("name")
            faults.clear(None if name is None else Fault.parse(str(name)))
        case "report":
            lines = [str(transfer) for transfer in simulator.ledger.report()]
        case unknown:
            raise ValueError(f"no such order: {unknown}")
    active = ", ".join(str(switch) for switch in faults.active())
    return {"lines": [*lines, f"switched on: {active or 'nothing'}"], "done": True}


def _pay(simulator: "Simulator", order: Order) -> Order:
    request, times = str(order["payment_request"]), int(order.get("times", 1))
    try:
        report = simulator.pay(
            request, via="blink" if order.get("via") == "blink" else "lightning", times=times
        )
    except ApplicationError as error:
        raise ValueError(error.message) from error
    start = f"{report.payment_hash[:8]}  {report.amount_sat} sat"
    return {"lines": [f"{start}  {result}" for result in report.results], "done": report.paid}
