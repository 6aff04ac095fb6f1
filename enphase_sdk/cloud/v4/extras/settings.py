"""Requests of API v4 that read and change a system's settings."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from attrs import fields

from enphase_sdk.cloud.api import Call, call
from enphase_sdk.cloud.arguments import integer
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


def set_battery_settings(system_id: int, **changes: Any) -> Call[v4.BatterySettings]:
    """Operation SetBatterySettings; settings that are not named keep their values."""
    from enphase_sdk_api_v4.api.default import set_battery_settings as api
    from enphase_sdk_api_v4.models import BatterySettingsChange

    number = integer(system_id, "system_id")
    made = api.request(number, body=changed(BatterySettingsChange, changes))
    return call(api, made, access=CONFIGURATION, system_id=number, is_read=False)


def set_storm_guard(system_id: int, **changes: Any) -> Call[v4.StormGuard]:
    """Operation SetStormGuard; settings that are not named keep their values."""
    from enphase_sdk_api_v4.api.default import set_storm_guard as api
    from enphase_sdk_api_v4.models import StormGuardChange

    number = integer(system_id, "system_id")
    made = api.request(number, body=changed(StormGuardChange, changes))
    return call(api, made, access=CONFIGURATION, system_id=number, is_read=False)


def set_load_control(system_id: int, **changes: Any) -> Call[v4.LoadControl]:
    """Operation SetLoadControl; settings that are not named keep their values."""
    from enphase_sdk_api_v4.api.default import set_load_control as api
    from enphase_sdk_api_v4.models import ControlledLoadChange

    number = integer(system_id, "system_id")
    made = api.request(number, body=changed(ControlledLoadChange, changes))
    return call(api, made, access=CONFIGURATION, system_id=number, is_read=False)


def changed(shape: Any, changes: dict[str, Any]) -> Any:
    """The body of a write.

    Raises:
        InvalidArgumentError: `changes` is empty, or names a setting that does not exist.
    """
    known = sorted(field.name for field in fields(shape))
    unknown = sorted(set(changes) - set(known))
    if unknown or not changes:
        what = f"there is no setting {unknown[0]!r}" if unknown else "no setting is given"
        raise InvalidArgumentError(f"{what}; there are {', '.join(known)}")
    return shape(**changes)
