"""Trials: a sale, a kill, a restart, and the audit of the ledger and the journal."""

import json
import os
import random
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from enum import StrEnum
from pathlib import Path
from types import TracebackType
from typing import Final, Literal, Self

from kiosk.journal import Journal, JournalUnusable, SaleState
from kiosk.simulate import Fault, Simulator
from tests.stories.kills.life import Order, Plan, settings_of

# How far a sale is in the journal; it may only grow.
RANK: Final = {
    SaleState.REQUESTED: 0,
    SaleState.OPEN: 1,
    SaleState.CANCELLED: 2,
    SaleState.EXPIRED: 2,
    SaleState.REFUSED: 2,
    SaleState.INTERRUPTED: 2,
    SaleState.PAID: 3,
    SaleState.STOPPED: 3,
    SaleState.FORWARDED: 4,
    SaleState.RECEIVED: 4,
}
RANDOM: Final = "a random instant"


class Scene(StrEnum):
    """What is going on when the till is killed."""

    SALE = "a sale, paid as soon as it is shown"
    CANCEL = "a cancelling, paid afterwards from a Blink wallet"
    UNPAID = "a sale that is paid while the till is dead"
    LATE = "a start that finds the money of an interrupted sale"
    SENT = "a start that finds a payout without an answer"


@dataclass(frozen=True, slots=True)
class Kill:
    """Where to kill: the `turn`-th passing of a point, or `after_s` at a random instant."""

    scene: Scene
    point: str
    turn: int = 1
    after_s: float | None = None


@dataclass(slots=True)
class Verdict:
    """What became of one trial. All counts but `kills` are of sales."""

    kill: Kill
    kills: int = 0
    paid: int = 0
    forwarded: int = 0
    lost: list[str] = field(default_factory=list)
    twice: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)  # anything else that must not be
    points: list[tuple[str, int]] = field(default_factory=list)

    @property
    def troubles(self) -> list[str]:
        """What a trial must not have."""
        return [*self.lost, *self.twice, *self.wrong]


class Way(StrEnum):
    """How the till is paid."""

    FORWARD = "into the till account, and forwarded"
    WALLET = "directly, into the merchant's wallet at Blink"
    ADDRESS = "directly, at the merchant's Lightning address"


class Forge:
    """The process that tills are forked from."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.stories.kills.forge"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            bufsize=1,
            env={**os.environ, "SDL_VIDEODRIVER": "dummy", "SDL_AUDIODRIVER": "dummy"},
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        self._process.stdout.close()
        self._process.wait()

    def life(self, order: Order) -> Iterator[list[str]]:
        """Let a till live; its lines as words, the last is `ended HOW`."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(order.as_json()) + "\n")
        for line in self._process.stdout:
            words = line.split(maxsplit=2)
            yield words
            if words[0] == "ended":
                return
        raise RuntimeError("the forge has died")


