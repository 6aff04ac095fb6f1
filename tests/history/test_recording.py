"""The file of a recording: what it holds, and what it refuses."""

from __future__ import annotations

import sqlite3
import stat
from pathlib import Path

import pytest

from enphase_sdk.errors import ConfigError, NotAvailableError
from enphase_sdk.history import Counter, History, Mark, Reason, Sample, Span
from enphase_sdk.history.counting import Rules
from enphase_sdk.history.recording import Recording

SERIAL = "122233334444"
AT = 1_700_000_100  # a boundary of all counters
RULES = Rules(bridge=300, most_watts=500_000)
DAY = 86_400


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "folder" / "house.sqlite"


def recording_at(path: Path, serial_number: str = SERIAL, keep: float = 40 * DAY) -> Recording:
    return Recording.opened(path, serial_number, RULES, keep)


def record(path: Path, *samples: Sample) -> None:
    recording = recording_at(path)
    for sample in samples:
        recording.add(sample)
    recording.close()


def sample(at: float, wh: int = 1000, reporting: int = 5) -> Sample:
    return Sample(
        at=AT + at,
        production=wh,
        source="meter",
        production_meter=wh + 7,
        consumption=2 * wh,
        devices=6,
        reporting=reporting,
    )


def steadily(seconds: int, every: int = 60) -> list[Sample]:
    """Readings of a counter that rises by 1 Wh every 10 seconds."""
    return [sample(at, 1000 + at // 10) for at in range(0, seconds + 1, every)]


def test_readings_come_back_whole(path: Path) -> None:
    samples = [sample(0), Sample(at=AT + 60.25), sample(120, 1001)]
    record(path, *samples)

    with History.opened(path) as history:
        assert history.readings(AT, AT + 120) == samples
        assert history.readings(AT + 1, AT + 119) == samples[1:2]
        assert (history.serial_number, history.last_at) == (SERIAL, AT + 120)


def test_every_counter_has_intervals_of_its_own_length(path: Path) -> None:
    record(path, *steadily(1800))

    with History.opened(path) as history:
        for counter, ends in (
            (Counter.PRODUCTION, [300, 600, 900, 1200, 1500, 1800]),
            (Counter.PRODUCTION_METER, [900, 1800]),
            (Counter.CONSUMPTION, [900, 1800]),
        ):
            intervals = history.intervals(counter, AT, AT + 1800)
            assert [interval.end_at - AT for interval in intervals] == ends
        assert [each.wh for each in history.intervals(Counter.CONSUMPTION, AT, AT + 1800)] == [
            180,
            180,
        ]


def test_microinverters_reporting_are_the_most_seen_within_the_interval(path: Path) -> None:
    counts = {0: 6, 60: 3, 240: 4, 300: 2, 360: 6, 600: 1}
    record(path, *(sample(at, reporting=count) for at, count in counts.items()))

    with History.opened(path) as history:
        intervals = history.intervals(Counter.PRODUCTION, AT, AT + 600)
        assert [interval.reporting for interval in intervals] == [4, 6]
        assert history.devices() == 6


def test_a_counter_that_is_not_told_for_a_while_has_a_gap_and_the_others_go_on(path: Path) -> None:
    silent = [Sample(at=AT + at, consumption=2000 + at) for at in range(60, 1200, 60)]
    record(path, sample(0), *silent, sample(1200, 1600), sample(1500, 1700))

    with History.opened(path) as history:
        assert history.gaps(Counter.PRODUCTION, AT, AT + 1500) == [Span(AT, AT + 1200, 600)]
        assert len(history.intervals(Counter.PRODUCTION, AT, AT + 1500)) == 1
        assert len(history.intervals(Counter.CONSUMPTION, AT, AT + 1500)) == 1


def test_marks_say_what_was_odd(path: Path) -> None:
    record(path, sample(0, 50_000), sample(60, 10), sample(120, 11))

    with History.opened(path) as history:
        assert history.marks() == [
            Mark(AT + 60, Counter.PRODUCTION, Reason.RESET, 50_000, 10),
            Mark(AT + 60, Counter.PRODUCTION_METER, Reason.RESET, 50_007, 17),
            Mark(AT + 60, Counter.CONSUMPTION, Reason.RESET, 100_000, 20),
        ]


def test_a_recorder_that_is_started_again_goes_on_where_it_was(path: Path) -> None:
    for each in steadily(900):
        record(path, each)

    with History.opened(path) as history:
        assert [each.wh for each in history.intervals(Counter.PRODUCTION, AT, AT + 900)] == [30] * 3


def test_a_reading_is_not_stored_twice_nor_behind_a_later_one(path: Path) -> None:
    recording = recording_at(path)
    assert recording.add(sample(60)) == []
    assert recording.add(sample(60, 2000)) is None
    assert recording.add(sample(59, 2000)) is None
    recording.close()

    with History.opened(path) as history:
        assert history.readings(0, AT + 100) == [sample(60)]


def test_old_readings_go_and_their_intervals_stay(path: Path) -> None:
    recording = recording_at(path, keep=600)
    for each in steadily(1800):
        recording.add(each)
    recording.close()

    with History.opened(path) as history:
        assert [each.at - AT for each in history.readings(0, AT + 1800)] == [
            float(at) for at in range(1200, 1801, 60)
        ]
        assert len(history.intervals(Counter.PRODUCTION, AT, AT + 1800)) == 6


def test_it_can_be_read_while_it_is_written(path: Path) -> None:
    recording = recording_at(path)
    recording.add(sample(0))
    with History.opened(path) as history:
        recording.add(sample(60))
        assert (len(history.readings(0, AT + 60)), history.last_at) == (1, AT)
    with History.opened(path) as history:
        assert (len(history.readings(0, AT + 60)), history.last_at) == (2, AT + 60)
    recording.close()


def test_only_its_owner_can_read_it(path: Path) -> None:
    recording = recording_at(path)
    recording.add(sample(0))
    files = list(path.parent.iterdir())
    assert len(files) > 2
    assert {stat.S_IMODE(file.stat().st_mode) for file in files} == {0o600}
    recording.close()
    assert {file.name for file in path.parent.iterdir()} == {"house.sqlite", "house.sqlite.lock"}


def test_a_second_recorder_is_refused_until_the_first_is_closed(path: Path) -> None:
    first = recording_at(path)
    with pytest.raises(ConfigError, match=r"another recorder is writing .*house\.sqlite"):
        recording_at(path)
    first.add(sample(0))
    first.close()
    recording_at(path).close()


def test_the_recording_of_another_gateway_is_left_alone(path: Path) -> None:
    record(path, sample(0))
    before = path.read_bytes()

    with pytest.raises(ConfigError, match="the recording of gateway 122233334444, not of 999"):
        recording_at(path, "999")
    assert path.read_bytes() == before


def foreign(path: Path) -> None:
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE holidays (day TEXT)")
    connection.close()


def of_another_program(path: Path) -> None:
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA application_id = 7")
    connection.close()


def newer(path: Path) -> None:
    record(path, sample(0))
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA user_version = 2")
    connection.close()


def text(path: Path) -> None:
    path.write_text("day;Wh\n2024-01-01;17\n" * 99)


def short_text(path: Path) -> None:
    path.write_text("Wh")


def cut(path: Path) -> None:
    record(path, *steadily(9000, 300))
    content = path.read_bytes()
    path.write_bytes(content[: len(content) // 2])


def overwritten(path: Path) -> None:
    record(path, *steadily(9000, 300))
    content = bytearray(path.read_bytes())
    content[4096:] = b"\xff" * (len(content) - 4096)
    path.write_bytes(content)


def a_folder(path: Path) -> None:
    path.mkdir()


UNUSABLE = {
    foreign: "database of something else and was left alone",
    of_another_program: "database of something else and was left alone",
    newer: "newer version of this package .format 2, known is 1.: update",
    text: "cannot be used .file is not a database.",
    short_text: "cannot be used .file is not a database.",
    cut: "cannot be used|is damaged",
    overwritten: "cannot be used|is damaged",
    a_folder: "cannot be used .unable to open database file.",
}


@pytest.mark.parametrize(
    ("make", "message"), UNUSABLE.items(), ids=lambda it: getattr(it, "__name__", str(it))
)
def test_a_file_that_cannot_be_used_is_refused_and_left_as_it_is(
    path: Path, make: object, message: str
) -> None:
    path.parent.mkdir()
    assert callable(make)
    make(path)
    before = path.read_bytes() if path.is_file() else None

    with pytest.raises(ConfigError, match=message):
        recording_at(path)
    with pytest.raises(ConfigError, match=message), History.opened(path) as history:
        history.intervals(Counter.PRODUCTION, AT, AT + 9000)
    assert (path.read_bytes() if path.is_file() else None) == before
    path.with_name("house.sqlite.lock").unlink()
    with pytest.raises(ConfigError):  # nothing was left locked
        recording_at(path)


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ConfigError, match=r"cannot make the recording .*house\.sqlite"):
        recording_at(tmp_path / "file" / "house.sqlite")
    with pytest.raises(NotAvailableError):
        History.opened(tmp_path / "file" / "house.sqlite")


def test_a_lock_file_that_is_something_else_is_told(path: Path) -> None:
    path.parent.mkdir()
    text(path.with_name("house.sqlite.lock"))
    with pytest.raises(ConfigError, match=r"house\.sqlite\.lock cannot be used"):
        recording_at(path)


def no_file(path: Path) -> None:
    path.parent.mkdir()


def an_empty_file(path: Path) -> None:
    path.parent.mkdir()
    path.touch()


def no_reading(path: Path) -> None:
    recording_at(path).close()


@pytest.mark.parametrize("make", [no_file, an_empty_file, no_reading])
def test_where_nothing_is_recorded_it_is_said_how_to(path: Path, make: object) -> None:
    assert callable(make)
    make(path)
    with pytest.raises(NotAvailableError, match=r"house\.sqlite yet: leave GatewayRecorder"):
        History.opened(path)
    recording_at(path).close()


@pytest.mark.parametrize("failure", ["ABORT", "ROLLBACK"])
def test_a_reading_that_cannot_be_stored_whole_is_not_stored(path: Path, failure: str) -> None:
    samples = steadily(300)
    record(path, *samples[:-1])
    connection = sqlite3.connect(path)
    connection.execute(
        "CREATE TRIGGER full BEFORE INSERT ON spans "
        f"BEGIN SELECT RAISE({failure}, 'disk is full'); END"
    )
    connection.commit()

    recording = recording_at(path)
    with pytest.raises(ConfigError, match=r"house\.sqlite cannot be used .disk is full."):
        recording.add(samples[-1])
    with History.opened(path) as history:
        assert history.last_at == samples[-2].at
    connection.execute("DROP TRIGGER full")
    connection.close()
    assert recording.add(samples[-1]) == []
    recording.close()

    with History.opened(path) as history:
        assert [each.wh for each in history.intervals(Counter.PRODUCTION, AT, AT + 300)] == [30]


def test_the_zone_is_kept(path: Path) -> None:
    recording = recording_at(path)
    assert recording.timezone is None
    recording.note_timezone("America/Denver")
    assert recording.timezone == "America/Denver"
    recording.add(sample(0))
    with History.opened(path) as history:
        assert str(history.timezone) == "America/Denver"
    recording.note_timezone("Mars/Olympus")
    with History.opened(path) as history:
        assert history.timezone is None
    recording.close()
