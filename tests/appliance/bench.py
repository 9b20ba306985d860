"""The till on the bench: a cashier's hands, a customer's camera, and Blink around it.

Everything here goes through the outside of the machine, save for two things that a real box has
and QEMU has not, which the image brings along: copper (the GPIO lines of kmod/) and a touchscreen
(guest/touchscreen.py).
"""

import shlex
import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Final

import pygame
import pytest
from PIL import Image as Picture
from PIL import ImageChops

from kiosk.panel.wiring import DEFAULT_LED_PIN, read_wiring
from kiosk.sale.keys import Key, Letter
from kiosk.sale.till import Till
from kiosk.screen.display.window import picture
from kiosk.screen.drawing.look import Look
from kiosk.screen.drawing.theme import PALETTES
from kiosk.simulate import Simulator
from kiosk.simulate.cli import read_qr
from kiosk.simulate.ledger import Transfer
from tests.appliance.image import Image
from tests.appliance.peer import MachineFailed
from tests.appliance.vm import BOOT_S, HEIGHT, WIDTH, Machine, Parts

# One machine, one after the other, and much slower than a unit test.
APPLIANCE: Final = [
    pytest.mark.appliance,
    pytest.mark.timeout(3600),
]

SNAPSHOT: Final = "ready"
WIRES: Final = "/sys/devices/platform/gpio-wire-sim"
TOUCHSCREEN: Final = "/run/touchscreen"
LOG: Final = "journalctl --boot --unit=kiosk --output=cat --no-pager --lines=all"
PATIENCE_S: Final = 240.0
# After a restore, until its picture was seen; emulated, on two cores with nothing else to do.
QUIET_RESTORE_S: Final = 2.0
MOST_PATIENCE: Final = 4.0  # times: what fails shall end some time
NAME: Final = "Bench"
LOOK: Final = Look(name=NAME)

# QEMU's names of what a cashier presses on a keyboard.
_KEYBOARD: Final[Mapping[Key, str]] = {
    Key.DELETE: "backspace",
    Key.CLEAR: "esc",
    Key.PLUS: "kp_add",
    Key.CHARGE: "ret",
    Key.CURRENCY: "tab",
    Key.MENU: "f10",
}
_LEGENDS: Final[Mapping[Key, str]] = {
    Key.DELETE: "B",
    Key.CLEAR: "*",
    Key.PLUS: "A",
    Key.CHARGE: "#",
    Key.CURRENCY: "D",
    Key.MENU: "C",
}


