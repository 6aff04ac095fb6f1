"""Write the packages in generated/ anew, each from its contract and the contract's overlay.

With --check nothing is changed: it is generated elsewhere and compared byte for byte.
"""

from __future__ import annotations

import argparse
import filecmp
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any, NamedTuple

from overlay import OverlayError, apply_overlay
from ruamel.yaml import YAML

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
GENERATED = ROOT / "generated"
BIN = str(Path(sys.executable).parent)
yaml = YAML(typ="safe")


class Contract(NamedTuple):
    """What one package is generated from.

    Attributes:
        package: Name of the package in generated/.
        contract: The contract as published, in the project's own words.
        overlay: Its corrections.
        names: Short names for the classes that the generator would name after their place.
    """

    package: str
    contract: str
    overlay: str
    names: str


CONTRACTS = (
    Contract("enphase_sdk_api_v2", "openapi.yaml", "openapi.overlay.yaml", "names.v2.yaml"),
    Contract("enphase_sdk_api_v4", "openapi.v4.yaml", "openapi.v4.overlay.yaml", "names.v4.yaml"),
)


def generate(source: Contract, target: Path) -> None:
    """Generate the package of `source` into the folder `target`, which must not exist yet."""
    corrected = apply_overlay(yaml.load(ROOT / source.contract), yaml.load(ROOT / source.overlay))
    describe_parameters(corrected)
    with tempfile.TemporaryDirectory() as folder:
        contract, config = Path(folder) / "openapi.yaml", Path(folder) / "config.yaml"
        yaml.dump(corrected, contract)
        yaml.dump(settings(source), config)
        subprocess.run(
            [
                sys.executable, "-m", "openapi_python_client", "generate",
                "--path", contract,
                "--config", config,
                "--custom-template-path", HERE / "templates",
                "--output-path", target,
                "--meta", "none",
                "--fail-on-warning",
            ],
            check=True,
            # The post hooks must find the ruff that is pinned beside this interpreter.
            env={**os.environ, "PATH": os.pathsep.join((BIN, os.environ["PATH"]))},
        )  # fmt: skip
    (target / "errors.py").unlink()
    (target / "py.typed").touch()
    shutil.rmtree(target / ".ruff_cache", ignore_errors=True)


def describe_parameters(document: Any) -> None:
    """Put each parameter's description into its schema, where the generator looks for it."""
    for node in document.values() if isinstance(document, dict) else document:
        if isinstance(node, (dict, list)):
            describe_parameters(node)
    if isinstance(document, dict) and {"in", "schema", "description"} <= document.keys():
        document["schema"].setdefault("description", document["description"])


def settings(source: Contract) -> dict[str, Any]:
    """The generator's settings: those that all packages share, and this one's names."""
    names: dict[str, str] = yaml.load(HERE / source.names)
    return {
        **yaml.load(HERE / "config.yaml"),
        "project_name_override": source.package.replace("_", "-"),
        "package_name_override": source.package,
        "class_overrides": {
            long: {"class_name": short, "module_name": module_name(short)}
            for long, short in names.items()
        },
    }


def module_name(class_name: str) -> str:
    """StatsInterval is in stats_interval."""
    return re.sub(r"(?<!^)(?=[A-Z])", "_", class_name).lower()


def differences(left: Path, right: Path) -> list[str]:
    """Relative paths that stand on one side only or differ in content."""
    files = {
        path.relative_to(side)
        for side in (left, right)
        for path in side.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    _, mismatch, missing = filecmp.cmpfiles(left, right, [str(f) for f in files], shallow=False)
    return sorted(mismatch + missing)


def main() -> int:
    """Run the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="compare, change nothing")
    check = parser.parse_args().check
    wrong = False
    for source in CONTRACTS:
        present = GENERATED / source.package
        with tempfile.TemporaryDirectory() as folder:
            fresh = Path(folder) / source.package
            try:
                generate(source, fresh)
            except (OverlayError, subprocess.CalledProcessError) as error:
                print(f"{source.package}: generation failed: {error}", file=sys.stderr)
                return 1
            changed = differences(fresh, present)
            if not check:
                shutil.rmtree(present, ignore_errors=True)
                shutil.copytree(fresh, present)
                print(f"{len(changed)} files changed in {present.relative_to(ROOT)}")
                continue
        for path in changed:
            print(
                f"generated/{source.package}/{path} is not what the contract gives", file=sys.stderr
            )
        wrong = wrong or bool(changed)
    if wrong:
        print("run 'make generate' and commit what it writes", file=sys.stderr)
    return int(wrong)


if __name__ == "__main__":
    sys.exit(main())
