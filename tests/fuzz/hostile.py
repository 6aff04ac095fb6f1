"""Right documents made wrong, and what may come of them: a result, or an error of ours."""

from __future__ import annotations

import copy
import io
import json
import logging
import os
import pickle
import re
import traceback
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from enphase_sdk.errors import EnphaseError

# No part of it stands by chance in an address, a name or a number.
SECRET = "zzSECRETyyNOBODYxxKNOWSww"
TRACE = "NOBODY"


def fuzz(examples: int) -> settings:
    """As many examples, the same in every run; HYPOTHESIS_PROFILE=search takes other ones."""
    searching = os.environ.get("HYPOTHESIS_PROFILE") == "search"
    return settings(
        max_examples=examples * (10 if searching else 1),
        deadline=None,
        derandomize=not searching,
        database=None,
        suppress_health_check=list(HealthCheck),
    )


DEEP = 3000

ODD: list[Any] = [
    None, True, False, 0, -1, 1.5, 2**31, 2**32 - 1, 2**63, 2**64, -(2**63) - 1, 10**400, 1e308,
    float("nan"), float("inf"), "", " ", "0", "nan", "\ud800", "\u0000", "2024-02-30", "9999-12-31",
    "<b>", SECRET, f"key={SECRET}", "x" * 5000, [], {}, [[]], [None], [{}], {"": None},
    {SECRET: SECRET},
]  # fmt: skip

FILLERS = [
    b"", b"null", b"-", b"0", b"1e400", b"1" * 5000, b"NaN", b'"', b"\\", b"\\u", b"\\ud800",
    b"{", b"}", b"[", b"]", b",", b":", b"[" * DEEP, b'{"a":' * DEEP, b"\xff", b"\xef\xbb\xbf",
    b"\x00", b"\r\n", b"<html>", b"<!DOCTYPE a [<!ENTITY b 'c'>]>", b"&b;", b"=", b"'", b'"""',
    b"#", SECRET.encode(), f'"{SECRET}"'.encode(),
]  # fmt: skip


_BEFORE_VALUES = re.compile(rb"[=:,\[{>] ?")


@st.composite
def broken(draw: st.DrawFn, documents: Sequence[bytes]) -> bytes:
    """One of the documents with some of its values or bytes changed, or something else."""
    content = draw(st.sampled_from(documents))
    for _ in range(draw(st.integers(0, 3))):
        content = draw(st.sampled_from(_CHANGES))(draw, content)
    return content


def _value_changed(draw: st.DrawFn, content: bytes) -> bytes:
    try:
        document = json.loads(content)
    except (ValueError, RecursionError):
        return _bytes_changed(draw, content)
    places = list(_places(document))
    path = places[draw(st.integers(0, len(places) - 1))]
    return json.dumps(_changed(document, path, draw(st.sampled_from(ODD)))).encode()


def _bytes_changed(draw: st.DrawFn, content: bytes) -> bytes:
    # Where a value begins, what is put in is read as one.
    values = [match.end() for match in _BEFORE_VALUES.finditer(content)]
    anywhere = st.integers(0, len(content))
    start = draw(anywhere | st.sampled_from(values) if values else anywhere)
    stop = min(len(content), start + draw(st.integers(0, 60)))
    filler = draw(st.sampled_from(FILLERS) | st.binary(max_size=6))
    return content[:start] + filler + content[stop:]


def _cut(draw: st.DrawFn, content: bytes) -> bytes:
    return content[: draw(st.integers(0, len(content)))]


def _another(draw: st.DrawFn, _: bytes) -> bytes:
    return draw(st.binary(max_size=60) | st.sampled_from(FILLERS) | st.text(max_size=30).map(utf_8))


_CHANGES: list[Callable[[st.DrawFn, bytes], bytes]] = [
    _value_changed, _value_changed, _value_changed, _bytes_changed, _bytes_changed, _cut, _another,
]  # fmt: skip


def utf_8(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


def _places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    yield path
    items: Iterable[tuple[Any, Any]] = ()
    if isinstance(value, dict):
        items = value.items()
    elif isinstance(value, list):
        items = enumerate(value)
    for name, inner in items:
        yield from _places(inner, (*path, name))


def _changed(document: Any, path: tuple[Any, ...], new: Any) -> Any:
    if not path:
        return new
    result = copy.deepcopy(document)
    holder = result
    for step in path[:-1]:
        holder = holder[step]
    holder[path[-1]] = new
    return result


def only_ours(call: Callable[[], Any], *, trace: str | None = TRACE) -> Any:
    """What `call` gives; None where it raises an error of ours, in which no secret stands.

    Args:
        call: What is tried.
        trace: What no error and no log may hold; None where foreign texts may be shown.
    """
    with _logs() as logs:
        try:
            result, told = call(), ""
        except EnphaseError as error:
            result, told = None, told_by(error)
    told += logs.getvalue()
    assert trace is None or trace not in told, told
    return result


def told_by(error: BaseException) -> str:
    """All that can be had from an error: texts, attributes, and the package's own frames."""
    told: list[str] = []
    seen: list[BaseException] = []
    waiting: list[BaseException | None] = [error, pickle.loads(pickle.dumps(error))]
    while waiting:
        link = waiting.pop()
        if link is None or any(link is other for other in seen):
            continue
        seen.append(link)
        waiting += [link.__cause__, link.__context__]
        told.append(f"{link} {link!r} {vars(link)!r}")
        frames = traceback.TracebackException.from_exception(link, capture_locals=True).stack
        told += [
            f"{frame.filename}:{frame.lineno} {frame.locals!r}"
            for frame in frames
            if "/tests/" not in frame.filename
        ]
    return "\n".join(told)


@contextmanager
def _logs() -> Iterator[io.StringIO]:
    text = io.StringIO()
    handler = logging.StreamHandler(text)
    logger = logging.getLogger("enphase_sdk")
    level = logger.level
    logger.addHandler(handler)
    logger.setLevel(logging.DEBUG)
    try:
        yield text
    finally:
        logger.removeHandler(handler)
        logger.setLevel(level)
