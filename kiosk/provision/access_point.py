"""The network that the box opens for a phone, and a trial of the shop's network. Runs as root.

All profiles lie in memory, and no passphrase is an argument that another process could read. A
radio that is an access point cannot look for networks, so that comes before.
"""

import logging
import re
import subprocess
import time
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from kiosk.durable_files import write_private
from kiosk.host.wifi import NMCLI, Nmcli, notice_of
from kiosk.provision.wifi import Wifi, profile
from kiosk.sale.wifi import Network, WifiNotice
from kiosk.settings import Secret

log: Final = logging.getLogger("kiosk")

PROFILE: Final = "kiosk-phone"
TRIAL_PROFILE: Final = "kiosk-phone-trial"
UP_S: Final = 30
DOWN_S: Final = 10
_RADIO: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,14}")
GRACE_S: Final = 5.0  # beyond what nmcli itself waits
SCANS: Final = 3  # a radio that was switched on a moment ago has seen no network yet
SCAN_AGAIN_S: Final = 3.0


@dataclass(frozen=True, slots=True)
class AccessPoint:
    """The network to be opened. `address` is the box's own in it, of a network of 254."""

    network: str
    passphrase: Secret
    address: str


class Radio:
    """The box's Wi-Fi, through NetworkManager. `root` is the file system, `command` what is run."""

    def __init__(
        self,
        root: Path = Path("/"),
        command: Sequence[str] = (NMCLI,),
        sleep: Callable[[float], object] = time.sleep,
    ) -> None:
        self._profiles = root / "run/NetworkManager/system-connections"
        self._network_devices = root / "sys/class/net"
        self._names = root / "etc/NetworkManager/dnsmasq-shared.d/kiosk-phone.conf"
        self._command = tuple(command)
        self._sleep = sleep

    def switch_on(self) -> None:
        """Have a radio that is not switched off, as it is where nobody has named a country yet.

        Without one the channels are those that are free everywhere.
        """
        self._run(DOWN_S, "radio", "wifi", "on")

    def scan(self) -> tuple[Network, ...]:
        """The networks in range; none where they cannot be looked for."""
        nmcli = Nmcli(self._command)
        for _ in range(SCANS - 1):
            result = nmcli.scan()
            if result.networks or result.notice is WifiNotice.NO_MANAGER:
                return result.networks
            self._sleep(SCAN_AGAIN_S)
        return nmcli.scan().networks

    def open(self, point: AccessPoint) -> bool:
        """Open the network; whether it is open. The phone finds every name at `address`."""
        try:
            self._names.parent.mkdir(parents=True, exist_ok=True)
            write_private(self._names, f"address=/#/{point.address}\n")
            self._names.chmod(0o644)  # dnsmasq reads it without root's rights
        except OSError as error:
            log.warning("names cannot lead to the page: %s", error.strerror)
        return self._up(PROFILE, access_point_profile(point, self._radios())) is WifiNotice.JOINED

    def close(self) -> None:
        """Close the network, whether it is open or not, and leave nothing of it."""
        self._forget(PROFILE)
        self._names.unlink(missing_ok=True)

    def try_network(self, wifi: Wifi) -> WifiNotice:
        """Join a network until it is kept for good (`kiosk.provision.wifi`) or forgotten."""
        return self._up(TRIAL_PROFILE, profile(wifi, TRIAL_PROFILE))

    def forget_trial(self) -> None:
        """Leave the network that was tried."""
        self._forget(TRIAL_PROFILE)

    def _radios(self) -> tuple[str, ...]:
        """The names of the radios, by what a name may be in a profile."""
        names = sorted(radio.parent.name for radio in self._network_devices.glob("*/phy80211"))
        return tuple(name for name in names if _RADIO.fullmatch(name))

    def _file(self, name: str) -> Path:
        return self._profiles / f"{name}.nmconnection"

    def _up(self, name: str, text: str) -> WifiNotice:
        try:
            self._profiles.mkdir(mode=0o700, parents=True, exist_ok=True)
            write_private(self._file(name), text)
        except OSError as error:
            log.error("%s cannot be written: %s", name, error.strerror)  # noqa: TRY400
            return WifiNotice.FAILED
        self._run(DOWN_S, "connection", "load", str(self._file(name)))
        return self._run(UP_S, "connection", "up", name)

    def _forget(self, name: str) -> None:
        if self._file(name).exists():
            self._run(DOWN_S, "connection", "delete", name)
            self._file(name).unlink(missing_ok=True)

    def _run(self, wait_s: int, *arguments: str) -> WifiNotice:
        command = (*self._command, "--wait", str(wait_s), *arguments)
        try:
            done = subprocess.run(  # noqa: S603 - no shell, and no argument comes from outside
                command,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                errors="replace",
                timeout=wait_s + GRACE_S,
                check=False,
                env={"LC_ALL": "C.UTF-8", "PATH": "/usr/sbin:/usr/bin:/sbin:/bin"},
            )
        except FileNotFoundError:
            return WifiNotice.NO_MANAGER
        except subprocess.TimeoutExpired:
            return WifiNotice.TIMED_OUT
        notice = notice_of(done.returncode, done.stderr)
        log.info("nmcli %s: %s (%d)", " ".join(arguments[:2]), notice, done.returncode)
        return notice


def access_point_profile(point: AccessPoint, radios: Sequence[str]) -> str:
    """The network in NetworkManager's keyfile format. `radios` are the names of what may open it.

    WPA2 with CCMP alone, and without protected management frames: the firmware of a Pi's radio has
    none as an access point, and phones then cannot join (github.com/raspberrypi/linux, issues 3619
    and 7247). `shared` has NetworkManager run dnsmasq, of Debian's package dnsmasq-base. It would
    also route the phone into the shop's network, where a cable leads there: what comes from a radio
    is therefore for this box alone (`ip rule ... prohibit`, from NetworkManager 1.36 on).
    """
    name = "".join(f"{byte};" for byte in point.network.encode())
    lines = [
        "[connection]",
        f"id={PROFILE}",
        f"uuid={uuid.uuid5(uuid.NAMESPACE_DNS, PROFILE)}",
        "type=wifi",
        "autoconnect=false",
        "[wifi]",
        "mode=ap",
        "band=bg",
        f"ssid={name}",
        "[wifi-security]",
        "key-mgmt=wpa-psk",
        "proto=rsn",
        "pairwise=ccmp",
        "group=ccmp",
        "pmf=1",
        f"psk={point.passphrase.reveal()}",
        "[ipv4]",
        "method=shared",
        f"address1={point.address}/24",
        *(
            f"routing-rule{number}=priority {number} from 0.0.0.0/0 iif {radio} type prohibit"
            for number, radio in enumerate(radios, start=1)
        ),
        "[ipv6]",
        "method=disabled",
    ]
    return "\n".join(lines) + "\n"
