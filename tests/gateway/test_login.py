"""Being let in: nothing, Digest, or a token that is given, provided, or fetched and renewed."""

from __future__ import annotations

import base64
import json
import logging
import re
import socket
import threading
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from enphase_sdk.errors import (
    APIConnectionError,
    APIResponseValidationError,
    AuthenticationError,
    ConfigError,
    ServerError,
)
from enphase_sdk.gateway import sources
from enphase_sdk.gateway.passwords import factory_password
from enphase_sdk.gateway.tokens import Token, load_token, store_token
from enphase_sdk.testing import FakeClock, SimulatedGateway, SimulatedTokenService
from enphase_sdk.testing import gateway_faults as faults
from enphase_sdk.testing.gateway.answers import Answer
from tests.gateway.envoys import (
    EMAIL,
    PASSWORD,
    Network,
    asked,
    network_of,
    opened,
    told_of,
)
from tests.support import Seen, Surface, loopback, wire

ACCOUNT = {"username": EMAIL, "password": PASSWORD}
DAY = 86400.0


@pytest.fixture
def gateway(clock: FakeClock) -> SimulatedGateway:
    return SimulatedGateway("7.6-metered", clock=clock)


def serviced(gateway: SimulatedGateway, **options: Any) -> Network:
    """A network with a token service of the usual account."""
    return Network(gateway, SimulatedTokenService(gateway, **options))


def issued(network: Network) -> int:
    service = network.service
    assert isinstance(service, SimulatedTokenService)
    return service.issued


def kept(state: Path) -> list[str]:
    return [path.read_text().strip() for path in state.rglob("*") if path.is_file()]


# Firmware below 7


@pytest.mark.parametrize("name", ["3.17", "5.0"])
def test_old_firmware_lets_its_own_user_in(name: str, surface: Surface, clock: FakeClock) -> None:
    old = SimulatedGateway(name, clock=clock)
    with old.serve() as host, opened(surface, host) as envoy:
        snapshot = envoy.read()
    assert snapshot.problems == []
    assert snapshot.inverters


@pytest.mark.parametrize("name", ["3.17", "5.0"])
def test_the_installer_s_password_is_known(name: str, surface: Surface, clock: FakeClock) -> None:
    serial = SimulatedGateway(name, clock=clock).serial
    password = factory_password("installer", serial)
    assert password
    old = SimulatedGateway(name, clock=clock, username="installer", password=password)
    with opened(surface, transport=network_of(old), username="installer") as envoy:
        assert envoy.read().inverters
    assert old.serial == serial


@pytest.mark.parametrize(
    ("serial", "password"),
    # Published by several projects for these serial numbers.
    [("123456789012", "789012"), ("1", "1"), ("", "")],
)
def test_the_user_s_password_is_the_end_of_the_serial_number(serial: str, password: str) -> None:
    assert factory_password("envoy", serial) == password
    assert factory_password("somebody", serial) is None


def test_the_installer_s_password_is_eight_characters_of_the_serial_number() -> None:
    passwords = {factory_password("installer", str(122300000000 + n)) for n in range(500)}
    assert len(passwords) == 500
    assert all(re.fullmatch(r"[2-9a-zA-Z@]{8}", str(password)) for password in passwords)


def test_a_user_and_password_of_one_s_own(surface: Surface, clock: FakeClock) -> None:
    old = SimulatedGateway("5.0", clock=clock, username="me", password="p\u00e4ss:w\u00f6rd")
    network = network_of(old)
    options = {"username": "me", "password": "p\u00e4ss:w\u00f6rd"}
    with opened(surface, transport=network, **options) as envoy:
        assert envoy.read().inverters
    # Digest: what goes over the wire is an answer to a challenge.
    sent = b"".join(value for request in network.seen for _, value in request.headers.raw)
    assert b"w\xc3\xb6rd" not in sent
    assert b'username="me"' in sent


@pytest.mark.parametrize("name", ["3.17", "5.0"])
@pytest.mark.parametrize("username", ["envoy", "somebody", None])
def test_the_wrong_password_is_told(
    name: str, username: str | None, surface: Surface, clock: FakeClock
) -> None:
    old = SimulatedGateway(name, clock=clock)
    client = opened(surface, transport=network_of(old), username=username, password="wr0ng")
    with client as envoy:
        for call in (envoy.read, envoy.summary, lambda: envoy.fetch(sources.INVERTERS)):
            with pytest.raises(AuthenticationError) as caught:
                call()
            assert "wr0ng" not in str(caught.value)


