"""Wi-Fi through NetworkManager's own command, `nmcli`.

Arguments are fixed but for an access point's address; the passphrase goes through standard input,
where no other process can read it. Which profile is made and kept is NetworkManager's business.
"""

import logging
import re
import subprocess
from collections.abc import Sequence
from enum import IntEnum
from typing import Final

from kiosk.sale.wifi import JoinWifi, Network, Security, WifiJoinResult, WifiNotice, WifiScanResult

log: Final = logging.getLogger("kiosk.wifi")

NMCLI: Final = "nmcli"
JOIN_S: Final = 45
SCAN_S: Final = 15.0

_SCAN: Final = (
    *("--terse", "--escape", "yes", "--fields", "IN-USE,BSSID,SIGNAL,SECURITY,SSID"),
    *("device", "wifi", "list", "--rescan"),
)
_JOIN: Final = ("--ask", "--wait", str(JOIN_S), "device", "wifi", "connect")

_CONNECTIONS: Final = (
    *("--terse", "--escape", "yes", "--fields", "TYPE,STATE,CONNECTION"),
    "device",
)
_CONNECTIVITY: Final = ("--terse", "networking", "connectivity")
_LINKS: Final = ("wifi", "ethernet")

# Of a network that speaks WPA3 alone they mean that the radio does not, but for a passphrase.
_NOT_JOINED: Final = (WifiNotice.TIMED_OUT, WifiNotice.FAILED, WifiNotice.GONE)
_POINT: Final = re.compile(r"(?:[0-9A-F]{2}:){5}[0-9A-F]{2}")
_MOST: Final = 50


class Exit(IntEnum):
    """What nmcli's end means: nmcli(1), EXIT STATUS."""

    GOOD = 0
    TIMED_OUT = 3
    NOT_RUNNING = 8
    NOT_FOUND = 10


class Nmcli:
    """Runs `nmcli`; `command` is what is run, which a test replaces."""

    def __init__(self, command: Sequence[str] = (NMCLI,)) -> None:
        self._command = tuple(command)

    def scan(self) -> WifiScanResult:
        """The networks in range. Takes some seconds."""
        try:
            done = self._run((*_SCAN, "auto"), SCAN_S)
            if done.returncode not in (
                Exit.GOOD,
                Exit.NOT_RUNNING,
            ):  # looking again may not be allowed
                done = self._run((*_SCAN, "no"), SCAN_S)
        except FileNotFoundError:
            return WifiScanResult((), WifiNotice.NO_MANAGER)
        except subprocess.TimeoutExpired:
            return WifiScanResult((), WifiNotice.TIMED_OUT)
        if done.returncode == Exit.NOT_RUNNING:
            return WifiScanResult((), WifiNotice.NO_MANAGER)
        if done.returncode != Exit.GOOD:
            log.warning("no list of networks: nmcli ended with %d", done.returncode)
            return WifiScanResult((), WifiNotice.NO_ADAPTER)
        networks = networks_of(done.stdout)
        return WifiScanResult(networks, None if networks else WifiNotice.NO_ADAPTER)

    def connection(self) -> str:
        """The name of the network or connection in use, empty without one."""
        for line in self._answer(_CONNECTIONS).splitlines():
            fields = _fields(line)
            if len(fields) == 3 and fields[0] in _LINKS and fields[1] == "connected":
                return _printable(fields[2])
        return ""

    def connectivity(self) -> str:
        """What NetworkManager knows of the way to the internet: nmcli(1), `networking`."""
        return self._answer(_CONNECTIVITY).strip()

    def _answer(self, arguments: Sequence[str]) -> str:
        """What nmcli prints, empty where it is not or says nothing in time."""
        try:
            done = self._run(arguments, SCAN_S)
        except (OSError, subprocess.TimeoutExpired):
            return ""
        return done.stdout if done.returncode == Exit.GOOD else ""

    def join(self, wanted: JoinWifi) -> WifiJoinResult:
        """Join a network and remember it. Takes up to three quarters of a minute."""
        network = wanted.network
        target = (network.name, "hidden", "yes") if network.hidden else (network.point,)
        # Anything else would be an option, or a name.
        if not (network.hidden or _POINT.fullmatch(network.point)) or target[0][:1] in ("", "-"):
            return WifiJoinResult(WifiNotice.FAILED)
        try:
            done = self._run((*_JOIN, *target), JOIN_S + 10.0, wanted.passphrase + "\n")
        except FileNotFoundError:
            return WifiJoinResult(WifiNotice.NO_MANAGER)
        except subprocess.TimeoutExpired:
            return WifiJoinResult(WifiNotice.TIMED_OUT)
        notice = notice_of(done.returncode, done.stderr)
        if notice in _NOT_JOINED and network.security is Security.WPA3:
            notice = WifiNotice.WPA3_ALONE
        joined = "hidden" if network.hidden else network.point
        log.info("wifi %s: %s (nmcli ended with %d)", joined, notice, done.returncode)
        return WifiJoinResult(notice)

    def _run(
        self, arguments: Sequence[str], timeout_s: float, entered: str = ""
    ) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(  # noqa: S603 - no shell, fixed arguments
            (*self._command, *arguments),
            input=entered,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=timeout_s,
            check=False,
            env={"LC_ALL": "C.UTF-8", "PATH": "/usr/sbin:/usr/bin:/sbin:/bin"},
        )


