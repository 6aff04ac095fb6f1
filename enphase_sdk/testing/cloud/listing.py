"""``GET /systems``: the fleet, page by page."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from enphase_sdk.testing.cloud.cursor import read_cursor, write_cursor
from enphase_sdk.testing.cloud.question import Question, View
from enphase_sdk.testing.cloud.refusal import invalid_parameter
from enphase_sdk.testing.world.system import System

__all__ = ["matches", "systems"]

_DEFAULT_LIMIT = 100


def systems(question: Question) -> object:
    """The systems that pass every filter, in the order of their ids."""
    limit = question.integer("limit") or _DEFAULT_LIMIT
    records: list[dict[str, object]] = []
    for view in _matching(question, _start(question)):
        if len(records) == limit:
            return {"systems": records, "next": write_cursor(view.system.index)}
        records.append(_record(view))
    return {"systems": records}


def _start(question: Question) -> int:
    cursor = question.parameters.get("next")
    if cursor is None:
        return 0
    try:
        return read_cursor(cursor)
    except ValueError:
        raise invalid_parameter("next is not a cursor of this listing") from None


def _matching(question: Question, start: int) -> Iterator[View]:
    tests = [
        (values, test)
        for name, test in _TESTS.items()
        if (values := question.choices(name)) is not None
    ]
    for system in _candidates(question, start):
        view = View(system, question.now)
        if all(any(test(view, value) for value in values) for values, test in tests):
            yield view


def _candidates(question: Question, start: int) -> Iterable[System]:
    ids: list[int] | None = question.choices("system_id")
    if ids is None:
        return question.world.systems(start)
    found = {question.world.index_of(system_id) for system_id in ids}
    positions = sorted(index for index in found if index is not None and index >= start)
    return (question.world.system(index) for index in positions)


def matches(view: View, name: str, value: str) -> bool:
    """Whether a system passes one filter."""
    return _TESTS[name](view, value)


_TESTS: dict[str, Callable[[View, str], bool]] = {
    "system_name": lambda view, value: value.casefold() in view.system.name.casefold(),
    "status": lambda view, value: value == view.status,
    "reference": lambda view, value: value == view.system.reference,
    "installer": lambda view, value: value == view.system.installer,
    "connection_type": lambda view, value: value == view.system.connection_type,
}


def _record(view: View) -> dict[str, object]:
    system, place = view.system, view.system.place
    name, meta = system.name, view.meta()
    record: dict[str, object] = {
        "system_id": system.system_id,
        "system_name": name,
        "system_public_name": "Residential System" if system.anonymous else name,
        # The deprecated status shows a silent gateway only after the system was requested.
        "status": "normal" if meta["status"] == "comm" else meta["status"],
        "timezone": place.timezone,
        "country": place.country,
        "state": place.state,
        "city": place.city,
        "postal_code": system.postal_code,
        "connection_type": system.connection_type,
        "meta": meta,
    }
    reference, others = system.reference, system.other_references
    if reference is not None:
        record["reference"] = reference
    if others:
        record["other_references"] = others
    return record
