"""A finger on a list: lifted it opens the row, moved far it turns the page. Pure."""

from kiosk.sale.keys import Key, Row


class Swipes:
    """Where a finger came down on a row, until it is lifted.

    One that has moved by the height of a row has turned the page.
    """

    def __init__(self) -> None:
        self._row: Row | None = None
        self._from: tuple[int, int] = (0, 0)
        self._far = 0

    def down(self, row: Row, at: tuple[int, int], height: int) -> None:
        """A finger came down on a row of this height, in pixels."""
        self._row, self._from, self._far = row, at, height

    def forget(self) -> None:
        """A finger came down elsewhere."""
        self._row = None

    def up(self, at: tuple[int, int]) -> Key | Row | None:
        """The finger was lifted: what it meant."""
        row, self._row = self._row, None
        if row is None:
            return None
        across, down = at[0] - self._from[0], at[1] - self._from[1]
        if max(abs(across), abs(down)) < self._far:
            return row
        if abs(across) > abs(down):
            return None
        return Key.DELETE if down > 0 else Key.PLUS