class Trial:
    """One till with a journal of its own, its customers, and the audit."""

    def __init__(
        self, simulator: Simulator, forge: Forge, folder: Path, kill: Kill, way: Way
    ) -> None:
        self._way = way
        self._simulator = simulator
        self._forge = forge
        self._folder = folder
        self._ranks: dict[str, int] = {}
        self._shown: dict[str, str] = {}  # sale -> payment request
        self.verdict = Verdict(kill)
        self._order = Order(
            env={
                **settings_of(
                    simulator.api_url,
                    simulator.ws_url,
                    simulator.till.api_key,
                    simulator.merchant.username,
                    folder,
                ),
                **(
                    {}
                    if way is Way.FORWARD
                    else {"KIOSK_RECEIVE": "direct", "BLINKPOS_API_KEY": ""}
                ),
            },
            log=str(folder / "log"),
            amount=1000,
        )

    def run(self, *, rehearse: bool = False) -> Verdict:
        """Play the scene, kill, start again, audit; to `rehearse` is to kill nobody and note."""
        kill = self.verdict.kill
        last = replace(self._order, rehearse=rehearse)
        if not rehearse:
            at = None if kill.after_s is not None else kill.point
            last = replace(last, kill_at=at, turn=kill.turn, kill_after_s=kill.after_s)
        match kill.scene:
            case Scene.SALE:
                self._live(replace(last, plan=Plan.SELL), pays="at once")
            case Scene.CANCEL:
                self._live(replace(last, plan=Plan.CANCEL), pays="when dead")
            case Scene.UNPAID:
                # Nobody pays while it lives, so it does not end by itself.
                self._live(replace(last, plan=Plan.SHOW), pays="when dead")
            case Scene.LATE:
                self._setting("screen AwaitingPayment", pays="when dead")
                self._live(last)
            case Scene.SENT:
                self._setting("http Pay: sent", pays="at once")
                self._live(last)
        # Started again, it ends what was unfinished, and sells as if nothing had happened.
        self._live(replace(self._order, plan=Plan.SELL))
        self._audit()
        return self.verdict

    def _setting(self, point: str, pays: Literal["at once", "when dead"]) -> None:
        """What has to have happened before the life that is killed."""
        self._live(replace(self._order, plan=Plan.SELL, kill_at=point), pays=pays)

    def _live(self, order: Order, pays: Literal["at once", "when dead"] = "at once") -> None:
        shown = ""
        for words in self._forge.life(order):
            match words:
                case ["shown", sale, request]:
                    shown = request.strip()
                    self._shown[sale] = shown
                    if pays == "at once":
                        self._simulator.pay(shown)
                case ["point", turn, name]:
                    self.verdict.points.append((name.strip(), int(turn)))
                case ["ended", how]:
                    self._ended(how, order)
        if shown and pays == "when dead":
            self._simulator.pay(shown, via="blink")
        self._look_into_the_journal()

    def _ended(self, how: str, order: Order) -> None:
        if how in ("killed", "struck"):
            self.verdict.kills += 1
        if how == "struck" and order.kill_after_s is None:
            self.verdict.wrong.append(f"a till was still at it after {order.longest_s} s")
        if how.startswith("exit-") and how != "exit-0":
            self.verdict.wrong.append(f"the program ended with {how}")

    def _look_into_the_journal(self) -> None:
        try:
            journal = Journal.read_only(self._folder / "journal.sqlite3")
        except JournalUnusable:
            assert not self._ranks, "a journal that had sales cannot be read"
            return  # killed before it was made
        try:
            for record in journal.sales(0, 2**40):
                rank = RANK[record.state]
                if rank < self._ranks.get(record.sale.id, 0):
                    self.verdict.wrong.append(f"{record.sale.id} went back to {record.state}")
                self._ranks[record.sale.id] = rank
        finally:
            journal.close()

    def _audit(self) -> None:
        if self._way is Way.FORWARD:
            self._audit_forwards()
        else:
            self._audit_receipts()
        if self.verdict.paid == 0:
            self.verdict.wrong.append("the till has not sold anything after the kill")
        if self.verdict.troubles:
            self.verdict.wrong.append(f"the log: {(self._folder / 'log').read_text()}")

    def _audit_receipts(self) -> None:
        """Every direct sale: received by the journal as the ledger shows it, and not forwarded."""
        simulator, verdict = self._simulator, self.verdict
        hashes = {
            invoice.payment_request: invoice.payment_hash
            for invoice in simulator.invoices(simulator.merchant)
        }
        for sale, request in self._shown.items():
            entries = simulator.ledger.of_hash(hashes[request])
            paid = [entry.amount for entry in entries if entry.amount > 0]
            received = self._ranks.get(sale) == RANK[SaleState.RECEIVED]
            verdict.paid += bool(paid)
            if paid and not received:
                verdict.lost.append(f"{sale} was paid, and the journal does not say so")
            if received and not paid:
                verdict.wrong.append(f"{sale} is received by the journal, and was not paid")
        sent = [r for r in simulator.requests if r.operation == "lnInvoicePaymentSend"]
        if sent or simulator.till.balance_sat:
            verdict.wrong.append("something was forwarded")

    def _audit_forwards(self) -> None:
        """Every sale of this till by the simulator's ledger, and by the journal."""
        simulator, verdict = self._simulator, self.verdict
        moved = {"till": 0, "merchant": 0}
        for sale in self._shown:
            paid = self._received(simulator.invoices(simulator.till), f"{sale}-in")
            out = self._received(simulator.invoices(simulator.merchant), f"{sale}-out")
            verdict.paid += bool(paid)
            verdict.forwarded += bool(out)
            moved["till"] += sum(paid)
            moved["merchant"] += sum(out)
            if paid and not out:
                verdict.lost.append(f"{sale} was paid and not forwarded")
            if len(out) > 1:
                verdict.twice.append(f"{sale} was forwarded {len(out)} times")
            if out and not paid:
                verdict.wrong.append(f"{sale} was forwarded and not paid")
            if paid and self._ranks.get(sale) != RANK[SaleState.FORWARDED]:
                verdict.wrong.append(f"the journal does not say that {sale} was forwarded")
        if moved["till"] != moved["merchant"]:
            verdict.wrong.append(f"{moved['till']} sat came in, {moved['merchant']} went on")

    def _received(self, invoices: tuple[object, ...], external_id: str) -> list[int]:
        hashes = {
            invoice.payment_hash  # type: ignore[attr-defined]
            for invoice in invoices
            if (invoice.external_id or "").startswith(external_id)  # type: ignore[attr-defined]
        }
        return [
            entry.amount
            for name in hashes
            for entry in self._simulator.ledger.of_hash(name)
            if entry.amount > 0
            and entry.wallet_id
            in (self._simulator.till.wallet_id, self._simulator.merchant.wallet_id)
        ]


class Shop:
    """A simulated Blink and a forge, for as many trials as wanted, all paid in one way."""

    def __init__(self, way: Way = Way.FORWARD) -> None:
        self._way = way
        self._simulator = Simulator()
        self._forge = Forge()
        self._folder = tempfile.TemporaryDirectory(prefix="kills-")
        self._trials = 0

    def __enter__(self) -> Self:
        self._simulator.start()
        self._simulator.till.set_level("THREE")
        if self._way is Way.ADDRESS:
            self._simulator.faults.add(Fault.ACCOUNT_UNKNOWN)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._forge.__exit__(kind, error, trace)
        self._simulator.stop()
        self._folder.cleanup()

    def trial(self, kill: Kill, *, rehearse: bool = False) -> Verdict:
        """One trial, from a fresh journal to the audit."""
        self._trials += 1
        folder = Path(self._folder.name) / str(self._trials)
        folder.mkdir()
        trial = Trial(self._simulator, self._forge, folder, kill, self._way)
        return trial.run(rehearse=rehearse)

    @property
    def scenes(self) -> tuple[Scene, ...]:
        """What can be going on: a direct sale has no payout."""
        return tuple(
            scene for scene in Scene if self._way is Way.FORWARD or scene is not Scene.SENT
        )

    def rehearsed(self) -> list[Kill]:
        """Every crash point of every scene, in the order of their passing."""
        kills = []
        for scene in self.scenes:
            points = self.trial(Kill(scene, "none"), rehearse=True).points
            kills += [Kill(scene, name, turn) for name, turn in points]
        return kills


def at_random(scene: Scene, seed: int, within_s: float = 0.8) -> Kill:
    """A kill at an instant that no crash point names."""
    return Kill(scene, RANDOM, after_s=random.Random(seed).uniform(0.0, within_s))
