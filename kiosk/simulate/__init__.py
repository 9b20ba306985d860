"""A stand-in for Blink on real sockets, which behaves as Blink does and misbehaves on demand.

Read it in this order: `faults` (what can go wrong), `ledger` and `payments` (where the money is),
`invoices`, `queries` / `mutations` / `subscriptions` (what the API answers), `http` and
`sockets` (how it travels), `simulator` (all of it as one object).
"""

from kiosk.simulate.clock import Clock, ManualClock
from kiosk.simulate.faults import Fault, Faults
from kiosk.simulate.simulator import PaymentReport, SimulatedAccount, Simulator
from kiosk.simulate.sockets import SocketTimes
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
