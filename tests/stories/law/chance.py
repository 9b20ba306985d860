"""What chance decides in an interleaving, from a seed, and noted to be read by a person."""

from collections.abc import Sequence
from random import Random
from typing import TypeVar

Thing = TypeVar("Thing")

YES_OR_NO = (False, True)


class Chance:
    """The same seed picks the same again; `picked` says what it was so far."""

    def __init__(self, seed: int) -> None:
        self._random = Random(seed)
        self.picked: list[object] = []

    def pick(self, things: Sequence[Thing]) -> Thing:
        """One of them, each as likely as the others."""
        thing = self._random.choice(things)
        self.picked.append(thing)
        return thing
