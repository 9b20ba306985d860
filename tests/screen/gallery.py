"""`python -m tests.screen.gallery FOLDER`: a picture of every view, and a sheet for the README."""

import sys
from pathlib import Path

import pygame

from kiosk.screen.look import Look
from kiosk.screen.window import picture
from tests.screen.samples import every_view

SIZES = ((480, 320), (800, 480), (1280, 720), (720, 1280))
THEMES = ("light", "dark", "contrast")
SHEET = ("amount", "invoice", "paid", "forwarded")
SHEET_SIZE = (800, 480)
NAME = "Café Satoshi"


def main(folder: Path) -> None:
    """Write every view in every theme at every size, and sheet.png."""
    folder.mkdir(parents=True, exist_ok=True)
    views = every_view()
    for theme in THEMES:
        look = Look(theme=theme, name=NAME)
        for width, height in SIZES:
            for name, till in views.items():
                surface, _ = picture(till, look, (width, height))
                pygame.image.save(surface, folder / f"{name}-{theme}-{width}x{height}.png")
    pygame.image.save(sheet(), folder / "sheet.png")


def sheet() -> pygame.Surface:
    """Four screens of a sale side by side, at half size."""
    width, height = SHEET_SIZE[0] // 2, SHEET_SIZE[1] // 2
    gap = 8
    whole = pygame.Surface((2 * width + 3 * gap, 2 * height + 3 * gap))
    whole.fill((120, 120, 124))
    for number, name in enumerate(SHEET):
        surface, _ = picture(every_view()[name], Look(name=NAME), SHEET_SIZE)
        small = pygame.transform.smoothscale(surface, (width, height))
        at = (gap + (number % 2) * (width + gap), gap + (number // 2) * (height + gap))
        whole.blit(small, at)
    return whole


if __name__ == "__main__":
    main(Path(sys.argv[1]))
