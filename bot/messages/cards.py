"""The card: one message for each deployment, edited in place. It says where things stand and what can be done."""

from __future__ import annotations

from datetime import datetime

from bot import ids
from bot.messages import blocks as b
from bot.messages import checklists, wording
from bot.messages.queues import waiting_line
from engine.services.views import LinkView, StepStatus, TaskState, TaskView, WaitKind

_LEFT_OUT_SHOWN = 8
_UNUSABLE_SHOWN = 3
_SCRIPT_SHOWN = 600
_LINKS_SHOWN = 4


def card(view: TaskView, *, ahead_url: str = "", command: str = "/deploy") -> b.Message:
    """The card as it is now. It mentions nobody: edits notify nobody, and its first post is seen by who typed.

    `ahead_url`: of the message of what is in the way, where that stands.
    """
    return b.message(
        f"{wording.title(view)}: {wording.state(view)} (#{view.number})",
        b.header(f"{wording.sign(view)} {wording.title(view)}"),
        _standing(view, ahead_url, command),
        b.preformatted(b.shorten(view.script, _SCRIPT_SHOWN)) if view.script else None,
        checklists.plan_block(view),
        _left_out(view),
        _not_chosen(view),
        _unusable(view),
        _added(view),
        _warnings(view),
        b.small_print(_facts(view)),
        _buttons(view),
    )


def link_buttons(links: tuple[LinkView, ...]) -> list[b.Element]:
    """A button for each of the newest links that a browser can open."""
    usable = [link for link in links if link.url.startswith(("https://", "http://")) and len(link.url) <= 3_000]
    return [
        b.link_button(link.label or f"Open {_host(link.url)}", f"{ids.OPEN_LINK}:{index}", link.url)
        for index, link in enumerate(usable[-_LINKS_SHOWN:])
    ]


def _standing(view: TaskView, ahead_url: str, command: str) -> b.Block:
    first = [b.bold(wording.state(view))]
    if view.waiting is not None and not view.state.is_final:
        goes_on = view.waiting.goes_on
        line = waiting_line(view.waiting, ahead_url, bold=not goes_on)
        return b.rich(first, line) if goes_on else b.rich(line, *_waiting(view))
    if view.may_be_abandoned_at is not None:
        return b.rich(first, _stuck(view, view.may_be_abandoned_at, command))
    if view.state is TaskState.FAILED and (why := _why_failed(view)):
        return b.rich(first, [why])
    if (
        not view.failed_steps
        and view.state in {TaskState.SUCCESS, TaskState.FAILED}
        and (passed := wording.let_pass(view))
    ):
        return b.rich(first, [b.text(passed)])
    if view.state is TaskState.SUCCESS and any(step.status is StepStatus.WARNINGS for step in view.steps):
        return b.rich(first, [b.text("Some steps gave warnings: see the thread.")])
    told = _told(view)
    return b.rich(first, [b.text(b.shorten(wording.capitalised(told), 300))]) if told else b.rich(first)


def _told(view: TaskView) -> str:
    """What is done for the step that runs: how much of its package has come, say. Its own line is folded on a phone."""
    if view.state is not TaskState.EXECUTING:
        return ""
    for step in view.steps:
        told = [machine for machine in step.machines if machine.status is StepStatus.RUNNING and machine.detail]
        if told:
            return f"On {told[0].slug}: {told[0].detail}" + (f"; and {len(told) - 1} more" if told[1:] else "")
        if step.status is StepStatus.RUNNING and step.detail and not step.machines:
            return step.detail
    return ""


def _stuck(view: TaskView, at: datetime, command: str) -> list[b.Element]:
    """What to do when a cancel takes long: of all, or of one of the machines where it still runs."""
    order = f"{command} abandon {view.number}"
    line = [b.text("If it has not ended by "), b.date(at), b.text(", "), b.code(order), b.text(" lets go of it")]
    running = (machine for step in view.steps for machine in step.machines if machine.status is StepStatus.RUNNING)
    machines = list(dict.fromkeys(machine.slug for machine in running))
    if len(machines) < 2:
        return [*line, b.text(".")]
    return [*line, b.text(", "), b.code(f"{order} on {machines[0]}"), b.text(" of one machine.")]


def _why_failed(view: TaskView) -> b.Element | None:
    if wording.aborted_by(view):
        note = wording.note_of_abort(view)
        return b.text(f"“{b.shorten(note, 500)}”", italic=True) if note else None
    failed = next(iter(view.failed_steps), None)
    return b.text(b.shorten(failed.detail, 500)) if failed is not None and failed.detail else None


