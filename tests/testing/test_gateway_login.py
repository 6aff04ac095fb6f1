"""Logging in to a simulated gateway: digest accounts, tokens, and where tokens come from."""

from __future__ import annotations

import json
from base64 import urlsafe_b64decode
from typing import Any

import httpx
import pytest

from enphase_sdk.errors import InvalidArgumentError
from enphase_sdk.testing.clock import FakeClock
from enphase_sdk.testing.gateway.entrez import SimulatedTokenService
from enphase_sdk.testing.gateway.simulator import SimulatedGateway

LOGIN = "https://enlighten.enphaseenergy.com/login/login.json?"
TOKENS = "https://entrez.enphaseenergy.com/tokens"
PASSWORD = "correct horse"
INVERTERS = "/api/v1/production/inverters"


def client_of(gateway: SimulatedGateway, **options: Any) -> httpx.Client:
    return httpx.Client(transport=gateway.transport(), base_url="http://envoy.local", **options)


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def claims(token: str) -> dict[str, Any]:
    payload = token.split(".")[1]
    decoded: dict[str, Any] = json.loads(urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    return decoded


@pytest.mark.parametrize("name", ["3.17", "5.0"])
def test_the_user_envoy_logs_in_with_the_end_of_the_serial_number(name: str) -> None:
    gateway = SimulatedGateway(name, clock=FakeClock())
    with client_of(gateway, auth=httpx.DigestAuth("envoy", gateway.serial[-6:])) as client:
        answers = [client.get(f"{INVERTERS}?again={again}") for again in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 200]
    # One challenge, and then the nonce is used again with a growing count.
    assert len(gateway.requests) == 4


def test_another_account_can_be_given() -> None:
    gateway = SimulatedGateway("5.0", clock=FakeClock(), username="installer", password="secret")
    with client_of(gateway) as client:
        good = client.get(INVERTERS, auth=httpx.DigestAuth("installer", "secret"))
        still = client.get(INVERTERS, auth=httpx.DigestAuth("envoy", gateway.serial[-6:]))
    assert (good.status_code, still.status_code) == (200, 200)


@pytest.mark.parametrize("account", [("envoy", "000000"), ("nobody", "secret")])
def test_a_wrong_account_is_challenged_again(account: tuple[str, str]) -> None:
    gateway = SimulatedGateway("5.0", clock=FakeClock())
    with client_of(gateway, auth=httpx.DigestAuth(*account)) as client:
        answer = client.get(INVERTERS)
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"].startswith('Digest qop="auth", realm="enphase')


def test_some_answers_of_old_firmware_need_no_login() -> None:
    gateway = SimulatedGateway("5.0", clock=FakeClock())
    with client_of(gateway) as client:
        codes = {
            path: client.get(path).status_code
            for path in ("/info", "/home", "/api/v1/production", "/production.json", INVERTERS)
        }
    assert codes.pop(INVERTERS) == 401
    assert set(codes.values()) == {200}


def headers_of_a_login(gateway: SimulatedGateway) -> str:
    """The Authorization header of one good digest login."""
    sent: list[str] = []

    def listen(request: httpx.Request) -> httpx.Response:
        sent.append(request.headers.get("authorization", ""))
        return gateway(request)

    transport = httpx.MockTransport(listen)
    auth = httpx.DigestAuth("envoy", gateway.serial[-6:])
    with httpx.Client(transport=transport, auth=auth) as client:
        assert client.get(f"http://envoy.local{INVERTERS}").status_code == 200
    return sent[-1]


def test_a_digest_answer_counts_once_and_for_its_own_request() -> None:
    gateway = SimulatedGateway("5.0", clock=FakeClock())
    header = headers_of_a_login(gateway)
    with client_of(gateway) as client:
        replayed = client.get(INVERTERS, headers={"Authorization": header})
        elsewhere = client.get("/ivp/meters", headers={"Authorization": header})
        more = header.replace("nc=00000001", "nc=00000002")
        forged = client.get(INVERTERS, headers={"Authorization": more})
        garbled = client.get(INVERTERS, headers=[(b"Authorization", b"Digest response=\xd8")])
    codes = {answer.status_code for answer in (replayed, elsewhere, forged, garbled)}
    assert codes == {401}


def test_nonces_end_after_five_minutes_and_with_a_reboot() -> None:
    clock = FakeClock()
    gateway = SimulatedGateway("5.0", clock=clock)
    with client_of(gateway, auth=httpx.DigestAuth("envoy", gateway.serial[-6:])) as client:
        client.get(INVERTERS)
        clock.advance(301)
        assert client.get(INVERTERS).status_code == 200
        gateway.reboot()
        assert client.get(INVERTERS).status_code == 200
    assert len(gateway.requests) == 6


def test_a_token_looks_like_a_real_one() -> None:
    clock = FakeClock()
    gateway = SimulatedGateway(clock=clock)
    owner, installer = gateway.issue_token(), gateway.issue_token(owner=False, username="me")
    assert owner.count(".") == 2
    assert claims(owner)["enphaseUser"] == "owner"
    assert claims(owner)["exp"] - clock.time() == 365 * 86400
    assert claims(owner)["aud"] == gateway.serial
    assert claims(installer)["enphaseUser"] == "installer"
    assert claims(installer)["username"] == "me"
    assert claims(installer)["exp"] - clock.time() == 12 * 3600
    assert owner != gateway.issue_token()


def test_everything_but_identity_needs_a_token() -> None:
    gateway = SimulatedGateway(clock=FakeClock())
    with client_of(gateway) as client:
        without = {
            path: client.get(path).status_code
            for path in ("/info", "/home", "/ivp/meters", "/production.json", "/nowhere")
        }
        token = bearer(gateway.issue_token())
        assert client.get("/ivp/meters", headers=token).status_code == 200
        assert client.get("/nowhere", headers=token).status_code == 404
        page = client.get("/ivp/meters", headers={"Authorization": "Basic abc"})
    assert without == {
        "/info": 200,
        "/home": 200,
        "/ivp/meters": 401,
        "/production.json": 401,
        "/nowhere": 401,
    }
    assert "401 Authorization Required" in page.text


def test_a_token_lives_until_it_expires_or_is_revoked() -> None:
    clock = FakeClock()
    gateway = SimulatedGateway(clock=clock)
    token = gateway.issue_token(lifetime=60)
    with client_of(gateway) as client:
        checked = client.get("/auth/check_jwt", headers=bearer(token))
        assert (checked.status_code, checked.text.strip()) == (
            200,
            "<!DOCTYPE html><h2>Valid token.</h2>",
        )
        clock.advance(60)
        assert client.get("/auth/check_jwt", headers=bearer(token)).status_code == 401
        token = gateway.issue_token()
        gateway.reboot()
        assert client.get("/ivp/meters", headers=bearer(token)).status_code == 200
        gateway.revoke_tokens()
        assert client.get("/ivp/meters", headers=bearer(token)).status_code == 401
        token = gateway.issue_token()
        assert client.get("/ivp/meters", headers=bearer(token)).status_code == 200


def test_only_its_own_tokens_count() -> None:
    gateway, other = SimulatedGateway(seed=1), SimulatedGateway(seed=2)
    token = gateway.issue_token()
    head, payload, _ = token.split(".")
    forged = [other.issue_token(), f"{head}.{payload}.", "nonsense", "", "a.b.c", token[:-4]]
    with client_of(gateway) as client:
        codes = [client.get("/ivp/meters", headers=bearer(one)).status_code for one in forged]
        good = client.get("/ivp/meters", headers=bearer(token))
    assert codes == [401] * len(forged)
    assert good.status_code == 200


def test_a_token_of_any_shape_can_be_given() -> None:
    gateway = SimulatedGateway("7.6", token="my-token")
    with client_of(gateway, headers=bearer("my-token")) as client:
        assert client.get("/ivp/meters").status_code == 200
        assert client.get("/auth/check_jwt").status_code == 200


def test_sessions_stand_in_for_the_token_when_asked_for() -> None:
    clock = FakeClock()
    gateway = SimulatedGateway("7.6", clock=clock, sessions=True)
    # The cookie is for https only.
    with httpx.Client(transport=gateway.transport(), base_url="https://envoy.local") as client:
        client.get("/auth/check_jwt", headers=bearer(gateway.issue_token(lifetime=600)))
        assert client.get("/ivp/meters").status_code == 200
        clock.advance(600)
        assert client.get("/ivp/meters").status_code == 401
        client.get("/auth/check_jwt", headers=bearer(gateway.issue_token()))
        assert client.get("/ivp/meters").status_code == 200
        gateway.reboot()
        assert client.get("/ivp/meters").status_code == 401


def test_old_firmware_knows_no_tokens() -> None:
    gateway = SimulatedGateway("5.0")
    with pytest.raises(InvalidArgumentError, match="knows no tokens"):
        gateway.issue_token()
    with client_of(gateway) as client:
        auth = httpx.DigestAuth("envoy", gateway.serial[-6:])
        assert client.get("/auth/check_jwt", auth=auth).status_code == 404


def log_in(client: httpx.Client, password: str) -> httpx.Response:
    form = {"user[email]": "owner@example.com", "user[password]": password}
    return client.post(LOGIN, data=form)


def ask_token(client: httpx.Client, **asked: object) -> httpx.Response:
    return client.post(TOKENS, json={"username": "owner@example.com", **asked})


@pytest.mark.parametrize(("owner", "kind"), [(True, "owner"), (False, "installer")])
def test_an_account_gets_a_token_that_its_gateway_accepts(owner: bool, kind: str) -> None:
    gateway = SimulatedGateway(clock=FakeClock())
    service = SimulatedTokenService(gateway, password=PASSWORD, owner=owner)
    with httpx.Client(transport=httpx.MockTransport(service)) as client:
        session = log_in(client, PASSWORD).json()
        answer = ask_token(client, session_id=session["session_id"], serial_num=gateway.serial)
    assert session["is_consumer"] is owner
    assert session["manager_token"]
    assert answer.headers["content-type"].startswith("text/plain")
    assert claims(answer.text)["enphaseUser"] == kind
    assert service.issued == 1
    with client_of(gateway, headers=bearer(answer.text)) as client:
        assert client.get("/auth/check_jwt").status_code == 200


def test_the_token_service_refuses_what_real_ones_refuse() -> None:
    gateway = SimulatedGateway()
    service = SimulatedTokenService(gateway, password=PASSWORD, lifetime=30)
    with httpx.Client(transport=httpx.MockTransport(service)) as client:
        assert log_in(client, "wrong").status_code == 401
        session = log_in(client, PASSWORD).json()["session_id"]
        assert ask_token(client, session_id="x", serial_num=gateway.serial).status_code == 401
        assert ask_token(client, session_id=session, serial_num="1").status_code == 403
        assert client.post(TOKENS, content=b"[]").status_code == 400
        assert client.get(TOKENS).status_code == 405
        with pytest.raises(InvalidArgumentError, match=r"no example\.com/.*entrez"):
            client.get("https://example.com/")
    assert service.issued == 0
    assert repr(service) == f"SimulatedTokenService({gateway.serial})"


def test_a_second_factor_leaves_the_login_without_a_session() -> None:
    service = SimulatedTokenService(SimulatedGateway(), password=PASSWORD, second_factor=True)
    with httpx.Client(transport=httpx.MockTransport(service)) as client:
        answer = log_in(client, PASSWORD)
    assert answer.status_code == 200
    assert "session_id" not in answer.json()
