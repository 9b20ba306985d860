"""setup.sh on a real Debian 12 and 13 with their own systemd, in a container without a network."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.setup.container import PATIENCE_S, PYTHON, Container, can_run, system_of

pytestmark = [
    pytest.mark.appliance,
    pytest.mark.timeout(3600),
    pytest.mark.skipif(not can_run(), reason="needs root, debootstrap and systemd-nspawn"),
]
INSTALL = "./setup.sh install --yes --wheels /srv/wheels --settings /srv/settings.env"
# As it was unpacked: nobody has told the till anything.
FORGET = "rm /etc/kiosk/kiosk.env /etc/kiosk/credentials/*; systemctl restart kiosk"
# As `setup.sh readonly` mounts it; here is no such partition.
GONE = "/dev/gone /var/lib/kiosk ext4 nofail,x-systemd.device-timeout=1s 0 0"
UPDATE = "./setup.sh update --wheels /srv/wheels"
IS_READY = "systemctl -q is-active kiosk && systemctl show -p StatusText kiosk"


@pytest.fixture(scope="session", params=sorted(PYTHON))
def bare_system(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Path]:
    """A Debian without the till, never booted."""
    root = system_of(request.param, tmp_path_factory.mktemp("bare"))
    yield root
    shutil.rmtree(root)


@pytest.fixture(scope="session")
def till_system(bare_system: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The same Debian with the till, which was on the screen before it was turned off."""
    container = Container(tmp_path_factory.mktemp("till"), bare_system)
    try:
        status, said = container.run(INSTALL)
        assert status == 0, said
        container.wait(IS_READY)
        yield container.turn_off()
    finally:
        container.close()


@pytest.fixture
def debian(bare_system: Path, tmp_path: Path) -> Iterator[Container]:
    """Debian without the till."""
    container = Container(tmp_path, bare_system)
    yield container
    container.close()


@pytest.fixture
def till(till_system: Path, tmp_path: Path) -> Iterator[Container]:
    """The till, on the screen since it was booted."""
    container = Container(tmp_path, till_system)
    container.wait(IS_READY)
    yield container
    container.close()


def current(till: Container) -> str:
    return till.run("basename $(readlink /opt/kiosk/current)")[1].strip()


def without_times(files: dict[str, tuple[object, ...]]) -> dict[str, tuple[object, ...]]:
    """What uninstall promises: everything but when a file was written."""
    return {name: output[:-1] for name, output in files.items()}


def test_installing_twice_changes_nothing_and_uninstalling_leaves_only_the_journal(
    debian: Container,
) -> None:
    before = debian.files()
    status, said = debian.run(INSTALL)
    assert status == 0, said
    assert "the till is on the screen" in debian.wait(IS_READY)

    installed = debian.files()
    status, said = debian.run(INSTALL.replace(" --settings /srv/settings.env", ""))
    assert (status, "nothing was changed" in said) == (0, True), said
    assert debian.files() == installed
    modes = debian.run("stat -c '%a %U' /etc/kiosk/kiosk.env /etc/kiosk/credentials/*")[1]
    assert set(modes.splitlines()) == {"600 root"}
    assert "0 paid" in debian.run("kiosk sales")[1]

    status, said = debian.run("/opt/kiosk/current/setup.sh uninstall --yes")
    assert status == 0, said
    assert without_times(debian.files()) == without_times(before)
    assert debian.run("stat -c '%a %U' /var/lib/kiosk/journal.sqlite3")[1] == "600 root\n"


def test_an_update_that_works_stays_and_one_that_does_not_goes_back(till: Container) -> None:
    first = current(till)

    till.run("echo '# newer' >>kiosk/sale_log.py")
    status, said = till.run(UPDATE)
    assert status == 0, said
    second = current(till)
    assert second != first
    assert till.run("ls /opt/kiosk/releases")[1].split() == sorted((first, second))

    till.run("cp kiosk/clock.py /srv/clock.py")
    for fault in ("raise SystemExit('broken')", "import time; time.sleep(3600)"):
        till.run(f'cp /srv/clock.py kiosk/clock.py; echo "{fault}" >>kiosk/clock.py')
        status, said = till.run(UPDATE)
        assert (status, f"back to {second}" in said) == (1, True), said
        assert current(till) == second
        assert "the till is on the screen" in till.wait(IS_READY)

    till.run("cp /srv/clock.py kiosk/clock.py; echo '# newest' >>kiosk/sale_log.py")
    assert till.run(UPDATE)[0] == 0
    third = current(till)
    assert till.run("ls /opt/kiosk/releases")[1].split() == sorted((second, third))
    assert till.run("test -e /opt/kiosk/trial")[0] == 1


