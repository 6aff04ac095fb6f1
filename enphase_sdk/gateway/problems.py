"""Collects what could not be read while the rest of a reading goes on."""

from __future__ import annotations

from enphase_sdk.gateway.snapshot import Problem

__all__ = ["Problems"]


class Problems:
    """What could not be read, each thing once, in the order it was found."""

    def __init__(self) -> None:
        self._times: dict[Problem, int] = {}

    def add(self, endpoint: str, reason: str) -> None:
        """Note that `endpoint` had something that could not be read."""
        problem = Problem(endpoint, reason)
        self._times[problem] = self._times.get(problem, 0) + 1

    def listed(self) -> list[Problem]:
        """All of them; what was found in several records of one answer says how often."""
        return [
            problem
            if times == 1
            else Problem(problem.endpoint, f"{problem.reason} ({times} times)")
            for problem, times in self._times.items()
        ]
