"""Where Blink is, who we are there, and how patient we are."""

from dataclasses import dataclass, field
from typing import Protocol

from kiosk.sale.lightning_address import LightningAddress


class SecretValue(Protocol):
    """A secret that shows itself only when asked to."""

    def reveal(self) -> str:
        """The secret itself; never for a log or a screen."""
        ...


@dataclass(frozen=True, slots=True)
class DirectMerchant:
    """Whom direct sales are paid to: a Lightning address, or a name at Blink's own domain."""

    name: str
    address: LightningAddress | None = None


@dataclass(frozen=True, slots=True)
class Endpoints:
    """The addresses and keys of both accounts; keys never show in a repr.

    With `direct` every sale is the merchant's own invoice; a key is then used for nothing but the
    forwards of before.
    """

    api_url: str
    ws_url: str
    till_key: SecretValue | None = field(repr=False)
    merchant_key: SecretValue | None = field(default=None, repr=False)
    merchant_username: str | None = None
    till_wallet_id: str | None = None
    merchant_wallet_id: str | None = None
    currencies: tuple[str, ...] = ("USD",)
    merchant_updates: bool = False
    direct: DirectMerchant | None = None


@dataclass(frozen=True, slots=True)
class Timings:
    """Pauses and patience in seconds; tests make them small.

    A dead socket is known within `ping_every_s` + `pong_within_s` + `close_s`, which the design
    bounds by 20 s. A connection that held for `steady_s` is replaced at once when it is lost.
    `verify_every_s` is the first pace at which an address's server is asked about a code; it grows.
    `silence_s` is for the merchant's updates, where Blink sends a price every 30 s.
    """

    answer_s: float = 15.0
    send_s: float = 20.0
    connect_s: float = 10.0
    ping_every_s: float = 7.0
    pong_within_s: float = 7.0
    close_s: float = 3.0
    check_every_s: float = 45.0
    ask_first_s: float = 2.0
    ask_longest_s: float = 10.0
    reconnect_first_s: float = 1.0
    reconnect_longest_s: float = 30.0
    steady_s: float = 20.0
    silence_s: float = 100.0
    retry_s: float = 1.0
    keep_alive_s: float = 70.0
    verify_every_s: float = 2.0
