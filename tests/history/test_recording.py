"""The file of a recording: what it holds, and what it refuses."""

from __future__ import annotations

import sqlite3
import stat
from contextlib import closing, suppress
from datetime import date
from pathlib import Path
from tempfile import mkdtemp
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from enphase_sdk.errors import ConfigError, NotAvailableError
from enphase_sdk.gateway.cloud_models import SiteFacts
from enphase_sdk.history import Counter, History, Mark, Reason, Sample, Span
from enphase_sdk.history.counting import Rules
from enphase_sdk.history.recording import Recording
from enphase_sdk.history.series import RecordedSeries

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


YEARS = 10 * 365 * DAY


def readings_of(path: Path) -> list[float]:
    with History.opened(path) as history:
        return [each.at - AT for each in history.readings(0, AT + 2 * YEARS)]


@pytest.mark.parametrize("again", [False, True], ids=["one process", "a process for each reading"])
@pytest.mark.parametrize("ahead", [[YEARS], [YEARS, YEARS + 60, YEARS + 120], [2 * DAY]])
def test_a_clock_that_is_ahead_for_a_while_takes_nothing_away_and_stops_nothing(
    path: Path, ahead: list[int], again: bool
) -> None:
    right = steadily(3600)
    wrong = [sample(at, right[-1].production or 0) for at in ahead]
    later = steadily(7200)[len(right) :]
    recording = recording_at(path)
    for each in [*right, *wrong, *later]:
        assert recording.add(each) == []
        if again:
            recording.close()
            recording = recording_at(path)
    recording.close()

    assert readings_of(path) == [float(at) for at in range(0, 7201, 60)]
    with History.opened(path) as history:
        assert history.marks() == []
        intervals = history.intervals(Counter.PRODUCTION, AT, AT + YEARS)
        assert [each.wh for each in intervals] == [30] * 24
        assert history.gaps(Counter.PRODUCTION, AT, AT + 2 * YEARS) == []


def test_a_clock_that_is_years_back_for_a_while_changes_nothing(path: Path) -> None:
    record(path, *steadily(3600), sample(-YEARS), sample(-YEARS + 60), sample(3660, 1366))
    assert readings_of(path) == [float(at) for at in range(0, 3661, 60)]


def test_a_clock_that_was_ahead_from_the_beginning_stops_nothing(path: Path) -> None:
    record(path, sample(YEARS), *steadily(600))
    assert readings_of(path) == [float(at) for at in range(0, 601, 60)]


