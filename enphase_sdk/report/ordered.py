"""Median and deviation of many values, also without one of them; they are sorted only once."""

from __future__ import annotations

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable
from itertools import accumulate

__all__ = ["Ordered"]


class Ordered:
    """Sorted values; `without` gives a view that leaves one of them out.

    Each call takes O(log n), but `prepared` O(n).

    Args:
        values: Known numbers, in any order.
    """

    __slots__ = ("_left_out", "_sums", "_values")

    def __init__(self, values: Iterable[float]) -> None:
        self._values = array("d", sorted(values))
        self._sums: array[float] | None = None
        self._left_out: int | None = None

    def without(self, value: float) -> Ordered:
        """The same values without one that equals `value`; all of them if there is none."""
        place = bisect_left(self._values, value)
        if place == len(self._values) or self._values[place] != value:
            return self
        made = Ordered.__new__(Ordered)
        made._values, made._sums, made._left_out = self._values, self._sums, place
        return made

    def prepared(self) -> Ordered:
        """Itself, ready for `mean_deviation`."""
        if self._sums is None:
            self._sums = array("d", accumulate(self._values, initial=0.0))
        return self

    def __len__(self) -> int:
        return len(self._values) - (self._left_out is not None)

    def __getitem__(self, place: int) -> float:
        skipped = self._left_out is not None and place >= self._left_out
        return self._values[place + skipped]

    def above(self, value: float) -> int:
        """The number of values that are larger than `value`."""
        count = len(self._values) - bisect_right(self._values, value)
        return count - (self._left_out is not None and self._values[self._left_out] > value)

    def median(self) -> float:
        """The median; there must be at least one value."""
        return _median(len(self), self.__getitem__)

    def median_deviation(self, middle: float) -> float:
        """Median of the absolute deviations from `middle`, the median of the values."""
        n = len(self)
        split = n - self.above(middle)  # the index of the first larger value

        def below(place: int) -> float:
            return middle - self[split - 1 - place]

        def over(place: int) -> float:
            return self[split + place] - middle

        return _median(n, lambda place: _smallest(place, split, below, n - split, over))

    def mean_deviation(self, middle: float) -> float:
        """Mean of the absolute deviations from `middle`."""
        if self[0] == self[len(self) - 1]:
            return abs(self[0] - middle)  # exact: rounding must not make a deviation of 0 larger
        sums = self.prepared()._sums or array("d")
        split = bisect_right(self._values, middle)
        total = (middle * split - sums[split]) + (
            sums[-1] - sums[split] - middle * (len(self._values) - split)
        )
        if self._left_out is not None:
            total -= abs(self._values[self._left_out] - middle)
        return max(0.0, total) / len(self)


def _median(n: int, at: Callable[[int], float]) -> float:
    return at(n // 2) if n % 2 else (at(n // 2 - 1) + at(n // 2)) / 2


def _smallest(
    place: int,
    n: int,
    first: Callable[[int], float],
    m: int,
    second: Callable[[int], float],
) -> float:
    """The value at index `place` of two sorted sequences of n and m values, when merged."""
    low, high = max(0, place + 1 - m), min(place + 1, n)
    # The number of values of the first sequence among the `place + 1` smallest.
    while low < high:
        taken = (low + high) // 2
        if first(taken) < second(place - taken):
            low = taken + 1
        else:
            high = taken
    candidates = [first(low - 1)] if low else []
    if place + 1 > low:
        candidates.append(second(place - low))
    return max(candidates)
