"""Interleaved measuring: in each round every contender works once, so that drift hits all alike."""

from __future__ import annotations

import gc
import math
import statistics
import time
from collections.abc import Callable, Mapping
from itertools import chain

from attrs import frozen

__all__ = ["LEAST_ROUNDS", "Race", "exponent", "race"]

LEAST_ROUNDS = 5


@frozen
class Race:
    """The samples of all contenders, round by round, in seconds for one piece of work."""

    samples: Mapping[str, list[float]]

    def median(self, name: str) -> float:
        """Seconds of one contender."""
        return statistics.median(self.samples[name])

    def ratio(self, name: str, against: str) -> float:
        """How many times as long as another: the median over the rounds."""
        return statistics.median(self._ratios(name, against))

    def spread(self, name: str, against: str | None = None) -> float:
        """Width of the middle half of the samples, as a share of their median."""
        values = self.samples[name] if against is None else self._ratios(name, against)
        low, middle, high = statistics.quantiles(values, n=4)
        return (high - low) / middle

    def _ratios(self, name: str, against: str) -> list[float]:
        pairs = zip(self.samples[name], self.samples[against], strict=True)
        return [mine / theirs for mine, theirs in pairs]


def race(
    contenders: Mapping[str, Callable[[], object]],
    *,
    seconds: float,
    clock: Callable[[], float] = time.process_time,
    least_sample: float = 0.004,
    least_rounds: int = LEAST_ROUNDS,
    most_rounds: int = 400,
) -> Race:
    """Measure contenders for about `seconds` altogether.

    Args:
        contenders: The work of each, by name.
        seconds: Time to spend.
        clock: CPU seconds of this process, or wall seconds.
        least_sample: Short work is repeated until one sample takes this long.
        least_rounds: Rounds that are made however long they take.
        most_rounds: Rounds that are always enough.
    """
    repeats: dict[str, int] = {}
    for name, work in contenders.items():
        work()
        started = time.perf_counter()
        work()
        once = time.perf_counter() - started
        repeats[name] = max(1, math.ceil(least_sample / max(once, 1e-7)))
    gc.collect()
    samples: dict[str, list[float]] = {name: [] for name in contenders}
    order = list(contenders)
    deadline = time.perf_counter() + seconds
    for round_ in range(most_rounds):
        if round_ >= least_rounds and time.perf_counter() > deadline:
            break
        first = round_ % len(order)
        for name in chain(order[first:], order[:first]):
            work, times = contenders[name], repeats[name]
            started = clock()
            for _ in range(times):
                work()
            samples[name].append((clock() - started) / times)
    return Race(samples)


def exponent(sizes: list[float], costs: list[float]) -> float:
    """The slope of cost over size on logarithmic axes: 1 is linear, 0 is constant."""
    return statistics.linear_regression(
        [math.log(size) for size in sizes], [math.log(cost) for cost in costs]
    ).slope
