"""Listing systems: page by page, lazily, each once, to a certain end."""

from __future__ import annotations

import gc
import itertools
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from enphase_sdk import errors, models
from enphase_sdk._sync.cloud_pages import SystemPages
from enphase_sdk.cloud.v2 import operations
from enphase_sdk.cloud.v2.paging import Walk
from enphase_sdk.testing import SimulatedEnlighten
from tests.support import BASE_URL, Script, Surface, page_body


class Listing:
    """Pages by their cursors; the first is the page of the empty cursor."""

    def __init__(self, pages: dict[str, Any]) -> None:
        self.pages = pages
        self.asked: list[str] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        cursor = request.url.params.get("next", "")
        self.asked.append(cursor)
        assert len(self.asked) < 1000, "this listing has no end"
        return httpx.Response(200, json=self.pages[cursor])


def three_pages() -> Listing:
    return Listing(
        {
            "": page_body(3, 1, next="b"),
            "b": page_body(3, 4, next="c"),
            "c": page_body(2, 7),
        }
    )


def everything(surface: Surface, handler: Any, **options: Any) -> Any:
    return surface.call(handler, lambda client: surface.collected(client.systems(**options)))


def ids(systems: list[models.System]) -> list[int]:
    return [system.system_id for system in systems]


def test_all_pages_are_listed_in_order(surface: Surface) -> None:
    listing = three_pages()
    assert ids(everything(surface, listing)) == [1, 2, 3, 4, 5, 6, 7, 8]
    assert listing.asked == ["", "b", "c"]


def test_pages_come_whole(surface: Surface) -> None:
    listing = three_pages()
    pages = surface.call(listing, lambda client: surface.collected(client.systems().pages()))
    assert [ids(page.systems) for page in pages] == [[1, 2, 3], [4, 5, 6], [7, 8]]
    assert [page.to_dict().get("next") for page in pages] == ["b", "c", None]
    assert all(isinstance(page, models.SystemsPage) for page in pages)


@pytest.mark.parametrize("cursor", ["b", "c"])
def test_a_listing_goes_on_from_a_cursor(surface: Surface, cursor: str) -> None:
    found = everything(surface, three_pages(), next=cursor)
    assert ids(found) == {"b": [4, 5, 6, 7, 8], "c": [7, 8]}[cursor]


def test_cursors_and_filters_go_out_with_every_page(surface: Surface) -> None:
    requests: list[httpx.Request] = []
    listing = three_pages()

    def keep(request: httpx.Request) -> httpx.Response:
        requests.append(request)
        return listing(request)

    everything(surface, keep, system_id=[67, 72], status="comm", limit=3)
    for request, cursor in zip(requests, ["", "b", "c"], strict=True):
        params = request.url.params
        assert params.get_list("system_id[]") == ["67", "72"]
        assert params.get_list("status[]") == ["comm"]
        assert params.get_list("limit") == ["3"]
        assert params.get_list("next") == ([cursor] if cursor else [])
        assert "system_id" not in params
        assert "status" not in params


def test_the_largest_page_is_asked_for_by_default(surface: Surface) -> None:
    script = Script(httpx.Response(200, json=page_body(1)))
    everything(surface, script)
    assert script.requests[0].url.params["limit"] == "1000"


def test_pages_are_fetched_when_they_are_needed() -> None:
    listing = three_pages()
    client = Surface("sync").client(listing)
    systems = iter(client.systems())
    assert listing.asked == []
    first = [next(systems).system_id for _ in range(3)]
    assert (first, listing.asked) == ([1, 2, 3], [""])
    assert (next(systems).system_id, listing.asked) == (4, ["", "b"])


def test_pages_are_fetched_when_they_are_needed_async(async_surface: Surface) -> None:
    listing = three_pages()

    async def act(client: Any) -> None:
        systems = aiter(client.systems())
        assert listing.asked == []
        first = [(await anext(systems)).system_id for _ in range(3)]
        assert (first, listing.asked) == ([1, 2, 3], [""])
        assert ((await anext(systems)).system_id, listing.asked) == (4, ["", "b"])

    async_surface.call(listing, act)


def test_leaving_early_asks_for_no_more(surface: Surface) -> None:
    listing = three_pages()

    def first_of(client: Any) -> Any:
        if not surface.is_async:
            return next(iter(client.systems())).system_id

        async def act() -> Any:
            async for system in client.systems():
                if system.system_id == 2:
                    break
            return system.system_id - 1

        return act()

    assert surface.call(listing, first_of) == 1
    gc.collect()
    assert listing.asked == [""]


