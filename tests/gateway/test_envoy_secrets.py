"""A token goes to the gateway, a password to Enlighten, and neither is seen anywhere else."""

from __future__ import annotations

import copy
import pickle
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from enphase_sdk import AsyncEnvoy, Envoy
from enphase_sdk.errors import ConfigError, EnphaseError
from enphase_sdk.gateway import sources
from enphase_sdk.gateway.login import Bearer, Digest, Given
from enphase_sdk.gateway.tokens import EnlightenLogin, Token
from enphase_sdk.testing import FakeClock, SimulatedGateway, SimulatedTokenService
from enphase_sdk.testing import gateway_faults as faults
from tests.gateway.envoys import EMAIL, HOST, Network, network_of, opened
from tests.support import Surface
from tests.test_secrets import all_logs, chain

PASSWORD = "c0rr3ct-h0rs3"
SESSION = "s3ss10n"
MANAGER = "m4n4g3r"


class Secrets:
    """What must not be seen, collected while it comes into being."""

    def __init__(self, *texts: str) -> None:
        self.texts = {PASSWORD, SESSION, MANAGER, *texts}

    def add(self, token: str) -> str:
        # The parts of a token that are secret or tell of its owner.
        self.texts |= {token, token.split(".")[1], token.split(".")[2]}
        return token

    def assert_not_in(self, text: str) -> None:
        found = [secret for secret in self.texts if secret in text]
        assert not found, f"{found} in {text}"

    def assert_clean_error(self, error: BaseException) -> None:
        for link in [*chain(error), *chain(pickle.loads(pickle.dumps(error)))]:
            self.assert_not_in(f"{link} {link!r} {link.args!r} {vars(link)!r}")
            told = traceback.TracebackException.from_exception(link, capture_locals=True)
            for frame in told.stack:
                # The tests' own frames know the secrets by right.
                if "/tests/" not in frame.filename and "/testing/" not in frame.filename:
                    self.assert_not_in(f"{frame.filename}:{frame.lineno} {frame.locals!r}")
        self.assert_not_in(repr(pickle.dumps(error)))


def service_of(gateway: SimulatedGateway, secrets: Secrets) -> Callable[..., httpx.Response]:
    """A token service whose session can be recognized."""
    simulated = SimulatedTokenService(gateway, email=EMAIL, password=PASSWORD)

    def serve(request: httpx.Request) -> httpx.Response:
        if request.url.path == "/tokens":
            token = secrets.add(gateway.issue_token())
            return httpx.Response(200, text=token, headers={"set-cookie": f"entrez={SESSION}"})
        if simulated(request).status_code != 200:
            return httpx.Response(401, json={"message": f"{PASSWORD} is wrong"})
        body = {"session_id": SESSION, "is_consumer": True, "manager_token": MANAGER}
        return httpx.Response(200, json=body)

    return serve


Change = Callable[[SimulatedGateway, Network], None]


def answering(status: int, text: str = "") -> Change:
    """The token service's login answers so."""

    def change(_: SimulatedGateway, network: Network) -> None:
        network.service = lambda _: httpx.Response(status, text=text or PASSWORD)

    return change


def tokens_answering(status: int, text: str) -> Change:
    """Its second step answers so."""

    def change(_: SimulatedGateway, network: Network) -> None:
        before = network.service
        assert before is not None

        def serve(request: httpx.Request) -> httpx.Response:
            if request.url.path == "/tokens":
                return httpx.Response(status, text=text)
            return before(request)

        network.service = serve

    return change


def failing(path: str, fault: Any) -> Change:
    return lambda gateway, _: gateway.fail(path, with_=fault, times=None)


def unreachable(_: SimulatedGateway, network: Network) -> None:
    network.service = None


def silent(_: SimulatedGateway, network: Network) -> None:
    network.tls = network.plain = False


TROUBLE: dict[str, Change] = {
    "login: refused": answering(401),
    "login: bad request": answering(400),
    "login: down": answering(503),
    "login: html": answering(200, f"<html>{PASSWORD}</html>"),
    "login: text": answering(200, f'"{PASSWORD}"'),
    "login: no session": answering(200, f'{{"manager_token": "{MANAGER}", "echo": "{PASSWORD}"}}'),
    "login: odd session": answering(200, f'{{"session_id": ["{SESSION}"]}}'),
    "login: unreachable": unreachable,
    "tokens: refused": tokens_answering(403, SESSION),
    "tokens: down": tokens_answering(500, SESSION),
    "tokens: no token": tokens_answering(200, SESSION),
    "tokens: half a token": tokens_answering(200, f"eyJ9.{SESSION}"),
    "gateway: refusing": failing("/auth/check_jwt", faults.status(401)),
    "gateway: silent": silent,
    "gateway: no check": failing("/auth/check_jwt", faults.timeout()),
    "gateway: broken check": failing("/auth/check_jwt", faults.broken_off()),
    "gateway: huge check": failing("/auth/check_jwt", faults.huge()),
}


