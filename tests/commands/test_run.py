"""`kiosk run` from outside: what a service manager and a person in front of the display see."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from kiosk.durable_files import PARTITION_MISSING
from kiosk.simulate import Simulator

PATIENCE_S = 30.0

# A till whose root's unit has left word, which says what the loop is told of that.
TOLD_BY_ROOT = """
import sys
from kiosk.__main__ import main
from kiosk.commands import run
from kiosk.loop import Inbox
from kiosk.sale.events import BootFilesReported

put = Inbox.put

def put_seen(inbox, event):
    if isinstance(event, BootFilesReported):
        print("told:", event.trouble.kind, event.trouble.subject, file=sys.stderr)
    put(inbox, event)

Inbox.put = put_seen
run.refused_names = lambda: ("KIOSK_PIN",)
run.left_files = lambda: ("wifi.env",)
sys.exit(main(["run"]))
"""

# One that nobody has set up, with a copy of a settings file on the boot partition.
ONLY_A_COPY = """
import sys
from kiosk.__main__ import main
from kiosk.commands import run
from kiosk.sale import first_run

begin = first_run.begin

def begin_seen(machine, refused):
    print("told:", refused, file=sys.stderr)
    return begin(machine, refused)

first_run.begin = begin_seen
run.left_files = lambda: ("old kiosk.env",)
sys.exit(main(["run"]))
"""


class Service:
    """The program as a service: a process, and what it tells systemd."""

    def __init__(self, folder: Path, **settings: str) -> None:
        self.folder = folder
        self.ear = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.ear.bind(str(folder / "notify"))
        self.ear.settimeout(PATIENCE_S)
        runtime = folder / "run"
        runtime.mkdir(exist_ok=True)
        ours = ("KIOSK_", "BLINK", "MERCHANT_")
        self.environ = {
            **{name: value for name, value in os.environ.items() if not name.startswith(ours)},
            "SDL_VIDEODRIVER": "dummy",
            "NOTIFY_SOCKET": str(folder / "notify"),
            "RUNTIME_DIRECTORY": str(runtime),
            "KIOSK_SCREEN": "480x320",
            "KIOSK_JOURNAL": str(folder / "journal.sqlite3"),
            "PYTHONPATH": str(Path(__file__).parents[2]),
            **settings,
        }
        self.process: subprocess.Popen[str] | None = None

    def start(self, *program: str) -> "Service":
        self.process = subprocess.Popen(
            [sys.executable, *(program or ("-m", "kiosk", "run"))],
            env=self.environ,
            cwd=self.folder,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )
        return self

    def hear(self) -> str:
        return self.ear.recv(4096).decode()

    def send(self, number: signal.Signals) -> None:
        assert self.process is not None
        self.process.send_signal(number)

    def end(self) -> tuple[int, str]:
        """The exit code and the log."""
        assert self.process is not None
        _, output = self.process.communicate(timeout=PATIENCE_S)
        return self.process.returncode, output

    def close(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.kill()
            self.process.communicate()
        self.ear.close()


@pytest.fixture
def account() -> Iterator[dict[str, str]]:
    with Simulator() as simulator:
        yield {
            "BLINK_API_URL": simulator.api_url,
            "BLINK_WS_URL": simulator.ws_url,
            "BLINKPOS_API_KEY": simulator.till.api_key,
            "MERCHANT_USERNAME": simulator.merchant.username,
        }


def test_a_till_is_ready_fed_and_ends_in_order(tmp_path: Path, account: dict[str, str]) -> None:
    service = Service(tmp_path, **account, WATCHDOG_USEC="300000").start()
    try:
        assert service.hear() == "READY=1\nSTATUS=the till is on the screen"
        assert [service.hear() for _ in range(3)] == ["WATCHDOG=1"] * 3
        service.send(signal.SIGINT)  # Ctrl-C on an attached keyboard
        assert [service.hear() for _ in range(3)] == ["WATCHDOG=1"] * 3
        service.send(signal.SIGTERM)
        last = ""
        while last != "STOPPING=1":
            last = service.hear()
        code, output = service.end()
    finally:
        service.close()
    assert code == 0, output
    assert account["BLINKPOS_API_KEY"] not in output
    assert not (tmp_path / "run" / "starts").exists()


def test_files_of_the_boot_partition_are_told_as_wrong_or_as_left(
    tmp_path: Path, account: dict[str, str]
) -> None:
    service = Service(tmp_path, **account).start("-c", TOLD_BY_ROOT)
    try:
        assert service.hear() == "READY=1\nSTATUS=the till is on the screen"
        service.send(signal.SIGTERM)
        code, output = service.end()
    finally:
        service.close()
    assert code == 0, output
    assert [line for line in output.splitlines() if line.startswith("told: ")] == [
        "told: wrong_settings KIOSK_PIN",
        "told: boot_file_left wifi.env",
    ]


def test_a_till_that_nobody_has_set_up_names_a_copy_that_is_not_taken_in(tmp_path: Path) -> None:
    """A file saved as `old kiosk.env` is all there is: its writer has to learn why."""
    service = Service(tmp_path).start("-c", ONLY_A_COPY)
    try:
        assert "set up on the screen" in service.hear()
        service.send(signal.SIGTERM)
        code, output = service.end()
    finally:
        service.close()
    assert code == 0, output
    assert "told: ('old kiosk.env',)" in output.splitlines()


def test_wrong_settings_are_named_on_the_screen_and_the_program_stays(tmp_path: Path) -> None:
    service = Service(tmp_path, KIOSK_ROTATE="45", BLINKPOS_API_KEY="blink-s3cret").start()
    try:
        ready = service.hear()
        service.send(signal.SIGTERM)
        assert service.hear() == "STOPPING=1"
        code, output = service.end()
    finally:
        service.close()
    assert ready.startswith("READY=1\nSTATUS=out of service: wrong settings: ")
    assert {"KIOSK_ROTATE", "BLINKPOS_API_KEY", "MERCHANT_USERNAME"} <= set(
        ready.replace(",", " ").split()
    )
    assert code == 0
    assert "s3cret" not in ready + output


def test_a_till_that_keeps_failing_says_so_and_waits(
    tmp_path: Path, account: dict[str, str]
) -> None:
    service = Service(tmp_path, **account)
    (tmp_path / "run" / "starts").write_text("1 1e12")
    service.start()
    try:
        assert "keeps_failing; next try in 5 s" in service.hear()
        service.send(signal.SIGTERM)
        assert service.end()[0] == 0
    finally:
        service.close()


def test_a_journal_that_cannot_be_opened_is_told_with_its_cure_and_tried_again(
    tmp_path: Path, account: dict[str, str]
) -> None:
    """Fault 29: "journal_broken: Permission denied" was all that it said."""
    (tmp_path / "file").write_text("no folder")
    service = Service(tmp_path, **account)
    service.environ["KIOSK_JOURNAL"] = str(tmp_path / "file" / "journal.sqlite3")
    service.start()
    try:
        assert "out of service: journal_broken; next try in 30 s" in service.hear()
        service.send(signal.SIGTERM)
        code, log = service.end()
    finally:
        service.close()
    assert code == 0
    assert f"the journal {service.environ['KIOSK_JOURNAL']} cannot be written: " in log
    assert "KIOSK_JOURNAL says where it is; give a file in a folder that is yours." in log


def test_a_missing_screen_is_waited_for_and_is_no_failure(
    tmp_path: Path, account: dict[str, str]
) -> None:
    """Box fault 5: looks grew rare, `stop` took 10 s, an update took the release for broken."""
    service = Service(tmp_path, **account, SDL_VIDEODRIVER="no-such-driver").start()
    try:
        waits = [service.hear() for _ in range(4)]
        service.send(signal.SIGTERM)
        code, log = service.end()
    finally:
        service.close()
    output = "EXTEND_TIMEOUT_USEC=30000000\nSTATUS=no screen: connect one"
    assert waits == [output, "WATCHDOG=1"] * 2
    assert code == 0
    assert log.count("Connect a screen") == 1
    assert not (tmp_path / "run" / "starts").exists()


FAST_SETUP = """
import sys
from kiosk.commands import new_start, run
from kiosk.__main__ import main
run.AGAIN_S, new_start.NEW_START_AFTER_S = 0.1, 0.05
"""
FAST_RUN = 'sys.exit(main(["run"]))'
FAST = f"{FAST_SETUP}{FAST_RUN}"


def test_a_till_that_cannot_be_built_for_long_ends_in_a_new_start(
    tmp_path: Path, account: dict[str, str]
) -> None:
    """Box fault 9: the watchdog was fed for ever while the journal's lock was never free."""
    (tmp_path / "file").write_text("no folder")
    service = Service(tmp_path, **account)
    service.environ["KIOSK_JOURNAL"] = str(tmp_path / "file" / "journal.sqlite3")
    service.start("-c", FAST)
    try:
        code, log = service.end()
    finally:
        service.close()
    assert code == 1
    assert "a new start may help" in log
    assert (tmp_path / "run" / "starts").exists(), "it counts as a failure"


