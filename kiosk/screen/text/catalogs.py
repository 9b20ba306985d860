"""The translations: compiled gettext catalogues beside this module, one for every language."""

import gettext
from functools import cache
from pathlib import Path
from typing import Final

LOCALE: Final = Path(__file__).parents[1] / "locale"
DOMAIN: Final = "kiosk"
SOURCE: Final = "en"


def mark(message: str) -> str:
    """The message itself: says that it is translated where it is used, for the extraction."""
    return message


@cache
def catalog(language: str) -> gettext.NullTranslations:
    """The language's translations; English is what the program is written in."""
    if language == SOURCE:
        return gettext.NullTranslations()
    return gettext.translation(DOMAIN, LOCALE, [language])
