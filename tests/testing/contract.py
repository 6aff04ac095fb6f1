"""The contract as corrected by the overlay, in a file for tools that read one."""

from __future__ import annotations

import importlib.util
from functools import cache
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from tests.support import ROOT

PUBLISHED = ROOT / "openapi.yaml"


@cache
def corrected() -> dict[str, Any]:
    """The contract with every action of the overlay carried out."""
    path = ROOT / "tools" / "codegen" / "overlay.py"
    spec = importlib.util.spec_from_file_location("codegen_overlay", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    yaml = YAML(typ="safe", pure=True)
    overlay = yaml.load(ROOT / "openapi.overlay.yaml")
    contract: dict[str, Any] = module.apply_overlay(yaml.load(PUBLISHED), overlay)
    return contract


def write_corrected(folder: Path) -> Path:
    """The corrected contract as a YAML file in a folder."""
    path = folder / "openapi.yaml"
    YAML(typ="safe", pure=True).dump(corrected(), path)
    return path
