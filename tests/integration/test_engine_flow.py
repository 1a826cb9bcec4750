"""Deployments from request to end with the real dispatcher and the real built-in worker: what scripts do to them."""

from __future__ import annotations

import os
import shutil
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select

from engine.contracts import LogLevel
from engine.models import ActionRun, OutboxRow, Output
from engine.services import log_telling, tasks
from engine.services.views import InterruptionKind, StepStatus, TaskState, TaskView, Verdict
from tests.support.engine import Deck, a_deck, until

MEBIBYTE = 1 << 20


@pytest.fixture
def deck(tmp_path: Path) -> Iterator[Deck]:
    with a_deck(tmp_path, real_time=True) as made:
        yield made


def step(slug: str, body: str, **options: str) -> str:
    """One step with this script, in YAML."""
    lines = "".join(f"        {line}\n" for line in body.strip().splitlines())
    more = "".join(f"    {key}: {value}\n" for key, value in options.items())
    return f"  - step: {slug}\n{more}    run_script:\n      inline: |\n{lines}"


def process(*steps: str) -> str:
    return "steps:\n" + "".join(steps)


def played(deck: Deck, *steps: str) -> TaskView:
    """Deploy this process and wait for its end."""
    deck.configured(process(*steps))
    with deck.serving():
        return deck.over(deck.deploys())


def of(view: TaskView, slug: str) -> StepStatus:
    return next(step.status for step in view.steps if step.slug == slug)


def test_a_deployment_succeeds_and_its_log_is_what_was_printed(deck: Deck) -> None:
    view = played(deck, step("build", "echo one; echo two"), step("install", "printf three"))
    assert view.state is TaskState.SUCCESS
    assert deck.log(view.number, "build") == "one\ntwo\n"
    assert deck.log(view.number, "install") == "three"
    assert [run.cleaned_up for run in deck.runs(view.number)] == [True, True]


def test_a_failure_runs_the_steps_that_are_for_it_and_skips_the_others(deck: Deck) -> None:
    view = played(
        deck,
        step("begin", "echo beginning"),
        step("early", "echo nothing is wrong yet", run_condition="failure"),
        step("build", "echo broken >&2; exit 3"),
        step("install", "echo never"),
        step("tell", 'echo "because: $(get_octopusvariable Octopus.Deployment.Error)"', run_condition="failure"),
        step("tidy", "echo tidy", run_condition="always"),
    )
    assert view.state is TaskState.FAILED
    assert {step.slug: step.status.value for step in view.steps} == {
        "begin": "succeeded",
        "early": "skipped",
        "build": "failed",
        "install": "skipped",
        "tell": "succeeded",
        "tidy": "succeeded",
    }
    assert deck.log(view.number, "tell") == "because: The script ended with exit code 3.\n"
    assert view.failed_steps[0].detail == "The script ended with exit code 3."


def test_what_a_step_puts_out_the_next_ones_get(deck: Deck) -> None:
    view = played(
        deck,
        step("build", "set_octopusvariable Commit 'a b\"c'"),
        step("install", 'printf %s "$(get_octopusvariable "Octopus.Action[build].Output.Commit")"'),
    )
    assert deck.log(view.number, "install") == 'a b"c'


def test_a_sensitive_output_shows_nowhere(deck: Deck) -> None:
    view = played(
        deck,
        step("build", "set_octopusvariable Token correct-horse -sensitive\necho it is correct-horse"),
        step("install", 'echo "got $(get_octopusvariable "Octopus.Action[build].Output.Token")" | tr -d "\\n"; echo'),
        step("prove", '[ "$(get_octopusvariable "Octopus.Action[build].Output.Token")" = correct-horse ]'),
    )
    assert view.state is TaskState.SUCCESS
    assert deck.log(view.number, "build") == "it is ********\n"
    assert deck.log(view.number, "install") == "got ********\n"
    with deck.db.read() as session:
        row = session.scalars(select(Output)).one()
    assert row.sensitive
    deck.close()
    holding = [
        path.name
        for path in deck.state.rglob("*")
        if path.is_file() and "tickets" not in path.parts and b"correct-horse" in path.read_bytes()
    ]
    # The scripts name it themselves, so it stands in the configuration and in the plans made of it; in no log.
    assert {name for name in holding if name.endswith(".log")} == set()


