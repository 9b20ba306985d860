"""A printer made of its command reference: what its paper shows, and one in the network."""

import contextlib
import socket
import threading
from dataclasses import dataclass, field

from kiosk.printer.escpos import ASK_OFFLINE, ASK_PAPER


@dataclass
class Paper:
    """What a printer has made of the bytes: `rows` of dots, cuts, pulses for the drawer."""

    rows: list[bytes] = field(default_factory=list)
    cuts: int = 0
    pulses: int = 0
    initialized: int = 0


def printed(data: bytes) -> Paper:
    """Read the bytes as a printer does; zeros between commands print nothing.

    Raises:
        ValueError: bytes that are no command of this printer.
    """
    paper, at = Paper(), 0
    while at < len(data):
        if data[at] == 0:
            at += 1
        elif data.startswith(b"\x10\x04", at):
            at += 3
        elif data.startswith(b"\x1b@", at):
            paper.initialized += 1
            at += 2
        elif data.startswith(b"\x1dv0", at):
            row_bytes = int.from_bytes(data[at + 4 : at + 6], "little")
            rows = int.from_bytes(data[at + 6 : at + 8], "little")
            at += 8
            paper.rows += [
                data[at + row * row_bytes : at + (row + 1) * row_bytes] for row in range(rows)
            ]
            at += row_bytes * rows
        elif data.startswith(b"\x1bJ", at):
            at += 3
        elif data.startswith(b"\x1dV\x42", at):
            paper.cuts += 1
            at += 4
        elif data.startswith(b"\x1bp", at):
            paper.pulses += 1
            at += 5
        else:
            raise ValueError(f"no command: {data[at : at + 8]!r}")
    return paper


class NetworkPrinter:
    """A printer at a port of this machine. `offline` and `paper` are its answers to DLE EOT 2, 4.

    `answers`: many a cheap one does not. `takes` False: it accepts a connection and reads nothing.
    `breaks_after`: it closes the first connection after so many bytes.
    """

    def __init__(
        self, *, answers: bool = True, takes: bool = True, breaks_after: int | None = None
    ) -> None:
        self.answers, self.breaks_after = answers, breaks_after
        self.offline, self.paper = 0x12, 0x12
        self.takes = threading.Event()
        if takes:
            self.takes.set()
        self.data = bytearray()
        self.received = threading.Condition()
        self._connections: list[socket.socket] = []
        self._listening = socket.create_server(("127.0.0.1", 0))
        self._listening.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        self.port = self._listening.getsockname()[1]
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    @property
    def address(self) -> str:
        return f"tcp://127.0.0.1:{self.port}"

    def wait_for_cuts(self, number: int) -> Paper:
        """What is printed once there are so many cuts."""

        def is_there() -> bool:
            return bytes(self.data).count(b"\x1dV\x42\x00") >= number

        with self.received:
            assert self.received.wait_for(is_there, 20)
            return printed(bytes(self.data))

    def close(self) -> None:
        self.takes.set()
        for connection in self._connections:
            with contextlib.suppress(OSError):  # it may be closed already
                connection.shutdown(socket.SHUT_RDWR)
        self._listening.shutdown(socket.SHUT_RDWR)  # ends the waiting for a connection
        self._listening.close()
        self._thread.join(5)

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._listening.accept()
            except OSError:
                return
            self._connections.append(connection)
            with connection:
                self._talk(connection)

    def _talk(self, connection: socket.socket) -> None:
        self.takes.wait()
        while True:
            try:
                data = connection.recv(2048)
            except OSError:
                return
            if not data:
                return
            answer = {ASK_OFFLINE: self.offline, ASK_PAPER: self.paper}.get(data)
            if answer is not None and self.answers:
                connection.sendall(bytes([answer]))
            with self.received:
                self.data += data
                self.received.notify_all()
                if self.breaks_after is not None and len(self.data) >= self.breaks_after:
                    self.breaks_after = None
                    return
