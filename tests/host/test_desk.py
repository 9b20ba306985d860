"""What the manager asks of the box, carried out without a right to do it."""

import sys
from collections.abc import Callable
from pathlib import Path
from queue import Queue

import pytest

from kiosk.host import stick
from kiosk.host.desk import Host, HostEvent
from kiosk.host.wifi import Nmcli
from kiosk.sale.box import ActOnBox, BoxAct, BoxNews, BoxTold, HostEffect
from kiosk.sale.wifi import JoinWifi, Network, ScanWifi, Security, WifiNews, WifiSeen, WifiTold

DEADLINE_S = 10.0


class Root:
    """Root's helper: looks whenever the till sleeps, and does what a test lets it do."""

    def __init__(self, act: Callable[[], None] = lambda: None) -> None:
        self.act = act
        self.slept_s = 0.0

    def sleep(self, seconds: float) -> None:
        self.slept_s += seconds
        self.act()


def write(folder: Path) -> None:
    (folder / "kiosk-sales-all.csv").write_text("time,sale\n")


@pytest.mark.parametrize(
    ("word", "news"),
    [
        ("exported\n", BoxNews.EXPORTED),
        ("no-stick", BoxNews.NO_STICK),
        ("full", BoxNews.STICK_FULL),
        ("unreadable", BoxNews.STICK_UNREADABLE),
        ("something else", BoxNews.EXPORT_FAILED),
    ],
)
def test_an_export_lays_out_files_and_hears_one_word(
    tmp_path: Path, word: str, news: BoxNews
) -> None:
    laid_out: list[str] = []

    def root() -> None:
        place = tmp_path / stick.FOLDER
        laid_out.extend(sorted(file.name for file in place.iterdir()))
        (place / stick.WISH).unlink()
        (place / stick.ANSWER).write_text(word)

    assert stick.export(tmp_path, write, Root(root).sleep) is news
    assert laid_out == ["kiosk-sales-all.csv", stick.WISH]
    assert list((tmp_path / stick.FOLDER).iterdir()) == [], "nothing stays in memory"


def test_an_answer_of_last_time_is_not_this_times(tmp_path: Path) -> None:
    place = tmp_path / stick.FOLDER
    place.mkdir()
    (place / stick.ANSWER).write_text("exported")
    root = Root()
    assert stick.export(tmp_path, write, root.sleep) is BoxNews.NOT_HEARD
    assert root.slept_s == pytest.approx(stick.PATIENCE_S)


class Desk:
    """A host door whose thread is real and whose root is told what to do."""

    def __init__(self, folder: Path | None, write_sales: Callable[[Path], None] = write) -> None:
        self.events = Queue[HostEvent]()
        self.ends: list[BoxAct] = []
        self.root = Root()
        self.host = Host(
            self.events.put,
            folder=folder,
            end=self.ends.append,
            write_sales=write_sales,
            nmcli=Nmcli((sys.executable, "-c", "import sys; sys.exit(8)")),
            sleep=self.root.sleep,
        )

    def asked(self, effect: HostEffect) -> HostEvent:
        self.host.perform(effect)
        return self.events.get(timeout=DEADLINE_S)


@pytest.mark.parametrize(
    ("act", "news"),
    [(BoxAct.RESTART, BoxNews.RESTARTING), (BoxAct.SHUT_DOWN, BoxNews.SHUTTING_DOWN)],
)
def test_an_end_is_orderly_where_systemd_knows_what_to_do_about_it(
    tmp_path: Path, act: BoxAct, news: BoxNews
) -> None:
    desk = Desk(tmp_path)
    assert desk.asked(ActOnBox(act)) == BoxTold(news)
    assert desk.ends == [act]


@pytest.mark.parametrize("act", list(BoxAct))
def test_off_an_appliance_nothing_is_done_and_that_is_said(act: BoxAct) -> None:
    desk = Desk(None)
    assert desk.asked(ActOnBox(act)) == BoxTold(BoxNews.NO_APPLIANCE)
    assert desk.ends == []


def test_wifi_is_asked_in_the_doors_own_thread() -> None:
    desk = Desk(None)
    assert desk.asked(ScanWifi()) == WifiSeen((), WifiNews.NO_MANAGER)
    shop = Network("Shop", "00:11:22:33:44:55", 50, Security.PERSONAL)
    assert desk.asked(JoinWifi(shop, "12345678")) == WifiTold(WifiNews.NO_MANAGER)


def test_one_thing_is_done_after_the_other_and_each_is_answered(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    asked = (BoxAct.EXPORT, BoxAct.RESTART, BoxAct.EXPORT)
    for act in asked:
        desk.host.perform(ActOnBox(act))
    answers = [desk.events.get(timeout=DEADLINE_S) for _ in asked]
    news = (BoxNews.NOT_HEARD, BoxNews.RESTARTING, BoxNews.NOT_HEARD)
    assert answers == [BoxTold(one) for one in news]


def test_a_failure_of_our_own_is_an_answer_too(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(folder: Path) -> None:
        raise RuntimeError("a bug")

    desk = Desk(tmp_path, broken)
    assert desk.asked(ActOnBox(BoxAct.EXPORT)) == BoxTold(BoxNews.EXPORT_FAILED)
    assert "a bug" in caplog.text
    assert desk.asked(ActOnBox(BoxAct.RESTART)) == BoxTold(BoxNews.RESTARTING)
