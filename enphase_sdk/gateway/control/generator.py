"""Planning the writes of a generator: mode, schedule, and charging of the batteries."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from enphase_sdk.core.effects import Flow
from enphase_sdk.core.json import is_object
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
    or_none,
)
from enphase_sdk.gateway.control.changes import Look, Plan, PlannedRequest

__all__ = ["charging", "mode", "schedule"]

_MODES = {"off": 0, "on": 1, "auto": 2}
_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")

_MODE_LOOKS = (10.0, 30.0, 60.0, 120.0)
_DOCUMENT_LOOKS = (10.0, 30.0)

_STARTS = "the generator may start immediately"
_ACTIVE_AGAIN = (
    "every write of the schedule makes the default charges at which the generator starts and "
    "stops the active ones"
)

# The names in the SDK's model, and their places in the document.
_PLACES = {
    "default_start_soc": ("default_soc", "start_soc"),
    "start_soc": ("default_soc", "start_soc"),
    "default_stop_soc": ("default_soc", "stop_soc"),
    "stop_soc": ("default_soc", "stop_soc"),
    "exercise_day": ("exercise_config", "day"),
    "day": ("exercise_config", "day"),
    "exercise_duration": ("exercise_config", "duration"),
    "duration": ("exercise_config", "duration"),
    "exercise_freq_in_weeks": ("exercise_config", "freq_in_weeks"),
    "freq_in_weeks": ("exercise_config", "freq_in_weeks"),
    "exercise_start": ("exercise_config", "start"),
    "start": ("exercise_config", "start"),
}
_RANGES = {
    "start_soc": (0, 100),
    "stop_soc": (0, 100),
    "duration": (10, 60),
    "freq_in_weeks": (1, 4),
    "start": (0, 1439),
}


def _configuration(asking: Asking) -> Flow[dict[str, Any]]:
    """The generator's configuration.

    Raises:
        NotAvailableError: There is no generator, or no System Controller to start it.
    """
    asking.require("owner", "the generator")
    if (yield from equipment()).enpower is None:
        raise NotAvailableError(
            f"a generator needs a System Controller (Enpower), and {LISTS_NONE}"
        )
    return (yield from document(sources.GENERATOR_CONFIG.path))


def mode(asking: Asking, wanted: str) -> Flow[Plan]:
    """Run the generator, keep it off, or leave it to the gateway."""
    number = _MODES[checked_choice(wanted, "mode", _MODES)]
    yield from _configuration(asking)
    before = yield from _mode()

    def look() -> Flow[Look]:
        now = yield from _mode()
        does = yield from document(sources.GENERATOR.path)
        # Firmware writes both `close` and `closed`.
        runs = str(does.get("oper_state", "")).startswith("close")
        told = does.get("admin_mode")
        effective = None if told is None else told == number
        if effective and wanted != "auto":
            effective = runs == (wanted == "on")
        stored = now["gen_cmd"] == wanted if now["gen_cmd"] is not None else effective
        effect = {name: does.get(name) for name in ("admin_mode", "oper_state")}
        return Look(now, stored, effective, effect)

    return Plan(
        request=PlannedRequest(
            "POST",
            sources.GENERATOR_MODE.path,
            {"gen_cmd": wanted},
            None if wanted == "off" else _STARTS,
            before=before,
            requested={"gen_cmd": wanted},
        ),
        look=look,
        looks_at=_MODE_LOOKS,
    )


def _mode() -> Flow[dict[str, Any]]:
    """The requested mode; without that document, the mode in the generator's state."""
    told = look_up((yield from or_none(document(sources.GENERATOR_MODE.path))), "gen_cmd")
    if told is None:
        does = yield from or_none(document(sources.GENERATOR.path))
        modes = {number: word for word, number in _MODES.items()}
        told = modes.get(look_up(does, "admin_mode"))
    return {"gen_cmd": told}