@pytest.mark.filterwarnings("ignore:Async generator:ResourceWarning")
@pytest.mark.parametrize("trouble", TROUBLE)
def test_whatever_goes_wrong_makes_nothing_known(
    trouble: str, surface: Surface, clock: FakeClock, state: Path
) -> None:
    secrets, gateway = Secrets(), SimulatedGateway("7.6", clock=clock, sessions=True)
    network = Network(gateway, service_of(gateway, secrets))
    TROUBLE[trouble](gateway, network)
    client = opened(surface, transport=network, username=EMAIL, password=PASSWORD)
    with all_logs() as logs, client as envoy:
        with pytest.raises(EnphaseError) as caught:
            envoy.summary()
        secrets.assert_clean_error(caught.value)
        secrets.assert_not_in(repr(envoy))
    secrets.assert_not_in(logs.getvalue())
    files = [path for path in state.rglob("*") if path.is_file()]
    assert {path.name for path in files} <= {"gateway-tokens.json"}
    assert all(PASSWORD not in path.read_text() for path in files)


@pytest.mark.filterwarnings("ignore:Async generator:ResourceWarning")
@pytest.mark.parametrize(
    "fault",
    [
        faults.status(401),
        faults.status(500),
        faults.broken_off(),
        faults.connection_error(),
        faults.huge(),
        faults.html_page(),
        faults.truncated(),
    ],
    ids=lambda fault: fault.name,
)
def test_a_request_that_carries_the_token_makes_nothing_known(
    fault: Any, surface: Surface, clock: FakeClock
) -> None:
    secrets, gateway = Secrets(), SimulatedGateway("7.6", clock=clock)
    token = secrets.add(gateway.issue_token())
    with (
        all_logs() as logs,
        gateway.serve(tls=True) as host,
        opened(surface, host, token=token) as envoy,
    ):
        snapshot = envoy.read()
        secrets.assert_not_in(f"{snapshot!r} {snapshot.to_dict()} {envoy.profile!r}")
        # Twice: a kept connection that is closed without an answer is tried once more.
        gateway.fail("/home", with_=fault, times=2)
        with pytest.raises(EnphaseError) as caught:
            envoy.fetch(sources.HOME)
    secrets.assert_clean_error(caught.value)
    assert caught.value.__context__ is None
    assert "receive_response_headers" in logs.getvalue(), "the logs were not captured"
    secrets.assert_not_in(logs.getvalue())


def test_a_certificate_that_changes_in_between_makes_nothing_known(
    surface: Surface, clock: FakeClock
) -> None:
    secrets, gateway = Secrets(), SimulatedGateway("7.6", clock=clock)
    token = secrets.add(gateway.issue_token())
    with gateway.serve(tls=True) as host, opened(surface, host, token=token) as envoy:
        envoy.read()
        gateway.fail("/api/v1/production", with_=faults.connection_error())
        gateway.new_certificate()
        with pytest.raises(EnphaseError) as caught:
            envoy.read()
    secrets.assert_clean_error(caught.value)


def test_the_cookie_that_stands_in_for_a_token_is_not_logged(
    surface: Surface, clock: FakeClock
) -> None:
    gateway = SimulatedGateway("7.6", clock=clock, sessions=True)
    token = gateway.issue_token()
    served = gateway.serve(tls=True)
    with all_logs() as logs, served as host, opened(surface, host, token=token) as envoy:
        envoy.read()
    assert "receive_response_headers" in logs.getvalue()
    (cookie,) = gateway._token_login()._cookies
    assert cookie not in logs.getvalue()


@pytest.mark.parametrize("name", ["3.17", "5.0"])
def test_the_password_of_old_firmware_stays_here(
    name: str, surface: Surface, clock: FakeClock
) -> None:
    secrets = Secrets()
    gateway = SimulatedGateway(name, clock=clock, username="me", password=PASSWORD)
    with all_logs() as logs, gateway.serve() as host:
        with opened(surface, host, username="me", password=PASSWORD) as envoy:
            snapshot = envoy.read()
        client = opened(surface, host, username="you", password=PASSWORD)
        with client as envoy, pytest.raises(EnphaseError) as caught:
            envoy.read()
    assert snapshot.inverters
    secrets.assert_clean_error(caught.value)
    secrets.assert_not_in(logs.getvalue())


