"""Which certificate is believed: pinned at the first contact, given, or vouched for by a file."""

from __future__ import annotations

import logging
import os
import socket
import stat
import subprocess
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from pathlib import Path
from typing import Any

import anyio
import httpx
import pytest

from enphase_sdk import Envoy
from enphase_sdk._async.gateway_connection import AsyncGatewayConnection
from enphase_sdk._sync.gateway_connection import GatewayConnection
from enphase_sdk.core.effects import Request
from enphase_sdk.core.timeouts import timeouts
from enphase_sdk.errors import (
    APIConnectionError,
    ConfigError,
    EnphaseError,
    FingerprintMismatchError,
)
from enphase_sdk.gateway.address import Address
from enphase_sdk.gateway.login import Bearer
from enphase_sdk.gateway.tls import GatewayTrust, Pin, fingerprint_text
from enphase_sdk.gateway.tokens import Token
from enphase_sdk.testing import FakeClock, SimulatedGateway
from enphase_sdk.testing import gateway_faults as faults
from enphase_sdk.testing.gateway.answers import Answer
from enphase_sdk.testing.gateway.tls import self_signed
from tests.gateway.envoys import HOST, Network, asked, opened
from tests.support import Seen, Surface, loopback, wire

DIGITS = "0123456789abcdef" * 4


@pytest.fixture
def gateway(clock: FakeClock) -> SimulatedGateway:
    return SimulatedGateway("7.6", clock=clock)


def pin_file(state: Path, host: str) -> Path:
    return state / "fingerprints" / host.replace(":", "_")


def first_contact(surface: Surface, host: str, **options: Any) -> None:
    with opened(surface, host, **options) as envoy:
        assert envoy.info.serial_number


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


# Pinning


