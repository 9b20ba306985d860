"""A whole Debian in a container, its own systemd included: boots in seconds, has no network.

A test works on a copy of a system that was made once: a bare one, or one with the till on it.

Needs root, debootstrap, systemd-nspawn, and Debian's and PyPI's servers the first time.
"""

import hashlib
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Final

ROOT: Final = Path(__file__).parent.parent.parent
CACHE: Final = Path.home() / ".cache" / "blink-kiosk"
PYTHON: Final = MappingProxyType({"bookworm": "3.11", "trixie": "3.13"})
NEEDED: Final = ("debootstrap", "systemd-nspawn", "nsenter")
PATIENCE_S: Final = 600.0  # on a busy machine an installation takes minutes

_PACKAGES: Final = (
    *("systemd", "systemd-sysv", "udev", "dbus", "kmod", "iproute2", "ca-certificates"),
    *("python3", "python3-venv", "libgl1-mesa-dri", "libegl1", "libgles2", "libgbm1"),
)
_SOUND: Final = MappingProxyType({"bookworm": "libasound2", "trixie": "libasound2t64"})
_SETTINGS: Final = "BLINKPOS_API_KEY=blink_abcdef\nMERCHANT_USERNAME=shop\nKIOSK_PIN=4711\n"
# The system's own log and state; accounts as they were before the last change of one.
_RESTLESS: Final = ("/var/log/", "/var/lib/systemd/", "/var/lib/kiosk")
_COPIES: Final = tuple(f"/etc/{name}" for name in ("passwd-", "group-", "shadow-", "gshadow-"))
# No display, no DRM device to wait for, and not so long a patience.
_KIOSK: Final = "[Service]\nEnvironment=SDL_VIDEODRIVER=dummy SDL_AUDIODRIVER=dummy\n"
_FEW: Final = "TimeoutStartSec=15\n"
_MANAGER: Final = "[Manager]\nDefaultDeviceTimeoutSec=1s\n"
_DISPLAY: Final = "[Unit]\nJobRunningTimeoutSec=1s\n"
_BOOTED: Final = ("running", "degraded")  # not everything can be started in a container


def system_of(suite: str, folder: Path) -> Path:
    """A Debian in `folder` with the project in /srv/kiosk; nothing is installed yet."""
    root = folder / "root"
    run("cp", "-a", str(_base(suite)), str(root))
    shutil.copytree(_wheels(suite), root / "srv/wheels")
    listed = run("git", "-C", str(ROOT), "ls-files", "-z", "-co", "--exclude-standard")
    for name in filter(None, listed.split("\0")):
        if (ROOT / name).is_file() and not name.startswith("tests/"):
            target = root / "srv/kiosk" / name
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, target)
    _put(root, "/srv/settings.env", _SETTINGS)
    _put(root, "/etc/systemd/system/kiosk.service.d/test.conf", _KIOSK + _FEW)
    _put(root, "/etc/systemd/system.conf.d/test.conf", _MANAGER)
    _put(root, "/etc/systemd/system/dev-kiosk-display.device.d/test.conf", _DISPLAY)
    return root


def can_run() -> bool:
    """Whether this machine has what it takes."""
    return os.geteuid() == 0 and all(shutil.which(tool) for tool in NEEDED)