def test_a_time_limit_ends_the_script_and_says_so(deck: Deck) -> None:
    view = played(deck, step("build", "echo begun\nsleep 1000", time_limit="1s"))
    assert view.state is TaskState.FAILED
    assert view.steps[0].detail.startswith("The script took longer than its time limit of 1s")
    assert deck.log(view.number, "build").startswith("begun\n")


def test_a_cancel_ends_the_whole_group(deck: Deck, tmp_path: Path) -> None:
    pids = tmp_path / "pids"
    deck.configured(process(step("build", f"sleep 1000 &\necho $$ $! >{pids}\nwait"), step("install", "echo never")))
    with deck.serving():
        number = deck.deploys()
        until(lambda: pids.exists() and pids.read_text().endswith("\n"))
        deck.cancels(number)
        view = deck.over(number)
    assert view.state is TaskState.CANCELED
    assert (of(view, "build"), of(view, "install")) == (StepStatus.CANCELED, StepStatus.SKIPPED)
    assert not [pid for pid in pids.read_text().split() if is_alive(int(pid))]


def test_a_script_that_ignores_term_is_killed_and_that_is_said(deck: Deck, tmp_path: Path) -> None:
    mark = tmp_path / "ready"
    deck.configured(process(step("build", f"trap '' TERM\necho >{mark}\nwhile :; do sleep 0.1; done")))
    with deck.serving():
        number = deck.deploys()
        until(mark.exists)
        deck.cancels(number)
        view = deck.over(number)
    assert view.state is TaskState.CANCELED
    assert "had to be killed" in view.steps[0].detail


def test_a_daemon_that_is_left_behind_holds_nothing_up(deck: Deck, tmp_path: Path) -> None:
    pid = tmp_path / "pid"
    view = played(deck, step("build", f"setsid sh -c 'echo $$ >{pid}; exec sleep 1000' &\necho started"))
    assert view.state is TaskState.SUCCESS
    assert "started\n" in deck.log(view.number, "build")
    until(pid.exists)
    os.kill(int(pid.read_text()), 9)


def test_binary_garbage_and_no_newline_are_a_readable_log(deck: Deck) -> None:
    view = played(deck, step("build", "head -c 100000 /dev/urandom\nprintf '\\x00\\xff\\xfe\\nlast words'"))
    assert view.state is TaskState.SUCCESS
    log = deck.log(view.number, "build")
    assert log.endswith("last words")
    assert "\x00" not in log


def test_twenty_megabytes_are_stored_to_the_last_byte(deck: Deck) -> None:
    view = played(deck, step("build", "seq 1 2500000"))
    assert view.state is TaskState.SUCCESS
    log = deck.log(view.number, "build")
    assert len(log) > 18 * MEBIBYTE
    assert log == "".join(f"{n}\n" for n in range(1, 2_500_001))


@pytest.mark.slow
def test_two_hundred_megabytes_are_stored_without_filling_the_memory(deck: Deck) -> None:
    import psutil

    deck.configured(process(step("build", "yes 'a line of some forty characters, or more' | head -c 209715200")))
    before = psutil.Process().memory_info().rss
    highest = before
    with deck.serving():
        number = deck.deploys()
        while not deck.task(number).state.is_final:
            highest = max(highest, psutil.Process().memory_info().rss)
            threading.Event().wait(0.05)
    run = deck.runs(number)[0]
    assert sum(len(piece) for piece in tasks.whole_log(deck.db, run.id)) == 200 * MEBIBYTE
    assert highest - before < 150 * MEBIBYTE


