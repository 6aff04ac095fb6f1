"""The page of known issues tells of every deliberate difference, and of nothing that is not so."""

from __future__ import annotations

import re

import pytest

from enphase_sdk import errors
from enphase_sdk.gateway.profile import GatewayProfile
from enphase_sdk.testing.gateway.profiles import ENDPOINTS
from tests.gateway.differences import DIFFERENCES, Difference
from tests.gateway.gateways import RECORDINGS
from tests.support import ROOT

PAGE = (ROOT / "docs" / "known-issues.md").read_text(encoding="utf-8")


def cells(row: str) -> list[str]:
    return [cell.strip().strip("`") for cell in row.strip("|").split("|")]


def rows_of_differences() -> list[list[str]]:
    section = PAGE.partition("## Where we differ")[2]
    return [cells(line) for line in section.splitlines() if line.startswith("| ")][2:]


@pytest.mark.parametrize("difference", DIFFERENCES, ids=lambda difference: difference.path)
def test_every_deliberate_difference_is_told(difference: Difference) -> None:
    told = [
        difference.recording,
        difference.path.removeprefix("$."),
        str(difference.expected),
        str(difference.ours),
    ]
    assert told in [row[:4] for row in rows_of_differences()]


def test_no_difference_is_told_that_is_none() -> None:
    known = {(d.recording, d.path.removeprefix("$.")) for d in DIFFERENCES}
    assert {(row[0], row[1]) for row in rows_of_differences()} == known


@pytest.mark.skipif(not RECORDINGS, reason="no recordings beside the checkout")
def test_the_number_of_recordings_is_right() -> None:
    assert f"on {len(RECORDINGS)} recorded gateways" in PAGE


def test_what_the_page_names_is_there() -> None:
    names = set(re.findall(r"`([^`]+)`", PAGE))
    paths = {name.partition("?")[0] for name in names if name.startswith("/")}
    assert paths <= set(ENDPOINTS)
    for name in names:
        if name.endswith("Error"):
            assert issubclass(getattr(errors, name), errors.EnphaseError)
        if name.startswith("profile."):
            assert hasattr(GatewayProfile(), name.removeprefix("profile."))
