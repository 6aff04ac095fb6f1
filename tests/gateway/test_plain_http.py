"""Plain HTTP is for old gateways: whoever breaks HTTPS off gets nothing, and is not believed."""

from __future__ import annotations

import logging
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from enphase_sdk.errors import APIConnectionError, ConfigError
from enphase_sdk.gateway import sources
from enphase_sdk.testing import FakeClock, SimulatedGateway
from tests.gateway.envoys import EMAIL, HOST, PASSWORD, Network, network_of, opened
from tests.support import Surface

ACCOUNT = {"username": EMAIL, "password": PASSWORD}

CALLS: dict[str, Callable[[Any], Any]] = {
    "info": lambda envoy: envoy.info,
    "read": lambda envoy: envoy.read(),
    "summary": lambda envoy: envoy.summary(),
    "inverters_summary": lambda envoy: envoy.inverters_summary(),
    "envoys": lambda envoy: envoy.envoys(),
    "fetch": lambda envoy: envoy.fetch(sources.INVERTERS),
}

BREAKS: list[Exception] = [
    httpx.ConnectError("[SSL: UNEXPECTED_EOF_WHILE_READING] EOF occurred in violation of protocol"),
    httpx.ConnectError("handshake failed"),
    httpx.ConnectError(""),
    httpx.ConnectTimeout("late"),
    httpx.ReadError(""),
    httpx.RemoteProtocolError("hung up"),
]


class Between(Network):
    """Somebody in between, who lets no HTTPS through and answers in its place."""

    broken: Exception = httpx.ConnectError("handshake failed")

    def _note(self, request: httpx.Request) -> None:
        self.seen.append(request)
        if request.url.scheme == "https":
            raise self.broken


def impostor(clock: FakeClock, broken: Exception | None = None, name: str = "5.0") -> Between:
    network = Between(SimulatedGateway(name, clock=clock))
    network.broken = broken or httpx.ConnectError("handshake failed")
    return network


def token() -> str:
    return SimulatedGateway("7.6").issue_token()


def credentials() -> list[Any]:
    return [
        pytest.param({"token": token()}, id="token"),
        pytest.param({"token_provider": lambda _: token()}, id="token_provider"),
        pytest.param(ACCOUNT, id="account"),
        pytest.param({"username": EMAIL}, id="account without password"),
        pytest.param({"token": token(), **ACCOUNT}, id="both"),
    ]


def assert_nothing_was_told(network: Network) -> None:
    for request in network.seen:
        if request.url.scheme == "http":
            assert request.url.path == "/info"
            assert "authorization" not in request.headers
    assert {request.url.host for request in network.seen} == {HOST}


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize("options", credentials())
def test_who_breaks_https_off_is_neither_told_anything_nor_believed(
    call: str, options: dict[str, Any], surface: Surface, clock: FakeClock
) -> None:
    network = impostor(clock)
    with opened(surface, transport=network, **options) as envoy:
        for _ in range(2):
            with pytest.raises(ConfigError, match=r"plain HTTP.*username='envoy'.*allow_http=True"):
                CALLS[call](envoy)
    assert_nothing_was_told(network)


@pytest.mark.parametrize("broken", BREAKS, ids=repr)
@pytest.mark.parametrize("name", ["3.17", "5.0"])
def test_in_whatever_way_it_is_broken_off(broken: Exception, name: str, clock: FakeClock) -> None:
    network = impostor(clock, broken, name)
    with (
        opened(Surface("sync"), transport=network, token=token()) as envoy,
        pytest.raises(ConfigError, match="plain HTTP"),
    ):
        envoy.read()
    assert_nothing_was_told(network)


@contextmanager
def hanging_up(plain: SimulatedGateway) -> Iterator[str]:
    """A port at which TLS is broken off after its first bytes, and plain HTTP is answered."""
    with plain.serve() as behind:
        listener = socket.create_server(("127.0.0.1", 0))
        host, port = behind.split(":")

        def serve() -> None:
            while True:
                try:
                    connection, _ = listener.accept()
                except OSError:
                    return
                with connection:
                    first = connection.recv(65536)
                    if first[:1] == b"\x16":
                        continue
                    with socket.create_connection((host, int(port))) as onward:
                        onward.sendall(first.replace(b"keep-alive", b"close"))
                        while data := onward.recv(65536):
                            connection.sendall(data)

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield f"127.0.0.1:{listener.getsockname()[1]}"
        finally:
            listener.shutdown(socket.SHUT_RDWR)
            listener.close()
            thread.join()


@pytest.mark.parametrize("options", credentials())
def test_tls_that_is_hung_up_on(
    options: dict[str, Any], surface: Surface, clock: FakeClock
) -> None:
    old = SimulatedGateway("5.0", clock=clock)
    with (
        hanging_up(old) as host,
        opened(surface, host, **options) as envoy,
        pytest.raises(ConfigError, match="plain HTTP"),
    ):
        envoy.read()
    assert {path for _, path in old.requests} == {"/info"}


@pytest.mark.parametrize("options", [{"allow_http": True}, {"username": "envoy"}], ids=str)
@pytest.mark.parametrize("given", [{"token": token()}, {"token": token(), **ACCOUNT}])
def test_a_real_old_gateway_can_be_allowed(
    options: dict[str, Any], given: dict[str, Any], surface: Surface, clock: FakeClock
) -> None:
    network = impostor(clock)
    # Enlighten's password is not the local user's.
    given = {**given, **options} if "allow_http" in options else {"token": token(), **options}
    with opened(surface, transport=network, **given) as envoy:
        assert envoy.read().problems == []
        assert envoy.read().inverters
    sent = " ".join(str(request.headers.get("authorization")) for request in network.seen)
    # The factory's user, and neither the token nor the account.
    assert 'Digest username="envoy"' in sent
    assert "Bearer" not in sent
    assert EMAIL not in sent