@pytest.fixture
def _only_new_objects() -> Iterator[None]:
    """What the collector knows already is not looked at: in a long run it is most of the heap."""
    gc.freeze()
    yield
    gc.unfreeze()


@pytest.mark.usefixtures("_only_new_objects")
def test_one_page_is_in_memory_at_a_time() -> None:
    numbers = itertools.count(1)

    def endless(_: httpx.Request) -> httpx.Response:
        number = next(numbers)
        more = {"next": f"p{number}"} if number < 12 else {}
        return httpx.Response(200, json=page_body(100, number * 100, **more))

    def alive() -> int:
        return sum(type(each) is models.System for each in gc.get_objects())

    before = alive()
    most = 0
    for position, _ in enumerate(Surface("sync").client(endless).systems()):
        if position % 100 in (0, 50):
            most = max(most, alive() - before)
    # The page itself, and the last one of the page before, which the loop still holds.
    assert 50 <= most <= 101


@pytest.mark.parametrize("repeats", ["b", "c", "start"])
def test_a_repeated_cursor_ends_the_listing_with_an_error(surface: Surface, repeats: str) -> None:
    listing = three_pages()
    listing.pages["start"] = listing.pages[""]
    listing.pages["c"]["next"] = repeats
    with pytest.raises(errors.APIResponseValidationError, match="repeated a cursor") as caught:
        everything(surface, listing, next="start")
    assert (caught.value.path, caught.value.operation) == ("$.next", "Systems")
    assert len(listing.asked) == 3


def test_a_page_that_names_itself_is_an_error(surface: Surface) -> None:
    listing = Listing({"": page_body(1, 1, next="b"), "b": page_body(1, 2, next="b")})
    with pytest.raises(errors.APIResponseValidationError, match="repeated a cursor"):
        everything(surface, listing)
    assert listing.asked == ["", "b"]


def test_an_empty_page_with_a_cursor_goes_on(surface: Surface) -> None:
    listing = Listing(
        {
            "": page_body(0, next="b"),
            "b": page_body(2, 1, next="c"),
            "c": page_body(0, next="d"),
            "d": page_body(2, 3),
        }
    )
    assert ids(everything(surface, listing)) == [1, 2, 3, 4]


@pytest.mark.parametrize("end", [{}, {"next": None}, {"next": ""}], ids=repr)
def test_the_last_page_has_no_cursor(surface: Surface, end: dict[str, Any]) -> None:
    listing = Listing({"": page_body(2, 1, **end)})
    assert ids(everything(surface, listing)) == [1, 2]
    assert listing.asked == [""]


def test_an_empty_fleet_is_empty(surface: Surface) -> None:
    assert everything(surface, Listing({"": page_body(0)})) == []


def test_a_system_on_both_sides_of_a_boundary_comes_once(surface: Surface) -> None:
    listing = Listing(
        {
            "": page_body(3, 1, next="b"),
            "b": page_body(3, 3, next="c"),
            "c": page_body(0, next="d"),
            "d": page_body(3, 5),
        }
    )
    assert ids(everything(surface, listing)) == [1, 2, 3, 4, 5, 6, 7]


def test_systems_without_an_id_are_not_taken_for_one_another(surface: Surface) -> None:
    pages = {"": page_body(2, 1, next="b"), "b": page_body(2, 3)}
    for page in pages.values():
        page["systems"][0]["system_id"] = None
    assert ids(everything(surface, Listing(pages))) == [None, 2, None, 4]


@pytest.mark.parametrize(
    "bad", [{}, {"systems": None}, {"systems": "x"}, {"systems": {}}], ids=repr
)
@pytest.mark.parametrize("strict", [False, True])
def test_a_page_without_its_systems_is_an_error_not_an_end(
    surface: Surface, bad: dict[str, Any], strict: bool
) -> None:
    listing = Listing({"": page_body(2, 1, next="b"), "b": {**bad, "next": "c"}})

    def collected(client: Any) -> Any:
        return surface.collected(client.systems())

    with pytest.raises(errors.APIResponseValidationError) as caught:
        surface.call(listing, collected, strict=strict)
    assert caught.value.path == "$.systems"
    assert listing.asked == ["", "b"]


