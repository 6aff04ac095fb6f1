"""Paging of the systems listing: which page is next, and when the listing ends.

This is the only module that knows that v2 pages by an opaque `next` cursor.
"""

from __future__ import annotations

from attrs import evolve

from enphase_sdk import models
from enphase_sdk.cloud.api import Call
from enphase_sdk.cloud.boundary import Boundary, require_list
from enphase_sdk.core.effects import Request
from enphase_sdk.errors import APIResponseValidationError

__all__ = ["Walk"]


class Walk:
    """The state of one listing: which call is next, and which systems a page adds.

    Attributes:
        cursor: The cursor of the page requested next; None for the first page.
    """

    def __init__(self, first: Call[models.SystemsPage]) -> None:
        self._call: Call[models.SystemsPage] | None = first
        self.cursor = dict(first.request.params).get("next")
        # Hashes of the cursors, because cursors can be long and listings have many.
        self._seen = {hash(self.cursor)}
        self._boundary = Boundary()
        self._new: list[models.System] = []

    def next_call(self) -> Call[models.SystemsPage] | None:
        """The call for the next page, or None at the end."""
        self._new = []
        return self._call

    def arrived(self, page: models.SystemsPage) -> None:
        """Note that this page arrived; the next call is for the page after it.

        Raises:
            APIResponseValidationError: the page has no list of systems; or the listing would
                never end: a cursor is repeated, or too many pages have no new system.
        """
        call = self._call
        if call is None:
            return
        require_list(page.systems)
        self._new = self._boundary.crossed(page)
        cursor = page.next
        if not cursor:
            self._call = None
            return
        self._boundary.require_news()
        if hash(cursor) in self._seen:
            raise APIResponseValidationError(
                f"{call.operation}: the server repeated a cursor, so the listing would never end; "
                "try again later",
                operation=call.operation,
                path="$.next",
            )
        self._seen.add(hash(cursor))
        self.cursor = cursor
        self._call = evolve(call, request=_with_cursor(call.request, cursor))

    def new_systems(self) -> list[models.System]:
        """The systems of the page that arrived last, without those given before; once."""
        new, self._new = self._new, []
        return new


def _with_cursor(request: Request, cursor: str) -> Request:
    others = tuple(pair for pair in request.params if pair[0] != "next")
    return evolve(request, params=(("next", cursor), *others))
