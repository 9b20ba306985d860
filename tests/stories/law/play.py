"""Play interleavings: one by its seed, or many in several processes."""

import gc
import logging
import multiprocessing
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass, field
from random import Random
from typing import Final

from tests.stories.law.chance import Chance
from tests.stories.law.corners import CORNERS
from tests.stories.law.happenings import HAPPENINGS, Happening
from tests.stories.law.two_kiosks import TwoKiosks

# Everything that may happen; a corner may always.
ALL: Final = (*HAPPENINGS, *(Happening(corner, lambda _: True) for corner in CORNERS))

# From some to many: what has begun is settled at every stage.
STEPS: Final = range(8, 31)

# In some interleavings only a part of all that may happen does, and the more often. What hides
# behind a rare order of few things is found so: Groce et al., "Swarm Testing", 2012.
SHARES: Final = (0.25, 0.5, 0.75, 1.0)

# So many interleavings are one task of a process.
BATCH: Final = 100


# Of a line that tells of a step; an event that is said again may be long.
LINE_LENGTH: Final = 200


@dataclass(frozen=True, slots=True)
class Step:
    """A happening, and what decides in it."""

    happening: Happening
    seed: int
    chance: Chance

    def __str__(self) -> str:
        picked = ", ".join(map(str, self.chance.picked))
        return f"{self.happening.happen.__name__}({picked})"[:LINE_LENGTH]


@dataclass
class Played:
    """What an interleaving came to; `violation` is empty if no law was broken."""

    steps: list[Step] = field(default_factory=list)
    violation: str = ""

    def __str__(self) -> str:
        return "\n".join([self.violation, *map(str, self.steps)])


@dataclass
class Tally:
    """What came of many; `violations` are by the seed that plays them again."""

    interleavings: int = 0
    steps: int = 0
    violations: dict[int, str] = field(default_factory=dict)

    def add(self, other: "Tally") -> None:
        """Add what another batch came to."""
        self.interleavings += other.interleavings
        self.steps += other.steps
        self.violations |= other.violations


def play(seed: int) -> Played:
    """Play the interleaving of one seed. The same seed plays the same again."""
    random = Random(seed)
    share = random.choice(SHARES)
    chosen = [happening for happening in ALL if random.random() < share] or ALL

    def steps(kiosks: TwoKiosks) -> Iterator[tuple[Happening, int]]:
        for _ in range(random.choice(STEPS)):
            possible = [happening for happening in chosen if happening.possible(kiosks)]
            if possible:
                yield random.choice(possible), random.getrandbits(32)

    return _played(steps)


def shortened(played: Played) -> Played:
    """A violation with no step that it also happens without."""
    place = len(played.steps)
    while place > 0:
        place = min(place, len(played.steps)) - 1
        shorter = _replayed([*played.steps[:place], *played.steps[place + 1 :]])
        if shorter.violation:
            played = shorter
    return played


def play_many(interleavings: int, workers: int, first_seed: int) -> Iterator[Tally]:
    """Play so many in so many processes; what each batch came to, as they end."""
    end = first_seed + interleavings
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(workers, context, initializer=_prepare_process) as pool:
        batches = [
            pool.submit(play_batch, range(seed, min(end, seed + BATCH)))
            for seed in range(first_seed, end, BATCH)
        ]
        for batch in as_completed(batches):
            yield batch.result()


def play_batch(seeds: Sequence[int]) -> Tally:
    """Play the interleavings of these seeds; a violation is told as short as it can be."""
    tally = Tally()
    for seed in seeds:
        played = play(seed)
        steps = len(played.steps)
        violations = {seed: str(shortened(played))} if played.violation else {}
        tally.add(Tally(1, steps, violations))
    gc.collect()
    return tally


def _replayed(steps: Sequence[Step]) -> Played:
    """Play these steps, as far as they are possible."""

    def possible_ones(kiosks: TwoKiosks) -> Iterator[tuple[Happening, int]]:
        for step in steps:
            if step.happening.possible(kiosks):
                yield step.happening, step.seed

    return _played(possible_ones)


def _played(steps: Callable[[TwoKiosks], Iterator[tuple[Happening, int]]]) -> Played:
    played = Played()
    try:
        with TwoKiosks() as kiosks:
            for happening, seed in steps(kiosks):
                chance = Chance(seed)
                played.steps.append(Step(happening, seed, chance))
                happening.happen(kiosks, chance)
                kiosks.the_law_holds()
            kiosks.settle_everything()
    except Exception as error:  # noqa: BLE001 - whatever ends an interleaving breaks the law
        played.violation = f"{type(error).__name__}: {error}"
    return played


def _prepare_process() -> None:
    logging.disable()
    gc.collect()
    # What is imported is nobody's garbage, and little else is: what a batch leaves is collected
    # after it.
    gc.freeze()
    gc.disable()
