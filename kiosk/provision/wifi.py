"""Wi-Fi settings of the file -> a NetworkManager profile, and a radio that is not blocked.

Raspberry Pi OS keeps the radio off until it knows the country: blocked in the kernel, switched off
in NetworkManager's own state, and without the country's channels. All three are put right here.
"""

import logging
import re
import shutil
import struct
import subprocess
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from kiosk.durable_files import write_private
from kiosk.settings import Secret

log: Final = logging.getLogger("kiosk")

NAMES: Final = ("WIFI_SSID", "WIFI_PASSPHRASE", "WIFI_COUNTRY", "WIFI_HIDDEN")
# Four commands at most, one after the other: less than the unit's TimeoutStartSec=60 in all.
COMMAND_S: Final = 8
PROFILE: Final = "kiosk-wifi"

# linux/rfkill.h, struct rfkill_event: index, type, operation, soft, hard
_RFKILL: Final = struct.Struct("=IBBBB")
_WLAN, _CHANGE_ALL, _FREE = 1, 3, 0

_PASSPHRASE: Final = re.compile(r"[\x20-\x7e]{8,63}|[0-9A-Fa-f]{64}")
_COUNTRY: Final = re.compile(r"[A-Z]{2}")


@dataclass(frozen=True, slots=True)
class Wifi:
    """A network to join. Without a passphrase it is an open one; a hidden one has to be called."""

    ssid: str
    passphrase: Secret | None
    country: str
    hidden: bool = False


def wifi_of(values: Mapping[str, str]) -> Wifi | None:
    """The Wi-Fi of the settings, None if there is none or it is wrong: see `wifi_problems`."""
    if not values.get("WIFI_SSID") or any(wifi_problems(values)):
        return None
    passphrase = values.get("WIFI_PASSPHRASE")
    return Wifi(
        values["WIFI_SSID"],
        Secret(passphrase) if passphrase else None,
        values["WIFI_COUNTRY"].upper(),
        values.get("WIFI_HIDDEN", "").lower() == "on",
    )


def wifi_problems(values: Mapping[str, str]) -> Iterator[str]:
    """One line for each mistake, without a value."""
    given = [name for name in NAMES if values.get(name)]
    if not given:
        return
    if not 1 <= len(values.get("WIFI_SSID", "").encode()) <= 32:
        yield "WIFI_SSID: must be the network's name, 1 to 32 bytes"
    if "WIFI_PASSPHRASE" in given and not _PASSPHRASE.fullmatch(values["WIFI_PASSPHRASE"]):
        yield "WIFI_PASSPHRASE: must be 8 to 63 letters, digits or signs, or empty if there is none"
    if not _COUNTRY.fullmatch(values.get("WIFI_COUNTRY", "").upper()):
        yield "WIFI_COUNTRY: must be two letters, like SV: which channels may be used here"
    if values.get("WIFI_HIDDEN", "").lower() not in ("", "on", "off"):
        yield "WIFI_HIDDEN: must be on or off"


def profile(wifi: Wifi, name: str = PROFILE) -> str:
    """The network in NetworkManager's keyfile format, as a profile of this name.

    The name goes in as bytes, so no sign in it can mean something else.
    """
    ssid = "".join(f"{byte};" for byte in wifi.ssid.encode())
    lines = [
        "[connection]",
        f"id={name}",
        f"uuid={uuid.uuid5(uuid.NAMESPACE_DNS, name)}",
        "type=wifi",
        "autoconnect-priority=10",
        "[wifi]",
        "mode=infrastructure",
        f"ssid={ssid}",
        *(["hidden=true"] if wifi.hidden else []),
    ]
    if wifi.passphrase is not None:
        psk = wifi.passphrase.reveal().replace("\\", "\\\\").replace(" ", "\\s")
        lines += ["[wifi-security]", "key-mgmt=wpa-psk", f"psk={psk}"]
    lines += ["[ipv4]", "method=auto", "[ipv6]", "method=auto"]
    return "\n".join(lines) + "\n"


def run_command(command: Sequence[str]) -> None:
    """Run a tool of the system if it is there; what it says goes to the log.

    One that hangs is ended: what it was to do is done at the next boot, from the files.
    """
    if not shutil.which(command[0]):
        return
    try:
        subprocess.run(command, check=False, timeout=COMMAND_S, stdin=subprocess.DEVNULL)  # noqa: S603
    except subprocess.TimeoutExpired:
        log.error("%s did not end in %d s", " ".join(command[:2]), COMMAND_S)  # noqa: TRY400


def use_radio(
    country: str, root: Path = Path("/"), run: Callable[[Sequence[str]], None] = run_command
) -> None:
    """Have the country's channels, and a radio that may be used if the system has forgotten it.

    A system that is only read forgets at each boot; and a country in the kernel's command line
    (Raspberry Pi Imager writes one) would come before the one in the file.
    """
    if not _COUNTRY.fullmatch(country):
        return
    file = root / "etc/modprobe.d/kiosk-wifi.conf"
    wanted = f"options cfg80211 ieee80211_regdom={country}\n"
    if not file.is_file() or file.read_text() != wanted:
        file.parent.mkdir(exist_ok=True)
        write_private(file, wanted)
        _unblock(root / "dev/rfkill")
        state = root / "var/lib/NetworkManager/NetworkManager.state"
        if state.is_file():
            text = state.read_text()
            state.write_text(text.replace("WirelessEnabled=false", "WirelessEnabled=true"))
    run(("iw", "reg", "set", country))


def bring_up(
    wifi: Wifi, root: Path = Path("/"), run: Callable[[Sequence[str]], None] = run_command
) -> None:
    """Have the network joined from now on, whether NetworkManager runs already or not."""
    connections = root / "etc/NetworkManager/system-connections"
    connections.mkdir(mode=0o700, parents=True, exist_ok=True)
    file = connections / f"{PROFILE}.nmconnection"
    write_private(file, profile(wifi))
    (root / "etc/modprobe.d/kiosk-wifi.conf").unlink(missing_ok=True)  # whatever it says now
    use_radio(wifi.country, root, run)
    if (root / "run/NetworkManager").is_dir():  # it runs, so it has read all that already
        run(("nmcli", "radio", "wifi", "on"))
        run(("nmcli", "connection", "load", str(file)))
        run(("nmcli", "--wait", "0", "connection", "up", PROFILE))


def _unblock(device: Path) -> None:
    if device.exists():
        device.write_bytes(_RFKILL.pack(0, _WLAN, _CHANGE_ALL, _FREE, 0))
