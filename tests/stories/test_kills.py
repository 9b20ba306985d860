"""SIGKILL at every step: after the restart every paid sale is forwarded, once (M11)."""

import pytest

from tests.stories.kills.__main__ import chosen
from tests.stories.kills.trial import RANDOM, Kill, Scene, Shop, at_random

# Passed in these scenes for sure; without them the kills below would prove little.
TELLING = {
    Scene.SALE: {
        "journal SaleStarted: committed",
        "http CreateInvoice: sent",
        "journal InvoiceIssued: at COMMIT",
        "ws heard connection_ack",
        "ws subscribe: sent",
        "ws heard next PAID",
        "journal InvoicePaid+ForwardStatusChanged(sent): at COMMIT",
        "http Pay: sent",
        "http Pay: answered",
        "journal ForwardStatusChanged(settled): at COMMIT",
        "ws complete: before",
    },
    Scene.CANCEL: {"http CancelInvoice: sent", "journal SaleLeftScreen: at COMMIT"},
    Scene.UNPAID: {"screen AwaitingPayment"},
    Scene.LATE: {"http Status: answered", "http Pay: sent"},
    Scene.SENT: {"http Ledger: answered", "journal ForwardStatusChanged(settled): committed"},
}


@pytest.mark.parametrize("scene", list(Scene))
def test_killed_at_any_step_every_paid_sale_is_forwarded_once_m11(scene: Scene) -> None:
    """M11, M5, M6; bug 4 of other tills: a crash between claim and completion ended as expired."""
    with Shop() as shop:
        points = [
            Kill(scene, name, turn)
            for name, turn in shop.trial(Kill(scene, "none"), rehearse=True).points
        ]
        assert TELLING[scene] <= {kill.point for kill in points}
        telling = [kill for kill in points if kill.point in TELLING[scene]][::4]
        kills = [*telling, *chosen(points, 2), at_random(scene, seed=7)]
        verdicts = [shop.trial(kill) for kill in kills]
    assert not [trouble for verdict in verdicts for trouble in verdict.troubles]
    # News races news: a point may be passed in another order than rehearsed, or not at all.
    assert sum(verdict.kills for verdict in verdicts) > len(kills) // 2
    assert sum(verdict.paid for verdict in verdicts) >= len(kills)


@pytest.mark.slow
@pytest.mark.timeout(3600)
def test_a_thousand_sales_killed_lose_nothing_and_double_nothing_m11() -> None:
    """M11 at full size; `python -m tests.stories.kills --sales 1000` prints its table."""
    with Shop() as shop:
        verdicts = [shop.trial(kill) for kill in chosen(shop.rehearsed(), 1000)]
    assert not [trouble for verdict in verdicts for trouble in verdict.troubles]
    assert sum(verdict.kills for verdict in verdicts) >= 900
    assert {verdict.kill.point for verdict in verdicts} > {RANDOM, "http Pay: sent"}
