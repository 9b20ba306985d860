"""Many kiosks on one account: no cross-talk, and ten sockets are enough for all of them."""

from pathlib import Path

import pytest

from tests.stories.thirty import many


def test_six_kiosks_on_one_account_with_three_sockets_sell_and_forward_each_its_own(
    tmp_path: Path,
) -> None:
    result = many([f"till-{number}" for number in range(6)], 2, tmp_path, sockets=3)
    assert result.problems == []
    assert result.sold == 12
    assert result.links["live"] >= 1, "no socket was used"
    assert result.links["asking"] >= 1, "the sales without a socket work by asking"


def test_two_kiosks_of_the_same_name_do_not_collide(tmp_path: Path) -> None:
    result = many(["till", "till"], 2, tmp_path)
    assert result.problems == []
    assert result.sold == 4


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_thirty_kiosks_sell_three_hundred_times_and_forward_each_its_own(tmp_path: Path) -> None:
    result = many([f"till-{number}" for number in range(1, 31)], 10, tmp_path)
    assert result.problems == []
    assert result.sold == 300
    assert result.links["asking"] >= 100
