"""JSON that cannot be trusted, field by field."""

from __future__ import annotations

from typing import Any

import pytest

from enphase_sdk.gateway.fields import Content, Fields
from enphase_sdk.gateway.problems import Problems
from enphase_sdk.gateway.snapshot import Problem


def content(value: Any) -> tuple[Content, Problems]:
    problems = Problems()
    return Content("/endpoint", value, problems), problems


def fields(**record: Any) -> tuple[Fields, Problems]:
    whole, problems = content(record)
    result = whole.fields()
    assert result is not None
    return result, problems


@pytest.mark.parametrize("value", [1, 1.5, 0, -3])
def test_numbers_stay_as_they_were_sent(value: float) -> None:
    record, problems = fields(n=value)
    assert record.number("n") == value
    assert type(record.number("n")) is type(value)
    assert problems.listed() == []


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ("1", "n: text where a number was expected"),
        (True, "n: true or false where a number was expected"),
        (None, "n: null where a number was expected"),
        ([1], "n: a list where a number was expected"),
        ({}, "n: an object where a number was expected"),
        (10**400, "n: a number that is too large or not finite"),
        (-1e300, "n: a number that is too large or not finite"),
    ],
)
def test_what_is_no_number_is_none_and_noted(value: Any, reason: str) -> None:
    record, problems = fields(n=value)
    assert record.number("n") is None
    assert problems.listed() == [Problem("/endpoint", reason)]


def test_whole_numbers_may_be_written_with_a_point_but_not_with_a_fraction() -> None:
    record, problems = fields(a=3.0, b=3.5)
    assert record.integer("a") == 3
    assert record.rounded("b") == 4
    assert problems.listed() == []
    assert record.integer("b") is None
    assert len(problems.listed()) == 1


def test_what_is_absent_is_none_and_no_problem() -> None:
    record, problems = fields(a=1)
    assert [record.text("x"), record.number("x"), record.flag("x"), record.epoch("x")] == [None] * 4
    assert [record.fields("x"), record.texts("x"), record.records("x")] == [None, None, []]
    assert problems.listed() == []


@pytest.mark.parametrize("never", [0, "0", 0.0])
def test_an_epoch_of_0_is_never(never: Any) -> None:
    record, problems = fields(at=never)
    assert record.epoch("at") is None
    assert problems.listed() == []


@pytest.mark.parametrize(
    ("value", "epoch"), [(5, 5), ("1504015900", 1_504_015_900), ("soon", None), ("9" * 13, None)]
)
def test_epochs_may_be_text(value: Any, epoch: int | None) -> None:
    record, problems = fields(at=value)
    assert record.epoch("at") == epoch
    assert len(problems.listed()) == (epoch is None)


@pytest.mark.parametrize("value", [None, 5, 1.0, "TRUE", []])
def test_what_is_no_yes_or_no_is_none_and_noted(value: Any) -> None:
    record, problems = fields(f=value)
    assert record.flag("f") is None
    assert len(problems.listed()) == 1


def test_the_first_name_that_is_there_counts() -> None:
    record, _ = fields(old=1, new=2)
    assert record.number("newest", "new", "old") == 2


def test_what_is_found_in_many_records_is_one_problem() -> None:
    whole, problems = content([{"n": "x"}] * 49)
    for record in whole.records() or ():
        record.number("n")
    assert problems.listed() == [
        Problem("/endpoint", "n: text where a number was expected (49 times)")
    ]


@pytest.mark.parametrize("value", [{}, "text", None, 3])
def test_what_is_no_list_is_noted(value: Any) -> None:
    whole, problems = content(value)
    assert whole.records() is None
    assert len(problems.listed()) == 1


def test_what_is_no_object_is_noted() -> None:
    whole, problems = content([])
    assert whole.fields() is None
    assert problems.listed() == [Problem("/endpoint", "a list where an object was expected")]


def test_an_object_is_known_by_its_names() -> None:
    whole, problems = content({"something": "else"})
    assert whole.fields("devices:", "devices") is None
    assert problems.listed() == [Problem("/endpoint", "an object without devices: or devices")]