FAILING = f"""
from kiosk.journal import Journal, JournalUnusable
from kiosk.sale.trouble import Trouble, TroubleKind

def fail(self, *_):
    raise JournalUnusable(Trouble(TroubleKind.JOURNAL_BROKEN, reason="disk I/O error"))

Journal.probe = fail
{FAST}"""


def test_a_running_till_whose_journal_fails_for_ever_ends_in_a_new_start(
    tmp_path: Path, account: dict[str, str]
) -> None:
    """Box fault 9: its watchdog was fed for ever, for its loop turned, and nothing was sold."""
    service = Service(tmp_path, **account, WATCHDOG_USEC="300000")
    service.start("-c", FAILING)
    try:
        assert service.hear() == "READY=1\nSTATUS=the till is on the screen"
        code, log = service.end()
    finally:
        service.close()
    assert code == 1, log
    assert "the journal has failed for long; a new start may help" in log
    assert (tmp_path / "run" / "starts").exists(), "it counts as a failure"


TOUCHED = f"""
from kiosk.screen.display.window import Window
Window.untouched_for_s = property(lambda self: 0.0)
{FAST}"""


def test_a_till_that_cannot_be_built_stays_while_its_display_is_touched(
    tmp_path: Path, account: dict[str, str]
) -> None:
    """Box fault 9: a new start would take away what a person is reading, or pressing."""
    (tmp_path / "file").write_text("no folder")
    service = Service(tmp_path, **account)
    service.environ["KIOSK_JOURNAL"] = str(tmp_path / "file" / "journal.sqlite3")
    service.start("-c", TOUCHED)
    try:
        assert all("out of service: journal_broken" in service.hear() for _ in range(5))
        service.send(signal.SIGTERM)
        code, log = service.end()
    finally:
        service.close()
    assert code == 0
    assert "new start" not in log


