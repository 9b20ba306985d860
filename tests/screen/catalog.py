"""`python -m tests.screen.catalog`: brings the translations up to date with the program.

Every string of kiosk/screen is put into its locale/LANGUAGE/LC_MESSAGES/kiosk.po, what is no longer
said is taken out, and kiosk.mo is compiled. What still lacks a translation is listed: put it into
the .po files and run this again, or give it right away, in all languages:

    python -m tests.screen.catalog add "Shut down" es=Apagar de=Ausschalten fr=Éteindre ...

A message that counts is added once for every plural form, the forms with | between:

    python -m tests.screen.catalog add "{count} sale" de="{count} Verkauf|{count} Verkäufe" ...
"""

import io
import sys
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from kiosk.screen.text.catalogs import DOMAIN, LOCALE, SOURCE
from kiosk.settings import LANGUAGES

SOURCES = Path(__file__).parents[2] / "kiosk" / "screen"
TRANSLATED = tuple(language for language in LANGUAGES if language != SOURCE)
EPOCH = datetime.fromtimestamp(0, UTC)
KEYWORDS = {"tr": None, "mark": None, "trn": (1, 2)}


def main(arguments: list[str]) -> int:
    """Update every catalogue, add what was given, list what is missing; 1 if anything is."""
    given = _given(arguments)
    template = extracted()
    missing = []
    for language in TRANSLATED:
        catalog = read(language)
        catalog.update(template, no_fuzzy_matching=True)
        catalog.obsolete.clear()
        for message_id, translation in given.get(language, {}).items():
            message = catalog.get(message_id)
            if message is None:
                sys.stderr.write(f"nothing says {message_id!r}\n")
                return 1
            message.string = translation.split("|") if message.pluralizable else translation
        write(catalog, language)
        missing += [f"{language}: {first_id(message)}" for message in lacking(catalog)]
    sys.stdout.write("\n".join(missing or ["every string is translated"]) + "\n")
    return 1 if missing else 0


@cache
def extracted() -> Catalog:
    """Every string that the program says."""
    template = Catalog(domain=DOMAIN)
    messages = extract_from_dir(
        SOURCES, [("**.py", "python")], keywords=KEYWORDS, comment_tags=("translators:",)
    )
    for _file, _line, message, comments, context in messages:
        template.add(message, auto_comments=comments, context=context)
    return template


def read(language: str) -> Catalog:
    """The translations as they stand, empty for a new language."""
    path = po_file(language)
    if not path.is_file():
        return Catalog(locale=language, domain=DOMAIN)
    with path.open("rb") as file:
        return read_po(file, locale=language, domain=DOMAIN)


def write(catalog: Catalog, language: str) -> None:
    """Write the .po and the .mo; the date of creation is left out, so that only words differ."""
    path = po_file(language)
    path.parent.mkdir(parents=True, exist_ok=True)
    text = io.BytesIO()
    write_po(text, catalog, width=100, no_location=True, sort_output=True, omit_header=True)
    head = (
        f"# {catalog.locale.english_name} for the kiosk's screen.\n"
        f'msgid ""\nmsgstr ""\n'
        f'"Language: {language}\\n"\n'
        f'"Content-Type: text/plain; charset=utf-8\\n"\n'
        f'"Plural-Forms: {catalog.plural_forms}\\n"\n\n'
    )
    path.write_bytes(head.encode() + text.getvalue())
    path.with_suffix(".mo").write_bytes(compiled(language))


def compiled(language: str) -> bytes:
    """What the .mo must hold."""
    catalog, mo = read(language), io.BytesIO()
    catalog.creation_date = catalog.revision_date = EPOCH  # the same words make the same file
    write_mo(mo, catalog)
    return mo.getvalue()


def lacking(catalog: Catalog) -> list[Message]:
    """Messages without a translation in every form."""
    return [
        message
        for message in catalog
        if message.id
        and (
            message.fuzzy
            or not all(forms(message))
            or len(forms(message)) != (catalog.num_plurals if message.pluralizable else 1)
        )
    ]


def forms(message: Message) -> tuple[str, ...]:
    """Its translations: one, or one for each plural form."""
    translation = message.string
    return (translation,) if isinstance(translation, str) else tuple(translation or ("",))


def first_id(message: Message) -> str:
    """The English message, in the singular."""
    return message.id if isinstance(message.id, str) else str(message.id[0])


def po_file(language: str) -> Path:
    """Where a language's translations are."""
    return LOCALE / language / "LC_MESSAGES" / f"{DOMAIN}.po"


def _given(arguments: list[str]) -> dict[str, dict[str, str]]:
    """Translations from the command line: `add MESSAGE de=TEXT fr=TEXT ...`."""
    if not arguments:
        return {}
    if arguments[0] != "add" or len(arguments) < 3:
        raise SystemExit(__doc__)
    translations: dict[str, dict[str, str]] = {}
    for argument in arguments[2:]:
        language, _, translation = argument.partition("=")
        translations[language] = {arguments[1]: translation}
    return translations


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
