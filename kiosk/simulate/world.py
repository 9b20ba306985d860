"""Everything that exists inside the simulated Blink, in one place."""

from dataclasses import dataclass, field
from typing import Final

from kiosk.simulate.accounts import Account, Accounts, Level
from kiosk.simulate.channels import Channels
from kiosk.simulate.clock import Clock, Timers
from kiosk.simulate.errors import Refusal
from kiosk.simulate.faults import Fault, Faults
from kiosk.simulate.invoices import InvoiceBook
from kiosk.simulate.ledger import OUTSIDE, Kind, Ledger, Leg
from kiosk.simulate.prices import Prices

WIND_DOWN: Final = {
    Fault.WIND_DOWN_PRE_CUTOFF: "PRE_CUTOFF",
    Fault.WIND_DOWN_RECEIVE_DISABLED: "RECEIVE_DISABLED",
    Fault.WIND_DOWN_GATED_CLOSED: "GATED_CLOSED",
}


@dataclass(frozen=True, slots=True)
class OutsideInvoice:
    """An invoice of somebody who is not at Blink."""

    payment_request: str
    preimage: str = field(repr=False)


class World:
    """The parts of the simulated Blink. Changed in the simulator's loop only."""

    def __init__(self, clock: Clock, faults: Faults, seed: int) -> None:
        """Make a Blink with no accounts yet."""
        self.clock: Final = clock
        self.timers: Final = Timers(clock)
        self.faults: Final = faults
        self.ledger: Final = Ledger()
        self.accounts: Final = Accounts(seed)
        self.prices: Final = Prices(clock, faults)
        self.invoices: Final = InvoiceBook(clock, faults, seed)
        self.channels: Final = Channels(faults)
        # Payments worked out lately, by sender wallet, hash and amount, and when.
        self.planned_at_s: Final[dict[tuple[str, str, int], float]] = {}
        self.outside: Final[dict[str, OutsideInvoice]] = {}
        self.hosts: Final[list[str]] = []  # host and port of the HTTP side, once open

    def open_account(self, username: str, level: Level, balance_sat: int) -> Account:
        """Open an account that has `balance_sat` already."""
        account = self.accounts.add(username, level)
        for wallet in account.wallets:
            self.ledger.add_owner(wallet.id, username)
        if balance_sat:
            legs = (Leg(OUTSIDE, -balance_sat), Leg(account.btc.id, balance_sat))
            self.ledger.post(self.clock.now(), Kind.OPENING, legs)
        return account

    def wind_down(self) -> str | None:
        """Return Blink's WindDownStatus, if accounts here are being closed."""
        return next(
            (WIND_DOWN[on.fault] for on in self.faults.active() if on.fault in WIND_DOWN), None
        )

    def check_may_receive(self) -> None:
        """Refuse to receive where accounts are being closed.

        Raises:
            ApplicationError: they no longer receive.
        """
        if self.wind_down() in ("RECEIVE_DISABLED", "GATED_CLOSED"):
            raise Refusal.RECEIVE_DISABLED.error()
