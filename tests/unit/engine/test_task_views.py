"""What people see of a deployment: each state of the rows as a status, a wait or a detail."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import update

from engine.contracts import (
    ActionRequest,
    ActionResult,
    Checkpoint,
    Link,
    LogLevel,
    LogSegment,
    Outcome,
    OutputVariable,
    Progress,
)
from engine.domain.states import RunState
from engine.models import ActionRun
from engine.ports import RunSink
from engine.services import configuration, deployments, tasks
from engine.services.errors import UnknownTask
from engine.services.views import LinkView, StepStatus, TaskState
from tests.support.engine import Deck
from tests.support.engine_workers import ends, says

TWO = "steps: [{step: build, run_script: {inline: a}}, {step: install, run_script: {inline: b}}]\n"


@pytest.mark.parametrize(
    ("state", "status"),
    [
        (RunState.QUEUED, StepStatus.RUNNING),
        (RunState.RUNNING, StepStatus.RUNNING),
        (RunState.WAITING, StepStatus.WAITING),
        (RunState.SUCCEEDED, StepStatus.SUCCEEDED),
        (RunState.FAILED, StepStatus.FAILED),
        (RunState.TIMED_OUT, StepStatus.FAILED),
        (RunState.CANCELED, StepStatus.CANCELED),
        (RunState.LOST, StepStatus.LOST),
        (RunState.SKIPPED, StepStatus.SKIPPED),
    ],
)
def test_every_state_of_a_run_has_a_status(deck: Deck, state: RunState, status: StepStatus) -> None:
    number = deck.deploys()
    deck.settles()
    with deck.db.write() as session:
        session.execute(update(ActionRun).values(state=state.value))
    assert deck.task(number).steps[0].status is status


def test_before_it_begins_all_steps_are_pending(deck: Deck) -> None:
    deck.configured(TWO)
    view = deck.task(deck.deploys())
    assert view.state is TaskState.QUEUED
    assert view.waiting is None
    assert [(step.number, step.slug, step.status) for step in view.steps] == [
        (1, "build", StepStatus.PENDING),
        (2, "install", StepStatus.PENDING),
    ]


def test_a_failure_says_what_failed_and_what_was_skipped(deck: Deck) -> None:
    deck.configured(TWO)
    deck.workers.when("build", ends(Outcome.FAILED, "The script ended with exit code 3.", exit_code=3))
    number = deck.deploys()
    deck.works()
    view = deck.task(number)
    assert [(step.status, step.detail) for step in view.steps] == [
        (StepStatus.FAILED, "The script ended with exit code 3."),
        (StepStatus.SKIPPED, "an earlier step failed"),
    ]
    assert [step.slug for step in view.failed_steps] == ["build"]
    assert view.steps[0].worker == "built-in"
    assert view.steps[1].started_at is None
    assert view.steps[1].run_ids == ()


@pytest.mark.parametrize("level", [LogLevel.WARNING, LogLevel.ERROR])
def test_a_success_that_said_something_loud_has_warnings(deck: Deck, level: LogLevel) -> None:
    deck.workers.when("build", says("careful\n", level=level))
    number = deck.deploys()
    deck.works()
    assert deck.steps(number) == {"build": "warnings"}
    assert deck.task(number).state is TaskState.SUCCESS


def test_an_empty_line_on_stderr_is_no_warning(deck: Deck) -> None:
    deck.workers.when("build", says("\n", level=LogLevel.ERROR))
    number = deck.deploys()
    deck.works()
    assert deck.steps(number) == {"build": "succeeded"}


def test_a_step_of_several_actions_shows_the_loudest_and_runs_until_its_last(deck: Deck) -> None:
    deck.configured(
        "steps: [{step: install, actions: [{action: copy, run_script: {inline: a}},"
        " {action: warm, run_script: {inline: b}}]}]\n"
    )
    deck.workers.when("copy", says("x\n"))
    deck.workers.when("warm", ends(Outcome.DETACHED), ends(Outcome.FAILED, "It is cold."))
    number = deck.deploys()
    deck.works(rounds=1)
    assert deck.steps(number) == {"install": "running"}
    deck.works()
    (step,) = deck.task(number).steps
    assert (step.status, step.detail) == (StepStatus.FAILED, "It is cold.")
    assert len(step.run_ids) == 2


def test_links_and_highlights_are_kept_once(deck: Deck) -> None:
    link = Link("https://web.example.org", "the page")
    deck.workers.when(
        "build", says("look here\nand here\n", "and there\n", level=LogLevel.HIGHLIGHT, links=(link, link))
    )
    number = deck.deploys()
    deck.works()
    view = deck.task(number)
    assert view.links == (LinkView("https://web.example.org", "the page"),)
    found = tasks.highlights(deck.db, view.steps[0].run_ids[0])
    assert [text for _, text in found] == ["look here", "and here", "and there"]
    assert tasks.highlights(deck.db, view.steps[0].run_ids[0], after=found[0][0]) == found[1:]


def test_times_are_those_of_the_clock(deck: Deck) -> None:
    deck.workers.when("build", ends(Outcome.DETACHED))
    begun = deck.clock()
    number = deck.deploys()
    deck.works(rounds=1)
    deck.time.passes(minutes=3)
    deck.works()
    view = deck.task(number)
    assert (view.queued_at, view.started_at) == (begun, begun)
    assert view.finished_at == begun + timedelta(minutes=3)
    assert view.steps[0].finished_at == view.finished_at


def test_what_is_left_out_is_shown_with_its_reason(deck: Deck) -> None:
    deck.configured(
        "steps: [{step: build, run_script: {inline: a}},"
        " {step: announce, name: Tell all, when: {environment: production}, run_script: {inline: b}}]\n"
    )
    assert deck.task(deck.deploys()).left_out == (("Tell all", "only for production"),)


def test_a_deployment_outlives_the_names_it_was_made_with(deck: Deck) -> None:
    number = deck.deploys()
    deck.works()
    (deck.config / "foredeck.yml").write_text(
        (deck.config / "foredeck.yml").read_text().replace("staging: {}", "stage: {}").replace("mia:", "max:")
    )
    assert not configuration.load_folder(deck.db, deck.clock(), deck.config).problems
    assert deck.task(number).environment_name == "staging"


def test_the_last_lines_and_pages_of_a_log_can_be_read(deck: Deck) -> None:
    deck.workers.when("build", says(*(f"line {n}\n" for n in range(100))))
    number = deck.deploys()
    deck.works()
    run_id = deck.task(number).steps[0].run_ids[0]
    assert tasks.last_lines(deck.db, run_id, 2) == "line 98\nline 99"
    first = tasks.read_log(deck.db, run_id, limit=100)
    assert not first.complete
    rest = tasks.read_log(deck.db, run_id, first.end)
    assert rest.complete
    both = "".join(segment.text for page in (first, rest) for segment in page.segments)
    assert both == "".join(tasks.whole_log(deck.db, run_id)) == deck.log(number, "build")
    with pytest.raises(UnknownTask):
        tasks.read_log(deck.db, 99)


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ([("out", n) for n in range(9)], ["out 4", "out 5", "out 6", "out 7", "out 8"]),
        ([("err", 0), *(("out", n) for n in range(1, 9))], ["err 0", "out 5", "out 6", "out 7", "out 8"]),
        ([*(("err", n) for n in range(9)), ("out", 9)], ["err 5", "err 6", "err 7", "err 8", "out 9"]),
        ([("err", 0), *(("out", n) for n in range(1, 7)), ("err", 7)], ["err 0", "out 4", "out 5", "out 6", "err 7"]),
        ([("out", 1), ("blank", 2), ("quiet", 3)], ["out 1"]),
        ([], []),
    ],
)
def test_the_decisive_lines_are_the_last_ones_with_the_last_errors(
    deck: Deck, said: list[tuple[str, int]], shown: list[str]
) -> None:
    levels = {"err": LogLevel.ERROR, "quiet": LogLevel.VERBOSE}

    def behave(_request: ActionRequest, sink: RunSink) -> ActionResult:
        sink.launch_confirmed()
        segments = tuple(
            LogSegment(
                deck.clock(),
                levels.get(kind, LogLevel.INFO),
                kind,
                "\n \n" if kind == "blank" else f"{kind} {number}\n",
            )
            for kind, number in said
        )
        sink.record(Progress(Checkpoint(stdout_offset=1), segments))
        return ActionResult(Outcome.FAILED)

    deck.workers.when("build", behave)
    run_id = deck.task(_played(deck)).steps[0].run_ids[0]
    assert tasks.decisive_lines(deck.db, run_id).splitlines() == shown


def test_a_line_in_pieces_is_one_line_though_another_stream_speaks_between_them(deck: Deck) -> None:
    def behave(_request: ActionRequest, sink: RunSink) -> ActionResult:
        sink.launch_confirmed()
        pieces = (("stdout", "half a "), ("stderr", "bad\n"), ("stdout", "line\nand an end"))
        segments = tuple(
            LogSegment(deck.clock(), LogLevel.ERROR if stream == "stderr" else LogLevel.INFO, stream, text)
            for stream, text in pieces
        )
        sink.record(Progress(Checkpoint(stdout_offset=1), segments))
        return ActionResult(Outcome.FAILED)

    deck.workers.when("build", behave)
    run_id = deck.task(_played(deck)).steps[0].run_ids[0]
    assert tasks.last_lines(deck.db, run_id) == "bad\nhalf a line\nand an end"


def _played(deck: Deck) -> int:
    number = deck.deploys()
    deck.works()
    return number


def test_a_preview_tells_what_would_run_where(deck: Deck) -> None:
    deck.configured(
        "steps:\n"
        "  - {step: build, run_script: {inline: a}}\n"
        "  - {step: confirm, manual_intervention: {teams: [release-managers], instructions: x, minimum: 2}}\n"
        "  - {step: mop, run_condition: failure, run_script: {inline: c}}\n"
    )
    view = deployments.preview(deck.db, project="web", version="9.9.9", environment="staging")
    assert [(step.name, step.what, step.where, step.condition) for step in view.steps] == [
        ("build", "inline Bash script", "built-in worker", ""),
        ("confirm", "manual intervention by release-managers, 2 people", "in Foredeck", ""),
        ("mop", "inline Bash script", "built-in worker", "only after a failure"),
    ]


def test_outputs_are_no_part_of_what_people_see(deck: Deck) -> None:
    deck.workers.when("build", says(outputs=(OutputVariable("Token", "abc"),)))
    number = deck.deploys()
    deck.works()
    assert "abc" not in repr(deck.task(number))
    assert deck.task(number).waiting is None
