"""A payee is looked up by a wallet of its own, which is gone with its answer."""

import threading
from collections.abc import Iterator
from dataclasses import replace
from queue import SimpleQueue

import pytest

from kiosk.commands.payee_lookup import look_up_in_thread
from kiosk.sale.events import Event
from kiosk.sale.payee_lookup import LookUpPayee, PayeeFound, PayeeNotFound
from kiosk.sale.trouble import TroubleKind
from kiosk.settings import Settings, load
from kiosk.simulate import Simulator

DEADLINE_S = 20.0


@pytest.fixture
def simulator() -> Iterator[Simulator]:
    with Simulator() as simulator:
        yield simulator


@pytest.fixture
def settings(simulator: Simulator) -> Settings:
    environ = {"BLINK_API_URL": simulator.api_url, "BLINK_WS_URL": simulator.ws_url}
    return load(environ, need_account=False)


def looked_up(settings: Settings, asked: LookUpPayee) -> Event:
    answers: SimpleQueue[Event] = SimpleQueue()
    look_up_in_thread(settings, answers.put)(asked)
    return answers.get(timeout=DEADLINE_S)


def test_a_name_that_can_be_paid_comes_back_with_its_address(
    simulator: Simulator, settings: Settings
) -> None:
    before = threading.active_count()
    asked = LookUpPayee(simulator.merchant.username)
    answer = looked_up(settings, asked)
    assert isinstance(answer, PayeeFound)
    assert answer.asked == asked
    assert answer.account.merchant_name == (
        f"{simulator.merchant.username}@{simulator.world.hosts[0]}"
    )
    assert threading.active_count() <= before + 1, "its wallet is stopped"


def test_a_name_that_nobody_has_and_a_blink_that_does_not_answer_are_two_things(
    simulator: Simulator, settings: Settings
) -> None:
    unknown = looked_up(settings, LookUpPayee("nobody_here"))
    assert isinstance(unknown, PayeeNotFound)
    assert unknown.trouble.kind is TroubleKind.MERCHANT_UNKNOWN
    nowhere = replace(settings, api_url="http://127.0.0.1:9/graphql")
    offline = looked_up(nowhere, LookUpPayee(simulator.merchant.username))
    assert isinstance(offline, PayeeNotFound)
    assert offline.trouble.kind is TroubleKind.NO_CONNECTION
