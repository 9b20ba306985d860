"""What is missing or cannot be written: a partition, the boot partition, a display, a Python."""

import pytest

from kiosk.durable_files import PARTITION_MISSING
from kiosk.sale.keys import Key
from tests.appliance.bench import APPLIANCE, PATIENCE_S, Bench, digits, is_kiosk, settings_text

pytestmark = APPLIANCE

IMAGE = "/root/partition.img"
# The partition as a loop device, which can come and go; no apt here, so overlayroot stays out.
APART = f"""
truncate -s 64M {IMAGE}
mkfs.ext4 -q {IMAGE}
device=$(losetup --find --show {IMAGE})
bash -c '
    . /opt/kiosk/current/setup.sh help >/dev/null
    release=$(readlink "$current")
    data_is_apart "$0"
' "$device"
"""
GONE = f"""
systemctl stop kiosk
for path in /etc/netplan /etc/NetworkManager/system-connections /etc/kiosk /var/lib/kiosk \\
    /var/lib/kiosk-data; do
    if mountpoint -q $path; then umount $path; fi
done
losetup --detach $(losetup --noheadings --output NAME --associated {IMAGE})
systemctl start --no-block kiosk
"""
STATUS = "systemctl show --property=StatusText --value kiosk"
BUILD_S = 1800.0


def sell(bench: Bench, starts: int, forwarded: int = 1) -> None:
    """One sale, the `forwarded`-th since the boot, by a till that has started so often since."""
    bench.until_ready(starts)
    bench.press(*digits("500"), Key.CHARGE)
    bench.pay(bench.scan())
    bench.until_logged("forwarded sale=", times=forwarded)


def test_a_till_without_its_partition_says_so_and_goes_on_when_it_comes(bench: Bench) -> None:
    """Box fault 3: it never started, nothing was told, and it stayed so when the partition came."""
    starts = bench.starts()
    key = bench.env["BLINKPOS_API_KEY"]
    bench.machine.run(APART, timeout_s=PATIENCE_S)
    bench.machine.until(f"{STATUS} | grep 'on the screen'", PATIENCE_S)
    options = bench.machine.run("findmnt --noheadings --output OPTIONS /var/lib/kiosk")
    assert {"nosuid", "nodev", "noexec"} <= set(options.strip().split(","))
    sell(bench, starts + 1)

    bench.machine.run(GONE, timeout_s=PATIENCE_S)
    bench.machine.until(f"{STATUS} | grep journal_broken", PATIENCE_S)
    bench.shot("partition-missing")
    assert bench.machine.run("ls /var/lib/kiosk").split() == [PARTITION_MISSING]
    assert bench.machine.run("ls /etc/kiosk").split() == [PARTITION_MISSING]
    exit_code, _ = bench.machine.attempt(f"grep --recursive --quiet {key} /etc /var/lib/kiosk")
    assert exit_code == 1, "box fault 29: keys lay beneath the mounts"
    assert "partition" in bench.doctor()[1]

    bench.machine.run(f"losetup --find {IMAGE}")
    bench.machine.until(f"{STATUS} | grep 'on the screen'", PATIENCE_S)
    assert "1 paid:" in bench.machine.run("kiosk sales")
    sell(bench, starts + 2, forwarded=2)


def test_a_boot_partition_that_is_only_read_is_told_and_the_till_sells(bench: Bench) -> None:
    """Box fault 12: every boot alike, nothing on the screen, and the keys stay there readable."""
    starts = bench.starts()
    text = settings_text(bench.env)
    text = text.replace("KIOSK_NAME=Bench", "KIOSK_NAME=New")
    bench.machine.put(text, "/boot/firmware/kiosk.env")
    bench.machine.run("mount -o remount,ro /boot/firmware; systemctl restart kiosk", PATIENCE_S)
    assert "KIOSK_NAME=New" in bench.machine.run("cat /etc/kiosk/kiosk.env")
    refusal = bench.machine.run("cat /run/kiosk-provision/settings-refused")
    assert "cannot be removed" in refusal
    bench.shot("boot-partition-only-read")
    assert "still lies there" in bench.doctor()[1]
    sell(bench, starts + 1)


def test_a_till_without_a_display_waits_for_one(bench: Bench) -> None:
    """Box fault 5: it looked ever more seldom, and an update took that for a broken release."""
    starts = bench.starts()
    driver = "/sys/bus/virtio/drivers/virtio_gpu"
    card = bench.machine.run(f"basename {driver}/virtio*").strip()
    bench.machine.run(f"systemctl stop kiosk; echo {card} >{driver}/unbind", PATIENCE_S)
    bench.machine.run("systemctl start --no-block kiosk")
    bench.machine.until(f"{STATUS} | grep 'no screen'", PATIENCE_S)
    waits = bench.machine.run(
        "systemctl show --property=JobRunningTimeoutUSec --value dev-kiosk-display.device"
    )
    assert waits.strip() == "20s"
    code, said = bench.doctor()
    assert (code, "no desktop and no /dev/dri/card" in said) == (1, True), said
    bench.machine.run(f"echo {card} >{driver}/bind")
    bench.until_picture(is_kiosk)
    bench.machine.until(f"{STATUS} | grep 'on the screen'", PATIENCE_S)
    sell(bench, starts + 1)


@pytest.mark.timeout(2 * BUILD_S)
def test_a_release_whose_python_was_replaced_says_so_and_is_built_anew(bench: Bench) -> None:
    """Box fault 4: restarts for ever, `installed already`, `runs already`, a dead doctor."""
    starts = bench.starts()
    release = bench.machine.run("readlink /opt/kiosk/current")
    bench.machine.run("cd /opt/kiosk/current/venv/lib && mv python3.* python3.99")
    code, said = bench.doctor()
    assert (code, "setup.sh install" in said) == (1, True), said
    code, said = bench.machine.attempt(
        "/opt/kiosk/current/setup.sh install --yes --wheels /srv/wheels", timeout_s=BUILD_S
    )
    assert code == 0, said
    assert bench.machine.run("readlink /opt/kiosk/current") == release
    bench.machine.until(f"{STATUS} | grep 'on the screen'", PATIENCE_S)
    sell(bench, starts + 1)
