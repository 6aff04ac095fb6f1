"""Nothing learnt of a gateway is for ever: what is found out anew, when, and on which signs."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from typing import Any

import httpx
import pytest

from enphase_sdk.core.effects import Reply
from enphase_sdk.errors import (
    APIConnectionError,
    APIResponseValidationError,
    AuthenticationError,
    ConfigError,
    EnphaseError,
    NotAvailableError,
    ServerError,
)
from enphase_sdk.gateway.profile import GatewayProfile
from enphase_sdk.gateway.reading import EVERYTHING, read
from enphase_sdk.gateway.snapshot import Snapshot
from enphase_sdk.gateway.told import Part
from enphase_sdk.testing import FakeClock, SimulatedGateway, gateway_faults
from tests.gateway import homes
from tests.gateway.envoys import HOST, Network, asked, credentials, network_of, opened, told_of
from tests.gateway.gateways import HTML, NOTHING, Answer, FakeGateway, ok
from tests.support import Surface

EMPTY = ok([])
ERROR = ok({"error": "starting"})
HEADLESS = Reply(200, {}, b"<h1>Please wait</h1>")
LISTED = ok([homes.listed_inverter("1"), homes.listed_inverter("2")])
ZEROS = homes.v1(0, 0, 0, 0)
HOUR = 3600.0


class Home:
    """A gateway whose answers change while one client reads it."""

    def __init__(self, answers: dict[str, Answer], firmware: str = "5.0.62", **info: Any) -> None:
        self.gateway = FakeGateway(dict(answers))
        self.info = homes.info(firmware, **info)
        self.profile = GatewayProfile()
        self.now = 1000.0

    def read(self, *, after: float = 0.0, wanted: frozenset[Part] = EVERYTHING) -> Snapshot:
        self.now += after
        self.gateway.asked.clear()
        return self.gateway.run(read(self.info, self.profile, now=self.now, wanted=wanted))

    @property
    def asked(self) -> list[str]:
        return self.gateway.asked

    def change(self, answers: Mapping[str, Answer]) -> None:
        self.gateway.answers.update(answers)


# A gateway that is starting


@pytest.mark.parametrize("nothing", [EMPTY, NOTHING, HTML, HEADLESS, ERROR, Reply(503)])
@pytest.mark.parametrize("production", [ZEROS, NOTHING, EMPTY, Reply(503)])
def test_what_is_not_there_while_the_gateway_starts_is_asked_for_again_at_once(
    nothing: Answer, production: Answer
) -> None:
    up = {homes.V1: homes.v1(), homes.INVERTERS: LISTED, homes.TARIFF: ok(homes.TARIFF_ANSWER)}
    home = Home(dict.fromkeys(up, nothing) | {homes.V1: production})
    for _ in range(2):
        try:
            assert home.read().problems
        except EnphaseError:
            assert production is not ZEROS
    home.change(up)
    snapshot = home.read()
    assert snapshot.system_production is not None
    assert list(snapshot.inverters) == ["1", "2"]
    assert snapshot.tariff is not None
    assert snapshot.problems == []


@pytest.mark.parametrize("nothing", [EMPTY, NOTHING, HTML, ERROR])
@pytest.mark.parametrize("begins", ["well", "starting"])
@pytest.mark.parametrize("firmware", ["5.0.62", "7.6.175"])
def test_a_start_that_takes_longer_than_a_quarter_of_an_hour_is_over_at_once(
    nothing: Answer, begins: str, firmware: str
) -> None:
    up = {
        homes.METERS: ok([]),
        homes.V1: homes.v1(),
        homes.INVERTERS: LISTED,
        homes.TARIFF: ok(homes.TARIFF_ANSWER),
    }
    home = Home(dict(up), firmware)
    if begins == "well":
        home.read()
    home.change(dict.fromkeys(up, nothing))
    for _ in range(4):
        with suppress(EnphaseError):
            assert home.read(after=600).problems
    home.change(up)
    snapshot = home.read(after=60)
    assert snapshot.system_production is not None
    assert list(snapshot.inverters) == ["1", "2"]


def test_services_may_come_up_one_after_the_other() -> None:
    home = Home({homes.V1: ZEROS})
    home.read()
    home.change({homes.V1: homes.v1()})
    assert home.read().inverters == {}
    home.change({homes.INVERTERS: LISTED})
    assert list(home.read().inverters) == ["1", "2"]


def test_a_gateway_that_stays_as_it_is_costs_no_more_after_a_quarter_of_an_hour() -> None:
    home = Home({homes.V1: ZEROS})
    home.read()
    home.read(after=60)
    assert len(home.asked) > 3
    home.read(after=900)
    home.read(after=1)
    assert home.asked == [homes.V1]


def test_production_that_nobody_counts_is_a_problem_while_it_is_not_known() -> None:
    home = Home({homes.V1: ZEROS})
    assert [problem.endpoint for problem in home.read().problems] == [homes.V1]


@pytest.mark.parametrize("wanted", ["inverters", "meters"])
def test_a_part_that_is_not_there_while_the_gateway_starts_is_an_error(wanted: Part) -> None:
    home = Home({homes.V1: ZEROS})
    with pytest.raises(NotAvailableError, match="may be starting"):
        home.read(wanted=frozenset({wanted}))


def test_a_part_that_a_gateway_in_order_does_not_have_is_empty() -> None:
    home = Home({homes.V1: homes.v1()})
    assert home.read(wanted=frozenset({"inverters"})).inverters == {}
    home.read(wanted=frozenset({"inverters"}))
    assert home.asked == [homes.DEVICE_DATA]


# Absent endpoints


def test_what_is_absent_is_asked_for_again_ever_more_rarely_and_one_in_a_reading() -> None:
    home = Home({homes.V1: homes.v1(), homes.INVERTERS: LISTED})
    home.read()
    steady = [homes.V1, homes.INVERTERS]
    gone = len(home.profile.absent)
    assert gone >= 4
    home.read(after=299)
    assert home.asked == steady
    looked: list[str] = []
    for _ in range(gone):
        home.read(after=1)
        (one,) = set(home.asked) - set(steady)
        looked.append(one)
    assert len(set(looked)) == gone
    home.read(after=60)
    assert home.asked == steady
    for _ in range(240):
        home.read(after=60)
    later: list[str] = []
    for _ in range(600):
        home.read(after=60)
        later += set(home.asked) - set(steady)
        assert len(home.asked) <= len(steady) + 1
    # In ten hours.
    assert {endpoint: later.count(endpoint) for endpoint in looked} == dict.fromkeys(looked, 10)


def test_what_comes_later_is_found() -> None:
    home = Home({homes.V1: homes.v1()})
    home.read()
    home.change({homes.INVERTERS: LISTED})
    assert home.read().inverters == {}
    found = [bool(home.read(after=600).inverters) for _ in range(6)]
    assert found[-1]


def test_what_answers_no_more_is_a_problem_and_in_the_end_absent() -> None:
    home = Home({homes.V1: homes.v1(), homes.INVERTERS: LISTED})
    home.read()
    home.change({homes.INVERTERS: EMPTY})
    for _ in range(14):
        snapshot = home.read(after=60)
        assert [problem.endpoint for problem in snapshot.problems] == [homes.INVERTERS]
        assert home.profile.suspect
    home.read(after=120)
    assert home.read(after=1).problems == []
    assert homes.INVERTERS in home.profile.absent
    home.change({homes.INVERTERS: LISTED})
    assert [bool(home.read(after=300).inverters) for _ in range(6)][-1]


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (NOTHING, NotAvailableError),
        (HTML, NotAvailableError),
        (EMPTY, NotAvailableError),
        (Reply(200, {}, b"{"), APIResponseValidationError),
        (Reply(503), ServerError),
    ],
)
@pytest.mark.parametrize("seen", [False, True])
def test_a_reading_in_which_nothing_can_be_read_is_an_error(
    answer: Reply, kind: type[EnphaseError], seen: bool
) -> None:
    home = Home({homes.V1: homes.v1()})
    if seen:
        home.read()
        kind = APIResponseValidationError if kind is NotAvailableError else kind
    home.change(dict.fromkeys(homes.everything(), answer) | {homes.V1: answer})
    for _ in range(3):
        with pytest.raises(kind):
            home.read()


def test_other_firmware_makes_all_of_it_new() -> None:
    home = Home({homes.V1: homes.v1()}, "7.6.175", imeter=False)
    home.read()
    home.change(homes.everything())
    home.info = homes.info("8.2.4286")
    snapshot = home.read()
    assert snapshot == Home(homes.everything(), "8.2.4286").read()
    assert home.profile.production_source == "meter"


# The source of production

UNMETERED = homes.page(homes.inverters_entry(lifetime=500_000))
METERED = homes.page(
    homes.inverters_entry(), homes.entry("production", homes.figures(488.4, 3_183_793.6, 4425.3))
)
IDLE = homes.page(
    homes.inverters_entry(),
    homes.entry("production", homes.figures(0.0, 3_183_800.0, 4430.0), active=0),
)
METER, OFF = ok([homes.meter(1, "production")]), ok([homes.meter(1, "production", enabled=False)])
READING = ok([homes.meter_reading(1)])


def lifetimes(home: Home, readings: int, *, after: float = 60.0) -> list[int | None]:
    found = [home.read(after=after).system_production for _ in range(readings)]
    return [None if energy is None else energy.watt_hours_lifetime for energy in found]


def test_a_sum_that_stays_at_zero_gives_way_to_the_microinverters() -> None:
    home = Home({homes.PAGE: UNMETERED, homes.V1: homes.v1()}, "8.3.5286", imeter=False)
    assert lifetimes(home, 2) == [900_000, 900_000]
    home.change({homes.V1: ZEROS})
    assert lifetimes(home, 2) == [None, None]
    assert lifetimes(home, 2) == [500_000, 500_000]
    assert home.profile.production_source == "inverters"


@pytest.mark.parametrize("nothing", [ZEROS, NOTHING, EMPTY, HTML, ERROR])
@pytest.mark.parametrize("begins", ["well", "starting"])
def test_the_sum_is_the_source_again_when_it_is_back(nothing: Answer, begins: str) -> None:
    tariff = ok(homes.TARIFF_ANSWER)
    answers = {homes.PAGE: UNMETERED, homes.V1: homes.v1(), homes.TARIFF: tariff}
    home = Home(answers | ({homes.V1: nothing} if begins == "starting" else {}), imeter=False)
    home.read()
    home.change({homes.V1: nothing})
    assert lifetimes(home, 20)[-1] == 500_000
    home.change({homes.V1: homes.v1()})
    found = lifetimes(home, 75)
    before = found.count(500_000)
    assert found == [500_000] * before + [900_000] * (75 - before)
    assert before < 70
    assert home.profile.production_source == "v1"


def test_one_odd_sum_does_not_replace_the_microinverters() -> None:
    home = Home({homes.PAGE: UNMETERED, homes.V1: ZEROS}, imeter=False)
    home.read()
    home.change({homes.V1: homes.v1()})
    assert lifetimes(home, 2, after=900) == [500_000] * 2
    home.change({homes.V1: ZEROS})
    assert lifetimes(home, 20) == [500_000] * 20
    assert homes.V1 not in home.asked


@pytest.mark.parametrize(
    ("answers", "source"),
    [
        ({homes.V1: homes.v1()}, homes.V1),
        ({homes.PAGE: UNMETERED, homes.V1: NOTHING}, homes.PAGE),
        ({homes.METERS: METER, homes.READINGS: READING, homes.PAGE: METERED}, homes.PAGE),
    ],
)
def test_production_that_is_not_known_is_a_problem_for_ever(
    answers: dict[str, Answer], source: str
) -> None:
    home = Home(answers | {homes.TARIFF: ok(homes.TARIFF_ANSWER)}, imeter=homes.METERS in answers)
    assert home.read().problems == []
    home.change({source: NOTHING})
    for _ in range(90):
        snapshot = home.read(after=60)
        assert snapshot.system_production is None
        assert snapshot.problems


def test_zeros_of_a_gateway_that_restarts_are_no_reason_to_take_another_source() -> None:
    zero_page = homes.page(homes.inverters_entry(0, 0))
    home = Home({homes.PAGE: UNMETERED, homes.V1: homes.v1()}, "5.0.62", imeter=False)
    home.read()
    home.change({homes.V1: ZEROS, homes.PAGE: zero_page})
    assert lifetimes(home, 8) == [None] * 8
    home.change({homes.V1: homes.v1(), homes.PAGE: UNMETERED})
    assert lifetimes(home, 1) == [900_000]
    assert home.profile.production_source == "v1"


@pytest.mark.parametrize("meters", [METER, Reply(503), NOTHING])
def test_a_meter_that_says_now_and_then_that_it_is_idle_stays_the_source(meters: Answer) -> None:
    answers = {homes.METERS: METER, homes.READINGS: READING, homes.PAGE: METERED}
    home = Home(answers, "8.3.5528")
    home.read()
    home.change({homes.METERS: meters, homes.PAGE: IDLE, homes.V1: homes.v1()})
    assert lifetimes(home, 5) == [3_183_800] * 5
    assert home.profile.production_source == "meter"


def test_metering_that_is_switched_on_is_found_and_becomes_the_source() -> None:
    home = Home({homes.METERS: OFF, homes.PAGE: UNMETERED, homes.V1: homes.v1()}, "7.6.175")
    home.read()
    home.change({homes.METERS: METER, homes.READINGS: READING, homes.PAGE: METERED})
    found = lifetimes(home, 20)
    assert found[0] == 900_000
    assert found[-1] == 3_183_794
    assert home.read().ctmeters.keys() == {"production"}


def test_a_page_that_shows_a_meter_at_work_has_the_meters_asked_at_once() -> None:
    home = Home({homes.METERS: OFF, homes.PAGE: IDLE}, "8.2.4286")
    home.read()
    home.read()
    assert homes.METERS not in home.asked
    home.change({homes.METERS: METER, homes.READINGS: READING, homes.PAGE: METERED})
    home.read()
    assert home.read().ctmeters.keys() == {"production"}
    assert lifetimes(home, 2, after=0)[-1] == 3_183_794


def test_metering_that_is_switched_off_gives_way() -> None:
    answers = {homes.METERS: METER, homes.READINGS: READING, homes.PAGE: METERED}
    home = Home(answers, "7.6.175")
    home.read()
    home.change({homes.METERS: OFF, homes.PAGE: IDLE, homes.V1: homes.v1()})
    assert lifetimes(home, 4)[-1] == 900_000


def test_consumption_that_is_measured_no_more_is_forgotten() -> None:
    kind = "net-consumption"
    page = homes.page(
        homes.entry("production", homes.figures(1.0, 1000.0)),
        consumption=[homes.entry(kind, homes.figures(2.0, 2000.0))],
    )
    home = Home({homes.PAGE: page}, "8.2.4286")
    assert home.read().system_net_consumption is not None
    home.change({homes.PAGE: homes.page(homes.entry("production", homes.figures(1.0, 1000.0)))})
    assert [bool(home.read().problems) for _ in range(4)] == [True, True, False, False]


# The client: identity, scheme, login

OLD, NEW = "5.0", "D7.6.175"


def updated(surface: Surface, clock: FakeClock, **options: Any) -> Any:
    gateway = SimulatedGateway(OLD, clock=clock)
    network = network_of(gateway)
    return gateway, network, opened(surface, transport=network, **options)


def update(gateway: SimulatedGateway, network: Network) -> None:
    gateway.update_firmware(NEW)
    network.tls = True


@pytest.mark.parametrize("way", ["read", "summary", "inverters_summary", "read_energies"])
def test_firmware_that_goes_from_5_to_7_is_followed_in_the_same_call(
    way: str, surface: Surface, clock: FakeClock
) -> None:
    tokens: list[str] = []
    gateway, network, client = updated(
        surface, clock, token_provider=lambda _: tokens[-1], timezone="UTC"
    )
    with client as envoy:
        assert envoy.read().problems == []
        update(gateway, network)
        tokens.append(gateway.issue_token())
        assert getattr(envoy, way)()
        assert envoy.info.firmware == "7.6.175"
        snapshot = envoy.read()
    assert snapshot.system_production is not None
    assert snapshot.inverters
    assert all(
        request.url.scheme == "https"
        for request in network.seen
        if "authorization" in request.headers
        and request.headers["authorization"].startswith("Bearer")
    )


def test_the_gateway_s_last_report_is_known_in_the_first_call_after_the_update(
    surface: Surface, clock: FakeClock
) -> None:
    tokens: list[str] = []
    gateway, network, client = updated(surface, clock, token_provider=lambda _: tokens[-1])
    with client as envoy:
        assert envoy.envoys().envoys[0].last_report_at is None
        update(gateway, network)
        tokens.append(gateway.issue_token())
        assert envoy.envoys().envoys[0].last_report_at is not None


def test_after_the_update_a_client_without_a_token_is_told_what_is_needed(
    surface: Surface, clock: FakeClock
) -> None:
    gateway, network, client = updated(surface, clock)
    with client as envoy:
        envoy.read()
        update(gateway, network)
        for _ in range(2):
            with pytest.raises(ConfigError, match=r"7\.6\.175 and needs a token"):
                envoy.read()


def test_plain_http_that_is_closed_after_the_update(surface: Surface, clock: FakeClock) -> None:
    tokens: list[str] = []
    gateway, network, client = updated(surface, clock, token_provider=lambda _: tokens[-1])
    with client as envoy:
        envoy.read()
        update(gateway, network)
        tokens.append(gateway.issue_token())
        network.plain = False
        with pytest.raises(APIConnectionError):
            envoy.read()
        assert envoy.read().system_production is not None


def test_https_that_is_not_up_yet_after_the_update(surface: Surface, clock: FakeClock) -> None:
    tokens: list[str] = []
    gateway, network, client = updated(surface, clock, token_provider=lambda _: tokens[-1])
    with client as envoy:
        envoy.read()
        gateway.update_firmware(NEW)
        tokens.append(gateway.issue_token())
        for _ in range(2):
            with pytest.raises(APIConnectionError, match="HTTP only redirects to HTTPS"):
                envoy.read()
        network.tls = True
        assert envoy.read().system_production is not None


@pytest.mark.parametrize(
    "answer",
    [
        httpx.Response(401),
        httpx.Response(404),
        httpx.Response(200, text="<h1>Use HTTPS</h1>"),
        httpx.Response(410),
    ],
)
def test_plain_http_that_answers_otherwise_after_the_update(
    answer: httpx.Response, surface: Surface, clock: FakeClock
) -> None:
    tokens: list[str] = []
    gateway = SimulatedGateway(OLD, clock=clock)

    class Closed(Network):
        def handle_request(self, request: httpx.Request) -> httpx.Response:
            if tokens and request.url.scheme == "http":
                return httpx.Response(answer.status_code, content=answer.content)
            return super().handle_request(request)

        async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
            if tokens and request.url.scheme == "http":
                return self.handle_request(request)
            return await super().handle_async_request(request)

    network = Closed(gateway, tls=False)
    with opened(surface, transport=network, token_provider=lambda _: tokens[-1]) as envoy:
        envoy.read()
        update(gateway, network)
        tokens.append(gateway.issue_token())
        assert envoy.read().system_production is not None
        assert envoy.info.firmware == "7.6.175"


def test_a_refusal_is_reason_to_ask_who_it_is(surface: Surface, clock: FakeClock) -> None:
    gateway, network, client = updated(surface, clock, password="given", username="envoy")
    with client as envoy, pytest.raises(AuthenticationError):
        envoy.read()
    assert asked(gateway).count("/info") <= 2
    assert network.plain


def test_who_it_is_is_asked_again_after_an_hour_and_not_before(
    surface: Surface, clock: FakeClock
) -> None:
    gateway = SimulatedGateway("7.6", clock=clock)
    with opened(surface, transport=network_of(gateway), **credentials(gateway)) as envoy:
        for _ in range(50):
            envoy.read()
            clock.advance(60)
        assert asked(gateway).count("/info") == 1
        gateway.update_firmware("D8.2.4345")
        clock.advance(HOUR)
        assert envoy.read().problems == []
        assert envoy.info.firmware == "8.2.4345"
        assert "/ivp/pdm/device_data" in envoy.profile.present


def test_a_gateway_that_is_busy_when_asked_who_it_is_is_read_all_the_same(
    surface: Surface, clock: FakeClock
) -> None:
    gateway = SimulatedGateway("7.6", clock=clock)
    with opened(surface, transport=network_of(gateway), **credentials(gateway)) as envoy:
        envoy.read()
        clock.advance(HOUR)
        gateway.fail("/info", with_=gateway_faults.status(503))
        assert envoy.read().problems == []


def test_a_client_that_was_over_https_once_never_goes_over_http(
    surface: Surface, clock: FakeClock
) -> None:
    gateway = SimulatedGateway("7.6", clock=clock)
    network = network_of(gateway)
    with opened(surface, transport=network, **credentials(gateway)) as envoy:
        envoy.read()
        network.tls = False
        before = len(network.seen)
        for _ in range(3):
            clock.advance(HOUR)
            with pytest.raises(APIConnectionError):
                envoy.read()
            with pytest.raises(APIConnectionError):
                _ = envoy.info
        assert {request.url.scheme for request in network.seen[before:]} == {"https"}
        network.tls = True
        assert envoy.read().problems == []


@pytest.mark.parametrize("name", ["5.0", "7.6", "8.3-three-phase", "8.3-generator-collar"])
def test_a_client_that_is_made_while_the_gateway_starts(
    name: str, surface: Surface, clock: FakeClock
) -> None:
    gateway = SimulatedGateway(name, clock=clock)
    with opened(surface, transport=network_of(gateway), **credentials(gateway)) as envoy:
        healthy = envoy.read().to_dict()
    gateway.reboot(starting_for=90)
    login = credentials(gateway)
    with opened(surface, transport=network_of(gateway), timezone="UTC", **login) as envoy:
        for _ in range(3):
            with suppress(EnphaseError):
                assert envoy.read().problems
            with pytest.raises(EnphaseError):
                envoy.summary()
            with pytest.raises(EnphaseError):
                envoy.inverters_summary()
        clock.advance(100)
        snapshot = envoy.read()
        assert snapshot.problems == []
        empty = {name for name, value in healthy.items() if not value}
        assert {name for name, value in snapshot.to_dict().items() if not value} == empty
        assert envoy.summary().energy_today is not None


def test_a_gateway_that_restarts_under_a_client(surface: Surface, clock: FakeClock) -> None:
    gateway = SimulatedGateway("8.3-generator-collar", clock=clock)
    with opened(surface, transport=network_of(gateway), **credentials(gateway)) as envoy:
        assert envoy.read().problems == []
        gateway.reboot(starting_for=600)
        for _ in range(9):
            clock.advance(60)
            try:
                assert told_of(envoy.read())
            except EnphaseError:
                continue
        clock.advance(120)
        envoy.read()
        assert envoy.read().problems == []
        assert envoy.profile.production_source == "meter"


def test_meters_are_taken_into_use_under_a_client(surface: Surface, clock: FakeClock) -> None:
    gateway = SimulatedGateway("8.3-three-phase", clock=clock, meters_enabled=False)
    with opened(surface, transport=network_of(gateway), **credentials(gateway)) as envoy:
        assert envoy.read().ctmeters == {}
        gateway.enable_meters()
        for _ in range(5):
            clock.advance(300)
            snapshot = envoy.read()
        assert snapshot.ctmeters
        assert envoy.profile.production_source == "meter"
        assert snapshot.problems == []


def test_another_gateway_at_the_same_address_is_read_as_what_it_is(
    surface: Surface, clock: FakeClock
) -> None:
    one, other = (SimulatedGateway("5.0", clock=clock, seed=seed) for seed in (1, 2))
    network = network_of(one)
    with opened(surface, transport=network) as envoy:
        assert envoy.read().problems == []
        network.gateway = other
        clock.advance(HOUR)
        assert envoy.read().problems == []
        assert envoy.info.serial_number == other.serial


def test_a_gateway_without_a_page_of_its_own_is_asked_who_it_is(
    surface: Surface, clock: FakeClock
) -> None:
    gateway = SimulatedGateway("5.0", clock=clock)
    gateway.fail("/home", with_=gateway_faults.status(404), times=None)
    network = network_of(gateway)
    with opened(surface, transport=network) as envoy:
        envoy.envoys()
        before = len(gateway.requests)
        (record,) = envoy.envoys().envoys
        assert record.serial_number == gateway.serial
        assert asked(gateway)[before:] == ["/info"]
        network.plain = False
        with pytest.raises(APIConnectionError):
            envoy.envoys()


def test_a_redirection_elsewhere_is_no_sign(surface: Surface, clock: FakeClock) -> None:
    gateway = SimulatedGateway("5.0", clock=clock)
    sent: list[str] = []

    class Sending(Network):
        def handle_request(self, request: httpx.Request) -> httpx.Response:
            if request.url.path == "/admin/lib/tariff":
                sent.append(request.url.path)
                return httpx.Response(302, headers={"location": f"http://{HOST}/login"})
            return super().handle_request(request)

        async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
            if request.url.path == "/admin/lib/tariff":
                return self.handle_request(request)
            return await super().handle_async_request(request)

    with opened(surface, transport=Sending(gateway, tls=False)) as envoy:
        snapshot = envoy.read()
        assert snapshot.system_production is not None
    assert asked(gateway).count("/info") == 1
    assert sent
