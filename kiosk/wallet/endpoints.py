"""Where Blink is, who we are there, and how patient we are."""

from dataclasses import dataclass, field
from typing import Protocol


class Hidden(Protocol):
    """A secret that shows itself only when asked to."""

    def reveal(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Endpoints:
    """The addresses and keys of both accounts; keys never show in a repr."""

    api_url: str
    ws_url: str
    till_key: Hidden = field(repr=False)
    merchant_key: Hidden | None = field(default=None, repr=False)
    merchant_username: str | None = None
    till_wallet_id: str | None = None
    merchant_wallet_id: str | None = None
    currencies: tuple[str, ...] = ("USD",)
    merchant_updates: bool = False


@dataclass(frozen=True, slots=True)
class Timings:
    """Pauses and patience in seconds; tests make them small.

    The ping pair makes a dead socket known within their sum, which the design bounds by 20 s.
    """

    answer_s: float = 15.0
    send_s: float = 25.0
    connect_s: float = 10.0
    ping_every_s: float = 9.0
    pong_within_s: float = 9.0
    check_every_s: float = 45.0
    ask_first_s: float = 2.0
    ask_longest_s: float = 10.0
    reconnect_first_s: float = 1.0
    reconnect_longest_s: float = 30.0
    again_s: float = 1.0
    keep_alive_s: float = 70.0
    close_s: float = 3.0