@pytest.mark.usefixtures("clock")
def test_a_saved_cursor_brings_back_the_page_that_failed(surface: Surface) -> None:
    listing = three_pages()
    broken = True

    def fails_once(request: httpx.Request) -> httpx.Response:
        if broken and request.url.params.get("next") == "c":
            return httpx.Response(422, json={"message": "try later"})
        return listing(request)

    client = surface.client(fails_once)
    found: list[int] = []

    async def keep(systems: Any) -> None:
        async for system in systems:
            found.append(system.system_id)

    def act(client: Any) -> Any:
        systems = client.systems()
        if not surface.is_async:
            with pytest.raises(errors.UnprocessableEntityError):
                found.extend(system.system_id for system in systems)
            return systems.cursor

        async def act_async() -> Any:
            with pytest.raises(errors.UnprocessableEntityError):
                await keep(systems)
            return systems.cursor

        return act_async()

    cursor = surface.use(client, act)
    assert cursor == "c"
    broken = False
    found += ids(everything(surface, fails_once, next=cursor))
    assert sorted(set(found)) == [1, 2, 3, 4, 5, 6, 7, 8]


def test_an_iterator_goes_on_after_an_error() -> None:
    listing = three_pages()
    script = Script(listing, httpx.Response(404, json={}), listing, listing)
    systems = iter(Surface("sync").client(script).systems())
    assert [next(systems).system_id for _ in range(3)] == [1, 2, 3]
    with pytest.raises(errors.NotFoundError):
        next(systems)
    assert ids(list(systems)) == [4, 5, 6, 7, 8]


def test_a_listing_can_be_read_again(surface: Surface) -> None:
    listing = three_pages()

    def twice(client: Any) -> Any:
        systems = client.systems()
        if not surface.is_async:
            return list(systems), list(systems)

        async def act() -> Any:
            return [s async for s in systems], [s async for s in systems]

        return act()

    first, second = surface.call(listing, twice)
    assert ids(first) == ids(second) == [1, 2, 3, 4, 5, 6, 7, 8]


def test_two_readings_of_one_listing_do_not_disturb_each_other() -> None:
    systems: SystemPages = Surface("sync").client(three_pages()).systems()
    pairs = zip(systems, systems, strict=True)
    assert all(one.system_id == two.system_id for one, two in pairs)


def test_an_odd_cursor_is_sent_back_as_it_came(surface: Surface) -> None:
    odd = "a b&c=d/é?%2F+#\x07"
    listing = Listing({"": page_body(1, 1, next=odd), odd: page_body(1, 2)})
    assert ids(everything(surface, listing)) == [1, 2]


@pytest.mark.usefixtures("clock")
def test_a_cursor_too_long_to_send_is_an_error_of_ours(surface: Surface) -> None:
    listing = Listing({"": page_body(1, 1, next="x" * 100_000)})
    with pytest.raises(errors.EnphaseError):
        everything(surface, listing)


@given(
    st.lists(st.integers(0, 30), min_size=1, max_size=8),
    st.lists(st.integers(0, 3), min_size=8, max_size=8),
)
def test_every_system_comes_once_however_pages_overlap(
    sizes: list[int], overlaps: list[int]
) -> None:
    """Pages of any size, each beginning with up to three systems of the one before."""
    pages, start = {}, 1
    for number, size in enumerate(sizes):
        overlap = min(overlaps[number], sizes[number - 1]) if number else 0
        more = {"next": f"p{number + 1}"} if number + 1 < len(sizes) else {}
        body = page_body(size + overlap, start - overlap, **more)
        pages[f"p{number}" if number else ""] = body
        start += size
    found = everything(Surface("sync"), Listing(pages))
    assert ids(found) == list(range(1, start))


@pytest.mark.parametrize("size", [1, 7, 100, 1000])
def test_the_simulated_fleet_is_listed_whole(surface: Surface, size: int) -> None:
    simulated = SimulatedEnlighten(23 if size < 7 else 250)
    assert ids(everything(surface, simulated, limit=size)) == simulated.system_ids()


def test_filters_reach_the_cloud(surface: Surface) -> None:
    simulated = SimulatedEnlighten(50)
    wanted = simulated.system_ids()[3:6]
    assert ids(everything(surface, simulated, system_id=wanted)) == wanted
    assert ids(everything(surface, simulated, system_id=wanted[0])) == wanted[:1]

    def by_status(status: str) -> list[int]:
        return ids(everything(surface, simulated, status=status))

    every = ids(everything(surface, simulated))
    some = by_status("normal")
    assert set(some) < set(every)


def test_the_base_of_the_address_is_kept(surface: Surface) -> None:
    script = Script(httpx.Response(200, json=page_body(0)))
    everything(surface, script)
    assert str(script.requests[0].url).startswith(f"{BASE_URL}/systems?")


def test_a_walk_that_is_over_stays_over() -> None:
    walk = Walk(operations.systems())
    last = models.SystemsPage.from_dict(page_body(1))
    walk.arrived(last)
    assert walk.next_call() is None
    walk.arrived(models.SystemsPage.from_dict(page_body(1, next="x")))
    assert walk.next_call() is None
