"""A step on many targets is one line that names those somebody may want to look at, and fits into Slack."""

from __future__ import annotations

from dataclasses import replace

from bot.commands import Deploy
from bot.messages import answers, notices
from bot.messages import blocks as b
from bot.messages.blocks import Element, Message
from bot.messages.cards import card
from bot.messages.checklists import step_title
from bot.messages.guidance import failure
from bot.messages.interruptions import interruption as asking
from bot.messages.live import live
from bot.messages.wording import step_of_run, told_run
from engine.services.interruption_views import FailedRunView
from engine.services.views import (
    InterruptionKind,
    LiveView,
    MachineView,
    StepStatus,
    TaskState,
    TriedView,
    Waiting,
    WaitKind,
)
from tests.support.slack_blocks import assert_sendable, buttons, shown
from tests.support.task_views import NASTY, NOON, SLACK_IDS, interruption, step, task


def standing(message: Message) -> list[Element]:
    """The elements of the card's second block, which says how it stands."""
    return [element for section in message.blocks[1]["elements"] for element in section["elements"]]


REASON = "The script ended with exit code 3."


def machines(*counts: tuple[int, StepStatus, str]) -> tuple[MachineView, ...]:
    """So many machines with this status and detail, named web-1 and so on."""
    found: list[MachineView] = []
    for count, status, detail in counts:
        found += [MachineView(f"web-{len(found) + number}", status, detail) for number in range(1, count + 1)]
    return tuple(found)


def test_while_it_runs_the_title_counts_and_the_detail_names_what_failed_and_what_runs() -> None:
    on = machines((3, StepStatus.SUCCEEDED, ""), (1, StepStatus.FAILED, REASON), (5, StepStatus.RUNNING, ""))
    view = task(steps=(step(1, StepStatus.RUNNING, name="install", machines=on),))
    message = card(view)
    assert_sendable(message)
    assert "1. install: 3 of 9 targets" in shown(message)
    assert f"Failed: web-4 ({REASON[:-1]}) · Now: web-5, web-6, web-7, 2 more" in shown(message)


def test_how_much_of_a_package_has_come_stands_where_nothing_is_folded() -> None:
    sending = "sending app 1.4.0: 42 % of 200 MB"
    alone = task(steps=(step(1, StepStatus.RUNNING, detail=sending),))
    assert [element["text"] for element in standing(card(alone))][1:] == ["\n", f"S{sending[1:]}"]
    on = machines((2, StepStatus.SUCCEEDED, "app 1.4.0 was sent"), (3, StepStatus.RUNNING, sending))
    many = card(task(steps=(step(1, StepStatus.RUNNING, name="install", machines=on),)))
    assert standing(many)[-1]["text"] == f"On web-3: {sending}; and 2 more"
    done = machines((3, StepStatus.SUCCEEDED, "app 1.4.0 was already on the machine"))
    over = task(steps=(step(1, StepStatus.SUCCEEDED, machines=done),), state=TaskState.SUCCESS)
    assert shown(card(over)).count("app 1.4.0 was already on the machine") == 1


def test_forty_machines_are_one_line() -> None:
    on = machines((38, StepStatus.SUCCEEDED, ""), (2, StepStatus.FAILED, NASTY * 10))
    view = task(steps=(step(1, StepStatus.FAILED, name="install", machines=on),), state=TaskState.FAILED)
    assert step_title(view.steps[0]) == "1. install: failed, 38 of 40 targets"
    message = card(view)
    assert_sendable(message)
    assert "web-39" in shown(message)
    assert "web-17" not in shown(message)


def test_before_it_begins_it_says_on_how_many_it_will_run() -> None:
    assert step_title(step(2, name="install", machines=machines((40, StepStatus.PENDING, "")))) == (
        "2. install: 40 targets"
    )


def test_the_notice_of_a_failure_names_the_machines_and_how_many_are_done() -> None:
    on = machines((38, StepStatus.SUCCEEDED, ""), (2, StepStatus.FAILED, REASON))
    failed = step(1, StepStatus.FAILED, name="install", machines=on, detail=REASON)
    message = notices.finished(task(steps=(failed,), state=TaskState.FAILED), SLACK_IDS, last_lines="disk full")
    assert_sendable(message)
    assert f"Failed on web-39 and web-40: {REASON}" in shown(message)
    assert "38 of 40 targets are done." in shown(message)


def test_a_log_says_on_which_machine_it_was_written() -> None:
    view = task(steps=(step(1, name="install", run_ids=(7, 8), run_machines=("web-1", "web-2")),))
    found = step_of_run(view, 8)
    assert found is not None
    assert found.name == "install on web-2"


def test_a_log_is_of_what_failed_else_of_what_ran_last_and_on_one_machine_when_it_is_named() -> None:
    build = step(1, StepStatus.SUCCEEDED, name="build", run_ids=(1,), run_machines=("",), decisive_run=1)
    on = machines((1, StepStatus.SUCCEEDED, ""), (1, StepStatus.FAILED, REASON))
    install = step(
        2,
        StepStatus.FAILED,
        name="install",
        machines=on,
        run_ids=(7, 8, 9),
        run_machines=("web-1", "web-2", "web-1"),
        decisive_run=8,
    )
    view = task(steps=(build, install))
    names = {machine: told_run(view, machine) for machine in ("", "web-1", "web-9")}
    assert [(found.name if found else None, run) for found, run in names.values()] == [
        ("install on web-2", 8),
        ("install on web-1", 9),
        (None, None),
    ]


