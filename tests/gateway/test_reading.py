"""A reading as a whole: what is asked, what is remembered, and what goes wrong on the way."""

from __future__ import annotations

from typing import Any

import pytest
from attrs import fields

from enphase_sdk.core.effects import Reply
from enphase_sdk.errors import (
    APIConnectionError,
    APIResponseValidationError,
    APITimeoutError,
    AuthenticationError,
    EnphaseError,
    NotAvailableError,
    ServerError,
)
from enphase_sdk.gateway.profile import GatewayProfile
from enphase_sdk.gateway.reading import EVERYTHING, PLAN, fetch, read
from enphase_sdk.gateway.snapshot import Snapshot
from enphase_sdk.gateway.sources import (
    ENSEMBLE_STATUS,
    GRID_RELAY,
    METERS,
    POWER_EXPORT_LIMIT,
    TARIFF,
)
from tests.gateway import homes
from tests.gateway.gateways import HTML, NOTHING, Answer, FakeGateway, ok

REFUSED = Reply(401, {}, b'{"status": 401, "error": "", "info": "Authentication required"}')

FAILURES: dict[str, Answer] = {
    "503": Reply(503),
    "404": NOTHING,
    "401": REFUSED,
    "html": HTML,
    "error": Reply(200, {}, b'{"error": "busy"}'),
    "err": Reply(200, {}, b'{"err": "busy"}'),
    "empty list": Reply(200, {}, b"[]"),
    "empty object": Reply(200, {}, b"{}"),
    "nothing": Reply(200),
    "cut off": Reply(200, {}, b'[{"eid": 70464'),
    "number": Reply(200, {}, b"7"),
    "list of numbers": Reply(200, {}, b"[1, 2]"),
    "other object": Reply(200, {}, b'{"something": "else"}'),
    "malformed": Reply(200, {}, b'{"load_name": "K\xfcche'),
    "timeout": APITimeoutError("too slow"),
    "gone": APIConnectionError("connection reset"),
}

# What else is lost when an endpoint fails: what cannot be known without it.
LOST = {
    homes.METERS: {"ctmeters", "ctmeters_phases"},
    homes.READINGS: {"ctmeters", "ctmeters_phases"},
    homes.PAGE: {
        *(f"system_{kind}" for kind in ("production", "consumption", "net_consumption")),
        *(f"system_{kind}_phases" for kind in ("production", "consumption", "net_consumption")),
        "acb_power",
    },
    homes.DEVICE_DATA: {"inverters"},
    homes.INVENTORY: {"encharge_inventory", "enpower", "collar", "c6cc"},
    homes.SECCTRL: {"encharge_aggregate", "battery_aggregate"},
    homes.POWER: {"encharge_power"},
    homes.DRY_CONTACTS: {"dry_contact_status"},
    homes.CONTACT_SETTINGS: {"dry_contact_settings"},
    homes.ACB_INVENTORY: {"acb_inventory"},
    homes.TARIFF: {"tariff"},
    homes.GEN_CONFIG: {"generator_config"},
    homes.GENERATOR: {"generator"},
    homes.GEN_SCHEDULE: {"generator_schedule"},
    homes.GEN_MODE: {"generator_mode"},
}


def differing_fields(one: Snapshot, other: Snapshot) -> set[str]:
    names = {field.name for field in fields(Snapshot)} - {"problems"}
    return {name for name in names if getattr(one, name) != getattr(other, name)}


def test_a_house_with_everything_is_read_with_one_request_for_each_endpoint() -> None:
    gateway = FakeGateway(homes.everything())
    snapshot = gateway.run(homes.first_flow())
    assert snapshot.problems == []
    assert sorted(gateway.asked) == sorted(LOST)
    on_demand = {"home", "devices", "problems"}
    empty = {field.name for field in fields(Snapshot) if not getattr(snapshot, field.name)}
    assert empty == on_demand


def test_the_plan_asks_no_endpoint_twice() -> None:
    endpoints = [step.source.endpoint for step in PLAN]
    assert len(endpoints) == len(set(endpoints))


