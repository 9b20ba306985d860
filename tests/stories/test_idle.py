"""A kiosk that nobody uses."""

from pathlib import Path

from tests.stories.idle import idle


def test_an_idle_kiosk_holds_nothing_open_asks_and_writes_nothing_and_sleeps(
    tmp_path: Path,
) -> None:
    usage = idle(3.0, tmp_path)
    assert (usage.sockets, usage.connections, usage.requests) == (0, 0, 0)
    assert usage.written_bytes == 0, "a memory card wears out, and the plug is pulled at any time"
    # The share of a processor, 0.5 %, is measured alone: `python -m tests.stories.idle`.
    assert usage.turns <= 10, "the loop sleeps until something happens"
