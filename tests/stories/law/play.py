"""Play interleavings: some in this process, or many in several processes."""

import gc
import logging
import multiprocessing
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass, field
from typing import Final

from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.stories.law.two_kiosks import TwoKiosks

# So many interleavings have one seed; after a violation the rest of them is not played.
BATCH: Final = 250


@dataclass
class Tally:
    """What came of it; `violations` are by the seed that plays them again."""

    interleavings: int = 0
    steps: int = 0
    violations: dict[int, str] = field(default_factory=dict)

    def add(self, other: "Tally") -> None:
        """Add what another batch came to."""
        self.interleavings += other.interleavings
        self.steps += other.steps
        self.violations |= other.violations


def play(interleavings: int, phases: Sequence[Phase] = tuple(Phase)) -> None:
    """Play so many in this process.

    Raises:
        AssertionError: the law was broken; hypothesis prints by what.
    """
    run_state_machine_as_test(
        TwoKiosks,
        settings=settings(
            max_examples=interleavings,
            stateful_step_count=30,
            deadline=None,
            phases=phases,
            suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
        ),
    )


def play_many(interleavings: int, workers: int, first_seed: int) -> Iterator[Tally]:
    """Play so many in so many processes; what each batch came to, as they end."""
    sizes = [
        min(BATCH, interleavings - played) for played in range(0, max(1, interleavings), BATCH)
    ]
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(workers, context, initializer=_prepare_process) as pool:
        batches = [
            pool.submit(play_batch, number, size) for number, size in enumerate(sizes, first_seed)
        ]
        for batch in as_completed(batches):
            yield batch.result()


def play_batch(number: int, interleavings: int) -> Tally:
    """Play the batch of one seed; the same seed plays the same again."""
    seed(number)(TwoKiosks)
    TwoKiosks.runs = TwoKiosks.steps = 0
    violations = {}
    try:
        play(interleavings, phases=(Phase.generate,))
    except Exception as error:  # noqa: BLE001 - whatever ends an interleaving breaks the law
        violations[number] = f"{type(error).__name__}: {error}"
    return Tally(TwoKiosks.runs, TwoKiosks.steps, violations)


def _prepare_process() -> None:
    logging.disable()
    gc.collect()
    gc.freeze()  # what is imported is nobody's garbage: looking at it took a third of the time
