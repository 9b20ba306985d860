"""One figure of the table, with the most that it may be."""

from collections.abc import Callable
from dataclasses import dataclass
from statistics import median
from time import perf_counter


@dataclass(frozen=True)
class Row:
    """`value` and `limit` are in the same unit; the limit is the design's."""

    what: str
    value: float
    limit: float
    unit: str

    @property
    def is_kept(self) -> bool:
        return self.value <= self.limit

    def line(self) -> str:
        verdict = "ok" if self.is_kept else "OVER"
        return f"{self.what:<58} {self.value:>9.2f} {self.limit:>9.2f} {self.unit:<7} {verdict}"


def median_ms(work: Callable[[], object], times: int) -> float:
    """The median time of some work, in milliseconds."""
    took = []
    for _ in range(times):
        began_s = perf_counter()
        work()
        took.append(perf_counter() - began_s)
    return median(took) * 1000