def _waiting(view: TaskView) -> list[list[b.Element]]:
    waiting, pending = view.waiting, view.pending
    lines: list[list[b.Element]] = []
    if waiting is not None and waiting.kind in {WaitKind.APPROVAL, WaitKind.LOST, WaitKind.GUIDANCE}:
        names = ", ".join(waiting.people[:6]) + (f" and {len(waiting.people) - 6} more" if waiting.people[6:] else "")
        lines.append([b.text(f"Can answer: {names}" if names else "Nobody is left who may answer this.")])
    if pending is not None:
        meanwhile = (
            f"Other deployments of {view.project_name} to {view.environment_name} wait behind it."
            if pending.blocks_place
            else f"Other deployments of {view.project_name} to {view.environment_name} may go ahead meanwhile."
        )
        lines.append([b.text(meanwhile, italic=True)])
    if waiting is not None and waiting.not_after is not None:
        lines.append([b.text("If it has not begun by "), b.date(waiting.not_after), b.text(", it does not run.")])
    return lines


def _left_out(view: TaskView) -> b.Block | None:
    if not view.left_out:
        return None
    shown = "; ".join(f"{name} ({reason})" for name, reason in view.left_out[:_LEFT_OUT_SHOWN])
    more = f"; and {len(view.left_out) - _LEFT_OUT_SHOWN} more" if len(view.left_out) > _LEFT_OUT_SHOWN else ""
    return b.context(f"Left out: {shown}{more}")


def _not_chosen(view: TaskView) -> b.Block | None:
    """Where it does not go although it could; told by what is fewer."""
    if not view.not_chosen:
        return None
    chosen = list(dict.fromkeys(m.slug for step in view.steps for m in step.machines))
    everything = len(chosen) + len(view.not_chosen)
    if len(view.not_chosen) < len(chosen):
        return b.context(f"Not on {wording.few(view.not_chosen)}: {len(chosen)} of {everything} targets were chosen.")
    return b.context(f"Only on {wording.few(chosen)}: {len(chosen)} of {everything} targets were chosen.")


def _unusable(view: TaskView) -> b.Block | None:
    """Where it does not go because it cannot, and why."""
    if not view.unusable:
        return None
    shown = "; ".join(f"{slug} is {why}" for slug, why in view.unusable[:_UNUSABLE_SHOWN])
    more = len(view.unusable) - _UNUSABLE_SHOWN
    return b.context(f"Left out: {b.shorten(shown, 600)}" + (f"; and {more} more" if more > 0 else ""))


def _warnings(view: TaskView) -> b.Block | None:
    """What will fail unless somebody does something."""
    return b.context(f"⚠️ {b.shorten(' '.join(view.warnings), 900)}") if view.warnings else None


def _added(view: TaskView) -> b.Block | None:
    """The targets that came while it ran."""
    if not view.added:
        return None
    return b.context(f"Added: {wording.few([slug for slug, _ in view.added])} ({view.added[0][1]})")


def _facts(view: TaskView) -> str:
    facts = [f"*#{view.number}*", f"asked for by {b.escape(view.requested_by)}"]
    if view.is_emergency:
        facts.append("🚨 *emergency*")
    if view.overrides and not view.runbook:
        facts.append("*passes freezes*")
    if view.reason:
        facts.append(f"“{b.escape(b.shorten(view.reason, 200))}”")
    if view.finished_at is not None:
        facts.append(f"ended {b.moment(view.finished_at)}")
        took = wording.duration(view.started_at, view.finished_at)  # of what never began: nothing
        if took and took not in wording.state(view):
            facts.append(f"took {took}")
    elif view.started_at is not None:
        facts.append(f"started {b.moment(view.started_at)}")
    else:
        facts.append(f"queued {b.moment(view.queued_at)}")
    return " · ".join(facts)


def _buttons(view: TaskView) -> b.Block | None:
    buttons = link_buttons(view.links)
    if not view.state.is_final:
        buttons.append(b.button("Plan", ids.SHOW_PLAN, str(view.number), accessibility_label=f"Plan of {view.number}"))
    if not view.state.is_final and view.state is not TaskState.CANCELLING:
        buttons.append(cancel_button(view))
    return b.actions(*buttons)


def cancel_button(view: TaskView) -> b.Element:
    """Cancels, after asking once more."""
    question = b.confirm(
        "Cancel this deployment?",
        f"{wording.subject(view)} (#{view.number}) stops. Scripts that run are ended; what they did is not undone.",
        yes="Cancel it",
        no="Let it run",
    )
    return b.button(
        "Cancel",
        ids.CANCEL_TASK,
        str(view.number),
        confirm=question,
        accessibility_label=f"Cancel deployment {view.number}",
    )


def _host(url: str) -> str:
    return url.split("://", 1)[1].split("/", 1)[0].rpartition("@")[2] or "link"