def test_the_first_contact_pins_and_says_so(
    surface: Surface,
    gateway: SimulatedGateway,
    state: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    with caplog.at_level(logging.WARNING, "enphase_sdk"), gateway.serve(tls=True) as host:
        first_contact(surface, host)
        first_contact(surface, host)
    path = pin_file(state, host)
    assert path.read_text().strip() == gateway.fingerprint
    assert mode(path) == 0o600
    assert mode(path.parent) == 0o700
    assert list(path.parent.iterdir()) == [path]
    (record,) = caplog.records
    assert gateway.fingerprint in record.getMessage()
    assert str(path) in record.getMessage()


def test_another_certificate_is_noticed_before_anything_is_sent(
    surface: Surface, gateway: SimulatedGateway, state: Path
) -> None:
    with gateway.serve(tls=True) as host:
        first_contact(surface, host)
        before, known = len(gateway.requests), gateway.fingerprint
        actual = gateway.new_certificate()
        with opened(surface, host, token=gateway.issue_token()) as envoy:
            for _ in range(2):
                with pytest.raises(FingerprintMismatchError) as caught:
                    envoy.read()
    assert len(gateway.requests) == before
    assert (caught.value.host, caught.value.expected, caught.value.actual) == (host, known, actual)
    # How to accept it, in Python and by hand.
    text = str(caught.value)
    assert f"fingerprint='{actual}'" in text
    assert str(pin_file(state, host)) in text
    assert pin_file(state, host).read_text().strip() == known


def test_another_certificate_is_noticed_on_a_later_connection_of_the_same_client(
    surface: Surface, gateway: SimulatedGateway
) -> None:
    token = gateway.issue_token()
    with gateway.serve(tls=True) as host, opened(surface, host, token=token) as envoy:
        envoy.read()
        # So that the next request needs a new connection.
        gateway.fail("/api/v1/production", with_=faults.connection_error())
        gateway.new_certificate()
        before = len(gateway.requests)
        with pytest.raises(FingerprintMismatchError):
            envoy.read()
    assert asked(gateway)[before:] == ["/api/v1/production"]


def raw_tls_server(received: list[bytes]) -> Any:
    """A server that shakes hands and writes down every byte of what is inside."""
    listener = socket.create_server(("127.0.0.1", 0))
    context = self_signed("1").context

    def serve() -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            try:
                with context.wrap_socket(connection, server_side=True) as wrapped:
                    while data := wrapped.recv(65536):
                        received.append(data)
            except OSError:
                pass

    thread = threading.Thread(target=serve)
    thread.start()
    return listener, thread


def test_not_a_byte_goes_to_a_gateway_with_the_wrong_certificate(surface: Surface) -> None:
    received: list[bytes] = []
    listener, thread = raw_tls_server(received)
    host = f"127.0.0.1:{listener.getsockname()[1]}"
    try:
        client = opened(surface, host, fingerprint=DIGITS)
        with client as envoy, pytest.raises(FingerprintMismatchError):
            envoy.read()
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join()
    assert received == []


def test_a_pin_belongs_to_host_and_port(
    surface: Surface, gateway: SimulatedGateway, clock: FakeClock, state: Path
) -> None:
    other = SimulatedGateway("7.6", seed=1, clock=clock)
    with gateway.serve(tls=True) as host, other.serve(tls=True) as other_host:
        first_contact(surface, host)
        first_contact(surface, other_host)
        name = host.replace("127.0.0.1", "LOCALHOST")
        first_contact(surface, name)
    kept = {path.name: path.read_text().strip() for path in (state / "fingerprints").iterdir()}
    assert kept == {
        host.replace(":", "_"): gateway.fingerprint,
        other_host.replace(":", "_"): other.fingerprint,
        name.lower().replace(":", "_"): gateway.fingerprint,
    }


def test_many_clients_at_once_pin_one_certificate(state: Path, clock: FakeClock) -> None:
    gateway = SimulatedGateway("7.6", clock=clock, one_at_a_time=False)

    def contact(host: str) -> str:
        with Envoy(host) as envoy:
            return envoy.info.serial_number

    with gateway.serve(tls=True) as host, ThreadPoolExecutor(16) as pool:
        found = set(pool.map(contact, [host] * 16))
    assert found == {gateway.serial}
    path = pin_file(state, host)
    assert list(path.parent.iterdir()) == [path]
    assert path.read_text().strip() == gateway.fingerprint


def test_many_threads_at_once_pin_one_of_many_certificates(state: Path) -> None:
    pin, go = Pin(Address("envoy.local")), threading.Barrier(16)

    def contact(number: int) -> bool:
        go.wait()
        try:
            pin.check(b"certificate %d" % number)
        except FingerprintMismatchError:
            return False
        return True

    with ThreadPoolExecutor(16) as pool:
        outcomes = list(pool.map(contact, range(16)))
    assert outcomes.count(True) == 1
    assert len(list((state / "fingerprints").iterdir())) == 1


@pytest.mark.parametrize("faster", ["the same", "another"])
def test_a_process_that_was_a_little_faster_has_pinned(
    faster: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    pin = Pin(Address("envoy.local"))

    def link(_: Path, path: Path) -> None:
        path.write_text(sha256(b"the same" if faster == "the same" else b"x").hexdigest())
        raise FileExistsError

    monkeypatch.setattr(os, "link", link)
    if faster == "the same":
        pin.check(b"the same")
    else:
        with pytest.raises(FingerprintMismatchError):
            pin.check(b"the same")


CONTACT = """
import sys
from enphase_sdk.gateway.address import Address
from enphase_sdk.gateway.login import Bearer
from enphase_sdk.gateway.tls import Pin
from enphase_sdk.errors import FingerprintMismatchError
pin = Pin(Address.parsed("envoy.local"))
sys.stdin.readline()
try:
    pin.check(sys.argv[1].encode())
    print("pinned", flush=True)
except FingerprintMismatchError:
    print("refused", flush=True)
"""


def test_two_processes_at_once_pin_one_certificate(state: Path) -> None:
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", CONTACT, f"certificate {number}"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={**os.environ, "ENPHASE_STATE": str(state)},
            text=True,
        )
        for number in range(3)
    ]
    for process in processes:
        assert process.stdin
        process.stdin.write("go\n")
        process.stdin.flush()
    outcomes = [process.communicate()[0].strip() for process in processes]
    assert sorted(outcomes) == ["pinned", "refused", "refused"]
    assert len(list((state / "fingerprints").iterdir())) == 1


