"""Keys, answers, faults, time, payments and power cuts in any order: money is forwarded once."""

import pytest

from tests.stories.law.play import play_batch, play_many


def test_whatever_happens_in_any_order_each_paid_sale_is_forwarded_once_m1_to_m12() -> None:
    assert play_batch(range(1, 26)).violations == {}


@pytest.mark.slow
@pytest.mark.timeout(0)
def test_many_interleavings_break_no_law_of_money(pytestconfig: pytest.Config) -> None:
    """100,000 of them, or as many as `--interleavings` says."""
    for tally in play_many(pytestconfig.getoption("interleavings"), workers=1, first_seed=1):
        assert not tally.violations