def test_a_user_whose_password_nobody_knows(surface: Surface, clock: FakeClock) -> None:
    old = SimulatedGateway("5.0", clock=clock)
    with (
        opened(surface, transport=network_of(old), username="somebody") as envoy,
        pytest.raises(ConfigError, match=r"5\.0\.62.*'somebody'.*password="),
    ):
        envoy.read()


def test_a_nonce_that_has_ended_is_answered_anew(surface: Surface, clock: FakeClock) -> None:
    old = SimulatedGateway("5.0", clock=clock)
    with opened(surface, transport=network_of(old)) as envoy:
        first = envoy.read()
        before = len(old.requests)
        assert envoy.read() == first
        # The challenge of before is still good.
        assert len(set(asked(old)[before:])) == len(asked(old)[before:])
        old.reboot()
        clock.advance(301)
        again = envoy.read()
    assert again.problems == []
    assert again.inverters.keys() == first.inverters.keys()


def test_what_old_firmware_never_allows_is_not_there(surface: Surface, clock: FakeClock) -> None:
    old = SimulatedGateway("3.17", clock=clock)
    with opened(surface, transport=network_of(old)) as envoy:
        assert envoy.read().problems == []
        assert "/admin/lib/tariff" in envoy.profile.refused
        assert "/admin/lib/tariff" in envoy.profile.absent


def test_a_token_is_of_no_use_to_old_firmware(surface: Surface, clock: FakeClock) -> None:
    old = SimulatedGateway("5.0", clock=clock)
    network = network_of(old)
    token = SimulatedGateway("7.6", clock=clock).issue_token()
    with opened(surface, transport=network, token=token) as envoy:
        assert envoy.read().problems == []
    sent = [r.headers.get("authorization", "") for r in network.seen]
    assert all("Bearer" not in header for header in sent)


# A token that is given


def test_a_token_is_sent_with_everything_but_the_first_question(
    surface: Surface, gateway: SimulatedGateway
) -> None:
    network, token = Network(gateway), gateway.issue_token()
    with opened(surface, transport=network, token=f" {token}\n") as envoy:
        assert envoy.read().problems == []
    assert asked(gateway)[:2] == ["/info", "/auth/check_jwt"]
    sent = [r.headers.get("authorization") for r in network.seen]
    assert sent == [None, *[f"Bearer {token}"] * (len(sent) - 1)]


def test_no_token_and_no_way_to_one(surface: Surface, gateway: SimulatedGateway) -> None:
    for options in ({}, {"username": EMAIL}, {"password": PASSWORD}, {"token": ""}):
        with opened(surface, transport=Network(gateway), **options) as envoy:
            with pytest.raises(ConfigError, match=r"needs a token: fetch one from") as caught:
                envoy.read()
            assert envoy.info.serial_number in str(caught.value)
            assert "token=" in str(caught.value)
            assert PASSWORD not in str(caught.value)
    assert set(asked(gateway)) == {"/info"}


def test_a_token_that_has_ended(surface: Surface, gateway: SimulatedGateway) -> None:
    token = gateway.issue_token(lifetime=-1)
    with (
        opened(surface, transport=Network(gateway), token=token) as envoy,
        pytest.raises(ConfigError, match=r"the one given ended on 2024-06-15T11:59"),
    ):
        envoy.read()
    # Only the gateway knows: this machine's clock may be wrong.
    assert asked(gateway) == ["/info", "/auth/check_jwt"]


def test_a_token_with_nothing_to_follow_it_is_used_to_its_end(
    surface: Surface, gateway: SimulatedGateway, clock: FakeClock
) -> None:
    token = gateway.issue_token(lifetime=300)
    with opened(surface, transport=Network(gateway), token=token) as envoy:
        assert envoy.read().problems == []
        clock.advance(299)
        assert envoy.read().problems == []
        clock.advance(2)
        with pytest.raises(ConfigError, match="ended on"):
            envoy.read()


