"""A write is checked first, sent once, and told as it is, whatever happens on the way."""

from __future__ import annotations

import json
import logging
from base64 import urlsafe_b64encode
from collections.abc import Callable
from typing import Any

import anyio
import httpx
import pytest
from attrs import define

from enphase_sdk import AsyncEnvoy, Envoy
from enphase_sdk.errors import (
    APIStatusError,
    AuthenticationError,
    EnphaseError,
    InvalidArgumentError,
    NotAvailableError,
)
from enphase_sdk.gateway import ConfirmedChange
from enphase_sdk.testing import FakeClock, SimulatedGateway
from enphase_sdk.testing import gateway_faults as faults
from enphase_sdk.testing.gateway.simulator import GatewayTransport
from tests.gateway.envoys import HOST, opened
from tests.gateway.test_control import (
    BATTERY,
    CONTACT_SETTINGS,
    LIMIT,
    RELAY,
    SWITCH,
    TARIFF,
    WRITES,
    Options,
    Write,
    every_write,
    gateway_for,
)
from tests.support import Surface


@define(eq=False)
class Meanwhile(httpx.BaseTransport, httpx.AsyncBaseTransport):
    """The way to a gateway, on which something happens just before the first write arrives."""

    gateway: SimulatedGateway
    happens: Callable[[], object]
    _inner: GatewayTransport
    _writes: int = 0

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        self._note(request)
        return self._inner.handle_request(request)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self._note(request)
        return await self._inner.handle_async_request(request)

    def _note(self, request: httpx.Request) -> None:
        if request.method != "GET":
            self._writes += 1
            if self._writes == 1:
                self.happens()


def meanwhile(gateway: SimulatedGateway, happens: Callable[[], object]) -> Meanwhile:
    return Meanwhile(gateway, happens, gateway.transport())


def writes_sent(gateway: SimulatedGateway) -> int:
    """How many writes came over the wire, accepted or not."""
    return sum(method != "GET" for method, _ in gateway.requests)


def done(
    gateway: SimulatedGateway, surface: Surface, call: Callable[[Any], Any], **options: Any
) -> Any:
    """What a call of `control` gives, as owner unless a token is among the options."""
    given = {"transport": gateway.transport(), "token": gateway.issue_token(), **options}
    with opened(surface, HOST, **given) as envoy:
        return call(envoy.control)


@pytest.fixture
def gateway(clock: FakeClock) -> SimulatedGateway:
    return SimulatedGateway("8.2-batteries", clock=clock)


# Checked before anything is sent