def test_wrong_settings_never_end_in_a_new_start(tmp_path: Path) -> None:
    """Box fault 9: a new start would find the same settings."""
    wrong = {"KIOSK_ROTATE": "45", "MERCHANT_USERNAME": "shop"}
    service = Service(tmp_path, **wrong, WATCHDOG_USEC="60000")
    service.start("-c", FAST)
    try:
        assert service.hear().startswith("READY=1\nSTATUS=out of service: wrong settings: ")
        assert [service.hear() for _ in range(5)] == ["WATCHDOG=1"] * 5, "and it is fed"
        service.send(signal.SIGTERM)
        code, log = service.end()
    finally:
        service.close()
    assert code == 0
    assert "new start" not in log


def test_settings_on_a_missing_partition_are_not_called_wrong(tmp_path: Path) -> None:
    """Box fault 3: the till did not start, and when it does its settings are not there either."""
    (tmp_path / PARTITION_MISSING).touch()
    service = Service(tmp_path).start()
    try:
        assert "out of service: journal_broken" in service.hear()
        service.send(signal.SIGTERM)
        service.end()
    finally:
        service.close()
    assert sorted(file.name for file in tmp_path.iterdir() if "journal" in file.name) == []


@pytest.mark.parametrize("is_complete", [True, False])
def test_a_till_whose_settings_are_written_in_part_sells_nothing_and_starts_again(
    tmp_path: Path, account: dict[str, str], *, is_complete: bool
) -> None:
    """It sold with new secrets and the old rest, or asked as a box does that is set up first."""
    service = Service(tmp_path, **(account if is_complete else {}))
    service.start("-c", f"{FAST_SETUP}run.is_change_unfinished = lambda: True\n{FAST_RUN}")
    try:
        assert "out of service: journal_broken; next try in 0 s" in service.hear()
        assert service.hear() == "STOPPING=1"
        code, log = service.end()
    finally:
        service.close()
    assert code == 0, "systemd starts it again, after root's unit"
    assert "settings are in force in part" in log
    assert not (tmp_path / "run" / "starts").exists(), "and it counts as no failure of the program"
    assert not (tmp_path / "journal.sqlite3").exists()