@pytest.mark.parametrize("content", [b"", b"nonsense\n", b"ab" * 31, b"\xff\xfe\x00", b"zz" * 32])
def test_a_pin_that_cannot_be_used_is_not_passed_over(
    content: bytes, surface: Surface, gateway: SimulatedGateway, state: Path
) -> None:
    with gateway.serve(tls=True) as host:
        path = pin_file(state, host)
        path.parent.mkdir(parents=True)
        path.write_bytes(content)
        with opened(surface, host) as envoy, pytest.raises(ConfigError) as caught:
            _ = envoy.info
        assert gateway.requests == []
        assert str(path) in str(caught.value)
        assert "delete it" in str(caught.value)
        # With the right one given, it is mended.
        first_contact(surface, host, fingerprint=gateway.fingerprint)
        assert path.read_text().strip() == gateway.fingerprint


def test_a_pin_that_cannot_be_read(
    surface: Surface, gateway: SimulatedGateway, state: Path
) -> None:
    with gateway.serve(tls=True) as host:
        pin_file(state, host).mkdir(parents=True)
        with opened(surface, host) as envoy, pytest.raises(ConfigError, match="cannot read"):
            _ = envoy.info
    assert gateway.requests == []


def test_a_pin_that_cannot_be_written(
    surface: Surface, gateway: SimulatedGateway, state: Path
) -> None:
    state.mkdir()
    (state / "fingerprints").write_text("a file where a folder belongs")
    with gateway.serve(tls=True) as host:
        with opened(surface, host) as envoy, pytest.raises(ConfigError, match="fingerprints"):
            _ = envoy.info
        assert gateway.requests == []
        # Without a place to keep it a fingerprint that is given does.
        first_contact(surface, host, fingerprint=gateway.fingerprint)


# A fingerprint that is given


SPELLINGS: list[Callable[[str], str]] = [
    str,
    str.upper,
    lambda digits: f"  {digits}\n",
    lambda digits: ":".join(digits[n : n + 2] for n in range(0, 64, 2)),
    lambda digits: ":".join(digits[n : n + 2] for n in range(0, 64, 2)).upper(),
    lambda digits: " ".join(digits[n : n + 2] for n in range(0, 64, 2)),
    lambda digits: f"sha256:{digits}",
    lambda digits: f"SHA256:{digits.upper()}",
    lambda digits: f"SHA-256 {digits}",
    lambda digits: (
        "sha256 Fingerprint=" + ":".join(digits[n : n + 2] for n in range(0, 64, 2)).upper()
    ),
    lambda digits: "SHA256 Fingerprint=" + digits,
]


@pytest.mark.parametrize("spelt", SPELLINGS, ids=lambda spelt: spelt(DIGITS)[:24])
def test_a_fingerprint_in_any_spelling(
    spelt: Callable[[str], str], gateway: SimulatedGateway
) -> None:
    assert fingerprint_text(spelt(DIGITS)) == DIGITS
    with gateway.serve(tls=True) as host:
        first_contact(Surface("sync"), host, fingerprint=spelt(gateway.fingerprint))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "ab",
        DIGITS[:-1],
        DIGITS + "0",
        DIGITS[:-1] + "g",
        f"sha1:{DIGITS[:40]}",
        f"md5:{DIGITS}",
        "\u0660" * 64,
        DIGITS.replace("0", "O"),
        7,
        b"ab" * 32,
    ],
)
def test_what_is_no_fingerprint_is_refused(text: Any) -> None:
    with pytest.raises(ConfigError, match="fingerprint must be"):
        Envoy(HOST, fingerprint=text)


def test_the_right_fingerprint_takes_the_place_of_the_pin(
    surface: Surface, gateway: SimulatedGateway, state: Path
) -> None:
    with gateway.serve(tls=True) as host:
        first_contact(surface, host)
        actual = gateway.new_certificate()
        first_contact(surface, host, fingerprint=actual)
        first_contact(surface, host, fingerprint=actual)
        # And from then on it need not be given.
        first_contact(surface, host)
    path = pin_file(state, host)
    assert path.read_text().strip() == actual
    assert mode(path) == 0o600
    assert list(path.parent.iterdir()) == [path]


def test_the_wrong_fingerprint_changes_nothing(
    surface: Surface, gateway: SimulatedGateway, state: Path
) -> None:
    with gateway.serve(tls=True) as host:
        client = opened(surface, host, fingerprint=DIGITS)
        with client as envoy, pytest.raises(FingerprintMismatchError):
            _ = envoy.info
        assert not pin_file(state, host).exists()
        first_contact(surface, host)
        known = pin_file(state, host).read_text()
        client = opened(surface, host, fingerprint=DIGITS)
        with client as envoy, pytest.raises(FingerprintMismatchError, match=DIGITS):
            _ = envoy.info
    assert pin_file(state, host).read_text() == known
    assert asked(gateway) == ["/info"]