@pytest.mark.parametrize(
    ("profile", "call", "said"),
    [
        ("8.2-batteries", lambda c: c.set_reserve_soc(101), "from 0 to 100"),
        ("8.2-batteries", lambda c: c.set_reserve_soc(-1), "from 0 to 100"),
        ("8.2-batteries", lambda c: c.set_reserve_soc(float("nan")), "from 0 to 100"),
        ("8.2-batteries", lambda c: c.set_reserve_soc("20"), "must be a number"),
        ("8.2-batteries", lambda c: c.set_reserve_soc(True), "must be a number"),
        ("8.2-batteries", lambda c: c.set_reserve_soc(20.25), "one decimal"),
        ("8.2-batteries", lambda c: c.set_reserve_soc(9), "very_low_soc"),
        ("8.2-batteries", lambda c: c.set_storage_mode("turbo"), "self-consumption"),
        ("8.2-batteries", lambda c: c.set_charge_from_grid("off"), "True or False"),
        ("8.2-batteries", lambda c: c.set_optimized_schedules(1), "True or False"),
        ("8.2-batteries", lambda c: c.go_off_grid(minimum_soc=101), "minimum_soc"),
        ("8.2-batteries", lambda c: c.open_dry_contact("NC3"), "NC1, NC2, NO1, NO2"),
        ("8.2-batteries", lambda c: c.close_dry_contact("NO3"), "NC1, NC2, NO1, NO2"),
        ("8.2-batteries", lambda c: c.update_dry_contact("NC1"), "at least one"),
        ("8.2-batteries", lambda c: c.update_dry_contact("NC1", colour="red"), "it has: type"),
        ("8.2-batteries", lambda c: c.update_dry_contact("NC1", soc_low=70), "soc_high"),
        ("8.2-batteries", lambda c: c.update_dry_contact("NC1", soc_high=101), "0 to 100"),
        ("8.2-batteries", lambda c: c.update_dry_contact("NC1", mode="often"), "manual, soc"),
        ("8.2-batteries", lambda c: c.update_dry_contact("NC1", load_name="a\nb"), "text"),
        ("8.2-batteries", lambda c: c.update_dry_contact("NC1", override="maybe"), "True or"),
        (
            "8.2-acb",
            lambda c: c.set_acb_sleep(BATTERY, min_soc=50, max_soc=40),
            "min_soc not above max_soc",
        ),
        ("8.2-acb", lambda c: c.set_acb_sleep(BATTERY, min_soc=-1, max_soc=40), "min_soc"),
        ("8.2-acb", lambda c: c.set_acb_sleep("1", min_soc=20, max_soc=40), BATTERY),
        ("8.2-acb", lambda c: c.clear_acb_sleep("x"), "serial number"),
        ("8.2-generator", lambda c: c.set_generator_mode("fast"), "off, on, auto"),
        ("8.2-generator", lambda c: c.set_charge_from_generator(0), "True or False"),
        ("8.2-generator", lambda c: c.update_generator_schedule(), "at least one"),
        ("8.2-generator", lambda c: c.update_generator_schedule(exercise_day="Thursday"), "Thu"),
        ("8.2-generator", lambda c: c.update_generator_schedule(exercise_duration=25), "10, 20"),
        ("8.2-generator", lambda c: c.update_generator_schedule(exercise_start=1440), "1439"),
        ("8.2-generator", lambda c: c.update_generator_schedule(default_start_soc=70), "below"),
        ("8.2-generator", lambda c: c.update_generator_schedule(shape="round"), "'shape'"),
        ("8.3-three-phase", lambda c: c.set_production("off"), "True or False"),
        ("8.3-three-phase", lambda c: c.set_export_limit(0), "watts"),
        ("8.3-three-phase", lambda c: c.set_export_limit(2000, slew_rate=0), "slew_rate"),
    ],
)
def test_a_value_out_of_its_range_is_not_sent(
    profile: str, call: Callable[[Any], Any], said: str, clock: FakeClock
) -> None:
    gateway = SimulatedGateway(profile, clock=clock)
    token = gateway.issue_token(owner=False)
    with (
        Envoy(HOST, transport=gateway.transport(), token=token) as envoy,
        pytest.raises(InvalidArgumentError, match=said),
    ):
        call(envoy.control)
    assert writes_sent(gateway) == 0


@pytest.mark.parametrize(
    ("profile", "name"),
    [(profile, name) for profile in ("3.17", "5.0") for name in WRITES]
    + [("7.6", name) for name in WRITES if name != "production"],
)
def test_what_a_gateway_does_not_have_is_not_available(
    profile: str, name: str, clock: FakeClock
) -> None:
    gateway = SimulatedGateway(profile, clock=clock)
    call = WRITES[name].call
    token: dict[str, Any] = {}
    if profile == "7.6":
        token["token"] = gateway.issue_token(owner=False)
    with (
        Envoy(HOST, transport=gateway.transport(), **token) as envoy,
        pytest.raises(NotAvailableError),
    ):
        call(envoy.control)
    assert writes_sent(gateway) == 0


# Whole documents


def body_sent(gateway: SimulatedGateway, path: str, read: Any, call: Callable[[Any], Any]) -> Any:
    """What is sent by a call that reads `read` from `path` first."""
    gateway.fail(path, with_=faults.instead(read))
    with Envoy(HOST, transport=gateway.transport(), token=gateway.issue_token()) as envoy:
        return call(envoy.control).body


