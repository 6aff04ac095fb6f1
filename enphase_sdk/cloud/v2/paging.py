"""Paging of the systems listing: what the next page is, and when the listing is at its end.

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
    """The way through one listing: which call comes next, which systems a page adds.

    Attributes:
        cursor: What brings back the page that is asked for next; None at the first.
    """

    def __init__(self, first: Call[models.SystemsPage]) -> None:
        self._call: Call[models.SystemsPage] | None = first
        self.cursor = dict(first.request.params).get("next")
        # Their hashes: cursors can be long, and a listing too.
        self._seen = {hash(self.cursor)}
        self._boundary = Boundary()
        self._new: list[models.System] = []

    def next_call(self) -> Call[models.SystemsPage] | None:
        """The call for the next page, or None at the end."""
        self._new = []
        return self._call

    def arrived(self, page: models.SystemsPage) -> None:
        """Go on to the page after this one.

        Raises:
            APIResponseValidationError: the page has no list of systems; or the listing would
                never end: a cursor comes again, or page after page brings no new system.
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
