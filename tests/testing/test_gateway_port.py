"""A simulated gateway on a real port: framing, TLS and its certificate, stalls, faults."""

from __future__ import annotations

import socket
import ssl
import sys
import threading
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

import httpx
import pytest

from enphase_sdk.errors import ConfigError
from enphase_sdk.testing import gateway_faults as faults
from enphase_sdk.testing.clock import FakeClock
from enphase_sdk.testing.gateway.profiles import ENDPOINTS, PROFILES
from enphase_sdk.testing.gateway.simulator import SimulatedGateway
from enphase_sdk.testing.gateway_faults import Fault

TOKEN = {"Authorization": "Bearer token"}


@pytest.fixture
def gateway() -> SimulatedGateway:
    return SimulatedGateway("8.2-batteries", clock=FakeClock(), token="token")


def trusting(gateway: SimulatedGateway) -> ssl.SSLContext:
    """A client's context that knows the gateway's certificate."""
    return ssl.create_default_context(cadata=gateway.certificate.decode())


def address(host: str) -> tuple[str, int]:
    name, _, port = host.partition(":")
    return name, int(port)


def presented(host: str) -> str:
    """The fingerprint of the certificate a port presents."""
    der = ssl.PEM_cert_to_DER_cert(ssl.get_server_certificate(address(host)))
    return sha256(der).hexdigest()


def until(condition: Callable[[], bool]) -> None:
    """Let other threads go on until the condition holds."""
    turn = threading.Event()
    while not condition():
        turn.wait(0.001)


@pytest.mark.parametrize("name", [profile.name for profile in PROFILES])
def test_a_port_says_what_the_callable_says(name: str) -> None:
    clock = FakeClock()
    local, served = (SimulatedGateway(name, clock=clock) for _ in range(2))
    for gateway in (local, served):
        gateway.script_stream(faults.events(2, after=0.0), faults.stream_ends())
    auth = httpx.DigestAuth("envoy", local.serial[-6:]) if name in ("3.17", "5.0") else None
    headers = {}
    if name[0] in "78":
        headers["Authorization"] = f"Bearer {local.issue_token()}"
    with (
        served.serve() as host,
        httpx.Client(base_url=f"http://{host}", headers=headers, auth=auth) as there,
        httpx.Client(
            transport=local.transport(), base_url="http://envoy.local", headers=headers, auth=auth
        ) as here,
    ):
        for path in ENDPOINTS:
            near, far = here.get(path), there.get(path)
            assert (far.status_code, far.content) == (near.status_code, near.content)
            assert far.headers.get("content-type") == near.headers.get("content-type")
    assert served.requests == local.requests


def test_the_length_is_told_or_the_body_comes_in_chunks(gateway: SimulatedGateway) -> None:
    with gateway.serve() as host, httpx.Client(base_url=f"http://{host}", headers=TOKEN) as client:
        told, chunked = client.get("/ivp/meters"), client.get("/production.json")
    assert told.headers["content-length"] == str(len(told.content))
    assert "content-length" not in chunked.headers
    assert chunked.headers["transfer-encoding"] == "chunked"
    assert chunked.json()["production"]


def test_a_write_goes_through_the_port(gateway: SimulatedGateway) -> None:
    with gateway.serve() as host, httpx.Client(base_url=f"http://{host}", headers=TOKEN) as client:
        client.post("/ivp/ensemble/relay", json={"mains_admin_state": "open"})
        assert client.get("/ivp/ensemble/relay").json()["mains_admin_state"] == "open"


def test_a_garbled_header_arrives_as_the_firmware_sends_it() -> None:
    gateway = SimulatedGateway("3.17", clock=FakeClock())
    with gateway.serve() as host:
        answer = httpx.get(f"http://{host}/admin/lib/tariff")
    assert dict(answer.headers.raw)[b"www-authenticate"] == b"\xd8\xc9\xc6A"


def test_tls_with_the_pinned_certificate(gateway: SimulatedGateway) -> None:
    with gateway.serve(tls=True) as host:
        assert presented(host) == gateway.fingerprint
        with (
            socket.create_connection(address(host)) as plain,
            trusting(gateway).wrap_socket(plain, server_hostname="127.0.0.1") as connection,
        ):
            der = connection.getpeercert(binary_form=True)
        with httpx.Client(base_url=f"https://{host}", verify=trusting(gateway)) as client:
            assert gateway.serial in client.get("/info").text
    assert der is not None
    assert sha256(der).hexdigest() == gateway.fingerprint


def test_nobody_else_vouches_for_the_certificate(gateway: SimulatedGateway) -> None:
    with gateway.serve(tls=True) as host:
        with pytest.raises(httpx.ConnectError, match="CERTIFICATE_VERIFY_FAILED"):
            httpx.get(f"https://{host}/info")
        with pytest.raises(httpx.TransportError):
            httpx.get(f"http://{host}/info")
    assert gateway.requests == []


def test_another_certificate_is_presented_from_the_next_connection_on(
    gateway: SimulatedGateway,
) -> None:
    with gateway.serve(tls=True) as host:
        first = gateway.fingerprint
        with httpx.Client(base_url=f"https://{host}", verify=trusting(gateway)) as client:
            client.get("/info")
            second = gateway.new_certificate()
            assert client.get("/info").status_code == 200
        assert presented(host) == second == gateway.fingerprint
        with httpx.Client(base_url=f"https://{host}", verify=trusting(gateway)) as client:
            assert client.get("/info").status_code == 200
    assert first != second


