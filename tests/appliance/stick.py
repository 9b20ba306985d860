"""A USB stick: a file with one FAT partition, that QEMU plugs in and mtools reads."""

import struct
import subprocess
from pathlib import Path
from typing import Final

_SECTOR: Final = 512
_FIRST_SECTOR: Final = 2048
_SECTORS: Final = 131_072  # 64 MB
_FAT32: Final = 0x0C  # as the partition's type, with LBA


class Stick:
    """A stick at `path`, empty. The first partition is named `label`."""

    def __init__(self, path: Path, label: str) -> None:
        self.path = path
        path.write_bytes(_partition_table())
        with path.open("ab") as file:
            file.truncate((_FIRST_SECTOR + _SECTORS) * _SECTOR)
        kilobytes = str(_SECTORS * _SECTOR // 1024)
        self._run("mkfs.vfat", "-n", label, f"--offset={_FIRST_SECTOR}", str(path), kilobytes)
        # Where mtools find the partition.
        self._part = f"{path}@@{_FIRST_SECTOR * _SECTOR}"

    def put(self, name: str, text: str) -> None:
        """Write a file onto it."""
        file = self.path.with_name(name)
        file.write_text(text)
        self._run("mcopy", "-i", self._part, str(file), f"::{name}")

    def files(self) -> list[str]:
        """The paths of all files on it, `/folder/name`."""
        listed = subprocess.run(
            ["mdir", "-/", "-b", "-a", "-i", self._part, "::"],
            check=False,
            capture_output=True,
            text=True,
        )
        # mdir calls a root folder without files "not found".
        assert listed.returncode == 0 or "not found" in listed.stderr, listed.stderr
        paths = listed.stdout.splitlines()
        return [path.removeprefix("::") for path in paths if not path.endswith("/")]

    def holds(self, words: str) -> bool:
        """Whether the bytes of the stick hold this text anywhere, a deleted file's among them."""
        return words.encode() in self.path.read_bytes()

    def _run(self, *command: str) -> None:
        subprocess.run(command, check=True, capture_output=True)


def _partition_table() -> bytes:
    """A master boot record with one partition that is not for booting."""
    entry = struct.pack("<B3sB3sII", 0, bytes(3), _FAT32, bytes(3), _FIRST_SECTOR, _SECTORS)
    return (bytes(446) + entry).ljust(_SECTOR - 2, b"\0") + b"\x55\xaa"
