"""Root's script for USB sticks with stand-ins for what only root can do."""

import os
import subprocess
from collections.abc import Mapping
from pathlib import Path

SCRIPT = Path(__file__).parents[2] / "systemd" / "usb-stick"
# Each stand-in writes its call down; `mount` makes the folder a stick, `setpriv` changes nothing.
STAND_INS = {
    "lsblk": """
case "$*" in
    *TRAN*) cat "$FAKE/disks" ;;
    *MOUNTPOINT*) for disk; do :; done; cat "$FAKE/mounted-$(basename "$disk")" ;;
    *) for disk; do :; done; echo "$disk"; cat "$FAKE/parts-$(basename "$disk")" 2>/dev/null ;;
esac""",
    "blkid": """
for disk; do :; done
case "$*" in
    *LABEL*) cat "$FAKE/label-$(basename "$disk")" 2>/dev/null ;;
    *) cat "$FAKE/kind-$(basename "$disk")" 2>/dev/null ;;
esac""",
    "mount": '[ ! -e "$FAKE/broken" ]',
    "umount": 'ls "$KIOSK_STICK" >"$FAKE/copied"',
    "sync": '[ ! -e "$FAKE/full" ]',
    "setpriv": 'while [ "${1#--}" != "$1" ]; do shift; done; exec "$@"',
    "id": "echo 990",
}


class StickScript:
    """The script in a folder of its own; every stand-in writes its call down.

    `stand_ins` replace those of `STAND_INS` of the same name: the body of a shell script each.
    """

    def __init__(self, folder: Path, stand_ins: Mapping[str, str] | None = None) -> None:
        self.folder = folder
        (folder / "bin").mkdir()
        for name, body in (STAND_INS | dict(stand_ins or {})).items():
            file = folder / "bin" / name
            file.write_text(f'#!/bin/sh\necho "{name} $*" >>"$FAKE/calls"\n{body}\n')
            file.chmod(0o755)

    def put(self, name: str, text: str) -> None:
        """What a stand-in answers with."""
        (self.folder / name).write_text(text)

    def run(self, task: str, asked: Path, environ: Mapping[str, str]) -> str:
        """Have the script do what the folder `asked` asks for; its answer."""
        subprocess.run(
            ["sh", str(SCRIPT), task],
            env={
                "PATH": f"{self.folder / 'bin'}:{os.environ['PATH']}",
                "FAKE": str(self.folder),
                **environ,
            },
            check=True,
            timeout=30,
            capture_output=True,
        )
        assert not (asked / "wanted").exists(), "it would start for ever"
        return (asked / "answer").read_text().strip()

    def calls(self, name: str) -> list[str]:
        """The arguments of every call of a stand-in."""
        lines = (self.folder / "calls").read_text().splitlines()
        return [line.partition(" ")[2] for line in lines if line.startswith(f"{name} ")]
