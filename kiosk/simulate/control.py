"""POST /control: how another process steers a running simulator."""

from typing import TYPE_CHECKING, Any

from kiosk.simulate.errors import ApplicationError
from kiosk.simulate.faults import Fault

if TYPE_CHECKING:
    from kiosk.simulate.simulator import Simulator

Order = dict[str, Any]


def carry_out(simulator: "Simulator", order: Order) -> Order:
    """Carry out an order, named by its `do`, and return what came of it; in the simulator's loop.

    Raises:
        ValueError: no such order, or it cannot be carried out.
        KeyError: something is missing from it.
    """
    try:
        return _carry_out(simulator, order)
    except ApplicationError as error:
        raise ValueError(error.message) from error


def _carry_out(simulator: "Simulator", order: Order) -> Order:
    faults, answer = simulator.faults, Order()
    match order.get("do"):
        case "pay":
            request, times = str(order["payment_request"]), int(order.get("times", 1))
            via = "blink" if order.get("via") == "blink" else "lightning"
            report = simulator.pay(request, via=via, times=times)  # type: ignore[arg-type]
            answer = {
                "payment_hash": report.payment_hash,
                "amount_sat": report.amount_sat,
                "results": list(report.results),
            }
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
            answer = {"report": "\n".join(str(line) for line in simulator.ledger.report())}
        case unknown:
            raise ValueError(f"no such order: {unknown}")
    return {**answer, "active": [str(switch) for switch in faults.active()]}
