"""The names the package offers, and what importing them costs."""

from __future__ import annotations

import subprocess
import sys

import pytest

import enphase_sdk
from enphase_sdk import errors, models

CLOUD = {
    "AsyncCloud",
    "AsyncEnlighten",
    "AsyncEnlightenV4",
    "AsyncSite",
    "Cloud",
    "Enlighten",
    "EnlightenV4",
    "Plan",
    "Site",
    "errors",
    "models",
    "open_cloud",
}
GATEWAY = {"AsyncEnvoy", "AsyncGatewayRecorder", "Envoy", "GatewayRecorder"}


def run(code: str) -> str:
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_names_are_what_they_should_be() -> None:
    assert set(enphase_sdk.__all__) == CLOUD | GATEWAY | {"AsyncFleet", "Fleet", "__version__"}
    assert sorted(enphase_sdk.__all__) == enphase_sdk.__all__
    assert dir(enphase_sdk) == enphase_sdk.__all__


@pytest.mark.parametrize("name", enphase_sdk.__all__)
def test_every_name_is_there(name: str) -> None:
    value = getattr(enphase_sdk, name)
    assert value is getattr(enphase_sdk, name)
    if isinstance(value, type):
        assert value.__name__ == name


def test_another_name_is_not() -> None:
    with pytest.raises(AttributeError, match="'enphase_sdk' has no attribute 'Nothing'"):
        _ = enphase_sdk.Nothing
    with pytest.raises(ImportError):
        from enphase_sdk import Nothing  # noqa: F401 - it must fail


def test_the_planned_models_are_there() -> None:
    planned = {
        "System", "Summary", "EnvoysResponse", "Inventory", "Stats", "StatsInterval", "RgmStats",
        "EnergyLifetime", "ConsumptionLifetime", "ConsumptionStats", "ProductionMeterReadings",
        "InvertersSummary", "MonthlyProduction", "Meta", "Status",
    }  # fmt: skip
    assert planned <= set(models.__all__)
    assert all(getattr(models, name).__name__ == name for name in models.__all__)


def test_the_version_is_the_distribution_s() -> None:
    from importlib.metadata import version

    assert enphase_sdk.__version__ == version("enphase-sdk")


HEAVY = {"httpx", "httpcore", "attrs", "attr", "msgspec", "anyio", "dateutil", "rich", "typer",
         "pandas", "asyncio", "ssl"}  # fmt: skip
UNUSED = {"dateutil", "rich", "typer", "pandas", "enphase_sdk.frames"}


@pytest.mark.parametrize(
    ("statement", "absent"),
    [
        ("import enphase_sdk", HEAVY),
        ("import enphase_sdk; dir(enphase_sdk)", HEAVY),
        ("from enphase_sdk import errors", HEAVY),
        ("from enphase_sdk import models; dir(models)", HEAVY),
        ("from enphase_sdk import models; models.Summary", HEAVY - {"attrs", "attr", "msgspec"}),
        ("from enphase_sdk import Enlighten", UNUSED),
        ("from enphase_sdk import Enlighten; Enlighten('kkkk', 'uuuu')", UNUSED),
    ],
)
def test_importing_loads_nothing_that_is_not_needed(statement: str, absent: set[str]) -> None:
    # httpx itself imports rich for its own command line, where it is installed.
    loaded = run(f"import sys\n{statement}\nprint(*sys.modules)").split()
    unwanted = absent & set(loaded)
    if "httpx" in loaded:
        unwanted -= {"rich", "typer"}
    assert unwanted == set()


def test_the_package_is_typed() -> None:
    from importlib.resources import files

    assert files("enphase_sdk").joinpath("py.typed").is_file()


def test_errors_are_exported_by_name() -> None:
    assert all(isinstance(getattr(errors, name), type) for name in errors.__all__)
