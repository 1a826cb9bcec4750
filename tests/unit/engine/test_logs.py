"""The stored log: frames in a file, of which only as much is true as the row says."""

from __future__ import annotations

import stat
import tempfile
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine import logs
from engine.contracts import LogLevel, LogSegment

AT = datetime(2026, 5, 4, 12, 0, 0, 123000, tzinfo=UTC)


def segment(text: str, level: LogLevel = LogLevel.INFO, stream: str = "stdout") -> LogSegment:
    return LogSegment(AT, level, stream, text)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return logs.path_of(tmp_path, 17, 3)


def append(path: Path, length: int, *segments: LogSegment) -> int:
    writer = logs.LogWriter(path, length)
    try:
        return writer.append(segments)
    finally:
        writer.close()


def read(path: Path, start: int, end: int) -> list[LogSegment]:
    return [found for _, found in logs.read(path, start=start, end=end)]


def test_what_was_written_is_read(path: Path) -> None:
    written = [segment("one\n"), segment("bad\n", LogLevel.ERROR, "stderr"), segment("žluťoučký\n")]
    end = append(path, 0, *written)
    assert read(path, 0, end) == written
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_what_a_crash_left_behind_the_committed_length_is_cut_off(path: Path) -> None:
    first = append(path, 0, segment("committed\n"))
    append(path, first, segment("written, never committed\n"))
    end = append(path, first, segment("after the restart\n"))
    assert [found.text for found in read(path, 0, end)] == ["committed\n", "after the restart\n"]
    assert path.stat().st_size == end


def test_a_reader_sees_only_what_is_committed(path: Path) -> None:
    first = append(path, 0, segment("committed\n"))
    append(path, first, segment("not yet\n"))
    assert [found.text for found in read(path, 0, first)] == ["committed\n"]


def test_reading_goes_on_from_any_position_it_gave(path: Path) -> None:
    end = append(path, 0, *(segment(f"{n}\n") for n in range(5)))
    positions = [position for position, _ in logs.read(path, start=0, end=end)]
    assert positions[-1] == end
    for index, position in enumerate(positions):
        assert [found.text for found in read(path, position, end)] == [f"{n}\n" for n in range(index + 1, 5)]


def test_a_log_that_was_never_written_is_empty(path: Path) -> None:
    assert read(path, 0, 100) == []


def test_a_log_that_is_shorter_than_its_row_says_is_read_as_far_as_it_goes(path: Path) -> None:
    end = append(path, 0, segment("one\n"), segment("two\n"))
    whole = path.read_bytes()
    for cut in range(len(whole)):
        path.write_bytes(whole[:cut])
        found = read(path, 0, end)
        assert "one\ntwo\n".startswith("".join(piece.text for piece in found))


def test_many_runs_write_at_once_and_what_is_read_meanwhile_is_whole(tmp_path: Path) -> None:
    """Each has a file of its own, so none waits for another and none reads what another wrote."""

    def writes_and_reads(run: int) -> list[str]:
        path, end = logs.path_of(tmp_path, 17, run), 0
        for number in range(5):
            end = append(path, end, segment(f"{run}.{number}\n"))
            assert "".join(found.text for found in read(path, 0, end)).endswith(f"{run}.{number}\n")
        return [found.text for found in read(path, 0, end)]

    with ThreadPoolExecutor(20) as pool:
        found = list(pool.map(writes_and_reads, range(20)))
    assert found == [[f"{run}.{number}\n" for number in range(5)] for run in range(20)]


def test_nothing_to_append_changes_nothing(path: Path) -> None:
    end = append(path, 0, segment("one\n"))
    assert append(path, end) == end


@given(st.lists(st.tuples(st.text(), st.sampled_from(LogLevel), st.sampled_from(["stdout", "stderr", "foredeck"]))))
def test_any_text_of_any_level_comes_back(tmp_path_factory: pytest.TempPathFactory, entries: list) -> None:  # type: ignore[type-arg]
    path = logs.path_of(tmp_path_factory.mktemp("log"), 1, 1)
    written = [segment(text, level, stream) for text, level, stream in entries]
    end = append(path, 0, *written)
    assert read(path, 0, end) == written


@given(
    st.lists(
        st.text(st.characters(exclude_categories=["Cs"]), max_size=30) | st.just("1777896000123 info stdout 3\nabc")
    ),
    st.integers(1, 400),
)
def test_the_end_of_a_log_begins_at_a_frame_or_is_all_of_it(texts: list[str], size: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = logs.path_of(Path(folder), 1, 1)
        written = [segment(text) for text in texts]
        end = append(path, 0, *written)
        start = logs.end_of(path, end=end, size=size)
        shown = "".join(found.text for found in read(path, start, end))
        assert "".join(texts).endswith(shown)
        assert start == 0 or end - size <= start <= end


def test_of_a_long_log_only_its_end_is_read(path: Path) -> None:
    end = append(path, 0, *[segment(f"line {n}\n") for n in range(10_000)])
    start = logs.end_of(path, end=end, size=1_000)
    shown = read(path, start, end)
    assert 10 < len(shown) < 40
    assert shown[-1].text == "line 9999\n"
