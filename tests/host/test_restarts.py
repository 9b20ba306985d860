"""A program that fails again and again waits longer and longer."""

from pathlib import Path

from kiosk.host.restarts import GOOD_RUN_S, PAUSES_S, note_orderly_end, note_start, runtime_folder


def test_the_first_start_of_a_boot_waits_for_nothing(tmp_path: Path) -> None:
    assert note_start(tmp_path, 30.0).pause_s == 0


def test_each_failure_makes_the_pause_longer_up_to_the_longest(tmp_path: Path) -> None:
    """Bug 41 of other tills: a boot loop ate memory and CPU until the Pi hung."""
    now_s, pauses = 30.0, []
    for _ in range(len(PAUSES_S) + 3):
        pause_s = note_start(tmp_path, now_s).pause_s
        pauses.append(pause_s)
        now_s += pause_s + 5
    assert pauses == sorted(pauses)
    assert pauses[0] == pauses[1] == 0, "the first failure is forgiven"
    assert pauses[-1] == pauses[-2] == max(PAUSES_S) > 0


def test_an_orderly_end_forgets_the_failures(tmp_path: Path) -> None:
    for now_s in (1.0, 2.0, 3.0, 4.0):
        note_start(tmp_path, now_s)
    note_orderly_end(tmp_path)
    assert note_start(tmp_path, 5.0).failures == 0


def test_a_failure_after_a_good_run_is_the_first_one_again(tmp_path: Path) -> None:
    for now_s in (1.0, 2.0, 3.0, 4.0):
        note_start(tmp_path, now_s)
    pause_s = PAUSES_S[3]
    assert note_start(tmp_path, 4.0 + pause_s + GOOD_RUN_S - 1).failures == 4
    later = 4.0 + pause_s + GOOD_RUN_S - 1
    assert note_start(tmp_path, later + max(PAUSES_S) + GOOD_RUN_S).failures == 1


def test_a_file_of_nonsense_does_not_stop_the_start(tmp_path: Path) -> None:
    for nonsense in ("", "1", "many 2.0", "1 2 3", "\0" * 40):
        (tmp_path / "starts").write_text(nonsense)
        assert note_start(tmp_path, 1.0).failures == 0


def test_a_folder_that_cannot_be_written_does_not_stop_the_start(tmp_path: Path) -> None:
    assert note_start(tmp_path / "missing", 1.0).failures == 0
    note_orderly_end(tmp_path / "missing")


def test_off_systemd_nothing_is_counted() -> None:
    assert runtime_folder({}) is None
    assert runtime_folder({"RUNTIME_DIRECTORY": "/run/kiosk:/run/other"}) == Path("/run/kiosk")
