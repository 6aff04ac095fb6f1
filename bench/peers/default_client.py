"""What openapi-python-client makes of the same corrected contract by default."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from importlib import import_module
from importlib.metadata import version
from pathlib import Path
from types import ModuleType

from ruamel.yaml import YAML

__all__ = ["default_client", "folder"]

ROOT = Path(__file__).parents[2]
PACKAGE = "default_enlighten"


def default_client(module: str) -> ModuleType:
    """A module of the default client (`models`, `api.default.summary`), generated if need be."""
    path = str(folder())
    if path not in sys.path:
        sys.path.insert(0, path)
    return import_module(f"{PACKAGE}.{module}")


def folder() -> Path:
    """Where the generated package lies: kept beside the interpreter, one for each contract."""
    sources = [ROOT / "openapi.yaml", ROOT / "openapi.overlay.yaml"]
    made_from = b"".join(source.read_bytes() for source in sources)
    made_by = version("openapi-python-client").encode()
    name = hashlib.sha256(made_from + made_by).hexdigest()[:16]
    target = Path(sys.prefix) / "default-client" / name
    if not target.exists():
        unfinished = target.with_suffix(f".{os.getpid()}")
        unfinished.mkdir(parents=True)
        try:
            _generate(unfinished)
            unfinished.rename(target)
        finally:
            shutil.rmtree(unfinished, ignore_errors=True)
    return target


def _generate(target: Path) -> None:
    sys.path.insert(0, str(ROOT / "tools" / "codegen"))
    from overlay import apply_overlay

    yaml = YAML(typ="safe")
    corrected = apply_overlay(
        yaml.load(ROOT / "openapi.yaml"), yaml.load(ROOT / "openapi.overlay.yaml")
    )
    contract = target / "openapi.yaml"
    yaml.dump(corrected, contract)
    config = target / "config.yaml"
    config.write_text(f"package_name_override: {PACKAGE}\n", encoding="utf-8")
    tools = Path(sys.executable).parent  # where the generator finds ruff
    subprocess.run(
        [
            sys.executable, "-m", "openapi_python_client", "generate",
            "--path", contract, "--config", config,
            "--output-path", target / PACKAGE, "--meta", "none",
        ],
        check=True, stdout=sys.stderr,
        env={**os.environ, "PATH": os.pathsep.join([str(tools), os.environ["PATH"]])},
    )  # fmt: skip
