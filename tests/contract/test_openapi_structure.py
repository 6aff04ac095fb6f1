"""`openapi.yaml` is the published contract, structure for structure, in words of our own."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

ROOT = Path(__file__).parents[2]
CONTRACT = ROOT / "openapi.yaml"
SEED = ROOT.parent / "shared" / "seeds" / "003_02b939655f45833a.yaml"

# Taken once from the vendor's document: see `digest`.
STRUCTURE_SHA256 = "e388a80cbf1cfe225e66208dd05b3b692d8f50b9c812b15ab5901b74b4e2cf9f"
OPERATION_IDS = [
    "EnergyLifetime",
    "Envoys",
    "Systems",
    "Inventory",
    "InvertersSummaryByEnvoyOrSite",
    "MonthlyProduction",
    "ProductionMeterReadings",
    "RgmStats",
    "Stats",
    "ConsumptionLifetime",
    "ConsumptionStats",
    "Summary",
    "SearchSystemId",
]
SCHEMA_NAMES = {
    "EnergyLifetimeResponse",
    "EnvoysResponse",
    "SystemsResponse",
    "InventoryResponse",
    "InvertersSummaryByEnvoyOrSiteResponse",
    "MonthlyProductionResponse",
    "ProductionMeterReadingsResponse",
    "RgmStatsResponse",
    "StatsResponse",
    "ConsumptionLifetimeResponse",
    "ConsumptionStatsResponse",
    "SummaryResponse",
    "SearchSystemIdResponse",
    "ConnectionType",
    "Status",
    "Meta",
    "ClientError",
    "NotFoundError",
    "ConflictError",
    "UnprocessableEntityError",
    "ServerError",
}
SCHEMAS_WITH_OBJECT_EXAMPLE = 18
KEYWORD_COUNTS = {
    "operationId": 13,
    "parameters": 14,
    "$ref": 123,
    "example": 47,
    "enum": 10,
    "required": 38,
    "format": 35,
    "properties": 34,
    "items": 31,
    "nullable": 2,
    "deprecated": 2,
    "default": 1,
    "maximum": 1,
    "minLength": 2,
    "maxLength": 1,
}

needs_seed = pytest.mark.skipif(
    not SEED.exists(), reason="the vendor's document (../shared/seeds) is not on this machine"
)


@cache
def load(path: Path, yaml_version: str = "1.2") -> Any:
    yaml = YAML(typ="safe", pure=True)
    yaml.version = yaml_version
    return yaml.load(path)


def is_prose(key: str, value: object, parent: str) -> bool:
    """Whether the entry is text for readers; a property may itself be called `description`."""
    return key in {"description", "summary"} and isinstance(value, str) and parent != "properties"


def structure(node: Any, parent: str = "") -> Any:
    """The node without its prose; examples are data and stay whole."""
    if parent == "example":
        return node
    if isinstance(node, dict):
        return {
            key: structure(value, key)
            for key, value in node.items()
            if not is_prose(key, value, parent) and not (parent == "info" and key == "title")
        }
    if isinstance(node, list):
        return [structure(item) for item in node]
    return node


def prose(node: Any, path: str = "", parent: str = "") -> Iterator[tuple[str, str]]:
    """The texts that `structure` leaves out, with their paths."""
    if parent == "example":
        return
    if isinstance(node, dict):
        for key, value in node.items():
            if is_prose(key, value, parent):
                yield f"{path}/{key}", value
            else:
                yield from prose(value, f"{path}/{key}", key)
    elif isinstance(node, list):
        for index, item in enumerate(node):
            yield from prose(item, f"{path}/{index}")


def mappings(node: Any, path: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    """Every mapping outside examples."""
    if isinstance(node, dict):
        yield path, node
        for key, value in node.items():
            if key != "example":
                yield from mappings(value, f"{path}/{key}")
    elif isinstance(node, list):
        for index, item in enumerate(node):
            yield from mappings(item, f"{path}/{index}")


def leaves(node: Any, path: str = "") -> Iterator[tuple[str, object]]:
    if isinstance(node, dict):
        for key, value in node.items():
            yield from leaves(value, f"{path}/{key}")
    elif isinstance(node, list):
        for index, item in enumerate(node):
            yield from leaves(item, f"{path}/{index}")
    else:
        yield path, node


def digest(document: Any) -> str:
    """SHA-256 of the structure as JSON: the order of keys is free, that of lists is not."""
    # A date that lost its quotes is no JSON: tagged, it changes the digest instead of failing.
    text = json.dumps(
        structure(document), sort_keys=True, ensure_ascii=True, separators=(",", ":"), default=repr
    )
    return hashlib.sha256(text.encode()).hexdigest()


def differences(vendor: Any, ours: Any, path: str = "") -> Iterator[str]:
    if type(vendor) is not type(ours):
        yield f"{path}: {vendor!r} became {ours!r}"
    elif isinstance(vendor, dict):
        yield from (f"{path}/{key}: lost" for key in vendor if key not in ours)
        yield from (f"{path}/{key}: added" for key in ours if key not in vendor)
        common = [key for key in vendor if key in ours]
        if common != [key for key in ours if key in vendor]:
            yield f"{path}: keys are in another order"
        for key in common:
            yield from differences(vendor[key], ours[key], f"{path}/{key}")
    elif isinstance(vendor, list):
        if len(vendor) != len(ours):
            yield f"{path}: {len(vendor)} items became {len(ours)}"
        for index, (left, right) in enumerate(zip(vendor, ours, strict=False)):
            yield from differences(left, right, f"{path}/{index}")
    elif vendor != ours:
        yield f"{path}: {vendor!r} became {ours!r}"


def words(text: str) -> str:
    """The text's words alone, so that line breaks and punctuation do not hide a copy."""
    return f" {' '.join(re.findall(r'[a-z0-9_]+', text.lower()))} "