def test_a_script_that_lost_its_folder_is_asked_about_and_can_be_run_again(deck: Deck, tmp_path: Path) -> None:
    again = tmp_path / "again"
    deck.configured(process(step("build", f"[ -e {again} ] || sleep 1000\necho done"), step("install", "echo x")))
    with deck.serving():
        number = deck.deploys()
        lose(deck, number)
        pending = deck.asked(number)
        assert pending.kind is InterruptionKind.LOST
        assert pending.instructions
        assert deck.task(number).state is TaskState.QUEUED
        again.touch()
        deck.decides(number, Verdict.RUN_AGAIN, by="ana")
        view = deck.over(number)
    assert view.state is TaskState.SUCCESS
    assert view.steps[0].attempt == 2
    assert "done\n" in deck.log(number, "build")


def test_a_lost_script_can_be_failed(deck: Deck) -> None:
    deck.configured(process(step("build", "sleep 1000"), step("install", "echo x")))
    with deck.serving():
        number = deck.deploys()
        lose(deck, number)
        deck.asked(number)
        deck.decides(number, Verdict.FAIL, by="ana")
        view = deck.over(number)
    assert view.state is TaskState.FAILED
    assert of(view, "install") is StepStatus.SKIPPED


def lose(deck: Deck, number: int) -> None:
    """Kill the running script with all that watches it, and remove its folder."""
    until(lambda: deck.runs(number) and deck.runs(number)[0].launch_confirmed_at is not None)
    ticket = deck.state / "tickets" / "tickets" / str(deck.runs(number)[0].ticket)
    wrapper = int((ticket / "owner").read_text().split()[0])
    shutil.rmtree(ticket)
    os.killpg(wrapper, 9)


def test_a_reload_while_it_runs_changes_the_next_deployment_only(deck: Deck, tmp_path: Path) -> None:
    go_on = tmp_path / "go-on"
    waiting = f"until [ -e {go_on} ]; do sleep 0.05; done"
    deck.configured(process(step("build", waiting), step("install", "echo old")))
    with deck.serving():
        number = deck.deploys()
        until(lambda: deck.steps(number)["build"] == "running")
        deck.configured(process(step("build", "echo new")))
        go_on.touch()
        view = deck.over(number)
        newer = deck.over(deck.deploys(version="1.1.0"))
    assert [step.slug for step in view.steps] == ["build", "install"]
    assert deck.log(number, "install") == "old\n"
    assert [step.slug for step in newer.steps] == ["build"]


def test_a_script_that_runs_through_restarts_is_followed_without_gap_or_double(deck: Deck, tmp_path: Path) -> None:
    done = tmp_path / "done"
    body = f"for i in $(seq 1 3000); do echo line $i; [ $((i % 50)) -ne 0 ] || sleep 0.02; done\necho ran >>{done}"
    deck.configured(process(step("build", body), step("install", f"echo ran >>{done}")))
    number = deck.deploys()
    restarts = 0
    while not deck.task(number).state.is_final:
        length = sum(run.log_length for run in deck.runs(number))
        with deck.serving():
            until(
                lambda length=length: (
                    sum(run.log_length for run in deck.runs(number)) > length or deck.task(number).state.is_final
                )
            )
        deck.reopen()
        restarts += 1
    assert restarts > 3
    assert deck.task(number).state is TaskState.SUCCESS
    assert deck.log(number, "build") == "".join(f"line {n}\n" for n in range(1, 3001))
    assert done.read_text() == "ran\nran\n"


def test_a_cancel_that_was_asked_for_while_the_bot_was_away_is_done_at_its_next_start(
    deck: Deck, tmp_path: Path
) -> None:
    pid = tmp_path / "pid"
    deck.configured(process(step("build", f"echo $$ >{pid}\nsleep 1000")))
    number = deck.deploys()
    with deck.serving():
        until(pid.exists)
        until(lambda: deck.runs(number)[0].launch_confirmed_at is not None)
    deck.reopen()
    deck.cancels(number)
    assert is_alive(int(pid.read_text()))
    with deck.serving():
        assert deck.over(number).state is TaskState.CANCELED
    assert not is_alive(int(pid.read_text()))