@pytest.mark.parametrize("seed", [1, 2])
def test_a_token_of_another_gateway(
    seed: int, surface: Surface, gateway: SimulatedGateway, clock: FakeClock
) -> None:
    token = SimulatedGateway("7.6", seed=seed, clock=clock).issue_token()
    with opened(surface, transport=Network(gateway), token=token) as envoy:
        for _ in range(2):
            with pytest.raises(AuthenticationError, match="serial number"):
                envoy.read()
    # It is not sent to anything but the one place that checks it.
    assert set(asked(gateway)) == {"/info", "/auth/check_jwt"}


def test_a_token_that_is_refused_from_one_day_to_the_next(
    surface: Surface, gateway: SimulatedGateway
) -> None:
    with opened(surface, transport=Network(gateway), token=gateway.issue_token()) as envoy:
        envoy.read()
        gateway.revoke_tokens()
        before = len(gateway.requests)
        with pytest.raises(AuthenticationError):
            envoy.read()
    assert len(gateway.requests) - before <= 3


def test_one_endpoint_may_be_closed_to_a_token(surface: Surface, gateway: SimulatedGateway) -> None:
    network = serviced(gateway)
    with opened(surface, transport=network, **ACCOUNT) as envoy:
        gateway.fail("/admin/lib/tariff", with_=faults.status(401), times=None)
        for _ in range(3):
            assert set(told_of(envoy.read())) == {"/admin/lib/tariff"}
        with pytest.raises(AuthenticationError, match="/admin/lib/tariff"):
            envoy.fetch(sources.TARIFF)
    # The token is as good as ever, and another one would be no better.
    assert issued(network) == 1


def test_a_check_that_fails_is_no_refusal(surface: Surface, gateway: SimulatedGateway) -> None:
    gateway.fail("/auth/check_jwt", with_=faults.status(500))
    with opened(surface, transport=Network(gateway), token=gateway.issue_token()) as envoy:
        assert envoy.read().problems == []


# A token that is provided


def provider(surface: Surface, give: Callable[[str], Any]) -> Callable[[str], str | Awaitable[str]]:
    """What gives tokens; for the async client a coroutine function."""
    if not surface.is_async:
        return give

    async def provide(serial_number: str) -> str:
        text: str = give(serial_number)
        return text

    return provide


def test_a_provider_is_asked_when_a_token_is_wanted(
    surface: Surface, gateway: SimulatedGateway, clock: FakeClock, state: Path
) -> None:
    serial_numbers: list[str] = []

    def give(serial_number: str) -> str:
        serial_numbers.append(serial_number)
        return gateway.issue_token(owner=False)

    give_it = provider(surface, give)
    with opened(surface, transport=Network(gateway), token_provider=give_it) as envoy:
        _ = envoy.info
        assert serial_numbers == []
        for _ in range(3):
            assert envoy.read().problems == []
        assert serial_numbers == [gateway.serial]
        # An installer's token is good for 12 hours.
        clock.advance(12 * 3600 - 300)
        assert envoy.read().problems == []
        assert serial_numbers == [gateway.serial] * 2
        gateway.revoke_tokens()
        assert envoy.read().problems == []
    assert serial_numbers == [gateway.serial] * 3
    # What comes of a provider is its own to keep.
    assert not (state / "tokens").exists()


def test_the_async_client_takes_a_plain_function_too(
    async_surface: Surface, gateway: SimulatedGateway
) -> None:
    options: dict[str, Any] = {"token_provider": lambda _: gateway.issue_token()}
    with opened(async_surface, transport=Network(gateway), **options) as envoy:
        assert envoy.read().problems == []


def test_a_provider_follows_a_token_that_is_given(
    surface: Surface, gateway: SimulatedGateway, clock: FakeClock
) -> None:
    calls: list[str] = []

    def give(serial_number: str) -> str:
        calls.append(serial_number)
        return gateway.issue_token()

    token = gateway.issue_token(lifetime=DAY)
    give_it, network = provider(surface, give), Network(gateway)
    with opened(surface, transport=network, token=token, token_provider=give_it) as envoy:
        envoy.read()
        assert calls == []
        clock.advance(DAY - 60)
        assert envoy.read().problems == []
    assert calls == [gateway.serial]


@pytest.mark.parametrize("nonsense", [None, 7, "", "token", b"a.b.c", ["a.b.c"]], ids=repr)
def test_a_provider_that_gives_no_token(
    nonsense: Any, surface: Surface, gateway: SimulatedGateway
) -> None:
    give_it = provider(surface, lambda _: nonsense)
    with opened(surface, transport=Network(gateway), token_provider=give_it) as envoy:
        for _ in range(2):
            with pytest.raises(ConfigError, match="JSON Web Token"):
                envoy.read()
    assert set(asked(gateway)) == {"/info"}


