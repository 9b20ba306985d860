"""Root's script for USB sticks itself, with stand-ins for what only root can do."""

import sys
from contextlib import closing
from pathlib import Path

import pytest

from kiosk.journal import Journal
from tests.host.usb_stick_script import StickScript


class Machine(StickScript):
    """A machine with USB disks as a test says; what the script did is in `calls`."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.laid_out = folder / "export"
        self.stick = folder / "stick"
        for directory in (self.laid_out, self.stick):
            directory.mkdir()
        (self.laid_out / "wanted").touch()
        (self.laid_out / "kiosk-sales-all-2026-11-25.csv").write_text("time,sale\n")
        self.put("disks", "/dev/mmcblk0 mmc\n/dev/sda usb\n")
        self.put("parts-sda", "/dev/sda1\n")
        self.put("kind-sda1", "vfat\n")
        self.put("mounted-sda", "\n\n")  # a blank line for the disk and one for its partition
        self.put("mounted-sdb", "\n\n")

    def export(self) -> str:
        return self._run("export", self.laid_out)

    def copy(self, program: str, reason: str = "close") -> str:
        """Have a second copy of the books made by a program in the place of `kiosk`."""
        asked = self.folder / "copy"
        asked.mkdir(exist_ok=True)
        (asked / "wanted").write_text(f"{reason}\n")
        return self._run("copy", asked, program)

    def _run(self, task: str, asked: Path, program: str = "") -> str:
        environ = {
            "KIOSK_EXPORT": str(asked),
            "KIOSK_COPY": str(asked),
            "KIOSK_STICK": str(self.stick),
            "KIOSK_PROGRAM": program,
        }
        return self.run(task, asked, environ)


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


def test_the_files_are_on_the_stick_and_it_is_unmounted_before_the_word(machine: Machine) -> None:
    assert machine.export() == "exported"
    assert (machine.folder / "copied").read_text().split() == ["kiosk-sales-all-2026-11-25.csv"]
    (mounted,) = machine.calls("mount")
    assert "nosuid,nodev,noexec" in mounted
    assert mounted.endswith(f"-t vfat /dev/sda1 {machine.stick}")
    order = [line.split(" ")[0] for line in (machine.folder / "calls").read_text().splitlines()]
    assert order.index("mount") < order.index("sync") < order.index("umount")


def test_copying_is_done_as_the_till_and_not_as_root(machine: Machine) -> None:
    machine.export()
    as_till = [call for call in machine.calls("setpriv") if " cp " in call]
    assert len(as_till) == 1
    assert as_till[0].startswith("--reuid=kiosk --regid=kiosk --clear-groups --no-new-privs cp --")


def test_only_usb_is_ever_mounted(machine: Machine) -> None:
    machine.put("disks", "/dev/mmcblk0 mmc\n/dev/nvme0n1 nvme\n")
    assert machine.export() == "no-stick"
    assert machine.calls("mount") == []


def test_a_stick_without_partitions_and_exfat_are_read_too(machine: Machine) -> None:
    machine.put("kind-sda1", "")
    machine.put("kind-sda", "exfat\n")
    assert machine.export() == "exported"
    assert machine.calls("mount")[0].endswith(f"-t exfat /dev/sda {machine.stick}")


@pytest.mark.parametrize("kind", ["ext4\n", "crypto_LUKS\n", ""])
def test_what_is_not_fat_is_not_mounted(machine: Machine, kind: str) -> None:
    machine.put("kind-sda1", kind)
    assert machine.export() == "unreadable"
    assert machine.calls("umount") == []


def test_the_first_stick_that_can_be_read_is_taken(machine: Machine) -> None:
    machine.put("disks", "/dev/sda usb\n/dev/sdb usb\n")
    machine.put("kind-sda1", "ext4\n")
    machine.put("parts-sdb", "/dev/sdb1\n")
    machine.put("kind-sdb1", "vfat\n")
    assert machine.export() == "exported"
    assert "/dev/sdb1" in machine.calls("mount")[0]


@pytest.mark.parametrize(("file", "word"), [("broken", "unreadable"), ("full", "full")])
def test_a_bad_stick_is_told_for_what_it_is(machine: Machine, file: str, word: str) -> None:
    machine.put(file, "")
    assert machine.export() == word


@pytest.mark.parametrize("mounted", ["\n/boot/firmware\n/\n", "\n\n\n[SWAP]\n"])
def test_the_disk_that_the_system_runs_from_is_never_written(
    machine: Machine, mounted: str
) -> None:
    """Box fault 11: on a USB-booted Pi the sales went onto the boot partition, "exported"."""
    machine.put("mounted-sda", mounted)
    assert machine.export() == "no-stick"
    machine.put("disks", "/dev/sda usb\n/dev/sdb usb\n")
    machine.put("parts-sdb", "/dev/sdb1\n")
    machine.put("kind-sdb1", "vfat\n")
    (machine.laid_out / "wanted").touch()
    assert machine.export() == "exported"
    (only,) = machine.calls("mount")
    assert "/dev/sdb1" in only


def test_a_disk_that_cannot_be_asked_is_left_alone(machine: Machine) -> None:
    (machine.folder / "mounted-sda").unlink()
    assert machine.export() == "no-stick"
    assert machine.calls("mount") == []


@pytest.fixture
def copy_machine(machine: Machine) -> Machine:
    """One with two sticks, of which the second is named for copies."""
    machine.put("disks", "/dev/sda usb\n/dev/sdb usb\n")
    machine.put("label-sda1", "PHOTOS\n")
    machine.put("parts-sdb", "/dev/sdb1\n")
    machine.put("kind-sdb1", "exfat\n")
    machine.put("label-sdb1", "KioskCopy\n")
    return machine


def test_the_books_go_onto_the_stick_that_is_named_for_it_and_no_other(
    copy_machine: Machine, tmp_path: Path
) -> None:
    """Books 11: from the till's request to a copy that can be restored."""
    path = tmp_path / "journal.sqlite3"
    (tmp_path / "copy").mkdir()
    (tmp_path / "copy" / "settings").write_text(f"KIOSK_JOURNAL={path}\nKIOSK_ID=till-1\n")
    with closing(Journal.open(path)):
        assert copy_machine.copy(f"{sys.executable} -IB -m kiosk") == "copied"
    (only,) = copy_machine.calls("mount")
    assert only.endswith(f"-t exfat /dev/sdb1 {copy_machine.stick}")
    (copy,) = copy_machine.stick.glob("till-1-*/*-close")
    assert (copy / "journal.sqlite3").exists()
    assert [call for call in copy_machine.calls("setpriv") if " kiosk copy " in call]


@pytest.mark.parametrize("label", ["PHOTOS\n", ""])
def test_a_stick_of_another_name_is_not_mounted_for_a_copy(machine: Machine, label: str) -> None:
    machine.put("label-sda1", label)
    assert machine.copy("false") == "no-stick"
    assert machine.calls("mount") == []


def test_a_copy_never_goes_onto_the_disk_that_the_system_runs_from(copy_machine: Machine) -> None:
    copy_machine.put("mounted-sdb", "\n/\n")
    assert copy_machine.copy("false") == "no-stick"


@pytest.mark.parametrize(
    ("file", "program", "word"),
    [
        ("nothing", "echo full #", "full"),
        ("broken", "echo copied #", "failed"),
        ("full", "echo copied #", "failed"),
        ("nothing", "false", "failed"),
    ],
)
def test_a_copy_that_was_not_made_is_told(
    copy_machine: Machine, file: str, program: str, word: str
) -> None:
    copy_machine.put(file, "")
    assert copy_machine.copy(program).split()[0] == word


def test_a_reason_that_nobody_knows_is_that_of_a_day(copy_machine: Machine) -> None:
    assert "--reason day --word" in copy_machine.copy("echo", "; reboot")
