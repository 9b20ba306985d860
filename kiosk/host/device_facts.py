"""What the device knows of itself, for the manager's page and for a till that reaches nothing.

Nothing is asked of the network: a connected datagram socket sends nothing, and NetworkManager says
what it knows already.
"""

import contextlib
import socket
import time
from pathlib import Path
from typing import Final

from kiosk.host.wifi import Nmcli
from kiosk.sale.device import DeviceFacts, Internet

UPTIME: Final = Path("/proc/uptime")
PROGRAM: Final = Path(__file__).parents[1]  # each release is laid down as a whole

# Addresses that are nobody's (RFC 5737, RFC 3849): which of ours would be used to get there.
_NOWHERE: Final = ((socket.AF_INET, "192.0.2.1"), (socket.AF_INET6, "2001:db8::1"))
_DISCARD_PORT: Final = 9

_CONNECTIVITY: Final = {
    "full": Internet.FULL,
    "portal": Internet.LOGIN,
    "limited": Internet.NONE,
    "none": Internet.NONE,
}


def read_device_facts(
    version: str, journal: Path, nmcli: Nmcli, uptime: Path = UPTIME
) -> DeviceFacts:
    """Read them; what cannot be read is not known."""
    return DeviceFacts(
        version,
        network=nmcli.connection(),
        address=own_address(),
        internet=_CONNECTIVITY.get(nmcli.connectivity(), Internet.UNKNOWN),
        journal_bytes=_size_of(journal),
        uptime_s=_uptime_s(uptime),
        updated_at=_installed_at(),
    )


def own_address() -> str:
    """This device's address in its network, empty without one."""
    for family, address in _NOWHERE:
        with contextlib.suppress(OSError), socket.socket(family, socket.SOCK_DGRAM) as probe:
            probe.connect((address, _DISCARD_PORT))
            return str(probe.getsockname()[0])
    return ""


def _size_of(journal: Path) -> int | None:
    """The journal with its log of writes."""
    sizes = []
    for path in (journal, journal.with_name(f"{journal.name}-wal")):
        with contextlib.suppress(OSError):
            sizes.append(path.stat().st_size)
    return sum(sizes) if sizes else None


def _uptime_s(file: Path) -> int | None:
    """How long ago the machine was started: proc(5), uptime."""
    try:
        return int(float(file.read_text().split()[0]))
    except (OSError, ValueError, IndexError):
        return None


def _installed_at() -> int | None:
    """When this release was laid down; a time in the future is a clock that was wrong."""
    try:
        installed_at = int(PROGRAM.stat().st_mtime)
    except OSError:
        return None
    return installed_at if installed_at <= time.time() else None
