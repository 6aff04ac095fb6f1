"""The plans of an application: how many hits it may use in a minute and in a month."""

from __future__ import annotations

import math
from typing import Literal, TypeAlias

from attrs import frozen

from enphase_sdk.errors import ConfigError

__all__ = ["NOTHING_RESERVED", "PLANS", "Plan", "PlanName", "Reserve", "plan_named", "reserved"]

PlanName: TypeAlias = Literal["watt", "kilowatt", "megawatt", "partner"]

LONGEST_MINUTE = 32 * 86_400.0


@frozen
class Plan:
    """The limits of a plan. Windows are aligned to full minutes in the server's clock.

    Attributes:
        name: The name in the server's message ``Usage limit exceeded for plan …``.
        per_minute: Largest number of hits in each window of a minute.
        per_month: Largest number of hits in each calendar month (UTC); None: no limit. A client
            knows only the hits in its ledger; with hits of others the server refuses earlier.
        minute_seconds: Length of the minute's window, seconds; simulations shorten it.

    Raises:
        ConfigError: a limit is less than 1, or the length of the window is not above 0.
    """

    name: str
    per_minute: int
    per_month: int | None = None
    minute_seconds: float = 60.0

    def __attrs_post_init__(self) -> None:
        lengths_fit = 0 < self.minute_seconds <= LONGEST_MINUTE
        per_month = math.inf if self.per_month is None else self.per_month
        if self.per_minute < 1 or per_month < 1 or not lengths_fit:
            raise ConfigError(
                f"plan {self.name!r}: per_minute and per_month must be at least 1 and "
                "minute_seconds above 0"
            )


PLANS = {
    "watt": Plan("Watt", 10, 1_000),
    "kilowatt": Plan("Kilowatt", 50, 50_000),
    "megawatt": Plan("Megawatt", 100, 300_000),
    "partner": Plan("Partner", 300, 1_500_000),
}


def plan_named(name: str) -> Plan:
    """The published plan of that name, in upper or lower case.

    Raises:
        ConfigError: no plan has this name; the message lists the names.
    """
    try:
        return PLANS[name.lower()]
    except KeyError:
        raise ConfigError(
            f"there is no plan {name!r}; known are {', '.join(PLANS)}, or make one: "
            "Plan('mine', per_minute=…)"
        ) from None


@frozen
class Reserve:
    """Hits of the quota that a client leaves to others who share it.

    Attributes:
        minute: Hits of each minute's window.
        month: Hits of each calendar month (UTC).

    Raises:
        ConfigError: a number below 0.
    """

    minute: int = 0
    month: int = 0

    def __attrs_post_init__(self) -> None:
        for value in (self.minute, self.month):
            if isinstance(value, bool) or not isinstance(value, int) or value < 0:
                raise ConfigError(
                    "reserve must be a number of hits, 0 or more, or Reserve(minute=…, month=…), "
                    f"not {value!r}"
                )


NOTHING_RESERVED = Reserve()


def reserved(reserve: Reserve | int | None, plan: Plan | None) -> Reserve:
    """The reserve; a plain number counts for the minute and for the month.

    Raises:
        ConfigError: the reserve is as large as the plan.
    """
    made = reserve if isinstance(reserve, Reserve) else Reserve(*(reserve or 0,) * 2)
    if plan is not None and (
        made.minute >= plan.per_minute or made.month >= (plan.per_month or math.inf)
    ):
        raise ConfigError(
            f"reserve leaves nothing of the plan {plan.name!r}, which has {plan.per_minute} hits "
            f"a minute and {plan.per_month or 'any number of'} a month; reserve fewer"
        )
    return made