def networks_of(listed: str) -> tuple[Network, ...]:
    """The networks that nmcli lists: the nearest point of each, the nearest first.

    A network is its name and its security: an open one of the same name is somebody else's.
    """
    best: dict[tuple[str, Security], Network] = {}
    for line in listed.splitlines():
        network = _network_of(_fields(line))
        if network is None:
            continue
        other = best.get((network.name, network.security))
        rank = (network.in_use, network.signal)
        if other is None or rank > (other.in_use, other.signal):
            best[network.name, network.security] = network
    networks = sorted(
        best.values(), key=lambda network: (not network.in_use, -network.signal, network.name)
    )
    return tuple(networks[:_MOST])


def notice_of(code: int, output: str) -> WifiNotice:
    """What nmcli's end means; its words are only looked at where the code does not say enough."""
    words = output.lower()
    if code == Exit.GOOD:
        return WifiNotice.JOINED
    if "not authorized" in words or "insufficient privileges" in words:
        return WifiNotice.NOT_ALLOWED
    if "secrets were required" in words or "psk: property is invalid" in words:
        return WifiNotice.REFUSED
    match code:
        case Exit.TIMED_OUT:
            return WifiNotice.TIMED_OUT
        case Exit.NOT_RUNNING:
            return WifiNotice.NO_MANAGER
        case Exit.NOT_FOUND:
            return WifiNotice.GONE
    return WifiNotice.FAILED


def _network_of(fields: Sequence[str]) -> Network | None:
    """None for what is no network: a hidden one has no name to be chosen by."""
    if len(fields) != 5:
        return None
    in_use, point, signal, security, name = fields
    name = _printable(name)
    if not name or not _POINT.fullmatch(point) or not signal.isdigit():
        return None
    return Network(name, point, int(signal), _security_of(security), in_use.strip() == "*")


def _printable(name: str) -> str:
    return "".join(letter if letter.isprintable() else "?" for letter in name)


def _security_of(words: str) -> Security:
    if "802.1X" in words or "WEP" in words:
        return Security.OTHER
    # OWE encrypts an open network and asks for nothing.
    asks = set(words.split()) - {"--", "OWE", "OWE-TM"}
    if asks == {"WPA3"}:
        return Security.WPA3
    return Security.PERSONAL if asks else Security.OPEN


def _fields(line: str) -> list[str]:
    """Split at colons, of which those that belong to a value have a backslash before them."""
    fields, now, escaped = [], "", False
    for letter in line:
        if escaped or letter not in "\\:":
            now, escaped = now + letter, False
        elif letter == "\\":
            escaped = True
        else:
            fields.append(now)
            now = ""
    return [*fields, now]
