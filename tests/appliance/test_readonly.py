"""`setup.sh readonly` with a disk of its own: used, missing at a boot, and there again."""

import subprocess
from pathlib import Path
from typing import Final

from kiosk.sale.keys import Key
from tests.appliance.bench import APPLIANCE, PATIENCE_S, Bench, digits, qemu_img

pytestmark = APPLIANCE

DEVICE: Final = "/dev/vdc"
STATUS: Final = "systemctl show --property=StatusText --value kiosk"


def disk(folder: Path) -> Path:
    """A stick with ext4, as a merchant's friend has made it."""
    raw, made = folder / "partition.img", folder / "partition.qcow2"
    with raw.open("wb") as file:
        file.truncate(64 * 2**20)
    subprocess.run(["mkfs.ext4", "-q", "-F", str(raw)], check=True)
    qemu_img("convert", "-O", "qcow2", str(raw), str(made))
    return made


def sell(bench: Bench, forwarded: int) -> None:
    """One sale, the `forwarded`-th since the boot."""
    bench.until_ready()
    bench.press(*digits("500"), Key.CHARGE)
    bench.pay(bench.scan())
    bench.until_logged("forwarded sale=", times=forwarded)


def test_a_system_that_is_only_read_sells_and_waits_for_a_partition_that_is_missing(
    bench: Bench, tmp_path: Path
) -> None:
    """Box fault 3: without its partition it never started, and not either when that came back."""
    machine, partition = bench.machine, disk(tmp_path)
    machine.plug_disk(partition)
    machine.until(f"test -b {DEVICE} && echo there")
    machine.run("echo auto_initramfs=1 >>/boot/firmware/config.txt")  # as on a Pi
    said = machine.run(f"/opt/kiosk/current/setup.sh readonly on {DEVICE} 2>&1", PATIENCE_S)
    assert "Restart, and the system is only read" in said
    machine.run("sync")

    bench.switch_on(partition)
    machine.until(f"{STATUS} | grep 'on the screen'", PATIENCE_S)
    assert machine.run("findmnt --noheadings --output FSTYPE /").strip() == "overlay"
    options = machine.run("findmnt --noheadings --output OPTIONS /var/lib/kiosk")
    assert {"nosuid", "nodev", "noexec"} <= set(options.strip().split(","))
    assert "is only read" in bench.doctor()[1]
    machine.run("touch /root/gone-at-the-next-boot")
    sell(bench, 1)

    bench.switch_on()  # its stick is at home
    machine.until(f"{STATUS} | grep journal_broken", PATIENCE_S)
    bench.shot("stick-missing")
    assert machine.attempt("test -e /root/gone-at-the-next-boot")[0] == 1
    code, said = bench.doctor()
    assert "the partition with the journal and the settings is missing" in said
    assert code == 2, "the settings are on that partition"

    machine.plug_disk(partition)
    machine.until(f"{STATUS} | grep 'on the screen'", PATIENCE_S)
    assert "1 paid:" in machine.run("kiosk sales"), "the sale of before"
    sell(bench, 1)
