"""Who has money at Blink: accounts, their two wallets, their API keys and their limits."""

import hashlib
import random
import uuid
from collections import deque
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from kiosk.simulate.errors import ApplicationError, unexpected


class Scope(StrEnum):
    """What an API key may do. WRITE implies RECEIVE and does not imply READ."""

    READ = "READ"
    RECEIVE = "RECEIVE"
    WRITE = "WRITE"


class Level(StrEnum):
    """How well Blink knows the owner."""

    ZERO = "ZERO"
    ONE = "ONE"
    TWO = "TWO"
    THREE = "THREE"


@dataclass(frozen=True, slots=True)
class Limits:
    """What may be sent in 24 hours, in US cents."""

    withdrawal: int
    internal_send: int
    convert: int


LIMITS: Final = {
    Level.ZERO: Limits(12_500, 12_500, 200_000),
    Level.ONE: Limits(100_000, 200_000, 5_000_000),
    Level.TWO: Limits(5_000_000, 5_000_000, 20_000_000),
    Level.THREE: Limits(10_000_000, 10_000_000, 30_000_000),
}
DAY_S: Final = 86_400
KEY_LENGTH: Final = 64


class RollingSum:
    """What was added in the last 24 hours."""

    def __init__(self) -> None:
        """Start at nothing."""
        self._added: deque[tuple[float, int]] = deque()
        self._total = 0

    def add(self, now_s: float, amount: int) -> None:
        """Count `amount` for a day."""
        self._added.append((now_s, amount))
        self._total += amount

    def total(self, now_s: float) -> int:
        """Return the sum of the last 24 hours."""
        while self._added and self._added[0][0] <= now_s - DAY_S:
            self._total -= self._added.popleft()[1]
        return self._total


@dataclass(frozen=True, slots=True)
class Wallet:
    """A balance in one currency, BTC or USD."""

    id: str
    account_id: str
    currency: str


@dataclass(slots=True)
class Account:
    """An owner. Standing and preferences can change while the simulator runs."""

    id: str
    user_id: str
    username: str
    btc: Wallet
    usd: Wallet
    level: Level = Level.ONE
    display_currency: str = "USD"
    active: bool = True
    sent_inside_cents: RollingSum = field(default_factory=RollingSum)
    sent_outside_cents: RollingSum = field(default_factory=RollingSum)
    converted_cents: RollingSum = field(default_factory=RollingSum)

    @property
    def wallets(self) -> tuple[Wallet, Wallet]:
        """Return both wallets."""
        return self.btc, self.usd

    def wallet(self, wallet_id: str) -> Wallet | None:
        """Return the wallet with this id, if it is one of ours."""
        return next((wallet for wallet in self.wallets if wallet.id == wallet_id), None)


@dataclass(slots=True)
class ApiKey:
    """A key to an account, and what the cap has seen it spend."""

    text: str = field(repr=False)
    account: Account
    scopes: frozenset[Scope]
    spend_cap_sat: int | None = None
    revoked: bool = False
    spent_sat: RollingSum = field(default_factory=RollingSum)

    def may(self, scope: Scope) -> bool:
        """Return whether the key may do what needs `scope`."""
        if not self.account.active:
            return scope is Scope.READ and Scope.READ in self.scopes
        return scope in self.scopes or (scope is Scope.RECEIVE and Scope.WRITE in self.scopes)


class Accounts:
    """Every account and key, made from a seed so that they are the same on every run."""

    def __init__(self, seed: int) -> None:
        """Start with nobody."""
        self._seed = seed
        self._random = random.Random(f"accounts {seed}")  # noqa: S311  money here is not real
        self._by_username: dict[str, Account] = {}
        self._by_wallet: dict[str, Account] = {}
        self._keys: dict[str, ApiKey] = {}

    def __iter__(self) -> Iterator[Account]:
        """Go through the accounts, oldest first."""
        return iter(tuple(self._by_username.values()))

    def add(self, username: str, level: Level, display_currency: str) -> Account:
        """Open an account.

        Raises:
            ValueError: the username is taken.
        """
        if username in self._by_username:
            raise ValueError(f"the username {username} is taken")
        account_id = self._uuid()
        account = Account(
            id=account_id,
            user_id=self._uuid(),
            username=username,
            btc=Wallet(self._uuid(), account_id, "BTC"),
            usd=Wallet(self._uuid(), account_id, "USD"),
            level=level,
            display_currency=display_currency,
        )
        self._by_username[username] = account
        self._by_wallet.update({wallet.id: account for wallet in account.wallets})
        return account

    def add_key(
        self, account: Account, scopes: Collection[str], spend_cap_sat: int | None = None
    ) -> ApiKey:
        """Make a key that looks like Blink's and could not be taken for one."""
        text = f"{self._seed} {account.username} {len(self._keys)}"
        name = account.username.replace("_", "").upper()[:16]
        tail = hashlib.sha256(text.encode()).hexdigest()
        key = ApiKey(
            f"blink_{f'SIMULATOR{name}{tail}'[:KEY_LENGTH]}",
            account,
            frozenset(Scope(scope) for scope in scopes),
            spend_cap_sat,
        )
        self._keys[key.text] = key
        return key

    def key(self, text: str) -> ApiKey | None:
        """Return the key that works with this text."""
        key = self._keys.get(text)
        return None if key is None or key.revoked else key

    def by_username(self, username: str) -> Account:
        """Return the account with this name.

        Raises:
            ApplicationError: nobody is called that.
        """
        try:
            return self._by_username[username.lower()]
        except KeyError:
            raise ApplicationError(
                f"Account does not exist for username {username}", "NOT_FOUND"
            ) from None

    def is_free(self, username: str) -> bool:
        """Return whether nobody is called that yet."""
        return username not in self._by_username

    def of_wallet(self, wallet_id: str) -> Account:
        """Return whose wallet this is.

        Raises:
            ApplicationError: there is no such wallet.
        """
        try:
            return self._by_wallet[wallet_id]
        except KeyError:
            raise unexpected("CouldNotFindWalletFromIdError") from None

    def wallet(self, wallet_id: str) -> Wallet:
        """Return the wallet with this id.

        Raises:
            ApplicationError: there is no such wallet.
        """
        wallet = self.of_wallet(wallet_id).wallet(wallet_id)
        assert wallet is not None
        return wallet

    def _uuid(self) -> str:
        return str(uuid.UUID(int=self._random.getrandbits(128), version=4))
