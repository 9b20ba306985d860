"""Root's script reads the one settings file of a stick, and wipes it once it is in force."""

import os
import sys
from hashlib import sha256
from pathlib import Path

import pytest

from kiosk.provision.stick_settings import COPY, ITEMS, LOGO, MOST_LOGO_BYTES, TAKEN
from kiosk.screen.drawing.logo import MOST_CPU_S, MOST_MEMORY_BYTES
from tests.host.usb_stick_script import SCRIPT, StickScript

FILE = b"KIOSK_RECEIVE=direct\nMERCHANT_ADDRESS=shop@blink.sv\n"
# `mount` puts the partition's folder in the place of the mount point, `umount` an empty one again.
MOUNTS = {
    "mount": """
options=$2 kind=$4 part=$(basename "$5") place=$6
[ ! -e "$FAKE/broken-$part" ] || exit 32
rmdir "$place" && ln -s "$FAKE/on-$part" "$place"
""",
    "umount": 'rm "$1" && mkdir "$1"',
    "sync": ":",
}


RENDERER = "kiosk.screen.drawing.logo_renderer"
LIMITED = f"{RENDERER} {MOST_MEMORY_BYTES} {MOST_CPU_S}"
_SVG = 'xmlns="http://www.w3.org/2000/svg" width="9" height="9"'
LOGO_FILE = f'<svg {_SVG}><rect width="5" height="5"/></svg>'.encode()


