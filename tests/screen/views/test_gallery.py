"""The gallery's page names every view, and its pictures are drawn."""

from pathlib import Path

import pytest

from kiosk.settings import LANGUAGES
from tests.screen import gallery
from tests.screen.samples import every_view


def test_the_page_names_every_view_of_today() -> None:
    page = gallery.PAGE.read_text(encoding="utf-8")
    assert page == gallery.page(), "run `python -m tests.screen.gallery --page`"
    for name in every_view():
        kind = name.partition("-")[0]
        assert f"`{name}`" in page or (kind in gallery.TROUBLE_VIEWS and f"`{kind}-..." in page)


def test_a_view_and_the_sheet_of_all_have_the_names_that_the_page_links_to(tmp_path: Path) -> None:
    few = dict(list(every_view().items())[:3])
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(gallery, "every_view", lambda: few)
        gallery.write_all(tmp_path, "light", "en", (480, 320))
    assert {file.name for file in tmp_path.iterdir()} == {
        gallery.file_name(name, "light", "en", (480, 320)) for name in (*few, "sheet")
    }


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_the_gallery_is_drawn_in_every_theme_size_and_language() -> None:
    """The suite's pictures, for who looks at them: `build/gallery`."""
    gallery.write_gallery(gallery.DRAWN, LANGUAGES)
    assert len(list(gallery.DRAWN.glob("sheet-*.png"))) >= len(LANGUAGES) * len(gallery.THEMES)
