"""The boundaries between the pages of a listing, whatever its paging."""

from __future__ import annotations

from enphase_sdk import models

__all__ = ["Boundary"]

# As many ids are remembered at least, and twice as many at most.
REMEMBERED = 100_000


class Boundary:
    """The boundaries between pages, which systems cross while the fleet changes.

    Each system is given once, unless it comes again after more than 100,000 others: of a longer
    listing only the latest ids are remembered, so that memory is bounded.
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
