"""Blink's double-entry ledger: every movement is a journal of entries that add up to zero."""

import hashlib
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

# Where money comes from and goes to when it is not in a wallet.
OUTSIDE: Final = "outside"  # the rest of the Lightning network
DEALER: Final = "dealer"  # turns sats into cents
IN_FLIGHT: Final = "in flight"  # has left one wallet and not reached the other


class Kind(StrEnum):
    """Why money moved."""

    OPENING = "opening"
    LN_RECEIPT = "ln-receipt"  # an invoice paid from outside
    LN_INTRALEDGER = "ln-intraledger"  # an invoice paid from another wallet
    LN_PAYMENT = "ln-payment"  # an outside invoice paid by a wallet
    LN_REVERSAL = "ln-reversal"  # and its money coming back
    INTRALEDGER = "intraledger"  # wallet to wallet, no invoice


@dataclass(frozen=True, slots=True)
class Leg:
    """One side of a movement: `amount` in sats (BTC) or cents (USD), negative when it leaves."""

    wallet_id: str
    amount: int
    currency: str = "BTC"
    memo: str | None = None
    fee: int = 0
    external_id: str | None = None
    counterparty: str | None = None  # None: the other side of the same movement


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the ledger; `amount` in sats (BTC) or cents (USD), `at_s` in Unix seconds."""

    id: str
    journal: int
    at_s: float
    kind: Kind
    wallet_id: str
    amount: int
    currency: str
    counterparty: str
    payment_hash: str | None
    memo: str | None
    external_id: str | None
    fee: int


@dataclass(frozen=True, slots=True)
class Transfer:
    """Who paid whom: usernames or `outside`, amounts in the unit of the payee's wallet."""

    at_s: float
    kind: Kind
    payer: str
    payee: str
    amount: int
    currency: str
    payment_hash: str | None

    @property
    def unit(self) -> str:
        """Return sat or cent."""
        return "sat" if self.currency == "BTC" else "cent"


@dataclass(frozen=True, slots=True)
class Report:
    """Every transfer so far, oldest first; `str` of it is a table."""

    transfers: tuple[Transfer, ...]

    def __iter__(self) -> Iterator[Transfer]:
        """Go through the transfers."""
        return iter(self.transfers)

    def __len__(self) -> int:
        """Return the number of transfers."""
        return len(self.transfers)

    def __str__(self) -> str:
        """Return one line per transfer."""
        return "\n".join(
            f"{each.at_s:.3f}  {each.payer} -> {each.payee}  {each.amount} {each.unit}"
            f"  {each.kind}  {each.payment_hash or '-'}"
            for each in self.transfers
        )


class Ledger:
    """All money there is. Written in one thread; may be read in any."""

    def __init__(self) -> None:
        """Start with no money."""
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

    def own(self, wallet_id: str, username: str) -> None:
        """Remember whose wallet this is, for the report."""
        self._owners[wallet_id] = username

    def balance(self, wallet_id: str) -> int:
        """Return what the wallet holds, in sats or cents."""
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
        _check_zero(legs)
        self._journals += 1
        entries = tuple(
            Entry(
                id=_object_id(self._journals, place),
                journal=self._journals,
                at_s=at_s,
                kind=kind,
                wallet_id=leg.wallet_id,
                amount=leg.amount,
                currency=leg.currency,
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

    def report(self) -> Report:
        """Return who paid whom for which hash."""
        return Report(
            tuple(
                Transfer(
                    entry.at_s,
                    entry.kind,
                    self._owners.get(entry.counterparty, entry.counterparty),
                    self._owners.get(entry.wallet_id, entry.wallet_id),
                    entry.amount,
                    entry.currency,
                    entry.payment_hash,
                )
                for entry in self.entries
                if entry.amount > 0
                and entry.wallet_id not in (DEALER, IN_FLIGHT)
                and entry.kind is not Kind.LN_REVERSAL
            )
        )

    def assert_balanced(self) -> None:
        """Check that nothing was made or lost, and that nobody owes.

        Raises:
            AssertionError: a journal does not add up, or a wallet is below zero.
        """
        journals: defaultdict[int, list[Entry]] = defaultdict(list)
        for entry in self.entries:
            journals[entry.journal].append(entry)
        for number, entries in journals.items():
            for currency in {entry.currency for entry in entries}:
                total = sum(entry.amount for entry in entries if entry.currency == currency)
                assert total == 0, f"journal {number} is off by {total} {currency}"
        for wallet_id, username in self._owners.items():
            balance = self.balance(wallet_id)
            assert balance >= 0, f"a wallet of {username} is at {balance}"


def _check_zero(legs: Sequence[Leg]) -> None:
    for currency in sorted({leg.currency for leg in legs}):
        total = sum(leg.amount for leg in legs if leg.currency == currency)
        if total != 0:
            raise ValueError(f"the legs are off by {total} {currency}")


def _other_side(legs: Sequence[Leg], leg: Leg) -> str:
    others = [each for each in legs if (each.amount > 0) != (leg.amount > 0)]
    return next((each.wallet_id for each in others if each.wallet_id != DEALER), DEALER)


def _object_id(journal: int, place: int) -> str:
    # Blink's transaction ids look like MongoDB's: 24 hexadecimal digits.
    return hashlib.sha256(f"entry {journal} {place}".encode()).hexdigest()[:24]
