"""Requests of API v4 that read and change a system's settings."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, TypeAlias

from enphase_sdk.cloud.api import Call, call
from enphase_sdk.cloud.arguments import integer
from enphase_sdk.cloud.v4.extras.changing import Writing, one_of, whole
from enphase_sdk.errors import InvalidArgumentError

if TYPE_CHECKING:
    from enphase_sdk_api_v4 import models as v4

CONFIGURATION = "System Configurations"


def battery_settings(system_id: int) -> Call[v4.BatterySettings]:
    """Operation BatterySettings."""
    from enphase_sdk_api_v4.api.default import battery_settings as api

    number = integer(system_id, "system_id")
    made = api.request(number)
    return call(api, made, access=CONFIGURATION, system_id=number)


def storm_guard(system_id: int) -> Call[v4.StormGuard]:
    """Operation StormGuard."""
    from enphase_sdk_api_v4.api.default import storm_guard as api

    number = integer(system_id, "system_id")
    made = api.request(number)
    return call(api, made, access=CONFIGURATION, system_id=number)


def grid_status(system_id: int) -> Call[v4.GridStatus]:
    """Operation GridStatus."""
    from enphase_sdk_api_v4.api.default import grid_status as api

    number = integer(system_id, "system_id")
    made = api.request(number)
    return call(api, made, access=CONFIGURATION, system_id=number)


def load_control(system_id: int) -> Call[v4.LoadControl]:
    """Operation LoadControl."""
    from enphase_sdk_api_v4.api.default import load_control as api

    number = integer(system_id, "system_id")
    made = api.request(number)
    return call(api, made, access=CONFIGURATION, system_id=number)


def set_battery_settings(system_id: int, **changes: Any) -> Writing:
    """Operation SetBatterySettings; settings that are not named keep their values."""
    from enphase_sdk_api_v4.api.default import set_battery_settings as api
    from enphase_sdk_api_v4.models import BatterySettingsChange

    number = integer(system_id, "system_id")
    body = changed(BatterySettingsChange, changes, _BATTERY)
    made = api.request(number, body=body)
    requested = body.to_dict()
    reserve = requested.get("reserve_soc")

    def check(standing: v4.BatterySettings) -> None:
        lowest = standing.battery_shutdown_level
        if reserve is not None and reserve < lowest:
            raise InvalidArgumentError(
                f"reserve_soc must be {lowest} or more, the charge at which the battery switches "
                "itself off (battery_shutdown_level)"
            )

    return Writing(
        battery_settings(number),
        call(api, made, access=CONFIGURATION, system_id=number, is_read=False),
        requested,
        lambda standing: _named(standing.to_dict(), requested),
        check,
    )


def set_storm_guard(system_id: int, **changes: Any) -> Writing:
    """Operation SetStormGuard; settings that are not named keep their values."""
    from enphase_sdk_api_v4.api.default import set_storm_guard as api
    from enphase_sdk_api_v4.models import StormGuardChange

    number = integer(system_id, "system_id")
    body = changed(StormGuardChange, changes, {"storm_guard_status": _switch})
    made = api.request(number, body=body)
    requested = body.to_dict()
    return Writing(
        storm_guard(number),
        call(api, made, access=CONFIGURATION, system_id=number, is_read=False),
        requested,
        lambda standing: _named(standing.to_dict(), requested),
    )


def set_load_control(system_id: int, **changes: Any) -> Writing:
    """Operation SetLoadControl; settings that are not named keep their values."""
    from enphase_sdk_api_v4.api.default import set_load_control as api
    from enphase_sdk_api_v4.models import ControlledLoadChange

    number = integer(system_id, "system_id")
    if "name" not in changes and changes:
        raise InvalidArgumentError("name the load to change, such as name='NC1'")
    body = changed(ControlledLoadChange, changes, _LOAD)
    made = api.request(number, body=body)
    requested = body.to_dict()
    load = requested.pop("name")
    if not requested:
        raise InvalidArgumentError(
            f"nothing is to be changed of {load}; there are {', '.join(sorted(_LOAD))}"
        )
    if requested.get("mode") == _BY_CHARGE and "soc_low" not in requested:
        raise InvalidArgumentError(f"mode {_BY_CHARGE} needs soc_low too")

    def concerned(standing: v4.LoadControl) -> dict[str, Any]:
        for known in standing.load_control_data:
            if known.name == load:
                return _named(known.to_dict(), requested)
        return {}

    def check(standing: v4.LoadControl) -> None:
        names = [known.name for known in standing.load_control_data]
        if load not in names:
            raise InvalidArgumentError(
                f"there is no load {load!r}; there are: {', '.join(names) or 'none'}"
            )

    return Writing(
        load_control(number),
        call(api, made, access=CONFIGURATION, system_id=number, is_read=False),
        requested,
        concerned,
        check,
    )


_Check: TypeAlias = Callable[[str, Any], Any]


def _switch(name: str, value: Any) -> str:
    return one_of(name, value, ("enabled", "disabled"))


def _text(name: str, value: Any) -> str:
    if not isinstance(value, str) or not value.isprintable():
        raise InvalidArgumentError(f"{name} must be text")
    return value


def _percent(lowest: int, highest: int) -> _Check:
    return lambda name, value: whole(name, value, lowest, highest)


def _time_of_day(name: str, value: Any) -> int:
    return whole(name, value, 0, 86_400)


_BY_CHARGE = "Advanced_BatteryPowered"
_BATTERY: dict[str, _Check] = {
    "battery_mode": lambda name, value: one_of(
        name, value, ("Savings Mode", "Self-consumption", "Full Backup")
    ),
    "energy_independence": _switch,
    "reserve_soc": _percent(0, 100),
}
_LOAD: dict[str, _Check] = {
    "name": _text,
    "mode": lambda name, value: one_of(
        name,
        value,
        (
            "Basic",
            "Scheduled",
            _BY_CHARGE,
            "Advanced_GeneratorPowered",
            "Manual_always_powered",
            "Manual_always_not_powered",
        ),
    ),
    "soc_low": _percent(10, 90),
    "essential_start_time": _time_of_day,
    "essential_end_time": _time_of_day,
}


def _named(standing: dict[str, Any], requested: dict[str, Any]) -> dict[str, Any]:
    return {name: standing.get(name) for name in requested}


def changed(shape: Any, changes: dict[str, Any], checks: Mapping[str, _Check]) -> Any:
    """The body of a write, of the contract's shape.

    Raises:
        InvalidArgumentError: `changes` is empty, names a setting that cannot be changed, or a
            value is out of its range.
    """
    unknown = sorted(set(changes) - set(checks))
    if unknown or not changes:
        what = f"there is no setting {unknown[0]!r}" if unknown else "no setting is given"
        raise InvalidArgumentError(f"{what}; there are {', '.join(sorted(checks))}")
    return shape(**{name: checks[name](name, value) for name, value in changes.items()})
