"""Blink's double-entry ledger in sats: every movement is a journal of legs that add up to zero."""

import hashlib
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

# Where money comes from and goes to when it is not in a wallet.
OUTSIDE: Final = "outside"  # the rest of the Lightning network
IN_FLIGHT: Final = "in flight"  # has left one wallet and not reached the other


class Kind(StrEnum):
    """Why money moved."""

    OPENING = "opening"
    LN_RECEIPT = "ln-receipt"  # an invoice paid from outside
    LN_INTRALEDGER = "ln-intraledger"  # an invoice paid from another wallet
    LN_PAYMENT = "ln-payment"  # an outside invoice paid by a wallet
    LN_REVERSAL = "ln-reversal"  # and its money coming back


@dataclass(frozen=True, slots=True)
class Leg:
    """One side of a movement: `amount` in sats, negative when it leaves."""

    wallet_id: str
    amount: int
    memo: str | None = None
    fee: int = 0
    external_id: str | None = None
    counterparty: str | None = None  # None: the other side of the same movement


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the ledger; `amount` in sats, negative when it leaves, `at_s` in Unix seconds."""

    id: str
    journal: int
    at_s: float
    kind: Kind
    wallet_id: str
    amount: int
    counterparty: str
    payment_hash: str | None
    memo: str | None
    external_id: str | None
    fee: int


@dataclass(frozen=True, slots=True)
class Transfer:
    """Who paid whom how many sats: usernames, or `outside`."""

    at_s: float
    kind: Kind
    payer: str
    payee: str
    amount: int
    payment_hash: str | None

    def __str__(self) -> str:
        """Return the transfer as a line of a report."""
        return (
            f"{self.at_s:.3f}  {self.payer} -> {self.payee}  {self.amount} sat"
            f"  {self.kind}  {self.payment_hash or '-'}"
        )


class Ledger:
    """All money there is. Written in one thread; may be read in any."""

    def __init__(self) -> None:
        self._entries: list[Entry] = []
        self._balances: defaultdict[str, int] = defaultdict(int)
        self._by_wallet: defaultdict[str, list[Entry]] = defaultdict(list)
        self._by_hash: defaultdict[str, list[Entry]] = defaultdict(list)
        self._owners: dict[str, str] = {}
        self._pending: set[int] = set()
        self._failed: set[int] = set()
        self._journals = 0

    @property
    def entries(self) -> tuple[Entry, ...]:
        """Return every entry, oldest first."""
        return tuple(self._entries)

    def add_owner(self, wallet_id: str, username: str) -> None:
        """Remember whose wallet this is, for the report."""
        self._owners[wallet_id] = username

    def balance(self, wallet_id: str) -> int:
        """Return what the wallet holds, in sats."""
        return self._balances[wallet_id]

    def post(
        self,
        at_s: float,
        kind: Kind,
        legs: Sequence[Leg],
        payment_hash: str | None = None,
        *,
        pending: bool = False,
    ) -> tuple[Entry, ...]:
        """Write one journal and return its entries, in the order of `legs`.

        Raises:
            ValueError: the legs do not add up to zero.
        """
        if (total := sum(leg.amount for leg in legs)) != 0:
            raise ValueError(f"the legs are off by {total} sat")
        self._journals += 1
        entries = tuple(
            Entry(
                id=_object_id(self._journals, place),
                journal=self._journals,
                at_s=at_s,
                kind=kind,
                wallet_id=leg.wallet_id,
                amount=leg.amount,
                counterparty=leg.counterparty or _other_side(legs, leg),
                payment_hash=payment_hash,
                memo=leg.memo,
                external_id=leg.external_id,
                fee=leg.fee,
            )
            for place, leg in enumerate(legs)
        )
        if pending:
            self._pending.add(self._journals)
        for entry in entries:
            self._entries.append(entry)
            self._balances[entry.wallet_id] += entry.amount
            self._by_wallet[entry.wallet_id].append(entry)
            if payment_hash is not None:
                self._by_hash[payment_hash].append(entry)
        return entries

    def finish(self, entry: Entry, *, failed: bool = False) -> None:
        """Say how a pending journal ended."""
        self._pending.discard(entry.journal)
        if failed:
            self._failed.add(entry.journal)

    def status(self, entry: Entry) -> str:
        """Return Blink's TxStatus of the entry."""
        if entry.journal in self._pending:
            return "PENDING"
        return "FAILURE" if entry.journal in self._failed else "SUCCESS"

    def of_wallet(self, wallet_id: str) -> Sequence[Entry]:
        """Return the wallet's entries, oldest first."""
        return self._by_wallet.get(wallet_id, [])

    def of_hash(self, payment_hash: str) -> Sequence[Entry]:
        """Return everything that carries this hash, oldest first."""
        return self._by_hash.get(payment_hash, [])

    def is_recorded(self, payment_hash: str) -> bool:
        """Return whether money has moved, or is moving, for this hash."""
        return any(
            entry.journal not in self._failed and entry.kind is not Kind.LN_REVERSAL
            for entry in self.of_hash(payment_hash)
        )

    def report(self) -> tuple[Transfer, ...]:
        """Return who paid whom for which hash, oldest first."""
        return tuple(
            Transfer(
                entry.at_s,
                entry.kind,
                self._owners.get(entry.counterparty, entry.counterparty),
                self._owners.get(entry.wallet_id, entry.wallet_id),
                entry.amount,
                entry.payment_hash,
            )
            for entry in self.entries
            if entry.amount > 0
            and entry.wallet_id != IN_FLIGHT
            and entry.kind is not Kind.LN_REVERSAL
        )

    def assert_balanced(self) -> None:
        """Check that nothing was made or lost, and that nobody owes.

        Raises:
            AssertionError: a journal does not add up, or a wallet is below zero.
        """
        totals: defaultdict[int, int] = defaultdict(int)
        for entry in self.entries:
            totals[entry.journal] += entry.amount
        for journal, total in totals.items():
            assert total == 0, f"journal {journal} is off by {total} sat"
        for wallet_id, username in self._owners.items():
            balance = self.balance(wallet_id)
            assert balance >= 0, f"a wallet of {username} is at {balance}"


def _other_side(legs: Sequence[Leg], leg: Leg) -> str:
    return next(other.wallet_id for other in legs if (other.amount > 0) != (leg.amount > 0))


def _object_id(journal: int, place: int) -> str:
    # Blink's transaction ids look like MongoDB's: 24 hexadecimal digits.
    return hashlib.sha256(f"entry {journal} {place}".encode()).hexdigest()[:24]
