"""The builder gives back what it has opened, whatever fails after it."""

from pathlib import Path
from unittest.mock import patch

import pytest

from kiosk.commands.app import build_app
from kiosk.journal import Journal
from kiosk.sale.trouble import KioskError, Trouble, TroubleKind
from kiosk.settings import Settings, load
from tests.stories.counter import NoDisplay


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return load(
        {
            "BLINKPOS_API_KEY": "blink_abc",
            "MERCHANT_USERNAME": "merchant",
            "KIOSK_JOURNAL": str(tmp_path / "journal.sqlite3"),
            "KIOSK_GPIO": "off",
        }
    )


@pytest.mark.parametrize(
    "part", ["initial_till", "Window", "DeferredPanel", "Wallet", "Host", "Loop"]
)
def test_whatever_cannot_be_built_the_journal_is_free_for_the_next_try(
    settings: Settings, part: str
) -> None:
    """Fault 14: the retry reported its own process as the other program, for ever."""
    broken = KioskError(Trouble(TroubleKind.JOURNAL_BROKEN))
    with (
        patch("kiosk.commands.app.Window", NoDisplay),
        patch(f"kiosk.commands.app.{part}", side_effect=broken),
        pytest.raises(KioskError),
    ):
        build_app(settings)
    Journal.open(settings.journal).close()
