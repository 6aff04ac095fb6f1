"""Real gateways: every value compared with what the ecosystem's client makes of it."""

from __future__ import annotations

import json
import pickle
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import pytest

from enphase_sdk.core.effects import Reply, Request
from enphase_sdk.errors import EnphaseError
from enphase_sdk.gateway.identity import GatewayInfo, identify
from enphase_sdk.gateway.profile import GatewayProfile
from enphase_sdk.gateway.reading import ENERGIES, EVERYTHING, fetch, read
from enphase_sdk.gateway.snapshot import Snapshot
from enphase_sdk.gateway.sources import HOME
from enphase_sdk.gateway.told import Part
from tests.gateway.differences import DIFFERENCES
from tests.gateway.gateways import NOTHING, RECORDINGS, every_recording, expectation, ok, recorded

MISSING = "missing"


def first_reading(name: str) -> tuple[GatewayInfo, GatewayProfile, Snapshot, list[str]]:
    gateway, profile = recorded(name), GatewayProfile()
    info = gateway.run(identify())
    return info, profile, gateway.run(read(info, profile, now=0.0)), gateway.asked


def differing(path: str, ours: Any, theirs: Any) -> Iterator[tuple[str, Any, Any]]:
    if isinstance(ours, dict) and isinstance(theirs, dict):
        for name in ours.keys() | theirs.keys():
            yield from differing(
                f"{path}.{name}", ours.get(name, MISSING), theirs.get(name, MISSING)
            )
    elif isinstance(ours, list) and isinstance(theirs, list) and len(ours) == len(theirs):
        for index, (our, their) in enumerate(zip(ours, theirs, strict=True)):
            yield from differing(f"{path}[{index}]", our, their)
    elif ours != theirs or type(ours) is not type(theirs):
        yield path, theirs, ours


@every_recording()
def test_every_value_is_as_expected_but_for_the_deliberate_differences(name: str) -> None:
    _, _, snapshot, _ = first_reading(name)
    known = [(d.path, d.expected, d.ours) for d in DIFFERENCES if d.recording == name]
    found = differing("$", snapshot.to_dict(), expectation(name)["data"])
    assert sorted(found, key=repr) == sorted(known, key=repr)


@pytest.mark.skipif(not RECORDINGS, reason="no recordings beside the checkout")
def test_each_deliberate_difference_is_of_a_recording_that_is_there() -> None:
    assert {difference.recording for difference in DIFFERENCES} <= set(RECORDINGS)


@every_recording()
def test_nothing_in_a_healthy_gateway_is_a_problem(name: str) -> None:
    _, _, snapshot, _ = first_reading(name)
    assert snapshot.problems == []


@every_recording()
def test_identity_is_as_expected(name: str) -> None:
    info, profile, _, _ = first_reading(name)
    identity = expectation(name)["identity"]
    del identity["auth"]  # logging in is not part of a reading
    assert identity == {
        "acb_count": profile.acb_count,
        "active_phase_count": profile.active_phase_count,
        "consumption_meter_type": profile.consumption_meter_type,
        "ct_meter_count": len(profile.ct_meter_list),
        "ct_meter_list": profile.ct_meter_list,
        "envoy_model": profile.model,
        "firmware": info.firmware,
        "is_metered": info.is_metered,
        "part_number": info.part_number,
        "phase_count": profile.phase_count,
        "phase_mode": profile.phase_mode,
        "production_meter_type": profile.production_meter_type,
        "serial_number": info.serial_number,
        "storage_meter_type": profile.storage_meter_type,
    }


@every_recording()
def test_the_network_interface_is_as_expected(name: str) -> None:
    gateway, profile = recorded(name), GatewayProfile()
    info = gateway.run(identify())
    snapshot = gateway.run(read(info, profile, now=0.0, wanted=EVERYTHING | {"home"}))
    expected = expectation(name)["interface"]
    if expected is None:
        assert snapshot.interface is None
        return
    home = recorded(name).run(fetch(HOME))
    assert snapshot.home == home
    assert snapshot.interface == home.interface
    assert home.interface is not None
    assert {field: getattr(home.interface, field) for field in expected} == expected


@every_recording()
def test_a_first_reading_asks_each_endpoint_once_and_no_more_than_the_other_client(
    name: str,
) -> None:
    _, _, _, asked = first_reading(name)
    assert len(asked) == len(set(asked))
    login = [r for r in expectation(name)["requests"] if r["phase"] == "authenticate"]
    assert len(asked) + len(login) <= len(expectation(name)["requests"])


@every_recording()
def test_a_second_reading_is_equal_and_asks_nothing_that_is_absent_or_twice(name: str) -> None:
    info, profile, first, _ = first_reading(name)
    gateway = recorded(name)
    assert gateway.run(read(info, profile, now=0.0)) == first
    assert len(gateway.asked) == len(set(gateway.asked))
    assert set(gateway.asked) <= profile.present


def zeros(document: Any) -> Any:
    """A document whose numbers are 0."""
    if isinstance(document, dict):
        return {name: zeros(value) for name, value in document.items()}
    if isinstance(document, list):
        return [zeros(value) for value in document]
    return document and 0 if isinstance(document, int | float) else document


# What the methods of a client read.
PARTS: dict[str, frozenset[Part]] = {
    "all": EVERYTHING,
    "energies": ENERGIES,
    "summary": frozenset(("production", "inverters")),
    "powers": frozenset(("production", "consumption")),
    "inventory": frozenset(("inverters", "meters", "devices")),
    "inverters": frozenset(("inverters", "devices")),
    "meters": frozenset(("meters",)),
}


@pytest.mark.proof
@pytest.mark.parametrize("parts", PARTS)
@pytest.mark.parametrize("outage", ["none", "absent", "zeros"])
@every_recording()
def test_a_client_of_an_outage_reads_in_the_end_what_a_new_one_reads(
    name: str, outage: str, parts: str
) -> None:
    info, first, _, _ = first_reading(name)
    gateway = recorded(name)

    def readings(profile: GatewayProfile, minutes: range) -> Snapshot | None:
        snapshot = None
        for minute in minutes:
            with suppress(EnphaseError):
                snapshot = None
                now = 60.0 * minute
                snapshot = gateway.run(read(info, profile, now=now, wanted=PARTS[parts]))
        return snapshot

    expected = readings(GatewayProfile(), range(3))
    for endpoint in first.present:
        usual, profile = gateway.answer(Request("GET", endpoint)), GatewayProfile()
        assert isinstance(usual, Reply)
        during = NOTHING if outage == "absent" else ok(zeros(json.loads(usual.content)))
        gateway.answers[endpoint] = usual if outage == "none" else during
        readings(profile, range(20))
        gateway.answers[endpoint] = usual
        assert readings(profile, range(20, 85)) == expected, endpoint
        if outage == "none":
            break


@every_recording()
def test_snapshots_and_profiles_pickle(name: str) -> None:
    _, profile, snapshot, _ = first_reading(name)
    assert pickle.loads(pickle.dumps(snapshot)) == snapshot
    assert pickle.loads(pickle.dumps(profile)) == profile
