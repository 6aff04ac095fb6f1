"""The sync and the async surface are one: the same names, signatures and words."""

from __future__ import annotations

import inspect
import re
from typing import Any, get_args

import pytest

from enphase_sdk import AsyncEnlighten, AsyncEnlightenV4, AsyncSite, Enlighten, EnlightenV4, Site
from enphase_sdk._async.cloud_connection import AsyncCloudConnection
from enphase_sdk._async.cloud_pages import AsyncSystemPages
from enphase_sdk._async.cloud_raw import AsyncRawEnlighten
from enphase_sdk._async.cloud_raw_v4 import AsyncRawEnlightenV4
from enphase_sdk._async.cloud_site import AsyncCloudSite
from enphase_sdk._sync.cloud_connection import CloudConnection
from enphase_sdk._sync.cloud_pages import SystemPages
from enphase_sdk._sync.cloud_raw import RawEnlighten
from enphase_sdk._sync.cloud_raw_v4 import RawEnlightenV4
from enphase_sdk._sync.cloud_site import CloudSite
from enphase_sdk.types import SystemOperation

PAIRS: list[tuple[type, type]] = [
    (Enlighten, AsyncEnlighten),
    (Site, AsyncSite),
    (CloudSite, AsyncCloudSite),
    (RawEnlighten, AsyncRawEnlighten),
    (RawEnlightenV4, AsyncRawEnlightenV4),
    (SystemPages, AsyncSystemPages),
    (CloudConnection, AsyncCloudConnection),
]

SYNC_WORDS = {
    "aclose": "close",
    "__aenter__": "__enter__",
    "__aexit__": "__exit__",
    "__aiter__": "__iter__",
    "__anext__": "__next__",
    "StopAsyncIteration": "StopIteration",
}


def sync_words(text: str) -> str:
    """The text as the sync surface would say it."""
    for word, sync in SYNC_WORDS.items():
        text = text.replace(word, sync)
    text = re.sub(r"\bAwaitable\[((?:[^\[\]]|\[[^\[\]]*\])*)\]", r"\1", text)
    text = text.replace("AsyncHTTP", "HTTP").replace("._async.", "._sync.")
    return re.sub(r"\bAsync(?=[A-Z])", "", text)


def members(cls: type) -> dict[str, Any]:
    own = {name: value for base in cls.__mro__[:-1] for name, value in vars(base).items()}
    return {
        name: value
        for name, value in own.items()
        if not name.startswith("_") or name in ("__init__", "__repr__", *SYNC_WORDS)
        or name in SYNC_WORDS.values()
    }  # fmt: skip


def function_of(member: Any) -> Any:
    return member.fget if isinstance(member, property) else member


def parameters(value: Any) -> list[tuple[str, Any, Any, str]]:
    function = function_of(value)
    return [
        (p.name, p.kind, p.default, sync_words(str(p.annotation)))
        for p in inspect.signature(function).parameters.values()
    ]


def result(value: Any) -> str:
    return sync_words(str(inspect.signature(function_of(value)).return_annotation))


@pytest.mark.parametrize(("sync", "asynchronous"), PAIRS)
def test_both_have_the_same_members(sync: type, asynchronous: type) -> None:
    assert set(members(sync)) == {sync_words(name) for name in members(asynchronous)}
    assert sync.__name__ == sync_words(asynchronous.__name__)
    assert inspect.getdoc(sync) == sync_words(inspect.getdoc(asynchronous) or "")


@pytest.mark.parametrize(("sync", "asynchronous"), PAIRS)
def test_their_members_have_the_same_signatures_and_words(sync: type, asynchronous: type) -> None:
    seen = 0
    for name, value in members(asynchronous).items():
        twin = members(sync)[sync_words(name)]
        assert type(twin) is type(value)
        if callable(value) or isinstance(value, property):
            seen += 1
            assert parameters(twin) == parameters(value), name
            assert result(twin) == result(value), name
            own = inspect.getdoc(twin) or ""
            assert own == sync_words(inspect.getdoc(value) or ""), name
    assert seen >= 3