@pytest.mark.parametrize("failure", FAILURES)
@pytest.mark.parametrize("endpoint", LOST)
def test_one_failing_endpoint_never_loses_the_rest(endpoint: str, failure: str) -> None:
    profile = GatewayProfile()
    healthy = FakeGateway(homes.everything()).run(read(homes.info(), profile, now=0.0))
    gateway = FakeGateway(homes.everything() | {endpoint: FAILURES[failure]})
    snapshot = gateway.run(read(homes.info(), profile, now=0.0))
    assert differing_fields(snapshot, healthy) <= LOST[endpoint]
    assert endpoint in {problem.endpoint for problem in snapshot.problems}
    again = FakeGateway(homes.everything()).run(read(homes.info(), profile, now=0.0))
    assert again == healthy


@pytest.mark.parametrize("failure", ["503", "401", "nothing", "cut off", "malformed", "timeout"])
@pytest.mark.parametrize("endpoint", LOST)
def test_failing_at_first_is_not_being_absent(endpoint: str, failure: str) -> None:
    profile = GatewayProfile()
    failing = FakeGateway(homes.everything() | {endpoint: FAILURES[failure]})
    failing.run(read(homes.info(), profile, now=0.0))
    assert endpoint not in profile.absent
    healthy = FakeGateway(homes.everything()).run(homes.first_flow())
    assert FakeGateway(homes.everything()).run(read(homes.info(), profile, now=0.0)) == healthy


def test_what_is_absent_is_no_problem_and_not_asked_again() -> None:
    profile, gateway = GatewayProfile(), FakeGateway({homes.V1: homes.v1()})
    assert gateway.run(read(homes.info("7.6.114", imeter=False), profile, now=0.0)).problems == []
    gateway.asked.clear()
    gateway.run(read(homes.info("7.6.114", imeter=False), profile, now=0.0))
    assert gateway.asked == [homes.V1]


def test_firmware_before_batteries_is_not_asked_for_them() -> None:
    gateway = FakeGateway({homes.V1: homes.v1()})
    gateway.run(read(homes.info("4.2.27"), GatewayProfile(), now=0.0))
    assert homes.INVENTORY not in gateway.asked


def test_slow_pages_are_asked_on_demand_only() -> None:
    answers = homes.everything() | {"/home": ok({"timezone": "Europe/Berlin"})}
    assert FakeGateway(answers).run(homes.first_flow()).home is None
    flow = read(homes.info(), GatewayProfile(), now=0.0, wanted=EVERYTHING | {"home"})
    home = FakeGateway(answers).run(flow).home
    assert home is not None
    assert home.timezone == "Europe/Berlin"


class Silent(dict[str, Answer]):
    """Every request goes unanswered but for those that are listed."""

    def get(self, key: str, default: Any = None) -> Any:
        return super().get(key, default if default is not NOTHING else APITimeoutError("slow"))


def test_a_gateway_that_does_not_answer_is_not_asked_on() -> None:
    gateway = FakeGateway(Silent())
    with pytest.raises(APITimeoutError):
        gateway.run(homes.first_flow())
    assert len(gateway.asked) == 2


def test_the_only_request_of_a_reading_may_fail_it() -> None:
    profile = GatewayProfile()
    info = homes.info("4.2.27", imeter=False)
    FakeGateway({homes.V1: homes.v1()}).run(read(info, profile, now=0.0))
    with pytest.raises(APIConnectionError):
        FakeGateway({homes.V1: APIConnectionError("gone")}).run(read(info, profile, now=0.0))


def test_a_gateway_that_stops_answering_is_left_alone_and_keeps_what_it_gave() -> None:
    profile = GatewayProfile()
    healthy = FakeGateway(homes.everything()).run(read(homes.info(), profile, now=0.0))
    first = {name: homes.everything()[name] for name in (homes.METERS, homes.READINGS, homes.PAGE)}
    gateway = FakeGateway(Silent(first))
    snapshot = gateway.run(read(homes.info(), profile, now=0.0))
    assert snapshot.system_production == healthy.system_production
    assert snapshot.ctmeters == healthy.ctmeters
    assert len(gateway.asked) == len(first) + 3
    unread = {problem.endpoint for problem in snapshot.problems}
    assert unread >= {homes.DEVICE_DATA, homes.INVENTORY, homes.POWER, homes.TARIFF}


# Logging in


def test_a_token_that_is_not_accepted_fails_the_reading_at_once() -> None:
    gateway = FakeGateway(dict.fromkeys(LOST, REFUSED))
    with pytest.raises(AuthenticationError, match="renew the token") as caught:
        gateway.run(homes.first_flow())
    assert caught.value.status_code == 401
    assert len(gateway.asked) == 2


