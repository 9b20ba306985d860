"""What the keys of an attached keyboard or numeric pad mean."""

from typing import Final

import pygame

from kiosk.sale.keys import Key, Letter

_KEYS: Final = {
    pygame.K_BACKSPACE: Key.DELETE,
    pygame.K_ESCAPE: Key.CLEAR,
    pygame.K_PLUS: Key.PLUS,
    pygame.K_KP_PLUS: Key.PLUS,
    pygame.K_RETURN: Key.CHARGE,
    pygame.K_KP_ENTER: Key.CHARGE,
    pygame.K_TAB: Key.CURRENCY,
    pygame.K_F10: Key.MENU,
    pygame.K_F5: Key.CHECK,
    pygame.K_F6: Key.TAX,
    pygame.K_F7: Key.CASHIER,
    pygame.K_F8: Key.ITEMS,
    pygame.K_UP: Key.BRIGHTER,
    pygame.K_DOWN: Key.DIMMER,
    **{getattr(pygame, f"K_{digit}"): Key(str(digit)) for digit in range(10)},
    **{getattr(pygame, f"K_KP{digit}"): Key(str(digit)) for digit in range(10)},
}


def key_of(code: int, mod: int) -> Key | None:
    """The meaning of a keyboard key with its modifiers, None for a key that has none here."""
    if code == pygame.K_EQUALS and mod & pygame.KMOD_SHIFT:
        return Key.PLUS
    return _KEYS.get(code)


def letter_of(typed: str) -> Letter | None:
    """The letter that a keyboard key makes with its modifiers, None when it makes none."""
    return Letter(typed) if len(typed) == 1 and " " <= typed <= "~" else None
