"""Wi-Fi behind the PIN: networks to choose from, a passphrase to type, and what came of it."""

from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Final

from kiosk.sale.keys import Key
from kiosk.sale.letters import KeyboardLayer, TypedText

# IEEE 802.11i, annex J: 8 to 63 characters of printable ASCII. The 64 of a raw key are hex digits.
SHORTEST_PASSPHRASE: Final = 8
LONGEST_PASSPHRASE: Final = 64
LONGEST_NAME_BYTES: Final = 32  # IEEE 802.11, 9.4.2.2
LIST_ROWS: Final = 5  # networks on the screen at once; keys 1 to 5 choose


class Security(StrEnum):
    """Whether a network can be joined here, and what for."""

    OPEN = "open"
    PERSONAL = "personal"  # WPA with a passphrase
    WPA3 = "wpa3"  # with a passphrase, and by WPA3 alone, which not every radio speaks
    OTHER = "other"  # enterprise, or WEP: not with a passphrase alone


@dataclass(frozen=True, slots=True)
class Network:
    """A network in range. `point` is its nearest access point's address."""

    name: str
    point: str
    signal: int  # 0 to 100
    security: Security
    in_use: bool = False
    hidden: bool = False  # its name was typed, for it does not say it


class WifiNotice(StrEnum):
    """What came of it; one sentence each on the screen."""

    JOINED = "joined"
    REFUSED = "refused"  # the passphrase is wrong
    GONE = "gone"  # the network is out of range
    TIMED_OUT = "timed_out"
    FAILED = "failed"
    NOT_ALLOWED = "not_allowed"  # the till may not change the network
    NO_MANAGER = "no_manager"  # no NetworkManager on this machine
    NO_ADAPTER = "no_adapter"
    TOO_SHORT = "too_short"
    NO_SUCH_NAME = "no_such_name"  # no network can have the name that was typed
    WPA3_ALONE = "wpa3_alone"  # not joined, and it speaks nothing that every radio does
    NOT_HERE = "not_here"  # such a network is not joined with a passphrase


@dataclass(frozen=True, slots=True)
class NetworkList:
    """The list. `networks` is None while it is asked for."""

    networks: tuple[Network, ...] | None = None
    top: int = 0
    notice: WifiNotice | None = None
    since_s: float = 0.0


@dataclass(frozen=True, slots=True)
class EnteringPassphrase:
    """The passphrase of a network is being typed; it never reaches a repr.

    Of a hidden network first its name, as long as `network` has none.
    """

    network: Network
    typed: str = field(default="", repr=False)
    layer: KeyboardLayer = KeyboardLayer.LOWER
    notice: WifiNotice | None = None
    since_s: float = 0.0

    @property
    def asks_name(self) -> bool:
        """Whether it is the name that is being typed."""
        return not self.network.name


@dataclass(frozen=True, slots=True)
class OpenNetwork:
    """A network without a passphrase was chosen, which anybody can make under any name: sure?"""

    network: Network
    since_s: float = 0.0


@dataclass(frozen=True, slots=True)
class JoiningNetwork:
    """The device tries to join."""

    network: Network
    since_s: float = 0.0


WifiScreen = NetworkList | EnteringPassphrase | OpenNetwork | JoiningNetwork


@dataclass(frozen=True, slots=True)
class ScanWifi:
    """Look for networks. -> WifiScanResult."""


@dataclass(frozen=True, slots=True)
class JoinWifi:
    """Join a network, and remember it. -> WifiJoinResult."""

    network: Network
    passphrase: str = field(repr=False)


WifiEffect = ScanWifi | JoinWifi


@dataclass(frozen=True, slots=True)
class WifiScanResult:
    """The networks, strongest first; `notice` says why there are none."""

    networks: tuple[Network, ...]
    notice: WifiNotice | None = None


@dataclass(frozen=True, slots=True)
class WifiJoinResult:
    """What came of joining."""

    notice: WifiNotice


# What to show next, and what to do; None leaves for the manager's page.
WifiStep = tuple[WifiScreen | None, tuple[WifiEffect, ...]]


def open_list(now_s: float) -> WifiStep:
    """The list, while it is asked for."""
    return NetworkList(since_s=now_s), (ScanWifi(),)


def handle_key(screen: WifiScreen, key: Key, now_s: float) -> WifiStep:
    """A key on one of the screens."""
    match screen:
        case NetworkList():
            return _handle_list_key(replace(screen, since_s=now_s, notice=None), key, now_s)
        case EnteringPassphrase():
            return _handle_passphrase_key(replace(screen, since_s=now_s), key, now_s)
        case OpenNetwork(network):
            return _answered(screen, network, key, now_s)
        case JoiningNetwork():
            return screen, ()  # it ends by itself, well or not


