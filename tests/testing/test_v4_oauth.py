"""OAuth of the simulated cloud of API v4: who gets tokens, and how long they are good for."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from enphase_sdk.testing import FakeClock
from enphase_sdk.testing.cloud.v4.oauth import CLIENT_ID, CLIENT_SECRET, INSTALLER
from enphase_sdk.testing.cloud.v4.simulator import SimulatedEnlightenV4

HOST = "https://cloud"
LOOPBACK = "http://127.0.0.1:5000/back?from=enphase"
VENDOR_PAGE = f"{HOST}/oauth/redirect_uri"
LIFE, REFRESH_LIFE = 3_600.0, 86_400.0


class Application:
    """A program that asks for tokens."""

    def __init__(self, client_id: str = CLIENT_ID, secret: str = CLIENT_SECRET, **options: Any):
        self.clock = FakeClock()
        given = {"token_life": LIFE, "refresh_life": REFRESH_LIFE, **options}
        self.sim = SimulatedEnlightenV4(4, clock=self.clock, **given)
        self.client = httpx.Client(transport=httpx.MockTransport(self.sim), base_url=HOST)
        self.auth = httpx.BasicAuth(client_id, secret)

    def consent(self, redirect_uri: str = LOOPBACK, **params: str) -> httpx.Response:
        asked = {"response_type": "code", "client_id": CLIENT_ID, "redirect_uri": redirect_uri}
        return self.client.get("/oauth/authorize", params={**asked, **params})

    def code(self) -> str:
        """A fresh code, as the owner's browser brings it."""
        return httpx.URL(self.consent().headers["Location"]).params["code"]

    def ask(self, in_url: bool = False, /, **fields: str) -> httpx.Response:
        place = {"params": fields} if in_url else {"data": fields}
        return self.client.post("/oauth/token", auth=self.auth, **place)  # type: ignore[arg-type]

    def by_code(self) -> dict[str, Any]:
        return tokens(
            self.ask(grant_type="authorization_code", code=self.code(), redirect_uri=LOOPBACK)
        )

    def renew(self, pair: dict[str, Any]) -> httpx.Response:
        return self.ask(grant_type="refresh_token", refresh_token=pair["refresh_token"])

    def is_let_in(self, pair: dict[str, Any]) -> bool:
        headers = {"key": "any", "Authorization": f"Bearer {pair['access_token']}"}
        answer = self.client.get("/api/v4/systems", headers=headers)
        assert answer.status_code in (200, 401)
        return answer.status_code == 200


def tokens(answer: httpx.Response) -> dict[str, Any]:
    assert answer.status_code == 200, answer.text
    pair: dict[str, Any] = answer.json()
    assert pair["token_type"] == "bearer"
    assert pair["access_token"] != pair["refresh_token"]
    return pair


def refused(answer: httpx.Response) -> tuple[int, str]:
    assert set(answer.json()) == {"error", "error_description"}
    return answer.status_code, answer.json()["error"]


def end_of(token: str) -> int:
    """What a token itself says of its end."""
    payload = token.split(".")[1]
    return int(json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))["exp"])


@pytest.fixture
def app() -> Application:
    return Application()


def test_a_redirect_carries_the_code_the_state_and_what_was_in_the_address(
    app: Application,
) -> None:
    answer = app.consent(state="a b&c=d")
    assert answer.status_code == 302
    back = httpx.URL(answer.headers["Location"])
    assert str(back).startswith("http://127.0.0.1:5000/back?")
    assert set(back.params) == {"from", "code", "state"}
    assert (back.params["from"], back.params["state"]) == ("enphase", "a b&c=d")
    assert "state" not in httpx.URL(app.consent().headers["Location"]).params


def test_the_vendors_page_shows_a_code_to_copy(app: Application) -> None:
    page = app.consent(VENDOR_PAGE)
    assert page.headers["Content-Type"].startswith("text/html")
    found = re.search(r"<b>(\w+)</b>", page.text)
    assert found is not None
    fields: dict[str, Any] = {"grant_type": "authorization_code", "redirect_uri": VENDOR_PAGE}
    assert app.is_let_in(tokens(app.ask(code=found[1], **fields)))


@pytest.mark.parametrize("in_url", [False, True])
def test_a_code_gives_tokens_that_know_when_they_end(app: Application, in_url: bool) -> None:
    fields: dict[str, Any] = {"grant_type": "authorization_code", "redirect_uri": LOOPBACK}
    pair = tokens(app.ask(in_url, code=app.code(), **fields))
    now = app.clock.time()
    assert pair["expires_in"] == LIFE
    assert end_of(pair["access_token"]) == now + LIFE
    assert end_of(pair["refresh_token"]) == now + REFRESH_LIFE
    assert app.is_let_in(pair)


def test_a_code_works_once_at_its_own_address_and_for_minutes(app: Application) -> None:
    fields: dict[str, Any] = {"grant_type": "authorization_code", "redirect_uri": LOOPBACK}
    code = app.code()
    tokens(app.ask(code=code, **fields))
    again = app.ask(code=code, **fields)
    assert refused(again) == (400, "invalid_grant")
    assert code in again.json()["error_description"]  # which clients have to hide
    elsewhere: dict[str, Any] = {**fields, "redirect_uri": VENDOR_PAGE}
    assert refused(app.ask(code=app.code(), **elsewhere)) == (400, "invalid_grant")
    assert refused(app.ask(code="", **fields)) == (400, "invalid_grant")
    late = app.code()
    app.clock.advance(3_600)
    assert refused(app.ask(code=late, **fields)) == (400, "invalid_grant")


