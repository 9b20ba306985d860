"""The page that views draw on, and how it lies on the display: turned, and scaled above 1080p."""

from typing import Final

import pygame

Point = tuple[int, int]

# Pixels of the longer side. A display of twice as many or more is drawn at half, a third, ... and
# every pixel is shown that many times: nobody sees it from the counter, and drawing stays quick.
LONGEST_PX: Final = 1920


class Page:
    """`surface` is drawn on; `show` brings it to the display, which it covers.

    `rotate` is how many degrees the picture is turned clockwise: 0, 90, 180 or 270.
    """

    def __init__(self, display: pygame.Surface, rotate: int) -> None:
        self.display = display
        self._rotate = rotate
        width, height = display.get_size()
        self._scale = max(1, max(width, height) // LONGEST_PX)
        width, height = width // self._scale, height // self._scale
        self.surface = pygame.Surface((height, width) if rotate in (90, 270) else (width, height))

    def show(self) -> None:
        """Bring all of the page to the display.

        Raises:
            pygame.error: the display does not take it.
        """
        self._copy(self.surface.get_rect())
        pygame.display.flip()

    def show_areas(self, areas: list[pygame.Rect]) -> None:
        """Bring some areas of the page to the display.

        Raises:
            pygame.error: the display does not take them.
        """
        pygame.display.update([self._copy(area) for area in areas])

    def point_at(self, place: Point) -> Point:
        """Where on the page a place of the display is."""
        x, y = place[0] // self._scale, place[1] // self._scale
        width, height = self.surface.get_size()
        match self._rotate:
            case 90:
                return y, height - 1 - x
            case 180:
                return width - 1 - x, height - 1 - y
            case 270:
                return width - 1 - y, x
        return x, y

    def _copy(self, area: pygame.Rect) -> pygame.Rect:
        """Copy an area of the page; where it is on the display comes back."""
        if not self._rotate and self._scale == 1:
            return self.display.blit(self.surface, area, area)
        picture = self.surface.subsurface(area)
        if self._rotate:
            picture = pygame.transform.rotate(picture, -self._rotate)
        left, top = self._corner(area)
        if self._scale > 1:
            picture = pygame.transform.scale_by(picture, self._scale)
        return self.display.blit(picture, (left * self._scale, top * self._scale))

    def _corner(self, area: pygame.Rect) -> Point:
        """Where the corner of an area that is at the top left of the turned page is."""
        width, height = self.surface.get_size()
        match self._rotate:
            case 90:
                return height - area.bottom, area.left
            case 180:
                return width - area.right, height - area.bottom
            case 270:
                return area.top, width - area.right
        return area.topleft
