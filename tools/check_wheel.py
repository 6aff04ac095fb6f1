"""Build the wheel, install it with its run-time dependencies only, and run the demo from it."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import venv
import zipfile
from pathlib import Path

ROOT = Path(__file__).parents[1]
WANTED = {
    "enphase_sdk/py.typed",
    "enphase_sdk/_sync/cloud_client.py",
    "enphase_sdk/report/page.html",
    "enphase_sdk/report/web/assets/fleet.html",
    "enphase_sdk/report/web/assets/page.css",
    "enphase_sdk/report/web/assets/table.js",
    "enphase_sdk_api_v2/py.typed",
    "enphase_sdk_api_v2/models/system.py",
    "enphase_sdk_api_v4/py.typed",
    "enphase_sdk_api_v4/models/system.py",
}
UNWANTED = ("tests/", "tools/", "generated/")


def main() -> None:
    """Run all steps; the first that fails ends it."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        run(sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation",
            "--wheel-dir", folder, ROOT)  # fmt: skip
        (wheel,) = folder.glob("*.whl")
        check_content(wheel)
        venv.create(folder / "venv", with_pip=True)
        python = folder / "venv" / "bin" / "python"
        run(python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check",
            "--constraint", ROOT / "requirements-dev.txt", wheel)  # fmt: skip
        run(python, "-m", "pip", "check")
        run(folder / "venv" / "bin" / "enphase", "demo", cwd=folder)


def check_content(wheel: Path) -> None:
    """All packages are in it, each with its type marker, and nothing else is."""
    names = set(zipfile.ZipFile(wheel).namelist())
    missing = WANTED - names
    stray = [name for name in names if name.startswith(UNWANTED)]
    if missing or stray:
        sys.exit(f"{wheel.name}: missing {sorted(missing)}, stray {sorted(stray)}")
    print(f"{wheel.name}: {len(names)} files, {wheel.stat().st_size / 1024:.0f} KiB")


def run(*command: object, cwd: Path = ROOT) -> None:
    """Run a command; a failure ends the check."""
    subprocess.run([str(word) for word in command], cwd=cwd, check=True)


if __name__ == "__main__":
    main()
