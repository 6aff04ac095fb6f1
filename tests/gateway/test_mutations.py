"""Answers with one thing wrong, anywhere: problems come out, never foreign exceptions, and what
the wrong thing has no part in stays as it was."""

from __future__ import annotations

import copy
import json
import pickle
from collections.abc import Iterator
from typing import Any

import pytest
from attrs import fields
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from enphase_sdk.core.effects import Reply
from enphase_sdk.errors import (
    APIResponseValidationError,
    AuthenticationError,
    EnphaseError,
    NotAvailableError,
)
from enphase_sdk.gateway.identity import GatewayInfo, identify, parse_info
from enphase_sdk.gateway.profile import GatewayProfile
from enphase_sdk.gateway.reading import read
from enphase_sdk.gateway.snapshot import Snapshot
from tests.gateway import homes
from tests.gateway.gateways import RECORDINGS, Answer, FakeGateway, ok, recorded

SYSTEM = {
    f"system_{kind}{phases}"
    for kind in ("production", "consumption", "net_consumption")
    for phases in ("", "_phases")
}
ACB = {"acb_power", "acb_inventory", "battery_aggregate"}
RELAYS = {"dry_contact_status", "dry_contact_settings"}
GENERATOR = {"generator", "generator_config", "generator_mode", "generator_schedule"}
BOXES = {"encharge_inventory", "enpower", "collar", "c6cc", "encharge_power", "encharge_aggregate"}

# What an endpoint has a part in, in a first reading: what it tells, and what is asked for it.
PART_IN = {
    homes.METERS: SYSTEM | {"ctmeters", "ctmeters_phases"},
    homes.READINGS: {"ctmeters", "ctmeters_phases"},
    homes.PAGE: SYSTEM | ACB,
    homes.V1: {"system_production"},
    homes.DEVICE_DATA: {"inverters"},
    homes.INVERTERS: {"inverters"},
    homes.INVENTORY: BOXES | RELAYS | GENERATOR,
    homes.SECCTRL: {"encharge_aggregate", "battery_aggregate"},
    homes.POWER: {"encharge_power"},
    homes.DRY_CONTACTS: {"dry_contact_status"},
    homes.CONTACT_SETTINGS: {"dry_contact_settings"},
    homes.ACB_INVENTORY: {"acb_inventory"},
    homes.TARIFF: {"tariff"},
    homes.GEN_CONFIG: GENERATOR,
    homes.GENERATOR: {"generator"},
    homes.GEN_SCHEDULE: {"generator_schedule"},
    homes.GEN_MODE: {"generator_mode"},
}
# Where a wrong thing in one answer shows in another: a meter is missing among the readings.
SHOWS_IN = {homes.METERS: {homes.READINGS, homes.PAGE, homes.V1}}