@pytest.mark.filterwarnings("ignore:coroutine.*was never awaited:RuntimeWarning")
def test_the_sync_client_takes_no_coroutine_function(gateway: SimulatedGateway) -> None:
    async def give(_: str) -> str:
        return gateway.issue_token()

    with (
        opened(Surface("sync"), transport=Network(gateway), token_provider=give) as envoy,
        pytest.raises(ConfigError, match="JSON Web Token"),
    ):
        envoy.read()


def test_a_provider_that_gives_what_was_refused_is_not_asked_for_ever(
    surface: Surface, gateway: SimulatedGateway
) -> None:
    token, calls = gateway.issue_token(), list[str]()

    def give(serial_number: str) -> str:
        calls.append(serial_number)
        return token

    give_it = provider(surface, give)
    with opened(surface, transport=Network(gateway), token_provider=give_it) as envoy:
        envoy.read()
        gateway.revoke_tokens()
        with pytest.raises(AuthenticationError):
            envoy.read()
    assert len(calls) <= 2


def test_a_provider_s_own_exception_is_its_own(surface: Surface, gateway: SimulatedGateway) -> None:
    def give(_: str) -> str:
        raise ZeroDivisionError("in the caller's own function")

    give_it = provider(surface, give)
    with opened(surface, transport=Network(gateway), token_provider=give_it) as envoy:
        with pytest.raises(ZeroDivisionError):
            envoy.read()
        assert envoy.info.serial_number == gateway.serial


# A token that is fetched


def test_a_token_is_fetched_and_kept_for_the_next_client(
    surface: Surface, gateway: SimulatedGateway, state: Path
) -> None:
    network = serviced(gateway)
    for _ in range(3):
        with opened(surface, transport=network, **ACCOUNT) as envoy:
            assert envoy.read().problems == []
            assert envoy.read().problems == []
    assert issued(network) == 1
    assert [r.url.host for r in network.service_requests] == [
        "enlighten.enphaseenergy.com",
        "entrez.enphaseenergy.com",
    ]
    token = load_token(gateway.serial)
    assert token is not None
    assert kept(state) == [json.dumps({gateway.serial: token.text}, separators=(",", ":"))]
    (path,) = state.iterdir()
    assert path.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("owner", [True, False])
def test_a_token_is_renewed_before_it_ends(
    owner: bool, surface: Surface, gateway: SimulatedGateway, clock: FakeClock
) -> None:
    lifetime = 2 * DAY if owner else 12 * 3600
    network = serviced(gateway, owner=owner, lifetime=2 * DAY if owner else None)
    with opened(surface, transport=network, **ACCOUNT) as envoy:
        envoy.read()
        clock.advance(lifetime - 3600)
        envoy.read()
        assert issued(network) == 1
        clock.advance(3000)
        assert envoy.read().problems == []
        assert issued(network) == 2
        envoy.read()
    assert issued(network) == 2
    # Not one request was refused.
    assert asked(gateway).count("/auth/check_jwt") == 2


def test_a_token_that_is_refused_is_renewed_once(
    surface: Surface, gateway: SimulatedGateway
) -> None:
    network = serviced(gateway)
    with opened(surface, transport=network, **ACCOUNT) as envoy:
        first = envoy.read()
        gateway.revoke_tokens()
        before = len(gateway.requests)
        assert envoy.read() == first
        again = asked(gateway)[before:]
    assert issued(network) == 2
    # Only what was refused is asked twice.
    assert {path for path in again if again.count(path) > 1} == {again[0], "/auth/check_jwt"}


def test_a_token_that_is_refused_in_the_middle_is_renewed(
    surface: Surface, gateway: SimulatedGateway
) -> None:
    network = serviced(gateway)
    with opened(surface, transport=network, **ACCOUNT) as envoy:
        first = envoy.read()

        def revoke(answer: Answer) -> Answer:
            # Not by the method, whose lock the answer holds.
            gateway._token_login().revoke()
            return answer

        gateway.fail("/ivp/meters/readings", with_=faults.Fault("revoked", revoke))
        assert envoy.read() == first
    assert issued(network) == 2