class Container:
    """One Debian, booted, with the project in /srv/kiosk: a copy of `system`."""

    def __init__(self, folder: Path, system: Path) -> None:
        self.root = folder / "root"
        run("cp", "-a", str(system), str(self.root))
        self._nspawn, self._init = self._boot()

    def put(self, path: str, text: str) -> None:
        """Write a file inside."""
        _put(self.root, path, text)

    def run(self, words: str, timeout_s: float = PATIENCE_S) -> tuple[int, str]:
        """A shell command inside: its exit status and what it said."""
        done = subprocess.run(
            self._inside(words),
            capture_output=True,
            text=True,
            timeout=timeout_s,
        )
        return done.returncode, done.stdout + done.stderr

    def begin(self, words: str) -> subprocess.Popen[bytes]:
        """A shell command inside that nobody waits for."""
        return subprocess.Popen(
            self._inside(words), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )

    def wait(self, words: str, timeout_s: float = PATIENCE_S) -> str:
        """Until a command inside succeeds; what it said."""
        end = time.monotonic() + timeout_s
        while True:
            status, said = self.run(words)
            if status == 0:
                return said
            assert time.monotonic() < end, f"{words}: {said}"
            time.sleep(0.5)

    def files(self) -> dict[str, tuple[object, ...]]:
        """Every path with kind, owner, mode, link, size and time, but for what always changes."""
        entries: dict[str, tuple[object, ...]] = {}
        for folder, folders, names in os.walk(self.root):
            here = Path(folder)
            if here == self.root:
                folders[:] = sorted(set(folders) - {"proc", "sys", "dev", "run", "tmp", "srv"})
            for path in [here / name for name in (*folders, *names)]:
                output = path.lstat()
                link = os.readlink(path) if path.is_symlink() else ""  # noqa: PTH115
                is_file = path.is_file() and not link
                size = output.st_size if is_file else 0
                stamp = output.st_mtime_ns if is_file else 0
                name = f"/{path.relative_to(self.root)}"
                if name.startswith(_RESTLESS) or name in _COPIES:
                    continue
                entries[name] = (output.st_mode, output.st_uid, output.st_gid, link, size, stamp)
        return entries

    def ended(self) -> None:
        """Wait until it has turned itself off."""
        self._nspawn.wait(PATIENCE_S)

    def turn_off(self) -> Path:
        """Off in good order; the system, for another container to begin with."""
        self.run("systemctl poweroff")
        self.ended()
        return self.root

    def close(self) -> None:
        """Off, as if the plug were pulled, and its disk is gone."""
        if self._nspawn.poll() is None:
            os.kill(self._init, signal.SIGKILL)
            self.ended()
        shutil.rmtree(self.root)

    def _inside(self, words: str) -> list[str]:
        path = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
        place = ["nsenter", "-t", str(self._init), "-a", "env", "-i", path, "HOME=/root"]
        return [*place, "LC_ALL=C.UTF-8", "bash", "-c", f"cd /srv/kiosk && {words}"]

    def _boot(self) -> tuple[subprocess.Popen[bytes], int]:
        words = ["systemd-nspawn", "-D", str(self.root), "--register=no", "--keep-unit"]
        words += ["--boot", "--console=pipe", "--private-network", "--quiet"]
        nspawn = subprocess.Popen(
            words,
            env={**os.environ, "SYSTEMD_NSPAWN_UNIFIED_HIERARCHY": "1"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        end = time.monotonic() + PATIENCE_S
        while time.monotonic() < end:
            children = Path(f"/proc/{nspawn.pid}/task/{nspawn.pid}/children").read_text().split()
            if children:
                self._init = int(children[0])
                if self.run("systemctl is-system-running")[1].strip() in _BOOTED:
                    return nspawn, self._init
            time.sleep(0.3)
        nspawn.kill()
        raise AssertionError("the container did not boot")


def _put(root: Path, path: str, text: str) -> None:
    file = root / path.lstrip("/")
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)


def _base(suite: str) -> Path:
    packages = (*_PACKAGES, _SOUND[suite])
    root = CACHE / f"container-{suite}-{hash_of(packages)}"
    if not root.exists():
        new = root.with_suffix(".new")
        shutil.rmtree(new, ignore_errors=True)
        new.parent.mkdir(parents=True, exist_ok=True)
        run("debootstrap", "--variant=minbase", f"--include={','.join(packages)}", suite, str(new))
        (new / "etc/machine-id").write_text("")
        new.rename(root)
    return root


def _wheels(suite: str) -> Path:
    lock = ROOT / "requirements.lock"
    folder = CACHE / f"container-wheels-{suite}-{hash_of([lock.read_text()])}"
    return locked_packages(lock, folder, ("download", "--dest"), PYTHON[suite], "x86_64")


def locked_packages(
    lock: Path, folder: Path, command: tuple[str, str], python: str, processor: str
) -> Path:
    """A folder with what a lock names, for a Python and a processor; made once.

    `command` is pip's command and its option for the folder.
    """
    if not folder.exists():
        new = folder.with_suffix(".new")
        words = [sys.executable, "-m", "pip", command[0], "--quiet", "--no-deps", "-r", str(lock)]
        words += ["--require-hashes", "--only-binary=:all:", command[1], str(new)]
        words += [f"--python-version={python}", "--implementation=cp"]
        words += [f"--platform=manylinux{tag}_{processor}" for tag in ("2014", "_2_28", "_2_34")]
        run(*words)
        new.rename(folder)
    return folder


def hash_of(parts: Sequence[str]) -> str:
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:12]


def run(*words: str) -> str:
    done = subprocess.run(words, capture_output=True, text=True)
    assert done.returncode == 0, f"{words[0]}: {done.stdout}{done.stderr}"
    return done.stdout