def test_no_certificate_at_all_is_no_first_contact(state: Path) -> None:
    pin = Pin(Address("envoy.local"))
    with pytest.raises(APIConnectionError, match="no certificate"):
        pin.check(None)
    assert not state.exists()


# Authorities


def test_a_file_of_authorities(
    surface: Surface, gateway: SimulatedGateway, state: Path, tmp_path: Path
) -> None:
    ca_file = tmp_path / "ca.pem"
    ca_file.write_bytes(gateway.certificate)
    with gateway.serve(tls=True) as host:
        with opened(surface, host, ca_file=ca_file, token=gateway.issue_token()) as envoy:
            assert envoy.read().problems == []
        first_contact(surface, host, ca_file=str(ca_file))
    assert not state.exists()


def test_a_file_of_other_authorities(
    surface: Surface, gateway: SimulatedGateway, tmp_path: Path
) -> None:
    ca_file = tmp_path / "ca.pem"
    ca_file.write_bytes(self_signed("another").pem)
    with (
        gateway.serve(tls=True) as host,
        opened(surface, host, ca_file=ca_file) as envoy,
        pytest.raises(APIConnectionError, match=r"ca\.pem has issued"),
    ):
        _ = envoy.info
    assert gateway.requests == []


@pytest.mark.parametrize("content", [None, b"", b"nonsense", b"-----BEGIN CERTIFICATE-----\n"])
def test_a_file_that_holds_no_authorities(
    content: bytes | None, surface: Surface, gateway: SimulatedGateway, tmp_path: Path
) -> None:
    ca_file = tmp_path / "ca.pem"
    if content is not None:
        ca_file.write_bytes(content)
    with (
        gateway.serve(tls=True) as host,
        opened(surface, host, ca_file=ca_file) as envoy,
        pytest.raises(ConfigError, match=r"ca_file .*ca\.pem cannot be used"),
    ):
        _ = envoy.info
    assert gateway.requests == []


# Plain HTTP


def test_old_firmware_is_found_over_plain_http(surface: Surface, clock: FakeClock) -> None:
    old = SimulatedGateway("5.0", clock=clock)
    with old.serve() as host, opened(surface, host) as envoy:
        assert envoy.info.firmware == "5.0.62"
        assert envoy.read().problems == []


def test_https_is_tried_once_and_then_left(surface: Surface, clock: FakeClock) -> None:
    network = Network(SimulatedGateway("5.0", clock=clock), tls=False)
    with opened(surface, transport=network) as envoy:
        envoy.read()
        envoy.read()
    assert [r.url.scheme for r in network.seen[:3]] == ["https", "http", "http"]
    assert [r.url.scheme for r in network.seen].count("https") == 1


@pytest.mark.parametrize("known", ["pinned", "given", "ca_file"])
def test_a_gateway_that_speaks_tls_is_never_asked_in_the_clear(
    known: str, surface: Surface, gateway: SimulatedGateway, tmp_path: Path, clock: FakeClock
) -> None:
    options: dict[str, Any] = {"username": "envoy", "password": "secret"}
    ca_file = tmp_path / "ca.pem"
    ca_file.write_bytes(gateway.certificate)
    with gateway.serve(tls=True) as host:
        if known == "pinned":
            first_contact(surface, host)
    if known == "given":
        options["fingerprint"] = DIGITS
    elif known == "ca_file":
        options["ca_file"] = ca_file
    somebody = SimulatedGateway("5.0", clock=clock)
    with somebody.serve(port=int(host.split(":")[1])), opened(surface, host, **options) as envoy:
        for _ in range(2):
            with pytest.raises(APIConnectionError):
                envoy.read()
    assert somebody.requests == []


def test_a_token_is_never_sent_in_the_clear(surface: Surface, gateway: SimulatedGateway) -> None:
    token = gateway.issue_token()
    network = Network(gateway, tls=False)
    with opened(surface, transport=network, token=token) as envoy:
        for _ in range(2):
            with pytest.raises(APIConnectionError, match=r"7\.6\.114 needs a token.*HTTPS"):
                envoy.read()
    assert asked(gateway) == ["/info", "/info"]
    assert all("authorization" not in request.headers for request in network.seen)
    assert all(token.encode() not in b"".join(sum(r.headers.raw, ())) for r in network.seen)
    # HTTPS was tried anew each time.
    assert [r.url.scheme for r in network.seen] == ["https", "http"] * 2


