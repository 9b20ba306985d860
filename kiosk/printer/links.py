"""The ways to a printer: the kernel's device, and the network. Nothing here waits for ever."""

import contextlib
import errno
import fcntl
import os
import select
import socket
import stat
import struct
import termios
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Protocol
from urllib.parse import urlsplit

from kiosk.printer.escpos import ASK_OFFLINE, ASK_PAPER, Fault, fault_of, fault_of_port
from kiosk.sale.trouble import Trouble, TroubleKind

RAW_PORT: Final = 9100  # where printers in a network take raw bytes, by custom
_LPGETSTATUS: Final = 0x060B  # linux/lp.h
# A connection that holds little: a printer that takes nothing is noticed, and not the kernel's
# buffer filled with a whole receipt.
_SEND_BUFFER: Final = 16_384
_DRAIN_STEP_S: Final = 0.05
_CLOSED: Final = "the printer closed the connection"


@dataclass(frozen=True, slots=True)
class Patience:
    """How long to wait, in seconds: to connect, for an answer, and for room for more bytes."""

    connect_s: float = 5.0
    answer_s: float = 1.0
    stall_s: float = 5.0


class LinkBroken(Exception):
    """The way to the printer is closed, or could not be opened. What was sent may be cut off."""

    def __init__(self, kind: TroubleKind, reason: str) -> None:
        super().__init__(reason)
        self.trouble = Trouble(kind, reason=reason)


class Link(Protocol):
    """An open way to a printer.

    `is_status_apart`: `fault` may be asked at any time. Where the question goes among the bytes
    that are printed, only between two commands.
    """

    is_status_apart: bool

    def send(self, data: bytes | memoryview) -> int:
        """Give the printer what it takes now; how many bytes, 0 after `stall_s` without room.

        Raises:
            LinkBroken: it is closed.
        """
        ...

    def flush(self) -> bool:
        """Wait until the printer has taken all; False after `stall_s` without progress.

        Raises:
            LinkBroken: it is closed.
        """
        ...

    def fault(self) -> Fault | None:
        """What the printer says of itself, None where it says nothing.

        Raises:
            LinkBroken: it is closed.
        """
        ...

    def close(self) -> None:
        """Let it go."""


@contextlib.contextmanager
def opened(address: str, patience: Patience) -> Iterator[Link]:
    """The way to `address`: a device's path, or `tcp://host:port`.

    Raises:
        LinkBroken: it cannot be opened.
    """
    link: Link
    if address.startswith("tcp://"):
        parts = urlsplit(address)
        link = NetworkLink(parts.hostname or "", parts.port or RAW_PORT, patience)
    else:
        link = DeviceLink(Path(address), patience)
    try:
        yield link
    finally:
        link.close()


class DeviceLink:
    """The kernel's device for a printer, /dev/usb/lp0."""

    is_status_apart = True

    def __init__(self, path: Path, patience: Patience) -> None:
        self._patience = patience
        with _as_broken():
            self._fd = os.open(path, os.O_WRONLY | os.O_NONBLOCK | os.O_CLOEXEC | os.O_NOCTTY)
        mode = os.fstat(self._fd).st_mode
        if not (stat.S_ISCHR(mode) or stat.S_ISFIFO(mode)):
            os.close(self._fd)
            raise LinkBroken(TroubleKind.PRINTER_REFUSED, f"{path} is no device")

    def send(self, data: bytes | memoryview) -> int:
        """What the device takes now."""
        if not self._has_room():
            return 0
        with _as_broken():
            try:
                return os.write(self._fd, data)
            except BlockingIOError:  # another writer was quicker: nothing was taken
                return 0

    def flush(self) -> bool:
        """Room for more means that the driver has given all to the printer."""
        return self._has_room()

    def fault(self) -> Fault | None:
        """The port's status, where the device has one."""
        answer = bytearray(4)
        try:
            fcntl.ioctl(self._fd, _LPGETSTATUS, answer)
        except OSError as error:
            if error.errno in (errno.ENOTTY, errno.EINVAL, errno.EIO):
                return None
            raise _link_broken(error) from error
        return fault_of_port(struct.unpack("i", answer)[0])

    def close(self) -> None:
        """Let the device go, for another program or for its unplugging."""
        os.close(self._fd)

    def _has_room(self) -> bool:
        return _is_ready(self._fd, select.POLLOUT, self._patience.stall_s)


