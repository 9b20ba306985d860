"""Typing a text with the screen's letters, an attached keyboard, or a keypad's digits."""

from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Final

from kiosk.sale.keys import Key

LONGEST_SHOP_NAME: Final = 40  # letters; more in a memo would make the code harder to read


class KeyboardLayer(StrEnum):
    """Which letters the screen shows at the moment."""

    LOWER = "lower"
    UPPER = "upper"
    SIGNS = "signs"


@dataclass(frozen=True, slots=True)
class TypedText:
    """What is typed so far, which may be a secret: it never reaches a repr."""

    text: str = field(default="", repr=False)
    layer: KeyboardLayer = KeyboardLayer.LOWER

    def with_letter(self, letter: str, longest: int) -> "TypedText":
        """With one more character; one that there is no room for, or that is none, is ignored."""
        if len(self.text) >= longest or len(letter) != 1 or not " " <= letter <= "~":
            return self
        # One capital is what most people want from the shift key.
        layer = KeyboardLayer.LOWER if self.layer is KeyboardLayer.UPPER else self.layer
        return TypedText(self.text + letter, layer)

    def with_key(self, key: Key, longest: int) -> "TypedText":
        """After a key that edits: DELETE, CURRENCY is shift, PLUS is the signs, digits."""
        match key:
            case Key.DELETE:
                return replace(self, text=self.text[:-1])
            case Key.CURRENCY:
                is_upper = self.layer is KeyboardLayer.UPPER
                layer = KeyboardLayer.LOWER if is_upper else KeyboardLayer.UPPER
                return replace(self, layer=layer)
            case Key.PLUS:
                is_signs = self.layer is KeyboardLayer.SIGNS
                return replace(self, layer=KeyboardLayer.LOWER if is_signs else KeyboardLayer.SIGNS)
        return self.with_letter(key.value, longest) if key.digit is not None else self
