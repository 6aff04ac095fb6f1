"""The boundaries between the pages of a listing, whatever its paging."""

from __future__ import annotations

from collections import deque

from enphase_sdk import models

__all__ = ["Boundary"]

# A system that crosses more pages than this while the fleet changes may be given twice.
PAGES_REMEMBERED = 10


class Boundary:
    """The boundaries between pages, which systems cross while the fleet changes.

    Each system is given once, unless it comes again more than ten pages later: only the ids of
    the last ten pages are held.
    """

    def __init__(self) -> None:
        self._pages: deque[set[int]] = deque(maxlen=PAGES_REMEMBERED)

    def crossed(self, page: models.SystemsPage) -> list[models.System]:
        """The page's systems without those given before."""
        ids: set[int] = set()
        fresh: list[models.System] = []
        for system in page.systems:
            number = system.system_id
            # Without an id (the lenient reading leaves None) systems cannot be told apart.
            if number and (number in ids or any(number in before for before in self._pages)):
                continue
            fresh.append(system)
            if number:
                ids.add(number)
        # An empty page between two leaves their boundary where it is.
        if ids:
            self._pages.append(ids)
        return fresh