def test_the_tariff_goes_back_with_all_its_prices_and_unknown_keys(
    gateway: SimulatedGateway,
) -> None:
    tariff = {
        "zeta": {"unknown": [1, None, "x"]},
        "single_rate": {"rate": 0.2875, "sell": -0.01},
        "seasons": [{"id": "winter", "days": [{"periods": [{"rate": 0.1, "new": True}]}]}],
        "storage_settings": {
            "reserved_soc": 20.0,
            "mode": "savings-mode",
            "unheard_of": 7,
            "very_low_soc": 5,
            "charge_from_grid": False,
        },
        "seasons_sell": [],
        "alpha": 1,
    }
    read = {"tariff": tariff, "schedule": {"source": "Tariff"}}
    sent = body_sent(gateway, TARIFF, read, lambda c: c.set_storage_mode("economy", dry_run=True))
    # It spells the mode in the older way, so it is sent that.
    assert json.dumps(sent) == json.dumps({"tariff": tariff})
    sent = body_sent(gateway, TARIFF, read, lambda c: c.set_reserve_soc(33.5, dry_run=True))
    tariff["storage_settings"]["reserved_soc"] = 33.5  # type: ignore[index]
    assert json.dumps(sent) == json.dumps({"tariff": tariff})


def test_a_contact_s_record_goes_back_key_for_key(gateway: SimulatedGateway) -> None:
    record = {
        "pv_phase_select": "all",
        "id": "NC1",
        "soc_high": 70.0,
        "override": "true",
        "load_name": "Pool",
        "soc_low": 30.0,
        "action_retries": 3,
    }
    read = {"dry_contacts": [{"id": "NC2"}, record]}
    sent = body_sent(
        gateway,
        CONTACT_SETTINGS,
        read,
        lambda c: c.update_dry_contact("NC1", override=False, soc_low=40, dry_run=True),
    )
    wanted = {"dry_contacts": {**record, "override": "false", "soc_low": 40.0}}
    assert json.dumps(sent) == json.dumps(wanted)


# Roles


@pytest.mark.parametrize("name", ["production", "export limit"])
def test_an_installer_s_write_is_not_offered_to_an_owner(
    name: str, surface: Surface, clock: FakeClock
) -> None:
    write, gateway = WRITES[name], gateway_for(WRITES[name], clock)
    with pytest.raises(NotAvailableError, match=r"the role installer.*the role owner"):
        done(gateway, surface, write.call)
    assert write.path not in {path for _, path in gateway.requests}


def test_a_token_that_tells_no_role_is_judged_by_the_gateway(
    surface: Surface, clock: FakeClock
) -> None:
    parts = [urlsafe_b64encode(json.dumps({"n": n}).encode()).decode().rstrip("=") for n in "123"]
    token = ".".join(parts)
    gateway = SimulatedGateway("8.3-three-phase", clock=clock, token=token)
    with pytest.raises(AuthenticationError, match=SWITCH):
        done(gateway, surface, lambda c: c.set_production(False), token=token)
    assert writes_sent(gateway) == 0


# Sent once


LOST = {
    "timeout": faults.timeout(),
    "connection": faults.connection_error(),
    "broken off": faults.broken_off(),
    "web page": faults.html_page(),
    "too large": faults.huge(),
}


def reads_before(write: Write, clock: FakeClock) -> int:
    """How often the path of a write is read before it is written to."""
    gateway = gateway_for(write, clock)
    token = gateway.issue_token(owner=write.owner)
    with Envoy(HOST, transport=gateway.transport(), token=token) as envoy:
        write.call(Options(envoy.control, dry_run=True))
    return [path for _, path in gateway.requests].count(write.path)


def fail_the_write(
    write: Write, gateway: SimulatedGateway, fault: faults.Fault, clock: FakeClock
) -> None:
    """Let `fault` happen to the write, and not to what is read before it."""
    for _ in range(reads_before(write, clock)):
        gateway.fail(write.path, with_=faults.slow(0.0))
    gateway.fail(write.path, with_=fault)


@every_write
@pytest.mark.parametrize("lost", LOST)
def test_a_lost_answer_is_made_up_for_by_reading(name: str, lost: str, clock: FakeClock) -> None:
    write, gateway = WRITES[name], gateway_for(WRITES[name], clock)
    fail_the_write(write, gateway, LOST[lost], clock)
    token = gateway.issue_token(owner=write.owner)
    with Envoy(HOST, transport=gateway.transport(), token=token) as envoy:
        change = write.call(envoy.control)
    assert (change.outcome, writes_sent(gateway)) == ("applied", 1)
    assert "answer" in change.reason