def test_a_gateway_that_refuses_every_token(
    surface: Surface, gateway: SimulatedGateway, clock: FakeClock
) -> None:
    network = serviced(gateway)
    stranger = SimulatedGateway("7.6", seed=9, clock=clock)
    strange = SimulatedTokenService(stranger, email=EMAIL)

    def service(request: httpx.Request) -> httpx.Response:
        if request.url.path != "/tokens":
            return strange(request)
        network.seen.append(request)
        return httpx.Response(200, text=stranger.issue_token())

    network.service = service
    with (
        opened(surface, transport=network, **ACCOUNT) as envoy,
        pytest.raises(AuthenticationError, match="does not accept the token"),
    ):
        envoy.read()
    assert len(network.service_requests) <= 3, "one login, not a loop of them"


def test_the_stored_token_of_before_is_not_the_last_word(
    surface: Surface, gateway: SimulatedGateway
) -> None:
    """It was revoked when the gateway was set up anew."""
    store_token(gateway.serial, Token.parsed(gateway.issue_token()))
    gateway.revoke_tokens()
    network = serviced(gateway)
    with opened(surface, transport=network, **ACCOUNT) as envoy:
        assert envoy.read().problems == []
    assert issued(network) == 1


def test_the_newer_token_of_another_process_is_used_instead_of_fetching(
    surface: Surface, gateway: SimulatedGateway, clock: FakeClock
) -> None:
    network = serviced(gateway, owner=False)
    with opened(surface, transport=network, **ACCOUNT) as envoy:
        envoy.read()
        assert issued(network) == 1
        # Before it ends…
        clock.advance(12 * 3600 - 300)
        store_token(gateway.serial, Token.parsed(gateway.issue_token(owner=False)))
        assert envoy.read().problems == []
        assert issued(network) == 1
        # …and after a 401.
        gateway.revoke_tokens()
        newest = Token.parsed(gateway.issue_token(owner=False))
        store_token(gateway.serial, newest)
        assert envoy.read().problems == []
    assert issued(network) == 1
    assert load_token(gateway.serial) == newest


def test_a_token_file_of_an_account_is_not_for_whoever_has_no_account(
    surface: Surface, gateway: SimulatedGateway
) -> None:
    store_token(gateway.serial, Token.parsed(gateway.issue_token()))
    with opened(surface, transport=Network(gateway)) as envoy, pytest.raises(ConfigError):
        envoy.read()


def test_a_second_factor_is_told(surface: Surface, gateway: SimulatedGateway, state: Path) -> None:
    network = serviced(gateway, second_factor=True)
    with opened(surface, transport=network, **ACCOUNT) as envoy:
        with pytest.raises(AuthenticationError, match=r"second factor.*by hand"):
            envoy.read()
        assert envoy.info.serial_number
    assert kept(state) == []


def test_the_wrong_account_is_asked_once_and_told(
    surface: Surface, gateway: SimulatedGateway, state: Path
) -> None:
    network = serviced(gateway)
    options = {"username": EMAIL, "password": "wr0ng"}
    with opened(surface, transport=network, **options) as envoy:
        for attempt in (1, 2):
            with pytest.raises(AuthenticationError, match="username= and password="):
                envoy.summary()
            # More attempts than calls would lock an account.
            assert len(network.service_requests) == attempt
    assert kept(state) == []


def test_the_wrong_account_when_a_token_ends(
    surface: Surface, gateway: SimulatedGateway, clock: FakeClock
) -> None:
    network = serviced(gateway, lifetime=DAY)
    with opened(surface, transport=network, **ACCOUNT) as envoy:
        envoy.read()
        network.service = SimulatedTokenService(gateway, password="changed")
        before = len(network.service_requests)
        clock.advance(DAY)
        with pytest.raises(AuthenticationError, match="username= and password="):
            envoy.read()
    assert len(network.service_requests) - before == 1