def type_letter(screen: WifiScreen, letter: str, now_s: float) -> WifiScreen:
    """A letter, from the screen or an attached keyboard."""
    if not isinstance(screen, EnteringPassphrase):
        return screen
    return _typed(
        screen, TypedText(screen.typed, screen.layer).with_letter(letter, LONGEST_PASSPHRASE), now_s
    )


def handle_result(
    screen: WifiScreen, event: WifiScanResult | WifiJoinResult, now_s: float
) -> WifiStep:
    """A result from the device."""
    match event, screen:
        case WifiScanResult(networks, notice), NetworkList():
            kept = notice or screen.notice
            top = min(screen.top, max(0, len(networks) - LIST_ROWS))
            return replace(screen, networks=networks, top=top, notice=kept), ()
        case WifiJoinResult(WifiNotice.REFUSED as notice), JoiningNetwork(network):
            return EnteringPassphrase(network, notice=notice, since_s=now_s), ()
        case WifiJoinResult(notice), JoiningNetwork():
            return NetworkList(notice=notice, since_s=now_s), (ScanWifi(),)
    return screen, ()


def _handle_list_key(screen: NetworkList, key: Key, now_s: float) -> WifiStep:
    seen = screen.networks or ()
    match key:
        case Key.CLEAR:
            return None, ()
        case Key.PLUS:
            return replace(
                screen, top=min(screen.top + LIST_ROWS, max(0, len(seen) - LIST_ROWS))
            ), ()
        case Key.DELETE:
            return replace(screen, top=max(0, screen.top - LIST_ROWS)), ()
        case Key.CHECK if screen.networks is not None:
            return open_list(now_s)
        case Key.CHARGE:
            nameless = Network("", "", 0, Security.PERSONAL, hidden=True)
            return EnteringPassphrase(nameless, since_s=now_s), ()
    number = key.digit
    if number is None or not 1 <= number <= LIST_ROWS or screen.top + number > len(seen):
        return screen, ()
    network = seen[screen.top + number - 1]
    match network.security:
        case Security.OTHER:
            return replace(screen, notice=WifiNotice.NOT_HERE), ()
        case Security.OPEN:
            return OpenNetwork(network, now_s), ()
        case Security.PERSONAL | Security.WPA3:
            return EnteringPassphrase(network, since_s=now_s), ()


def _answered(screen: OpenNetwork, network: Network, key: Key, now_s: float) -> WifiStep:
    match key:
        case Key.CLEAR:
            return open_list(now_s)
        case Key.CHARGE:
            return JoiningNetwork(network, now_s), (JoinWifi(network, ""),)
    return replace(screen, since_s=now_s), ()


def _handle_passphrase_key(screen: EnteringPassphrase, key: Key, now_s: float) -> WifiStep:
    match key:
        case Key.CLEAR:
            return open_list(now_s)
        case Key.CHARGE if screen.asks_name:
            return _named(screen, now_s), ()
        case Key.CHARGE if screen.network.hidden and not screen.typed:
            return OpenNetwork(replace(screen.network, security=Security.OPEN), now_s), ()
        case Key.CHARGE if len(screen.typed) < SHORTEST_PASSPHRASE:
            return replace(screen, notice=WifiNotice.TOO_SHORT), ()
        case Key.CHARGE:
            return JoiningNetwork(screen.network, now_s), (JoinWifi(screen.network, screen.typed),)
    typed = TypedText(screen.typed, screen.layer).with_key(key, LONGEST_PASSPHRASE)
    return _typed(screen, typed, now_s), ()


def _named(screen: EnteringPassphrase, now_s: float) -> WifiScreen:
    """The passphrase comes after the name; a name that would be an option of a command is none."""
    name = screen.typed.strip()
    if not name or name.startswith("-") or len(name.encode()) > LONGEST_NAME_BYTES:
        return replace(screen, notice=WifiNotice.NO_SUCH_NAME)
    return EnteringPassphrase(replace(screen.network, name=name), since_s=now_s)


def _typed(screen: EnteringPassphrase, typed: TypedText, now_s: float) -> EnteringPassphrase:
    """The screen with another text; as soon as that is another one the notice goes."""
    notice = screen.notice if typed.text == screen.typed else None
    return replace(screen, typed=typed.text, layer=typed.layer, notice=notice, since_s=now_s)
