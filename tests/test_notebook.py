"""How results look in a notebook, and that the example notebooks run as they are."""

from __future__ import annotations

import html
import re
from pathlib import Path
from typing import Any

import httpx
import nbformat
import pytest
from attrs import evolve
from IPython.core.interactiveshell import InteractiveShell
from nbclient import NotebookClient

from enphase_sdk import Enlighten
from enphase_sdk.errors import NotFoundError
from enphase_sdk.gateway import Inverter
from enphase_sdk.notebook import MOST_ROWS, html_of, register
from enphase_sdk.testing import FakeClock, SimulatedEnlighten, SimulatedGateway, builders

EXAMPLES = Path(__file__).parents[1] / "examples"


def words(page: str) -> str:
    """The text of a piece of HTML, with a bar between its cells."""
    return html.unescape(re.sub(r"<[^>]*>", "|", page))


def test_a_result_is_a_table_with_units_and_times() -> None:
    summary = evolve(builders.summary(system_id=67), energy_today=8499, last_report_at=0)
    summary = evolve(summary, last_report_at=1_718_452_800, size_w=None)
    shown = words(html_of(summary))
    assert "energy_today (Wh)||8499" in shown
    assert "last_report_at||2024-06-15 12:00Z" in shown
    inverter = Inverter(
        serial_number="1",
        last_report_date=1_718_452_800,
        last_report_watts=5,
        max_report_watts=7,
        lifetime_energy=7,
    )
    told = words(html_of(inverter))
    assert "last_report_date||2024-06-15 12:00Z" in told
    assert "lifetime_energy (Wh)||7" in told
    assert "size_w||–" in shown  # noqa: RUF001


def test_the_text_of_others_stays_text() -> None:
    system = evolve(builders.system(), system_name="<script>alert(1)</script>")
    assert "<script" not in html_of(system)
    assert "<script>alert(1)</script>" in words(html_of(system))


def test_long_lists_say_what_is_left_out(clock: FakeClock) -> None:
    cloud = SimulatedEnlighten(3, clock=clock)
    with Enlighten("k", "u", transport=httpx.MockTransport(cloud)) as client:
        stats = client.stats(67)
        shown = html_of(stats)
    assert stats.intervals is not None
    left_out = len(stats.intervals) - MOST_ROWS
    assert left_out > 0
    assert f"{left_out:,} more rows" in words(shown)
    assert shown.count("<tr>") < 2 * MOST_ROWS


def test_a_reading_of_a_gateway_is_shown_in_parts(clock: FakeClock) -> None:
    gateway = SimulatedGateway("7.6", clock=clock)
    from enphase_sdk import Envoy

    with Envoy("envoy.test", token=gateway.issue_token(), transport=gateway.transport()) as envoy:
        snapshot = envoy.read()
    shown = words(html_of(snapshot))
    assert "system_production.watts_now" in shown
    assert next(iter(snapshot.inverters)) in shown


def test_ipython_shows_results_and_errors_without_being_asked(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    shell: Any = InteractiveShell.instance()
    monkeypatch.setattr("IPython.get_ipython", lambda: shell)
    register()
    try:
        shown, _ = shell.display_formatter.format(builders.summary())
        assert shown["text/html"].startswith("<table>")
        error = NotFoundError("no <b>such</b> system", status_code=404, body=None, operation="X")
        shown, _ = shell.display_formatter.format(error)
        assert shown["text/html"] == (
            "<p><b>NotFoundError</b>: no &lt;b&gt;such&lt;/b&gt; system</p>"
        )
    finally:
        InteractiveShell.clear_instance()


def test_without_a_notebook_nothing_is_registered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("IPython.get_ipython", lambda: None)
    register()


@pytest.mark.proof
@pytest.mark.filterwarnings("ignore")  # of the libraries that run a notebook
@pytest.mark.parametrize(
    ("name", "plots"), [("fleet_report", 1), ("site_day", 2), ("gateway_day", 1)]
)
def test_an_example_runs(name: str, plots: int, tmp_path: Path) -> None:
    notebook: Any = nbformat.read(  # type: ignore[no-untyped-call]  # it has no types
        EXAMPLES / f"{name}.ipynb", as_version=4
    )
    assert not any(cell.get("outputs") for cell in notebook.cells)
    NotebookClient(notebook, timeout=300, resources={"metadata": {"path": tmp_path}}).execute()
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", [])]
    pages = [output["data"].get("text/html", "") for output in outputs if "data" in output]
    assert len([page for page in pages if "vegaEmbed" in page]) == plots
    assert any("<caption>Summary" in page for page in pages)