def test_https_on_a_plain_port_fails_at_once(gateway: SimulatedGateway) -> None:
    with gateway.serve() as host, pytest.raises(httpx.ConnectError):
        httpx.get(f"https://{host}/info")


def test_tls_without_the_package_cryptography_says_what_to_install(
    gateway: SimulatedGateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "cryptography", None)
    with pytest.raises(ConfigError, match=r"pip install 'enphase-sdk\[testing\]'"):
        gateway.serve(tls=True)


def test_a_second_request_hangs_until_it_is_released(gateway: SimulatedGateway) -> None:
    outcome: list[str] = []

    def ask(host: str) -> None:
        try:
            httpx.get(f"http://{host}/info", timeout=30)
        except httpx.RemoteProtocolError:
            outcome.append("closed without an answer")

    with gateway.serve() as host, gateway.busy():
        thread = threading.Thread(target=ask, args=(host,))
        thread.start()
        until(lambda: gateway.stalled > 0)
        assert outcome == []
        gateway.release()
        thread.join()
        assert outcome == ["closed without an answer"]


def test_a_client_may_give_up_on_a_stalled_connection(gateway: SimulatedGateway) -> None:
    with gateway.serve() as host:
        with gateway.busy(), pytest.raises(httpx.ReadTimeout):
            httpx.get(f"http://{host}/info", timeout=httpx.Timeout(10, read=0.05))
        assert httpx.get(f"http://{host}/info").status_code == 200


def test_requests_one_after_the_other_never_stall(gateway: SimulatedGateway) -> None:
    with gateway.serve() as host:
        for _ in range(30):
            assert httpx.get(f"http://{host}/info").status_code == 200
    assert gateway.stalled == 0


def test_closing_ends_stalled_and_idle_connections(gateway: SimulatedGateway) -> None:
    gateway.fail("/info", with_=faults.timeout())
    with httpx.Client() as client:
        with gateway.serve() as host:
            assert client.get(f"http://{host}/home").status_code == 200
            with socket.create_connection(address(host)) as waiting:
                waiting.sendall(b"GET /info HTTP/1.1\r\nHost: x\r\n\r\n")
                until(lambda: ("GET", "/info") in gateway.requests)
        with pytest.raises(httpx.TransportError):
            client.get(f"http://{host}/home")


def test_a_crashed_gateway_takes_no_connection_until_it_is_rebooted(
    gateway: SimulatedGateway,
) -> None:
    partial = {"dry_contacts": {"id": "NO1"}}
    with gateway.serve() as host, httpx.Client(base_url=f"http://{host}", headers=TOKEN) as client:
        with pytest.raises(httpx.TransportError):
            client.post("/ivp/ss/dry_contact_settings", json=partial)
        with pytest.raises(httpx.TransportError):
            client.get("/info")
        gateway.reboot()
        assert client.get("/info").status_code == 200
    assert gateway.requests == [("POST", "/ivp/ss/dry_contact_settings"), ("GET", "/info")]


@pytest.mark.parametrize("tls", [False, True], ids=["http", "https"])
@pytest.mark.parametrize(
    ("fault", "error"),
    [
        (faults.connection_error(), httpx.TransportError),
        (faults.broken_off(), httpx.RemoteProtocolError),
        (faults.timeout(), httpx.ReadTimeout),
    ],
    ids=lambda value: getattr(value, "name", ""),
)
def test_faults_of_the_connection(
    gateway: SimulatedGateway, fault: Fault, error: type[Exception], tls: bool
) -> None:
    gateway.fail("/info", with_=fault)
    verify = trusting(gateway) if tls else False
    scheme = "https" if tls else "http"
    patience = httpx.Timeout(10.0, read=0.2 if error is httpx.ReadTimeout else 10.0)
    with gateway.serve(tls=tls) as host:
        with httpx.Client(base_url=f"{scheme}://{host}", verify=verify, timeout=patience) as client:
            with pytest.raises(error):
                client.get("/info")
            assert client.get("/info").status_code == 200
        gateway.release()


def test_a_huge_body_goes_through_the_port_in_chunks(gateway: SimulatedGateway) -> None:
    gateway.fail("/info", times=2, with_=faults.huge(2**20))
    with gateway.serve() as host, httpx.Client(base_url=f"http://{host}") as client:
        with client.stream("GET", "/info") as response:
            next(response.iter_raw())
        assert len(client.get("/info").content) > 2**20
        assert client.get("/info").status_code == 200


def test_a_given_port_is_used_again(gateway: SimulatedGateway) -> None:
    with gateway.serve() as host:
        httpx.get(f"http://{host}/info")
    _, port = address(host)
    with gateway.serve(port=port) as again:
        assert again == host
        assert httpx.get(f"http://{host}/info").status_code == 200


def test_the_key_of_the_certificate_stays_in_no_file(
    gateway: SimulatedGateway, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    gateway.new_certificate()
    assert list(tmp_path.iterdir()) == []
