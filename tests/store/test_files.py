"""Files that are damaged, newer, older or something else's; and who else can read a store."""

from __future__ import annotations

import json
import shutil
import sqlite3
import sys
from datetime import date
from pathlib import Path
from typing import Any

import attrs
import duckdb
import polars as pl
import pyarrow.dataset as ds
import pyarrow.parquet as pq
import pytest

from enphase_sdk.errors import ConfigError
from enphase_sdk.store import Store, schema
from tests.store.support import KINDS, READ_AT


@pytest.fixture(params=[*KINDS.values()], ids=[*KINDS])
def path(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    return tmp_path / str(request.param)


def fill(path: Path) -> None:
    with Store(path) as store:
        store.write_systems([{"system_id": 67, "city": "A", "other_references": ["r"]}], READ_AT)
        store.write_daily(67, "production", "2025-12-31", [1, None], "2026-01-01", READ_AT)
        store.write_daily(68, "import", "2026-01-01", [3], None, READ_AT)


def contents(path: Path) -> dict[str, bytes]:
    files = [path] if path.is_file() else sorted(path.rglob("*"))
    return {str(file): file.read_bytes() for file in files if file.is_file()}


@pytest.mark.parametrize("read_only", [False, True], ids=["writing", "reading"])
@pytest.mark.parametrize(
    "content", [b"hello " * 1000, b"PAR1", b"\0" * 8192], ids=["text", "short", "zeros"]
)
def test_what_is_no_database_is_left_alone(tmp_path: Path, content: bytes, read_only: bool) -> None:
    path = tmp_path / "fleet.duckdb"
    path.write_bytes(content)
    with pytest.raises(ConfigError, match=r"fleet\.duckdb.*name another"):
        Store(path, read_only=read_only)
    assert path.read_bytes() == content


def test_databases_of_others_are_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "other.duckdb"
    with duckdb.connect(str(path)) as other:
        other.execute("CREATE TABLE store AS SELECT 'shop' AS kind").fetchall()
    before = contents(path)
    with pytest.raises(ConfigError, match="is not a database of this package and was not changed"):
        Store(path)
    assert contents(path) == before
    path = tmp_path / "sqlite.duckdb"
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE t (a)")
    connection.close()
    before = contents(path)
    with pytest.raises(ConfigError, match="cannot be used"):
        Store(path)
    assert contents(path) == before


def test_a_damaged_database_is_told_of_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "fleet.duckdb"
    fill(path)
    whole = path.read_bytes()
    for damaged in (whole[:5000], whole[:4096] + b"\xff" * 8192 + whole[12288:]):
        path.write_bytes(damaged)
        with pytest.raises(ConfigError, match="cannot be used"):
            Store(path)
        assert path.read_bytes() == damaged


def test_an_empty_file_becomes_a_database(tmp_path: Path) -> None:
    path = tmp_path / "fleet.duckdb"
    path.touch()
    fill(path)
    with Store(path, read_only=True) as store:
        assert len(store.systems()) == 1


def test_folders_of_others_are_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "photos"
    path.mkdir()
    (path / "one.jpg").write_bytes(b"x")
    with pytest.raises(ConfigError, match="is not a store and was not changed"):
        Store(path)
    assert contents(path) == {str(path / "one.jpg"): b"x"}
    with pytest.raises(ConfigError, match=r"is a file: .*\.duckdb"):
        Store(path / "one.jpg")


def test_a_damaged_folder_is_told_of(tmp_path: Path) -> None:
    path = tmp_path / "fleet"
    fill(path)
    file = path / "systems" / "part-03.parquet"
    file.write_bytes(file.read_bytes()[:-20])
    with Store(path) as store, pytest.raises(ConfigError, match=r"cannot be used .*part-03"):
        store.write_systems([{"system_id": 67}], READ_AT)
    (path / "_store.json").write_text("{")
    before = contents(path)
    with pytest.raises(ConfigError, match="is damaged"):
        Store(path)
    assert contents(path) == before


def test_a_store_of_a_newer_version_is_left_alone(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_version(monkeypatch, schema.VERSION + 1)
    fill(path)
    monkeypatch.undo()
    before = contents(path)
    for read_only in (False, True):
        with pytest.raises(ConfigError, match="newer version of this package"):
            Store(path, read_only=read_only)
    after = contents(path)
    assert {name: after[name] for name in before if "lock" not in name} == {
        name: content for name, content in before.items() if "lock" not in name
    }


def make_version(monkeypatch: pytest.MonkeyPatch, version: int, *more: schema.Column) -> None:
    """Have the package know another version, with more columns in `daily`."""
    daily = schema.TABLES["daily"]
    monkeypatch.setitem(
        schema.TABLES, "daily", attrs.evolve(daily, columns=(*daily.columns, *more))
    )
    for name, module in list(sys.modules.items()):
        if name.startswith("enphase_sdk.store") and hasattr(module, "VERSION"):
            monkeypatch.setattr(module, "VERSION", version)


def test_a_store_of_an_older_version_is_brought_up_to_date(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(path)
    newer = schema.VERSION + 1
    make_version(monkeypatch, newer, schema.Column("note", schema.TEXT, since=newer))
    with pytest.raises(ConfigError, match="open it once for writing"):
        Store(path, read_only=True)
    for _ in range(2):
        with Store(path) as store:
            rows = store.connection.execute(
                "SELECT system_id, day, wh, note FROM daily ORDER BY ALL"
            ).fetchall()
            assert store.daily_known("production") == {67: date(2026, 1, 1)}
        assert rows == [
            (67, date(2025, 12, 31), 1, None),
            (67, date(2026, 1, 1), None, None),
            (68, date(2026, 1, 1), 3, None),
        ]
    if path.is_dir():
        # For those who read the files themselves, too.
        files = sorted(path.glob("daily/*/*.parquet"))
        assert all("note" in pq.read_schema(file).names for file in files)
    with Store(path, read_only=True) as store:
        assert store.frame("daily", backend="pyarrow").column_names[-1] == "note"


def test_a_store_of_version_1_gets_the_tables_it_did_not_have(path: Path) -> None:
    fill(path)
    added: tuple[schema.TableName, ...] = ("statuses", "inverter_readings")
    if path.is_dir():
        for name in added:
            shutil.rmtree(path / name, ignore_errors=True)
        manifest = json.loads((path / "_store.json").read_text())
        (path / "_store.json").write_text(json.dumps(manifest | {"version": 1}))
    else:
        with duckdb.connect(str(path)) as connection:
            for name in added:
                connection.execute(f"DROP TABLE {name}")
            connection.execute("UPDATE store SET version = 1")
    with pytest.raises(ConfigError, match="open it once for writing"):
        Store(path, read_only=True)
    with Store(path) as store:
        assert [store.frame(name, backend="polars").height for name in added] == [0, 0]
        assert store.frame("daily", backend="polars").height == 3
        store.write_systems([{"system_id": 67, "status": "normal"}], READ_AT)
        store.write_inverters(67, [{"serial_number": "A", "energy_wh": 5.0}], READ_AT)
    with Store(path, read_only=True) as store:
        assert [store.frame(name, backend="polars").height for name in added] == [1, 1]


def test_a_store_that_is_not_there_is_not_made_by_reading(path: Path) -> None:
    with pytest.raises(ConfigError, match="there is no store"):
        Store(path, read_only=True)
    assert not path.exists()


def test_a_path_that_cannot_be_is_refused() -> None:
    with pytest.raises(ConfigError, match="not a usable path"):
        Store("fleet\0.duckdb")


def test_a_symbolic_link_is_the_store_it_leads_to(path: Path, tmp_path: Path) -> None:
    link = tmp_path / f"link{path.suffix}"
    link.symlink_to(path)
    with Store(link) as store:
        assert store.path == path
        with pytest.raises(ConfigError, match="is being written by process"):
            Store(path)
    assert link.is_symlink()


def test_names_with_signs_of_patterns_and_quotes_are_only_names(tmp_path: Path) -> None:
    for name in ("it's [1]*?.duckdb", "it's [1]*?"):
        fill(tmp_path / name)
        fill(tmp_path / name)
        with Store(tmp_path / name, read_only=True) as store:
            assert store.frame("daily", backend="polars").height == 3


def test_a_missing_library_is_named(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for library in ("duckdb", "pyarrow"):
        with monkeypatch.context() as without:
            without.setitem(sys.modules, library, None)
            with pytest.raises(ConfigError, match=rf"{library}.*enphase-sdk\[store\]"):
                Store(path)


def test_duckdb_reads_a_database_by_itself(tmp_path: Path) -> None:
    path = tmp_path / "fleet.duckdb"
    fill(path)
    with duckdb.connect(str(path), read_only=True) as connection:
        types = dict(
            connection.execute(
                "SELECT column_name, data_type FROM duckdb_columns() WHERE table_name = 'daily'"
            ).fetchall()
        )
        assert types["day"] == "DATE"
        assert types["wh"] == "BIGINT"
        assert types["final"] == "BOOLEAN"
        assert types["read_at"] == "TIMESTAMP WITH TIME ZONE"
        (count,) = connection.execute("SELECT count(*) FROM daily").fetchall()
        assert count == (3,)


def test_others_read_a_folder_by_themselves(tmp_path: Path) -> None:
    path = tmp_path / "fleet"
    fill(path)
    expected = [
        (67, "production", date(2025, 12, 31), 1, True, 2025),
        (67, "production", date(2026, 1, 1), None, True, 2026),
        (68, "import", date(2026, 1, 1), 3, False, 2026),
    ]
    names = ["system_id", "measure", "day", "wh", "final", "year"]

    # hive partitions, as Dask reads them, too
    dataset = ds.dataset(path / "daily", partitioning="hive")
    table = dataset.to_table().sort_by([("system_id", "ascending"), ("day", "ascending")])
    assert [tuple(row[name] for name in names) for row in table.to_pylist()] == expected
    in_2026 = dataset.to_table(filter=ds.field("year") == 2026)
    assert in_2026.num_rows == 2

    frame = pl.scan_parquet(path / "daily/**/*.parquet", hive_partitioning=True)
    assert frame.sort("system_id", "day").select(names).collect().rows() == expected
    read_at: Any = frame.select("read_at").collect()["read_at"]
    assert read_at.dtype == pl.Datetime("us", "UTC")
    assert set(read_at.to_list()) == {READ_AT}

    files: Any = duckdb.read_parquet(f"{path}/daily/**/*.parquet", hive_partitioning=True)
    found = files.select(*names).fetchall()
    assert sorted(found, key=str) == sorted(expected, key=str)


def test_nothing_but_tables_and_hidden_files_is_in_a_folder(tmp_path: Path) -> None:
    path = tmp_path / "fleet"
    fill(path)
    names = {inside.name for inside in path.iterdir()}
    assert {name for name in names if not name.startswith("_")} <= schema.TABLES.keys()
    manifest = json.loads((path / "_store.json").read_text())
    assert manifest["version"] == schema.VERSION
    assert not list(path.glob("_store/writers/*"))
