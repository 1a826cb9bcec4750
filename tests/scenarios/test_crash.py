"""A real bot process is killed (kill -9) at its commits and at random moments, and started again until all is over.

Afterwards the rows and logs are those of a day on which nobody died, every script ran once, nothing is left running.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.support.crashing import PRINTED, Day, kills_at_random

pytestmark = [pytest.mark.crash, pytest.mark.slow]

MINUTES = 60


@dataclass(frozen=True)
class Undisturbed:
    """A day on which nobody died."""

    result: dict[str, Any]
    transitions: list[str]


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> Undisturbed:
    day = Day(tmp_path_factory.mktemp("undisturbed"))
    day.play()
    assert day.kills == 0
    assert day.faults() == []
    return Undisturbed(day.result(), day.transitions())


def survives(folder: Path, undisturbed: Undisturbed, play: Callable[[Day], None]) -> int:
    """Play a day with deaths; how often the bot was killed."""
    day = Day(folder)
    play(day)
    assert day.faults() == [], day.describe()
    result = day.result()
    for what, expected in undisturbed.result.items():
        assert result[what] == expected, f"{what} after {day.kills} kills\n{day.describe()}"
    day.deck.close()
    return day.kills


def dying(death: str) -> Callable[[Day], None]:
    """Every bot of the day dies this death, unless the day is over before."""
    return lambda day: day.play(lambda _: day.start(death))


def killed_at_random(seed: int, moments: int) -> Callable[[Day], None]:
    """The bot, started as everybody does, is killed from outside at so many moments."""

    def play(day: Day) -> None:
        day.play(lambda _: day.start_plain(), kills_at_random(day, seed, moments))

    return play


def test_the_undisturbed_day_is_the_one_we_mean(undisturbed: Undisturbed) -> None:
    result = undisturbed.result
    assert [task[1] for task in result["tasks"]] == ["Failed", "Failed", "Canceled", "Canceled"]
    assert result["ran"] == [
        *("1 build", "1 install", "1 smoke-test", "1 tell", "1 tidy"),
        *("2 build", "2 tell", "2 tidy", "3 serve"),
    ]
    assert result["logs"][1, 0, 0, 1] == {"stdout": f"{PRINTED}built it\n"}
    assert result["logs"][1, 2, 0, 1] == {"stdout": "commit abc\ntoken fits\n", "stderr": "careful\n"}
    assert len(undisturbed.transitions) > 40


@pytest.mark.parametrize("death", ["after:9", "before:12"])
def test_a_bot_that_dies_again_and_again_gets_through_the_day(
    tmp_path: Path, undisturbed: Undisturbed, death: str
) -> None:
    assert survives(tmp_path, undisturbed, dying(death)) > 3


def test_a_bot_that_is_killed_at_random_moments_gets_through_the_day(tmp_path: Path, undisturbed: Undisturbed) -> None:
    assert survives(tmp_path, undisturbed, killed_at_random(seed=2, moments=8)) > 0


# `make crash`.


@pytest.mark.crash_full
@pytest.mark.timeout(20 * MINUTES)
@pytest.mark.parametrize("death", ["after:3", "before:4", "after:4", "before:5", "after:5"])
def test_a_bot_that_lives_for_a_few_commits_only_gets_through_the_day(
    tmp_path: Path, undisturbed: Undisturbed, death: str
) -> None:
    """Three commits at least: saying in the log that a script is asked to end, its last output, and its end."""
    assert survives(tmp_path, undisturbed, dying(death)) > 5


@pytest.mark.crash_full
@pytest.mark.timeout(60 * MINUTES)
@pytest.mark.parametrize("side", ["before", "after"])
def test_a_death_at_any_transition_changes_nothing(tmp_path: Path, undisturbed: Undisturbed, side: str) -> None:
    faults = []
    for number, transition in enumerate(undisturbed.transitions, start=1):
        folder = tmp_path / str(number)
        folder.mkdir()
        death = f"{side}:{number}"

        def play(day: Day, death: str = death) -> None:
            day.play(lambda bot: day.start("never" if bot else death))

        try:
            survives(folder, undisturbed, play)
        except AssertionError as error:
            faults.append(f"{death} ({transition}): {error}")
    assert not faults, "\n\n".join(faults)


@pytest.mark.crash_full
@pytest.mark.timeout(5 * MINUTES)
@pytest.mark.parametrize("seed", range(20))
def test_a_death_at_any_moment_changes_nothing(tmp_path: Path, undisturbed: Undisturbed, seed: int) -> None:
    survives(tmp_path, undisturbed, killed_at_random(seed, moments=5))