def test_the_public_operations_are_the_thirteen() -> None:
    operations = {
        "systems", "energy_lifetime", "envoys", "inventory", "inverters_summary_by_envoy_or_site",
        "monthly_production", "production_meter_readings", "rgm_stats", "stats",
        "consumption_stats", "consumption_lifetime", "summary", "search_system_id",
    }  # fmt: skip
    others = {
        "with_options", "with_raw_response", "site", "twin", "exchange",
        "settings", "api", "largest_page", "hits", "quota", "quota_is_local",
    }  # fmt: skip
    assert {n for n in members(Enlighten) if not n.startswith("_")} == operations | others | {
        "close"
    }
    raw = {name for name in members(RawEnlighten) if not name.startswith("_")}
    assert raw == operations


def test_every_operation_that_reads_has_a_whole_answer_on_v4_too() -> None:
    read = set(get_args(SystemOperation)) | {
        "alarms", "encharge_telemetry", "ev_charger_lifetime", "ev_charger_schedules",
        "ev_charger_sessions", "ev_charger_telemetry", "event_types", "events", "evse_lifetime",
        "evse_telemetry", "hp_lifetime", "hp_telemetry", "micro_telemetry", "micros_telemetry",
        "search_system_id", "systems",
    }  # fmt: skip
    assert {name for name in members(RawEnlightenV4) if not name.startswith("_")} == read


RAW: list[tuple[type, type]] = [
    (RawEnlighten, Enlighten),
    (AsyncRawEnlighten, AsyncEnlighten),
    (RawEnlightenV4, EnlightenV4),
    (AsyncRawEnlightenV4, AsyncEnlightenV4),
]


@pytest.mark.parametrize(
    ("raw", "client", "name"),
    [(raw, client, n) for raw, client in RAW for n in vars(raw) if not n.startswith("_")],
)
def test_a_raw_operation_takes_what_the_operation_takes(raw: type, client: type, name: str) -> None:
    assert parameters(getattr(raw, name)) == parameters(getattr(client, name))
    assert inspect.getdoc(getattr(raw, name))


def test_what_waits_is_awaited_on_the_async_side_only() -> None:
    at_once = {"with_options", "with_raw_response", "site", "twin", "systems", "settings"}
    for name, value in members(AsyncEnlighten).items():
        if name.startswith("_") or name in at_once or isinstance(value, property):
            continue
        assert inspect.iscoroutinefunction(value), name
        assert not inspect.iscoroutinefunction(members(Enlighten)[sync_words(name)]), name


SIGNATURES = {
    "systems": (
        "*, system_id, system_name, status, reference, installer, connection_type, limit, next"
    ),
    "energy_lifetime": "system_id, *, start_date, end_date, production",
    "envoys": "system_id",
    "inventory": "system_id",
    "inverters_summary_by_envoy_or_site": "site_id",
    "monthly_production": "system_id, start_date",
    "production_meter_readings": "system_id, *, end_at",
    "rgm_stats": "system_id, *, start_at, end_at",
    "stats": "system_id, *, start_at, end_at",
    "consumption_stats": "system_id, *, start_at, end_at",
    "consumption_lifetime": "system_id, *, start_date, end_date",
    "summary": "system_id, *, summary_date",
    "search_system_id": "serial_num",
}


@pytest.mark.parametrize("name", SIGNATURES)
def test_signatures_are_those_of_the_plan(name: str) -> None:
    names: list[str] = []
    for parameter in inspect.signature(getattr(Enlighten, name)).parameters.values():
        if parameter.kind is parameter.KEYWORD_ONLY and "*" not in names:
            names.append("*")
        names.append(parameter.name)
    assert ", ".join(names[1:]) == SIGNATURES[name]


@pytest.mark.parametrize("client", [Enlighten, AsyncEnlighten])
def test_options_are_keywords(client: type) -> None:
    given = list(inspect.signature(client).parameters.values())
    assert [p.name for p in given[:2]] == ["api_key", "user_id"]
    assert all(p.kind is p.KEYWORD_ONLY for p in given[2:])
    planned = {"base_url", "timeout", "max_retries", "max_wait", "quota", "transport"}
    assert planned <= {p.name for p in given[2:]}


def test_a_site_s_methods_are_those_of_the_plan() -> None:
    assert {name for name in members(Site) if not name.startswith("_")} == {
        "summary", "envoys", "inventory", "inverters_summary", "production_meter_readings",
        "stats", "rgm_stats", "consumption_stats", "energy_lifetime", "consumption_lifetime",
        "history",
    }  # fmt: skip
