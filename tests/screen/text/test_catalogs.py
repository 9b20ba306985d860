"""Every string is there in every language, says the same things, draws, and fits every display."""

import string

import pytest

from kiosk.sale.facts import ForwardStatus
from kiosk.screen.display.window import picture
from kiosk.screen.drawing.font_coverage import covers
from kiosk.screen.drawing.look import Look
from kiosk.screen.text.catalogs import LOCALE, SOURCE, catalog
from kiosk.screen.text.words import SatsStyle, Words
from kiosk.settings import LANGUAGES
from tests.screen import catalog as tool
from tests.screen.samples import every_view
from tests.screen.views.test_views import SIZES

HELP = "run `python -m tests.screen.catalog`, which tells how to add what is missing"
EVERYWHERE = [(480, 320), (800, 480), (720, 1280)]


def names(message: str) -> set[str]:
    """The {names} of a message."""
    return {name for _, name, _, _ in string.Formatter().parse(message) if name}


@pytest.mark.parametrize("language", tool.TRANSLATED)
def test_no_string_is_missing_or_doubtful(language: str) -> None:
    said = {message.id for message in tool.extracted() if message.id}
    known = tool.read(language)
    assert {message.id for message in known if message.id} == said, HELP
    assert [tool.first_id(message) for message in tool.lacking(known)] == [], HELP


@pytest.mark.parametrize("language", tool.TRANSLATED)
def test_the_compiled_catalogue_is_made_from_the_written_one(language: str) -> None:
    shipped = tool.po_file(language).with_suffix(".mo").read_bytes()
    assert shipped == tool.compiled(language), HELP


@pytest.mark.parametrize("language", tool.TRANSLATED)
def test_a_translation_names_what_its_message_names(language: str) -> None:
    for message in tool.read(language):
        if not message.id:
            continue
        wanted = names(tool.first_id(message))
        *singular, last = tool.forms(message)
        assert names(last) == wanted, message.id
        for form in singular:  # "one sale" may do without its number
            assert names(form) <= wanted, message.id
            assert wanted - names(form) <= {"count"}, message.id


@pytest.mark.parametrize("language", tool.TRANSLATED)
def test_a_translation_is_drawn_by_our_fonts_and_ends_as_its_message_does(language: str) -> None:
    for message in tool.read(language):
        if not message.id:
            continue
        for form in tool.forms(message):
            assert covers(form), form
            assert form == form.strip()
            stopped = tool.first_id(message).endswith(".")
            assert form.endswith((".", "。", "}")) if stopped else form[-1] not in ".。", form


def test_every_language_of_the_settings_has_a_catalogue_and_no_other_is_there() -> None:
    there = {folder.name for folder in LOCALE.iterdir()}
    assert there == set(LANGUAGES) - {SOURCE}
    for language in LANGUAGES:
        assert catalog(language).gettext("Cancel")


def test_a_language_that_counts_otherwise_counts_its_own_way() -> None:
    assert Words("fr").trn("{count} sale", "{count} sales", 0) == "0 vente"
    assert Words("de").trn("{count} sale", "{count} sales", 0) == "0 Verkäufe"
    assert Words("ja").trn("{count} sale", "{count} sales", 1) == "売上1件"
    assert Words("he").trn("{count} sale", "{count} sales", 1) == "מכירה אחת"


@pytest.mark.parametrize("size", EVERYWHERE, ids=str)
@pytest.mark.parametrize("language", tool.TRANSLATED)
def test_no_text_is_cut_off_in_any_language(language: str, size: tuple[int, int]) -> None:
    cut_off(language, size)


@pytest.mark.slow
@pytest.mark.parametrize("size", SIZES, ids=str)
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("style", SatsStyle)
def test_no_text_is_cut_off_at_any_size(
    language: str, size: tuple[int, int], style: SatsStyle
) -> None:
    cut_off(language, size, style)


def cut_off(language: str, size: tuple[int, int], style: SatsStyle = SatsStyle.SATS) -> None:
    look = Look(name="Café Satoshi", words=Words(language, style))
    for name, till in every_view().items():
        _, canvas = picture(till, look, size)
        assert canvas.overflows == [], name


def test_every_state_of_a_forward_has_a_word() -> None:
    from kiosk.screen.text.labels import FORWARD_STATES

    assert set(FORWARD_STATES) == set(ForwardStatus)
