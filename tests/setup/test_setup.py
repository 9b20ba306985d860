"""setup.sh: what it changes it writes down first, and puts back."""

import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
SCRIPTS = ("setup.sh", ".ci/run", "systemd/kiosk", "systemd/appliance.sh", "systemd/export-sales")


@pytest.mark.skipif(shutil.which("shellcheck") is None, reason="no shellcheck on this machine")
def test_shellcheck_finds_nothing() -> None:
    told = subprocess.run(
        ["shellcheck", "-x", *SCRIPTS], cwd=ROOT, capture_output=True, text=True, timeout=60
    )
    assert (told.returncode, told.stdout) == (0, "")


def test_every_file_of_the_folder_is_used() -> None:
    script = (ROOT / "systemd/appliance.sh").read_text() + (ROOT / "setup.sh").read_text()
    units = sorted((ROOT / "systemd").glob("*.service"))
    used_by_units = "".join(unit.read_text() for unit in units)
    for file in (ROOT / "systemd").iterdir():
        assert file.name in script or file.name in used_by_units, file.name


class Machine:
    """A machine in a folder, for the functions that know no absolute path of their own."""

    def __init__(self, root: Path) -> None:
        self.root = root
        (root / "etc").mkdir()
        self.firmware = root / "firmware"

    def run(self, words: str) -> str:
        script = f"""
            set -euo pipefail
            say() {{ printf '%s\\n' "$*" >&2; }}
            die() {{ say "$*"; exit 1; }}
            here={ROOT}
            . {ROOT}/systemd/appliance.sh
            home={self.root}/home
            made=$home/made before=$home/before ours=$home/ours accounts=$home/accounts
            firmware={self.firmware} release={ROOT}
            uninstalled() {{ put_back; forget_made; }}
            {words}
            echo "changed=$changed"
        """
        done = subprocess.run(["bash", "-c", script], capture_output=True, text=True, timeout=30)
        assert done.returncode == 0, done.stderr
        return done.stdout + done.stderr

    def files(self) -> dict[str, tuple[str, int]]:
        found = {}
        for path in sorted(self.root.rglob("*")):
            name = str(path.relative_to(self.root))
            if name != "home" and not name.startswith("home/"):
                what = "folder"
                if path.is_symlink():
                    what = f"-> {path.readlink()}"
                elif path.is_file():
                    what = path.read_text()
                found[name] = (what, path.lstat().st_mode)
        return found


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


def test_a_new_file_goes_again_with_the_folders_it_needed(machine: Machine) -> None:
    before = machine.files()
    machine.run(f"has_file sysctl.conf {machine.root}/etc/a/b/kiosk.conf")
    assert "etc/a/b/kiosk.conf" in machine.files()
    machine.run("uninstalled")
    assert machine.files() == before


def test_a_folder_that_somebody_else_uses_by_now_stays(machine: Machine) -> None:
    machine.run(f"has_file sysctl.conf {machine.root}/etc/a/kiosk.conf")
    (machine.root / "etc/a/theirs").write_text("x")
    machine.run("uninstalled")
    assert list((machine.root / "etc/a").iterdir()) == [machine.root / "etc/a/theirs"]


def test_a_file_that_was_there_comes_back_as_it_was(machine: Machine) -> None:
    theirs = machine.root / "etc/theirs.conf"
    theirs.write_text("theirs\n")
    theirs.chmod(0o640)
    before = machine.files()
    machine.run(f"has_file sysctl.conf {theirs}; has_file logind.conf {theirs}")
    assert "NAutoVTs" in theirs.read_text()
    machine.run("uninstalled")
    assert machine.files() == before


def test_a_link_comes_back_too(machine: Machine) -> None:
    link = machine.root / "etc/getty"
    link.symlink_to("/lib/getty")
    before = machine.files()
    machine.run(f"has_link /dev/null {link}")
    assert link.readlink() == Path("/dev/null")
    machine.run("uninstalled")
    assert machine.files() == before


def test_the_second_time_nothing_changes(machine: Machine) -> None:
    firmware(machine)
    words = f"""
        has_file sysctl.conf {machine.root}/etc/a/kiosk.conf 755
        has_link /dev/null {machine.root}/etc/getty
        folder {machine.root}/etc/kiosk 700
        boot_is_quiet
    """
    assert "changed=yes" in machine.run(words)
    seen = {path: path.lstat().st_mtime_ns for path in machine.root.rglob("*")}
    assert "changed=no" in machine.run(words)
    assert {path: path.lstat().st_mtime_ns for path in machine.root.rglob("*")} == seen


def firmware(machine: Machine) -> None:
    machine.firmware.mkdir()
    (machine.firmware / "cmdline.txt").write_text(
        "console=serial0,115200 console=tty1 root=PARTUUID=5c2f-02 rootfstype=ext4 quiet rootwait\n"
    )
    (machine.firmware / "config.txt").write_text("dtparam=audio=on\n[pi4]\narm_boost=1\n")


def test_a_pi_boots_quietly_from_one_line_that_holds_each_word_once(machine: Machine) -> None:
    firmware(machine)
    machine.run("boot_is_quiet")
    text = (machine.firmware / "cmdline.txt").read_text()
    words = text.split()
    assert text.count("\n") == 1
    assert text.startswith("console=serial0,115200 console=tty1 root=PARTUUID=5c2f-02")
    assert len(words) == len(set(words))
    assert {"quiet", "consoleblank=0", "vt.global_cursor_default=0"} <= set(words)
    config = (machine.firmware / "config.txt").read_text()
    assert config.index("[all]") < config.index("disable_splash=1")


def test_a_pis_boot_files_come_back(machine: Machine) -> None:
    firmware(machine)
    before = machine.files()
    machine.run("boot_is_quiet")
    machine.run("uninstalled")
    assert machine.files() == before


def test_what_somebody_changed_since_is_not_overwritten(machine: Machine) -> None:
    firmware(machine)
    original = (machine.firmware / "config.txt").read_text()
    machine.run("boot_is_quiet")
    with (machine.firmware / "config.txt").open("a") as file:
        file.write("dtoverlay=theirs\n")
    told = machine.run("uninstalled")
    assert "dtoverlay=theirs" in (machine.firmware / "config.txt").read_text()
    assert (machine.firmware / "config.txt.before-kiosk").read_text() == original
    assert "config.txt.before-kiosk" in told


@pytest.mark.parametrize("words", ["install", "update", "uninstall"])
def test_only_root_may(words: str) -> None:
    done = subprocess.run(
        ["bash", "-c", f"id() {{ echo 1000; }}; export -f id; exec {ROOT}/setup.sh {words} --yes"],
        capture_output=True,
        text=True,
        timeout=30,
    )
    assert (done.returncode, "needs root" in done.stderr) == (1, True)
