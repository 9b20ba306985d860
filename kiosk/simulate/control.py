"""POST /control: how another process steers a running simulator, from both ends."""

import json
import urllib.error
import urllib.request
from typing import TYPE_CHECKING, Any, Final

from kiosk.simulate.errors import ApplicationError
from kiosk.simulate.faults import Fault, Switch

if TYPE_CHECKING:
    from kiosk.simulate.customer import Via
    from kiosk.simulate.simulator import Simulator

Order = dict[str, Any]

CONTROL_PATH: Final = "/control"
TIMEOUT_S: Final = 10.0


def send(url: str, order: Order) -> Order:
    """Send an order to the simulator at `url` and return its answer, as `carry_out` makes it.

    Raises:
        SystemExit: nobody is there, or it said no.
    """
    url = url.rstrip("/").removesuffix("/graphql") + CONTROL_PATH
    if not url.startswith("http://"):
        raise SystemExit("--url must start with http://")
    request = urllib.request.Request(  # noqa: S310  http:// was checked above
        url, json.dumps(order).encode(), {"Content-Type": "application/json"}
    )
    try:
        with urllib.request.urlopen(request, timeout=TIMEOUT_S) as response:  # noqa: S310
            answer: Order = json.load(response)
    except urllib.error.HTTPError as error:
        raise SystemExit(str(json.load(error).get("error"))) from error
    except OSError as error:
        raise SystemExit(
            f"No simulator answers at {url}. Start `kiosk simulator` first."
        ) from error
    return answer


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
            on = Switch.parse(str(order["switch"]))
            seconds, value = order.get("seconds"), order.get("value")
            faults.add(on.fault, on.operation, on.times, seconds=seconds, value=value)
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
    via: Via = "blink" if order.get("via") == "blink" else "lightning"
    try:
        report = simulator.pay(str(order["payment_request"]), via, int(order.get("times", 1)))
    except ApplicationError as error:
        raise ValueError(error.message) from error
    start = f"{report.payment_hash[:8]}  {report.amount_sat} sat"
    return {"lines": [f"{start}  {result}" for result in report.results], "done": report.paid}
