"""What Blink says about our accounts: whose till this is, whom it pays, and what it may do."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from kiosk.sale.invoice import WalletId
from kiosk.sale.lightning_address import LightningAddress
from kiosk.sale.money import Cents, Currency, Rate, Sats
from kiosk.sale.trouble import Trouble

# What a merchant's name stands for that has no wallet at Blink: it has a Lightning address alone.
NO_WALLET: Final = WalletId("")


class MerchantUpdates(StrEnum):
    """The optional second socket, on the merchant account."""

    OFF = "off"
    CONNECTING = "connecting"
    ON = "on"


@dataclass(frozen=True, slots=True)
class WindDown:
    """Blink's notice that an account is being closed (`windDown`); times are Unix seconds."""

    status: str
    receive_disabled_at: int | None
    final_deadline: int | None


@dataclass(frozen=True, slots=True)
class DirectPayee:
    """Who makes the invoices of direct sales, as found out when the account was fetched (D5).

    A `wallet` at Blink, or the server of a Lightning `address`. `least` and `most` are what can be
    charged, None where no bound is known.
    """

    wallet: WalletId | None = None
    address: LightningAddress | None = None
    least: Sats = Sats(1)
    most: Sats | None = None


@dataclass(frozen=True, slots=True)
class Account:
    """The facts that every sale relies on.

    In direct sales `payee` makes the invoices, and `till_wallet` is empty unless forwards of
    before are being finished with the key that is still there. `merchant_wallet` is whom forwards
    go to, empty where nobody at Blink can take those of before. `till_trouble` is why the till
    account could not be asked for them.

    `nodes` may be empty, which means unknown, not none. `limit_left` is what is left of the
    account's daily `internalSend`, None when Blink did not say. `may_look_up_payouts` is whether
    our merchant key can READ, so that a payout invoice whose answer was lost can be found.
    `server_unix_s` is Blink's clock when the account was fetched, None when it did not say.
    `key_ends_at` is when the till's API key ends, Unix seconds, None for never or unknown.
    `till_name` is the user name of the till account, empty where Blink did not say.
    `not_served` names optional fields, and currencies of ours, that Blink no longer serves.
    """

    till_wallet: WalletId
    merchant_wallet: WalletId
    merchant_name: str
    network: str
    nodes: frozenset[str]
    limit_left: Cents | None = None
    currencies: Mapping[str, Currency] = field(default_factory=lambda: MappingProxyType({}))
    may_look_up_payouts: bool = False
    wind_down: WindDown | None = None
    server_unix_s: int | None = None
    not_served: tuple[str, ...] = ()
    payee: DirectPayee | None = None
    till_trouble: Trouble | None = None
    key_ends_at: int | None = None
    till_name: str = ""

    @property
    def wallet_of_sales(self) -> WalletId:
        """The merchant's wallet as sales rely on it; empty for a Lightning address."""
        if self.payee is None:
            return self.merchant_wallet
        return self.payee.wallet or NO_WALLET

    @property
    def is_at_address(self) -> bool:
        """Whether the server of a Lightning address makes the invoices, and not Blink."""
        return self.payee is not None and self.payee.address is not None

    def with_nodes(self, nodes: frozenset[str]) -> "Account":
        """The same with newer nodes; an empty list takes nothing away from what is known."""
        return replace(self, nodes=nodes) if nodes else self


@dataclass(frozen=True, slots=True)
class Rates:
    """One answer of the price feed: the rate of the display currency, and of US dollars.

    Blink's account limits are in US cents whatever the display currency is. `before` is the rate of
    the currency shown before this one: going from one to the other needs both.
    """

    shown: Rate
    usd: Rate
    before: Rate | None = None

    def after(self, old: "Rates | None") -> "Rates":
        """These, with what the older ones know of another currency."""
        known = (old.shown, old.before) if old is not None else ()
        others = [rate for rate in known if rate and rate.currency.code != self.shown.currency.code]
        return replace(self, before=others[0] if others else None)

    def of(self, unit: Currency) -> Rate | None:
        """The rate of a currency, None if it is not among these.

        Blink reckons fraction digits in two places; where they differ, the rate is not used.
        """
        wanted = (unit.code, unit.fraction_digits)
        for rate in (self.shown, self.usd, self.before):
            if rate and (rate.currency.code, rate.currency.fraction_digits) == wanted:
                return rate
        return None