class NetworkLink:
    """A printer in the network that takes raw bytes, by custom at port 9100."""

    is_status_apart = False

    def __init__(self, host: str, port: int, patience: Patience) -> None:
        self._patience = patience
        self._is_mute = False
        with _as_broken():
            self._socket = socket.create_connection((host, port), patience.connect_s)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _SEND_BUFFER)
        self._socket.setblocking(False)

    def send(self, data: bytes | memoryview) -> int:
        """What the connection takes now."""
        self._read_all()
        if not _is_ready(self._socket.fileno(), select.POLLOUT, self._patience.stall_s):
            return 0
        with _as_broken():
            return self._socket.send(data)

    def flush(self) -> bool:
        """Wait until nothing is left to be taken by the printer."""
        waiting, since_s = self._unsent(), time.monotonic()
        while waiting:
            if time.monotonic() - since_s > self._patience.stall_s:
                return False
            time.sleep(_DRAIN_STEP_S)
            self._read_all()
            left = self._unsent()
            if left < waiting:
                waiting, since_s = left, time.monotonic()
        return True

    def fault(self) -> Fault | None:
        """Ask it; many a cheap printer never answers, and is asked once only."""
        answers = [self._answer(question) for question in (ASK_OFFLINE, ASK_PAPER)]
        offline, paper = answers
        if offline is None or paper is None:
            return None
        return fault_of(offline, paper)

    def close(self) -> None:
        """End it so that what was sent arrives: unread answers would make the kernel reset it."""
        with contextlib.suppress(OSError, LinkBroken):
            self._read_all()
            self._socket.shutdown(socket.SHUT_WR)
        self._socket.close()

    def _answer(self, question: bytes) -> int | None:
        """The byte that answers a question, None where none comes in time."""
        if self._is_mute or not self.send(question):
            return None
        if not _is_ready(self._socket.fileno(), select.POLLIN, self._patience.answer_s):
            self._is_mute = True
            return None
        with _as_broken():
            answer = self._socket.recv(1)
        if not answer:
            raise LinkBroken(TroubleKind.PRINTER_GONE, _CLOSED)
        return answer[0]

    def _read_all(self) -> None:
        """Take in what the printer says unasked.

        Raises:
            LinkBroken: it has closed the connection.
        """
        with _as_broken(), contextlib.suppress(BlockingIOError):
            while True:
                if not self._socket.recv(4096):
                    raise LinkBroken(TroubleKind.PRINTER_GONE, _CLOSED)

    def _unsent(self) -> int:
        count = bytearray(4)
        with _as_broken():
            fcntl.ioctl(self._socket, termios.TIOCOUTQ, count)  # SIOCOUTQ (linux/sockios.h)
        return int(struct.unpack("i", count)[0])


def _is_ready(fd: int, event: int, patience_s: float) -> bool:
    """Whether reading or writing will not have to wait; an error that is to be read counts too."""
    poll = select.poll()
    poll.register(fd, event)
    return bool(poll.poll(patience_s * 1000))


@contextlib.contextmanager
def _as_broken() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise _link_broken(error) from error


def _link_broken(error: OSError) -> LinkBroken:
    refused = error.errno in (errno.EACCES, errno.EPERM, errno.EBUSY, errno.EISDIR)
    kind = TroubleKind.PRINTER_REFUSED if refused else TroubleKind.PRINTER_GONE
    return LinkBroken(kind, f"{type(error).__name__}: {error}")
