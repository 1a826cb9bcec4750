"""What is shown says the right thing, fits into Slack, and is inert whatever people and scripts write."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.messages import answers, checklists, holds, logs, notices, queues, wording
from bot.messages.cards import card
from bot.messages.help import help_text
from bot.messages.interruptions import interruption as asking
from bot.messages.interruptions import outcome
from engine.contracts import LogLevel
from engine.services.views import (
    HoldKind,
    HoldView,
    InterruptionKind,
    InterruptionState,
    LinkView,
    MachineView,
    QueueEntryView,
    QueueView,
    ReleaseView,
    StepStatus,
    TaskState,
    TriggerFireView,
    Verdict,
    Waiting,
    WaitKind,
)
from tests.support.slack_blocks import assert_sendable, buttons, mentioned, shown, walk
from tests.support.task_views import (
    NASTY,
    NOON,
    SLACK_IDS,
    decision,
    interruption,
    logged,
    step,
    steps,
    task,
)

HOLD = HoldView(3, HoldKind.PAUSE, "web", None, "ben", NASTY, NOON, None, None, None, "deployments", "Web shop")
WAITING = Waiting(WaitKind.APPROVAL, "confirm waits for release-managers", ("ben", "eva"))


def test_the_card_of_a_running_deployment_says_what_where_who_and_offers_cancel() -> None:
    message = card(task())
    assert_sendable(message)
    assert message.text == "web 1.4.0 → production: Running step 2 (2 of 3) (#17)"
    assert "🚀 web 1.4.0 → production" in shown(message)
    assert "asked for by ana" in shown(message)
    assert buttons(message) == ["Plan", "Cancel"]
    cancel = next(element for element in walk(message.blocks) if element.get("action_id") == "cancel_task")
    assert cancel["value"] == "17"
    assert cancel["confirm"]["deny"]["text"] == "Let it run"


def test_the_card_mentions_nobody() -> None:
    assert mentioned(card(task(waiting=WAITING, interruptions=(interruption(),)))) == []


def test_the_card_says_for_whom_it_waits_and_whether_others_wait_behind_it() -> None:
    waiting = task(state=TaskState.QUEUED, waiting=WAITING, interruptions=(interruption(),))
    message = card(waiting)
    assert_sendable(message)
    assert "✋ web 1.4.0 → production" in shown(message)
    assert "Confirm waits for release-managers" in shown(message)
    assert "Can answer: ben, eva" in shown(message)
    assert "Other deployments of web to production may go ahead meanwhile." in shown(message)
    blocking = task(waiting=WAITING, interruptions=(interruption(blocks_place=True),))
    assert "Other deployments of web to production wait behind it." in shown(card(blocking))


def test_the_card_says_which_deployment_is_in_the_way() -> None:
    words = "2nd in line behind #16 (web 1.3.0 to production, asked for by ben)"
    place = Waiting(WaitKind.PLACE, words, ("ben",), 16)
    message = card(task(state=TaskState.QUEUED, started_at=None, waiting=place))
    assert_sendable(message)
    assert "⏳" in shown(message)
    assert words in message.text
    linked = card(task(state=TaskState.QUEUED, started_at=None, waiting=place), ahead_url="https://a.slack.com/p1")
    assert_sendable(linked)
    assert [e["url"] for e in walk(linked.blocks) if e.get("type") == "link"] == ["https://a.slack.com/p1"]
    assert words in shown(linked)


def test_the_card_of_one_that_was_superseded_says_by_which() -> None:
    by = "superseded by #19 (1.5.0, asked for by eva)"
    view = task(state=TaskState.CANCELED, ended_because=by, finished_at=NOON, started_at=None)
    assert "Superseded by #19" in shown(card(view))
    assert f"was {by}" in notices.finished(view, SLACK_IDS).text


def test_the_queue_is_compact_and_links_to_the_cards() -> None:
    entry = QueueEntryView(17, "web", "1.4.0", "production", "ana", NOON, "")
    waits = replace(entry, number=18, why="behind #17", requested_by=NASTY)
    view = QueueView(None, 5, (HOLD,), (entry,), (), (waits,) * 10, 1, 0, 1_234)
    message = queues.queue(view, "/deploy", card_url=lambda number: f"https://a.slack.com/{number}")
    assert_sendable(message)
    text = shown(message)
    assert "Running: 1 of at most 5" in text
    assert "⏸️ Web shop is paused by ben because <!channel>" in text
    assert "1. #18 web 1.4.0 → production" in text
    assert "behind #17 · " in text
    assert "… and 1,224 more" in text
    assert "Waiting for people" not in text
    empty = queues.queue(QueueView("web", 5, (), (), (), (), 0, 0, 0), "/deploy")
    assert empty.text == "The queue of web is empty."


def test_a_pause_is_announced_with_its_reason_and_a_way_to_end_it_and_then_says_that_it_is_over() -> None:
    began = holds.announcement(HOLD, "/deploy")
    assert_sendable(began)
    assert began.text == "⏸️ Web shop is paused by ben"
    assert "It ends with /deploy resume web." in shown(began)
    assert buttons(began) == ["Resume"]
    over = holds.announcement(replace(HOLD, ended_at=NOON + timedelta(minutes=90), ended_by="eva"), "/deploy")
    assert_sendable(over)
    assert over.text == "▶️ eva resumed Web shop, which ben had paused for 1 h 30 min."
    assert buttons(over) == []
    drained = holds.announcement(replace(HOLD, kind=HoldKind.DRAIN, project=None, shown=""), "/deploy")
    assert_sendable(drained)
    assert "It ends with foredeck drain --end where Foredeck runs." in shown(drained)
    assert drained.text == "🚰 Foredeck is being drained by ben"


def test_a_lock_and_a_freeze_are_announced_with_their_end() -> None:
    later = NOON + timedelta(hours=8)
    lock = replace(HOLD, kind=HoldKind.LOCK, environment="production", until=later, shown="Production of Web shop")
    freeze = replace(lock, kind=HoldKind.FREEZE, project=None, shown="Production")
    for hold, text, button in (
        (lock, "🔒 Production of Web shop is locked by ben", "Unlock"),
        (freeze, "🧊 Production is frozen by ben", "Thaw"),
    ):
        message = holds.announcement(hold, "/deploy")
        assert_sendable(message)
        assert message.text == text
        assert buttons(message) == [button]
        assert [e["timestamp"] for e in walk(message.blocks) if e.get("type") == "date"][-1] == int(later.timestamp())
    over = holds.announcement(replace(freeze, ended_at=later), "/deploy")
    assert over.text == "▶️ Production is open again: the freeze of ben ended, its time is over."
    taken = holds.announcement(replace(lock, ended_at=later, ended_by="eva"), "/deploy")
    assert taken.text == "🔓 eva ended the lock of ben: Production of Web shop.", "it may be hers now, not open"


def test_the_card_of_one_that_is_being_canceled_says_what_to_do_when_that_takes_long() -> None:
    later = NOON + timedelta(minutes=10)
    view = task(state=TaskState.CANCELLING, cancel_requested_by="ana", may_be_abandoned_at=later)
    message = card(view, command="/ship")
    assert_sendable(message)
    assert "If it has not ended by " in shown(message)
    assert "/ship abandon 17 lets go of it." in shown(message)
    there = tuple(MachineView(f"web-{number}", StepStatus.RUNNING) for number in (1, 2))
    message = card(replace(view, steps=(step(status=StepStatus.RUNNING, machines=there),)), command="/ship")
    assert_sendable(message)
    assert "/ship abandon 17 lets go of it, /ship abandon 17 on web-1 of one machine." in shown(message)


def test_a_trigger_that_deployed_nothing_says_so_in_the_channel() -> None:
    gone = TriggerFireView(3, "web", "nightly", NOON, NOON, None, NASTY, "Web shop")
    message = queues.trigger_refused(gone, "/deploy")
    assert_sendable(message)
    assert message.text.startswith("⏰ The trigger nightly of Web shop deployed nothing: ")
    fired = replace(gone, environment="production", environment_name="Production", next_fire_at=NOON)
    again = queues.trigger_refused(fired, "/ship")
    assert_sendable(again)
    assert again.text.startswith("⏰ The trigger nightly of Web shop deployed nothing to Production: ")
    assert "; by hand: /ship web to production" in shown(again)
    run = queues.trigger_refused(replace(fired, runbook="restart"), "/ship")
    assert run.text.startswith("⏰ The trigger nightly of Web shop did not run restart in Production: ")
    assert "; by hand: /runbook run restart of web in production" in shown(run)


def test_owners_and_those_who_wait_are_told_by_direct_message() -> None:
    lock = replace(HOLD, kind=HoldKind.LOCK, environment="production", shown="Production of Web shop")
    nag = holds.direct(lock, {"what": "nag", "held": [17, 18]}, None)
    assert_sendable(nag)
    assert nag.text == "🔒 Your lock of Production of Web shop holds up #17 and #18. Do you still need it?"
    assert buttons(nag) == ["Unlock"]
    taken = replace(lock, ended_at=NOON, ended_by="eva")
    assert holds.direct(taken, {"what": "nag"}, None).text == "", "it was released meanwhile"
    assert_sendable(holds.direct(taken, {"what": "taken"}, None))
    assert holds.direct(taken, {"what": "taken"}, None).text == "🔓 eva took your lock of Production of Web shop."
    told = shown(holds.direct(taken, {"what": "taken", "why": "INC-9"}, None))
    assert "“INC-9”\nIt was yours since " in told
    assert told.endswith("What you deploy there now can queue behind it.")
    free = holds.direct(taken, {"what": "free"}, task())
    assert free.text == "🔓 Production of Web shop is free again: you are next with #17 (web 1.4.0 to production)."
    assert holds.direct(taken, {"what": "free"}, task(state=TaskState.CANCELED)).text == ""


def test_the_card_of_one_that_is_held_up_says_by_whom_why_and_since_when() -> None:
    held = Waiting(WaitKind.HOLD, "web is paused by ben because of a holiday", ("ben",), since=NOON)
    message = card(task(state=TaskState.QUEUED, started_at=None, waiting=held))
    assert_sendable(message)
    assert "Web is paused by ben because of a holiday since" in shown(message)


def test_the_card_of_one_that_begins_later_says_when_by_the_clock_of_who_looks_and_until_when() -> None:
    later = Waiting(
        WaitKind.TIME,
        "begins Mon 2026-11-23 22:00 (UTC)",
        until=NOON + timedelta(hours=10),
        not_after=NOON + timedelta(days=1),
    )
    view = task(state=TaskState.QUEUED, started_at=None, waiting=later, reason=NASTY)
    for message in (card(view), answers.scheduled(view, "/deploy")):
        assert_sendable(message)
        assert [e["timestamp"] for e in walk(message.blocks) if e.get("type") == "date"][-1] == int(
            (NOON + timedelta(days=1)).timestamp()
        )
    assert "If it has not begun by " in shown(card(view))
    assert "it begins Mon 2026-11-23 22:00 (UTC)" in answers.scheduled(view, "/deploy").text
    assert "Call it off with /deploy cancel 17." in shown(answers.scheduled(view, "/deploy"))


@pytest.mark.parametrize(
    ("state", "facts", "sentence"),
    [
        (TaskState.SUCCESS, {}, "Done in 2 min 3 s"),
        (TaskState.FAILED, {"steps": (step(1, StepStatus.FAILED, detail="exit code 3"),)}, "Failed at step 1"),
        (TaskState.CANCELED, {"cancel_requested_by": "ben"}, "Canceled by ben"),
        (TaskState.TIMED_OUT, {}, "Expired before it could start"),
        (
            TaskState.FAILED,
            {"interruptions": (interruption(state=InterruptionState.ABORTED, decisions=(decision(),)),)},
            "Aborted by ben",
        ),
    ],
)
def test_the_card_of_an_ended_deployment_says_how_it_ended_and_has_no_cancel(
    state: TaskState, facts: dict[str, object], sentence: str
) -> None:
    ended = NOON + timedelta(seconds=124)
    message = card(task(state=state, finished_at=ended, **facts))
    assert_sendable(message)
    assert sentence in message.text
    assert "Cancel" not in buttons(message)


def test_links_that_a_script_set_are_buttons_unless_a_browser_cannot_open_them() -> None:
    links = (LinkView("javascript:alert(1)", "bad"), LinkView("https://a.example/x", ""), LinkView("http://b", "Page"))
    message = card(task(links=links))
    assert_sendable(message)
    assert buttons(message) == ["Open a.example", "Page", "Plan", "Cancel"]


@pytest.mark.parametrize("status", list(StepStatus))
def test_every_status_of_a_step_is_one_of_slacks_four_and_said_in_words(status: StepStatus) -> None:
    message = card(task(steps=(step(1, status, detail="why"),)))
    assert_sendable(message)
    shown_task = next(element for element in walk(message.blocks) if element.get("task_id") == "step-1")
    assert shown_task["status"] in {"pending", "in_progress", "complete", "error"}
    if status in {StepStatus.SKIPPED, StepStatus.CANCELED, StepStatus.LOST, StepStatus.WAITING}:
        assert wording.STEP_WORD[status] in shown_task["title"]


@pytest.mark.parametrize("done", [0, 1, 25, 59, 60])
def test_a_long_plan_is_collapsed_around_what_happens_now(done: int) -> None:
    states = [StepStatus.SUCCEEDED] * done + [StepStatus.RUNNING] * (done < 60) + [StepStatus.PENDING] * (59 - done)
    message = card(task(steps=steps(*states)))
    assert_sendable(message)
    tasks = next(block["tasks"] for block in message.blocks if block["type"] == "plan")
    assert len(tasks) <= checklists.SHOWN + 1
    if done < 60:
        assert f"step-{done + 1}" in [shown_task["task_id"] for shown_task in tasks]


def test_what_was_left_out_is_said_with_the_reason() -> None:
    assert "Left out: smoke test (only for staging)" in shown(
        card(task(left_out=(("smoke test", "only for staging"),)))
    )


def test_nothing_that_people_or_scripts_write_acts_on_the_card() -> None:
    nasty = task(
        project_name=NASTY,
        environment_name=NASTY,
        requested_by=NASTY,
        steps=(step(1, StepStatus.FAILED, name=NASTY, detail=NASTY, hint=NASTY),),
        left_out=((NASTY, NASTY),),
        links=(LinkView("https://x.example", NASTY),),
        state=TaskState.FAILED,
    )
    assert_sendable(card(nasty))
    assert_sendable(notices.finished(nasty, {}, last_lines=NASTY * 20))
    assert_sendable(answers.status(nasty))
    assert_sendable(answers.listed([nasty], [nasty], "/deploy"))
    asked = interruption(instructions=NASTY, step_name=NASTY, decisions=(decision(note=NASTY),))
    assert_sendable(asking(asked, nasty, {}))
    assert_sendable(logs.batch(nasty, nasty.steps[0], [logged(NASTY), logged(NASTY, LogLevel.HIGHLIGHT)]))


def test_an_approval_mentions_who_is_asked_and_offers_both_answers_and_their_typed_twins() -> None:
    message = asking(interruption(), task(), SLACK_IDS)
    assert_sendable(message)
    assert mentioned(message) == ["U0BEN", "U0EVA"]
    assert buttons(message) == ["Proceed…", "Abort…"]
    assert "/deploy approve 17 · /deploy abort 17" in shown(message)
    styles = [element["style"] for element in walk(message.blocks) if element.get("type") == "button"]
    assert styles == ["primary", "danger"]
    assert {"type": "markdown", "text": "Look at **staging** first."} in list(message.blocks)


def test_of_many_people_the_first_are_mentioned_and_the_rest_counted() -> None:
    people = tuple(f"p{number}" for number in range(12))
    message = asking(interruption(eligible=people), task(), {person: person.upper() for person in people})
    assert mentioned(message) == ["P0", "P1", "P2", "P3", "P4"]
    assert "and 7 more" in shown(message)


def test_two_of_three_is_counted_and_who_answered_is_named() -> None:
    asked = interruption(minimum=2, decisions=(decision("ben", note="fine"),), eligible=("eva",))
    message = asking(asked, task(), SLACK_IDS)
    assert_sendable(message)
    assert "1 of 2" in shown(message)
    assert "@U0BEN proceeded" in shown(message)
    assert "“fine”" in shown(message)
    assert buttons(message) == ["Proceed…", "Abort…"]


def test_a_decided_approval_has_no_buttons_and_says_who_and_why() -> None:
    asked = interruption(
        state=InterruptionState.ABORTED, decisions=(decision(verdict=Verdict.ABORT, note="not on a Friday"),)
    )
    message = asking(asked, task(), SLACK_IDS)
    assert_sendable(message)
    assert buttons(message) == []
    assert "🛑 Aborted: confirm" in shown(message)
    assert "@U0BEN aborted" in shown(message)
    assert "“not on a Friday”" in shown(message)


def test_a_lost_step_asks_whether_it_is_safe_to_run_it_again() -> None:
    message = asking(interruption(kind=InterruptionKind.LOST, step_name="install"), task(), SLACK_IDS)
    assert_sendable(message)
    assert "Is it safe to run install again?" in shown(message)
    assert buttons(message) == ["Run again…", "Fail…"]
    assert "/deploy retry 17 · /deploy fail 17" in shown(message)


def test_an_approval_that_nobody_may_answer_says_so() -> None:
    message = asking(interruption(eligible=()), task(), SLACK_IDS)
    assert_sendable(message)
    assert "Nobody may answer this now: it asks release-managers." in shown(message)


def test_a_typed_answer_is_confirmed_and_says_when_others_are_needed() -> None:
    assert outcome(interruption(state=InterruptionState.PROCEEDED), Verdict.PROCEED).text == (
        "You proceeded: confirm of deployment #17."
    )
    partly = interruption(minimum=2, decisions=(decision(),))
    assert outcome(partly, Verdict.PROCEED).text.endswith("1 of 2: it waits for others.")


def test_the_end_mentions_who_asked_for_it() -> None:
    done = task(state=TaskState.SUCCESS, finished_at=NOON + timedelta(seconds=61), steps=steps(StepStatus.SUCCEEDED))
    message = notices.finished(done, SLACK_IDS)
    assert_sendable(message)
    assert mentioned(message) == ["U0ANA"]
    assert "web 1.4.0 → production is done in 1 min." in shown(message)


def test_a_failure_names_the_step_shows_the_last_lines_and_says_what_to_do() -> None:
    failed = step(
        2, StepStatus.FAILED, name="install", detail="The script ended with exit code 3.", hint="Read its log."
    )
    view = task(state=TaskState.FAILED, finished_at=NOON, steps=(failed,))
    message = notices.finished(view, SLACK_IDS, last_lines="disk full", command="/ship")
    assert_sendable(message)
    for words in ("failed at install", "exit code 3", "disk full", "Read its log.", "/ship web 1.4.0 to production"):
        assert words in shown(message)


def test_a_failure_after_retries_says_how_often_it_was_tried() -> None:
    view = task(state=TaskState.FAILED, finished_at=NOON, steps=(step(1, StepStatus.FAILED, name="Smoke", attempt=3),))
    message = notices.finished(view, SLACK_IDS)
    assert_sendable(message)
    assert "failed at Smoke, tried 3 times." in shown(message)


def test_what_expired_says_what_was_in_its_way_and_how_it_begins_now() -> None:
    why = f"production is frozen by ben because {NASTY}"
    view = task(state=TaskState.TIMED_OUT, finished_at=NOON, started_at=None, ended_because=why)
    message = notices.finished(view, SLACK_IDS, command="/ship")
    assert_sendable(message)
    assert "expired before it could start.\nProduction is frozen by ben because " in shown(message)
    assert "To begin now: /ship web 1.4.0 to production" in shown(message)
    assert buttons(message) == ["Try again"]
    assert "Expired before it could start: production is frozen" in shown(card(view))
    run = notices.finished(replace(view, runbook="restart"), SLACK_IDS)
    assert buttons(run) == []


def test_the_card_of_what_never_began_does_not_say_how_long_it_took() -> None:
    view = task(state=TaskState.CANCELED, cancel_requested_by="ana", started_at=None, finished_at=NOON)
    assert "took" not in shown(card(view))
    began = replace(view, started_at=NOON - timedelta(minutes=4))
    assert "took 4 min" in shown(card(began))


def test_an_abort_is_told_apart_from_a_failure() -> None:
    asked = interruption(state=InterruptionState.ABORTED, decisions=(decision(verdict=Verdict.ABORT, note="no"),))
    message = notices.finished(task(state=TaskState.FAILED, finished_at=NOON, interruptions=(asked,)), SLACK_IDS)
    assert_sendable(message)
    assert "was aborted by ben" in shown(message)
    assert "failed" not in shown(message)
    approval = step(1, StepStatus.FAILED, detail="aborted by ben: no", is_intervention=True)
    approval = replace(approval, slug=asked.step_slug, name=asked.step_name)
    told = shown(card(task(state=TaskState.FAILED, finished_at=NOON, interruptions=(asked,), steps=(approval,))))
    assert "Aborted by ben\n“no”" in told
    assert "1. confirm: aborted" in told


def test_a_batch_of_log_is_bounded_and_says_what_is_left_out() -> None:
    message = logs.batch(task(), step(1), [logged("".join(f"line {n}\n" for n in range(5_000)))])
    assert_sendable(message)
    assert "line 0\nline 1\n" in shown(message)
    assert "more lines: the whole log follows as a file" in shown(message)
    assert len(shown(message)) < 3_000


def test_lines_that_repeat_are_said_once() -> None:
    message = logs.batch(task(), step(1), [logged("waiting\n" * 40 + "done\n")])
    assert "waiting  (×40)\ndone" in shown(message)


def test_a_line_that_was_read_in_two_pieces_is_one_line() -> None:
    message = logs.batch(task(), step(1), [logged("half a "), logged("line\nnext\n")])
    assert "half a line\nnext" in shown(message)


def test_highlights_stand_above_the_log_and_verbose_lines_are_left_out() -> None:
    segments = [logged("said\n"), logged("look here\n", LogLevel.HIGHLIGHT), logged("hidden\n", LogLevel.VERBOSE)]
    message = logs.batch(task(), step(1), segments)
    assert_sendable(message)
    assert shown(message).index("★ look here") < shown(message).index("said")
    assert "hidden" not in shown(message)


@pytest.mark.parametrize("text", ["", "\n", "  \n\n"])
def test_a_log_that_says_nothing_is_not_told(text: str) -> None:
    assert logs.batch(task(), step(1), [logged(text)]).text == ""


def test_an_excerpt_is_the_end_of_the_log() -> None:
    assert logs.excerpt("".join(f"line {n}\n" for n in range(1_000)), limit=50).splitlines()[-1] == "line 999"


def test_the_lines_of_a_failure_are_short_and_keep_their_beginning_and_end() -> None:
    line = f"npm ERR! {'/very/long' * 60} ENOENT: no such file"
    shown_lines = logs.decisive("\n".join([line, "second", "third"])).splitlines()
    assert shown_lines[1:] == ["second", "third"]
    assert len(shown_lines[0]) <= 160
    assert shown_lines[0].startswith("npm ERR! /very/long")
    assert shown_lines[0].endswith("ENOENT: no such file")


def test_who_pressed_second_is_told_who_was_first() -> None:
    assert answers.asked_for(task(), person="ben", created=False).text == (
        "ana was first: deployment #17 is web 1.4.0 to production."
    )


def test_the_list_says_when_and_by_whom_for_what_has_ended() -> None:
    ended = task(state=TaskState.SUCCESS, finished_at=NOON + timedelta(seconds=44))
    message = answers.listed([], [ended], "/deploy")
    assert_sendable(message)
    assert "✅ #17 web 1.4.0 to production: Done in 43 s · ana, " in shown(message)
    (date,) = (element for element in walk(message.blocks) if element.get("type") == "date")
    assert date["fallback"] == "2026-11-23 12:00 UTC"


def test_an_empty_list_does_not_say_that_nothing_was_deployed_and_starts_with_what_the_reader_may() -> None:
    assert shown(answers.listed([], [], "/ship", first=("api", "test", "live"))) == (
        "There is no deployment yet that you may see.\nStart with /ship api 1.4.0 to test, or just /ship."
    )
    assert "Ask whoever looks after Foredeck for a grant." in shown(answers.listed([], [], "/ship"))


def test_private_answers_lead_to_the_card_where_it_stands() -> None:
    url = "https://example.slack.com/archives/C0DEPLOY1/p1700000000000100"
    view = task()
    for message in (answers.status(view, card_url=url), answers.log_excerpt(view, view.steps[0], "end", card_url=url)):
        assert_sendable(message)
        (link,) = (element for element in walk(message.blocks) if element.get("type") == "link")
        assert (link["text"], link["url"]) == ("its card", url)
    for message in (answers.status(view), answers.log_excerpt(view, view.steps[0], "end")):
        assert_sendable(message)
        assert not any(element.get("type") == "link" for element in walk(message.blocks))


def test_a_new_release_names_no_environment_that_may_not_be_there() -> None:
    told = str(answers.release_created(ReleaseView("web", "1.4.0", NOON, "ana"), "/ship", "/release").blocks)
    assert "/ship web 1.4.0'" in told
    assert "staging" not in told


def test_private_answers_fit_into_slack() -> None:
    view = task(waiting=WAITING, interruptions=(interruption(),))
    release = ReleaseView("web", "1.4.0", NOON, "ana", ("staging",))
    for message in (
        help_text("/deploy"),
        answers.status(view),
        answers.listed([view] * 30, [view] * 30, "/deploy"),
        answers.listed([], [], "/deploy"),
        answers.canceling(view, "/deploy"),
        answers.told_elsewhere(view),
        answers.cannot_post(view, "not_in_channel", "foredeck"),
        answers.cannot_post(view, "is_archived", "foredeck"),
        answers.cannot_post(view, "weird", "foredeck"),
        answers.release_created(release, "/deploy", "/release"),
        answers.releases([release] * 20, "web", "/release"),
        answers.releases([], "web", "/release"),
        answers.went_wrong("abcd"),
        answers.log_excerpt(view, view.steps[0], "last line"),
        answers.log_excerpt(view, None, ""),
        answers.asked_for(view, person="ana", created=True),
        answers.not_understood("I do not know `x`.", "status", "/deploy"),
    ):
        assert_sendable(message)


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0, "under 1 s"), (1, "1 s"), (60, "1 min"), (123, "2 min 3 s"), (3_661, "1 h 1 min"), (90_000, "1 d 1 h")],
)
def test_times_are_said_in_the_two_largest_units(seconds: int, words: str) -> None:
    assert wording.duration(NOON, NOON + timedelta(seconds=seconds)) == words
