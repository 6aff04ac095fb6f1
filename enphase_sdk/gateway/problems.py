"""Collects the problems of a reading; they do not end the reading."""

from __future__ import annotations

from enphase_sdk.gateway.snapshot import Problem

__all__ = ["Problems"]


class Problems:
    """The problems of a reading, each once, in the order they were found."""

    def __init__(self) -> None:
        self._times: dict[Problem, int] = {}

    def add(self, endpoint: str, reason: str) -> None:
        """Add a problem of `endpoint`."""
        problem = Problem(endpoint, reason)
        self._times[problem] = self._times.get(problem, 0) + 1

    def listed(self) -> list[Problem]:
        """All problems; for one that was found several times with the number."""
        return [
            problem
            if times == 1
            else Problem(problem.endpoint, f"{problem.reason} ({times} times)")
            for problem, times in self._times.items()
        ]
