"""Every type that a public call takes or returns has a public path."""

from __future__ import annotations

import importlib
import inspect
import typing
from collections.abc import Callable, Iterator
from typing import Any

import attrs
import pytest

import enphase_sdk
from enphase_sdk import types
from tests.annotations import hints

PUBLIC = [
    "enphase_sdk",
    "enphase_sdk.clock",
    "enphase_sdk.download",
    "enphase_sdk.errors",
    "enphase_sdk.export",
    "enphase_sdk.export.dashboard",
    "enphase_sdk.fleet",
    "enphase_sdk.frames",
    "enphase_sdk.gateway",
    "enphase_sdk.history",
    "enphase_sdk.models",
    "enphase_sdk.models_v4",
    "enphase_sdk.report",
    "enphase_sdk.store",
    "enphase_sdk.testing",
    "enphase_sdk.testing.accepted",
    "enphase_sdk.testing.builders",
    "enphase_sdk.testing.cassettes",
    "enphase_sdk.testing.faults",
    "enphase_sdk.testing.gateway_faults",
    "enphase_sdk.testing.strategies",
    "enphase_sdk.types",
]
OURS = ("enphase_sdk", "enphase_sdk_api_v2", "enphase_sdk_api_v4")

# Nobody else calls their constructors.
MADE_BY_US = {
    types.AsyncCloudSite,
    types.AsyncCollection,
    types.AsyncFleetRun,
    types.AsyncHistoryIntervals,
    types.AsyncGatewayControl,
    types.GatewayControl,
    types.AsyncGatewayLive,
    types.AsyncRawEnvoy,
    types.RawEnvoy,
    types.GatewayLive,
    types.AsyncLiveStream,
    types.AsyncSystemPages,
    types.CloudSite,
    types.Collection,
    types.FleetRun,
    types.HistoryIntervals,
    types.LiveStream,
    types.SystemPages,
}


def public_names() -> dict[str, Any]:
    return {
        f"{path}.{name}": getattr(module, name)
        for path in PUBLIC
        for module in [importlib.import_module(path)]
        for name in module.__all__
    }


def members(cls: type) -> Iterator[Callable[..., Any]]:
    """The public methods of a class and the getters of its properties."""
    for name, member in inspect.getmembers_static(cls):
        if name.startswith("_") and name not in ("__init__", "__iter__", "__aiter__", "__next__"):
            continue
        function = member.fget if isinstance(member, property) else member
        function = getattr(function, "__func__", function)
        if inspect.isfunction(function) and function.__module__.startswith(OURS):
            yield function


def named_types(annotation: Any) -> Iterator[type]:
    if isinstance(annotation, type) and not typing.get_args(annotation):
        yield annotation
    for part in (typing.get_origin(annotation), *typing.get_args(annotation)):
        if part is not None:
            yield from named_types(part)
    if isinstance(annotation, list):  # the arguments of a Callable
        for part in annotation:
            yield from named_types(part)


def signatures(value: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(value, type):
        if attrs.has(value) and value.__module__.startswith("enphase_sdk.testing"):
            return  # what a simulation is made of is nobody's to take apart
        for function in members(value):
            if function.__name__ != "__init__" or value not in MADE_BY_US:
                yield from hints(function).items()
        if attrs.has(value):
            kinds = hints(value)
            yield from (
                (field.name, kinds[field.name])
                for field in attrs.fields(value)
                if not field.name.startswith("_")
            )
    elif inspect.isfunction(value):
        yield from hints(value).items()


@pytest.mark.parametrize("path", sorted(public_names()))
def test_what_a_public_name_takes_and_returns_is_public(path: str) -> None:
    known = {id(value) for value in public_names().values()}
    hidden = {
        f"{kind.__module__}.{kind.__qualname__} ({where})"
        for where, annotation in signatures(public_names()[path])
        for kind in named_types(annotation)
        if kind.__module__.startswith(OURS) and id(kind) not in known
    }
    assert hidden == set()


@pytest.mark.parametrize("path", PUBLIC)
def test_public_modules_list_what_they_have(path: str) -> None:
    module = importlib.import_module(path)
    assert sorted(set(module.__all__)) == sorted(module.__all__)
    assert not any(name.startswith("_") for name in module.__all__ if name != "__version__")
    assert set(module.__all__) <= set(dir(module))


@pytest.mark.parametrize("module", ["types", "gateway"])
def test_an_unknown_name_is_told(module: str) -> None:
    room = importlib.import_module(f"enphase_sdk.{module}")
    with pytest.raises(AttributeError, match=f"'enphase_sdk.{module}' has no attribute 'Nothing'"):
        _ = room.Nothing


def test_the_planned_types_are_there() -> None:
    planned = {"SystemPages", "AsyncSystemPages", "RawResponse", "CloudSite", "Snapshot",
               "DateLike", "InstantLike", "Wait", "Filter", "Plan"}  # fmt: skip
    assert planned <= set(types.__all__)
    assert types.Plan is enphase_sdk.Plan
