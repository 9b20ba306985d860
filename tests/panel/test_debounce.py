"""Scans become presses: once each, whatever the contacts do."""

from collections.abc import Iterable

from hypothesis import given
from hypothesis import strategies as st

from kiosk.panel.debounce import (
    SCAN_S,
    STUCK_AFTER_S,
    Change,
    Contacts,
    Position,
    Pressed,
    Released,
    Scan,
    SeveralDown,
    Stuck,
    debounce,
)

A, B, C, D = (0, 0), (0, 1), (1, 0), (1, 1)  # four corners of a rectangle


def scans(*groups: Iterable[Position]) -> list[Scan]:
    return [frozenset(group) for group in groups]


def play(seen: Iterable[Scan], scan_s: float = SCAN_S) -> list[Change]:
    contacts, said = Contacts(), list[Change]()
    for number, scan in enumerate(seen):
        contacts, changes = debounce(contacts, scan, number * scan_s)
        said += changes
    return said


def presses(changes: Iterable[Change]) -> list[Position]:
    return [change.position for change in changes if isinstance(change, Pressed)]


def test_a_key_is_taken_at_the_second_scan_that_sees_it() -> None:
    assert play(scans([A])) == []
    assert play(scans([A], [A])) == [Pressed(A)]


def test_a_contact_seen_in_one_scan_only_is_noise() -> None:
    assert play(scans([A], [], [A], [], [B], [], [])) == []


def test_a_held_key_is_one_press() -> None:
    assert play([frozenset([A])] * 500) == [Pressed(A)]


def test_a_key_may_follow_another_without_a_pause() -> None:
    assert presses(play(scans([A], [A], [B], [B]))) == [A, B]


def test_the_same_key_may_follow_itself() -> None:
    assert presses(play(scans([A], [A], [], [], [A], [A]))) == [A, A]


def test_two_keys_at_once_are_none() -> None:
    assert play(scans([A, B], [A, B], [], [])) == [SeveralDown(frozenset([A, B]))]


def test_after_a_crowd_nothing_is_taken_until_all_are_up() -> None:
    crowd = scans([A, B], [A, B], [B], [B], [B, C], [B, C], [C], [C])
    assert presses(play(crowd)) == []
    assert presses(play([*crowd, *scans([], [], [C], [C])])) == [C]
    assert presses(play(scans([A, B], [A, B], [C], [C], [], [], [D], [D]))) == [D]


def test_a_key_already_taken_is_not_taken_again_when_the_crowd_thins() -> None:
    assert presses(play(scans([A], [A], [A, B], [A, B], [A], [A], [], []))) == [A]


def test_a_ghost_is_never_taken() -> None:
    ghost = scans([A], [A], [A, B], [A, B], [A, B, C, D], [A, B, C, D], [A, B], [A, B], [B], [B])
    assert presses(play(ghost)) == [A]


def test_a_crowd_is_told_once() -> None:
    crowd = play(scans([A, B], [A, B], [A, B, C], [A, B, C], [A], [A], [A, B], [A, B]))
    assert crowd == [SeveralDown(frozenset([A, B]))]


def test_a_stuck_key_is_reported_once_and_taken_back_when_it_comes_up() -> None:
    held = [frozenset([A])] * (int(STUCK_AFTER_S) * 3)
    assert play([*held, *scans([], [])], scan_s=1.0) == [Pressed(A), Stuck(A), Released(A)]


def test_a_key_is_not_stuck_a_moment_earlier() -> None:
    contacts = Contacts()
    contacts, _ = debounce(contacts, frozenset([A]), 0.0)
    contacts, _ = debounce(contacts, frozenset([A]), 0.0)
    contacts, early = debounce(contacts, frozenset([A]), STUCK_AFTER_S - 0.001)
    _, late = debounce(contacts, frozenset([A]), STUCK_AFTER_S)
    assert (early, late) == ((), (Stuck(A),))


def test_a_key_stuck_under_others_is_reported_by_its_own_time() -> None:
    held = [frozenset([A])] * 20 + [frozenset([A, B])] * 20
    assert [change for change in play(held, scan_s=1.0) if isinstance(change, Stuck)] == [Stuck(A)]


def test_at_rest_means_nothing_is_or_was_down() -> None:
    contacts = Contacts()
    assert contacts.at_rest
    for scan, rests in zip(scans([A], [A], [], []), (False, False, False, True), strict=True):
        contacts, _ = debounce(contacts, scan, 0.0)
        assert contacts.at_rest is rests


MS = st.integers
EPISODES = st.lists(
    st.tuples(
        st.sampled_from([A, B, C, D]),
        MS(60, 400),  # down
        MS(60, 400),  # up
        st.lists(MS(0, 19), max_size=6),  # the contact flips at these times after going down
        st.lists(MS(0, 19), max_size=6),  # and after going up
    ),
    max_size=8,
)


@given(EPISODES, MS(0, 19))
def test_bouncing_contacts_give_each_press_once(
    episodes: list[tuple[Position, int, int, list[int], list[int]]], phase_ms: int
) -> None:
    closed_at: dict[int, Position] = {}
    now_ms = 0
    for position, down_ms, up_ms, down_flips, up_flips in episodes:
        for ms in range(down_ms + up_ms):
            is_down = ms < down_ms
            flips = (
                sum(1 for flip in down_flips if ms < flip)
                if is_down
                else sum(1 for flip in up_flips if ms - down_ms < flip)
            )
            if is_down != bool(flips % 2):
                closed_at[now_ms + ms] = position
        now_ms += down_ms + up_ms
    seen = [
        frozenset([closed_at[ms]] if ms in closed_at else [])
        for ms in range(phase_ms, now_ms + 60, int(SCAN_S * 1000))
    ]
    assert presses(play(seen)) == [episode[0] for episode in episodes]


@given(st.lists(st.frozensets(st.sampled_from([A, B, C, D])), max_size=60))
def test_no_press_without_two_equal_scans_of_that_key_alone(seen: list[Scan]) -> None:
    contacts, before = Contacts(), frozenset[Position]()
    for scan in seen:
        contacts, changes = debounce(contacts, scan, 0.0)
        for position in presses(changes):
            assert scan == before == frozenset([position])
        before = scan


@given(st.lists(st.frozensets(st.sampled_from([A, B, C, D])), max_size=60))
def test_two_empty_scans_put_everything_to_rest(seen: list[Scan]) -> None:
    contacts = Contacts()
    for scan in [*seen, *scans([], [])]:
        contacts, _ = debounce(contacts, scan, 0.0)
    assert contacts == Contacts()