@pytest.mark.parametrize("kind", [Envoy, AsyncEnvoy])
@pytest.mark.parametrize(
    "options",
    [
        {"host": "nonsense//host"},
        {"timeout": -1},
        {"timezone": "Mars/Olympus"},
        {"fingerprint": "ab"},
        {"fingerprint": "a" * 64, "ca_file": "x"},
        {"token": f"half.{SESSION}"},
        {"token": SESSION},
    ],
    ids=repr,
)
def test_a_client_that_cannot_be_made_shows_nothing(kind: Any, options: dict[str, Any]) -> None:
    secrets = Secrets()
    token = secrets.add(SimulatedGateway("7.6").issue_token())
    given = {"host": HOST, "token": token, "username": EMAIL, "password": PASSWORD, **options}
    with pytest.raises(ConfigError) as caught:
        kind(given.pop("host"), **given)
    secrets.assert_clean_error(caught.value)


def test_a_provider_s_nonsense_is_not_shown(surface: Surface, clock: FakeClock) -> None:
    secrets, gateway = Secrets(), SimulatedGateway("7.6", clock=clock)
    half = secrets.add(gateway.issue_token())[:-20]
    secrets.texts = {half, PASSWORD}

    async def provide(_: str) -> str:
        return f"Bearer {half}"

    provider: Any = provide if surface.is_async else lambda _: f"Bearer {half}"
    client = opened(surface, transport=Network(gateway), token_provider=provider)
    with client as envoy, pytest.raises(ConfigError) as caught:
        envoy.read()
    secrets.assert_clean_error(caught.value)


def test_a_token_that_cannot_be_kept_is_not_shown(
    surface: Surface, clock: FakeClock, state: Path
) -> None:
    secrets, gateway = Secrets(), SimulatedGateway("7.6", clock=clock)
    network = Network(gateway, service_of(gateway, secrets))
    state.mkdir()
    (state / "gateway-tokens.json").mkdir()
    client = opened(surface, transport=network, username=EMAIL, password=PASSWORD)
    with all_logs() as logs, client as envoy, pytest.raises(ConfigError) as caught:
        envoy.read()
    secrets.assert_clean_error(caught.value)
    secrets.assert_not_in(logs.getvalue())
    assert [path for path in state.rglob("*") if path.is_file()] == []


def test_a_token_is_kept_in_its_own_file_only(
    surface: Surface, clock: FakeClock, state: Path, tmp_path: Path
) -> None:
    secrets, gateway = Secrets(), SimulatedGateway("7.6", clock=clock)
    network = Network(gateway, service_of(gateway, secrets))
    client = opened(surface, transport=network, username=EMAIL, password=PASSWORD)
    with all_logs() as logs, client as envoy:
        envoy.read()
        for shown in (envoy, envoy.profile, envoy.info, envoy.summary(), envoy.inventory()):
            secrets.assert_not_in(f"{shown!r}")
    secrets.assert_not_in(logs.getvalue())
    holding = [path for path in tmp_path.rglob("*") if path.is_file() and b"." in path.read_bytes()]
    assert holding == [state / "gateway-tokens.json"]
    assert PASSWORD not in holding[0].read_text()


@pytest.mark.parametrize("kind", [Envoy, AsyncEnvoy])
@pytest.mark.parametrize("made", [pickle.dumps, copy.copy, copy.deepcopy])
def test_a_client_is_neither_pickled_nor_copied(kind: Any, made: Callable[[Any], Any]) -> None:
    with pytest.raises(TypeError, match="credentials") as caught:
        made(kind(HOST, username=EMAIL, password=PASSWORD))
    assert PASSWORD not in str(caught.value)


def test_no_object_shows_a_secret(clock: FakeClock) -> None:
    secrets, gateway = Secrets(), SimulatedGateway("7.6", clock=clock)
    token = Token.parsed(secrets.add(gateway.issue_token()))
    envoy = Envoy(
        HOST,
        token=token.text,
        username=EMAIL,
        password=PASSWORD,
        transport=network_of(gateway),
    )
    envoy.read()
    session = envoy._session
    for shown in (
        token,
        Bearer(token),
        Digest("me", True, PASSWORD),
        Given(token.text, EMAIL, PASSWORD),
        EnlightenLogin(EMAIL, PASSWORD),
        EnlightenLogin(EMAIL, PASSWORD).login_request(),
        EnlightenLogin(EMAIL, PASSWORD).token_request(SESSION, gateway.serial),
        envoy,
        vars(envoy),
        session,
        session.connection,
        session.connection.login,
        session.given,
        session.services,
    ):
        secrets.assert_not_in(f"{shown!r} {shown}")