@every_write
def test_a_write_that_may_have_failed_is_not_sent_again(
    name: str, surface: Surface, clock: FakeClock
) -> None:
    write, gateway = WRITES[name], gateway_for(WRITES[name], clock)
    fail_the_write(write, gateway, faults.status(500), clock)
    token = gateway.issue_token(owner=write.owner)
    change = done(gateway, surface, write.call, token=token)
    assert (change.outcome, writes_sent(gateway), gateway.writes) == ("unknown", 1, [])
    assert "status 500" in change.reason
    assert "not the requested one" in change.reason


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (400, APIStatusError),
        (403, AuthenticationError),
        (404, NotAvailableError),
        (302, APIStatusError),
    ],
)
def test_a_refused_write_is_an_error_and_not_sent_again(
    status: int, error: type[EnphaseError], surface: Surface, clock: FakeClock
) -> None:
    write, gateway = WRITES["reserve"], gateway_for(WRITES["reserve"], clock)
    fail_the_write(write, gateway, faults.status(status), clock)
    with pytest.raises(error, match="tariff"):
        done(gateway, surface, write.call)
    assert writes_sent(gateway) == 1
    assert clock.sleeps == []


def test_a_write_is_sent_once_more_after_a_401_and_no_more(
    surface: Surface, clock: FakeClock
) -> None:
    """A 401 says that nothing was done, and often that the session alone has ended."""
    write, gateway = WRITES["reserve"], gateway_for(WRITES["reserve"], clock)
    fail_the_write(write, gateway, faults.status(401), clock)
    assert done(gateway, surface, write.call).outcome == "applied"
    assert writes_sent(gateway) == 2
    gateway = gateway_for(write, clock)
    fail_the_write(write, gateway, faults.status(401), clock)
    for _ in range(3):
        gateway.fail(write.path, with_=faults.status(401))
    with pytest.raises(AuthenticationError, match="tariff"):
        done(gateway, surface, write.call)
    assert writes_sent(gateway) == 2


def test_firmware_that_is_updated_between_reading_and_writing(
    surface: Surface, gateway: SimulatedGateway
) -> None:
    def update() -> None:
        gateway.update_firmware("D8.3.5528")
        gateway.reboot(starting_for=90)

    change = done(
        gateway,
        surface,
        lambda c: c.set_reserve_soc(45),
        transport=meanwhile(gateway, update),
    )
    assert (change.outcome, writes_sent(gateway)) == ("applied", 1)
    assert "status 503" in change.reason


def test_what_is_so_already_is_not_sent(surface: Surface, gateway: SimulatedGateway) -> None:
    change = done(gateway, surface, lambda c: c.go_on_grid())
    assert (change.outcome, change.request) == ("applied", None)
    assert writes_sent(gateway) == 0


# Off the grid


def test_a_house_with_too_little_charge_stays_on_the_grid(
    surface: Surface, gateway: SimulatedGateway
) -> None:
    level = int(gateway.moment.charge / 15_000 * 100)
    with pytest.raises(NotAvailableError, match=f"below {level + 2} %"):
        done(gateway, surface, lambda c: c.go_off_grid(minimum_soc=level + 2))
    planned = done(gateway, surface, lambda c: c.go_off_grid(minimum_soc=level + 2, dry_run=True))
    assert planned.refusal.startswith("the batteries are at")
    assert writes_sent(gateway) == 0
    assert (
        done(gateway, surface, lambda c: c.go_off_grid(minimum_soc=level - 2)).outcome == "applied"
    )


# What firmware ignores


def test_a_mode_that_would_be_ignored_is_an_error_that_says_so(
    surface: Surface, gateway: SimulatedGateway
) -> None:
    with pytest.raises(InvalidArgumentError, match="optimized_schedules=False"):
        done(gateway, surface, lambda c: c.set_storage_mode("backup"))
    assert writes_sent(gateway) == 0
    change = done(
        gateway, surface, lambda c: c.set_storage_mode("backup", optimized_schedules=True)
    )
    assert change.outcome == "stored only"
    assert (change.after["mode"], change.effect) == ("backup", {"batt_mode": "self-consumption"})


