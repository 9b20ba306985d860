"""Whether the machine runs on the processor itself (KVM) or on an emulated one (TCG).

KVM makes a boot a matter of seconds. Many build hosts have none, and a nested one may let a guest
die, so `auto` starts a tiny guest first. `APPLIANCE_ACCELERATOR` says `kvm`, `tcg` or `auto`.
"""

import functools
import os
import subprocess
import tempfile
from enum import StrEnum
from pathlib import Path
from typing import Final

VARIABLE: Final = "APPLIANCE_ACCELERATOR"
PROBE_S: Final = 5.0  # hardware takes less than one

# What an emulated processor's hardware asks for, and no test does: virtual machines, ciphers by
# its instructions, a mouse's port, a speaker's.
_NOT_NEEDED: Final = (
    *("kvm", "kvm_amd", "ccp", "psmouse", "serio_raw", "joydev", "pcspkr"),
    *("sha1_ssse3", "sha256_ssse3", "sha512_ssse3", "ghash_clmulni_intel", "crct10dif_pclmul"),
)

# A boot sector: `mov al, 0x10; out 0xf4, al; hlt`. QEMU's isa-debug-exit ends with 2 * 0x10 + 1.
_CODE: Final = bytes.fromhex("b010e6f4f4")
_SECTOR: Final = _CODE + bytes(510 - len(_CODE)) + b"\x55\xaa"
_DISK_BYTES: Final = 2**20  # a BIOS boots from no smaller one
_ENDS_WITH: Final = 0x21


class Accelerator(StrEnum):
    """What runs the guest's instructions."""

    KVM = "kvm"
    TCG = "tcg"

    @property
    def options(self) -> tuple[str, ...]:
        """QEMU's options for it."""
        if self is Accelerator.KVM:
            return ("-accel", "kvm", "-cpu", "host")
        return ("-accel", "tcg,thread=multi", "-cpu", "max")

    @property
    def kernel_words(self) -> tuple[str, ...]:
        """What the guest's kernel has to be given with it."""
        if self is Accelerator.KVM:
            return ()
        return (
            # The emulated TSC goes on while a snapshot lies still: a restored kiosk would find its
            # watchdog's time long over.
            "clocksource=hpet",
            # What guards a real processor's secrets costs an emulated one much of its time.
            "mitigations=off",
            f"module_blacklist={','.join(_NOT_NEEDED)}",
        )


@functools.cache
def accelerator() -> Accelerator:
    """The accelerator of this run."""
    wanted = os.environ.get(VARIABLE, "auto")
    if wanted != "auto":
        return Accelerator(wanted)
    return Accelerator.KVM if _kvm_runs_a_guest() else Accelerator.TCG


def _kvm_runs_a_guest() -> bool:
    if not os.access("/dev/kvm", os.R_OK | os.W_OK):
        return False
    with tempfile.TemporaryDirectory() as folder:
        disk = Path(folder) / "disk"
        disk.write_bytes(_SECTOR.ljust(_DISK_BYTES, b"\0"))
        machine = ("-nodefaults", "-machine", "q35", "-display", "none", "-no-reboot")
        ending = ("-device", "isa-debug-exit,iobase=0xf4,iosize=0x04")
        drive = ("-drive", f"file={disk},format=raw,if=virtio,readonly=on")
        command = ("qemu-system-x86_64", *machine, *Accelerator.KVM.options, *ending, *drive)
        try:
            ended = subprocess.run(command, capture_output=True, timeout=PROBE_S)
        except subprocess.TimeoutExpired:
            return False
    return ended.returncode == _ENDS_WITH
