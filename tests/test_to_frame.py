"""Frames from where the answers are: raw answers and listings."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
from polars.testing import assert_frame_equal

from enphase_sdk import errors, frames
from enphase_sdk.frames import BackendName, Operation
from tests.support import OPERATION_CALLS, Script, Surface, page_body, small_fleet

DENVER = "America/Denver"
WITHOUT_FRAMES = {"monthly_production", "search_system_id"}
METERED = 87  # of the simulated fleet


def raw_answer(surface: Surface, handler: Any, name: str, *arguments: Any) -> Any:
    return surface.call(handler, lambda client: getattr(client.with_raw_response, name)(*arguments))


def listed(surface: Surface, handler: Any, **arguments: Any) -> Any:
    return surface.call(handler, lambda client: client.systems().to_frame(**arguments))


@pytest.mark.parametrize("name", sorted(OPERATION_CALLS.keys() - WITHOUT_FRAMES))
def test_a_raw_answer_knows_which_frame_it_makes(surface: Surface, name: Operation) -> None:
    raw = raw_answer(surface, small_fleet(), name, METERED)
    made = raw.to_frame(backend="polars", timezone=DENVER)
    wanted = frames.to_frame(raw.parsed, backend="polars", timezone=DENVER, operation=name)
    assert_frame_equal(made, wanted)
    assert made.height > 0


def test_a_raw_page_is_a_frame_of_that_page(surface: Surface) -> None:
    raw = raw_answer(surface, small_fleet(), "systems")
    made = raw.to_frame(backend="polars")
    assert made["system_id"].to_list() == [s.system_id for s in raw.parsed.systems]


def test_totals_can_be_asked_for() -> None:
    raw = raw_answer(Surface("sync"), small_fleet(), "rgm_stats", METERED)
    made = raw.to_frame(backend="polars", totals=True)
    assert made.height > 0
    assert made["energy_wh"].to_list() == [i.wh_del for i in raw.parsed.intervals]


def test_a_204_is_a_frame_without_days() -> None:
    raw = raw_answer(Surface("sync"), Script(httpx.Response(204)), "energy_lifetime", 67)
    assert raw.to_frame(backend="polars").is_empty()


def test_what_has_no_rows_has_no_frame() -> None:
    body = {"system_id": 67}
    raw = raw_answer(
        Surface("sync"), Script(httpx.Response(200, json=body)), "search_system_id", "123"
    )
    with pytest.raises(errors.InvalidArgumentError, match="not 'search_system_id'"):
        raw.to_frame(backend="polars")


def test_a_listing_is_one_frame_of_all_its_pages(surface: Surface) -> None:
    script = Script(
        httpx.Response(200, json=page_body(3, 1, next="b")),
        httpx.Response(200, json=page_body(0, next="c")),
        httpx.Response(200, json=page_body(2, 4)),
    )
    made = listed(surface, script, backend="polars", timezone=DENVER)
    assert made["system_id"].to_list() == [1, 2, 3, 4, 5]
    assert made.schema["last_report_at"].time_zone == DENVER
    assert len(script.requests) == 3


def test_a_system_that_moved_to_the_next_page_is_one_row(surface: Surface) -> None:
    script = Script(
        httpx.Response(200, json=page_body(3, 1, next="b")),
        httpx.Response(200, json=page_body(3, 3)),
    )
    made = listed(surface, script, backend="polars")
    assert made["system_id"].to_list() == [1, 2, 3, 4, 5]


def test_a_fleet_of_none_has_the_same_columns(surface: Surface) -> None:
    one = listed(surface, Script(httpx.Response(200, json=page_body(1))), backend="polars")
    none = listed(surface, Script(httpx.Response(200, json=page_body(0))), backend="polars")
    assert none.is_empty()
    assert none.schema == one.schema


@pytest.mark.parametrize("wrong", [{"backend": "excel"}, {"timezone": "Mars/Olympus"}])
def test_a_wrong_argument_costs_no_hit(surface: Surface, wrong: dict[str, str]) -> None:
    script = Script(httpx.Response(200, json=page_body(1)))
    with pytest.raises(errors.InvalidArgumentError):
        listed(surface, script, **{"backend": "polars", **wrong})
    assert script.requests == []


def test_after_an_error_the_listing_says_where_it_was() -> None:
    script = Script(
        httpx.Response(200, json=page_body(3, 1, next="b")),
        httpx.Response(404, json={"reason": "404"}),
    )
    with Surface("sync").client(script) as client:
        listing = client.systems()
        with pytest.raises(errors.NotFoundError):
            listing.to_frame(backend="polars")
        assert listing.cursor == "b"


FIRST = 1_718_000_100


def two_intervals() -> httpx.Response:
    body = {
        "system_id": 67, "total_devices": 2,
        "meta": {
            "status": "normal", "last_report_at": FIRST + 200_000, "operational_at": 1,
            "last_energy_at": FIRST + 43_200,
        },
        "intervals": [
            {"end_at": FIRST, "powr": 12, "enwh": 1, "devices_reporting": 2},
            {"end_at": FIRST + 300, "powr": 24, "enwh": None, "devices_reporting": 1},
        ],
    }  # fmt: skip
    return httpx.Response(200, json=body)


def history_of(client: Any) -> Any:
    return client.site(67).history("production", FIRST - 300, FIRST + 300, timezone=DENVER)


HISTORY_ROWS = [
    {
        "measure": "production", "interval_start": datetime.fromtimestamp(FIRST - 300, UTC),
        "interval_end": datetime.fromtimestamp(FIRST, UTC), "power_w": 12.0, "energy_wh": 1.0,
        "devices_reporting": 2, "total_devices": 2, "final": True,
    },
    {
        "measure": "production", "interval_start": datetime.fromtimestamp(FIRST, UTC),
        "interval_end": datetime.fromtimestamp(FIRST + 300, UTC), "power_w": 24.0,
        "energy_wh": None, "devices_reporting": 1, "total_devices": 2, "final": False,
    },
]  # fmt: skip


@pytest.mark.usefixtures("clock")
def test_a_history_becomes_a_frame(surface: Surface) -> None:
    made = surface.call(
        Script(two_intervals()),
        lambda client: history_of(client).to_frame(backend="polars", timezone=DENVER),
    )
    assert made.to_dicts() == HISTORY_ROWS
    assert made.schema["interval_end"].time_zone == DENVER


@pytest.mark.usefixtures("clock")
def test_a_history_is_the_same_in_every_library() -> None:
    def made(backend: BackendName, *answers: httpx.Response) -> Any:
        with Surface("sync").client(Script(*answers)) as client:
            return history_of(client).to_frame(backend=backend)

    assert made("pyarrow", two_intervals()).to_pylist() == HISTORY_ROWS
    pandas = made("pandas", two_intervals())
    assert pandas["final"].tolist() == [True, False]
    assert pandas["energy_wh"].isna().tolist() == [False, True]
    assert pandas["interval_end"].tolist() == [row["interval_end"] for row in HISTORY_ROWS]


@pytest.mark.usefixtures("clock")
def test_a_frame_of_a_history_that_failed_goes_on_and_loses_no_row() -> None:
    script = Script(
        httpx.Response(404, json={"reason": "404"}),
        two_intervals(),
        httpx.Response(404, json={"reason": "404"}),
        two_intervals(),
    )
    with Surface("sync").client(script) as client:
        history = client.site(67).history("production", FIRST - 300, FIRST + 86_400,
                                          timezone=DENVER)  # fmt: skip
        for _ in range(2):
            with pytest.raises(errors.NotFoundError):
                history.to_frame(backend="polars")
        assert history.to_frame(backend="polars").height == 2
        with pytest.raises(errors.InvalidArgumentError, match="backend"):
            history.to_frame(backend="excel")