FLOATS = st.floats(allow_nan=False, allow_infinity=False)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | FLOATS | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=5,
)
DELETED = object()
ODD: list[Any] = [None, "", "unseen", 0, -1, 1.5, True, [], {}, [[]], 10**30]
PROFILE = settings(
    max_examples=300,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    yield path
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from places(inner, (*path, name))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from places(inner, (*path, index))


def changed(document: Any, path: tuple[Any, ...], new: Any) -> Any:
    if not path:
        return new
    result = copy.deepcopy(document)
    holder = result
    for step in path[:-1]:
        holder = holder[step]
    if new is DELETED:
        del holder[path[-1]]
    else:
        holder[path[-1]] = new
    return result


class House:
    """A gateway whose first reading is known, so that it can be compared with mutated ones."""

    def __init__(self, answers: dict[str, Answer], info: GatewayInfo) -> None:
        self.info = info
        gateway = FakeGateway(answers)
        self.healthy = gateway.run(read(info, GatewayProfile(), now=0.0))
        self.answers = {endpoint: gateway.answers.get(endpoint) for endpoint in gateway.asked}
        self.refuses = any(isinstance(a, Reply) and a.status == 401 for a in self.answers.values())
        self.documents: dict[str, Any] = {}
        for endpoint, answer in self.answers.items():
            if isinstance(answer, Reply) and answer.status == 200:
                try:
                    self.documents[endpoint] = json.loads(answer.content)
                except ValueError:
                    continue  # a page of HTML

    def with_answer(self, endpoint: str, answer: Answer) -> Snapshot:
        answers = {k: v for k, v in self.answers.items() if v is not None} | {endpoint: answer}
        return FakeGateway(answers).run(read(self.info, GatewayProfile(), now=0.0))


def _houses() -> dict[str, House]:
    houses = {"everything": House(homes.everything(), homes.info())}
    listed = {k: v for k, v in homes.everything().items() if k != homes.DEVICE_DATA}
    houses["no details"] = House(listed, homes.info())
    unmetered = {
        homes.PAGE: homes.page(homes.inverters_entry()),
        homes.V1: homes.v1(),
        homes.INVERTERS: ok([homes.listed_inverter(str(serial)) for serial in range(5)]),
    }
    houses["unmetered"] = House(unmetered, homes.info("7.6.114", imeter=False))
    for name in RECORDINGS:
        gateway = recorded(name)
        houses[name] = House(gateway.answers, gateway.run(identify()))
    return houses


HOUSES = _houses()


@st.composite
def mutations(draw: st.DrawFn) -> tuple[House, str, tuple[Any, ...], Any]:
    house = HOUSES[draw(st.sampled_from(sorted(HOUSES)))]
    endpoint = draw(st.sampled_from(sorted(house.documents)))
    document = house.documents[endpoint]
    path = draw(st.sampled_from(list(places(document))))
    new = draw(st.sampled_from(ODD) | JSON | (st.just(DELETED) if path else st.nothing()))
    return house, endpoint, path, new


def differing_fields(one: Snapshot, other: Snapshot) -> set[str]:
    names = {field.name for field in fields(Snapshot)} - {"problems"}
    return {name for name in names if getattr(one, name) != getattr(other, name)}


@PROFILE
@given(mutations())
def test_one_wrong_thing_in_one_answer(mutation: tuple[House, str, tuple[Any, ...], Any]) -> None:
    house, endpoint, path, new = mutation
    answer = ok(changed(house.documents[endpoint], path, new))
    try:
        snapshot = house.with_answer(endpoint, answer)
    except AuthenticationError:
        # All that is left of this gateway is refusals: the login may be what is wrong.
        assert house.refuses
        assert path == ()
        return
    except (APIResponseValidationError, NotAvailableError):
        # It was all that this gateway tells.
        assert len(house.documents) == 1
        assert path == ()
        return
    assert differing_fields(snapshot, house.healthy) <= PART_IN[endpoint]
    endpoints = {problem.endpoint for problem in snapshot.problems}
    assert endpoints <= {endpoint} | SHOWS_IN.get(endpoint, set())
    assert json.loads(json.dumps(snapshot.to_dict())) == snapshot.to_dict()
    assert pickle.loads(pickle.dumps(snapshot)) == snapshot


@PROFILE
@given(st.sampled_from(sorted(HOUSES)), st.data())
def test_one_wrong_record_leaves_the_other_inverters_alone(name: str, data: st.DataObject) -> None:
    house = HOUSES[name]
    records = house.documents.get(homes.INVERTERS)
    if not records:
        return
    index = data.draw(st.integers(0, len(records) - 1))
    path = data.draw(st.sampled_from(list(places(records[index]))))
    new = data.draw(JSON)
    snapshot = house.with_answer(homes.INVERTERS, ok(changed(records, (index, *path), new)))
    hit = {records[index]["serialNumber"]}
    if path == ("serialNumber",) and isinstance(new, str):
        hit.add(new)
    for serial, inverter in house.healthy.inverters.items():
        assert serial in hit or snapshot.inverters[serial] == inverter


@PROFILE
@given(
    st.sampled_from(sorted(HOUSES)),
    st.data(),
    st.binary(max_size=3),
    st.integers(0, 10**6),
    st.integers(0, 50),
)
def test_wrong_bytes_in_one_answer(
    name: str, data: st.DataObject, inserted: bytes, position: int, cut: int
) -> None:
    house = HOUSES[name]
    endpoint = data.draw(st.sampled_from(sorted(house.documents)))
    content = json.dumps(house.documents[endpoint]).encode()
    position %= len(content)
    broken = content[:position] + inserted + content[position + cut :]
    try:
        snapshot = house.with_answer(endpoint, ok(broken))
    except (APIResponseValidationError, NotAvailableError):
        # It was all that this gateway tells.
        assert len(house.documents) == 1
        return
    assert differing_fields(snapshot, house.healthy) <= PART_IN[endpoint]


@PROFILE
@given(st.binary(max_size=40), st.integers(0, 400), st.integers(0, 40))
def test_wrong_bytes_in_the_identity(inserted: bytes, position: int, cut: int) -> None:
    whole = (
        b"<?xml version='1.0' encoding='UTF-8'?>\n<envoy_info>\n<time>1753703630</time>\n"
        b"<device>\n<sn>123456789012</sn>\n<pn>800-00649-r01</pn>\n<software>D8.3.5167</software>"
        b"\n<imeter>true</imeter>\n</device>\n</envoy_info>\n"
    )
    position %= len(whole)
    try:
        info = parse_info(whole[:position] + inserted + whole[position + cut :])
    except EnphaseError:
        return
    assert info.serial_number
    assert info.version >= (3, 9)


@pytest.mark.parametrize("endpoint", PART_IN)
def test_the_map_of_parts_is_not_wider_than_it_must_be(endpoint: str) -> None:
    house = HOUSES["everything"]
    if endpoint not in house.documents:
        house = HOUSES["unmetered"]
    lost = differing_fields(house.with_answer(endpoint, Reply(404)), house.healthy)
    assert lost
    assert lost <= PART_IN[endpoint]
