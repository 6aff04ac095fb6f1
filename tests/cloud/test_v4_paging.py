"""Paging of API v4: pages that shift, repeat, cannot be read, or have no end."""

from __future__ import annotations

import logging
from typing import Any

import httpx
import pytest

from enphase_sdk import EnlightenV4, errors, models_v4
from enphase_sdk.cloud.boundary import REMEMBERED
from enphase_sdk.cloud.v4.operations import systems
from enphase_sdk.cloud.v4.paging import Walk
from tests.support import Script, Surface


def sync(script: Script) -> EnlightenV4:
    client: EnlightenV4 = Surface("sync").client_v4(script)
    return client


ROW = {"name": "a", "public_name": "a", "timezone": "UTC", "address": {}, "status": "normal",
       "connection_type": "ethernet", "last_report_at": 1, "last_energy_at": 1,
       "operational_at": 1, "attachment_type": None, "interconnect_date": None,
       "reference": None, "other_references": []}  # fmt: skip


def page_of(ids: list[Any], **head: Any) -> httpx.Response:
    """A page of the listing; what is no number is a row that cannot be read."""
    rows = [ROW | {"system_id": each} if isinstance(each, int) else each for each in ids]
    body = {"total": len(ids), "current_page": 1, "size": len(ids), "count": len(ids),
            "items": "systems", "systems": rows}  # fmt: skip
    return httpx.Response(200, json=body | head)


@pytest.mark.parametrize("totals", [[10**6], [10, 4]], ids=repr)
@pytest.mark.parametrize("whole", [False, True])
def test_pages_without_news_end(totals: list[int], *, whole: bool) -> None:
    script = Script(*(page_of([1, 2], total=total) for total in totals * 50))
    with sync(script) as client:
        listing = client.systems()
        with pytest.raises(errors.APIResponseValidationError, match="never end"):
            list(listing.pages() if whole else listing)
    assert len(script.requests) == 12


def test_a_listing_is_gone_through_once_more_though_most_of_it_is_known() -> None:
    numbers = list(range(1, 41))
    pages = [page_of(numbers[at : at + 2], total=41) for at in range(0, 40, 2)]
    late = page_of([41], total=41, size=2)
    script = Script(*pages, page_of([1], total=41, size=2), *pages, late)
    with sync(script) as client:
        assert [system.system_id for system in client.systems()] == [*numbers, 41]
    assert len(script.requests) == 42


@pytest.mark.parametrize("total", [5, None, "many"])
def test_rows_that_cannot_be_read_are_no_end(total: Any) -> None:
    rows: list[list[Any]] = [[1, "no row"], ["no row", "no row"], [5]]
    pages = [page_of(each, total=total, size=2) for each in rows]
    with sync(Script(*pages, *pages)) as client:
        assert [system.system_id for system in client.systems()] == [1, 5]


def test_a_system_without_an_id_is_given_once_though_others_are_missing() -> None:
    rows: list[Any] = [1, {**ROW, "system_id": None}]
    script = Script(*[page_of(rows, total=3, size=3)] * 2, page_of([1, 2], total=2))
    with sync(script) as client:
        assert [system.system_id for system in client.systems()] == [1, None]
    assert len(script.requests) == 2


def wire_page(numbers: range, total: int) -> models_v4.SystemsPage:
    rows = []
    for number in numbers:
        row = models_v4.System.__new__(models_v4.System)
        for name, value in {**ROW, "system_id": number, "address": None}.items():
            setattr(row, name, value)
        rows.append(row)
    page = models_v4.SystemsPage.__new__(models_v4.SystemsPage)
    page.systems, page.total, page.size, page.count = rows, total, len(rows), len(rows)
    return page


def test_the_ids_of_a_walk_are_bounded_in_number_and_it_ends(
    caplog: pytest.LogCaptureFixture,
) -> None:
    walk, step, given = Walk(systems()), 5_000, 0
    end = 2 * REMEMBERED + 2 * step
    with caplog.at_level(logging.WARNING):
        for begin in range(1, end, step):
            call = walk.next_call()
            assert call is not None
            assert call.adapt is not None
            page = call.adapt(wire_page(range(begin, begin + step), total=end + 7))
            walk.arrived(page)
            given += len(walk.new_systems())
            assert len(walk._boundary._latest) + len(walk._boundary._earlier) <= 2 * REMEMBERED
        call = walk.next_call()
        assert call is not None
        assert call.adapt is not None
        walk.arrived(call.adapt(wire_page(range(0), total=end + 7)))
    assert given == end
    # Once more from the beginning would give 100,000 systems a second time.
    assert walk.next_call() is None
    assert "7 systems may be missing" in caplog.text


INVERTER = {
    "id": 1, "model": "m", "part_number": "p", "sku": "s", "status": "normal",
    "power_produced": 7, "proc_load": "1", "param_table": "2", "envoy_serial_number": "9",
    "energy": {"value": 1, "units": "Wh", "precision": 0}, "grid_profile": "g",
    "last_report_date": 1,
}  # fmt: skip


def inverters(numbers: list[int | None]) -> httpx.Response:
    """A page of microinverters; None is one that cannot be read."""
    rows = [
        "no row" if number is None else {**INVERTER, "serial_number": str(number)}
        for number in numbers
    ]
    return httpx.Response(200, json=[{"signal_strength": 5, "micro_inverters": rows}])


def asked_for_inverters(surface: Surface, *pages: httpx.Response) -> tuple[list[str], int]:
    script = Script(*pages)
    found = surface.use(
        surface.client_v4(script), lambda it: it.inverters_summary_by_envoy_or_site(67)
    )
    return [each.serial_number for gateway in found for each in gateway.micro_inverters], len(
        script.requests
    )


FULL: list[int | None] = list(range(1, 101))


@pytest.mark.parametrize("unread", [1, 50, 100])
def test_rows_that_cannot_be_read_are_no_end_of_the_microinverters(
    surface: Surface, unread: int
) -> None:
    first = inverters([*FULL[unread:], *[None] * unread])
    found, calls = asked_for_inverters(surface, first, inverters([101, 102]))
    assert found == [*map(str, FULL[unread:]), "101", "102"]
    assert calls == 2


@pytest.mark.parametrize(
    ("pages", "calls"),
    [
        ([inverters([])], 1),
        ([inverters([1, None])], 1),
        ([inverters(FULL), inverters([])], 2),
        # A server without pages sends the same again.
        ([inverters(FULL)], 2),
        ([inverters([*FULL, 101])], 2),
        ([inverters([None] * 100)], 11),
    ],
)
def test_the_microinverters_end_with_a_short_page_or_one_without_news(
    pages: list[httpx.Response], calls: int
) -> None:
    found, asked = asked_for_inverters(Surface("sync"), *pages)
    assert asked == calls
    assert len(found) == len(set(found))