def sentences(text: str) -> Iterator[str]:
    for block in re.split(r"\n\s*\n|\n\s*\* ", text):
        yield from re.split(r"(?<=[.!?])\s+", block)


def operations() -> list[dict[str, Any]]:
    return [operation for item in load(CONTRACT)["paths"].values() for operation in item.values()]


def test_operations_are_the_thirteen_in_their_order() -> None:
    assert [operation["operationId"] for operation in operations()] == OPERATION_IDS


def test_schemas_are_all_there() -> None:
    assert set(load(CONTRACT)["components"]["schemas"]) == SCHEMA_NAMES


def test_schemas_keep_their_object_examples() -> None:
    schemas = load(CONTRACT)["components"]["schemas"]
    with_example = [name for name, schema in schemas.items() if type(schema.get("example")) is dict]
    assert len(with_example) == SCHEMAS_WITH_OBJECT_EXAMPLE


@pytest.mark.parametrize(("keyword", "count"), KEYWORD_COUNTS.items())
def test_keyword_occurs_as_often_as_in_the_published_contract(keyword: str, count: int) -> None:
    paths = [path for path, mapping in mappings(load(CONTRACT)) if keyword in mapping]
    assert len(paths) == count, paths


@pytest.mark.parametrize("yaml_version", ["1.1", "1.2"])
def test_structure_has_the_published_digest(yaml_version: str) -> None:
    assert digest(load(CONTRACT, yaml_version)) == STRUCTURE_SHA256


@pytest.mark.parametrize("yaml_version", ["1.1", "1.2"])
def test_every_value_is_json(yaml_version: str) -> None:
    odd = {
        path: value
        for path, value in leaves(load(CONTRACT, yaml_version))
        if not isinstance(value, str | int | float | bool | None)
    }
    assert odd == {}, "a date without quotes is not text to a YAML reader"


def test_operations_parameters_and_fields_are_described() -> None:
    silent = [
        path
        for path, mapping in mappings(load(CONTRACT))
        if "$ref" not in mapping
        and ("in" in mapping or re.search(r"/properties/[^/]+$", path) or "operationId" in mapping)
        and not mapping.get("description", "").strip()
    ]
    silent += [item["operationId"] for item in operations() if not item.get("summary", "").strip()]
    assert silent == []


def test_texts_can_stand_in_a_docstring() -> None:
    texts = dict(prose(load(CONTRACT)))
    assert [path for path, text in texts.items() if "\\" in text or '"' in text] == []


@needs_seed
def test_structure_is_the_vendors() -> None:
    vendor, ours = structure(load(SEED)), structure(load(CONTRACT))
    assert list(differences(vendor, ours)) == []
    assert digest(load(SEED)) == STRUCTURE_SHA256


@needs_seed
def test_no_sentence_is_the_vendors() -> None:
    long_sentences = {
        words(sentence)
        for _, text in prose(load(SEED))
        for sentence in sentences(text)
        if len(words(sentence).split()) >= 6
    }
    assert len(long_sentences) > 100, "the vendor's sentences were not recognised"
    copied = [
        (path, sentence)
        for path, text in prose(load(CONTRACT))
        for sentence in long_sentences
        if sentence in words(text)
    ]
    assert copied == []