@pytest.mark.parametrize("scheme", ["https", "http"])
def test_an_enlighten_account_is_no_answer_to_a_digest_challenge(
    scheme: str, surface: Surface, clock: FakeClock
) -> None:
    old = SimulatedGateway("5.0", clock=clock)
    network = Network(old, tls=scheme == "https")
    with opened(surface, transport=network, allow_http=True, **ACCOUNT) as envoy:
        assert envoy.read().inverters
    assert all(EMAIL not in str(request.headers) for request in network.seen)


def test_where_nobody_listens_for_https_a_token_may_wait_for_the_update(
    surface: Surface, clock: FakeClock
) -> None:
    network = network_of(SimulatedGateway("5.0", clock=clock))
    with opened(surface, transport=network, token=token()) as envoy:
        assert envoy.read().inverters
    assert all("Bearer" not in str(r.headers.get("authorization")) for r in network.seen)
    # An account is another matter: it is of no use there, now or later.
    with opened(surface, transport=network, **ACCOUNT) as envoy, pytest.raises(ConfigError):
        envoy.read()


def test_a_client_that_was_once_https_stays_so(surface: Surface, clock: FakeClock) -> None:
    gateway = SimulatedGateway("7.6", clock=clock)
    network = Network(gateway)
    with opened(surface, transport=network, token=gateway.issue_token()) as envoy:
        envoy.read()
        network.tls = False
        network.gateway = SimulatedGateway("5.0", clock=clock)
        before = len(network.seen)
        for _ in range(3):
            clock.advance(4000)
            with pytest.raises(APIConnectionError):
                envoy.read()
    assert {request.url.scheme for request in network.seen[before:]} == {"https"}


def test_an_address_that_was_once_https_stays_so(
    surface: Surface, clock: FakeClock, state: Path
) -> None:
    gateway = SimulatedGateway("7.6", clock=clock)
    with gateway.serve(tls=True) as host, opened(surface, host) as envoy:
        assert envoy.info
    old = SimulatedGateway("5.0", clock=clock)
    network = network_of(old)
    (pin,) = (state / "fingerprints").iterdir()
    pin.rename(pin.with_name(f"{HOST}_443"))
    client = opened(surface, transport=network, allow_http=True, username="envoy")
    with client as envoy, pytest.raises(APIConnectionError):
        envoy.read()
    assert {request.url.scheme for request in network.seen} == {"https"}


def test_https_that_another_process_has_found_is_taken_up(
    surface: Surface, clock: FakeClock, state: Path
) -> None:
    old = SimulatedGateway("5.0", clock=clock)
    network = network_of(old)
    with opened(surface, transport=network) as envoy:
        envoy.read()
        (state / "fingerprints").mkdir(parents=True)
        (state / "fingerprints" / f"{HOST}_443").write_text("ab" * 32)
        before = len(network.seen)
        with pytest.raises(APIConnectionError):
            envoy.read()
    assert {request.url.scheme for request in network.seen[before:]} == {"https"}


def test_a_serial_number_that_was_once_https_stays_so_at_another_address(
    surface: Surface, clock: FakeClock, state: Path
) -> None:
    gateway = SimulatedGateway("7.6", clock=clock)
    with gateway.serve(tls=True) as host, opened(surface, host) as envoy:
        serial = envoy.info.serial_number
    seen: list[httpx.Request] = []

    def claim(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        if request.url.scheme == "https":
            raise httpx.ConnectError("Connection refused")
        device = f"<sn>{serial}</sn><software>D5.0.1</software>"
        return httpx.Response(200, text=f"<envoy_info><device>{device}</device></envoy_info>")

    for options in ({}, {"allow_http": True}, {"username": "envoy"}):
        client = opened(surface, transport=httpx.MockTransport(claim), **options)
        with client as envoy, pytest.raises(ConfigError, match=f"{serial}.*HTTPS before"):
            envoy.read()
    assert {request.url.path for request in seen} == {"/info"}
    assert all("authorization" not in request.headers for request in seen)
    assert serial in (state / "gateway-serials.json").read_text()


@pytest.mark.parametrize("options", [{}, {"username": "me", "password": "zzlocal"}], ids=str)
def test_without_an_account_of_enlighten_old_gateways_are_read_as_ever(
    options: dict[str, Any], surface: Surface, clock: FakeClock, caplog: pytest.LogCaptureFixture
) -> None:
    old = SimulatedGateway("5.0", clock=clock, **options)
    with (
        caplog.at_level(logging.WARNING, "enphase_sdk"),
        old.serve() as host,
        opened(surface, host, **options) as envoy,
    ):
        assert envoy.read().inverters
    assert caplog.records == []


def test_the_reason_why_https_did_not_answer_is_told(surface: Surface, clock: FakeClock) -> None:
    network = impostor(clock, httpx.ConnectTimeout("late"))
    client = opened(surface, transport=network, token=token())
    with client as envoy, pytest.raises(ConfigError, match=r"5\.0.*connect timed out") as caught:
        envoy.read()
    assert token().split(".")[2] not in str(caught.value)
