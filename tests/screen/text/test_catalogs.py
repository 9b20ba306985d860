"""Every string is there in every language, says the same things, draws, and fits every display."""

import re
import shlex
import shutil
import string
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.frontend import CommandLineInterface
from babel.messages.mofile import read_mo
from babel.messages.pofile import read_po

from kiosk.sale.invoice import InvoiceStatus
from kiosk.sale.sale_record import SaleState
from kiosk.screen.drawing.font_coverage import covers
from kiosk.screen.text.catalogs import DOMAIN, LOCALE, SOURCE, catalog
from kiosk.screen.text.labels import SALE_SENTENCES, SALE_STATES, STATUS_ANSWERS
from kiosk.screen.text.words import SatsStyle, Words
from kiosk.settings import LANGUAGES
from tests.screen.views.test_views import SIZES, assert_texts_and_buttons_fit

ROOT = Path(__file__).parents[3]
TRANSLATED = tuple(language for language in LANGUAGES if language != SOURCE)
HELP = "run the three commands of CONTRIBUTING.md, translate what is empty in the .po, compile"
# The two that are narrowest, in pixels and in millimetres; what fits there fits on a usual one.
EVERYWHERE = [(480, 320), (720, 1280), pytest.param((800, 480), marks=pytest.mark.slow)]


def po_file(language: str, locale: Path = LOCALE) -> Path:
    return locale / language / "LC_MESSAGES" / f"{DOMAIN}.po"


def read(language: str, locale: Path = LOCALE) -> Catalog:
    with po_file(language, locale).open("rb") as file:
        return read_po(file, locale=language)


def messages(messages_of: Catalog) -> Iterator[Message]:
    """Every message but the head of the catalogue."""
    return (message for message in messages_of if message.id)


def translations(messages_of: Catalog) -> dict[str, tuple[str, ...]]:
    return {first_id(message): forms(message) for message in messages(messages_of)}


def forms(message: Message) -> tuple[str, ...]:
    """Its translations: one, or one for each plural form."""
    strings = message.string
    return (strings,) if isinstance(strings, str) else tuple(strings or ("",))


def first_id(message: Message) -> str:
    """The English message, in the singular."""
    return message.id if isinstance(message.id, str) else str(message.id[0])


# Of fewer words, related languages have the same now and then.
WORDS_OF_A_SENTENCE = 5


@pytest.fixture(scope="module")
def renewed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the catalogues after the commands of CONTRIBUTING.md."""
    folder = tmp_path_factory.mktemp("catalogues")
    locale = folder / "locale"
    shutil.copytree(LOCALE, locale)
    commands = re.findall(r"^pybabel .+$", (ROOT / "CONTRIBUTING.md").read_text(), re.MULTILINE)
    assert [shlex.split(command)[1] for command in commands] == ["extract", "update", "compile"]
    with pytest.MonkeyPatch.context() as patched:
        patched.chdir(ROOT)
        for command in commands:
            moved = command.replace("kiosk/screen/locale", str(locale))
            moved = moved.replace("kiosk.pot", str(folder / "kiosk.pot"))
            arguments = ["pybabel", "-q", *shlex.split(moved)[1:]]
            CommandLineInterface().run(arguments)  # type: ignore[no-untyped-call]
    return locale


def names(message: str) -> set[str]:
    """The {names} of a message."""
    return {name for _, name, _, _ in string.Formatter().parse(message) if name}


@pytest.mark.parametrize("language", TRANSLATED)
def test_no_string_is_missing_or_doubtful(language: str, renewed: Path) -> None:
    known = read(language, renewed)
    plurals = known.num_plurals
    missing = [
        first_id(message)
        for message in messages(known)
        if message.fuzzy
        or not all(forms(message))
        or len(forms(message)) != (plurals if message.pluralizable else 1)
    ]
    assert missing == [], HELP
    assert translations(known) == translations(read(language)), HELP


@pytest.mark.parametrize("language", TRANSLATED)
def test_the_compiled_catalogue_is_made_from_the_written_one(language: str) -> None:
    with po_file(language).with_suffix(".mo").open("rb") as file:
        assert translations(read_mo(file)) == translations(read(language)), HELP


@pytest.mark.parametrize("language", TRANSLATED)
def test_a_translation_names_what_its_message_names(language: str) -> None:
    for message in messages(read(language)):
        wanted = names(first_id(message))
        *singular, last = forms(message)
        assert names(last) == wanted, message.id
        for form in singular:  # "one sale" may do without its number
            assert names(form) <= wanted, message.id
            assert wanted - names(form) <= {"count"}, message.id


@pytest.mark.parametrize("language", TRANSLATED)
def test_a_translation_is_drawn_by_our_fonts_and_ends_as_its_message_does(language: str) -> None:
    for message in messages(read(language)):
        for form in forms(message):
            assert covers(form), form
            assert form == form.strip()
            stopped = first_id(message).endswith(".")
            assert form.endswith((".", "。", "}")) if stopped else form[-1] not in ".。", form


def test_no_sentence_stands_in_the_catalogue_of_another_language() -> None:
    """A translation that was put into every catalogue is complete, and wrong in all but one."""
    languages_of: dict[str, list[str]] = {}
    for language in TRANSLATED:
        for message in messages(read(language)):
            for form in forms(message):
                if len(form.split()) >= WORDS_OF_A_SENTENCE:
                    languages_of.setdefault(form, []).append(language)
    shared = {form: there for form, there in languages_of.items() if len({*there}) > 1}
    assert shared == {}


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
@pytest.mark.parametrize("language", TRANSLATED)
def test_no_text_is_cut_off_and_every_button_can_be_touched_in_any_language(
    language: str, size: tuple[int, int]
) -> None:
    assert_texts_and_buttons_fit(Words(language), size)


@pytest.mark.slow
@pytest.mark.parametrize("size", SIZES, ids=str)
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("style", SatsStyle)
def test_no_text_is_cut_off_and_every_button_can_be_touched_at_any_size(
    language: str, size: tuple[int, int], style: SatsStyle
) -> None:
    assert_texts_and_buttons_fit(Words(language, style), size)


def test_every_state_of_a_sale_has_a_word_and_a_sentence() -> None:
    assert set(SALE_STATES) == set(SALE_SENTENCES) == set(SaleState)
    assert set(STATUS_ANSWERS) == set(InvoiceStatus)
