"""setup.sh: what it changes it writes down first, and puts back."""

import base64
import hashlib
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
SCRIPTS = (
    *("setup.sh", ".ci/run", "systemd/kiosk", "systemd/appliance.sh", "systemd/usb-stick"),
    *("systemd/give-way", "systemd/partition-came", "systemd/journal-folder"),
)


@pytest.mark.skipif(shutil.which("shellcheck") is None, reason="no shellcheck on this machine")
def test_shellcheck_finds_nothing() -> None:
    output = subprocess.run(
        ["shellcheck", "-x", *SCRIPTS], cwd=ROOT, capture_output=True, text=True, timeout=60
    )
    assert (output.returncode, output.stdout) == (0, "")


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
            firmware={self.firmware} release={ROOT} trial=$home/trial
            systemd_runs() {{ false; }}
            uninstalled() {{ put_back; forget_made; }}
            {words}
            echo "changed=$changed"
        """
        done = subprocess.run(["bash", "-c", script], capture_output=True, text=True, timeout=30)
        assert done.returncode == 0, done.stderr
        return done.stdout + done.stderr

    def files(self) -> dict[str, tuple[str, int]]:
        files = {}
        for path in sorted(self.root.rglob("*")):
            name = str(path.relative_to(self.root))
            if name != "home" and not name.startswith("home/"):
                what = "folder"
                if path.is_symlink():
                    what = f"-> {path.readlink()}"
                elif path.is_file():
                    what = path.read_text()
                files[name] = (what, path.lstat().st_mode)
        return files


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
    output = machine.run("uninstalled")
    assert "dtoverlay=theirs" in (machine.firmware / "config.txt").read_text()
    assert (machine.firmware / "config.txt.before-kiosk").read_text() == original
    assert "config.txt.before-kiosk" in output


@pytest.mark.parametrize("words", ["install", "update", "uninstall"])
def test_only_root_may(words: str) -> None:
    done = subprocess.run(
        ["bash", "-c", f"id() {{ echo 1000; }}; export -f id; exec {ROOT}/setup.sh {words} --yes"],
        capture_output=True,
        text=True,
        timeout=30,
    )
    assert (done.returncode, "needs root" in done.stderr) == (1, True)


def test_root_gives_a_release_plain_modes_whatever_the_source_had(machine: Machine) -> None:
    """Box fault 28: a copy from a FAT stick gave files that everybody may write and root runs."""
    new = machine.root / "new"
    (new / "systemd").mkdir(parents=True)
    for name, text in (("setup.sh", "#!/bin/sh"), ("systemd/kiosk", "#!/bin/sh"), ("a.py", "x")):
        (new / name).write_text(text)
    for path in (new, *new.rglob("*")):
        path.chmod(0o777 if path.is_dir() else 0o666)
    machine.run(f"has_plain_modes {new}")
    modes = {str(path.relative_to(new)): path.stat().st_mode & 0o777 for path in new.rglob("*")}
    assert modes == {"systemd": 0o755, "setup.sh": 0o755, "systemd/kiosk": 0o755, "a.py": 0o644}


def test_root_runs_no_python_that_looks_into_the_callers_folder() -> None:
    """Box fault 28: a `venv.py` of nobody's was run by root."""
    lines = [
        line
        for file in ("setup.sh", "systemd/appliance.sh", "systemd/kiosk")
        for line in (ROOT / file).read_text().splitlines()
        if re.search(r"python3?\"? -", line) and ".venv" not in line and "$venv/" not in line
    ]
    assert len(lines) >= 6
    assert [line for line in lines if not re.search(r"python3?\"? -I", line)] == []


def test_root_has_a_mask_a_path_and_a_folder_of_its_own(machine: Machine) -> None:
    """Box fault 28: umask 077 gave a release that the till could not read."""
    output = machine.run("umask 077; id() { echo 0; }; need_root; umask; pwd; echo $PATH")
    assert output.splitlines()[:2] == ["0022", "/"]
    assert output.splitlines()[2].startswith("/usr/local/sbin:")


def test_a_release_counts_only_while_its_python_runs_it(machine: Machine) -> None:
    """Box fault 4: after Debian 12 became 13 the till was dead, and `installed already`."""
    release = machine.root / "release"
    python = release / "venv/bin/python"
    python.parent.mkdir(parents=True)
    python.write_text("#!/bin/sh\nexit 0\n")
    python.chmod(0o755)
    assert "no" in machine.run(f"runs {release} || echo no"), "not complete"
    (release / "complete").touch()
    assert "no" not in machine.run(f"runs {release} || echo no").replace("changed=no", "")
    python.write_text("#!/bin/sh\necho ModuleNotFoundError >&2\nexit 1\n")
    assert "no" in machine.run(f"runs {release} || echo no").replace("changed=no", "")


