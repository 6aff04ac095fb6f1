"""What is generated is what generation gives; a change on either side is noticed."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support import ROOT

pytestmark = pytest.mark.proof

GENERATE = "tools/codegen/generate.py"
UNASYNC = "tools/codegen/unasync.py"


def check(tool: str, tree: Path = ROOT) -> subprocess.CompletedProcess[str]:
    environment = {k: v for k, v in os.environ.items() if not k.startswith("COV")}
    return subprocess.run(
        [sys.executable, str(tree / tool), "--check"],
        capture_output=True,
        text=True,
        check=False,
        env=environment,
    )


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A copy of all that generation reads and writes."""
    without = shutil.ignore_patterns("__pycache__", ".ruff_cache")
    for folder in ("tools/codegen", "generated", "enphase_sdk/_async", "enphase_sdk/_sync"):
        shutil.copytree(ROOT / folder, tmp_path / folder, ignore=without)
    for file in (*ROOT.glob("openapi*.yaml"), ROOT / "pyproject.toml"):
        shutil.copy(file, tmp_path / file.name)
    return tmp_path


@pytest.mark.parametrize("tool", [GENERATE, UNASYNC])
def test_what_is_there_is_what_generation_gives(tool: str) -> None:
    result = check(tool)
    assert result.returncode == 0, result.stderr


def replaced(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text, f"{old!r} is not in {path.name}"
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


MODELS = Path("generated/enphase_sdk_api_v2/models")
V4_MODELS = Path("generated/enphase_sdk_api_v4/models")
NOTICE = "is not what the contract gives"


def edit_what_is_generated(tree: Path) -> None:
    replaced(tree / MODELS / "summary.py", "current_power: int", "power: int")
    (tree / MODELS / "stats.py").unlink()
    (tree / MODELS / "extra.py").write_text("")
    (tree / "generated/enphase_sdk_api_v2/py.typed").write_text("partial")
    replaced(tree / V4_MODELS / "battery_lifetime.py", "charge: list", "charged: list")
    (tree / V4_MODELS / "device.py").unlink()


def edit_what_it_is_made_from(tree: Path) -> None:
    replaced(tree / "openapi.yaml", "current_power:", "present_power:")
    replaced(tree / "openapi.overlay.yaml", "read `meta.status`", "see `meta`")
    replaced(tree / "openapi.v4.yaml", "Batteries: negative while", "Batteries: below 0 while")
    replaced(tree / "openapi.v4.overlay.yaml", "IMEI of the modem", "Number of the modem")
    replaced(tree / "tools/codegen/names.v4.yaml", "Schedule: ChargingTime", "Schedule: Charging")
    replaced(tree / "tools/codegen/templates/client.py.jinja", "made once", "kept")


def edit_the_sync_half(tree: Path) -> None:
    replaced(tree / "enphase_sdk/_sync/cloud_pages.py", "walk.cursor", "None")
    (tree / "enphase_sdk/_sync/extra.py").write_text("")
    (tree / "enphase_sdk/_sync/cloud_site.py").unlink()


CHANGES: dict[str, tuple[str, Callable[[Path], object], list[str]]] = {
    "generated files edited": (
        GENERATE,
        edit_what_is_generated,
        [
            f"{file} {NOTICE}"
            for file in (
                "v2/models/summary.py",
                "v2/models/stats.py",
                "v2/models/extra.py",
                "v2/py.typed",
                "v4/models/battery_lifetime.py",
                "v4/models/device.py",
            )
        ],
    ),
    "contract, overlay and templates edited": (
        GENERATE,
        edit_what_it_is_made_from,
        [
            f"{file} {NOTICE}"
            for file in (
                "v2/models/summary.py",
                "v2/models/system.py",
                "v2/client.py",
                "v4/models/latest_report.py",
                "v4/models/cellular_modem.py",
                "v4/models/charging.py",
                "v4/client.py",
            )
        ],
    ),
    "an overlay action that matches nothing": (
        GENERATE,
        lambda tree: replaced(tree / "openapi.overlay.yaml", "ServerError.prop", "NoError.prop"),
        ["matches nothing in the contract"],
    ),
    "an endpoint that would be dropped": (
        GENERATE,
        lambda tree: replaced(tree / "openapi.overlay.yaml", "|| @.name=='installer' ||", "||"),
        ["generation failed"],
    ),
    "an action of the other overlay that matches nothing": (
        GENERATE,
        lambda tree: replaced(tree / "openapi.v4.overlay.yaml", "/live_data']", "/dead_data']"),
        ["enphase_sdk_api_v4: generation failed", "matches nothing in the contract"],
    ),
    "a path parameter that the path does not know": (
        GENERATE,
        lambda tree: replaced(tree / "openapi.v4.overlay.yaml", "name: serial_no\n", "name: sn\n"),
        ["enphase_sdk_api_v4: generation failed"],
    ),
    "the sync half edited": (
        UNASYNC,
        edit_the_sync_half,
        [f"{file} is not what _async gives" for file in ("pages.py", "extra.py", "site.py")],
    ),
    "the async half edited": (
        UNASYNC,
        lambda tree: replaced(tree / "enphase_sdk/_async/cloud_pages.py", "walk.cursor", "None"),
        ["pages.py is not what _async gives"],
    ),
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_change_is_noticed_and_nothing_written(tree: Path, change: str) -> None:
    tool, make, told = CHANGES[change]
    make(tree)
    before = contents(tree)
    result = check(tool, tree)
    assert result.returncode == 1
    assert [text for text in told if text not in result.stderr] == []
    assert contents(tree) == before


def contents(folder: Path) -> dict[Path, bytes]:
    return {
        path.relative_to(folder): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and not {"__pycache__", ".ruff_cache"} & set(path.parts)
    }


def test_what_is_thrown_away_comes_back_byte_for_byte(tree: Path) -> None:
    folders = ("generated", "enphase_sdk/_sync")
    for folder in folders:
        shutil.rmtree(tree / folder)
    for tool in (GENERATE, UNASYNC):
        command = [sys.executable, str(tree / tool)]
        subprocess.run(command, check=True, capture_output=True, text=True)
    for folder in folders:
        assert contents(tree / folder) == contents(ROOT / folder)
