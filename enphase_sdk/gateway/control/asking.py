"""The checks before every write: the token's role, the equipment, the values given."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from typing import Any, TypeVar

from attrs import frozen

from enphase_sdk.core.effects import Flow
from enphase_sdk.core.json import is_array, is_object
from enphase_sdk.errors import AuthenticationError, InvalidArgumentError, NotAvailableError
from enphase_sdk.gateway import sources
from enphase_sdk.gateway.fields import Content
from enphase_sdk.gateway.identity import GatewayInfo, needs_token
from enphase_sdk.gateway.mapping.ensemble import EnsembleInventory
from enphase_sdk.gateway.reading import fetch
from enphase_sdk.gateway.snapshot import Snapshot
from enphase_sdk.gateway.sources import Source

__all__ = [
    "LISTS_NONE",
    "Asking",
    "checked_choice",
    "checked_flag",
    "checked_number",
    "checked_percent",
    "document",
    "equipment",
    "look_up",
    "objects",
    "or_none",
    "planned",
]

T = TypeVar("T")

# After a restart the list of devices is empty at first, which does not prove that none exist.
_NOT_YET = "just after a restart it may not list all devices yet"
LISTS_NONE = f"this gateway lists none ({_NOT_YET})"

# The first firmware with batteries and controllers.
_OLDEST = (5,)

# Each role has the rights of the roles below it.
_ROLES = {
    "anybody": 1,
    "monitor": 2,
    "owner": 2,
    "prov": 3,
    "support": 4,
    "sysadmin": 5,
    "installer": 6,
    "envoy": 7,
    "enphase": 7,
    "factory": 7,
}


@frozen
class Asking:
    """The gateway and the rights with which a write is planned.

    Attributes:
        info: The gateway.
        role: The role in the token; None if there is no token or it has no role.
        powers: Reads production and consumption, with the client's profile.
    """

    info: GatewayInfo
    role: str | None
    powers: Callable[[], Flow[Snapshot]]

    def require(self, role: str, what: str) -> None:
        """Refuse if the token's role is known to be too low.

        Raises:
            NotAvailableError: The role is too low.
        """
        known = _ROLES.get(self.role or "")
        if known is not None and known < _ROLES[role]:
            raise NotAvailableError(
                f"{what} needs a token with the role {role}, and this token has the role "
                f"{self.role}; nothing was sent"
            )


def planned(info: GatewayInfo, asking: Asking, planning: Callable[[Asking], Flow[T]]) -> Flow[T]:
    """The plan of a write, if this firmware has settings that can be changed.

    Raises:
        NotAvailableError: It has none. Below 7 some endpoints refuse every user, which means
            the same.
    """
    if info.version < _OLDEST:
        raise NotAvailableError(f"firmware {info.firmware} has no settings that can be changed")
    try:
        return (yield from planning(asking))
    except AuthenticationError as error:
        if needs_token(info):
            raise
        raise NotAvailableError(
            f"firmware {info.firmware} does not let it be read: {error}"
        ) from None


def document(path: str) -> Flow[dict[str, Any]]:
    """A JSON object of the gateway, complete and with its keys in their order.

    Raises:
        NotAvailableError: The gateway has no such object, or an empty one.
        APIStatusError, APIResponseValidationError, APIConnectionError: It cannot be read.
    """
    return fetch(Source[dict[str, Any]](path, _whole))


def _whole(content: Content) -> dict[str, Any] | None:
    return content.value if content.fields() is not None else None


def or_none(flow: Flow[T]) -> Flow[T | None]:
    """The result of `flow`; None if the gateway does not have it."""
    try:
        return (yield from flow)
    except NotAvailableError:
        return None


def equipment() -> Flow[EnsembleInventory]:
    """The batteries and controllers of the gateway.

    Raises:
        NotAvailableError: There are none.
    """
    try:
        return (yield from fetch(sources.ENSEMBLE_INVENTORY))
    except NotAvailableError as error:
        raise NotAvailableError(f"{error}; {_NOT_YET}") from None


def objects(value: Any) -> list[dict[str, Any]]:
    """The objects in a list; empty if the value is not a list."""
    return [item for item in value if is_object(item)] if is_array(value) else []


def look_up(record: Any, name: str) -> Any:
    """A value of an object; None if it is absent, or the record is not an object."""
    return record.get(name) if is_object(record) else None


# Checks of given values


def checked_number(value: object, name: str, lowest: float, highest: float) -> float:
    """A number in its range.

    Raises:
        InvalidArgumentError: It is not a number, or out of range.
    """
    if (
        isinstance(value, bool)
        or not isinstance(value, int | float)
        or not math.isfinite(value)
        or not lowest <= value <= highest
    ):
        raise InvalidArgumentError(f"{name} must be a number from {lowest:g} to {highest:g}")
    return value


def checked_percent(value: object, name: str) -> float:
    """A percentage with one decimal at most, as gateways store it.

    Raises:
        InvalidArgumentError: It is not such a percentage.
    """
    percent = float(checked_number(value, name, 0, 100))
    if percent != round(percent, 1):
        raise InvalidArgumentError(f"{name} may have only one decimal; round it")
    return percent


def checked_flag(value: object, name: str) -> bool:
    """True or False.

    Raises:
        InvalidArgumentError: It is another value, such as the text ``"off"``, which counts as true.
    """
    if not isinstance(value, bool):
        raise InvalidArgumentError(f"{name} must be True or False")
    return value


def checked_choice(value: object, name: str, choices: Iterable[str]) -> str:
    """One of the given choices.

    Raises:
        InvalidArgumentError: It is another value.
    """
    if not isinstance(value, str) or value not in choices:
        raise InvalidArgumentError(f"{name} must be one of: {', '.join(choices)}")
    return value
