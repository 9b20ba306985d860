"""The customer's language: one of those offered, for one sale, and never without a choice."""

from dataclasses import replace

import pytest

from kiosk.sale.customer_language import next_language
from kiosk.sale.events import KeyPressed
from kiosk.sale.keys import Key
from kiosk.sale.screens import AwaitingPayment
from kiosk.sale.till import Till
from kiosk.sale.transition import transition
from tests.sale.tills import RULES
from tests.screen.samples import AWAITING, till


def press(shown: Till, key: Key) -> Till:
    return transition(shown, KeyPressed(key)).till


def test_the_key_goes_through_the_languages_and_around() -> None:
    shown = till(AWAITING, rules=replace(RULES, languages=("en", "he", "ja")))
    chosen = []
    for _ in range(4):
        shown = press(shown, Key.LANGUAGE)
        chosen.append(shown.customer_language)
    assert chosen == ["he", "ja", "en", "he"]


@pytest.mark.parametrize("languages", [(), ("en",)])
def test_without_a_choice_there_is_no_key(languages: tuple[str, ...]) -> None:
    shown = till(AWAITING, rules=replace(RULES, languages=languages))
    assert next_language(shown) == ""
    assert press(shown, Key.LANGUAGE).customer_language == ""


def test_the_code_changes_its_letters_and_nothing_else() -> None:
    shown = till(AWAITING)
    lower = press(shown, Key.LETTER_CASE)
    assert isinstance(lower.screen, AwaitingPayment)
    assert lower.screen.lower_case
    assert press(lower, Key.LETTER_CASE).screen == shown.screen
