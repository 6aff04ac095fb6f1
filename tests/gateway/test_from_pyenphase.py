"""docs/from-pyenphase.md names what exists."""

from __future__ import annotations

import re

import pytest
from attrs import fields

from enphase_sdk import AsyncEnvoy, errors
from enphase_sdk.gateway import GatewayInfo, GatewayProfile, Snapshot, Token
from enphase_sdk.types import AsyncGatewayControl
from tests.support import ROOT

PAGE = (ROOT / "docs" / "from-pyenphase.md").read_text(encoding="utf-8")

OWNERS = {
    r"envoy\.control\.(\w+)": AsyncGatewayControl,
    r"envoy\.profile\.(\w+)": GatewayProfile,
    r"snapshot\.(\w+)": Snapshot,
    r"envoy\.(\w+)": AsyncEnvoy,
    r"info\)\.(\w+)": GatewayInfo,
}


@pytest.mark.parametrize("pattern", OWNERS)
def test_every_name_of_ours_exists(pattern: str) -> None:
    names = set(re.findall(pattern, PAGE))
    assert names
    for name in names:
        assert hasattr(OWNERS[pattern], name), name


def test_every_error_of_ours_exists() -> None:
    table = PAGE.partition("## Errors")[2]
    ours = {
        name
        for line in table.splitlines()
        if line.startswith("| `Envoy")
        for name in re.findall(r"`(\w+)`", line.split("|")[2])
    }
    assert len(ours) > 5
    assert {name for name in ours if not hasattr(errors, name)} == set()


def test_every_field_of_a_reading_is_listed() -> None:
    listed = set(re.findall(r"snapshot\.(\w+)", PAGE))
    ours = {field.name for field in fields(Snapshot)} - {"problems", "home", "devices"}
    assert ours <= listed
    assert {"text", "expires_at", "user"} == {field.name for field in fields(Token)}
