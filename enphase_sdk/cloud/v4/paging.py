"""Paging of API v4: numbered pages, whose rows move when systems are added or removed.

This is the only module that knows that v4 pages by number and size.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import wraps
from typing import Any, ParamSpec

from attrs import evolve
from msgspec import UNSET

from enphase_sdk import models
from enphase_sdk.cloud.api import Call
from enphase_sdk.cloud.boundary import OPERATION, Boundary, require_list
from enphase_sdk.cloud.v4.mapping import system_row
from enphase_sdk.core.effects import Request
from enphase_sdk.core.log import logger
from enphase_sdk.errors import APIResponseValidationError, InvalidArgumentError

__all__ = ["Walk", "one_page", "page_of_cursor"]

P = ParamSpec("P")

_CURSOR = re.compile(r"v4-page-([1-9][0-9]{0,8})")

# Largest page number; a listing cannot grow to this while it is read.
MOST_PAGES = 1_000_000


def page_of_cursor(cursor: str) -> int:
    """The page number in a saved cursor.

    Raises:
        InvalidArgumentError: it is not a cursor of this API.
    """
    match = _CURSOR.fullmatch(cursor)
    if match is None:
        raise InvalidArgumentError(
            f"next: {cursor[:60]!r} is not a cursor of API v4; a cursor of API v2 cannot be "
            "used here; start the listing again"
        )
    return int(match[1])


def one_page(
    listing: Callable[P, Call[models.SystemsPage]],
) -> Callable[P, Call[models.SystemsPage]]:
    """The same operation, whose call gives its page in v2's model, with the cursor of the next."""

    @wraps(listing)
    def page(*args: P.args, **kwargs: P.kwargs) -> Call[models.SystemsPage]:
        first = listing(*args, **kwargs)
        return Walk(first).next_call() or first

    return page


class Walk:
    """The state of one listing. Each system is given once.

    Rows move when a system before them is added or removed. If the listing became shorter, the
    page before is read again. If systems are missing at the end, the whole listing is read a
    second time to find them.

    Attributes:
        cursor: The cursor of the page requested next; None for the first page.
    """

    def __init__(self, first: Call[models.SystemsPage]) -> None:
        self._first = first
        self._page = int(dict(first.request.params).get("page", "1"))
        self._began_at = self._page
        self._boundary = Boundary()
        self._total: int | None = None
        # The last page as it was sent, before the filters of this module.
        self._wire: Any = None
        self._whole = models.SystemsPage(systems=[])
        self._new: list[models.System] = []
        self._again = False
        self._ended = False
        self.cursor = None if self._page == 1 else f"v4-page-{self._page}"

    def next_call(self) -> Call[models.SystemsPage] | None:
        """The call for the next page, or None at the end."""
        self._new = []
        if self._ended:
            return None
        request = _with_page(self._first.request, self._page)
        return evolve(self._first, request=request, adapt=self._read)

    def _read(self, wire: Any) -> models.SystemsPage:
        """A page in v2's model; its `next` names the page after it."""
        rows = require_list(wire.systems)
        self._wire = wire
        following = UNSET if self._is_last() else f"v4-page-{self._page + 1}"
        self._whole = models.SystemsPage(systems=list(map(system_row, rows)), next=following)
        return self._filtered(self._whole)

    def _filtered(self, page: models.SystemsPage) -> models.SystemsPage:
        """The page without the systems that the server cannot leave out itself."""
        return page if self._first.adapt is None else self._first.adapt(page)

    def _is_last(self) -> bool:
        wire = self._wire
        # Rows that cannot be read are left out of the list, but still counted.
        sent = max(len(wire.systems), wire.count if isinstance(wire.count, int) else 0)
        size = wire.size if isinstance(wire.size, int) and wire.size > 0 else sent
        if not sent:
            return True
        if isinstance(wire.total, int):
            return self._page * size >= wire.total
        return bool(sent < size)

    def arrived(self, page: models.SystemsPage) -> None:
        """Note that this page arrived; the next call is for the page after it.

        Raises:
            APIResponseValidationError: the listing would never end: too many pages have no new
            system.
        """
        total = self._wire.total if isinstance(self._wire.total, int) else None
        shrank = total is not None and self._total is not None and total < self._total
        self._total = total
        new = self._boundary.crossed(self._whole)
        if self._again:
            # Systems without an id were given in the first pass.
            new = [system for system in new if system.system_id]
        self._new = self._filtered(evolve(page, systems=new)).systems
        if self._page >= MOST_PAGES:
            raise APIResponseValidationError(
                f"{OPERATION}: the listing does not end; try again later", operation=OPERATION
            )
        if shrank and self._page > 1:
            # Rows of this page have moved to the page before, which was read already.
            self._page -= 1
        elif not self._is_last():
            self._page += 1
        else:
            self._finish()
            return
        self._boundary.require_news()
        self.cursor = f"v4-page-{self._page}"

    def _finish(self) -> None:
        """End the listing; if systems may have been missed, start a second pass."""
        self._ended = True
        missing = (self._total or 0) - self._boundary.count
        if missing <= 0 or self._began_at != 1 or self._again:
            return
        if self._boundary.forgot:
            logger.warning(
                "%s: %d systems may be missing, because the listing changed while it was read; "
                "it is too long to be gone through again for them",
                OPERATION,
                missing,
            )
            return
        self._boundary.begin_again(self._page)
        self._ended, self._again, self._page = False, True, 1
        self.cursor = None

    def new_systems(self) -> list[models.System]:
        """The systems of the page that arrived last, without those given before; once."""
        new, self._new = self._new, []
        return new


def _with_page(request: Request, page: int) -> Request:
    others = tuple(pair for pair in request.params if pair[0] != "page")
    return evolve(request, params=(("page", str(page)), *others))
