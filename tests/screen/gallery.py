"""`python -m tests.screen.gallery [FOLDER]`: a picture of every view, and contact sheets.

Without a folder they go to `build/gallery`, which `docs/gallery.md` links to; `--page` writes that
page. With `--renew` it writes the pictures that are kept beside the tests: the README's, and the
thumbnails that `test_pictures` compares with.
"""

import argparse
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from itertools import product
from pathlib import Path
from typing import Final

import pygame

from kiosk.screen.display.window import picture
from kiosk.screen.drawing.look import Look
from kiosk.screen.text.words import Words
from kiosk.settings import LANGUAGES as SETTINGS_LANGUAGES
from tests.screen.samples import every_view

SIZES: Final = ((800, 480), (480, 320), (1280, 720), (1920, 1080), (720, 1280))
THEMES: Final = ("light", "dark", "contrast")
LANGUAGES: Final = ("en", "he", "ja")
NAME: Final = "Café Satoshi"

ROOT: Final = Path(__file__).parents[2]
DRAWN: Final = ROOT / "build" / "gallery"
PAGE: Final = ROOT / "docs" / "gallery.md"
KEPT: Final = Path(__file__).parent / "pictures"
README: Final = ("amount", "invoice", "forwarded", "totals")
PANEL: Final = (800, 480)

# What is compared with the thumbnails: every kind of view once, and the themes and languages.
THUMBNAIL: Final = (200, 120)
COMPARED: Final = (
    *product(
        (
            "idle",
            "amount",
            "sum",
            "limit",
            "refused-no_rate",
            "tipping",
            "confirming",
            "requesting",
            "invoice",
            "reconnecting",
            "expired",
            "paid",
            "forwarded",
            "stopped-blink_odd",
            "out-no_connection",
            "pin",
            "totals",
            "history",
        ),
        ("light",),
        ("en",),
    ),
    *product(("amount", "invoice", "stopped-blink_odd"), ("dark", "contrast"), ("en",)),
    *product(("sum", "invoice", "out-no_connection"), ("light",), ("he", "ja")),
)

# Of these there is a view for every kind of trouble.
TROUBLE_VIEWS: Final = ("refused", "stopped", "out")
PAGE_HEAD: Final = """# Gallery

Made by `python -m tests.screen.gallery --page`; a test compares. The pictures are not kept:

```sh
python -m tests.screen.gallery                    # everything; some minutes
python -m tests.screen.gallery --language en      # in one language
```

They go to `build/gallery` as `VIEW-THEME-LANGUAGE-SIZE.png`; the view `sheet` is all views at once.
`./setup.sh test -m slow` draws them too.

The page that a phone fills in is drawn by a browser: `./setup.sh test -m browser` (Chromium,
360x640) leaves its pictures in `build/phone`, in English and in Hebrew. `digits-LANGUAGE.png` asks
for the six digits, `form-` and `wrong-` is the form before and with a mistake, `sent-` the end,
`key-` the form for a new key alone.

- themes: {themes}
- languages: {languages}
- sizes: {sizes}

| view | screen |
| --- | --- |
{rows}
"""

SHEET_GAP: Final = 8
_GREY: Final = (120, 120, 124)
ACROSS: Final = 6


def drawn(name: str, theme: str, language: str, size: tuple[int, int] = PANEL) -> pygame.Surface:
    """One picture."""
    surface, _ = picture(every_view()[name], look(theme, language), size)
    return surface


def look(theme: str = "light", language: str = "en") -> Look:
    """The look of the gallery's shop."""
    return Look(theme=theme, name=NAME, words=Words(language))


def contact_sheet(pictures: Sequence[pygame.Surface], across: int) -> pygame.Surface:
    """Pictures of one size side by side."""
    width, height = pictures[0].get_size()
    down = -(-len(pictures) // across)
    whole = pygame.Surface(
        (across * (width + SHEET_GAP) + SHEET_GAP, down * (height + SHEET_GAP) + SHEET_GAP)
    )
    whole.fill(_GREY)
    for number, drawing in enumerate(pictures):
        column, row = number % across, number // across
        whole.blit(
            drawing,
            (SHEET_GAP + column * (width + SHEET_GAP), SHEET_GAP + row * (height + SHEET_GAP)),
        )
    return whole


def thumbnails() -> Iterator[pygame.Surface]:
    """The pictures that are compared, small, in the order of COMPARED."""
    for name, theme, language in COMPARED:
        yield pygame.transform.smoothscale(drawn(name, theme, language), THUMBNAIL)


def readme_picture() -> pygame.Surface:
    """Four screens at half size."""
    half = (PANEL[0] // 2, PANEL[1] // 2)
    views = [pygame.transform.smoothscale(drawn(name, "light", "en"), half) for name in README]
    return contact_sheet(views, 2)


def write_all(folder: Path, theme: str, language: str, size: tuple[int, int]) -> None:
    """Every view in one theme, language and size, and a sheet of them."""
    views = every_view()
    width, height = size
    small = (width * 240 // max(size), height * 240 // max(size))
    sheet = []
    for name, till in views.items():
        surface, _ = picture(till, look(theme, language), size)
        pygame.image.save(surface, folder / file_name(name, theme, language, size))
        sheet.append(pygame.transform.smoothscale(surface, small))
    whole = contact_sheet(sheet, ACROSS)
    pygame.image.save(whole, folder / file_name("sheet", theme, language, size))


def file_name(view: str, theme: str, language: str, size: tuple[int, int]) -> str:
    """The file of a picture in the gallery."""
    return f"{view}-{theme}-{language}-{size[0]}x{size[1]}.png"


def page() -> str:
    """`docs/gallery.md`: a line for every view, of the views of troubles one for each kind."""
    screens: dict[str, str] = {}
    for name, till in every_view().items():
        kind = next((kind for kind in TROUBLE_VIEWS if name.startswith(f"{kind}-")), None)
        shown = f"`{name}`" if kind is None else f"`{kind}-...`, one for each trouble"
        screens.setdefault(shown, type(till.screen).__name__)
    return PAGE_HEAD.format(
        themes=", ".join(THEMES),
        languages=", ".join(SETTINGS_LANGUAGES),
        sizes=", ".join(f"{width}x{height}" for width, height in SIZES),
        rows="\n".join(f"| {shown} | `{screens[shown]}` |" for shown in sorted(screens)),
    )


def write_gallery(folder: Path, languages: Sequence[str]) -> None:
    """Every view in every theme and size, in these languages."""
    folder.mkdir(parents=True, exist_ok=True)
    with ProcessPoolExecutor() as pool:
        parts = product(THEMES, languages, SIZES)
        work = [pool.submit(write_all, folder, *part) for part in parts]
        for part in work:
            part.result()


def main() -> None:
    """Write the gallery, its page, or what is kept."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, nargs="?", default=DRAWN)
    parser.add_argument("--language", action="append", choices=SETTINGS_LANGUAGES)
    parser.add_argument("--page", action="store_true", help="only docs/gallery.md")
    parser.add_argument("--renew", action="store_true", help="only the pictures beside the tests")
    wanted = parser.parse_args()
    if wanted.page:
        PAGE.write_text(page(), encoding="utf-8")
    if wanted.renew:
        pygame.image.save(readme_picture(), KEPT / "sale.png")
        pygame.image.save(contact_sheet(list(thumbnails()), ACROSS), KEPT / "thumbnails.png")
    if not (wanted.page or wanted.renew):
        write_gallery(wanted.folder, wanted.language or SETTINGS_LANGUAGES)


if __name__ == "__main__":
    main()
