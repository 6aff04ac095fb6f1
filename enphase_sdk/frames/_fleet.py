"""The frame of many systems, and what could not be read for it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Generic, TypeVar

from attrs import field, frozen

from enphase_sdk.errors import EnphaseError

__all__ = ["FleetFrame"]

F_co = TypeVar("F_co", covariant=True)


@frozen
class FleetFrame(Generic[F_co]):
    """One frame of many systems; see `Fleet.frame`.

    Attributes:
        frame: The rows of all systems that were read, in the order of the systems.
        errors: Why a system was not read, by its id; it has no rows in the frame.
        stopped_by: What ended the run before the last system (settings, quota, listing, or 5
            systems in a row that were not authorized or not reached); None if it did not end
            early. Then the systems that were not asked are neither in `frame` nor in `errors`.
        position: Where a run that was stopped goes on: `Fleet.frame(…, position=…)` reads the rest.
    """

    frame: F_co = field(repr=False)
    errors: Mapping[int, EnphaseError]
    stopped_by: EnphaseError | None
    position: str
