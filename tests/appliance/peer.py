"""Somebody who speaks lines of JSON on a Unix socket: QMP, or the guest agent.

QMP (docs/interop/qmp-spec.rst in QEMU) works the machine from outside; the QEMU guest agent runs
commands inside.
"""

import json
import socket
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

ANSWER_S: Final = 300.0  # for an emulated processor on a busy desk machine


class MachineFailed(Exception):
    """QEMU or the guest did not do what was asked. The text holds what they said."""


class Peer:
    """One end of the line; connected at once. `check_alive` raises when nobody will answer."""

    def __init__(self, path: Path, check_alive: Callable[[], None]) -> None:
        self._unread = b""
        end_s = time.monotonic() + ANSWER_S
        while True:
            check_alive()
            self._socket = socket.socket(socket.AF_UNIX)
            try:
                self._socket.connect(str(path))
            except OSError:
                self._socket.close()
                if time.monotonic() > end_s:
                    raise
                time.sleep(0.02)
            else:
                return

    def greet(self) -> None:
        """QMP speaks first, and wants to be asked for its commands."""
        self._read(ANSWER_S)
        self.ask("qmp_capabilities", {})

    def synchronize(self, timeout_s: float) -> None:
        """Make the guest agent forget half-heard requests, ours or our predecessor's.

        Raises:
            OSError, EOFError, ValueError: it is not there yet.
        """
        number = time.monotonic_ns() % 2**31
        self._socket.sendall(b"\xff")
        self._send("guest-sync", {"id": number})
        end_s = time.monotonic() + timeout_s
        while self._read(end_s - time.monotonic()).get("return") != number:
            pass

    def ask(self, command: str, arguments: Mapping[str, Any], timeout_s: float = ANSWER_S) -> Any:
        """Send a command and return its answer; events on the way are skipped.

        Raises:
            MachineFailed: it said no.
        """
        self._send(command, arguments)
        while True:
            answer = self._read(timeout_s)
            if "return" in answer:
                return answer["return"]
            if "error" in answer:
                raise MachineFailed(f"{command}: {answer['error']}")

    def close(self) -> None:
        """Hang up."""
        self._socket.close()

    def _send(self, command: str, arguments: Mapping[str, Any]) -> None:
        order = {"execute": command, "arguments": arguments}
        self._socket.sendall(json.dumps(order).encode() + b"\n")

    def _read(self, timeout_s: float) -> dict[str, Any]:
        self._socket.settimeout(max(timeout_s, 0.01))
        while b"\n" not in self._unread:
            data = self._socket.recv(65536)
            if not data:
                raise EOFError
            self._unread += data
        line, self._unread = self._unread.split(b"\n", 1)
        answer: dict[str, Any] = json.loads(line.lstrip(b"\xff"))
        return answer
