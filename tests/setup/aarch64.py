"""A Debian for a Pi's processor, whose programs run here under QEMU's user emulation.

Needs root, debootstrap, systemd-nspawn and qemu-user-static, and Debian's and PyPI's servers the
first time. The libraries are aarch64 wheels of the lock that pip picks outside: inside it takes
minutes.
"""

import os
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from tests.setup.container import CACHE, ROOT, hash_of, locked_packages, run

SUITE: Final = "trixie"
PYTHON: Final = "3.13"
PATIENCE_S: Final = 1200.0
# The kernel starts aarch64 programs through it. `F`: it was opened then, so no root needs a copy.
EMULATOR: Final = Path("/proc/sys/fs/binfmt_misc/qemu-aarch64")

_NEEDED: Final = ("debootstrap", "systemd-nspawn")
_PACKAGES: Final = ("python3", "ca-certificates")
_PROJECT: Final = "/srv/kiosk"
_LIBRARIES: Final = "/srv/libraries"
_COMPILED: Final = "/srv/compiled"  # Python's bytecode, which takes the emulator minutes


def missing() -> str:
    """What this machine lacks for it, and how to get it; empty if nothing."""
    if os.geteuid() != 0:
        return "needs root"
    tools = [tool for tool in _NEEDED if shutil.which(tool) is None]
    if tools:
        return f"needs {', '.join(tools)}"
    if not EMULATOR.exists() or "F" not in EMULATOR.read_text().split("flags: ")[1].split()[0]:
        return "needs the package qemu-user-static, with binfmt_misc mounted and qemu-aarch64 in it"
    return ""


def run_inside(
    *words: str, environ: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """Run a program on that Debian: the project and its libraries are there, only read.

    Its network is this machine's, and `/tmp` is empty at its start.
    """
    compiled = CACHE / "aarch64-compiled"
    compiled.mkdir(parents=True, exist_ok=True)
    given = {
        "PYTHONPATH": f"{_PROJECT}:{_LIBRARIES}",
        "PYTHONPYCACHEPREFIX": _COMPILED,
        "HOME": "/tmp",
        **(environ or {}),
    }
    return subprocess.run(
        (
            *("systemd-nspawn", "--quiet", "--register=no", "--keep-unit", "--pipe", "--as-pid2"),
            *(f"--directory={_system()}", "--read-only", "--tmpfs=/tmp"),
            f"--bind-ro={ROOT}:{_PROJECT}",
            f"--bind-ro={_libraries()}:{_LIBRARIES}",
            f"--bind={compiled}:{_COMPILED}",
            *(f"--setenv={name}={value}" for name, value in given.items()),
            *("--chdir=/tmp", *words),
        ),
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
    )


def _system() -> Path:
    root = CACHE / f"aarch64-{SUITE}-{hash_of(_PACKAGES)}"
    if not root.exists():
        new = root.with_suffix(".new")
        shutil.rmtree(new, ignore_errors=True)
        new.parent.mkdir(parents=True, exist_ok=True)
        packages = f"--include={','.join(_PACKAGES)}"
        run("debootstrap", "--arch=arm64", "--variant=minbase", packages, SUITE, str(new))
        for folder in (_PROJECT, _LIBRARIES, _COMPILED):
            (new / folder.lstrip("/")).mkdir(parents=True)
        new.rename(root)
    return root


def _libraries() -> Path:
    lock = ROOT / "requirements-dev.lock"  # the demo's simulator is not in the appliance's
    folder = CACHE / f"aarch64-wheels-{PYTHON}-{hash_of([lock.read_text()])}"
    return locked_packages(lock, folder, ("install", "--target"), PYTHON, "aarch64")