def test_a_wrong_wiring_is_a_wrong_setting(tmp_path: Path, account: dict[str, str]) -> None:
    service = Service(tmp_path, **account, KIOSK_KEYPAD_ROWS="5,6").start()
    try:
        assert "wrong settings: KIOSK_KEYPAD_ROWS" in service.hear()
    finally:
        service.close()


def test_the_first_picture_waits_for_nothing_slow(tmp_path: Path, account: dict[str, str]) -> None:
    script = """
import os, sys
import pygame
def flip():
    print(*sorted({name.partition(".")[0] for name in sys.modules}))
    sys.stdout.flush()
    os._exit(0)
pygame.display.flip = flip
from kiosk.__main__ import main
main(["run"])
"""
    service = Service(tmp_path, **account)
    done = subprocess.run(
        [sys.executable, "-c", script],
        env=service.environ,
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=False,
    )
    service.close()
    loaded = set(done.stdout.split())
    assert "pygame" in loaded, done.stderr
    slow = {"gpiozero", "gql", "graphql", "aiohttp", "websockets", "babel", "qrcode", "sqlite3"}
    slow |= {"asyncio", "bolt11", "ariadne", "dotenv", "ssl"}
    assert not loaded & slow


MANAGER = """
import sys
import kiosk.commands.app as box
from kiosk.__main__ import main
from kiosk.sale.device import DeviceAction

build = box.build_app

def managed(settings, *, folder, end):
    built = build(settings, folder=folder, end=end)
    end(DeviceAction(sys.argv[1]))
    return built

box.build_app = managed
sys.exit(main(["run"]))
"""


@pytest.mark.parametrize(("act", "status"), [("restart", 0), ("shut_down", 100)])
def test_what_the_manager_asks_for_is_an_exit_status_that_the_unit_knows(
    tmp_path: Path, account: dict[str, str], act: str, status: int
) -> None:
    unit = (Path(__file__).parents[2] / "systemd/kiosk.service").read_text()
    assert "RestartPreventExitStatus=100\n" in unit
    service = Service(tmp_path, **account).start("-c", MANAGER, act)
    try:
        assert service.hear().startswith("READY=1")
        assert service.hear() == "STOPPING=1"
        code, output = service.end()
    finally:
        service.close()
    assert code == status, output
    assert not (tmp_path / "run" / "starts").exists(), "an orderly end is no failure"
