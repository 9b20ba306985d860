"""A stand-in for Blink on real sockets, which behaves as Blink does and misbehaves on demand.

Read it in this order: `faults` (what can go wrong), `ledger`, `settlement` and `payments` (where
the money is), `invoices`, `queries` / `mutations` / `subscriptions` (what the API answers),
`http` and `connection` (how it travels), `simulator` (all of it as one object).

The names below are loaded when they are first used: the libraries behind them are not installed
on an appliance, which never uses them, and are slow to import.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from kiosk.simulate.clock import Clock, ManualClock
    from kiosk.simulate.connection import SocketTimes
    from kiosk.simulate.customer import PaymentReport, SimulatedAccount
    from kiosk.simulate.faults import Fault, Faults
    from kiosk.simulate.simulator import Simulator
    from kiosk.simulate.traffic import Request

__all__ = [
    "Clock",
    "Fault",
    "Faults",
    "ManualClock",
    "PaymentReport",
    "Request",
    "SimulatedAccount",
    "Simulator",
    "SocketTimes",
]
_HOMES: Final = {
    "Clock": "clock",
    "Fault": "faults",
    "Faults": "faults",
    "ManualClock": "clock",
    "PaymentReport": "customer",
    "Request": "traffic",
    "SimulatedAccount": "customer",
    "Simulator": "simulator",
    "SocketTimes": "connection",
}


def __getattr__(name: str) -> Any:
    """Load one of the names above from where it lives."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