def charging(asking: Asking, on: bool) -> Flow[Plan]:
    """Let the generator charge the batteries, or not."""
    wanted = checked_flag(on, "on")
    whole = yield from _configuration(asking)
    name = "charge_from_generator"
    if name not in whole:
        raise NotAvailableError(
            "this generator's configuration has no setting for charging the batteries"
        )

    def look() -> Flow[Look]:
        now = yield from document(sources.GENERATOR_CONFIG.path)
        stored = now.get(name) == wanted
        return Look({name: now.get(name)}, stored, stored, {name: now.get(name)})

    return Plan(
        request=PlannedRequest(
            "POST",
            sources.GENERATOR_CONFIG.path,
            {**whole, name: wanted},
            before={name: whole[name]},
            requested={name: wanted},
        ),
        look=look,
        looks_at=_DOCUMENT_LOOKS,
        # Without a battery the gateway answers 200 and turns it on again.
        can_revert=True,
    )


def schedule(asking: Asking, changes: Mapping[str, Any]) -> Flow[Plan]:
    """Change when the generator exercises, and the charge at which it starts and stops."""
    yield from _configuration(asking)
    whole = yield from document(sources.GENERATOR_SCHEDULE.path)
    if not look_up(whole, "exercise_config") or not is_object(whole["exercise_config"]):
        raise NotAvailableError(
            "this generator has no schedule yet; ask its installer to set it up"
        )
    requested = _placed(changes)
    body = dict(whole)
    before: dict[str, Any] = {}
    for (part, name), value in requested.items():
        standing = body.get(part)
        if not is_object(standing) or name not in standing:
            raise NotAvailableError(f"this generator's schedule has no {part}.{name}")
        before[f"{part}.{name}"] = whole[part][name]
        body[part] = {**standing, name: _like(standing[name], value)}
    limits = body.get("default_soc")
    low, high = look_up(limits, "start_soc"), look_up(limits, "stop_soc")
    if isinstance(low, int | float) and isinstance(high, int | float) and low >= high:
        raise InvalidArgumentError(f"start_soc ({low:g}) must be below stop_soc ({high:g})")
    wanted = {f"{part}.{name}": body[part][name] for part, name in requested}

    def look() -> Flow[Look]:
        now = yield from document(sources.GENERATOR_SCHEDULE.path)
        after = {f"{part}.{name}": look_up(now.get(part), name) for part, name in requested}
        stored = after == wanted
        return Look(after, stored, stored, after)

    return Plan(
        request=PlannedRequest(
            "POST",
            sources.GENERATOR_SCHEDULE.path,
            body,
            _ACTIVE_AGAIN,
            before=before,
            requested=wanted,
        ),
        look=look,
        looks_at=_DOCUMENT_LOOKS,
    )


def _placed(changes: Mapping[str, Any]) -> dict[tuple[str, str], Any]:
    """Each change with its place in the document, for both kinds of names.

    Raises:
        InvalidArgumentError: There is no such setting, or the value is not valid.
    """
    placed: dict[tuple[str, str], Any] = {}
    for given, value in changes.items():
        if given in ("default_soc", "exercise_config") and is_object(value):
            placed |= {_place(name, given): inner for name, inner in value.items()}
        else:
            placed[_place(given)] = value
    if not placed:
        raise InvalidArgumentError("name at least one setting to change, such as exercise_day=")
    for (_, name), value in placed.items():
        _check(name, value)
    return placed


def _place(name: str, part: str | None = None) -> tuple[str, str]:
    place = _PLACES.get(name)
    if place is None or part not in (None, place[0]):
        known = ", ".join(key for key in _PLACES if key.startswith(("default", "exercise")))
        raise InvalidArgumentError(f"a generator's schedule has no setting {name!r}; use: {known}")
    return place


def _check(name: str, value: Any) -> None:
    if name == "day":
        checked_choice(value, "exercise_day", _DAYS)
        return
    number = checked_number(value, name, *_RANGES[name])
    if number != int(number):
        raise InvalidArgumentError(f"{name} must be a whole number")
    if name == "duration" and number % 10:
        # Other values are stored, but Enphase's app then shows nothing.
        raise InvalidArgumentError("duration must be 10, 20, … 60 minutes")


def _like(standing: Any, value: Any) -> Any:
    """A number of the same type as the present value."""
    if isinstance(value, str):
        return value
    return float(value) if isinstance(standing, float) else int(value)