def test_an_update_that_nobody_watches_any_more_gives_way(till: Container) -> None:
    first = current(till)
    till.run("echo \"raise SystemExit('broken')\" >>kiosk/clock.py")
    watcher = till.begin(f"echo $$ >/srv/watcher; exec {UPDATE}")
    till.wait(f"test $(basename $(readlink /opt/kiosk/current)) != {first}")
    till.run("kill -9 $(cat /srv/watcher)")
    watcher.wait(PATIENCE_S)
    till.run("systemctl restart --no-block kiosk")  # as a boot would; it may not have come to that
    till.wait(f"test $(basename $(readlink /opt/kiosk/current)) = {first}")
    assert "the till is on the screen" in till.wait(IS_READY)
    assert till.run("test -e /opt/kiosk/trial")[0] == 1


def test_a_settings_file_on_the_boot_partition_is_in_force_after_the_next_start(
    till: Container,
) -> None:
    till.run(FORGET)
    assert "waits to be set up on the screen" in till.wait(IS_READY)
    till.run("mkdir -p /boot/firmware; cp /srv/settings.env /boot/firmware/kiosk.env")
    till.run("systemctl restart kiosk")
    assert "the till is on the screen" in till.wait(IS_READY)
    assert till.run("ls /boot/firmware")[1] == ""


def test_a_manager_may_turn_the_machine_off(till: Container) -> None:
    off = '[Service]\nType=exec\nExecStart=\nExecStart=/bin/sh -c "exit 100"\n'
    till.put("/etc/systemd/system/kiosk.service.d/off.conf", off)
    inside = till.begin("systemctl daemon-reload; systemctl restart kiosk")
    till.ended()
    inside.wait(PATIENCE_S)


def test_a_release_whose_python_was_replaced_is_built_anew(till: Container) -> None:
    """Box fault 4: restarts for ever, `installed already`, `runs already`, and a dead doctor."""
    release = current(till)
    till.run("cd /opt/kiosk/current/venv/lib; mv python3.* python3.99; systemctl restart kiosk")
    status, said = till.run("kiosk doctor")
    assert (status, "Python was replaced" in said) == (1, True), said
    status, said = till.run("/opt/kiosk/current/setup.sh install --yes --wheels /srv/wheels")
    assert status == 0, said
    assert "nothing was changed" not in said
    assert "the till is on the screen" in till.wait(IS_READY)
    assert current(till) == release


def test_a_till_without_its_partition_starts_and_says_so(till: Container) -> None:
    """Box fault 3: it never started, and nothing was told."""
    mark = "/var/lib/kiosk/partition-is-missing"
    till.run(f"touch {mark} /etc/kiosk/partition-is-missing; echo '{GONE}' >>/etc/fstab")
    till.run("systemctl daemon-reload; systemctl restart kiosk")
    assert "out of service: journal_broken" in till.wait(IS_READY)
    till.run("mkdir -p /boot/firmware; cp /srv/settings.env /boot/firmware/kiosk.env")
    till.run(f"systemctl start kiosk-provision; rm {mark} /etc/kiosk/partition-is-missing")
    assert till.run("ls /boot/firmware")[1] == "kiosk.env\n", "nothing was taken in"