def test_a_token_that_may_not_read_one_endpoint_reads_the_others() -> None:
    healthy = FakeGateway(homes.everything()).run(homes.first_flow())
    gateway = FakeGateway(homes.everything() | {homes.TARIFF: Reply(403)})
    snapshot = gateway.run(homes.first_flow())
    assert differing_fields(snapshot, healthy) == {"tariff"}
    assert [problem.endpoint for problem in snapshot.problems] == [homes.TARIFF]


def test_what_old_firmware_refuses_every_login_is_no_refused_login_when_asked_alone() -> None:
    info, profile = homes.info("3.9.36", imeter=False), GatewayProfile()
    gateway = FakeGateway({homes.V1: homes.v1(), homes.INVERTERS: REFUSED})
    asked = 0
    for minute in range(180):
        gateway.asked.clear()
        reading = read(info, profile, now=60.0 * minute, wanted=frozenset({"inverters"}))
        assert gateway.run(reading).inverters == {}
        asked += homes.INVERTERS in gateway.asked
    assert asked > 1
    gateway.answers[homes.V1] = REFUSED
    with pytest.raises(AuthenticationError):
        gateway.run(read(info, profile, now=60.0 * 180))


def test_old_firmware_that_refuses_in_spite_of_a_good_login_has_no_such_thing() -> None:
    profile = GatewayProfile()
    gateway = FakeGateway({homes.V1: homes.v1(), homes.INVERTERS: REFUSED, homes.TARIFF: REFUSED})
    info = homes.info("3.9.36", imeter=False)
    assert gateway.run(read(info, profile, now=0.0)).problems == []
    assert profile.refused == {homes.INVERTERS, homes.TARIFF}
    gateway.asked.clear()
    gateway.run(read(info, profile, now=0.0))
    assert gateway.asked == [homes.V1]


@pytest.mark.parametrize("firmware", ["3.9.36", "8.2.4286"])
def test_if_all_is_refused_the_login_is_bad_and_nothing_is_remembered(firmware: str) -> None:
    profile = GatewayProfile()
    gateway = FakeGateway(dict.fromkeys([*LOST, homes.V1], REFUSED))
    with pytest.raises(AuthenticationError):
        gateway.run(read(homes.info(firmware), profile, now=0.0))
    assert not profile.absent & {homes.METERS, homes.TARIFF, homes.V1}
    assert not profile.refused


def test_one_refusal_among_absences_is_a_bad_login_with_a_token() -> None:
    gateway = FakeGateway({homes.TARIFF: REFUSED})
    with pytest.raises(AuthenticationError):
        gateway.run(homes.first_flow())


def test_after_the_login_was_renewed_the_same_profile_reads_on() -> None:
    profile = GatewayProfile()
    with pytest.raises(AuthenticationError):
        FakeGateway(dict.fromkeys(LOST, REFUSED)).run(read(homes.info(), profile, now=0.0))
    snapshot = FakeGateway(homes.everything()).run(read(homes.info(), profile, now=0.0))
    assert snapshot == FakeGateway(homes.everything()).run(homes.first_flow())


# One source alone


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (REFUSED, AuthenticationError),
        (NOTHING, NotAvailableError),
        (HTML, NotAvailableError),
        (Reply(502), ServerError),
        (Reply(200, {}, b"[{"), APIResponseValidationError),
        (Reply(200, {}, b"[1]"), APIResponseValidationError),
        (Reply(200, {}, b'{"schedule": 1}'), APIResponseValidationError),
        (APITimeoutError("slow"), APITimeoutError),
    ],
)
def test_a_single_source_that_cannot_be_read_is_an_error(
    answer: Answer, error: type[EnphaseError]
) -> None:
    with pytest.raises(error):
        FakeGateway({homes.TARIFF: answer}).run(fetch(TARIFF))


def test_a_single_source_is_read() -> None:
    meters = FakeGateway(homes.everything()).run(fetch(METERS))
    assert [meter.measurement_type for meter in meters if not meter.enabled] == ["evse"]


@pytest.mark.parametrize("source", [ENSEMBLE_STATUS, GRID_RELAY, POWER_EXPORT_LIMIT])
def test_sources_without_a_model_are_given_as_they_are(source: Any) -> None:
    assert FakeGateway({source.endpoint: ok({"a": [1]})}).run(fetch(source)) == {"a": [1]}
