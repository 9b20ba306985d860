"""A stand-in for Blink on real sockets, which behaves as Blink does and misbehaves on demand.

Read it in this order: `faults` (what can go wrong), `ledger`, `invoices` and `payments` (where the
money is), `operations` / `subscriptions` (what the API answers), `network`, `http` and
`connection` (how it travels), `simulator` (all of it as one object).

The names below are loaded when they are first used: the libraries behind them are not installed
on an appliance, which never uses them, and are slow to import.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from kiosk.simulate.clock import ManualClock
    from kiosk.simulate.connection import SocketTimes
    from kiosk.simulate.customer import SimulatedAccount
    from kiosk.simulate.faults import Fault, Faults
    from kiosk.simulate.simulator import Simulator

__all__ = ["Fault", "Faults", "ManualClock", "SimulatedAccount", "Simulator", "SocketTimes"]
_HOMES: Final = {
    "Fault": "faults",
    "Faults": "faults",
    "ManualClock": "clock",
    "SimulatedAccount": "customer",
    "Simulator": "simulator",
    "SocketTimes": "connection",
}


def __getattr__(name: str) -> Any:
    """Load one of the names above from where it lives."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
