"""Values that no device can have are None and a problem, in whatever part of a reading."""

from __future__ import annotations

import json
from typing import Any

import pytest

from enphase_sdk.core.effects import Reply
from enphase_sdk.gateway.fields import Fields
from enphase_sdk.gateway.identity import identify
from enphase_sdk.gateway.mapping.live import Setup, livedata_sample, meter_sample
from enphase_sdk.gateway.powers import powers
from enphase_sdk.gateway.profile import GatewayProfile
from enphase_sdk.gateway.ranges import ranged
from enphase_sdk.gateway.reading import read
from tests.gateway import homes
from tests.gateway.gateways import Answer, every_recording, ok, recorded

SENTINELS = [2**32 - 1, 2**31 - 1, -(2**31), 2**63 - 1, 1e18]


def changed(value: Any, name: str, new: float) -> Any:
    """A document in which every field of this name has another value."""
    if isinstance(value, dict):
        return {k: new if k == name else changed(v, name, new) for k, v in value.items()}
    return [changed(item, name, new) for item in value] if isinstance(value, list) else value


def document_of(answer: Answer) -> Any:
    """The document in an answer."""
    assert isinstance(answer, Reply)
    return json.loads(answer.content)


@pytest.mark.parametrize("sentinel", SENTINELS)
@pytest.mark.parametrize(
    ("endpoint", "name", "part", "fields"),
    [
        ("/ivp/ensemble/power", "real_power_mw", "encharge_power", ["real_power_mw"]),
        ("/ivp/ensemble/power", "soc", "encharge_power", ["soc"]),
        ("/ivp/ensemble/inventory", "percentFull", "encharge_inventory", ["percent_full"]),
        ("/ivp/ensemble/inventory", "maxCellTemp", "encharge_inventory", ["max_cell_temp"]),
        ("/ivp/ensemble/secctrl", "ENC_agg_soc", "encharge_aggregate", ["state_of_charge"]),
        ("/ivp/ensemble/secctrl", "agg_soc", "battery_aggregate", ["state_of_charge"]),
        ("/ivp/meters/readings", "voltage", "ctmeters", ["voltage"]),
        ("/ivp/meters/readings", "current", "ctmeters", ["current"]),
        ("/ivp/meters/readings", "freq", "ctmeters", ["frequency"]),
        ("/inventory.json?deleted=1", "percentFull", "acb_inventory", ["percent_full"]),
        ("/ivp/pdm/device_data", "channelTemp", "inverters", ["temperature"]),
    ],
)
def test_a_value_of_a_device_that_has_nothing_to_show(
    endpoint: str, name: str, part: str, fields: list[str], sentinel: float
) -> None:
    answers = homes.everything()
    whole = homes.reading(answers)
    document = changed(document_of(answers[endpoint]), name, sentinel)
    snapshot = homes.reading({**answers, endpoint: ok(document)})
    right, wrong = getattr(whole, part), getattr(snapshot, part)
    one, other = ((next(iter(p.values())) if isinstance(p, dict) else p) for p in (right, wrong))
    for field in fields:
        assert getattr(one, field) is not None
        assert getattr(other, field) is None
    assert {problem.endpoint for problem in snapshot.problems} == {endpoint}


def test_the_house_is_not_known_while_a_battery_s_power_is_not() -> None:
    answers = homes.everything()
    meters = [homes.meter(1, "production"), homes.meter(2, "net-consumption")]  # none of batteries
    answers["/ivp/meters"] = ok(meters)
    assert powers(homes.reading(answers))["house_w"] is not None
    document = changed(document_of(answers["/ivp/ensemble/power"]), "real_power_mw", 2**31 - 1)
    told = powers(homes.reading({**answers, "/ivp/ensemble/power": ok(document)}))
    assert told["batteries_w"] is None
    assert told["house_w"] is None


@every_recording()
def test_no_value_of_a_real_gateway_is_out_of_range(name: str) -> None:
    gateway = recorded(name)
    snapshot = gateway.run(read(gateway.run(identify()), GatewayProfile(), now=0.0))
    told: list[str] = []
    for part in (
        *(snapshot.ctmeters, *snapshot.ctmeters_phases.values(), snapshot.inverters),
        *(snapshot.encharge_inventory, snapshot.encharge_power, snapshot.encharge_aggregate),
        *(snapshot.acb_inventory, snapshot.acb_power, snapshot.battery_aggregate),
        *(snapshot.enpower, snapshot.collar),
    ):
        assert ranged(part, told.append) == part
    assert told == []
    assert snapshot.problems == []


@pytest.mark.parametrize("sentinel", [2**63 - 1, 1e18, -1e18, (2**32 - 1) * 1000])
def test_live_data_of_a_device_that_has_nothing_to_show(sentinel: float) -> None:
    setup = Setup(info=homes.info(), has_batteries=True)
    groups = {name: {"agg_p_mw": sentinel} for name in ("pv", "storage", "grid", "load")}
    document = {"connection": {}, "meters": {"last_update": 1_700_000_000, "soc": 255, **groups}}
    sample, _ = livedata_sample(Fields(document, lambda _: None), setup, 1_700_000_000)
    assert (sample.pv_w, sample.grid_w, sample.battery_w, sample.load_w) == (None,) * 4
    assert sample.state_of_charge is None
    phases = {f"ph-{name}": {"p": sentinel} for name in "abc"}
    event = Fields({"production": phases, "net-consumption": phases}, lambda _: None)
    measured = meter_sample(event, setup, 1_700_000_000)
    assert (measured.pv_w, measured.grid_w) == (None, None)