class Bench:
    """A machine with the kiosk in it, and the simulated Blink that it reaches as its own."""

    def __init__(self, image: Image, folder: Path) -> None:
        self.folder = folder
        self._ports = _free_ports(2)
        self.simulator = self._new_simulator()
        self.env = settings(self.simulator)
        self._disks = (folder / "root.qcow2", folder / "boot.qcow2")
        self.machine = Machine(self._parts(image), folder)
        self._wiring = read_wiring()
        self._pictures = 0

    # --- around the machine -----------------------------------------------------------------

    @contextmanager
    def blink(self) -> Iterator[Simulator]:
        """A Blink where nothing has happened yet answers the kiosk."""
        with self._new_simulator() as self.simulator:
            yield self.simulator

    def switch_on(self, disk: Path | None = None) -> float:
        """Boot, with one more `disk`, and return the seconds from the plug to the first picture."""
        self.machine.switch_on()
        if disk is not None:
            self.machine.plug_disk(disk)
        seen_s = self.until_picture(is_kiosk, BOOT_S)
        self.machine.wait_for_agent()
        return seen_s

    def until_ready(self, starts: int = 1) -> None:
        """Wait until a sale can be made, by a kiosk that has started so often since the boot."""
        self.until_logged("in service", times=starts, timeout_s=BOOT_S)
        self.until_keypad()

    def until_keypad(self) -> None:
        """Wait until keys are looked for: at rest the rows of the keypad are driven low."""
        self.machine.until(f"grep '^{self._wiring.rows[0]} out 0' {WIRES}/lines")

    def save(self, folder: Path) -> None:
        """Remember the whole machine as it is now, switch it off, and keep its disks."""
        self.machine.save(SNAPSHOT)
        self.machine.pull_the_plug()
        for disk in self._disks:
            shutil.copyfile(disk, folder / disk.name)

    def insert_disks(self, folder: Path) -> None:
        """Take the disks that were kept there."""
        for disk in self._disks:
            shutil.copyfile(folder / disk.name, disk)

    def restore(self) -> None:
        """Be as when it was saved, whatever became of it since, the plug pulled included."""
        self.machine.restore(SNAPSHOT)
        begun_s = time.monotonic()
        # What was saved may have met the simulator at other ports.
        http, ws = self._ports
        self.machine.run(
            f"systemctl set-environment SIMULATOR_HTTP={http} SIMULATOR_WS={ws}\n"
            "systemctl try-restart simulator-http.service simulator-ws.service"
        )
        self.until_picture(is_kiosk)
        restored_s = time.monotonic() - begun_s
        self.machine.slowness = min(max(1.0, restored_s / QUIET_RESTORE_S), MOST_PATIENCE)

    @property
    def hardware(self) -> str:
        """What the machine is put together from, wherever its files and ports are."""
        words = " ".join(self.machine.command).replace(str(self.folder), "")
        return words.replace(str(self._ports[0]), "").replace(str(self._ports[1]), "")

    def until_picture(
        self, wanted: Callable[[Picture.Image], bool], timeout_s: float = PATIENCE_S
    ) -> float:
        """Look at the screen until it is as `wanted`; seconds since the machine was plugged in.

        Raises:
            MachineFailed: it never was.
        """
        for _ in self.machine.tries(timeout_s):
            on_for_s = self.machine.on_for_s
            if wanted(self.look()):
                return on_for_s
        raise MachineFailed(f"the screen did not change as wanted in {timeout_s} s: {self.shot()}")

    def look(self) -> Picture.Image:
        """What the screen shows now."""
        with Picture.open(self.machine.photograph(self.folder / "look.ppm")) as seen:
            return seen.convert("RGB")

    def shot(self, name: str = "") -> Path:
        """Keep a picture of the screen for a person to look at."""
        self._pictures += 1
        path = self.folder / f"{self._pictures:02}-{name or 'screen'}.png"
        return self.machine.photograph(path)

    def log(self) -> list[str]:
        """What the kiosk has logged since the machine booted."""
        return self.machine.run(LOG).splitlines()

    def until_logged(self, words: str, times: int = 1, timeout_s: float = PATIENCE_S) -> None:
        """Wait until the kiosk has logged `words` so often since the machine booted.

        Raises:
            MachineFailed: it has not.
        """
        # Process substitution: the shell does not wait for journalctl, which would follow on.
        # `cat`, because a grep that nobody listens to ends at the first line, whatever the count.
        script = f"grep --max-count={times} {shlex.quote(words)} < <({LOG} --follow) | cat"
        waits = f"timeout {timeout_s * self.machine.slowness} bash -c {shlex.quote(script)}"
        code, _ = self.machine.attempt(waits, timeout_s + PATIENCE_S)
        if code != 0:
            said = "\n".join(self.log()[-30:])
            raise MachineFailed(f"not logged in {timeout_s} s: {words} x {times}\n{said}")

    def starts(self) -> int:
        """How often the till has come into service since the machine booted.

        On a busy machine the first start may have taken more than one try.
        """
        return sum("in service" in line for line in self.log())

    def restart_with(self, **changed: str) -> None:
        """Start the till anew with these settings changed, and wait until a sale can be made."""
        starts = self.starts()
        self.machine.put(settings_text({**self.env, **changed}), "/boot/firmware/kiosk.env")
        self.machine.run("systemctl restart --no-block kiosk")
        self.until_ready(starts + 1)

    def doctor(self) -> tuple[int, str]:
        """What `kiosk doctor` says, its lines joined, and its exit code."""
        code, said = self.machine.attempt("kiosk doctor")
        return code, " ".join(said.split())

    # --- a cashier ---------------------------------------------------------------------------

    def press(self, *keys: Key) -> None:
        """Press keys of the matrix keypad, one after the other.

        Slowly: a key counts when two scans agree, and an emulated processor that has to wait for
        the real ones takes long for a scan.
        """
        strokes = (
            f"echo '{wires}' >{WIRES}/press; sleep 0.5; echo '{wires}' >{WIRES}/release; sleep 0.3"
            for wires in map(self.crossing, keys)
        )
        self.machine.run("\n".join(strokes))

    def hold(self, *keys: Key) -> None:
        """Press keys of the matrix keypad and keep them down; returns when they must be seen."""
        strokes = (f"echo '{self.crossing(key)}' >{WIRES}/press" for key in keys)
        self.machine.run("\n".join((*strokes, "sleep 0.3")))

    def let_go(self, *keys: Key) -> None:
        """Lift these keys; returns when that must be seen."""
        strokes = (f"echo '{self.crossing(key)}' >{WIRES}/release" for key in keys)
        self.machine.run("\n".join((*strokes, "sleep 0.3")))

    def touch(self, till: Till, *keys: Key | Letter, hold_ms: int = 80) -> None:
        """Tap these keys on the screen, which shows `till`, one after the other.

        With `hold_ms` -1 the finger is never lifted.
        """
        _, canvas = picture(till, LOOK, (WIDTH, HEIGHT))
        places = {zone.key: zone.rect.center for zone in canvas.zones}
        taps = (
            f"echo {places[key][0]} {places[key][1]} {hold_ms} >{TOUCHSCREEN}; sleep 0.3"
            for key in keys
        )
        self.machine.run("\n".join(taps))

    def type(self, *keys: Key) -> None:
        """Type on the keyboard."""
        self.machine.type(*(_KEYBOARD.get(key, key.value) for key in keys))

    def led(self, seconds: float) -> list[bool]:
        """Whether the LED's line was high, looked at 20 times a second."""
        look = f"grep '^{DEFAULT_LED_PIN} ' {WIRES}/lines"
        seen = self.machine.run(f"for _ in $(seq {seconds * 20:.0f}); do {look}; sleep 0.05; done")
        return [line.split()[2] == "1" for line in seen.splitlines()]

    def crossing(self, key: Key) -> str:
        """The two lines that this key of the keypad joins."""
        legend = _LEGENDS.get(key, key.value)
        for row, legends in enumerate(self._wiring.legends):
            if legend in legends:
                return f"{self._wiring.rows[row]} {self._wiring.columns[legends.index(legend)]}"
        raise ValueError(f"no {legend} on this keypad")

    # --- a customer --------------------------------------------------------------------------

    def scan(self, timeout_s: float = PATIENCE_S) -> str:
        """Hold a camera at the screen until there is a code, and return what it says.

        Raises:
            MachineFailed: there was none.
        """
        path = self.folder / "scan.ppm"
        for _ in self.machine.tries(timeout_s):
            with suppress(ValueError):  # there is none yet
                return read_qr(self.machine.photograph(path))
        raise MachineFailed(f"no code in {timeout_s} s: {self.shot('no-code')}")

    def pay(self, payment_request: str) -> int:
        """Pay what was scanned, from another wallet on the Lightning network; returns the sats."""
        report = self.simulator.pay(payment_request)
        assert report.paid, report
        return report.amount_sat

    def moved(self) -> list[tuple[str, str, int]]:
        """Every payment of the ledger: who paid, who got it, sats."""
        self.simulator.ledger.assert_balanced()
        return [
            _short(entry) for entry in self.simulator.ledger.report() if entry.kind != "opening"
        ]

    # --- helpers -----------------------------------------------------------------------------

    def _new_simulator(self) -> Simulator:
        # The same seed, so the same accounts and keys: the kiosk meets whom it knows.
        return Simulator(http_port=self._ports[0], ws_port=self._ports[1])

    def _parts(self, image: Image) -> Parts:
        root, boot = self._disks
        qemu_img("create", "-f", "qcow2", "-b", str(image.root), "-F", "raw", str(root))
        raw = self.folder / "boot.img"
        shutil.copyfile(image.boot, raw)
        env = self.folder / "kiosk.env"
        env.write_text(settings_text(self.env))
        subprocess.run(["mcopy", "-i", str(raw), str(env), "::kiosk.env"], check=True)
        qemu_img("convert", "-O", "qcow2", str(raw), str(boot))
        http, ws = self._ports
        added = (
            "systemd.default_device_timeout_sec=600",  # a busy machine finds its disks late
            f"systemd.setenv=SIMULATOR_HTTP={http}",
            f"systemd.setenv=SIMULATOR_WS={ws}",
        )
        line = " ".join((image.command_line, *added))
        return Parts(image.kernel, image.initrd, line, disks=self._disks)


