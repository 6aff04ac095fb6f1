"""Removes systems that a listing gives twice, for any kind of paging."""

from __future__ import annotations

from enphase_sdk import models

__all__ = ["Boundary"]

# The ids of at least this many systems are remembered, and of at most twice as many.
REMEMBERED = 100_000


class Boundary:
    """Remembers the systems given so far, because systems move between pages if the fleet changes.

    Each system is given once, unless it comes again after more than 100,000 others: only the
    latest ids are remembered, so that memory is bounded.
    """

    def __init__(self) -> None:
        self._latest: set[int] = set()
        self._earlier: set[int] = set()

    def crossed(self, page: models.SystemsPage) -> list[models.System]:
        """The page's systems without those given before."""
        return [system for system in page.systems if self._is_new(system.system_id)]

    def _is_new(self, system_id: int) -> bool:
        # Without an id (the lenient reading leaves None) systems cannot be told apart.
        if not system_id:
            return True
        if system_id in self._latest or system_id in self._earlier:
            return False
        if len(self._latest) == REMEMBERED:
            self._latest, self._earlier = set(), self._latest
        self._latest.add(system_id)
        return True