def test_a_cancel_between_the_launch_and_its_confirmation_leaves_nothing_running(deck: Deck, tmp_path: Path) -> None:
    """The bot died after the script was started and before it wrote that down; then somebody canceled."""
    pid = tmp_path / "pid"
    deck.configured(process(step("build", f"echo $$ >{pid}\nsleep 1000")))
    number = deck.deploys()
    with deck.serving():
        until(pid.exists)
        until(lambda: deck.runs(number)[0].launch_confirmed_at is not None)
    with deck.db.write() as session:
        run = session.scalars(select(ActionRun)).one()
        run.launch_confirmed_at = None
        run.stdout_offset = run.stderr_offset = run.log_length = 0
        run.parser = ""
    deck.reopen()
    deck.cancels(number)
    with deck.serving():
        assert deck.over(number).state is TaskState.CANCELED
    until(lambda: not is_alive(int(pid.read_text())), "the script to be ended")


def told(deck: Deck, run_id: int) -> list[str]:
    """What is to be told of the log of this run."""
    with deck.db.read() as session:
        rows = session.scalars(select(OutboxRow).where(OutboxRow.kind.in_(("log", "file"))).order_by(OutboxRow.id))
        return [row.message_key for row in rows if row.message_key.split(":")[1] == str(run_id)]


def test_a_short_log_is_told_as_one_message(deck: Deck) -> None:
    view = played(deck, step("build", "echo one"))
    run_id = deck.runs(view.number)[0].id
    assert told(deck, run_id) == [f"log:{run_id}:0"]


def test_a_long_log_follows_as_a_file_however_few_messages_it_took(deck: Deck) -> None:
    view = played(deck, step("burst", "seq 1 20000"), step("drip", "for i in 1 2 3 4 5; do seq 1 500; sleep 0.1; done"))
    for run in deck.runs(view.number):
        messages = told(deck, run.id)
        assert messages[-1] == f"file:{run.id}"
        assert 1 < len(messages) <= log_telling.MAXIMUM_BATCHES + 1


def test_a_script_that_prints_nothing_is_told_of_in_the_card_only(deck: Deck) -> None:
    view = played(deck, step("build", ":"))
    assert told(deck, deck.runs(view.number)[0].id) == []


def test_levels_and_streams_are_kept(deck: Deck) -> None:
    view = played(deck, step("build", "echo plain; write_verbose quiet; write_highlight look; echo bad >&2"))
    run_id = deck.runs(view.number)[0].id
    found = {segment.level: segment.text for segment in tasks.read_log(deck.db, run_id).segments}
    assert found[LogLevel.VERBOSE] == "quiet\n"
    assert found[LogLevel.HIGHLIGHT] == "look\n"
    assert found[LogLevel.ERROR] == "bad\n"
    assert view.steps[0].status is StepStatus.WARNINGS
    assert [text for _, text in tasks.highlights(deck.db, run_id)] == ["look"]


def test_many_deployments_at_once_all_end(deck: Deck) -> None:
    environments = "".join(f"  e{n}: {{}}\n" for n in range(12))
    main = (
        "foredeck: 1\npeople:\n  ana: {slack: U01ANA}\nteams:\n  devs: {people: [ana]}\n"
        "grants:\n  - {team: devs, roles: [deployment_creator, release_creator]}\n"
        f"environments:\n{environments}"
    )
    body = 'echo "$(get_octopusvariable Octopus.Environment.Name)"'
    deck.configured(process(step("build", body), step("install", body)), {"foredeck.yml": main})
    with deck.serving():
        numbers = [deck.deploys(environment=f"e{n}") for n in range(12)]
        views = [deck.over(number) for number in numbers]
    assert {view.state for view in views} == {TaskState.SUCCESS}
    assert [deck.log(number, "install") for number in numbers] == [f"e{n}\n" for n in range(12)]


def is_alive(pid: int) -> bool:
    """Does it live, and is no zombie?"""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False
