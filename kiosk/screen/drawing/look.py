"""How the screen is drawn: what the settings say, and the white level of the code."""

from dataclasses import dataclass, replace
from pathlib import Path

from kiosk.screen.drawing.qr import WHITE_LEVELS
from kiosk.screen.text.words import Words


@dataclass(frozen=True, slots=True)
class Look:
    """Theme, key order (phone or calculator), the merchant's name and logo, white level, words.

    `left_handed` puts the keypad on the left of a landscape display. `amounts_hidden` leaves the
    amounts of the last sales out.
    """

    theme: str = "light"
    key_order: str = "phone"
    name: str = ""
    white: int = WHITE_LEVELS[-1]
    words: Words = Words()
    logo: Path | None = None
    left_handed: bool = False
    amounts_hidden: bool = False

    def in_language(self, language: str) -> "Look":
        """The same look in a customer's language; empty is the kiosk's own."""
        return replace(self, words=replace(self.words, language=language)) if language else self
