"""API v4 on the face of v2: the same script, tokens that end, pages that shift, plans that lack."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import anyio
import httpx
import pytest

from enphase_sdk import AsyncEnlightenV4, Enlighten, EnlightenV4, Fleet, errors, open_cloud
from enphase_sdk.cloud.plans import Plan
from enphase_sdk.cloud.v4.oauth import Tokens, read_tokens
from enphase_sdk.core.effects import Reply
from enphase_sdk.testing import FakeClock, SimulatedEnlighten, faults
from enphase_sdk.testing.cloud.v4.simulator import SimulatedEnlightenV4
from enphase_sdk.testing.world.flows import has_battery
from tests.support import Script, Surface


class Memory:
    """Tokens kept for the length of a test."""

    def __init__(self) -> None:
        self.saved: list[Tokens] = []

    def load(self) -> Tokens | None:
        return self.saved[-1] if self.saved else None

    def save(self, tokens: Tokens) -> None:
        self.saved.append(tokens)


@pytest.fixture
def cloud(clock: FakeClock) -> SimulatedEnlightenV4:
    return SimulatedEnlightenV4(60, clock=clock)


def client_of(cloud: SimulatedEnlightenV4, **options: Any) -> EnlightenV4:
    settings: dict[str, Any] = {**cloud.credentials(), "tokens": Memory(), **options}
    return EnlightenV4(**settings, transport=httpx.MockTransport(cloud))


@pytest.fixture
def client(cloud: SimulatedEnlightenV4) -> Iterator[EnlightenV4]:
    with client_of(cloud) as made:
        yield made


def report(site: Any) -> list[Any]:
    """What is written for any site."""
    return [
        site.summary(),
        site.envoys(),
        site.inverters_summary(),
        site.production_meter_readings(),
        site.rgm_stats(),
        site.energy_lifetime().production,
        site.consumption_lifetime(),
    ]


def test_the_same_script_gives_the_same_on_v2_and_v4(clock: FakeClock, client: EnlightenV4) -> None:
    older = SimulatedEnlighten(60, clock=clock)
    with Enlighten("a key", "a user", transport=httpx.MockTransport(older)) as enlighten:
        ours, theirs = list(client.systems()), list(enlighten.systems())
        assert [s.system_id for s in ours] == [s.system_id for s in theirs]
        assert [s.meta for s in ours] == [s.meta for s in theirs]
        assert [s.system_name for s in ours] == [s.system_name for s in theirs]
        offline = [s.system_id for s in client.systems(status=["comm"])]
        assert offline == [s.system_id for s in enlighten.systems(status=["comm"])]
        for kind in ("plain", "metered", "two_gateways", "large", "legacy", "new", "cellular"):
            number = older.find(kind=kind).system_id
            assert report(client.site(number)) == report(enlighten.site(number)), kind
        number = older.find(kind="metered").system_id
        assert client.stats(number) == enlighten.stats(number)
        assert client.consumption_stats(number) == enlighten.consumption_stats(number)
        records = list(Fleet(client).summaries()), list(Fleet(enlighten).summaries())
        assert [r.summary for r in records[0]] == [r.summary for r in records[1]]


def test_open_cloud_takes_the_version_that_the_settings_name(
    cloud: SimulatedEnlightenV4, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in cloud.credentials().items():
        monkeypatch.setenv(f"ENPHASE_{name.upper()}", value)
    monkeypatch.delenv("ENPHASE_USER_ID", raising=False)
    with open_cloud(transport=httpx.MockTransport(cloud), tokens=Memory()) as found:
        assert isinstance(found, EnlightenV4)
        assert found.summary(67).system_id == 67
    monkeypatch.setenv("ENPHASE_USER_ID", "a user")
    with pytest.raises(errors.ConfigError, match="ENPHASE_API=v4"):
        open_cloud()
    monkeypatch.setenv("ENPHASE_API", "v2")
    with open_cloud() as found:
        assert isinstance(found, Enlighten)


def test_a_span_is_cut_into_the_windows_there_are(
    clock: FakeClock, cloud: SimulatedEnlightenV4, client: EnlightenV4
) -> None:
    number = cloud.find(kind="metered").system_id
    end = int(clock.time()) // 900 * 900
    before = len(cloud.requests)
    week = client.stats(number, start_at=end - 3 * 86_400 + 7, end_at=end)
    assert len(cloud.requests) - before == 3
    ends = [interval.end_at for interval in week.intervals]
    assert ends == sorted(set(ends))
    assert min(ends) > end - 3 * 86_400
    assert max(ends) <= end
    days = [
        client.stats(number, start_at=end - n * 86_400, end_at=end - (n - 1) * 86_400)
        for n in (3, 2, 1)
    ]
    assert [i for day in days for i in day.intervals] == week.intervals
    assert all(
        dict(asked.params)["granularity"] == "day" for asked in list(cloud.requests)[before:]
    )
    month = client.rgm_stats(number, start_at=end - 20 * 86_400, end_at=end)
    # The newest quarter of an hour may not be reported yet.
    assert len({i.end_at for i in month.intervals}) == len(month.intervals) >= 20 * 96 - 1


def test_gateways_and_inventory_share_one_call(
    cloud: SimulatedEnlightenV4, client: EnlightenV4, clock: FakeClock
) -> None:
    client.envoys(67)
    client.inventory(67)
    assert [asked.operation for asked in cloud.requests] == ["Devices"]
    clock.advance(61)
    client.envoys(67)
    assert len(cloud.requests) == 2


def test_what_only_v4_knows(cloud: SimulatedEnlightenV4, client: EnlightenV4) -> None:
    number = cloud.find(lambda s: has_battery(s)).system_id
    lifetime = client.battery_lifetime(number)
    assert len(lifetime.charge) == len(lifetime.discharge) > 300
    intervals: list[Any] = list(client.energy_import_telemetry(number).intervals)
    assert all(interval.wh_imported >= 0 for interval in intervals)
    assert client.energy_import_lifetime(number).to_dict()["import"]
    assert client.set_battery_settings(number, reserve_soc=45).after == {"reserve_soc": 45}
    assert client.battery_settings(number).reserve_soc == 45
    with pytest.raises(errors.InvalidArgumentError, match="reserve_soc"):
        client.set_battery_settings(number, reserve=45)


def test_a_plan_that_lacks_a_right_is_told_and_asks_nobody_again(clock: FakeClock) -> None:
    cloud = SimulatedEnlightenV4(4, clock=clock, plan="watt")
    with (
        client_of(cloud, quota="watt") as client,
        pytest.raises(errors.NotAvailableError) as caught,
    ):
        client.grid_status(67)
    assert "System Configurations" in str(caught.value)
    assert cloud.oauth.renewals == 0
    with client_of(cloud) as client, pytest.raises(errors.NotAvailableError, match="installer"):
        client.systems(installer="Bright Roof")


def test_a_key_of_another_application_renews_nothing(clock: FakeClock) -> None:
    cloud = SimulatedEnlightenV4(4, clock=clock, api_key="right-key")
    with (
        client_of(cloud, api_key="wrong-key") as client,
        pytest.raises(errors.AuthenticationError, match="another application"),
    ):
        client.summary(67)
    assert cloud.oauth.renewals == 0


def test_tokens_are_renewed_before_they_end_and_kept_first(
    clock: FakeClock, cloud: SimulatedEnlightenV4
) -> None:
    kept = Memory()
    with client_of(cloud, tokens=kept) as client:
        client.summary(67)
        assert cloud.oauth.renewals == 0
        clock.advance(86_400 - 100)
        client.summary(67)
        assert cloud.oauth.renewals == 1
        cloud.oauth.end_access_tokens()
        client.summary(67)
        assert cloud.oauth.renewals == 2
    assert len(kept.saved) == 2


def test_many_calls_at_once_renew_once(cloud: SimulatedEnlightenV4) -> None:
    with client_of(cloud) as client:
        cloud.oauth.end_access_tokens()
        with ThreadPoolExecutor(16) as pool:
            found = list(pool.map(lambda _: client.summary(67).system_id, range(64)))
    assert found == [67] * 64
    assert cloud.oauth.renewals == 1


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_many_tasks_renew_once_and_a_cancelled_one_loses_nothing(backend: str) -> None:
    # The real clock: on the tests' clock every look for the others' renewal would pass time.
    cloud = SimulatedEnlightenV4(60)
    kept = Memory()

    async def main() -> None:
        settings: dict[str, Any] = {**cloud.credentials(), "tokens": kept}
        transport = httpx.MockTransport(cloud)
        async with AsyncEnlightenV4(**settings, transport=transport) as client:
            cloud.oauth.end_access_tokens()
            async with anyio.create_task_group() as group:
                for _ in range(20):
                    group.start_soon(client.summary, 67)
                for _ in range(20):
                    with anyio.move_on_after(0):
                        await client.summary(67)
            assert (await client.summary(67)).system_id == 67

    anyio.run(main, backend=backend)
    assert cloud.oauth.renewals == len(kept.saved) == 1


def test_a_lost_answer_to_a_renewal_is_survived_where_the_old_token_still_works(
    clock: FakeClock,
) -> None:
    cloud = SimulatedEnlightenV4(4, clock=clock, rotate=False)
    with client_of(cloud) as client:
        cloud.oauth.end_access_tokens()
        cloud.fail(operation="OAuthToken", with_=faults.dropped())
        assert client.summary(67).system_id == 67


def test_a_consent_that_has_ended_says_where_to_give_it_again(cloud: SimulatedEnlightenV4) -> None:
    with client_of(cloud) as client:
        cloud.oauth.revoke_all()
        with pytest.raises(errors.AuthenticationError, match="agree again") as caught:
            client.summary(67)
    url = caught.value.authorize_url
    assert url is not None
    assert url.startswith("https://api.enphaseenergy.com/oauth/authorize?response_type=code")
    secrets = [v for k, v in cloud.credentials().items() if k != "client_id"]
    assert not [
        secret for secret in secrets if secret in f"{caught.value!r}{caught.value.__dict__}"
    ]


@pytest.mark.parametrize("status", [500, 502, 503, 504])
def test_a_failing_cloud_is_never_taken_for_an_ended_consent(
    cloud: SimulatedEnlightenV4, status: int
) -> None:
    with client_of(cloud, max_retries=1) as client:
        cloud.oauth.end_access_tokens()
        cloud.fail(operation="OAuthToken", with_=faults.html(status), times=2)
        with pytest.raises(errors.ServerError, match="tokens are unchanged"):
            client.summary(67)
        assert client.summary(67).system_id == 67


def test_the_end_of_a_consent_is_announced(
    clock: FakeClock, caplog: pytest.LogCaptureFixture
) -> None:
    cloud = SimulatedEnlightenV4(4, clock=clock, refresh_life=3 * 86_400)
    with caplog.at_level(logging.WARNING), client_of(cloud) as client:
        client.summary(67)
        client.summary(67)
    assert len([r for r in caplog.records if "consent ends" in r.message]) == 1


def test_tokens_lie_in_a_private_file_and_nowhere_else(
    cloud: SimulatedEnlightenV4, tmp_path: Path
) -> None:
    path = tmp_path / "kept" / "tokens.json"
    with client_of(cloud, tokens=path) as client:
        cloud.oauth.end_access_tokens()
        client.summary(67)
        shown = f"{client!r} {client._options!r}"
    assert path.stat().st_mode & 0o777 == 0o600
    (entry,) = json.loads(path.read_text()).values()
    assert entry["access_token"] not in shown
    given = cloud.credentials()
    del given["access_token"], given["refresh_token"]
    again = EnlightenV4(**given, tokens=path, transport=httpx.MockTransport(cloud))  # type: ignore[arg-type]
    with again:
        again.summary(67)
    assert cloud.oauth.renewals == 1


def test_a_refusal_is_waited_out_with_and_without_its_period(clock: FakeClock) -> None:
    for bare in (False, True):
        plan = Plan("Kilowatt", 5, 1_000)
        cloud = SimulatedEnlightenV4(20, clock=clock, plan=plan, bare_refusals=bare)
        with client_of(cloud) as client:
            found = [client.summary(number).system_id for number in cloud.system_ids()]
        assert found == cloud.system_ids()
        assert cloud.refused <= (1 if not bare else 4)


def test_a_month_s_429_is_not_waited_for(clock: FakeClock) -> None:
    cloud = SimulatedEnlightenV4(4, clock=clock, plan=Plan("Watt", 10, 2))
    with client_of(cloud) as client:
        client.summary(67)
        client.summary(67)
        with pytest.raises(errors.RateLimitError) as caught:
            client.summary(67)
    assert (caught.value.period, caught.value.limit) == ("month", 2)
    assert clock.sleeps == []


def test_a_window_in_a_sentence_becomes_fields(cloud: SimulatedEnlightenV4) -> None:
    details = (
        "Requested date range is invalid for this system. {:start_at=>1, :end_at=>2, "
        ":first_interval=>1447304100, :last_interval=>1447304400}"
    )
    body = {"message": "Unprocessable Entity", "details": details, "code": 422}
    cloud.fail(with_=faults.status(422, json=body))
    with client_of(cloud) as client, pytest.raises(errors.UnprocessableEntityError) as caught:
        client.summary(67)
    assert (caught.value.first_interval, caught.value.last_interval) == (1447304100, 1447304400)


def test_a_saved_cursor_goes_on_from_its_page(clock: FakeClock) -> None:
    cloud = SimulatedEnlightenV4(250, clock=clock)
    with client_of(cloud) as client:
        listing = client.systems()
        pages = listing.pages()
        first, second = next(pages), next(pages)
        assert (len(first.systems), listing.cursor) == (100, second.systems and "v4-page-2")
        rest = [s.system_id for s in client.systems(next="v4-page-3")]
        assert rest == cloud.system_ids()[200:]
        with pytest.raises(errors.InvalidArgumentError, match="API v2"):
            client.systems(next="eyJsaW1pdCI6MTB9")


@pytest.mark.parametrize(
    "told",
    [
        {"message": "Too Many Requests", "details": "Usage limit exceeded for plan Watt"},
        {"message": "Too Many Requests", "details": "wait", "code": 429},
        {"message": "wait", "period": "minute", "limit": 10},
    ],
    ids=repr,
)
def test_a_refusal_with_status_200_is_known_by_its_words(clock: FakeClock, told: Any) -> None:
    script = Script(httpx.Response(200, json=told))
    client = Surface("sync").client_v4(script, max_wait=0)
    with client, pytest.raises(errors.RateLimitError):
        client.summary(67)
    assert clock.sleeps == []


def test_an_error_with_status_200_that_will_not_pass_is_not_tried_again(clock: FakeClock) -> None:
    said = {"message": "Not Found", "details": "System not found", "code": 404}
    client = Surface("sync").client_v4(Script(httpx.Response(200, json=said)))
    with client, pytest.raises(errors.APIResponseValidationError, match="Not Found"):
        client.summary(67)
    assert clock.sleeps == []


@pytest.mark.parametrize("known", [True, False])
def test_the_try_of_a_day_opens_a_month_though_the_token_has_ended(
    clock: FakeClock, *, known: bool
) -> None:
    cloud = SimulatedEnlightenV4(4, clock=clock, token_life=86_400.0 if known else 10 * 86_400.0)
    with client_of(cloud) as client:
        cloud.fail(with_=faults.too_many_requests("month"))
        with pytest.raises(errors.RateLimitError):
            client.summary(67)
        with pytest.raises(errors.QuotaExceededError):
            client.summary(67)
        clock.advance(86_400)
        if not known:
            cloud.oauth.end_access_tokens()
        for _ in range(3):
            assert client.summary(67).system_id == 67
    assert cloud.oauth.renewals == 1


@pytest.mark.parametrize("value", ["kéy", "k\x00ey", "key\nX-Other: 1", "clé\N{SNOWMAN}"])
@pytest.mark.parametrize("name", ["api_key", "access_token", "refresh_token"])
def test_a_credential_that_no_header_can_hold_is_refused(name: str, value: str) -> None:
    known = {"api_key": "k", "client_id": "c", "client_secret": "s", "access_token": "t"}
    settings: dict[str, Any] = {**known, name: value}
    with pytest.raises(errors.ConfigError) as caught:
        EnlightenV4(**settings)
    assert value not in str(caught.value)


@pytest.mark.parametrize("text", ["tokén", "to\nken", ""])
def test_a_token_that_no_header_can_hold_is_none(text: str) -> None:
    whole = {"access_token": "a", "refresh_token": "r"}
    assert Tokens.from_entry({**whole, "access_token": text}) is None
    kept = Tokens.from_entry({**whole, "refresh_token": text})
    assert kept is not None
    assert kept.refresh_token is None
    for name in ("access_token", "refresh_token"):
        reply = Reply(200, content=json.dumps({**whole, name: text}).encode())
        if name == "access_token":
            with pytest.raises(errors.APIResponseValidationError):
                read_tokens(reply, 0.0)
        else:
            assert read_tokens(reply, 0.0).refresh_token is None
