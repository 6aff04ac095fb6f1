from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from enphase_sdk.errors import InvalidArgumentError
from enphase_sdk.testing import FakeClock, Kind, SimulatedEnlighten


def ask(sim: SimulatedEnlighten, params: dict[str, Any]) -> httpx.Response:
    url = httpx.URL("https://cloud/some/base/systems", params=params)
    return sim(httpx.Request("GET", url.copy_merge_params({"user_id": "u"})))


def pages(sim: SimulatedEnlighten, **params: object) -> Iterator[list[dict[str, Any]]]:
    query = dict(params)
    while True:
        response = ask(sim, query)
        assert response.status_code == 200, response.text
        page = response.json()
        yield page["systems"]
        if "next" not in page:
            return
        query["next"] = page["next"]


def ids(sim: SimulatedEnlighten, **params: object) -> list[int]:
    return [system["system_id"] for page in pages(sim, **params) for system in page]


@pytest.fixture(scope="module")
def sim() -> SimulatedEnlighten:
    return SimulatedEnlighten(250, seed=3, clock=FakeClock())


@pytest.mark.parametrize(
    ("limit", "sizes"), [(None, [100, 100, 50]), (125, [125, 125]), (249, [249, 1]), (1000, [250])]
)
def test_pages_hold_every_system_once_in_order(
    sim: SimulatedEnlighten, limit: int | None, sizes: list[int]
) -> None:
    params = {} if limit is None else {"limit": limit}
    got = list(pages(sim, **params))
    assert [len(page) for page in got] == sizes
    assert [system["system_id"] for page in got for system in page] == sim.system_ids()


def test_the_first_ids_are_those_of_the_examples(sim: SimulatedEnlighten) -> None:
    assert sim.system_ids()[:3] == [67, 72, 77]


@pytest.mark.parametrize("form", ["system_id", "system_id[]"])
def test_one_id_can_be_asked_for_in_both_forms(sim: SimulatedEnlighten, form: str) -> None:
    assert ids(sim, **{form: 72}) == [72]


def test_several_ids_come_in_order_and_unknown_ones_are_left_out(sim: SimulatedEnlighten) -> None:
    assert ids(sim, **{"system_id[]": [77, 67, 68, 77]}) == [67, 77]
    assert ids(sim, **{"system_id[]": [67, 72, 77], "limit": 1}) == [67, 72, 77]
    assert ids(sim, **{"system_id[]": 68}) == []


def test_status_filters_by_meta_and_takes_several(sim: SimulatedEnlighten) -> None:
    everything = [system for page in pages(sim) for system in page]
    by_meta = [s["system_id"] for s in everything if s["meta"]["status"] in ("comm", "micro")]
    assert by_meta
    assert ids(sim, **{"status[]": ["comm", "micro"], "limit": 2}) == by_meta
    assert ids(sim, status="comm") != by_meta
    disagreeing = [s for s in everything if s["status"] != s["meta"]["status"]]
    assert {s["meta"]["status"] for s in disagreeing} == {"comm"}


def test_every_filter_narrows_to_what_it_names(sim: SimulatedEnlighten) -> None:
    known = [sim.system(system_id) for system_id in sim.system_ids()]
    reference = next(system.reference for system in known if system.reference)
    name, installer = known[0].name.upper(), known[0].installer
    assert ids(sim, reference=reference) == [s.system_id for s in known if s.reference == reference]
    assert ids(sim, **{"installer[]": installer}) == [
        s.system_id for s in known if s.installer == installer
    ]
    assert ids(sim, system_name=name) == [known[0].system_id]
    cellular = ids(sim, **{"connection_type[]": "cellular"})
    assert cellular == [s.system_id for s in known if s.connection_type == "cellular"]
    both = ids(sim, **{"connection_type[]": ["cellular", "wifi"], "installer": installer})
    assert both == [
        s.system_id
        for s in known
        if s.connection_type in ("cellular", "wifi") and s.installer == installer
    ]


