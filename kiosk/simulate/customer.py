"""The people at the simulated Blink: account holders, and the customer who pays."""

import hashlib
import time
from collections.abc import Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

from kiosk.simulate.accounts import Account, Level, Scope, Wallet
from kiosk.simulate.errors import ApplicationError
from kiosk.simulate.node import NETWORK, InvoiceTerms
from kiosk.simulate.payments import SendOrder, pay_invoice, receive
from kiosk.simulate.world import OutsideInvoice, World

if TYPE_CHECKING:
    from kiosk.simulate.simulator import Simulator

Via = Literal["lightning", "blink"]

OUTSIDE_LIFE_S: Final = 3600


@dataclass(frozen=True, slots=True)
class PaymentReport:
    """What became of a customer's payment: one result per attempt, PAID or the refusal.

    `credited_at` is time.monotonic() when the first attempt that worked was credited.
    """

    payment_hash: str
    amount_sat: int
    results: tuple[str, ...]
    credited_at: float | None

    @property
    def paid(self) -> bool:
        """Return whether any attempt worked."""
        return "PAID" in self.results


class SimulatedAccount:
    """Somebody at the simulated Blink; `api_key` may do everything."""

    def __init__(self, simulator: "Simulator", account: Account) -> None:
        self._simulator = simulator
        self.account: Final = account
        self.username: Final = account.username
        self.wallet_id: Final = account.btc.id
        self.usd_wallet_id: Final = account.usd.id
        self.api_key: Final = self.new_key(frozenset(Scope))

    @property
    def balance_sat(self) -> int:
        """Return what the BTC wallet holds."""
        return self._simulator.world.ledger.balance(self.wallet_id)

    def new_key(self, scopes: Collection[str]) -> str:
        """Return another key, with these scopes."""
        accounts = self._simulator.world.accounts
        return self._simulator.call(lambda: accounts.add_key(self.account, scopes).text)

    def set_level(self, level: str) -> None:
        """Change the level and so the daily limits."""
        self.account.level = Level(level)


def pay(
    world: World, payment_request: str, via: Via, payer: Wallet, times: int = 1
) -> PaymentReport:
    """Let a customer try `times` times; a refusal is a result, not an error.

    `payment_request` is what a camera read: any case, with or without lightning:.

    Raises:
        ApplicationError: it is no invoice at all.
    """
    text = payment_request.strip().lower().removeprefix("lightning:").lstrip("/")
    decoded = world.invoices.read(text)
    results: list[str] = []
    credited_at: float | None = None
    for _ in range(times):
        result = _try(world, text, via, payer)
        if result == "PAID" and credited_at is None:
            credited_at = time.monotonic()
        results.append(result)
    amount_sat = decoded.amount_sat or 0
    return PaymentReport(decoded.payment_hash, amount_sat, tuple(results), credited_at)


def outside_invoice(world: World, amount_sat: int, memo: str) -> str:
    """Return an invoice of a node that is not Blink's, which Blink can pay."""
    preimage = hashlib.sha256(f"outside {len(world.outside)}".encode()).digest()
    payment_hash = hashlib.sha256(preimage).hexdigest()
    terms = InvoiceTerms(
        network=NETWORK,
        amount_sat=amount_sat,
        payment_hash=payment_hash,
        payment_secret=payment_hash,
        description=memo,
        description_hash=None,
        created_at_s=int(world.clock.now()),
        expires_in_s=OUTSIDE_LIFE_S,
    )
    text = world.invoices.stranger.sign(terms)
    world.outside[payment_hash] = OutsideInvoice(text, preimage.hex())
    return text


def _try(world: World, text: str, via: Via, payer: Wallet) -> str:
    try:
        if via == "lightning":
            receive(world, text)
            return "PAID"
        sent = pay_invoice(world, SendOrder(payer, "customer"), text)
    except ApplicationError as error:
        return error.message
    return "PAID" if sent.status == "SUCCESS" else sent.status
