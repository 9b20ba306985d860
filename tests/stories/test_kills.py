"""SIGKILL at every step: after the restart every paid sale is forwarded, once (M11)."""

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pygame
import pytest

from kiosk.sale.entry import Entry
from kiosk.sale.money import SAT
from kiosk.sale.screens import EnteringAmount, SaleFailed
from kiosk.sale.trouble import Trouble, TroubleKind
from tests.sale.tills import Story
from tests.stories.kills import life
from tests.stories.kills.__main__ import chosen
from tests.stories.kills.life import Order, Plan, ScriptedMerchant
from tests.stories.kills.points import Points
from tests.stories.kills.trial import RANDOM, Kill, Scene, Shop, Way, at_random

# How a payment is heard of, unless Blink's answer to a question is quicker.
HEARD = "ws heard next PAID"

# Passed in these scenes for sure, HEARD nearly so; without them the kills would prove little.
TELLING = {
    Scene.SALE: {
        "journal SaleStarted: committed",
        "http CreateInvoice: sent",
        "journal InvoiceIssued: at COMMIT",
        "ws heard connection_ack",
        "ws subscribe: sent",
        HEARD,
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
        assert TELLING[scene] - {HEARD} <= {kill.point for kill in points}
        telling = [kill for kill in points if kill.point in TELLING[scene]][::4]
        kills = [*telling, *chosen(points, 2), at_random(scene, seed=7)]
        verdicts = [shop.trial(kill) for kill in kills]
    assert not [trouble for verdict in verdicts for trouble in verdict.troubles]
    # News races news: a point may be passed in another order than rehearsed, or not at all.
    assert sum(verdict.kills for verdict in verdicts) > len(kills) // 2
    assert sum(verdict.paid for verdict in verdicts) >= len(kills)


def test_the_scripted_merchant_charges_again_when_a_sale_fails(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """On a busy machine an invoice may not come in time; then no key was pressed any more."""
    typed: list[int] = []

    def note(*keys: int) -> None:
        typed.extend(keys)

    monkeypatch.setattr(life, "_type", note)
    order = Order({}, "log", Plan.SELL, amount=5)
    merchant = ScriptedMerchant(order, Points(lambda _: None, None, 1, rehearse=False))
    entry = Entry(SAT, typed=5)
    failed = SaleFailed(Trouble(TroubleKind.NO_CONNECTION), entry)
    till = Story().ready().till
    for screen in (till.screen, failed, EnteringAmount(entry), EnteringAmount(entry)):
        built: Any = SimpleNamespace(loop=SimpleNamespace(till=replace(till, screen=screen)))
        merchant.look(built)
    assert typed == [pygame.K_5, pygame.K_RETURN, pygame.K_RETURN, pygame.K_RETURN]


# The same for direct sales: what is passed for sure, by way.
TELLING_DIRECT = {
    Way.WALLET: {
        "journal SaleStarted: committed",
        "http CreateOnBehalf: sent",
        "journal DirectInvoiceIssued: at COMMIT",
        "ws subscribe: sent",
        HEARD,
        "journal DirectInvoicePaid: at COMMIT",
        "journal DirectInvoicePaid: committed",
    },
    Way.ADDRESS: {
        "journal SaleStarted: committed",
        "http lnurlp callback merchant: sent",
        "journal DirectInvoiceIssued: at COMMIT",
        "http lnurlp verify: sent",
        "journal DirectInvoicePaid: at COMMIT",
        "journal DirectInvoicePaid: committed",
    },
}


@pytest.mark.parametrize("way", TELLING_DIRECT)
def test_killed_at_any_step_a_direct_sale_ends_as_what_the_server_says_it_is_m11(way: Way) -> None:
    """M11, M5, D3: paid is received, once; not paid is not; and nothing is forwarded."""
    with Shop(way) as shop:
        points = shop.trial(Kill(Scene.SALE, "none"), rehearse=True).points
        assert TELLING_DIRECT[way] - {HEARD} <= {name for name, _ in points}
        telling = [Kill(Scene.SALE, *point) for point in points if point[0] in TELLING_DIRECT[way]]
        others = (Scene.CANCEL, Scene.UNPAID, Scene.LATE)
        kills = [*telling[::5], *(at_random(scene, seed=7) for scene in others)]
        verdicts = [shop.trial(kill) for kill in kills]
    assert not [trouble for verdict in verdicts for trouble in verdict.troubles]
    assert sum(verdict.kills for verdict in verdicts) > len(kills) // 2


@pytest.mark.slow
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("way", TELLING_DIRECT)
def test_hundreds_of_direct_sales_killed_are_what_the_server_says_they_are_m11(way: Way) -> None:
    """M11 at full size; `python -m tests.stories.kills --way wallet --sales 300` prints it."""
    with Shop(way) as shop:
        kills = chosen(shop.rehearsed(), 300, scenes=shop.scenes)
        verdicts = [shop.trial(kill) for kill in kills]
    assert not [trouble for verdict in verdicts for trouble in verdict.troubles]
    assert sum(verdict.kills for verdict in verdicts) >= 250


@pytest.mark.slow
@pytest.mark.timeout(3600)
def test_a_thousand_sales_killed_lose_nothing_and_double_nothing_m11() -> None:
    """M11 at full size; `python -m tests.stories.kills --sales 1000` prints its table."""
    with Shop() as shop:
        verdicts = [shop.trial(kill) for kill in chosen(shop.rehearsed(), 1000)]
    assert not [trouble for verdict in verdicts for trouble in verdict.troubles]
    assert sum(verdict.kills for verdict in verdicts) >= 900
    assert {verdict.kill.point for verdict in verdicts} > {RANDOM, "http Pay: sent"}
