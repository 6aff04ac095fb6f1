"""One line of the table."""

from __future__ import annotations

from typing import Any

from attrs import asdict, frozen

# A middle half of the samples wider than this, of the median, is no clear result.
WIDE = 0.25


@frozen
class Row:
    """A measurement and what was asked of it.

    Attributes:
        work: What was done.
        contender: Who did it.
        value: The result; None if it was not measured, with the reason as `note`.
        unit: `x` (times the baseline), `ms`, `MB`, `%` or `` for a count.
        against: What it is a ratio to.
        goal: The value asked for.
        at_least: Whether more is better.
        spread: Width of the middle half of the samples, as a share of the median.
        note: What else to know.
    """

    work: str
    contender: str
    value: float | None
    unit: str = "x"
    against: str = ""
    goal: float | None = None
    at_least: bool = False
    spread: float | None = None
    note: str = ""

    @property
    def met(self) -> bool | None:
        """Whether the goal is met; None where there is none, or nothing was measured."""
        if self.goal is None or self.value is None:
            return None
        return self.value >= self.goal if self.at_least else self.value <= self.goal

    @property
    def wide(self) -> bool:
        """Whether the samples lie too far apart to trust the result."""
        return self.spread is not None and self.spread > WIDE

    def to_dict(self) -> dict[str, Any]:
        """The fields as JSON types."""
        return asdict(self)


def skipped(work: str, reason: str) -> Row:
    """A row that could not be measured here."""
    return Row(work, "ours", None, note=f"skipped: {reason}")
