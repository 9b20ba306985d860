"""What is sent to systemd: ready, one line of status, alive, stopping. A few lines of
`sd_notify(3)`.

The protocol is one datagram of NAME=value lines to the socket that `NOTIFY_SOCKET` names.
"""

import logging
import socket
from collections.abc import Mapping
from typing import Final

log: Final = logging.getLogger("kiosk.systemd")


# A systemd that is busy with a boot may let its queue of ten fill up for a moment.
PATIENCE_S: Final = 1.0


class Notifier:
    """Tells systemd. Without one that listens every method does nothing."""

    def __init__(self, address: str | None = None) -> None:
        self._address = _socket_name(address) if address else None
        self._socket: socket.socket | None = None

    @property
    def listens(self) -> bool:
        """Whether this is a service that systemd waits for."""
        return self._address is not None

    def ready(self, status: str) -> None:
        """The till is on the screen and can be used, or says why it cannot."""
        self._send(f"READY=1\nSTATUS={_one_line(status)}")

    def still_starting(self, status: str, for_s: float) -> None:
        """Not ready yet, and that is no failure: do not end the start for so many seconds more."""
        self._send(f"EXTEND_TIMEOUT_USEC={int(for_s * 1_000_000)}\nSTATUS={_one_line(status)}")

    def status(self, words: str) -> None:
        """One line for `systemctl status`."""
        self._send(f"STATUS={_one_line(words)}")

    def feed(self) -> None:
        """Still alive."""
        self._send("WATCHDOG=1")

    def stopping(self) -> None:
        """The end has begun, in an orderly way."""
        self._send("STOPPING=1")

    def close(self) -> None:
        """Give the socket back."""
        if self._socket is not None:
            self._socket.close()
            self._socket = None

    def _send(self, message: str) -> None:
        if self._address is None:
            return
        try:
            if self._socket is None:
                self._socket = socket.socket(
                    socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC
                )
                self._socket.settimeout(PATIENCE_S)
            self._socket.sendto(message.encode(), self._address)
        except OSError as error:
            log.warning("systemd was not notified of %s: %s", message.partition("=")[0], error)


def notifier(environ: Mapping[str, str]) -> Notifier:
    """The one for this process, from the environment that systemd gives its services."""
    return Notifier(environ.get("NOTIFY_SOCKET"))


def watchdog_s(environ: Mapping[str, str], process: int) -> float | None:
    """How long systemd lets `process` be silent before it kills it, None for ever."""
    if environ.get("WATCHDOG_PID", str(process)) != str(process):
        return None
    limit_us = environ.get("WATCHDOG_USEC", "")
    return int(limit_us) / 1_000_000 if limit_us.isdigit() and int(limit_us) > 0 else None


def _socket_name(address: str) -> str:
    return "\0" + address[1:] if address.startswith("@") else address


def _one_line(words: str) -> str:
    return " ".join(words.split())