def test_what_was_recorded_for_long_is_not_given_up_for_a_clock_that_goes_back(path: Path) -> None:
    after_a_pause = [sample(30 * DAY + at, 5000 + at // 10) for at in range(0, 8 * 3600, 600)]
    record(path, *steadily(600), *after_a_pause)
    before = readings_of(path)
    record(path, sample(10 * DAY, 3000))
    assert readings_of(path) == before


def test_after_a_true_leap_old_readings_go_once_it_is_certain(path: Path) -> None:
    recording = recording_at(path, keep=10 * DAY)
    for at in (0, 60, 20 * DAY):
        recording.add(sample(at))
    assert readings_of(path) == [0, 60, 20 * DAY]
    for at in range(20 * DAY + 3600, 31 * DAY, 3600):
        recording.add(sample(at))
    recording.close()
    assert readings_of(path)[0] >= 20 * DAY


@pytest.mark.parametrize("make_it", ["file", "folder"])
def test_a_file_with_two_names_has_one_recorder(path: Path, tmp_path: Path, make_it: str) -> None:
    record(path, sample(0))
    other = tmp_path / "other.sqlite"
    if make_it == "file":
        other.symlink_to(path)
    else:
        (tmp_path / "link").symlink_to(path.parent)
        other = tmp_path / "link" / path.name
    for first, second in ((path, other), (other, path)):
        recording = recording_at(first)
        with pytest.raises(ConfigError, match="another recorder is writing"):
            recording_at(second)
        recording.close()
    record(other, sample(60, 1006))
    assert readings_of(path) == [0, 60]


def test_a_name_that_no_file_can_have_is_told(tmp_path: Path) -> None:
    for name in ("a\0b.sqlite", "x" * 5000):
        with pytest.raises(ConfigError):
            recording_at(tmp_path / name)
        with pytest.raises((ConfigError, NotAvailableError)):
            History.opened(tmp_path / name)


def use(path: Path) -> None:
    """Everything that reads and writes a recording."""
    with History.opened(path) as history:
        zone = ZoneInfo("America/Denver")
        history.marks(), history.readings(0, 2e10), history.source(), history.devices()
        history.last_change_of_source()
        day = date.fromtimestamp(AT)
        for counter in Counter:
            history.intervals(counter, 0, 2**40)
            history.gaps(counter, 0, 2**40)
            history.days(counter, day, day, zone)
            history.first_start_at(counter), history.last_end_at(counter)
        series = RecordedSeries(history, SiteFacts(), zone, AT + DAY)
        series.stats(AT, AT + DAY), series.rgm_stats(AT, AT + DAY)
        series.consumption_stats(AT, AT + DAY)
        series.energy_lifetime(None, None, "all"), series.consumption_lifetime(None, None)


def whole(path: Path) -> bytes:
    record(path, *steadily(3600), sample(3660, 10), sample(3720, 2**40))
    return path.read_bytes()


@settings(
    max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    cut=st.one_of(st.none(), st.floats(0, 1)),
    flips=st.lists(
        st.tuples(st.floats(0, 1, exclude_max=True), st.binary(min_size=1, max_size=40))
    ),
)
def test_whatever_became_of_the_file_errors_are_ours_and_reading_changes_nothing(
    tmp_path: Path, cut: float | None, flips: list[tuple[float, bytes]]
) -> None:
    folder = Path(mkdtemp(dir=tmp_path))
    content = bytearray(whole(folder / "whole.sqlite"))
    for where, what in flips:
        start = int(where * len(content))
        content[start : start + len(what)] = what
    if cut is not None:
        del content[int(cut * len(content)) :]
    path = folder / "damaged.sqlite"
    path.write_bytes(content)
    with suppress(ConfigError, NotAvailableError):
        use(path)
    assert path.read_bytes() == content
    try:
        recording = recording_at(path)
    except ConfigError:
        assert path.read_bytes() == content
        return
    with suppress(ConfigError):
        recording.timezone  # noqa: B018
        recording.add(sample(7200, 5000))
    recording.close()


@pytest.mark.parametrize("value", ["'x'", "x'00'", "1.5", "-1", "9e999", "9223372036854775807"])
@pytest.mark.parametrize(
    "column",
    [
        *("readings.at", "readings.production", "readings.source", "readings.reporting"),
        *("counts.at", "counts.highest", "counts.boundary", "counts.level", "counts.fell_from"),
        *("spans.start_at", "spans.end_at", "spans.wh", "spans.reporting"),
        *("marks.at", "marks.counter", "marks.reason", "marks.before"),
        *("gateway.serial_number", "gateway.timezone"),
    ],
)
def test_a_value_that_does_not_belong_there_is_an_error_of_ours(
    path: Path, column: str, value: str
) -> None:
    whole(path)
    table, name = column.split(".")
    connection = sqlite3.connect(path)
    with suppress(sqlite3.IntegrityError):
        connection.execute(f"UPDATE OR IGNORE {table} SET {name} = {value}")  # noqa: S608
    connection.commit()
    connection.close()
    with suppress(ConfigError, NotAvailableError):
        use(path)
    with suppress(ConfigError):
        recording = recording_at(path)
        with closing(recording):
            recording.timezone  # noqa: B018
            recording.add(sample(7200, 5000))


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
    foreign: "database of another program and was not changed",
    of_another_program: "database of another program and was not changed",
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
