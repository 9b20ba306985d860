"""Make the system under test, or find it made: `python -m tests.appliance.image` does it by hand.

Two layers, each kept under the hash of what it is made from: the bare Debian (minutes, and the
network), and on it the kiosk (a minute). `conftest` keeps a third: that system booted. Only the
newest of each is kept.
"""

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

HERE: Final = Path(__file__).parent
PROJECT: Final = HERE.parent.parent
# What the appliance's Debian has, and what it runs on here; wheels are chosen by it.
PYTHON: Final = "3.13"
PLATFORMS: Final = ("manylinux2014_x86_64", "manylinux_2_28_x86_64")
# Everything a release is made from. Tests are not on an appliance.
SOURCE: Final = (
    "kiosk",
    "systemd",
    "setup.sh",
    "pyproject.toml",
    "requirements.lock",
    "README.md",
    "LICENSE",
    ".env.example",
)
TOOLS: Final = {
    "qemu-system-x86_64": "qemu-system-x86",
    "qemu-img": "qemu-utils",
    "debootstrap": "debootstrap",
    "mkfs.vfat": "dosfstools",
    "mcopy": "mtools",
    "mkfs.ext4": "e2fsprogs",
}


class CannotBuild(Exception):
    """Something is missing on this machine. The text says what to do about it."""


@dataclass(frozen=True, slots=True)
class Image:
    """A system that can be booted; its files are never written to."""

    root: Path  # ext4
    boot: Path  # FAT
    kernel: Path
    initrd: Path
    command_line: str


def image() -> Image:
    """Return the system with the kiosk as it is in this working tree.

    Raises:
        CannotBuild: tools or rights are missing.
        subprocess.CalledProcessError: a step failed; it has said why.
    """
    check_tools()
    cache = cache_folder()
    cache.mkdir(parents=True, exist_ok=True)
    with _alone(cache):
        base = _made("base", (HERE / "base.sh", HERE / "chroot.sh", HERE / "kmod"), _base)
        wheels = _made("wheels", (PROJECT / "requirements.lock",), _wheels)
        inputs = (HERE / "install.sh", HERE / "guest", *(PROJECT / name for name in SOURCE))

        def kiosk(folder: Path) -> None:
            _install(folder, base, wheels)

        made = _made("kiosk", (*inputs, base, wheels), kiosk)
    return Image(
        root=made / "root.img",
        boot=made / "boot.img",
        kernel=base / "vmlinuz",
        initrd=base / "initrd.img",
        command_line=(made / "command-line").read_text(),
    )


def kept(kind: str, inputs: Iterable[Path | str], make: Callable[[Path], None]) -> Path:
    """The folder of this kind and these inputs, which `make` fills unless it did so before.

    An input is a file or folder of the project, a folder of the cache, or a text.
    """
    with _alone(cache_folder()):
        return _made(kind, inputs, make)


def cache_folder() -> Path:
    """Where images are kept: outside of the project, and of the folder pytest throws away."""
    above = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(above) / "blink-kiosk"


def check_tools() -> None:
    """Check that this machine can build and boot an image.

    Raises:
        CannotBuild: it cannot.
    """
    missing = sorted({package for tool, package in TOOLS.items() if not _found(tool)})
    if missing:
        raise CannotBuild(f"please run: apt-get install {' '.join(missing)}")
    if os.geteuid() != 0:
        raise CannotBuild("building a system image needs root; please run it with sudo")


def _found(tool: str) -> bool:
    return shutil.which(tool, path=f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin") is not None


@contextmanager
def _alone(cache: Path) -> Iterator[None]:
    with (cache / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _made(kind: str, inputs: Iterable[Path | str], make: Callable[[Path], None]) -> Path:
    """The folder of this kind and these inputs; made now if it is not there yet."""
    cache = cache_folder()
    folder = cache / f"{kind}-{_hash(inputs)}"
    if folder.is_dir():
        return folder
    for old in cache.glob(f"{kind}-{'[0-9a-f]' * 16}"):  # others keep things here too
        shutil.rmtree(old)
    making = cache / f"making-{kind}"
    _clear(making)
    making.mkdir()
    make(making)
    return making.rename(folder)


def _clear(folder: Path) -> None:
    """Remove what a build left that was killed; first of all its mounts, /dev among them."""
    mounts = [line.split()[1] for line in Path("/proc/self/mounts").read_text().splitlines()]
    for mount in reversed([mount for mount in mounts if mount.startswith(f"{folder}/")]):
        subprocess.run(["umount", mount], check=True)
    if folder.exists():
        shutil.rmtree(folder)


def _hash(inputs: Iterable[Path | str]) -> str:
    """Of texts, and of what the files are called and hold; a folder of the cache is its name."""
    found = hashlib.sha256()
    for path in inputs:
        if isinstance(path, str):
            found.update(path.encode())
            continue
        if path.parent == cache_folder():
            found.update(path.name.encode())
            continue
        for file in sorted(path.rglob("*")) if path.is_dir() else [path]:
            if file.is_file() and "__pycache__" not in file.parts:
                data = file.read_bytes()
                found.update(f"{file.relative_to(PROJECT)} {len(data)}\n".encode() + data)
    return found.hexdigest()[:16]


def _base(folder: Path) -> None:
    _run("bash", HERE / "base.sh", folder, cache_folder() / "downloads")


def _wheels(folder: Path) -> None:
    platforms = [f"--platform={name}" for name in PLATFORMS]
    _run(
        *(sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check"),
        # The lock leaves out what no sale imports.
        *("--no-deps", "--require-hashes", "-r", PROJECT / "requirements.lock"),
        "--only-binary=:all:",
        *platforms,
        *("--python-version", PYTHON, "--dest", folder),
    )


def _install(folder: Path, base: Path, wheels: Path) -> None:
    source = folder / "source"
    source.mkdir()
    for name in SOURCE:
        path = PROJECT / name
        if path.is_dir():
            shutil.copytree(
                path, source / name, ignore=shutil.ignore_patterns("__pycache__"), symlinks=True
            )
        elif path.exists():
            shutil.copy2(path, source / name)
    _run(
        *("bash", HERE / "install.sh", folder, base, source, wheels),
        cache_folder() / "downloads",
    )


def _run(*command: str | Path) -> None:
    # Others use this machine too; a build can wait.
    subprocess.run(["nice", "-n", "5", *map(str, command)], check=True)


if __name__ == "__main__":
    sys.stdout.write(f"{image()}\n")