def test_a_connection_in_the_clear_takes_no_token(
    surface: Surface, gateway: SimulatedGateway
) -> None:
    """Nothing gets that far; it is the last of several reasons why not."""
    kind: Any = AsyncGatewayConnection if surface.is_async else GatewayConnection
    network, address = Network(gateway), Address(HOST)
    connection = kind(address, GatewayTrust(Pin(address)), timeouts(1), network)
    connection.scheme = "http"
    connection.login = Bearer(Token.parsed(gateway.issue_token()))

    async def send() -> None:
        await connection.send(Request("GET", "/info"))

    def send_it() -> None:
        if surface.is_async:
            anyio.run(send, backend=surface.backend or "")
        else:
            connection.send(Request("GET", "/info"))

    with pytest.raises(ConfigError, match="only sent over HTTPS"):
        send_it()
    assert network.seen == []


def test_https_that_comes_back_is_used(surface: Surface, gateway: SimulatedGateway) -> None:
    network = Network(gateway, tls=False)
    with opened(surface, transport=network, token=gateway.issue_token()) as envoy:
        with pytest.raises(APIConnectionError):
            envoy.read()
        network.tls = True
        assert envoy.read().problems == []
    sent = [r.url.scheme for r in network.seen if "authorization" in r.headers]
    assert set(sent) == {"https"}


@pytest.mark.parametrize("status", ["301 Moved", "404 Not Found", "503 Busy"])
def test_what_answers_in_the_clear_and_is_no_gateway_is_not_taken_for_one(
    status: str, surface: Surface, gateway: SimulatedGateway
) -> None:
    """A gateway that boots, or one whose HTTPS is blocked, sends people elsewhere over HTTP."""

    class Redirecting(Network):
        def handle_request(self, request: httpx.Request) -> httpx.Response:
            if request.url.scheme == "http":
                return httpx.Response(int(status[:3]), headers={"location": "https://x/"})
            return super().handle_request(request)

        async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
            if request.url.scheme == "http":
                return self.handle_request(request)
            return await super().handle_async_request(request)

    network = Redirecting(gateway, tls=False)
    with opened(surface, transport=network, token=gateway.issue_token()) as envoy:
        with pytest.raises(EnphaseError):
            envoy.read()
        network.tls = True
        assert envoy.read().problems == []


def test_a_gateway_over_tls_sends_nobody_elsewhere(
    surface: Surface, gateway: SimulatedGateway
) -> None:
    elsewhere: list[Seen] = []

    def answer(seen: Seen) -> bytes:
        elsewhere.append(seen)
        return wire("200 OK", b"{}")

    with loopback(answer) as (url, _), gateway.serve(tls=True) as host:
        moved = faults.Fault(
            "moved",
            lambda _: Answer(302, b"moved", None, (("location", f"{url}/steal"),)),
        )
        gateway.fail("/ivp/meters", with_=moved)
        with opened(surface, host, token=gateway.issue_token()) as envoy:
            assert envoy.read().system_production is not None
    assert elsewhere == []


def test_trust_is_established_by_what_is_known(state: Path) -> None:
    address = Address("envoy.local")
    assert not GatewayTrust(Pin(address)).is_established()
    assert GatewayTrust(Pin(address, DIGITS)).is_established()
    assert GatewayTrust(Pin(address), Path("ca.pem")).is_established()
    (state / "fingerprints").mkdir(parents=True)
    Pin(address).path.write_text(DIGITS)
    assert GatewayTrust(Pin(address)).is_established()


def test_two_names_for_one_port_share_a_pin() -> None:
    assert Pin(Address("envoy.local")).path == Pin(Address("envoy.local", 443)).path


def test_a_pin_of_an_ipv6_address_is_a_file_of_its_own(state: Path) -> None:
    path = Pin(Address.parsed("[fe80::1%eth0]:443")).path
    assert path.parent == state / "fingerprints"
    assert ":" not in path.name
    assert Pin(Address.parsed("fe80::1%eth0")).path == path