def test_an_owner_can_refuse(app: Application) -> None:
    app.sim.oauth.refusing_owner = True
    back = httpx.URL(app.consent(state="s").headers["Location"])
    assert (back.params["error"], back.params["state"]) == ("access_denied", "s")
    assert "code" not in back.params
    assert "none" in app.consent(VENDOR_PAGE).text


@pytest.mark.parametrize("wrong", [{"client_id": "other"}, {"response_type": "token"}])
def test_consent_is_asked_for_a_known_client_and_a_code(
    app: Application, wrong: dict[str, str]
) -> None:
    assert refused(app.consent(**wrong)) == (400, "invalid_request")


def test_an_installers_account_gives_tokens_at_once(app: Application) -> None:
    username, password = INSTALLER
    asked: dict[str, Any] = {"grant_type": "password", "username": username, "password": password}
    assert app.is_let_in(tokens(app.ask(**asked)))
    assert refused(app.ask(**{**asked, "password": "wrong"})) == (400, "invalid_grant")


def test_a_refresh_gives_a_new_pair_and_the_old_access_token_lives_on(app: Application) -> None:
    pairs = [app.by_code()]
    for _ in range(3):
        pairs.append(tokens(app.renew(pairs[-1])))
    assert app.sim.oauth.renewals == 3
    assert len({pair["refresh_token"] for pair in pairs}) == 4
    assert len({pair["access_token"] for pair in pairs}) == 4
    assert all(map(app.is_let_in, pairs))


def test_a_second_use_of_a_refresh_token_ends_the_consent_as_a_whole(app: Application) -> None:
    others = app.by_code()
    first = app.by_code()
    second = tokens(app.renew(first))
    reused = app.renew(first)
    assert refused(reused) == (401, "invalid_grant")
    assert first["refresh_token"] in reused.json()["error_description"]
    assert not app.is_let_in(second)
    assert refused(app.renew(second)) == (401, "invalid_grant")
    assert app.is_let_in(others)
    assert app.is_let_in(tokens(app.renew(others)))


def test_without_rotation_an_old_refresh_token_still_works() -> None:
    app = Application(rotate=False)
    first = app.by_code()
    tokens(app.renew(first))
    assert app.is_let_in(tokens(app.renew(first)))


def test_both_tokens_end(app: Application) -> None:
    pair = app.by_code()
    app.clock.advance(LIFE - 1)
    assert app.is_let_in(pair)
    app.clock.advance(1)
    assert not app.is_let_in(pair)
    pair = tokens(app.renew(pair))
    assert app.is_let_in(pair)
    app.clock.advance(REFRESH_LIFE - 1)
    assert not app.is_let_in(pair)
    pair = tokens(app.renew(pair))
    app.clock.advance(REFRESH_LIFE)
    assert refused(app.renew(pair)) == (401, "invalid_grant")


def test_the_servers_clock_decides() -> None:
    app = Application(skew=600.0)
    pair = app.by_code()
    assert end_of(pair["access_token"]) == app.clock.time() + 600 + LIFE
    app.sim.skew = 600 + LIFE
    assert not app.is_let_in(pair)


@pytest.mark.parametrize(
    "end", [lambda sim: sim.oauth.revoke_all(), lambda sim: sim.oauth.end_access_tokens()]
)
def test_a_test_can_end_tokens(
    app: Application, end: Callable[[SimulatedEnlightenV4], None]
) -> None:
    pair = app.by_code()
    end(app.sim)
    assert not app.is_let_in(pair)


@pytest.mark.parametrize(
    ("client_id", "secret"),
    [(CLIENT_ID, "wrong"), ("other", CLIENT_SECRET), ("", ""), (CLIENT_ID, f"{CLIENT_SECRET}:x")],
)
@pytest.mark.parametrize("grant", ["authorization_code", "password", "refresh_token"])
def test_a_wrong_client_is_refused_whatever_it_asks_for(
    client_id: str, secret: str, grant: str
) -> None:
    app = Application(client_id, secret)
    assert refused(app.ask(grant_type=grant)) == (401, "invalid_client")


@pytest.mark.parametrize("header", [None, "Basic", "Basic ???", "Basic /w==", "Bearer abcd"])
def test_no_client_is_refused(app: Application, header: str | None) -> None:
    headers = {} if header is None else {"Authorization": header}
    answer = app.client.post("/oauth/token", headers=headers)
    assert refused(answer) == (401, "invalid_client")


@pytest.mark.parametrize("grant", ["client_credentials", "", "implicit"])
def test_other_grants_are_refused(app: Application, grant: str) -> None:
    status, error = refused(app.ask(grant_type=grant))
    assert (status, error) == (401, "unauthorized_client")


@pytest.mark.parametrize("method", ["GET", "PUT"])
def test_tokens_are_asked_for_by_post(app: Application, method: str) -> None:
    assert app.client.request(method, "/oauth/token", auth=app.auth).status_code == 405


def test_a_doubled_slash_is_another_path(app: Application) -> None:
    assert app.client.post(f"{HOST}//oauth/token", auth=app.auth).status_code == 404


def test_credentials_let_a_client_in_and_can_be_renewed(app: Application) -> None:
    given = app.sim.credentials()
    assert given.keys() == {
        "api_key",
        "client_id",
        "client_secret",
        "access_token",
        "refresh_token",
    }
    assert app.is_let_in(given)
    assert app.is_let_in(tokens(app.renew(given)))
    assert app.sim.credentials()["access_token"] != given["access_token"]


def test_the_same_seed_and_requests_give_the_same_tokens() -> None:
    pairs = [Application(seed=seed).by_code()["access_token"] for seed in (1, 1, 2)]
    assert pairs[0] == pairs[1] != pairs[2]