def test_contacts_are_not_believed_for_90_seconds_after_a_settings_write(
    surface: Surface, gateway: SimulatedGateway, clock: FakeClock
) -> None:
    with opened(surface, HOST, transport=gateway.transport(), token=gateway.issue_token()) as envoy:
        envoy.control.update_dry_contact("NC1", soc_low=40)
        assert sum(clock.sleeps) == 5
        change = envoy.control.open_dry_contact("NC2")
        # Now every NC contact reads open, so it is not known what it was, nor what it is.
        assert change.before == {"status": None}
        assert (change.outcome, sum(clock.sleeps)) == ("applied", 90 + 2)
        before = sum(clock.sleeps)
        assert envoy.control.close_dry_contact("NC2").outcome == "applied"
        assert sum(clock.sleeps) - before == 2


def test_an_export_limit_says_the_right_thing_to_either_firmware(clock: FakeClock) -> None:
    gateway = SimulatedGateway("8.3-three-phase", clock=clock)
    for firmware, means_export in ((None, False), ("D8.3.5528", True)):
        if firmware:
            gateway.update_firmware(firmware)
        token = gateway.issue_token(owner=False)
        with Envoy(HOST, transport=gateway.transport(), token=token) as envoy:
            change = envoy.control.set_export_limit(500)
            assert change.outcome == "applied"
            assert gateway.writes[-1].body["dynamic_pel_settings"] == {
                "enable": True,
                "export_limit": means_export,
                "limit_value_W": 500.0,
                "slew_rate": 50.0,
                "enable_dynamic_limiting": False,
            }
            envoy.control.set_export_limit(None)
            sent = gateway.writes[-1]
    assert (sent.path, sent.body["dynamic_pel_settings"]) == (LIMIT, {"enable": False})


# Waiting


def test_a_callback_is_told_before_each_wait_and_can_end_it(
    surface: Surface, gateway: SimulatedGateway, clock: FakeClock
) -> None:
    gateway.set_effect(RELAY, "late", after=60)
    told: list[ConfirmedChange] = []

    def tell(change: ConfirmedChange) -> object:
        told.append(change)
        return len(told) < 3

    change = done(gateway, surface, lambda c: c.go_off_grid(wait=tell))
    assert [one.outcome for one in told] == ["unknown", "stored only", "stored only"]
    assert change == told[-1]
    assert clock.sleeps == [5.0, 5.0]


def test_an_async_callback_is_awaited(
    async_surface: Surface, gateway: SimulatedGateway, clock: FakeClock
) -> None:
    async def tell(_: ConfirmedChange) -> bool:
        await anyio.lowlevel.checkpoint()
        return False

    change = done(gateway, async_surface, lambda c: c.set_reserve_soc(45, wait=tell))
    assert (change.outcome, clock.sleeps) == ("unknown", [])
    assert change.reason == "sent, and not yet confirmed"


def test_two_clients_at_once_keep_each_other_s_changes(
    surface: Surface, gateway: SimulatedGateway
) -> None:
    token = gateway.issue_token()

    def other(_: ConfirmedChange) -> object:
        if len(gateway.writes) == 1:
            with Envoy(HOST, transport=gateway.transport(), token=token) as second:
                second.control.set_charge_from_grid(True, wait=False)
        return True

    change = done(gateway, surface, lambda c: c.set_reserve_soc(45, wait=other))
    assert change.outcome == "applied"
    last = gateway.writes[-1].body["tariff"]["storage_settings"]
    assert (last["reserved_soc"], last["charge_from_grid"]) == (45.0, True)
    assert (len(gateway.writes), gateway.stalled) == (2, 0)


