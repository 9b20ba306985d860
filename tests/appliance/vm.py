"""A machine in QEMU: its plug, its screen, its inputs, and a helper inside that runs commands.

QMP (docs/interop/qmp-spec.rst in QEMU) works the machine from outside; the QEMU guest agent runs
commands inside over a virtual serial line, so the guest needs no network and no open port for it.
"""

import base64
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from tests.appliance.accelerator import accelerator
from tests.appliance.peer import ANSWER_S, MachineFailed, Peer

WIDTH: Final = 800
HEIGHT: Final = 480
# All times are for an emulated processor on a busy desk machine.
BOOT_S: Final = 600.0
COMMAND_S: Final = ANSWER_S
SNAPSHOT_S: Final = 300.0
# What a kernel says when it dies. An emulated processor on a busy machine can be the reason.
DYING_WORDS: Final = ("Kernel panic", "Oops:", "general protection fault", "double fault")
# Between two looks at the machine: each look takes time from an emulated processor.
FIRST_PAUSE_S: Final = 0.05
LONGEST_PAUSE_S: Final = 1.0
# Where disks can be plugged in while it runs.
SLOT: Final = "disk-port"
PLUGGED: Final = "plugged"
USB: Final = "usb"
STICK: Final = "stick"


@dataclass(frozen=True, slots=True)
class Parts:
    """What a machine is put together from. Disks are qcow2 and written to; the first is root."""

    kernel: Path
    initrd: Path
    command_line: str
    disks: Sequence[Path]


