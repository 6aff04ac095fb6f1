"""Paging of API v4: numbered pages, which shift while systems come and go.

This is the only module that knows that v4 pages by number and size.
"""

from __future__ import annotations

import re
from typing import Any

from attrs import evolve
from msgspec import UNSET

from enphase_sdk import models
from enphase_sdk.cloud.api import Call
from enphase_sdk.cloud.v4.mapping import system_row
from enphase_sdk.core.effects import Request
from enphase_sdk.errors import APIResponseValidationError, InvalidArgumentError

__all__ = ["Walk", "page_of_cursor"]

_CURSOR = re.compile(r"v4-page-([1-9][0-9]{0,8})")

# A listing grows while it is read, but not to this.
MOST_PAGES = 1_000_000

# Pages in a row that bring nothing new; more of them are a listing without an end.
MOST_IDLE_PAGES = 10


def page_of_cursor(cursor: str) -> int:
    """The number of the page that a saved cursor brings back.

    Raises:
        InvalidArgumentError: it is none of this API's.
    """
    match = _CURSOR.fullmatch(cursor)
    if match is None:
        raise InvalidArgumentError(
            f"next: {cursor[:60]!r} is no cursor of API v4; a cursor saved from API v2 cannot be "
            "used here; start the listing again"
        )
    return int(match[1])


class Walk:
    """The way through one listing. Each system is given once.

    Rows shift when a system before them is added or removed. What was given is remembered by
    its id; where the listing became shorter, the page before is read again, and at its end, if
    systems are missing, the listing is gone through once more for those.

    Attributes:
        cursor: What brings back the page that is asked for next; None at the first.
    """

    def __init__(self, first: Call[models.SystemsPage]) -> None:
        self._first = first
        self._page = int(dict(first.request.params).get("page", "1"))
        self._began_at = self._page
        self._given: set[int] = set()
        self._met: set[int] = set()
        self._total: int | None = None
        self._wire: Any = None
        self._again = False
        self._ended = False
        self._shown: set[int] = set()
        self._brings_news = False
        self._idle, self._patience = 0, MOST_IDLE_PAGES
        self.cursor = None if self._page == 1 else f"v4-page-{self._page}"

    def next_call(self) -> Call[models.SystemsPage] | None:
        """The call for the next page, or None at the end."""
        if self._ended:
            return None
        request = _with_page(self._first.request, self._page)
        return evolve(self._first, request=request, adapt=self._read)

    def _read(self, wire: Any) -> models.SystemsPage:
        """A page in v2's model; its `next` names the page after it."""
        self._wire = wire
        if wire.systems is None:
            raise APIResponseValidationError(
                "Systems: a page without its list of systems; going on would lose some",
                operation="Systems",
                path="$.systems",
            )
        following = UNSET if self._is_last() else f"v4-page-{self._page + 1}"
        page = models.SystemsPage(systems=list(map(system_row, wire.systems)), next=following)
        self._shown = {each.system_id for each in page.systems if each.system_id}
        # Systems without an id cannot be told apart.
        nameless = any(not each.system_id for each in page.systems)
        self._brings_news = nameless or not self._shown <= self._met
        return page if self._first.adapt is None else self._first.adapt(page)

    def _is_last(self) -> bool:
        wire = self._wire
        # Rows that cannot be read are left out of the list, and still counted.
        sent = max(len(wire.systems), wire.count if isinstance(wire.count, int) else 0)
        size = wire.size if isinstance(wire.size, int) and wire.size > 0 else sent
        if not sent:
            return True
        if isinstance(wire.total, int):
            return self._page * size >= wire.total
        return bool(sent < size)

    def arrived(self, page: models.SystemsPage) -> None:  # noqa: ARG002 - what came was noted
        """Go on to the page after this one.

        Raises:
            APIResponseValidationError: the listing would never end: page after page brings no
                new system.
        """
        total = self._wire.total if isinstance(self._wire.total, int) else None
        shrank = total is not None and self._total is not None and total < self._total
        self._total = total
        self._met |= self._shown
        if self._page >= MOST_PAGES:
            raise APIResponseValidationError(
                "Systems: the listing does not end; try again later", operation="Systems"
            )
        if shrank and self._page > 1:
            # Rows that stood on this page have moved to the one before, which was read already.
            self._page -= 1
        elif not self._is_last():
            self._page += 1
        else:
            self._finish()
            return
        self._require_news()
        self.cursor = f"v4-page-{self._page}"

    def _require_news(self) -> None:
        self._idle = 0 if self._brings_news else self._idle + 1
        if self._idle > self._patience:
            raise APIResponseValidationError(
                f"Systems: {self._idle} pages in a row brought no new system, so the listing would "
                "never end; try again later",
                operation="Systems",
                path="$.systems",
            )

    def _finish(self) -> None:
        """The end, unless systems have slipped past: then once more from the beginning."""
        missing = self._total is not None and len(self._met) < self._total and self._began_at == 1
        if missing and not self._again:
            # Most of its pages bring nothing new.
            self._idle, self._patience = 0, self._page + MOST_IDLE_PAGES
            self._again, self._page = True, 1
            self.cursor = None
        else:
            self._ended = True

    def new_systems(self, page: models.SystemsPage) -> list[models.System]:
        """The page's systems without those given before."""
        fresh: list[models.System] = []
        for system in page.systems:
            number = system.system_id
            if number and number in self._given:
                continue
            if number:
                self._given.add(number)
            fresh.append(system)
        return fresh


def _with_page(request: Request, page: int) -> Request:
    others = tuple(pair for pair in request.params if pair[0] != "page")
    return evolve(request, params=(("page", str(page)), *others))