def test_an_account_without_this_gateway(
    surface: Surface, gateway: SimulatedGateway, clock: FakeClock
) -> None:
    other = SimulatedGateway("7.6", seed=3, clock=clock)
    network = Network(gateway, SimulatedTokenService(other))
    with (
        opened(surface, transport=network, **ACCOUNT) as envoy,
        pytest.raises(AuthenticationError, match=r"/tokens.*this account's gateway"),
    ):
        envoy.read()


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (httpx.Response(503, text="<html>"), ServerError),
        (httpx.Response(200, text="<html>"), APIResponseValidationError),
        (httpx.ConnectError("no such host"), APIConnectionError),
        (httpx.ReadTimeout("late"), APIConnectionError),
        (OSError("broken pipe"), APIConnectionError),
    ],
    ids=repr,
)
def test_a_service_that_is_down(
    answer: Any, kind: type[Exception], surface: Surface, gateway: SimulatedGateway
) -> None:
    def service(_: httpx.Request) -> httpx.Response:
        if isinstance(answer, Exception):
            raise answer
        return httpx.Response(answer.status_code, content=answer.content)

    network = Network(gateway, service)
    with opened(surface, transport=network, **ACCOUNT) as envoy:
        with pytest.raises(kind):
            envoy.read()
        # And up again.
        network.service = SimulatedTokenService(gateway)
        assert envoy.read().problems == []


def test_a_service_that_is_down_when_a_token_is_refused(
    surface: Surface, gateway: SimulatedGateway, caplog: pytest.LogCaptureFixture
) -> None:
    network = serviced(gateway)
    with opened(surface, transport=network, **ACCOUNT) as envoy:
        envoy.read()
        gateway.revoke_tokens()
        service, network.service = network.service, None
        with caplog.at_level(logging.WARNING, "enphase_sdk"), pytest.raises(AuthenticationError):
            envoy.read()
        assert "no new token" in caplog.text
        network.service = service
        assert envoy.read().problems == []


@pytest.mark.filterwarnings("ignore:Async generator:ResourceWarning")
def test_a_service_that_sends_too_much(surface: Surface, gateway: SimulatedGateway) -> None:
    class Endless(httpx.SyncByteStream, httpx.AsyncByteStream):
        def __iter__(self) -> Any:
            for _ in range(1000):
                yield b" " * 2**20

        async def __aiter__(self) -> Any:
            for chunk in self:
                yield chunk

    network = Network(gateway, lambda _: httpx.Response(200, stream=Endless()))
    with (
        opened(surface, transport=network, **ACCOUNT) as envoy,
        pytest.raises(APIResponseValidationError, match="16 MiB"),
    ):
        envoy.read()


def test_the_services_are_reached_through_the_proxy_of_the_environment(
    surface: Surface, gateway: SimulatedGateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The gateway, in the house, is not."""
    for name in ("ALL_PROXY", "NO_PROXY", "https_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
    connects: list[bytes] = []
    with proxy(connects) as port, gateway.serve(tls=True) as host:
        monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{port}")
        with opened(surface, host, **ACCOUNT) as envoy, pytest.raises(APIConnectionError):
            envoy.read()
    assert [line.split(b"\r\n")[0] for line in connects] == [
        b"CONNECT enlighten.enphaseenergy.com:443 HTTP/1.1"
    ]
    assert asked(gateway) == ["/info"]


@contextmanager
def proxy(connects: list[bytes]) -> Iterator[int]:
    """A proxy that writes down where it is asked to go, and refuses."""
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            with connection:
                connects.append(connection.recv(65536))
                connection.sendall(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n")

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        yield listener.getsockname()[1]
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join()


def test_a_gateway_that_claims_to_be_old_gets_no_token_and_no_password(
    surface: Surface, gateway: SimulatedGateway
) -> None:
    """Somebody in between answers in the clear, and asks for a login."""

    def answer(seen: Seen) -> bytes:
        if seen.target == "/info":
            info = "<envoy_info><device><sn>1</sn><software>D5.0.1</software></device></envoy_info>"
            return wire("200 OK", info.encode())
        return wire("401 No", b"", WWW_Authenticate='Basic realm="r"')

    token = gateway.issue_token()
    with loopback(answer) as (url, seen):
        host = url.removeprefix("http://").partition("/")[0]
        with (
            opened(surface, host, token=token, allow_http=True, **ACCOUNT) as envoy,
            pytest.raises(AuthenticationError),
        ):
            envoy.fetch(sources.METERS)
    sent = " ".join(str(request.headers) for request in seen)
    basic = base64.b64encode(f"{EMAIL}:{PASSWORD}".encode()).decode()
    assert token not in sent
    assert PASSWORD not in sent
    assert basic not in sent
    assert json.dumps(PASSWORD) not in sent