def settings(simulator: Simulator) -> dict[str, str]:
    """What a merchant's friend writes into kiosk.env; Blink is where the image's proxies are."""
    return {
        "BLINK_API_URL": "http://127.0.0.1:8080/graphql",
        "BLINK_WS_URL": "ws://127.0.0.1:8081/graphql",
        "BLINKPOS_API_KEY": simulator.till.api_key,
        "MERCHANT_USERNAME": simulator.merchant.username,
        "KIOSK_NAME": NAME,
        "KIOSK_PIN": "2580",
        "KIOSK_SUCCESS_SECONDS": "2",
    }


def settings_text(values: Mapping[str, str]) -> str:
    """Settings as the lines of a kiosk.env."""
    return "".join(f"{name}={value}\n" for name, value in values.items())


def digits(text: str) -> tuple[Key, ...]:
    """The keys of a number."""
    return tuple(Key(digit) for digit in text)


def is_kiosk(seen: Picture.Image) -> bool:
    """Whether a picture can be the kiosk's: mostly of its own ground, which no console has."""
    ground = PALETTES[LOOK.theme].ground
    colours = seen.getcolors(seen.width * seen.height) or []
    return any(count > WIDTH * HEIGHT // 10 and colour == ground[:3] for count, colour in colours)


def difference(seen: Picture.Image, till: Till) -> int:
    """The number of pixels in which a picture is not the view of `till`."""
    view, _ = picture(till, LOOK, (WIDTH, HEIGHT))
    drawn = Picture.frombytes("RGB", (WIDTH, HEIGHT), pygame.image.tobytes(view, "RGB"))
    changed = ImageChops.difference(seen, drawn).convert("L").tobytes()
    return len(changed) - changed.count(0)


def _short(transfer: Transfer) -> tuple[str, str, int]:
    return transfer.payer, transfer.payee, transfer.amount


def _free_ports(count: int) -> list[int]:
    with ExitStack() as open_:
        listeners = [open_.enter_context(socket.socket()) for _ in range(count)]
        for listener in listeners:
            listener.bind(("127.0.0.1", 0))
        return [int(listener.getsockname()[1]) for listener in listeners]


def qemu_img(*words: str) -> None:
    """Make or convert a disk's file."""
    subprocess.run(["qemu-img", words[0], "-q", *words[1:]], check=True)
