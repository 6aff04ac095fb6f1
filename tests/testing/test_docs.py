"""What docs/testing.md shows runs as it stands, in a project of its own."""

from __future__ import annotations

import os
import re

import pytest

import enphase_sdk
from tests.support import ROOT

pytest_plugins = ["pytester"]

PAGE = (ROOT / "docs" / "testing.md").read_text(encoding="utf-8")
BLOCK = re.compile(r"^```python\n# (\w+\.py)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
FILES = dict(BLOCK.findall(PAGE))


def test_every_block_of_python_is_a_file_of_the_example() -> None:
    assert PAGE.count("```python") == len(BLOCK.findall(PAGE)) == len(FILES)
    tests = [name for name in FILES if name.startswith("test_")]
    assert set(FILES) - set(tests) == {"fleet.py"}
    assert len(tests) >= 5


def test_the_script_and_its_test_fit_on_a_screen() -> None:
    lines = [line for name in ("fleet.py", "test_fleet.py") for line in FILES[name].splitlines()]
    assert len([line for line in lines if line.strip()]) <= 32


@pytest.mark.skipif(
    not hasattr(enphase_sdk, "EnlightenV4"), reason="the client of API v4 is not there yet"
)
def test_the_example_passes(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(ROOT), str(ROOT / "generated")]))
    for name, code in FILES.items():
        pytester.path.joinpath(name).write_text(code, encoding="utf-8")
    pytester.makeini("[pytest]\nfilterwarnings = error\n")
    # Hypothesis would blame the example for the time that a busy machine spends elsewhere.
    pytester.makeconftest(
        "import hypothesis\n"
        "slow = hypothesis.HealthCheck.too_slow\n"
        "hypothesis.settings.register_profile('busy', suppress_health_check=[slow], deadline=None)"
        "\nhypothesis.settings.load_profile('busy')\n"
    )
    plugins = ["enphase_sdk.testing.plugin", "anyio", "_hypothesis_pytestplugin"]
    result = pytester.runpytest_subprocess(*(word for name in plugins for word in ("-p", name)))
    written = sum(
        code.count("\ndef test_") + code.startswith("def test_") for code in FILES.values()
    )
    result.assert_outcomes(passed=written + 2)  # the async one under asyncio and under trio


@pytest.mark.parametrize("name", FILES)
def test_the_page_shows_code_that_passes_the_formatter(name: str) -> None:
    assert max(map(len, FILES[name].splitlines())) <= 100
    compile(FILES[name], name, "exec")


def test_the_table_lists_the_fixtures_there_are() -> None:
    rows = re.findall(r"^\| (`.*?) \|", PAGE, re.MULTILINE)
    listed = {name for row in rows for name in re.findall(r"`(\w+)`", row)}
    from enphase_sdk.testing import plugin

    fixtures = {
        name
        for name, value in vars(plugin).items()
        if type(value).__name__ == "FixtureFunctionDefinition"
        or hasattr(value, "_pytestfixturefunction")  # before pytest 8.4
    }
    assert listed == fixtures
