"""A kiosk that nobody uses."""

from pathlib import Path

from tests.stories.idle import idle


def test_an_idle_kiosk_holds_nothing_open_asks_nothing_and_sleeps(tmp_path: Path) -> None:
    found = idle(3.0, tmp_path)
    assert (found.sockets, found.connections, found.requests) == (0, 0, 0)
    assert found.cpu_percent < 1.0  # 0.5 over ten seconds, measured alone: `tests.stories.idle`
