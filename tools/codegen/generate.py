"""Write generated/enphase_sdk_api_v2 anew from openapi.yaml and openapi.overlay.yaml.

With --check nothing is changed: it is generated elsewhere and compared byte for byte.
"""

from __future__ import annotations

import argparse
import filecmp
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from overlay import OverlayError, apply_overlay
from ruamel.yaml import YAML

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
PACKAGE = ROOT / "generated" / "enphase_sdk_api_v2"
BIN = str(Path(sys.executable).parent)


def generate(target: Path) -> None:
    """Generate the package into the folder `target`, which must not exist yet."""
    yaml = YAML(typ="safe")
    corrected = apply_overlay(
        yaml.load(ROOT / "openapi.yaml"), yaml.load(ROOT / "openapi.overlay.yaml")
    )
    with tempfile.TemporaryDirectory() as folder:
        contract = Path(folder) / "openapi.yaml"
        yaml.dump(corrected, contract)
        subprocess.run(
            [
                sys.executable, "-m", "openapi_python_client", "generate",
                "--path", contract,
                "--config", HERE / "config.yaml",
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
    with tempfile.TemporaryDirectory() as folder:
        fresh = Path(folder) / "enphase_sdk_api_v2"
        try:
            generate(fresh)
        except (OverlayError, subprocess.CalledProcessError) as error:
            print(f"generation failed: {error}", file=sys.stderr)
            return 1
        changed = differences(fresh, PACKAGE)
        if not check:
            shutil.rmtree(PACKAGE, ignore_errors=True)
            shutil.copytree(fresh, PACKAGE)
            print(f"{len(changed)} files changed in {PACKAGE.relative_to(ROOT)}")
            return 0
    for path in changed:
        print(
            f"generated/enphase_sdk_api_v2/{path} is not what the contract gives", file=sys.stderr
        )
    if changed:
        print("run 'make generate' and commit what it writes", file=sys.stderr)
    return 1 if changed else 0


if __name__ == "__main__":
    sys.exit(main())
