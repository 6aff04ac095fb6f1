"""Removes systems that a listing gives twice, and ends a listing without an end; for any paging."""

from __future__ import annotations

from typing import TypeVar

from enphase_sdk import models
from enphase_sdk.errors import APIResponseValidationError

__all__ = ["OPERATION", "Boundary", "require_list"]

T = TypeVar("T")

# The listing's id in every version's contract.
OPERATION = "Systems"

# The ids of at least this many systems are remembered, and of at most twice as many.
REMEMBERED = 100_000

# Pages in a row without a new system. After more, the listing counts as endless.
MOST_IDLE_PAGES = 10


class Boundary:
    """Remembers the systems given so far: if the fleet changes, systems move between pages.

    Each system is given once, unless it comes again after more than 100,000 others: only the
    latest ids are remembered, so that memory is bounded.

    Attributes:
        count: Systems given so far.
        forgot: Whether ids were forgotten, so that systems may be given twice.
    """

    def __init__(self) -> None:
        self._latest: set[int] = set()
        self._earlier: set[int] = set()
        self._idle, self._patience = 0, MOST_IDLE_PAGES
        self.count = 0
        self.forgot = False

    def crossed(self, page: models.SystemsPage) -> list[models.System]:
        """The page's systems, without those given before."""
        new = [system for system in page.systems if self._is_new(system.system_id)]
        self.count += len(new)
        self._idle = 0 if new else self._idle + 1
        return new

    def require_news(self) -> None:
        """Check that pages still bring new systems; call it before another page is requested.

        Raises:
            APIResponseValidationError: too many pages in a row brought no new system.
        """
        if self._idle > self._patience:
            raise APIResponseValidationError(
                f"{OPERATION}: {self._idle} pages in a row brought no new system and named another "
                "page, so the listing would never end; try again later",
                operation=OPERATION,
                path="$.systems",
            )

    def begin_again(self, pages: int) -> None:
        """Allow this many more pages without a new system, for a second pass over the listing."""
        self._idle, self._patience = 0, pages + MOST_IDLE_PAGES

    def _is_new(self, system_id: int) -> bool:
        # Without an id (the lenient reading leaves None) systems cannot be told apart.
        if not system_id:
            return True
        if system_id in self._latest or system_id in self._earlier:
            return False
        if len(self._latest) == REMEMBERED:
            self.forgot = self.forgot or bool(self._earlier)
            self._latest, self._earlier = set(), self._latest
        self._latest.add(system_id)
        return True


def require_list(rows: list[T] | None) -> list[T]:
    """The rows of a page.

    Raises:
        APIResponseValidationError: the lenient reading has left None where the list must be.
    """
    if rows is None:
        raise APIResponseValidationError(
            f"{OPERATION}: a page has no list of systems, so some would be lost; try again later",
            operation=OPERATION,
            path="$.systems",
        )
    return rows
