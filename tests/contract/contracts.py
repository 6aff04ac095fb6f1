"""The two contracts of the cloud, and what is generated from each."""

from __future__ import annotations

import copy
import importlib
import importlib.util
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from types import GenericAlias, ModuleType
from typing import Any, NamedTuple

import pytest
from ruamel.yaml import YAML

from tests.support import ROOT, SHARED


class Api(NamedTuple):
    """One version of the API.

    `by_hand` are its operations that are not generated, as "get /path".
    """

    name: str
    contract: Path
    overlay: Path
    names: Path
    seed: Path
    package: str
    by_hand: frozenset[str] = frozenset()

    @property
    def models(self) -> Any:
        return importlib.import_module(f"{self.package}.models")

    @property
    def folder(self) -> Path:
        return ROOT / "generated" / self.package


V2 = Api(
    "v2",
    ROOT / "openapi.yaml",
    ROOT / "openapi.overlay.yaml",
    ROOT / "tools" / "codegen" / "names.v2.yaml",
    SHARED / "seeds" / "003_02b939655f45833a.yaml",
    "enphase_sdk_api_v2",
)
V4 = Api(
    "v4",
    ROOT / "openapi.v4.yaml",
    ROOT / "openapi.v4.overlay.yaml",
    ROOT / "tools" / "codegen" / "names.v4.yaml",
    SHARED / "seeds_v4" / "monitoring.yaml",
    "enphase_sdk_api_v4",
    by_hand=frozenset({"get /api/v4/systems/{system_id}/live_data"}),
)
APIS = (V2, V4)

each_api = pytest.mark.parametrize("api", APIS, ids=lambda api: api.name)


class Operation(NamedTuple):
    method: str
    path: str
    item: dict[str, Any]

    @property
    def place(self) -> str:
        return f"{self.method} {self.path}"


@cache
def load(path: Path, yaml_version: str = "1.2") -> Any:
    """A YAML file; callers do not change what they get."""
    yaml = YAML(typ="safe", pure=True)
    yaml.version = yaml_version
    return yaml.load(path)


@cache
def tool(name: str) -> ModuleType:
    """A module of tools/codegen, which is no package."""
    path = ROOT / "tools" / "codegen" / f"{name}.py"
    spec = importlib.util.spec_from_file_location(f"codegen_{name}", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def contract(api: Api) -> Any:
    return copy.deepcopy(load(api.contract))


def overlay(api: Api) -> Any:
    return copy.deepcopy(load(api.overlay))


def apply(document: Any, *actions: Any) -> Any:
    return tool("overlay").apply_overlay(document, {"actions": list(actions)})


@cache
def corrected(api: Api) -> Any:
    """The contract with every action of its overlay carried out."""
    return apply(load(api.contract), *load(api.overlay)["actions"])


def write_corrected(api: Api, folder: Path) -> Path:
    """The corrected contract as a YAML file in a folder, for tools that read one."""
    path = folder / "openapi.yaml"
    YAML(typ="safe", pure=True).dump(corrected(api), path)
    return path


def schema(api: Api, name: str) -> Any:
    return corrected(api)["components"]["schemas"][name]


def operations(document: Any) -> Iterator[Operation]:
    for path, methods in document["paths"].items():
        for method, item in methods.items():
            yield Operation(method, path, item)


@cache
def generated(api: Api) -> dict[str, Operation]:
    """The operations of the corrected contract by the names of their generated modules."""
    modules = {path.stem for path in (api.folder / "api" / "default").glob("*.py")} - {"__init__"}
    by_id = {module(api, name).OPERATION: name for name in modules}
    assert len(by_id) == len(modules), "two operations have one id"
    found: dict[str, Operation] = {}
    for operation in operations(corrected(api)):
        words = operation.item["operationId"].split("_")
        found[by_id.pop("".join(word[:1].upper() + word[1:] for word in words))] = operation
    assert by_id == {}, "generated, and not in the contract"
    return found


def module(api: Api, name: str) -> Any:
    return importlib.import_module(f"{api.package}.api.default.{name}")


class Example(NamedTuple):
    """An example of the published contract, and the type that is generated for it."""

    place: str
    shape: Any
    value: Any


@cache
def examples(api: Api) -> tuple[Example, ...]:
    """Every example of an answer, and every example of an object among the schemas."""
    return (*examples_of_answers(api), *examples_of_schemas(api))


def examples_of_answers(api: Api) -> Iterator[Example]:
    """The published examples of the answers of all generated operations."""
    names = {operation.place: name for name, operation in generated(api).items()}
    for operation in operations(load(api.contract)):
        if operation.place in api.by_hand:
            continue
        name = names[operation.place]
        shapes = module(api, name).RESPONSES
        for status, answer in operation.item["responses"].items():
            for media in answer.get("content", {}).values():
                if "example" in media:
                    yield Example(f"{name}-{status}", shapes[int(status)], media["example"])


def examples_of_schemas(api: Api) -> Iterator[Example]:
    """The examples of the schemas, put together from those of their properties if need be."""
    renamed = load(api.names)
    for name, now in corrected(api)["components"]["schemas"].items():
        published = load(api.contract)["components"]["schemas"].get(name)
        shape = getattr(api.models, renamed.get(name, name), None)
        if published is None:
            continue
        example, properties = published.get("example"), published.get("properties", {})
        parts = {key: part["example"] for key, part in properties.items() if "example" in part}
        if isinstance(example, list):  # the example of a list, at the schema of an item
            yield Example(name, GenericAlias(list, shape), example)
        elif isinstance(example, str) or (example and example.keys() <= properties.keys()):
            yield Example(name, shape, example)
        elif parts and parts.keys() >= set(now.get("required", properties)):
            yield Example(name, shape, parts)