def test_libraries_come_from_one_index_whatever_the_system_says(machine: Machine) -> None:
    """Box fault 17: an extra index that could not be reached made an install an hour long."""
    python = machine.root / "venv/bin/python"
    python.parent.mkdir(parents=True)
    python.write_text('#!/bin/sh\necho "$PIP_CONFIG_FILE" "$@" >&2\n')
    python.chmod(0o755)
    output = machine.run(f"has_libraries {machine.root}")
    assert "/dev/null -I -m pip --isolated" in output
    assert "--index-url https://pypi.org/simple" in output
    assert "--quiet" not in output
    assert "--no-index --find-links /w" in machine.run(f"wheels=/w; has_libraries {machine.root}")


# A release that runs, whose one library is a file that pip has noted the hash of, and a new one.
# `python3 -m venv` makes here what a virtual environment needs; nothing is fetched.
RELEASES = f"""
    real={Path(sys.executable).resolve()}
    python3() {{
        case "$*" in *"-m venv"*) ;; *) "$real" "$@"; return ;; esac
        local environment=${{!#}}
        mkdir -p $environment/bin $environment/lib/python3.{sys.version_info.minor}/site-packages
        ln -s $real $environment/bin/python
        printf '%s\\n' "home = ${{real%/*}}" "include-system-site-packages = false" \\
            >$environment/pyvenv.cfg
    }}
    runs() {{ [ -e "$1/complete" ]; }}
    has_libraries() {{ echo fetched; }}
    current=current
    mkdir old new
    python3 -I -m venv old/venv
    cp -a library/. old/venv/lib/python3.*/site-packages
    touch old/complete
    ln -s old current
    echo lock | tee old/requirements.lock >new/requirements.lock
"""


def test_an_update_copies_the_libraries_that_the_running_release_has_already(
    machine: Machine,
) -> None:
    installed_library(machine.root / "library")
    said = machine.run(f"cd {machine.root}; {RELEASES} has_environment new")
    assert "fetched" not in said
    (copy,) = machine.root.glob("new/venv/lib/python3.*/site-packages/shop.py")
    assert copy.stat().st_nlink == 1, "no release writes into another's files"


@pytest.mark.parametrize(
    "change",
    [
        pytest.param("rm current", id="first-install"),
        pytest.param("rm old/complete", id="running-release-is-broken"),
        pytest.param("echo other >>new/requirements.lock", id="other-lock"),
        pytest.param("cp --remove-destination /bin/echo old/venv/bin/python", id="other-python"),
        pytest.param("echo x >>old/venv/lib/python3.*/site-packages/shop.py", id="damaged"),
    ],
)
def test_an_update_makes_its_libraries_anew_when_those_at_hand_are_not_the_same(
    machine: Machine, change: str
) -> None:
    installed_library(machine.root / "library")
    said = machine.run(f"cd {machine.root}; {RELEASES} {change}; has_environment new")
    assert "fetched" in said
    assert list(machine.root.glob("new/venv/lib/python3.*/site-packages/shop.py")) == []


def installed_library(folder: Path) -> None:
    """A library of one file, as pip leaves it in `folder`."""
    noted = folder / "shop-1.0.dist-info"
    noted.mkdir(parents=True)
    text = b"price = 1\n"
    (folder / "shop.py").write_bytes(text)
    digest = base64.urlsafe_b64encode(hashlib.sha256(text).digest()).decode().rstrip("=")
    (noted / "METADATA").write_text("Metadata-Version: 2.1\nName: shop\nVersion: 1.0\n")
    (noted / "RECORD").write_text(
        f"shop.py,sha256={digest},{len(text)}\n../../../bin/shop,sha256=gone,1\n"
    )


def test_cloud_init_does_not_write_onto_the_tills_screen(machine: Machine) -> None:
    """Box fault 20: on Raspberry Pi OS 13 it told its stages and keys on the console."""
    before = machine.files()
    place = f"cloud={machine.root}/etc/cloud units={machine.root}/units"
    assert "changed=no" in machine.run(f"{place}; cloud_is_quiet")
    assert machine.files() == before, "where there is none nothing is made"
    (machine.root / "etc/cloud").mkdir()
    machine.run(f"{place}; cloud_is_quiet")
    drop_in = machine.root / "units/cloud-final.service.d/kiosk.conf"
    assert "StandardOutput=journal" in drop_in.read_text()
    assert "changed=no" in machine.run(f"{place}; cloud_is_quiet")


def test_no_swap_comes_back_at_a_boot(machine: Machine) -> None:
    """Box fault 16: MemorySwapMax=0 does nothing without a memory cgroup."""
    place = f"units={machine.root}/units rpi={machine.root}/etc/rpi"
    machine.run(f"{place}; swap_is_off")
    masked = {path.name for path in (machine.root / "units").iterdir()}
    assert masked == {"swap.target", "dphys-swapfile.service", "zramswap.service"}
    assert {path.readlink() for path in (machine.root / "units").iterdir()} == {Path("/dev/null")}
    assert not (machine.root / "etc/rpi").exists(), "where there is no rpi-swap nothing is made"


def test_rpi_swap_makes_neither_a_device_nor_a_file(machine: Machine) -> None:
    """Box fault 16: Raspberry Pi OS 13 has zram, written back into a file on the card."""
    (machine.root / "etc/rpi").mkdir()
    place = f"units={machine.root}/units rpi={machine.root}/etc/rpi"
    machine.run(f"{place}; swap_is_off")
    drop_in = machine.root / "etc/rpi/swap.conf.d/99-kiosk.conf"
    assert drop_in.read_text() == "[Main]\nMechanism=none\n"
    assert "changed=no" in machine.run(f"{place}; swap_is_off")