def test_an_update_that_was_seen_to_last_stays_without_its_watcher(till: Container) -> None:
    """Box fault 27: cut off between "ready" and the removal of its mark, it was taken back."""
    till.run("readlink /opt/kiosk/current >/opt/kiosk/trial; systemctl restart kiosk")
    timers = till.run("systemctl list-units --full --no-legend 'run-*.timer'")[1]
    assert timers.count("give-way lasted") == 1, timers
    run = till.run("systemctl show -p InvocationID --value kiosk")[1].strip()
    till.run(f"/opt/kiosk/current/systemd/give-way lasted {run}")
    assert till.run("test -e /opt/kiosk/trial")[0] == 1


def test_a_careful_users_mask_and_a_stick_from_a_pc_give_a_release_as_it_should_be(
    debian: Container,
) -> None:
    """Box fault 28: modes of the source were kept, and so was the caller's mask."""
    debian.run("chmod -R 777 .; echo 'raise SystemExit(\"theirs\")' >venv.py")
    status, said = debian.run(f"umask 077; {INSTALL}")
    assert status == 0, said
    assert "the till is on the screen" in debian.wait(IS_READY)
    loose = "find -L /opt/kiosk -perm /022 -not -type l"
    assert debian.run(loose)[1].splitlines() == []


# In place of NetworkManager: the box's address, from the profile that it was given.
NMCLI = """#!/bin/sh
profile=/run/NetworkManager/system-connections/kiosk-phone.nmconnection
address=$(sed -n 's/^address1=//p' $profile 2>/dev/null)
case "$*" in
    *"connection up kiosk-phone") ip address add "$address" dev lo ;;
    *"connection delete kiosk-phone") ip address del "$address" dev lo ;;
esac
"""
PHONE = """
import json, os, re, time, urllib.request
from pathlib import Path

place = Path("/run/kiosk/phone")
place.mkdir(mode=0o700, exist_ok=True)
new = place / "new"
new.write_text(json.dumps({"token": "ab" * 16, "language": "en", "task": "everything"}))
new.rename(place / "wanted")
file = Path("/run/kiosk-phone/progress")
while True:
    time.sleep(0.2)
    if os.access(file, os.R_OK) and json.loads(file.read_text())["step"] != "opening":
        break
said = json.loads(file.read_text())
assert said["step"] == "waiting", said
text = urllib.request.urlopen(said["page"], timeout=20).read().decode()
assert "six digits" in text, text
for process in Path("/proc").glob("[0-9]*"):
    if b"kiosk.phone_setup" in (process / "cmdline").read_bytes():
        print("page by", re.search(r"Uid:\\s+(\\d+)", (process / "status").read_text())[1])
"""
ADDRESSES = "ip -4 -o address show dev lo"


def ask_for_a_phone(till: Container) -> str:
    """Have a till that nobody has set up wait for a phone; what the phone found."""
    till.put("/usr/bin/nmcli", NMCLI)
    till.run(f"chmod 755 /usr/bin/nmcli; {FORGET}")
    till.wait("systemctl show -p StatusText kiosk | grep 'waits to be set up'")
    till.put("/srv/phone.py", PHONE)
    status, said = till.run("runuser -u kiosk -- python3 /srv/phone.py", timeout_s=120)
    assert status == 0, said + till.run("journalctl -u kiosk-phone-setup --no-pager")[1]
    return said


def end_as_till(till: Container) -> None:
    till.run(f"runuser -u kiosk -- sh -c 'printf %s {'ab' * 16} >/run/kiosk/phone/stop'")


def stop_the_till(till: Container) -> None:
    till.run("systemctl stop kiosk")


@pytest.mark.parametrize("end", [end_as_till, stop_the_till])
def test_the_unit_for_a_phone_serves_its_page_and_leaves_nothing_behind(
    till: Container, end: Callable[[Container], None]
) -> None:
    """With systemd's sandbox around it; the radio is a stand-in."""
    before = till.run(ADDRESSES)[1]
    assert "page by 65534" in ask_for_a_phone(till)
    assert till.run(ADDRESSES)[1] != before
    end(till)
    till.wait("systemctl show -p ActiveState kiosk-phone-setup | grep inactive", timeout_s=60)
    assert till.run(ADDRESSES)[1] == before
    assert till.run("ls -A /run/NetworkManager/system-connections")[1] == ""
    assert till.run("ls /run/kiosk-phone")[0] != 0
