"""The people at the simulated Blink: account holders, and the customer who pays."""

import hashlib
import time
from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Final, Literal, Protocol, TypeVar

from kiosk.simulate.accounts import Account, Level, Scope, Wallet
from kiosk.simulate.errors import ApplicationError
from kiosk.simulate.node import InvoiceTerms
from kiosk.simulate.payments import pay_invoice
from kiosk.simulate.quotas import Send
from kiosk.simulate.settlement import receive
from kiosk.simulate.world import OutsideInvoice, World

Result = TypeVar("Result")
Via = Literal["lightning", "blink"]

ALL_SCOPES: Final = frozenset(Scope)
OUTSIDE_LIFE_S: Final = 3600


class Host(Protocol):
    """Where the world is, and the thread in which it may be changed."""

    @property
    def world(self) -> World:
        """Return the world."""
        ...

    def call(self, work: Callable[[], Result]) -> Result:
        """Do `work` in the world's thread."""
        ...


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

    def __init__(self, host: Host, account: Account) -> None:
        """Open the door to `account`."""
        self._host = host
        self.account: Final = account
        self.username: Final = account.username
        self.wallet_id: Final = account.btc.id
        self.usd_wallet_id: Final = account.usd.id
        self.api_key: Final = self.new_key(ALL_SCOPES)

    @property
    def balance_sat(self) -> int:
        """Return what the BTC wallet holds."""
        return self._host.world.ledger.balance(self.wallet_id)

    def new_key(self, scopes: Collection[str], spend_cap_sat: int | None = None) -> str:
        """Return another key, with these scopes and a cap on a day's spending."""
        accounts = self._host.world.accounts
        return self._host.call(lambda: accounts.add_key(self.account, scopes, spend_cap_sat).text)

    def revoke_key(self, key: str) -> None:
        """Let `key` work no longer; sockets that are open keep it.

        Raises:
            ValueError: it does not work already.
        """
        found = self._host.world.accounts.key(key)
        if found is None:
            raise ValueError("this key does not work anyway")
        found.revoked = True

    def set_level(self, level: str) -> None:
        """Change the level and so the daily limits."""
        self.account.level = Level(level)

    def lock(self) -> None:
        """Make the account inactive: it can read and nothing else."""
        self.account.active = False

    def unlock(self) -> None:
        """Make the account active again."""
        self.account.active = True


def read_scanned(text: str) -> str:
    """Return the BOLT11 text of what a camera read: any case, with or without lightning:."""
    return text.strip().lower().removeprefix("lightning:").lstrip("/")


def pay(
    world: World,
    payment_request: str,
    via: Via,
    payer: Wallet,
    *,
    times: int = 1,
    chosen_sat: int | None = None,
) -> PaymentReport:
    """Let a customer try `times` times; a refusal is a result, not an error.

    Raises:
        ApplicationError: it is no invoice at all.
    """
    text = read_scanned(payment_request)
    decoded = world.invoices.read(text)
    results: list[str] = []
    credited_at: float | None = None
    for _ in range(times):
        result = _try(world, text, via, payer, chosen_sat)
        if result == "PAID" and credited_at is None:
            credited_at = time.monotonic()
        results.append(result)
    amount_sat = decoded.amount_sat or chosen_sat or 0
    return PaymentReport(decoded.payment_hash, amount_sat, tuple(results), credited_at)


def outside_invoice(world: World, amount_sat: int, memo: str) -> str:
    """Return an invoice of a node that is not Blink's."""
    preimage = hashlib.sha256(f"outside {len(world.outside)}".encode()).digest()
    payment_hash = hashlib.sha256(preimage).hexdigest()
    terms = InvoiceTerms(
        network=world.network,
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


def _try(world: World, text: str, via: Via, payer: Wallet, chosen_sat: int | None) -> str:
    try:
        if via == "lightning":
            receive(world, text, chosen_sat)
            return "PAID"
        sent = pay_invoice(world, Send(payer, None, "customer"), text, chosen_sat)
    except ApplicationError as error:
        return error.message
    return "PAID" if sent.status == "SUCCESS" else sent.status
