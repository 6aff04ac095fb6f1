"""Planning the writes of a System Controller: the grid relay and the dry contacts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from enphase_sdk.core.effects import Flow
from enphase_sdk.errors import InvalidArgumentError, NotAvailableError
from enphase_sdk.gateway import sources
from enphase_sdk.gateway.control.asking import (
    LISTS_NONE,
    Asking,
    checked_choice,
    checked_flag,
    checked_number,
    document,
    equipment,
    look_up,
    objects,
    or_none,
)
from enphase_sdk.gateway.control.changes import Look, Plan, PlannedRequest

__all__ = ["CONTACTS_SETTLE", "dry_contact", "dry_contact_settings", "relay"]

# Contacts that switch loads. NC3, NC4 and NO3 belong to rapid shutdown and the generator.
_CONTACTS = ("NC1", "NC2", "NO1", "NO2")

CONTACTS_SETTLE = 90.0
"""Seconds after a settings write in which every NC contact reads ``open`` without moving."""

_RELAY_LOOKS = (5.0, 10.0, 15.0, 20.0, 30.0, 45.0, 60.0, 75.0, 90.0)
_CONTACT_LOOKS = (2.0, 5.0, 10.0)
_SETTINGS_LOOKS = (5.0, 15.0, 30.0)

_OFF_GRID = (
    "the house is disconnected from the grid and has only its batteries and the sun; if its "
    "network also loses power, it cannot be connected again remotely"
)
_SWITCHES = "a dry contact switches the equipment that is wired to it"

# The names in the SDK's model, and in the gateway's record.
_RECORD_NAMES = {"generator_action": "gen_action", "black_start": "black_s_start"}
_WORDS = {
    "mode": ("manual", "soc"),
    "grid_action": ("none", "apply", "shed", "schedule"),
    "micro_grid_action": ("none", "apply", "shed", "schedule"),
    "gen_action": ("none", "apply", "shed", "schedule"),
}
_RANGES = {
    "soc_low": (0, 100),
    "soc_high": (0, 100),
    "essential_start_time": (0, 86_400),
    "essential_end_time": (0, 86_400),
}
_FLAGS = {"true": True, "false": False}
_LONGEST_NAME = 64


def relay(
    asking: Asking, position: Literal["open", "closed"], *, minimum_soc: float = 0.0
) -> Flow[Plan]:
    """Disconnect the house from the grid (``open``), or connect it again (``closed``)."""
    lowest = checked_number(minimum_soc, "minimum_soc", 0, 100)
    yield from _controller(asking, "the grid relay")
    before = yield from _relay_state()
    done = _is_at(before, position)
    refusal = None
    if position == "open" and not done:
        charge = look_up((yield from or_none(document("/ivp/ensemble/secctrl"))), "agg_soc")
        capacity = (yield from equipment()).encharge
        refusal = _too_empty(capacity, charge, lowest)
    body = {"mains_admin_state": position}

    def look() -> Flow[Look]:
        now = yield from _relay_state()
        told = now["mains_admin_state"]
        return Look(
            {"mains_admin_state": told},
            None if told is None else told == position,
            _is_at(now, position),
            {"mains_oper_state": now["mains_oper_state"]},
        )

    return Plan(
        request=PlannedRequest(
            "POST",
            "/ivp/ensemble/relay",
            body,
            _OFF_GRID if position == "open" else None,
            before={"mains_admin_state": before["mains_admin_state"]},
            requested=body,
            refusal=refusal,
            is_done=bool(done),
        ),
        look=look,
        looks_at=_RELAY_LOOKS,
    )


def _controller(asking: Asking, what: str) -> Flow[None]:
    """Refuse if there is no System Controller, which this write needs.

    Raises:
        NotAvailableError: There is no System Controller.
    """
    asking.require("owner", what)
    if (yield from equipment()).enpower is None:
        raise NotAvailableError(f"{what} needs a System Controller (Enpower), and {LISTS_NONE}")


def _relay_state() -> Flow[dict[str, Any]]:
    """The relay's requested and actual position; on older firmware from the inventory."""
    told = yield from or_none(document(sources.GRID_RELAY.path))
    if told is None or "mains_oper_state" not in told:
        enpower = (yield from equipment()).enpower
        told = {
            "mains_admin_state": enpower and enpower.mains_admin_state,
            "mains_oper_state": enpower and enpower.mains_oper_state,
        }
    return {name: told.get(name) for name in ("mains_admin_state", "mains_oper_state")}


def _is_at(state: Mapping[str, Any], position: str) -> bool | None:
    """Whether the relay is in a position because that was requested.

    Off grid it is ``open synchronizing``, then ``open synchronized``: only the first word is
    compared. In an outage it is open although ``closed`` was requested.
    """
    does, told = state["mains_oper_state"], state["mains_admin_state"]
    words = does.split() if isinstance(does, str) else []
    return words[0] == position and told in (position, None) if words else None