@pytest.mark.parametrize(
    ("config", "goes"), [("auto_initramfs=1\n", True), ("#auto_initramfs=1\n[all]\n", False)]
)
def test_a_pi_without_an_initramfs_is_not_promised_an_overlay(
    machine: Machine, config: str, goes: bool
) -> None:
    """Box fault 13: `readonly on` said that the system is only read, and it was not."""
    machine.firmware.mkdir()
    (machine.firmware / "config.txt").write_text(config)
    assert ("goes" in machine.run("(need_initramfs && echo goes) || true")) is goes


class Trial:
    """systemd/give-way on a machine in a folder, with two releases."""

    def __init__(self, root: Path) -> None:
        self.home = root / "opt"
        for name in ("old", "new"):
            (self.home / name).mkdir(parents=True)
            (self.home / name / "complete").touch()
        (self.home / "current").symlink_to(self.home / "new")
        self.mark = self.home / "trial"
        self.mark.write_text(f"{self.home}/old\n")
        text = (ROOT / "systemd/give-way").read_text().replace("/opt/kiosk", str(self.home))
        self.script = root / "give-way"
        self.script.write_text(text)
        tools = root / "bin"
        tools.mkdir()
        self.status = root / "status"
        self.status.write_text("starting\n")
        self._has_tool(
            "systemctl", f"case $* in *Status*) cat {self.status} ;; *) echo run-1 ;; esac"
        )
        self.timers = root / "timers"
        self._has_tool("systemd-run", f'echo "$*" >>{self.timers}')
        self.path = f"{tools}:/usr/bin:/bin"

    def _has_tool(self, name: str, script: str) -> None:
        tool = self.script.parent / "bin" / name
        tool.write_text(f"#!/bin/sh\n{script}\n")
        tool.chmod(0o755)

    def run(self, *words: str) -> str:
        environ = {"PATH": self.path, "INVOCATION_ID": "run-1"}
        subprocess.run(["sh", self.script, *words], env=environ, check=True, timeout=30)
        return (self.home / "current").readlink().name


def test_an_update_that_nobody_saw_work_gives_way_at_the_third_start(tmp_path: Path) -> None:
    trial = Trial(tmp_path)
    assert [trial.run(), trial.run(), trial.run()] == ["new", "new", "old"]
    assert not trial.mark.exists()


def test_a_start_that_waits_for_a_screen_does_not_count_against_an_update(tmp_path: Path) -> None:
    """Box fault 5: three starts without a screen threw a good release away."""
    trial = Trial(tmp_path)
    for _ in range(5):
        assert trial.run() == "new"
        assert "waits run-1" in trial.timers.read_text()
        trial.status.write_text("no screen: connect one\n")
        trial.run("waits", "run-0")  # of a start that has ended: it counts
        trial.run("waits", "run-1")
    trial.status.write_text("starting\n")
    trial.run("waits", "run-1")
    assert [trial.run(), trial.run(), trial.run()] == ["new", "new", "old"]


def test_an_update_that_lasted_a_minute_stays_though_nobody_took_its_mark_away(
    tmp_path: Path,
) -> None:
    """Box fault 27: a good update, cut off between "ready" and that, was taken back."""
    trial = Trial(tmp_path)
    trial.run()
    trial.run("lasted", "run-0")
    assert trial.mark.exists(), "another run, so that one has ended"
    trial.run("lasted", "run-1")
    assert [trial.run(), trial.run(), trial.run()] == ["new", "new", "new"]


@pytest.mark.parametrize("before", ["", "\n", "/nowhere\n"])
def test_a_mark_that_a_cut_has_damaged_leads_nowhere(tmp_path: Path, before: str) -> None:
    """Box fault 27: with an empty mark `current` pointed nowhere, and nothing recovered."""
    trial = Trial(tmp_path)
    trial.mark.write_text(f"{before}start\nstart\nstart\nstart\n")
    assert trial.run() == "new"


def test_the_mark_of_a_trial_is_on_the_disk_before_anything_else_changes() -> None:
    """Box fault 27: it was written without sync, and was an empty file after a cut."""
    text = (ROOT / "systemd/appliance.sh").read_text()
    body = text[text.index("trial_begins() {") : text.index("trial_ends() {")]
    assert [line.split()[0] for line in body.splitlines()[1:5]] == ["echo", "sync", "mv", "sync"]


def test_what_is_wiped_is_gone_with_its_folders_and_the_place_stays(machine: Machine) -> None:
    """Box fault 29: keys stayed on the partition after uninstall, and beneath its mounts."""
    place = machine.root / "place"
    (place / "credentials").mkdir(parents=True)
    (place / "credentials/KEY").write_text("blink_x")
    (place / "link").symlink_to("credentials/KEY")
    machine.run(f"wiped {place}; wiped {place}/none")
    assert list(place.iterdir()) == []
