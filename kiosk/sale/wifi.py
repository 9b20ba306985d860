"""Wi-Fi behind the PIN: networks to choose from, a passphrase to type, and what came of it."""

from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Final

from kiosk.sale.keys import Key

# IEEE 802.11i, annex J: 8 to 63 characters of printable ASCII. The 64 of a raw key are hex digits.
SHORTEST: Final = 8
LONGEST: Final = 64
ROWS: Final = 5  # networks on the glass at once; keys 1 to 5 choose


class Security(StrEnum):
    """Whether a network can be joined here, and what for."""

    OPEN = "open"
    PERSONAL = "personal"  # WPA with a passphrase
    OTHER = "other"  # enterprise, or WEP: not with a passphrase alone


@dataclass(frozen=True, slots=True)
class Network:
    """A network as it is seen from here. `point` is its nearest access point's address."""

    name: str
    point: str
    signal: int  # 0 to 100
    security: Security
    in_use: bool = False


class WifiNews(StrEnum):
    """What came of it; one sentence each on the screen."""

    JOINED = "joined"
    REFUSED = "refused"  # the passphrase is wrong
    GONE = "gone"  # the network is not seen any more
    TIMED_OUT = "timed_out"
    FAILED = "failed"
    NOT_ALLOWED = "not_allowed"  # the till may not change the network
    NO_MANAGER = "no_manager"  # no NetworkManager on this machine
    NO_ADAPTER = "no_adapter"
    TOO_SHORT = "too_short"
    NOT_HERE = "not_here"  # such a network is not joined with a passphrase


class Layer(StrEnum):
    """What the letters of the glass are at the moment."""

    LOWER = "lower"
    UPPER = "upper"
    SIGNS = "signs"


@dataclass(frozen=True, slots=True)
class Networks:
    """The list. `seen` is None while it is asked for."""

    seen: tuple[Network, ...] | None = None
    top: int = 0
    news: WifiNews | None = None
    since_s: float = 0.0


@dataclass(frozen=True, slots=True)
class Passphrase:
    """The passphrase of a network is being typed; it never reaches a repr."""

    network: Network
    typed: str = field(default="", repr=False)
    layer: Layer = Layer.LOWER
    news: WifiNews | None = None
    since_s: float = 0.0


@dataclass(frozen=True, slots=True)
class OpenNetwork:
    """A network without a passphrase was chosen, which anybody can make under any name: sure?"""

    network: Network
    since_s: float = 0.0


@dataclass(frozen=True, slots=True)
class Joining:
    """The box tries to join."""

    network: Network
    since_s: float = 0.0


WifiScreen = Networks | Passphrase | OpenNetwork | Joining


@dataclass(frozen=True, slots=True)
class ScanWifi:
    """Look for networks. -> WifiSeen."""


@dataclass(frozen=True, slots=True)
class JoinWifi:
    """Join a network, and remember it. -> WifiTold."""

    network: Network
    passphrase: str = field(repr=False)


WifiEffect = ScanWifi | JoinWifi


@dataclass(frozen=True, slots=True)
class WifiSeen:
    """The networks, strongest first; `news` says why there are none."""

    networks: tuple[Network, ...]
    news: WifiNews | None = None


@dataclass(frozen=True, slots=True)
class WifiTold:
    """What came of joining."""

    news: WifiNews


# What to show next, and what to do; None leaves for the manager's page.
Turn = tuple[WifiScreen | None, tuple[WifiEffect, ...]]


def opened(now_s: float) -> Turn:
    """The list, while it is asked for."""
    return Networks(since_s=now_s), (ScanWifi(),)


def pressed(screen: WifiScreen, key: Key, now_s: float) -> Turn:
    """A key on one of the screens."""
    match screen:
        case Networks():
            return _chosen(replace(screen, since_s=now_s, news=None), key, now_s)
        case Passphrase():
            return _typed_key(replace(screen, since_s=now_s), key, now_s)
        case OpenNetwork(network):
            return _answered(screen, network, key, now_s)
        case Joining():
            return screen, ()  # it ends by itself, well or not


def typed(screen: WifiScreen, letter: str, now_s: float) -> WifiScreen:
    """A letter, from the glass or an attached keyboard."""
    if not isinstance(screen, Passphrase):
        return screen
    if len(screen.typed) >= LONGEST or len(letter) != 1 or not " " <= letter <= "~":
        return replace(screen, since_s=now_s)
    # One capital is what most people want from the shift key.
    layer = Layer.LOWER if screen.layer is Layer.UPPER else screen.layer
    return replace(screen, typed=screen.typed + letter, layer=layer, news=None, since_s=now_s)


def told(screen: WifiScreen, event: WifiSeen | WifiTold, now_s: float) -> Turn:
    """News from the box."""
    match event, screen:
        case WifiSeen(networks, news), Networks():
            kept = news or screen.news
            top = min(screen.top, max(0, len(networks) - ROWS))
            return replace(screen, seen=networks, top=top, news=kept), ()
        case WifiTold(WifiNews.REFUSED as news), Joining(network):
            return Passphrase(network, news=news, since_s=now_s), ()
        case WifiTold(news), Joining():
            return Networks(news=news, since_s=now_s), (ScanWifi(),)
    return screen, ()


def _chosen(screen: Networks, key: Key, now_s: float) -> Turn:
    seen = screen.seen or ()
    match key:
        case Key.CLEAR:
            return None, ()
        case Key.PLUS:
            return replace(screen, top=min(screen.top + ROWS, max(0, len(seen) - ROWS))), ()
        case Key.DELETE:
            return replace(screen, top=max(0, screen.top - ROWS)), ()
        case Key.CHECK if screen.seen is not None:
            return opened(now_s)
    number = key.digit
    if number is None or not 1 <= number <= ROWS or screen.top + number > len(seen):
        return screen, ()
    network = seen[screen.top + number - 1]
    match network.security:
        case Security.OTHER:
            return replace(screen, news=WifiNews.NOT_HERE), ()
        case Security.OPEN:
            return OpenNetwork(network, now_s), ()
        case Security.PERSONAL:
            return Passphrase(network, since_s=now_s), ()


def _answered(screen: OpenNetwork, network: Network, key: Key, now_s: float) -> Turn:
    match key:
        case Key.CLEAR:
            return opened(now_s)
        case Key.CHARGE:
            return Joining(network, now_s), (JoinWifi(network, ""),)
    return replace(screen, since_s=now_s), ()


def _typed_key(screen: Passphrase, key: Key, now_s: float) -> Turn:
    match key:
        case Key.CLEAR:
            return opened(now_s)
        case Key.DELETE:
            return replace(screen, typed=screen.typed[:-1], news=None), ()
        case Key.CURRENCY:
            return replace(screen, layer=_after(screen.layer)), ()
        case Key.PLUS:
            signs = Layer.LOWER if screen.layer is Layer.SIGNS else Layer.SIGNS
            return replace(screen, layer=signs), ()
        case Key.CHARGE if len(screen.typed) < SHORTEST:
            return replace(screen, news=WifiNews.TOO_SHORT), ()
        case Key.CHARGE:
            return Joining(screen.network, now_s), (JoinWifi(screen.network, screen.typed),)
    return (typed(screen, key.value, now_s) if key.digit is not None else screen), ()


def _after(layer: Layer) -> Layer:
    return Layer.LOWER if layer is Layer.UPPER else Layer.UPPER