def _too_empty(batteries: object, charge: object, lowest: float) -> str | None:
    if not batteries:
        return "off grid there would be no power: this gateway has no IQ Battery"
    if not isinstance(charge, int | float):
        return (
            None
            if lowest == 0
            else (
                "the charge of the batteries cannot be read; use minimum_soc=0 (--minimum-soc 0) "
                "to skip this check"
            )
        )
    if charge < lowest:
        return (
            f"the batteries are at {charge:g} %, below {lowest:g} %: off the grid they would soon "
            "be empty; wait, or allow less with minimum_soc= (--minimum-soc)"
        )
    return None


def dry_contact(
    asking: Asking, contact: str, status: Literal["open", "closed"], *, unsettled: float = 0.0
) -> Flow[Plan]:
    """Open or close a dry contact; for `unsettled` seconds its reported status is wrong."""
    checked_choice(contact, "id", _CONTACTS)
    yield from _controller(asking, "a dry contact")
    before = yield from _contact_status(contact)
    if before is None:
        raise NotAvailableError(f"this gateway has no dry contact {contact}")

    def look() -> Flow[Look]:
        now = yield from _contact_status(contact)
        at = None if now is None else now == status
        return Look({"status": now}, at, at, {"status": now})

    later = unsettled if contact.startswith("NC") else 0.0
    return Plan(
        request=PlannedRequest(
            "POST",
            sources.DRY_CONTACTS.path,
            {"dry_contacts": {"id": contact, "status": status}},
            _SWITCHES,
            before={"status": None if later else before},
            requested={"status": status},
        ),
        look=look,
        looks_at=[later + seconds for seconds in _CONTACT_LOOKS],
    )


def _contact_status(contact: str) -> Flow[str | None]:
    told = yield from document(sources.DRY_CONTACTS.path)
    for record in objects(told.get("dry_contacts")):
        if record.get("id") == contact and isinstance(record.get("status"), str):
            return str(record["status"])
    return None


def dry_contact_settings(asking: Asking, contact: str, changes: Mapping[str, Any]) -> Flow[Plan]:
    """Change the settings of a dry contact; the whole record is sent back with all its keys."""
    checked_choice(contact, "id", _CONTACTS)
    if not changes:
        raise InvalidArgumentError("name at least one setting to change, such as load_name=")
    yield from _controller(asking, "the settings of a dry contact")
    record = yield from _settings_of(contact)
    if record is None:
        raise NotAvailableError(f"this gateway has no settings of dry contact {contact}")
    requested = {
        name: _value(name, value, record)
        for given, value in changes.items()
        for name in [_RECORD_NAMES.get(given, given)]
    }
    whole = {**record, **requested}
    low, high = whole.get("soc_low"), whole.get("soc_high")
    asked = not requested.keys().isdisjoint(("soc_low", "soc_high"))
    if asked and isinstance(low, int | float) and isinstance(high, int | float) and low >= high:
        raise InvalidArgumentError(
            f"soc_low ({low:g}) must be below soc_high ({high:g}); change both"
        )

    def look() -> Flow[Look]:
        now = yield from _settings_of(contact)
        after = {name: look_up(now, name) for name in requested}
        # Only the stored settings can be read; nothing shows their effect before they act.
        stored = None if now is None else after == requested
        return Look(after, stored, stored, after)

    return Plan(
        request=PlannedRequest(
            "POST",
            sources.DRY_CONTACT_SETTINGS.path,
            {"dry_contacts": whole},
            before={name: record[name] for name in requested},
            requested=requested,
        ),
        look=look,
        looks_at=_SETTINGS_LOOKS,
    )


def _settings_of(contact: str) -> Flow[dict[str, Any] | None]:
    told = yield from document(sources.DRY_CONTACT_SETTINGS.path)
    for record in objects(told.get("dry_contacts")):
        if record.get("id") == contact:
            return record
    return None


def _value(name: str, value: Any, record: Mapping[str, Any]) -> Any:
    """A value in the form that the record uses: a number, a text, or true and false as text.

    Raises:
        InvalidArgumentError: There is no such setting, or the value is not valid.
    """
    if name == "id" or name not in record:
        known = ", ".join(key for key in record if key != "id")
        raise InvalidArgumentError(f"this contact has no setting {name!r}; it has: {known}")
    standing = record[name]
    if standing in _FLAGS or isinstance(standing, bool):
        on = checked_flag(_FLAGS.get(value, value) if isinstance(value, str) else value, name)
        return on if isinstance(standing, bool) else str(on).lower()
    if isinstance(standing, int | float):
        number = checked_number(value, name, *_RANGES.get(name, (0, 1_000_000)))
        return float(number) if isinstance(standing, float) else number
    if isinstance(standing, str):
        if name in _WORDS:
            return checked_choice(value, name, _WORDS[name])
        if not isinstance(value, str) or not value.isprintable() or len(value) > _LONGEST_NAME:
            raise InvalidArgumentError(f"{name} must be text of {_LONGEST_NAME} characters at most")
        return value
    if type(value) is type(standing):
        return value
    raise InvalidArgumentError(f"{name} must be a {type(standing).__name__}")
