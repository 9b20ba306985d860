"""What a sender may spend: the account's daily limits, the key's cap, the wallet's balance."""

from dataclasses import dataclass

from kiosk.simulate.accounts import LIMITS, Account, ApiKey, RollingSum, Wallet
from kiosk.simulate.errors import ApplicationError
from kiosk.simulate.world import World


@dataclass(frozen=True, slots=True)
class Send:
    """An order to pay: from which wallet, with which key, by which mutation."""

    wallet: Wallet
    key: ApiKey | None
    operation: str
    memo: str | None = None


def check_limits(world: World, order: Send, payee: Account | None, amount_sat: int) -> None:
    """Check the limits; `payee` None is somebody outside Blink.

    Raises:
        ApplicationError: the account or the key has sent enough for a day.
    """
    now_s, payer = world.clock.now(), world.accounts.of_wallet(order.wallet.id)
    allowed, used = _limit(payer, payee)
    if used.total(now_s) + world.prices.cents(amount_sat) > allowed:
        raise limit_reached(allowed)
    key = order.key
    if key is None or key.spend_cap_sat is None:
        return
    if key.spent_sat.total(now_s) + amount_sat > key.spend_cap_sat:
        raise ApplicationError(
            "The spending limit of this API key is reached", "TRANSACTION_RESTRICTED"
        )


def check_balance(world: World, wallet: Wallet, debit: int) -> None:
    """Check that the wallet holds `debit` sats or cents.

    Raises:
        ApplicationError: it does not.
    """
    balance = world.ledger.balance(wallet.id)
    if balance < debit:
        unit = "sats" if wallet.currency == "BTC" else "cents"
        raise insufficient_balance(debit, unit, balance)


def count(world: World, order: Send, payee: Account | None, amount_sat: int) -> None:
    """Count a payment towards the limits; a negative amount takes one back."""
    now_s, payer = world.clock.now(), world.accounts.of_wallet(order.wallet.id)
    _limit(payer, payee)[1].add(now_s, world.prices.cents(amount_sat))
    if order.key is not None:
        order.key.spent_sat.add(now_s, amount_sat)


def limit_reached(allowed_cents: int) -> ApplicationError:
    """Say what an account reads that has sent enough for a day."""
    dollars, cents = divmod(allowed_cents, 100)
    return ApplicationError(
        f"Cannot transfer more than ${dollars}.{cents:02} in 24 hours", "TRANSACTION_RESTRICTED"
    )


def insufficient_balance(debit: int, unit: str, balance: int) -> ApplicationError:
    """Say what an empty wallet reads."""
    return ApplicationError(
        f"Payment amount '{debit}' {unit} exceeds balance '{balance}'", "INSUFFICIENT_BALANCE"
    )


def _limit(payer: Account, payee: Account | None) -> tuple[int, RollingSum]:
    limits = LIMITS[payer.level]
    if payee is None:
        return limits.withdrawal, payer.sent_outside_cents
    if payee is payer:
        return limits.convert, payer.converted_cents
    return limits.internal_send, payer.sent_inside_cents