def test_a_client_that_waits_can_be_read_meanwhile(
    async_surface: Surface, gateway: SimulatedGateway
) -> None:
    async def act() -> None:
        async with AsyncEnvoy(
            HOST, transport=gateway.transport(), token=gateway.issue_token()
        ) as envoy:

            async def read(_: ConfirmedChange) -> None:
                assert (await envoy.read()).problems == []

            change = await envoy.control.set_reserve_soc(45, wait=read)
            assert change.outcome == "applied"

    anyio.run(act, backend=async_surface.backend or "asyncio")
    assert (writes_sent(gateway), gateway.stalled) == (1, 0)


def test_cancelled_while_it_waits(async_surface: Surface, gateway: SimulatedGateway) -> None:
    async def act() -> None:
        async with AsyncEnvoy(
            HOST, transport=gateway.transport(), token=gateway.issue_token()
        ) as envoy:
            with anyio.CancelScope() as scope:
                await envoy.control.set_reserve_soc(45, wait=lambda _: scope.cancel())
                pytest.fail("it was cancelled")
            assert scope.cancelled_caught
            tariff = (await envoy.read()).tariff
            assert tariff is not None
            assert tariff.storage_settings is not None
            assert tariff.storage_settings.reserved_soc == 45

    anyio.run(act, backend=async_surface.backend or "asyncio")
    assert writes_sent(gateway) == 1


def test_ctrl_c_while_it_waits(gateway: SimulatedGateway) -> None:
    def stop(_: ConfirmedChange) -> None:
        raise KeyboardInterrupt

    with Envoy(HOST, transport=gateway.transport(), token=gateway.issue_token()) as envoy:
        with pytest.raises(KeyboardInterrupt):
            envoy.control.set_reserve_soc(45, wait=stop)
        assert envoy.read().problems == []
    assert writes_sent(gateway) == 1


# Tokens that end


def test_a_token_that_ends_in_mid_write_is_renewed(
    surface: Surface, gateway: SimulatedGateway
) -> None:
    change = done(
        gateway,
        surface,
        lambda c: c.set_reserve_soc(45),
        transport=meanwhile(gateway, gateway.revoke_tokens),
        token=None,
        token_provider=lambda _: gateway.issue_token(),
    )
    assert (change.outcome, len(gateway.writes)) == ("applied", 1)


def test_a_token_that_ends_in_mid_write_and_cannot_be_renewed(
    surface: Surface, gateway: SimulatedGateway
) -> None:
    with pytest.raises(AuthenticationError, match="tariff"):
        done(
            gateway,
            surface,
            lambda c: c.set_reserve_soc(45),
            transport=meanwhile(gateway, gateway.revoke_tokens),
        )
    assert (writes_sent(gateway), gateway.writes) == (1, [])


def test_a_token_that_ends_in_mid_wait(surface: Surface, gateway: SimulatedGateway) -> None:
    token = gateway.issue_token(lifetime=100)
    change = done(gateway, surface, lambda c: c.set_reserve_soc(45), token=token)
    assert (change.outcome, change.after, len(gateway.writes)) == ("unknown", None, 1)


# Logged


def test_every_write_is_logged_without_secrets(
    surface: Surface, gateway: SimulatedGateway, caplog: pytest.LogCaptureFixture
) -> None:
    token = gateway.issue_token()
    with caplog.at_level(logging.DEBUG):
        done(gateway, surface, lambda c: c.set_reserve_soc(45), token=token)
    lines = [record.getMessage() for record in caplog.records if record.name == "enphase_sdk"]
    assert "PUT /admin/lib/tariff: {'reserved_soc': 45.0}, was {'reserved_soc': 20.0}" in lines
    assert "PUT /admin/lib/tariff: applied (the gateway acts on it)" in lines
    for part in token.split("."):
        assert part not in caplog.text


@every_write
def test_a_gateway_that_starts_is_not_said_to_lack_what_it_does_not_list_yet(
    name: str, surface: Surface, clock: FakeClock
) -> None:
    write = WRITES[name]
    gateway = gateway_for(write, clock)
    token = gateway.issue_token(owner=write.owner)
    with opened(surface, HOST, transport=gateway.transport(), token=token) as envoy:
        assert envoy.info
        gateway.reboot(starting_for=120)
        with pytest.raises(EnphaseError, match=r"after a restart|may be starting|try again"):
            write.call(envoy.control)
    assert writes_sent(gateway) == 0