class Machine(StickScript):
    """A machine with sticks; `sda1` is the partition of the first one."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder, MOUNTS)
        self.asked, self.kept = folder / "asked", folder / "kept"
        for directory in (self.asked, self.kept):
            directory.mkdir()
        self.plug_in("sda")

    def plug_in(self, disk: str, kind: str = "vfat") -> Path:
        """A stick with one partition; the folder of what is on it."""
        with (self.folder / "disks").open("a") as disks:
            disks.write(f"/dev/{disk} usb\n")
        (self.folder / f"mounted-{disk}").write_text("\n\n")
        (self.folder / f"parts-{disk}").write_text(f"/dev/{disk}1\n")
        (self.folder / f"kind-{disk}1").write_text(f"{kind}\n")
        files = self.folder / f"on-{disk}1"
        files.mkdir(exist_ok=True)
        return files

    @property
    def files(self) -> Path:
        return self.folder / "on-sda1"

    def word(self, action: str) -> str:
        (self.asked / "wanted").write_text(action)
        environ = {
            "KIOSK_ASKED": str(self.asked),
            "KIOSK_KEPT": str(self.kept),
            "KIOSK_RENDERER": f"{sys.executable} -IB -m {LIMITED}",
        }
        answer = self.run("settings", self.asked, environ)
        assert (self.kept / "stick").is_dir()
        assert not (self.kept / "stick").is_symlink(), "what was mounted is unmounted"
        return answer


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


@pytest.mark.parametrize("name", ["kiosk.env", "kiosk.env.txt"])
def test_the_file_is_copied_to_where_root_alone_reads_from_a_stick_that_is_only_read(
    machine: Machine, name: str
) -> None:
    (machine.files / name).write_bytes(FILE)
    assert machine.word("read") == "read"
    assert (machine.kept / COPY).read_bytes() == FILE
    assert (machine.files / name).read_bytes() == FILE
    (mounted,) = machine.calls("mount")
    assert mounted.startswith("-o ro,nosuid,nodev,noexec -t vfat /dev/sda1 ")


def test_not_even_the_journal_of_ext4_is_written_before_the_file_is_in_force(
    machine: Machine,
) -> None:
    (machine.folder / "kind-sda1").write_text("ext4\n")
    (machine.files / "kiosk.env").write_bytes(FILE)
    assert machine.word("read") == "read"
    assert machine.calls("mount")[0].startswith("-o ro,nosuid,nodev,noexec,noload -t ext4 ")


@pytest.mark.parametrize("files", [(), ("kiosk.env",)])
def test_a_stick_that_is_pulled_while_it_is_read_is_told_and_no_copy_of_it_stays(
    machine: Machine, files: tuple[str, ...]
) -> None:
    """The script ended without a word when `umount` failed: the screen waited, with keys kept."""
    for name in files:
        (machine.files / name).write_bytes(FILE)
    with (machine.folder / "bin/umount").open("a") as stand_in:
        stand_in.write("exit 32\n")
    assert machine.word("read") == "unreadable"
    assert not (machine.kept / COPY).exists()


@pytest.mark.parametrize(
    ("files", "word"),
    [((), "no-file"), (("holiday.jpg", "kiosk.env.bak", "copy of kiosk.env"), "no-file")],
)
def test_a_stick_without_the_file_is_told_so(
    machine: Machine, files: tuple[str, ...], word: str
) -> None:
    for name in files:
        (machine.files / name).write_bytes(FILE)
    assert machine.word("read") == word
    assert not (machine.kept / COPY).exists()


def test_two_files_are_one_too_many_on_one_stick_and_on_two(machine: Machine) -> None:
    (machine.files / "kiosk.env").write_bytes(FILE)
    (machine.files / "kiosk.env.txt").write_bytes(FILE)
    assert machine.word("read") == "several"
    (machine.files / "kiosk.env.txt").unlink()
    (machine.plug_in("sdb") / "kiosk.env").write_bytes(FILE)
    assert machine.word("read") == "several"
    assert not (machine.kept / COPY).exists()


def test_a_link_is_not_followed_a_pipe_not_waited_for_and_a_folder_not_read(
    machine: Machine,
) -> None:
    secret = machine.folder / "shadow"
    secret.write_text("root:x")
    for make in (lambda file: file.symlink_to(secret), os.mkfifo, Path.mkdir):
        file = machine.files / "kiosk.env"
        make(file)
        assert machine.word("read") == "unreadable"
        assert not (machine.kept / COPY).exists()
        file.rmdir() if file.is_dir() and not file.is_symlink() else file.unlink()


def test_no_more_is_read_of_an_endless_file_than_a_settings_file_may_have(
    machine: Machine,
) -> None:
    with (machine.files / "kiosk.env").open("wb") as stream:
        stream.truncate(480_000_000)
    assert machine.word("read") == "read"
    assert (machine.kept / COPY).stat().st_size == 65_537


def test_of_a_disk_with_very_many_partitions_only_some_are_mounted(machine: Machine) -> None:
    parts = [f"/dev/sda{number}" for number in range(1, 100)]
    (machine.folder / "parts-sda").write_text("\n".join(parts))
    for part in parts:
        (machine.folder / f"kind-{Path(part).name}").write_text("vfat\n")
        (machine.folder / f"on-{Path(part).name}").mkdir(exist_ok=True)
    assert machine.word("read") == "no-file"
    assert len(machine.calls("mount")) == 8


def test_a_file_system_that_cannot_be_mounted_leaves_the_next_to_be_looked_at(
    machine: Machine,
) -> None:
    (machine.folder / "broken-sda1").touch()
    assert machine.word("read") == "unreadable"
    (machine.plug_in("sdb", "exfat") / "kiosk.env").write_bytes(FILE)
    assert machine.word("read") == "read"


def test_the_disk_that_the_system_runs_from_is_no_stick(machine: Machine) -> None:
    (machine.folder / "mounted-sda").write_text("\n/\n")
    (machine.files / "kiosk.env").write_bytes(FILE)
    assert machine.word("read") == "no-stick"


def test_a_new_look_forgets_the_copy_of_before(machine: Machine) -> None:
    (machine.files / "kiosk.env").write_bytes(FILE)
    machine.word("read")
    (machine.files / "kiosk.env").unlink()
    assert machine.word("read") == "no-file"
    assert not (machine.kept / COPY).exists()


def taken(machine: Machine) -> None:
    """What kiosk-settings leaves once the file is in force."""
    (machine.kept / TAKEN).write_text(f"{sha256(FILE).hexdigest()}\n")


def test_the_file_is_overwritten_and_gone_once_it_is_in_force(machine: Machine) -> None:
    file = machine.files / "kiosk.env"
    file.write_bytes(FILE)
    (machine.folder / "same file").hardlink_to(file)
    taken(machine)
    assert machine.word("wipe") == "wiped"
    assert not file.exists()
    assert (machine.folder / "same file").read_bytes() == bytes(len(FILE))
    assert machine.calls("mount")[0].startswith("-o rw,nosuid,nodev,noexec -t vfat ")


def test_nothing_is_wiped_that_was_not_taken(machine: Machine) -> None:
    file = machine.files / "kiosk.env"
    file.write_bytes(FILE)
    assert machine.word("wipe") == "none", "nothing was taken"
    taken(machine)
    file.write_bytes(b"KIOSK_NAME=another\n")
    assert machine.word("wipe") == "kept"
    assert file.read_bytes() == b"KIOSK_NAME=another\n"
    secret = machine.folder / "shadow"
    secret.write_bytes(FILE)
    file.unlink()
    file.symlink_to(secret)
    assert machine.word("wipe") == "kept"
    assert secret.read_bytes() == FILE


def test_a_wish_for_anything_else_does_nothing(machine: Machine) -> None:
    assert machine.word("format") == "unknown"
    assert machine.calls("mount") == []


def test_items_and_a_logo_are_copied_alone_or_beside_the_settings(machine: Machine) -> None:
    (machine.files / "items.csv").write_bytes(b"Coffee;2.50\n")
    assert machine.word("read") == "read"
    assert [file.name for file in machine.kept.iterdir() if file.is_file()] == [ITEMS]
    (machine.files / "logo.svg").write_bytes(LOGO_FILE)
    (machine.plug_in("sdb") / "kiosk.env").write_bytes(FILE)
    assert machine.word("read") == "read"
    kept = {file.name: file.read_bytes() for file in machine.kept.iterdir() if file.is_file()}
    assert kept == {COPY: FILE, ITEMS: b"Coffee;2.50\n", LOGO: LOGO_FILE}


@pytest.mark.parametrize(
    ("first", "second"), [("logo.png", "logo.svg"), ("items.csv", "items.csv.txt")]
)
def test_of_each_kind_there_may_be_one(machine: Machine, first: str, second: str) -> None:
    for name in (first, second):
        (machine.files / name).write_bytes(LOGO_FILE)
    assert machine.word("read") == "several"
    assert [file.name for file in machine.kept.iterdir() if file.is_file()] == []


@pytest.mark.parametrize("content", [b"", b"GIF89a", b"<svg>", b"\x89PNG\r\n\x1a\n", b"ok 1 1"])
def test_a_logo_that_cannot_be_drawn_is_told_and_nothing_is_kept(
    machine: Machine, content: bytes
) -> None:
    (machine.files / "kiosk.env").write_bytes(FILE)
    (machine.files / "logo.png").write_bytes(content)
    assert machine.word("read") == "bad-logo"
    assert [file.name for file in machine.kept.iterdir() if file.is_file()] == []


def test_no_more_is_read_of_a_logo_than_it_may_have_and_links_are_none(machine: Machine) -> None:
    secret = machine.folder / "shadow"
    secret.write_bytes(LOGO_FILE)
    (machine.files / "logo.svg").symlink_to(secret)
    assert machine.word("read") == "unreadable"
    (machine.files / "logo.svg").unlink()
    with (machine.files / "logo.svg").open("wb") as stream:
        stream.write(LOGO_FILE)
        stream.truncate(480_000_000)
    machine.word("read")
    assert f"most_logo_bytes={MOST_LOGO_BYTES + 1}\n" in SCRIPT.read_text()


def test_the_script_bounds_a_logos_process_as_the_display_does() -> None:
    assert f"{LIMITED}}}" in SCRIPT.read_text()


def test_where_no_settings_file_was_taken_nothing_is_wiped(machine: Machine) -> None:
    (machine.files / "items.csv").write_bytes(b"Coffee;2.50\n")
    machine.word("read")
    (machine.kept / ITEMS).unlink()  # what root does with it once it is in force
    assert machine.word("wipe") == "none"
    assert (machine.files / "items.csv").exists()