class Machine:
    """One computer, switched off at first. `folder` keeps its sockets and its serial log."""

    def __init__(self, parts: Parts, folder: Path) -> None:
        self._parts = parts
        self._folder = folder
        self._process: subprocess.Popen[bytes] | None = None
        self._qmp: Peer | None = None
        self._agent: Peer | None = None
        self._on_at_s = 0.0
        self._said_before = 0  # how much of the serial log is from before this boot
        self._plugged: Path | None = None
        self.slowness = 1.0  # how many times as long as on a quiet desk machine everything takes

    # --- plug -------------------------------------------------------------------------------

    def switch_on(self) -> None:
        """Plug it in. `wait_for_agent` returns when it has booted."""
        self.pull_the_plug()
        for name in ("qmp", "agent"):
            (self._folder / name).unlink(missing_ok=True)
        self._on_at_s = time.monotonic()
        self._said_before = len(self.serial())
        with (self._folder / "qemu.log").open("ab") as log:
            self._process = subprocess.Popen(
                self.command, stdin=subprocess.DEVNULL, stdout=log, stderr=log
            )
        self._qmp = Peer(self._folder / "qmp", self._check_alive)
        self._qmp.greet()

    def pull_the_plug(self) -> None:
        """Stop it dead: no flush, no goodbye. The disks stay as they are at this instant."""
        process = self._process
        if process is None:
            return
        process.kill()
        process.wait()
        for peer in (self._qmp, self._agent):
            if peer is not None:
                peer.close()
        self._process = self._qmp = self._agent = None
        self._plugged = None

    @property
    def is_on(self) -> bool:
        """Whether it runs: a machine that has rebooted is off, for QEMU ends then."""
        return self._process is not None and self._process.poll() is None

    @property
    def death_of_kernel(self) -> str:
        """What the kernel said when it died since the last boot or restore; empty: it lives."""
        said = self.serial()[self._said_before :].splitlines()
        return next((line for line in said if any(word in line for word in DYING_WORDS)), "")

    @property
    def on_for_s(self) -> float:
        """Seconds since it was plugged in."""
        return time.monotonic() - self._on_at_s

    def save(self, name: str) -> None:
        """Keep disks, memory and devices as they are now, inside the first disk."""
        self._monitor(f"savevm {name}")

    def restore(self, name: str) -> None:
        """Be exactly as when `name` was saved, but for the time of day, which is now.

        A disk that was plugged in since is not in what was saved, so the machine starts without.
        """
        if self._plugged is not None or not self.is_on:
            self.switch_on()
        self._monitor(f"loadvm {name}")
        self._said_before = len(self.serial())
        self._hang_up()
        self.wait_for_agent()
        self.run(f"date --set=@{time.time():.3f}")

    # --- inside -----------------------------------------------------------------------------

    def wait_for_agent(self, timeout_s: float = BOOT_S) -> None:
        """Wait until commands can be run inside.

        Raises:
            MachineFailed: QEMU ended, or it took too long.
        """
        for _ in self.tries(timeout_s):
            self._check_alive()
            agent = Peer(self._folder / "agent", self._check_alive)
            try:
                agent.synchronize(timeout_s=5.0)
            except (OSError, EOFError, ValueError):
                agent.close()
            else:
                self._agent = agent
                return
        raise MachineFailed(f"no guest agent in {timeout_s} s; it said:\n{self.serial()[-3000:]}")

    def run(self, script: str, timeout_s: float = COMMAND_S) -> str:
        """Run a bash script as root and return what it printed.

        Raises:
            MachineFailed: its exit code was not 0, or it took too long.
        """
        code, out = self.attempt(script, timeout_s)
        if code != 0:
            raise MachineFailed(f"exit code {code} of:\n{script}\n{out}")
        return out

    def attempt(self, script: str, timeout_s: float = COMMAND_S) -> tuple[int, str]:
        """Run a bash script as root; its exit code and all it printed.

        Raises:
            MachineFailed: it took too long.
        """
        agent = self._agent
        assert agent is not None, "wait_for_agent first"
        begun = agent.ask(
            "guest-exec",
            {"path": "/bin/bash", "arg": ["-c", script], "capture-output": True},
        )
        for _ in self.tries(timeout_s):
            status = agent.ask("guest-exec-status", {"pid": begun["pid"]})
            if status["exited"]:
                break
        else:
            raise MachineFailed(f"still running after {timeout_s} s:\n{script}")
        raw = base64.b64decode(status.get("out-data", "")) + base64.b64decode(
            status.get("err-data", "")
        )
        return status.get("exitcode", -1), raw.decode(errors="replace")

    def until(self, script: str, timeout_s: float = COMMAND_S) -> str:
        """Run `script` again and again until it succeeds and prints something; returns that.

        Raises:
            MachineFailed: it never did.
        """
        for _ in self.tries(timeout_s):
            code, out = self.attempt(script)
            if code == 0 and out.strip():
                return out.strip()
        raise MachineFailed(f"not within {timeout_s} s:\n{script}\nlast: {out}")

    def tries(self, timeout_s: float) -> Iterator[None]:
        """Come back for one look after the other, ever more seldom, until `timeout_s` is over.

        On a machine that is slower than `slowness` 1 it takes as much longer.
        """
        end_s = time.monotonic() + timeout_s * self.slowness
        pause_s = FIRST_PAUSE_S
        yield
        while time.monotonic() < end_s:
            time.sleep(pause_s)
            pause_s = min(pause_s * 1.5, LONGEST_PAUSE_S)
            yield

    def put(self, text: str, path: str) -> None:
        """Write a file inside."""
        data = base64.b64encode(text.encode()).decode()
        self.run(f"base64 -d <<<'{data}' >'{path}'")

    def serial(self) -> str:
        """What the kernel has said on its console."""
        log = self._folder / "serial.log"
        return log.read_text(errors="replace") if log.exists() else ""

    # --- outside ----------------------------------------------------------------------------

    def photograph(self, path: Path) -> Path:
        """Save what the screen shows: as a PNG to keep, or a PPM, which takes no time to pack."""
        self._outside("screendump", {"filename": str(path), "format": path.suffix[1:]})
        return path

    def type(self, *keys: str, hold_s: float = 0.05) -> None:
        """Press keys of the keyboard one after the other; `ctrl-alt-f2` is a chord.

        Names are QEMU's (QKeyCode in qapi/ui.json).
        """
        for chord in keys:
            codes = chord.split("-")
            for code in codes:
                self._key(code, "down")
            time.sleep(hold_s)
            for code in reversed(codes):
                self._key(code, "up")
            time.sleep(hold_s)

    def plug_disk(self, disk: Path) -> None:
        """Plug a qcow2 disk in while it runs, or as it begins to boot. It goes with the plug."""
        drive = {"driver": "qcow2", "node-name": PLUGGED}
        file = {"driver": "file", "filename": str(disk)}
        self._outside("blockdev-add", {**drive, "file": file})
        device = {"driver": "virtio-blk-pci", "bus": SLOT, "drive": PLUGGED, "id": PLUGGED}
        self._outside("device_add", device)
        self._plugged = disk

    def plug_stick(self, stick: Path) -> None:
        """Plug a USB stick in while it runs: a file with its bytes, which are written to."""
        file = {"driver": "file", "filename": str(stick)}
        self._outside("blockdev-add", {"driver": "raw", "node-name": STICK, "file": file})
        device = {"driver": "usb-storage", "bus": f"{USB}.0", "drive": STICK, "id": STICK}
        self._outside("device_add", device)
        self._plugged = stick

    def pull_stick(self) -> None:
        """Pull the stick out, whatever is being read from it or written to it.

        Raises:
            MachineFailed: QEMU does not let go of its file.
        """
        self._outside("device_del", {"id": STICK})
        for _ in self.tries(COMMAND_S):
            with suppress(MachineFailed):  # a request of the guest's is still under way
                self._outside("blockdev-del", {"node-name": STICK})
                self._plugged = None
                return
        raise MachineFailed("the stick is still in use")

    @contextmanager
    def cable_pulled(self) -> Iterator[None]:
        """The network cable is out."""
        self._outside("set_link", {"name": "net", "up": False})
        try:
            yield
        finally:
            self._outside("set_link", {"name": "net", "up": True})

    @property
    def command(self) -> list[str]:
        """How QEMU is started: the machine's hardware, all of it."""
        parts, folder = self._parts, self._folder
        disks = [
            argument
            for disk in parts.disks
            for argument in ("-drive", f"file={disk},if=virtio,format=qcow2")
        ]
        return [
            "qemu-system-x86_64",
            *("-nodefaults", "-no-reboot", "-machine", "q35,sata=off,smbus=off"),
            *accelerator().options,
            *("-smp", "2", "-m", "1024", "-display", "none"),
            *("-device", f"virtio-gpu-pci,xres={WIDTH},yres={HEIGHT},max_outputs=2"),
            # A pointer is plugged in as well, and must never show.
            *("-device", "virtio-keyboard-pci", "-device", "virtio-tablet-pci"),
            *("-device", "virtio-rng-pci"),
            *("-netdev", "user,id=net", "-device", "virtio-net-pci,netdev=net,id=card"),
            *disks,
            *("-device", f"pcie-root-port,id={SLOT}"),
            *("-device", f"qemu-xhci,id={USB}"),
            *("-device", "virtio-serial-pci"),
            *("-chardev", f"socket,id=agent,path={folder}/agent,server=on,wait=off"),
            *("-device", "virtserialport,chardev=agent,name=org.qemu.guest_agent.0"),
            *("-qmp", f"unix:{folder}/qmp,server=on,wait=off"),
            *("-chardev", f"file,id=serial,path={folder}/serial.log,append=on"),
            *("-serial", "chardev:serial"),
            *("-kernel", str(parts.kernel), "-initrd", str(parts.initrd)),
            *("-append", " ".join((parts.command_line, *accelerator().kernel_words))),
        ]

    # --- helpers ----------------------------------------------------------------------------

    def _check_alive(self) -> None:
        if self._process is None or self._process.poll() is not None:
            said = (self._folder / "qemu.log").read_text(errors="replace")
            raise MachineFailed(f"QEMU is not running; it said:\n{said[-3000:]}")

    def _hang_up(self) -> None:
        if self._agent is not None:
            self._agent.close()
            self._agent = None

    def _outside(
        self, command: str, arguments: Mapping[str, Any], timeout_s: float = COMMAND_S
    ) -> Any:
        assert self._qmp is not None, "it is switched off"
        return self._qmp.ask(command, arguments, timeout_s)

    def _monitor(self, line: str) -> None:
        said = self._outside("human-monitor-command", {"command-line": line}, SNAPSHOT_S)
        if said:
            raise MachineFailed(f"{line}: {said}")

    def _input(self, *events: Mapping[str, Any]) -> None:
        self._outside("input-send-event", {"events": events})

    def _key(self, code: str, way: str) -> None:
        key = {"type": "qcode", "data": code}
        self._input({"type": "key", "data": {"down": way == "down", "key": key}})
