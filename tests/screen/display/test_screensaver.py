"""The display rests when nobody misses anything, and only then."""

from dataclasses import replace

import pytest

from kiosk.sale.entry import Entry
from kiosk.sale.manager_screens import EnteringPin
from kiosk.sale.screens import ChoosingCashier, ChoosingTip, ConfirmingLimit, EnteringAmount
from kiosk.sale.till import Till
from kiosk.screen.display.screensaver import (
    ATTRACT_AFTER_S,
    ScreensaverDelays,
    ScreensaverTimer,
    ScreenStage,
    may_dim,
    screen_stage,
)
from tests.sale.tills import USD
from tests.screen.samples import NOW_S, every_view, till

PATIENCE = ScreensaverDelays(dim_s=120, blank_s=900)
IDLE = till(EnteringAmount(Entry(USD)))
VIEWS = every_view()
# Screens that wait for a person and tell nothing that must be seen now.
RESTFUL = {
    "idle",
    "amount",
    "converted",
    "limit",
    "longest",
    "sum",
    "long-sum",
    "sum-refused",
    "last-sales",
    "tax",
    "tipping",
    "own-tip",
    "confirming",
    "price-jumped",
    "pin",
    "items-key",
    "items-number",
    "items-sum",
    "printer-no-paper",
}


def after(quiet_s: float, patience: ScreensaverDelays = PATIENCE, till: Till = IDLE) -> ScreenStage:
    return screen_stage(replace(till, now_s=NOW_S + quiet_s), NOW_S, patience)


def test_it_dims_then_attracts_then_goes_black() -> None:
    assert [after(s) for s in (0, 119, 120, 149, 150, 899, 900, 1e9)] == [
        *(ScreenStage.AWAKE, ScreenStage.AWAKE, ScreenStage.DIM, ScreenStage.DIM),
        *(ScreenStage.ATTRACT, ScreenStage.ATTRACT, ScreenStage.BLANK, ScreenStage.BLANK),
    ]


@pytest.mark.parametrize(
    ("patience", "quiet_s", "expected"),
    [
        (ScreensaverDelays(0, 0), 1e9, ScreenStage.AWAKE),
        (ScreensaverDelays(120, 0), 1e9, ScreenStage.ATTRACT),
        (ScreensaverDelays(0, 900), 899, ScreenStage.AWAKE),
        (ScreensaverDelays(0, 900), 900, ScreenStage.BLANK),
        (ScreensaverDelays(120, 60), 60, ScreenStage.BLANK),
        (ScreensaverDelays(120, 130), 125, ScreenStage.DIM),
        (ScreensaverDelays(120, 130), 130, ScreenStage.BLANK),
    ],
)
def test_zero_is_never_and_an_early_blank_overtakes(
    patience: ScreensaverDelays, quiet_s: float, expected: ScreenStage
) -> None:
    assert after(quiet_s, patience) is expected


def test_nothing_that_somebody_must_see_is_covered() -> None:
    """Bug 37 of other tills: the screen saver came over a code in use."""
    for name, view in VIEWS.items():
        plain = name in RESTFUL or name.startswith(
            ("refused-", "pin", "cashier", "unprinted")  # a receipt can be printed again tomorrow
        )
        assert may_dim(view) is plain, name
        stage = ScreenStage.BLANK if plain else ScreenStage.AWAKE
        assert after(1e9, PATIENCE, view) is stage, name


def test_the_screens_that_may_rest_are_the_ones_that_wait_for_a_person() -> None:
    resting = {type(view.screen) for view in VIEWS.values() if may_dim(view)}
    waiting = {EnteringAmount, ChoosingCashier, ChoosingTip, ConfirmingLimit, EnteringPin}
    assert resting == waiting


def test_money_on_its_way_keeps_the_screen_lit_and_wakes_it_when_it_has_arrived() -> None:
    quiet = ScreensaverTimer(PATIENCE)
    assert quiet.look(IDLE) is ScreenStage.AWAKE
    assert quiet.look(replace(IDLE, now_s=NOW_S + 2000)) is ScreenStage.BLANK
    on_its_way = till(EnteringAmount(Entry(USD)), now_s=NOW_S + 3000, forwards={"hash": object()})
    assert quiet.look(on_its_way) is ScreenStage.AWAKE
    # Hours may pass between two looks: it is the arrival that is news, not the last look.
    arrived_s = NOW_S + 30_000
    assert quiet.look(replace(IDLE, now_s=arrived_s)) is ScreenStage.AWAKE
    assert quiet.look(replace(IDLE, now_s=arrived_s + 119)) is ScreenStage.AWAKE
    assert quiet.look(replace(IDLE, now_s=arrived_s + 121)) is ScreenStage.DIM


def test_a_touch_begins_the_quiet_anew() -> None:
    quiet = ScreensaverTimer(PATIENCE)
    quiet.look(IDLE)
    later = replace(IDLE, now_s=NOW_S + 1000)
    assert quiet.look(later) is ScreenStage.BLANK
    quiet.touched(later)
    assert quiet.look(later) is ScreenStage.AWAKE
    assert quiet.next_change_s(later) == NOW_S + 1000 + 120


def test_it_says_when_it_changes_next_and_that_black_is_for_good() -> None:
    quiet = ScreensaverTimer(PATIENCE)
    times = []
    now_s: float | None = NOW_S
    while now_s is not None:
        here = replace(IDLE, now_s=now_s)
        quiet.look(here)
        times.append(now_s - NOW_S)
        now_s = quiet.next_change_s(here)
    assert times == [0, 120, 120 + ATTRACT_AFTER_S, 900]
