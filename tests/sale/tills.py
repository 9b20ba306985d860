"""Ready-made tills and answers for tests of the pure core."""

from types import MappingProxyType

from kiosk.sale.account import Account, Rates
from kiosk.sale.effects import Effect, Step
from kiosk.sale.entry import Entry
from kiosk.sale.events import (
    AccountFetched,
    CancelInvoiceResult,
    CancelOutcome,
    Event,
    InvoiceCreated,
    InvoiceStatusResult,
    KeyPressed,
    LookUpOutcome,
    LookUpPayoutResult,
    PayoutCreated,
    RatesFetched,
    SendForwardResult,
    SendOutcome,
    Tick,
)
from kiosk.sale.facts import Fact
from kiosk.sale.invoice import (
    ExternalId,
    Invoice,
    InvoiceStatus,
    PaymentHash,
    PaymentRequest,
    WalletId,
)
from kiosk.sale.key_timing import ignores_key
from kiosk.sale.keys import Key
from kiosk.sale.money import Cents, Currency, Rate, Sats
from kiosk.sale.rules import Rules
from kiosk.sale.screens import AwaitingPayment, EnteringAmount, RequestingInvoice
from kiosk.sale.till import FetchingAccount, Till
from kiosk.sale.transition import transition

USD = Currency("USD", "$", 2, "US Dollar")
EUR = Currency("EUR", "€", 2, "Euro")
JPY = Currency("JPY", "¥", 0, "Yen")
KWD = Currency("KWD", "KD", 3, "Dinar")

# $43,623.05 a bitcoin: 0.043623050781 cent a sat, from the documentation's own example.
USD_BASE = 43_623_050_781

ACCOUNT = Account(
    till_wallet=WalletId("11111111-1111-4111-8111-111111111111"),
    merchant_wallet=WalletId("22222222-2222-4222-8222-222222222222"),
    merchant_name="merchant",
    network="regtest",
    nodes=frozenset({"02" + "ab" * 32}),
    limit_left=Cents(200_000),
    currencies=MappingProxyType({c.code: c for c in (USD, EUR, JPY, KWD)}),
)
RULES = Rules(kiosk_id="till-1", run="b0b0b0b0", installation="3f9a0b1c")


def usd_rate(now_s: float = 0.0, age_s: float = 0.0) -> Rate:
    return Rate(USD, USD_BASE, 12, now_s, age_s)


def rates(now_s: float = 0.0, age_s: float = 0.0) -> Rates:
    return Rates(usd_rate(now_s, age_s), usd_rate(now_s, age_s))


def invoice(number: int, amount: int, kind: str = "in", lifetime_s: int = 600) -> Invoice:
    """An invoice with a recognisable hash."""
    prefix = "a" if kind == "in" else "b"
    return Invoice(
        PaymentHash(f"{prefix}{number:063x}"),
        PaymentRequest(f"lnbcrt{kind}{number}"),
        Sats(amount),
        ExternalId(f"x-{number}-{kind}"),
        expires_at=1_700_000_000 + lifetime_s,
        lifetime_s=lifetime_s,
    )


def _each(*keys: Key | str) -> list[Key]:
    return [single for key in keys for single in ([key] if isinstance(key, Key) else map(Key, key))]


class Story:
    """Plays events on a till and remembers every fact and effect."""

    def __init__(self, rules: Rules = RULES) -> None:
        self.till = Till(rules, EnteringAmount(Entry(USD)), service=FetchingAccount(due_s=0.0))
        self.facts: list[Fact] = []
        self.effects: list[Effect] = []
        self.made = 0

    def play(self, *events: Event) -> Step:
        """Feed events; the last step is returned, everything is remembered."""
        step = Step(self.till)
        for event in events:
            step = transition(self.till, event)
            self.till = step.till
            self.facts.extend(step.facts)
            self.effects.extend(step.effects)
        return step

    def press(self, *keys: Key | str) -> Step:
        """Press keys, each after a look at the screen; a string is a row of digits."""
        step = Step(self.till)
        for key in _each(*keys):
            if ignores_key(self.till, key):
                self.wait(0.5)
            step = self.play(KeyPressed(key))
        return step

    def press_at_once(self, *keys: Key | str) -> Step:
        """Press keys in one moment."""
        step = Step(self.till)
        for key in _each(*keys):
            step = self.play(KeyPressed(key))
        return step

    def wait(self, seconds: float) -> Step:
        """Let time pass."""
        return self.play(Tick(self.till.now_s + seconds, self.till.unix_s + int(seconds)))

    def ready(self) -> "Story":
        """In service, with a fresh rate to come."""
        self.play(Tick(1.0, 1_700_000_000), AccountFetched(ACCOUNT))
        return self

    def charged(self, digits: str = "1250") -> RequestingInvoice:
        """An amount typed and CHARGE pressed; the invoice is asked for."""
        self.press(digits)
        self.play(RatesFetched(rates(self.till.now_s)))
        self.press(Key.CHARGE)
        assert isinstance(self.till.screen, RequestingInvoice), self.till.screen
        return self.till.screen

    def awaiting(self, digits: str = "1250", *, payout: bool = True) -> Invoice:
        """The QR is up; with `payout` its payout invoice is journaled too."""
        sale = self.charged(digits).sale
        self.made += 1
        made = invoice(self.made, sale.amount)
        self.play(InvoiceCreated(sale.id, made))
        assert isinstance(self.till.screen, AwaitingPayment)
        if payout:
            self.play(PayoutCreated(sale.id, self.payout(made), 1))
        return made

    def payout(self, made: Invoice, generation: int = 1) -> Invoice:
        """The payout invoice that belongs to an invoice of `awaiting`."""
        number = int(made.payment_hash[1:], 16) * 10 + generation
        return invoice(number, made.amount, "out", 86_400)

    def pay(self, made: Invoice) -> Step:
        return self.play(InvoiceStatusResult(made.payment_hash, InvoiceStatus.PAID))

    def cancel_code(self, made: Invoice) -> Step:
        """CLEAR with the code up; Blink says that it is not paid, and cancelled."""
        self.press(Key.CLEAR)
        return self.play(
            InvoiceStatusResult(made.payment_hash, InvoiceStatus.PENDING),
            CancelInvoiceResult(made.payment_hash, CancelOutcome.CANCELLED),
        )

    def send(self, made: Invoice, answer: SendOutcome, generation: int = 1) -> Step:
        payout = self.payout(made, generation).payment_hash
        return self.play(SendForwardResult(made.payment_hash, payout, answer, "told by the test"))

    def look(self, made: Invoice, outcome: LookUpOutcome, generation: int = 1) -> Step:
        payout = self.payout(made, generation).payment_hash
        return self.play(LookUpPayoutResult(made.payment_hash, payout, outcome))

    def count(self, kind: type[Effect] | type[Fact]) -> int:
        return sum(isinstance(happening, kind) for happening in [*self.effects, *self.facts])
