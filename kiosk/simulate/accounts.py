"""Who has money at Blink: accounts, their two wallets, their API keys and their daily limits."""

import hashlib
import random
import uuid
from collections import deque
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from kiosk.sale.days import DAY_S
from kiosk.simulate.errors import Refusal, unexpected

KEY_LENGTH: Final = 64


class Scope(StrEnum):
    """What an API key may do. WRITE implies RECEIVE and does not imply READ.

    Source: blinkbitcoin/blink, bats/core/api-keys/api-keys.bats.
    """

    READ = "READ"
    RECEIVE = "RECEIVE"
    WRITE = "WRITE"


class Level(StrEnum):
    """How well Blink knows the owner; nobody here is at its level TWO."""

    ONE = "ONE"
    THREE = "THREE"


# US cents that may be sent to others at Blink in 24 hours.
# Source: blinkbitcoin/blink, core/api/src/config/schema.ts, accountLimits.
INTERNAL_SEND_CENTS: Final = {Level.ONE: 200_000, Level.THREE: 10_000_000}


class RollingSum:
    """What was added in the last 24 hours."""

    def __init__(self) -> None:
        self._added: deque[tuple[float, int]] = deque()
        self._total = 0

    def add(self, now_s: float, amount: int) -> None:
        """Add `amount` now."""
        self._added.append((now_s, amount))
        self._total += amount

    def total(self, now_s: float) -> int:
        """Return the sum of the 24 hours before `now_s`."""
        while self._added and self._added[0][0] <= now_s - DAY_S:
            self._total -= self._added.popleft()[1]
        return self._total


@dataclass(frozen=True, slots=True)
class Wallet:
    """A balance in one currency, BTC or USD; no money ever reaches a USD wallet here."""

    id: str
    account_id: str
    currency: str


@dataclass(slots=True)
class Account:
    """An owner with one wallet in each currency. The default wallet is the one in dollars."""

    id: str
    user_id: str
    username: str
    btc: Wallet
    usd: Wallet
    level: Level
    sent_cents: RollingSum = field(default_factory=RollingSum)

    @property
    def wallets(self) -> tuple[Wallet, Wallet]:
        """Return both wallets."""
        return self.btc, self.usd

    def wallet(self, wallet_id: str) -> Wallet | None:
        """Return the wallet with this id, if it is one of this account."""
        return next((wallet for wallet in self.wallets if wallet.id == wallet_id), None)


@dataclass(frozen=True, slots=True)
class ApiKey:
    """A key to an account."""

    text: str = field(repr=False)
    account: Account
    scopes: frozenset[Scope]

    def may(self, scope: Scope) -> bool:
        """Return whether the key may do what needs `scope`."""
        return scope in self.scopes or (scope is Scope.RECEIVE and Scope.WRITE in self.scopes)


class Accounts:
    """Every account and key, made from a seed so that they are the same on every run."""

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._random = random.Random(f"accounts {seed}")  # noqa: S311  money here is not real
        self._by_username: dict[str, Account] = {}
        self._by_wallet: dict[str, Account] = {}
        self._keys: dict[str, ApiKey] = {}

    def __iter__(self) -> Iterator[Account]:
        """Go through the accounts, oldest first."""
        return iter(tuple(self._by_username.values()))

    def add(self, username: str, level: Level) -> Account:
        """Open an account."""
        account_id = self._uuid()
        account = Account(
            id=account_id,
            user_id=self._uuid(),
            username=username,
            btc=Wallet(self._uuid(), account_id, "BTC"),
            usd=Wallet(self._uuid(), account_id, "USD"),
            level=level,
        )
        self._by_username[username] = account
        self._by_wallet.update({wallet.id: account for wallet in account.wallets})
        return account

    def add_key(self, account: Account, scopes: Collection[str]) -> ApiKey:
        """Make a key that looks like Blink's and could not be taken for one."""
        text = f"{self._seed} {account.username} {len(self._keys)}"
        name = account.username.replace("_", "").upper()[:16]
        tail = hashlib.sha256(text.encode()).hexdigest()
        secret = f"SIMULATOR{name}{tail}"[:KEY_LENGTH]
        key = ApiKey(f"blink_{secret}", account, frozenset(Scope(scope) for scope in scopes))
        self._keys[key.text] = key
        return key

    def key(self, text: str) -> ApiKey | None:
        """Return the key with this text."""
        return self._keys.get(text)

    def keys_of(self, account: Account) -> tuple[ApiKey, ...]:
        """The keys of an account, oldest first."""
        return tuple(key for key in self._keys.values() if key.account is account)

    def by_username(self, username: str) -> Account:
        """Return the account with this name.

        Raises:
            ApplicationError: nobody is called that.
        """
        account = self._by_username.get(username.lower())
        if account is None:
            raise Refusal.ACCOUNT_UNKNOWN.error(username=username)
        return account

    def of_wallet(self, wallet_id: str) -> Account:
        """Return whose wallet this is.

        Raises:
            ApplicationError: there is no such wallet.
        """
        account = self._by_wallet.get(wallet_id)
        if account is None:
            raise unexpected("CouldNotFindWalletFromIdError")
        return account

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
