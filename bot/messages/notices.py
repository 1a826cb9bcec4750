"""What somebody must be told: that a deployment ended, and how. These mention the person who asked for it."""

from __future__ import annotations

from collections.abc import Mapping

from bot.commands import Deploy
from bot.messages import blocks as b
from bot.messages import wording
from bot.messages.answers import deploy_button
from bot.messages.cards import link_buttons
from bot.messages.people import named
from engine.services.views import StepStatus, StepView, TaskState, TaskView


def finished(
    view: TaskView, slack_ids: Mapping[str, str], *, last_lines: str = "", command: str = "/deploy"
) -> b.Message:
    """The end of a deployment, told in its thread. `last_lines`: of the log of the step that failed."""
    if view.state is TaskState.FAILED:
        return _failed(view, slack_ids, last_lines, command)
    if view.state is TaskState.TIMED_OUT:
        return _expired(view, slack_ids, command)
    words = {
        TaskState.SUCCESS: f"{wording.title(view)} is done",
        TaskState.CANCELED: f"{wording.title(view)} was {view.ended_because or 'canceled'}",
    }.get(view.state, f"{wording.title(view)}: {wording.state(view)}")
    took = wording.duration(view.started_at or view.queued_at, view.finished_at)
    line = [b.text(f"{wording.sign(view)} "), named(view.requested_by, slack_ids), b.text(f" {words}")]
    if view.state is TaskState.SUCCESS and took:
        line.append(b.text(f" in {took}"))
    if view.state is TaskState.CANCELED and view.cancel_requested_by:
        line.append(b.text(f" by {view.cancel_requested_by}"))
    warned = [step.name for step in view.steps if step.status is StepStatus.WARNINGS]
    return b.message(
        f"{wording.sign(view)} {words} (#{view.number})",
        b.rich([*line, b.text(".")], *_after_canceling(view), *_warned(warned)),
        b.actions(*link_buttons(view.links)) if view.state is TaskState.SUCCESS else None,
    )


def _expired(view: TaskView, slack_ids: Mapping[str, str], command: str) -> b.Message:
    """What was in its way, and how it begins now."""
    words = f"{wording.title(view)} expired before it could start"
    way = [[b.text(f"{wording.capitalised(b.shorten(view.ended_because, 500))}.")]] if view.ended_because else []
    typed = [[b.text("To begin now: "), b.code(f"{command} {b.shorten(_again(view).typed, 1_000)}")]]
    is_deployment = not (view.runbook or view.is_script)
    return b.message(
        f"⌛ {words} (#{view.number})",
        b.rich(
            [b.text("⌛ "), named(view.requested_by, slack_ids), b.text(f" {words}.")],
            *way,
            *(typed if is_deployment else []),
        ),
        _try_again(view) if is_deployment else None,
    )


def _failed(view: TaskView, slack_ids: Mapping[str, str], last_lines: str, command: str) -> b.Message:
    who = named(view.requested_by, slack_ids)
    if person := wording.aborted_by(view):
        note = wording.note_of_abort(view)
        return b.message(
            f"🛑 {wording.title(view)} was aborted by {person} (#{view.number})",
            b.rich(
                [b.text("🛑 "), who, b.text(f" {wording.title(view)} was aborted by {person}.")],
                *([[b.text(f"“{b.shorten(note, 1_000)}”", italic=True)]] if note else []),
            ),
        )
    failed = next(iter(view.failed_steps), None)
    where = f" at {failed.name}{_tried(failed)}" if failed is not None else ""
    return b.message(
        f"❌ {wording.title(view)} failed{where} (#{view.number})",
        b.rich(
            [b.text("❌ "), who, b.text(f" {wording.title(view)} failed{where}.")],
            *([b.sentence(line) for line in _why(failed, wording.kind_of_machine(view))] if failed is not None else []),
        ),
        b.preformatted(last_lines) if last_lines else None,
        b.rich(_next_step(view, failed, command)),
        _try_again(view),
    )


def _tried(failed: StepView) -> str:
    """How often, where it was tried again."""
    return f", tried {failed.attempt} times" if failed.attempt > 1 and not failed.machines else ""


def _why(failed: StepView, place: str) -> list[str]:
    """Why the step failed; of a step on targets, where, and the reason of the first one. `place`: what it runs on."""
    if not failed.machines:
        return [b.shorten(failed.detail, 800)] if failed.detail else []
    broken = [m for m in failed.machines if m.status is StepStatus.FAILED]
    where = wording.either([m.slug for m in broken[:5]], "and") + (f" and {len(broken) - 5} more" if broken[5:] else "")
    are = "is" if len(failed.machines) == 1 else "are"
    done = f"{failed.machines_done} of {wording.plural(len(failed.machines), place)} {are} done."
    return [f"Failed on {where}: {b.shorten(failed.detail, 700)}", done]


def _next_step(view: TaskView, failed: StepView | None, command: str) -> list[b.Element]:
    """The way out, and how it is tried again; where something else than the script is to be mended, the script is not
    spoken of.
    """
    hint = b.sentence(f"{b.shorten(failed.hint, 800)} ") if failed is not None and failed.hint else []
    if view.is_script:
        return [*hint, b.text("Run it again then." if hint else "Mend it and run it again.")]
    if view.runbook:
        return [*hint, b.text("Run it again then." if hint else "A mended script has to be published before it runs.")]
    frozen = "" if hint else f" A mended script needs a new release: what {view.version} froze stays as it is."
    again = _again(view)
    lead = ("Then try again" if hint else "Try again") + " here, or type " if _fits(again) else "To try again type "
    return [*hint, b.text(lead), b.code(f"{command} {b.shorten(again.typed, 1_000)}"), b.text(f".{frozen}")]


def _again(view: TaskView) -> Deploy:
    """The same deployment: without the steps that were left out, on the targets that were chosen; somebody is asked
    after a failure if somebody was.
    """
    chosen = tuple(dict.fromkeys(machine.slug for step in view.steps for machine in step.machines))
    names_chosen = bool(view.not_chosen) and len(chosen) <= len(view.not_chosen)
    return Deploy(
        view.project,
        view.version,
        view.environment,
        skip=view.skipped,
        on=chosen if names_chosen else (),
        without=() if names_chosen else view.not_chosen,
        guided=view.guided,
    )


def _fits(again: Deploy) -> bool:
    return len(str(again.besides)) <= _MOST_CARRIED


_MOST_CARRIED = 1_500
"""Characters of choices that a button carries; with more there is none, rather than one that forgets some."""


def _try_again(view: TaskView) -> b.Block | None:
    """The same as typing it, for whoever presses; two presses are one deployment."""
    again = _again(view)
    if view.runbook or not _fits(again):
        return None
    return b.actions(
        deploy_button(
            "Try again",
            project=view.project,
            version=view.version,
            environment=view.environment,
            request_key=f"again:{view.number}",
            create=False,
            besides=again.besides or None,
        )
    )


def _after_canceling(view: TaskView) -> list[list[b.Element]]:
    stopped = [step for step in view.steps if step.status is StepStatus.CANCELED and step.detail]
    if view.state is not TaskState.CANCELED:
        return []
    return [[b.text(f"{step.name}: {b.shorten(step.detail, 300)}")] for step in stopped[:5]]


def _warned(names: list[str]) -> list[list[b.Element]]:
    return [[b.text(f"⚠️ With warnings from {wording.either(names[:5], 'and')}: see the log above.")]] if names else []
