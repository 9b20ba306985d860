"""The glass rests when nobody misses anything, and only then."""

from dataclasses import replace

import pytest

from kiosk.sale.entry import Entry
from kiosk.sale.till import AskingPin, Confirming, Entering, Till, Tipping
from kiosk.screen.care import ATTRACT_AFTER_S, Care, Patience, Quiet, care, may_rest
from tests.sale.tills import USD
from tests.screen.samples import NOW_S, every_view, till

PATIENCE = Patience(dim_s=120, blank_s=900)
IDLE = till(Entering(Entry(USD)))
VIEWS = every_view()
# Screens that wait for a person and tell nothing that must be seen now.
RESTFUL = {"idle", "amount", "limit", "longest", "sum", "tipping", "own-tip", "confirming", "pin"}


def after(quiet_s: float, patience: Patience = PATIENCE, one: Till = IDLE) -> Care:
    return care(replace(one, now_s=NOW_S + quiet_s), NOW_S, patience)


def test_it_dims_then_attracts_then_goes_black() -> None:
    assert [after(s) for s in (0, 119, 120, 149, 150, 899, 900, 1e9)] == [
        *(Care.AWAKE, Care.AWAKE, Care.DIM, Care.DIM),
        *(Care.ATTRACT, Care.ATTRACT, Care.BLANK, Care.BLANK),
    ]


@pytest.mark.parametrize(
    ("patience", "quiet_s", "expected"),
    [
        (Patience(0, 0), 1e9, Care.AWAKE),
        (Patience(120, 0), 1e9, Care.ATTRACT),
        (Patience(0, 900), 899, Care.AWAKE),
        (Patience(0, 900), 900, Care.BLANK),
        (Patience(120, 60), 60, Care.BLANK),
        (Patience(120, 130), 125, Care.DIM),
        (Patience(120, 130), 130, Care.BLANK),
    ],
)
def test_zero_is_never_and_an_early_blank_overtakes(
    patience: Patience, quiet_s: float, expected: Care
) -> None:
    assert after(quiet_s, patience) is expected


@pytest.mark.parametrize("name", VIEWS)
def test_nothing_that_somebody_must_see_is_covered(name: str) -> None:
    """Bug 37 of other tills: the screen saver came over a code in use."""
    plain = name in RESTFUL or name.startswith(("refused-", "pin"))
    assert may_rest(VIEWS[name]) is plain
    assert after(1e9, PATIENCE, VIEWS[name]) is (Care.BLANK if plain else Care.AWAKE)


def test_the_screens_that_may_rest_are_the_ones_that_wait_for_a_person() -> None:
    resting = {type(view.screen) for view in VIEWS.values() if may_rest(view)}
    assert resting == {Entering, Tipping, Confirming, AskingPin}


def test_money_on_its_way_keeps_the_glass_lit_and_counts_as_news_when_it_has_arrived() -> None:
    quiet = Quiet(PATIENCE)
    assert quiet.look(IDLE) is Care.AWAKE
    assert quiet.look(replace(IDLE, now_s=NOW_S + 2000)) is Care.BLANK
    on_its_way = till(Entering(Entry(USD)), now_s=NOW_S + 3000, forwards={"hash": object()})
    assert quiet.look(on_its_way) is Care.AWAKE
    # Hours may pass between two looks: it is the arrival that is news, not the last look.
    arrived_s = NOW_S + 30_000
    assert quiet.look(replace(IDLE, now_s=arrived_s)) is Care.AWAKE
    assert quiet.look(replace(IDLE, now_s=arrived_s + 119)) is Care.AWAKE
    assert quiet.look(replace(IDLE, now_s=arrived_s + 121)) is Care.DIM


def test_a_touch_begins_the_quiet_anew() -> None:
    quiet = Quiet(PATIENCE)
    quiet.look(IDLE)
    later = replace(IDLE, now_s=NOW_S + 1000)
    assert quiet.look(later) is Care.BLANK
    quiet.touched(later)
    assert quiet.look(later) is Care.AWAKE
    assert quiet.next_change_s(later) == NOW_S + 1000 + 120


def test_it_says_when_it_changes_next_and_that_black_is_for_good() -> None:
    quiet = Quiet(PATIENCE)
    times = []
    now_s: float | None = NOW_S
    while now_s is not None:
        here = replace(IDLE, now_s=now_s)
        quiet.look(here)
        times.append(now_s - NOW_S)
        now_s = quiet.next_change_s(here)
    assert times == [0, 120, 120 + ATTRACT_AFTER_S, 900]
