"""The kit around the cloud: what it remembers, hides, costs, and says when misused."""

from __future__ import annotations

import gc
import pickle
import subprocess
import sys
import tracemalloc

import httpx
import msgspec
import pytest

from enphase_sdk import testing
from enphase_sdk.errors import InvalidArgumentError
from enphase_sdk.testing import FakeClock, Kind, SimulatedEnlighten


def test_requests_are_remembered_without_credentials() -> None:
    sim = SimulatedEnlighten(3, clock=FakeClock(), api_key="secret-key")
    url = "https://cloud/v2/systems?key=secret-key&limit=2&user_id=secret-user&status[]=comm"
    assert sim(httpx.Request("GET", url)).status_code == 200
    assert sim(httpx.Request("GET", "https://cloud/systems?key=wrong-key")).status_code == 401
    first, second = sim.requests
    assert (first.operation, first.path) == ("Systems", "/v2/systems")
    assert first.params == (("limit", "2"), ("status[]", "comm"))
    assert second.params == ()
    shown = repr((sim, vars(sim), list(sim.requests)))
    assert "secret" not in repr(sim) + repr(list(sim.requests))
    assert "wrong-key" not in shown
    assert sim.hits == 1


def test_a_system_tells_its_facts() -> None:
    sim = SimulatedEnlighten(80, clock=FakeClock())
    system = sim.system(67)
    assert (system.system_id, system.kind, system.index) == (67, Kind.PLAIN, 0)
    assert system.size_w == system.modules * system.module_w
    assert sim.find(kind="two_gateways").kind is Kind.TWO_GATEWAYS
    assert sim.find(lambda s: s.place.latitude < 0).place.latitude < 0
    assert str(system.key) not in repr(system)


def test_misuse_lists_what_there_is() -> None:
    sim = SimulatedEnlighten(3, clock=FakeClock())
    with pytest.raises(InvalidArgumentError, match=r"no system 66 .* there are 67, 72, 77$"):
        sim.system(66)
    with pytest.raises(InvalidArgumentError, match="no kind 'meter'; there are plain, metered"):
        sim.find(kind="meter")
    with pytest.raises(InvalidArgumentError, match=r"among the 3 of this fleet; it has .*plain"):
        sim.find(lambda system: system.system_id == 1)


def test_each_name_is_loaded_when_it_is_first_used(monkeypatch: pytest.MonkeyPatch) -> None:
    assert set(testing.__all__) <= set(dir(testing))
    for name in testing.__all__:
        monkeypatch.delitem(vars(testing), name, raising=False)
        value = getattr(testing, name)
        assert value is getattr(testing, name)
        if isinstance(value, type):
            assert value.__name__ == name
    with pytest.raises(AttributeError, match="no attribute 'SimulatedSun'"):
        _ = testing.SimulatedSun


def test_importing_the_kit_loads_nothing_heavy() -> None:
    code = (
        "import sys; before = set(sys.modules); import enphase_sdk.testing; "
        "print(*set(sys.modules) - before)"
    )
    out = subprocess.run(
        [sys.executable, "-c", code], check=True, capture_output=True, text=True
    ).stdout.split()
    assert "enphase_sdk.testing" in out
    assert not {"httpx", "msgspec", "anyio", "zoneinfo", "http.server"} & set(out)


@pytest.mark.proof
def test_walking_a_hundred_thousand_systems_holds_one_page_at_a_time() -> None:
    sim = SimulatedEnlighten(100_000, clock=FakeClock())

    def page(cursor: str | None) -> tuple[int, str | None]:
        params = {"user_id": "u", "limit": "1000"} | ({"next": cursor} if cursor else {})
        body = msgspec.json.decode(
            sim(httpx.Request("GET", "https://cloud/systems", params=params)).content
        )
        return len(body["systems"]), body.get("next")

    count, cursor = page(None)
    while count < 90_000:
        got, cursor = page(cursor)
        count += got
    gc.collect()
    tracemalloc.start()
    try:
        while cursor is not None:
            got, cursor = page(cursor)
            count += got
        gc.collect()
        kept, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert count == 100_000
    assert kept < 2_000_000
    assert peak < 10_000_000


@pytest.mark.proof
def test_a_summary_of_every_system_keeps_nothing_of_each() -> None:
    sim = SimulatedEnlighten(2_000, clock=FakeClock())

    def ask(ids: list[int]) -> None:
        for system_id in ids:
            url = f"https://cloud/systems/{system_id}/summary?user_id=u"
            assert sim(httpx.Request("GET", url)).status_code == 200

    ids = sim.system_ids()
    ask(ids[:1_000])
    sim.requests.clear()
    gc.collect()
    tracemalloc.start()
    try:
        ask(ids[1_000:])
        sim.requests.clear()
        gc.collect()
        kept = tracemalloc.get_traced_memory()[0]
    finally:
        tracemalloc.stop()
    assert kept < 1_000_000


def test_facts_pickle_with_their_kind() -> None:
    assert pickle.loads(pickle.dumps(Kind.SNOW)) is Kind.SNOW
