"""Our contracts are the published ones, structure for structure, in words of our own."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator
from typing import Any, NamedTuple

import pytest

from tests.contract.contracts import APIS, Api, each_api, load, operations


class Published(NamedTuple):
    """What was counted once in the vendor's document; `sha256` is its `digest`."""

    sha256: str
    operations: int
    operation_ids: list[str]
    schemas: set[str]
    keywords: dict[str, int]


PUBLISHED = {
    "v2": Published(
        "e388a80cbf1cfe225e66208dd05b3b692d8f50b9c812b15ab5901b74b4e2cf9f",
        13,
        [
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
        ],
        {
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
        },
        {
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
        },
    ),
    "v4": Published(
        "f61df028aed174256edd221f12bad9e7ef5891cd02fc7cba92cf65ef265de9aa",
        51,
        [
            "getLiveData",
            "fetchChargersSummary",
            "fetchEvents",
            "fetchChargerSessionHistory",
            "fetchSchedules",
            "fetchDailyEnergyConsumptionData",
            "fetchEnergyConsumptionData",
            "startCharging",
            "stopCharging",
        ],
        {
            "EVEventsResponse",
            "DefaultCommandResponse",
            "ErrorResponse",
            "StartChargingRequestBody",
            "SchedulesBodyResponse",
            "ErrorResponseArray",
            "ScheduleList",
            "EVEnergyResponse",
            "ChargeSessionDetailsResponse",
            "Schedule",
            "EVIntervalEnergyResponse",
            "ChargerSummary",
            "ChargeSessionDetail",
            "ChargerSummaryResponse",
            "EnergyConsumption",
            "EventDetail",
        },
        {
            "operationId": 9,
            "parameters": 51,
            "$ref": 55,
            "example": 440,
            "enum": 12,
            "required": 79,
            "format": 39,
            "properties": 430,
            "items": 173,
            "additionalProperties": 10,
            "default": 4,
            "minimum": 1,
            "maximum": 1,
            "tags": 51,
            "application/octet-stream": 48,
            "text/event-stream": 14,
        },
    ),
}

each_yaml = pytest.mark.parametrize("yaml_version", ["1.1", "1.2"])


def seed(api: Api) -> Any:
    if not api.seed.exists():
        pytest.skip(f"the vendor's document ({api.seed.name} in ../shared) is not on this machine")
    return load(api.seed)


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


@each_api
def test_operations_are_all_there_in_their_order(api: Api) -> None:
    found = [operation.item.get("operationId") for operation in operations(load(api.contract))]
    assert len(found) == PUBLISHED[api.name].operations
    assert [each for each in found if each] == PUBLISHED[api.name].operation_ids


@each_api
def test_schemas_are_all_there(api: Api) -> None:
    assert set(load(api.contract)["components"]["schemas"]) == PUBLISHED[api.name].schemas


def test_schemas_of_v2_keep_their_object_examples() -> None:
    schemas = load(APIS[0].contract)["components"]["schemas"]
    with_example = [name for name, schema in schemas.items() if type(schema.get("example")) is dict]
    assert len(with_example) == 18


@pytest.mark.parametrize(
    ("api", "keyword"),
    [(api, keyword) for api in APIS for keyword in PUBLISHED[api.name].keywords],
)
def test_keyword_occurs_as_often_as_in_the_published_contract(api: Api, keyword: str) -> None:
    paths = [path for path, mapping in mappings(load(api.contract)) if keyword in mapping]
    assert len(paths) == PUBLISHED[api.name].keywords[keyword], paths


@each_api
@each_yaml
def test_structure_has_the_published_digest(api: Api, yaml_version: str) -> None:
    assert digest(load(api.contract, yaml_version)) == PUBLISHED[api.name].sha256


@each_api
@each_yaml
def test_every_value_is_json(api: Api, yaml_version: str) -> None:
    odd = {
        path: value
        for path, value in leaves(load(api.contract, yaml_version))
        if not isinstance(value, str | int | float | bool | None)
    }
    assert odd == {}, "a date without quotes is not text to a YAML reader"


@each_api
def test_operations_parameters_and_fields_are_described(api: Api) -> None:
    silent = [
        path
        for path, mapping in mappings(load(api.contract))
        if "$ref" not in mapping
        and ("in" in mapping or re.search(r"/properties/[^/]+$", path))
        and not mapping.get("description", "").strip()
    ]
    for operation in operations(load(api.contract)):
        if not all(operation.item.get(each, "").strip() for each in ("summary", "description")):
            silent.append(operation.place)
    assert silent == []


@each_api
def test_texts_can_stand_in_a_docstring(api: Api) -> None:
    texts = dict(prose(load(api.contract)))
    assert [path for path, text in texts.items() if "\\" in text or '"' in text] == []


@each_api
def test_structure_is_the_vendors(api: Api) -> None:
    vendor, ours = structure(seed(api)), structure(load(api.contract))
    assert list(differences(vendor, ours)) == []
    assert digest(seed(api)) == PUBLISHED[api.name].sha256


@each_api
def test_no_sentence_is_the_vendors(api: Api) -> None:
    theirs = [words(each) for _, text in prose(seed(api)) for each in sentences(text)]
    long_sentences = {each for each in theirs if len(each.split()) >= 6}
    assert len(long_sentences) > 100, "the vendor's sentences were not recognised"
    ours = {path: words(text) for path, text in prose(load(api.contract))}
    assert [
        (path, each) for path, text in ours.items() for each in long_sentences if each in text
    ] == []
    whole = {words(text) for _, text in prose(seed(api)) if len(words(text).split()) >= 3}
    assert [path for path, text in ours.items() if text in whole] == []