def test_a_record_has_the_facts_and_leaves_out_what_there_is_not(sim: SimulatedEnlighten) -> None:
    with_reference = sim.find(lambda system: system.reference is not None)
    without = sim.find(lambda system: system.reference is None and not system.other_references)
    first, second = (
        next(pages(sim, system_id=system.system_id))[0] for system in (with_reference, without)
    )
    assert first["reference"] == with_reference.reference
    assert "reference" not in second
    assert "other_references" not in second
    assert first["timezone"] == with_reference.place.timezone
    assert len(first["country"]) == 2


@pytest.mark.parametrize(
    ("params", "message"),
    [
        ({"limit": 0}, "limit is not between 1 and 1000"),
        ({"limit": 1001}, "limit is not between 1 and 1000"),
        ({"limit": "many"}, "limit is not an integer"),
        ({"limit": ["1", "2"]}, "limit is given more than once"),
        ({"system_id": ["67", "72"]}, "system_id is given more than once"),
        ({"system_id[]": "x"}, r"system_id\[\] is not an integer"),
        ({"status": "sleepy"}, "status is not one of comm, power"),
        ({"connection_type[]": "smoke"}, "not one of ethernet, cellular, wifi"),
        ({"next": "xyz"}, "next is not a cursor"),
        ({"next": "ff"}, "next is not a cursor"),
        ({"next": "4d413d3d"}, "next is not a cursor"),
        ({"next": ""}, "next is not a cursor"),
    ],
)
def test_parameters_are_held_to_the_contract(
    sim: SimulatedEnlighten, params: dict[str, Any], message: str
) -> None:
    response = ask(sim, params)
    assert response.status_code == 422
    assert response.status_code == httpx.codes.UNPROCESSABLE_ENTITY

    assert re.search(message, " ".join(response.json()["errorMessages"]))


def test_unknown_parameters_are_ignored_and_all_mistakes_are_told(sim: SimulatedEnlighten) -> None:
    assert ask(sim, {"datetime_format": "iso8601", "limit[]": "x"}).status_code == 200
    body = ask(sim, {"limit": "x", "status": "y"}).json()
    assert len(body["errorMessages"]) == 2


def test_any_forty_systems_in_a_row_hold_every_kind() -> None:
    for seed in range(5):
        sim = SimulatedEnlighten(121, seed=seed, clock=FakeClock())
        kinds = [sim.system(system_id).kind for system_id in sim.system_ids()]
        assert kinds[0] is Kind.PLAIN
        for start in (40, 80):
            assert set(kinds[start : start + 40]) == set(Kind)


def test_places_lie_on_both_hemispheres_and_in_many_zones(sim: SimulatedEnlighten) -> None:
    places = {sim.system(system_id).place for system_id in sim.system_ids()}
    assert {place.latitude > 0 for place in places} == {True, False}
    assert len({place.timezone for place in places}) > 20


def test_the_same_seed_gives_the_same_bytes_and_another_one_others() -> None:
    def everything(seed: int) -> list[bytes]:
        sim = SimulatedEnlighten(120, seed=seed, clock=FakeClock())
        first = sim.find(kind="metered").system_id
        got = [ask(sim, {"limit": 50}).content]
        for path in ("summary", "energy_lifetime", "rgm_stats", "inventory"):
            url = f"https://cloud/systems/{first}/{path}?user_id=u"
            got.append(sim(httpx.Request("GET", url)).content)
        return got

    assert everything(1) == everything(1)
    assert all(a != b for a, b in zip(everything(1), everything(2), strict=True))


def test_order_of_requests_does_not_matter() -> None:
    forwards, backwards = (SimulatedEnlighten(30, clock=FakeClock()) for _ in range(2))
    urls = [f"https://cloud/systems/{i}/summary?user_id=u" for i in forwards.system_ids()]
    one = {url: forwards(httpx.Request("GET", url)).content for url in urls}
    two = {url: backwards(httpx.Request("GET", url)).content for url in reversed(urls)}
    assert one == two


@pytest.mark.parametrize("size", [0, -1, 100_001])
def test_a_fleet_has_a_size_that_makes_sense(size: int) -> None:
    with pytest.raises(InvalidArgumentError, match="1 to 100000 systems"):
        SimulatedEnlighten(size)