def test_what_is_live_is_a_line_for_each_environment() -> None:
    tried = TriedView(18, "1.5.0", TaskState.FAILED, 38, 40)
    message = live(
        "web",
        (
            LiveView("staging", "staging", None, None, None, ""),
            LiveView("production", "Production", "1.4.0", 12, NOON, "ana", tried),
        ),
    )
    assert_sendable(message)
    assert message.text == "web is live: Production: 1.4.0"
    assert "staging: nothing yet" in shown(message)
    assert "Production: 1.4.0 since " in shown(message)
    assert "1.5.0 failed since: 38 of 40 targets have it (#18)" in shown(message)


def test_what_a_worker_does_for_a_target_names_the_worker_unless_it_is_the_built_in_one() -> None:
    on = (
        MachineView("web-1", StepStatus.FAILED, REASON, "build-1"),
        MachineView("web-2", StepStatus.RUNNING, worker="build-2"),
        MachineView("eu", StepStatus.RUNNING, worker="built-in"),
    )
    view = task(steps=(step(1, StepStatus.RUNNING, name="drain", machines=on),))
    assert f"Failed: web-1 on build-1 ({REASON[:-1]}) · Now: web-2 on build-2, eu" in shown(card(view))


def test_more_targets_than_a_button_carries_are_to_be_typed_and_none_are_forgotten() -> None:
    def answer(count: int) -> Message:
        wanted = Deploy("web", "1.4.0", "production", on=tuple(f"a-long-name-of-a-target-{n}" for n in range(count)))
        button = answers.deploy_button("Queue", **names, request_key="k", create=False, besides=wanted.besides)
        return answers.with_choices(answers.said("It is locked."), [button])

    names = {"project": "web", "version": "1.4.0", "environment": "production"}
    for message in (answer(3), answer(100)):
        assert_sendable(message)
    assert buttons(answer(3)) == ["Queue"]
    assert buttons(answer(100)) == []
    assert "type the command" in shown(answer(100))


def test_what_is_lost_names_the_machine_to_look_at_and_the_target_it_was_for() -> None:
    def asks(machine: str, worker: str) -> str:
        lost = interruption(kind=InterruptionKind.LOST, step_name="drain", machine=machine, worker=worker)
        return shown(asking(lost, task(), SLACK_IDS))

    assert "drain was started for web-1, and how it ended is unknown. Look at build-1 first" in asks("web-1", "build-1")
    assert "drain was started, and how it ended is unknown. Look at web-1 first" in asks("web-1", "web-1")
    assert "Look at the machine of Foredeck itself first" in asks("", "built-in")


def test_a_failure_on_a_worker_for_a_target_names_both() -> None:
    on_it = FailedRunView(1, "web-1", "drain", REASON, "", is_lost=False, attempt=1, offered=(), said=None)
    assert f"web-1: {REASON}" in shown(b.message("", *failure([on_it], "")))
    for_it = replace(on_it, worker="build-1", is_lost=True)
    told = f"web-1 on build-1: {REASON} It may still be running; look at build-1 first."
    assert told in shown(b.message("", *failure([for_it], "")))
    assert "is sshd running?" in shown(b.message("", *failure([replace(on_it, hint="Look: is sshd running?")], "")))


BEHIND = "install waits for web-1, where #12 (shop 2.0 to staging, asked for by ben) runs migrate"


def test_a_deployment_that_only_waits_for_a_machine_says_so_with_a_link_to_what_is_in_the_way() -> None:
    on = (MachineView("web-1", StepStatus.RUNNING, "waits for #12"),)
    waiting = Waiting(WaitKind.MACHINE, BEHIND, task=12)
    view = task(steps=(step(1, StepStatus.RUNNING, name="install", machines=on),), waiting=waiting)
    message = card(view, ahead_url="https://slack.example/12")
    assert_sendable(message)
    assert message.text == f"web 1.4.0 → production: I{BEHIND[1:]} (#17)"
    assert "⏳ web 1.4.0 → production" in shown(message)
    assert {"type": "link", "url": "https://slack.example/12", "text": "#12"} in standing(message)
    assert "Now: web-1 (waits for #12)" in shown(message)


def test_one_that_goes_on_elsewhere_says_that_it_runs_and_what_it_waits_for() -> None:
    view = task(waiting=Waiting(WaitKind.MACHINE, BEHIND, task=12, goes_on=True))
    message = card(view, ahead_url="https://slack.example/12")
    assert_sendable(message)
    assert "🚀 web 1.4.0 → production" in shown(message)
    assert message.text == "web 1.4.0 → production: Running step 2 (2 of 3) (#17)"
    assert {"type": "link", "url": "https://slack.example/12", "text": "#12"} in standing(message)


def test_trying_again_asks_as_before() -> None:
    failed = step(1, StepStatus.FAILED, name="install", detail=REASON)
    message = notices.finished(task(steps=(failed,), state=TaskState.FAILED, guided=True), SLACK_IDS)
    assert "/deploy web 1.4.0 to production guided" in shown(message)
    assert '"g":"guided"' in str(message.blocks)
