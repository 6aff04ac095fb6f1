"""A parsed request: the parameters of an operation, the system, and the time."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import cached_property
from typing import Any

from attrs import field, frozen

from enphase_sdk.testing.world.fleet import World
from enphase_sdk.testing.world.production import Metering, Production
from enphase_sdk.testing.world.reports import Report, latest_report, status
from enphase_sdk.testing.world.system import System

__all__ = ["Question", "View"]


class View:
    """The data that Enlighten has about one system at one instant.

    Args:
        system: Which.
        now: Epoch seconds.

    Attributes:
        system: As given.
        now: As given.
        report: The data reported so far.
    """

    def __init__(self, system: System, now: float) -> None:
        self.system = system
        self.now = now
        self.report: Report = latest_report(system, now)

    @cached_property
    def production(self) -> Production:
        """The energy produced, reported or not."""
        return Production(self.system)

    @cached_property
    def metering(self) -> Metering:
        """The values of its meters, reported or not."""
        return Metering(self.system, self.production)

    @cached_property
    def today(self) -> int:
        """The local day, as an ordinal."""
        return self.system.place.ordinal(self.now)

    @property
    def status(self) -> str:
        """The status, as in ``meta.status``."""
        return status(self.system, self.report, self.now)

    def midnight(self, ordinal: int) -> int:
        """When a local day begins, epoch seconds."""
        return self.system.place.midnight(ordinal)

    @cached_property
    def made_by_now(self) -> float:
        """Energy in Wh produced until the end of the reported data."""
        return self.production.until(self.report.through)

    def made_by_day(self, ordinal: int) -> float:
        """Wh reported for the time before a local day begins."""
        return min(self.production.until_day(ordinal), self.made_by_now)

    def meta(self) -> dict[str, object]:
        """The ``meta`` object of most answers."""
        return {
            "status": self.status,
            "last_report_at": self.report.last_report_at,
            "last_energy_at": self.report.last_energy_at,
            "operational_at": self.system.operational_at,
        }


@frozen
class Question:
    """What one request asks.

    Attributes:
        world: The fleet.
        now: Epoch seconds.
        parameters: The query parameters, checked and converted.
        view: The system of the request; None if the operation is not about one system.
    """

    world: World
    now: float
    parameters: Mapping[str, Any] = field(factory=dict[str, Any])
    view: View | None = None

    @property
    def subject(self) -> View:
        """The system of the request; only for operations about one system."""
        assert self.view is not None  # noqa: S101 - the routing's promise
        return self.view

    def day(self, name: str) -> date | None:
        """A date parameter."""
        return self.parameters.get(name)

    def integer(self, name: str) -> int | None:
        """An integer parameter."""
        return self.parameters.get(name)

    def choices(self, name: str) -> list[Any] | None:
        """All values of a filter."""
        return self.parameters.get(name)
