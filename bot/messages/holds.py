"""What holds deployments up, told once in the channel, and answered to who typed it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from bot import ids
from bot.messages import blocks as b
from bot.messages import wording
from engine.services import holds
from engine.services.queue_errors import AlreadyHeld
from engine.services.views import HoldKind, HoldView, TaskView


def announcement(hold: HoldView, command: str) -> b.Message:
    """One message that always says the latest: first that nothing begins, in the end that it does again."""
    if hold.ended_at is not None:
        words = _over(hold)
        return b.message(words, b.rich([b.text(words), b.text(" Since "), b.date(hold.ended_at), b.text(".")]))
    words = headline(hold)
    end = [b.text(", until "), b.date(hold.until)] if hold.until else []
    lines = [[b.bold(words), *_since(hold), *end]]
    if hold.reason:
        lines.append([b.text(f"“{b.shorten(hold.reason, 500)}”", italic=True)])
    lines.append([b.text(_meaning(hold)), *_way_out(hold, command)])
    return b.message(words, b.rich(*lines), b.actions(*_buttons(hold)))


SIGN = {HoldKind.PAUSE: "⏸️", HoldKind.DRAIN: "🚰", HoldKind.LOCK: "🔒", HoldKind.FREEZE: "🧊"}
_VERB = {HoldKind.PAUSE: "resume", HoldKind.LOCK: "unlock", HoldKind.FREEZE: "thaw"}


def headline(hold: HoldView) -> str:
    """What is held up, and by whom."""
    words = holds.headline_of(hold)
    return f"{SIGN[hold.kind]} {words if hold.project or hold.environment else wording.capitalised(words)}"


def begun(hold: HoldView, command: str, *, is_told_here: bool) -> b.Message | None:
    """The answer to who locked or froze: none where the announcement stands in the same channel."""
    if is_told_here:
        return None
    end = [b.text(" until "), b.date(hold.until)] if hold.until else []
    words = wording.capitalised(holds.headline_of(hold))
    return b.message(
        words,
        b.rich([b.bold(words), *end, b.text(".")], [b.code(_typed_end(hold, command)), b.text(" ends it.")]),
    )


def already(error: AlreadyHeld, command: str) -> b.Message:
    """Somebody has it: the command that ends or takes it, and a button where this person may take it."""
    way_out = f"`{command} {error.typed}`" if error.typed else error.hint
    take = take_lock_button(hold=int(str(error.facts["hold"]))) if error.may_take else None
    words = f"{error} {way_out}"
    return b.message(words.replace("`", ""), b.section(words), b.actions(*([take] if take else [])))


def take_lock_button(**facts: Any) -> b.Element:
    """Takes a lock from its owner, after asking once more; with a deployment in it, that is deployed then."""
    deploys = " Then your deployment begins." if "p" in facts else ""
    question = b.confirm("Take the lock?", f"Whoever has it is told.{deploys}", yes="Take it", no="Leave it")
    return b.button("Take the lock", ids.TAKE_LOCK, ids.pack(**facts), confirm=question)


def taken(hold: HoldView, task: TaskView | None) -> b.Message:
    """The lock is theirs, and what they wanted to deploy is queued."""
    words = f"The lock of {hold.about} is yours now; its owner is told."
    deployed = f" Deployment #{task.number} is {wording.subject(task)}; its card shows how it goes." if task else ""
    return b.message(words + deployed, b.section(words + deployed))


def ended(hold: HoldView) -> b.Message:
    """The answer to who unlocked or thawed."""
    words = f"{wording.capitalised(hold.about)} is open again, after {_length(hold)}."
    return b.message(words, b.section(words))


def direct(hold: HoldView, facts: Mapping[str, Any], task: TaskView | None) -> b.Message:
    """To one person: somebody took or released their lock, it is their turn, or do they still need it?"""
    what, scope = facts["what"], hold.about
    if what == "free":
        if task is None or task.state.is_final:
            return b.Message("")
        words = f"🔓 {scope} is free again: you are next with #{task.number} ({wording.subject(task)})."
        return b.message(words, b.section(words))
    if what == "passed":
        return _passed(scope, task)
    if what in {"taken", "released"}:
        words = f"🔓 {hold.ended_by} {'took' if what == 'taken' else 'released'} your lock of {scope}."
        why = [[b.text(f"“{b.shorten(facts['why'], 500)}”", italic=True)]] if facts.get("why") else []
        mine = [b.text("It was yours"), *_since(hold), b.text(f", {_because(hold)}." if hold.reason else ".")]
        then = [[b.text("What you deploy there now can queue behind it.")]] if what == "taken" else []
        return b.message(words, b.rich([b.bold(words)], *why, mine, *then))
    if hold.ended_at is not None:
        return b.Message("")  # it was released meanwhile
    waiting = wording.either([f"#{number}" for number in facts.get("held", [])], "and")
    words = f"🔒 Your lock of {scope} holds up {waiting}. Do you still need it?"
    end = [b.text("It ends by itself "), b.date(hold.until), b.text(".")] if hold.until else []
    return b.message(words, b.rich([b.bold(words)], end), b.actions(*_buttons(hold)))


def _passed(scope: str, task: TaskView | None) -> b.Message:
    """An emergency goes past somebody's lock."""
    if task is None:
        return b.Message("")
    words = f"🚨 {task.requested_by} deploys past your lock of {scope}, in an emergency: #{task.number}"
    about = f"{wording.subject(task)}, because {b.shorten(task.reason, 500)}"
    return b.message(words, b.rich([b.bold(f"{words}.")], [b.text(about)]))


def paused(hold: HoldView, command: str, *, is_told_here: bool) -> b.Message | None:
    """The answer to who paused: none where the announcement stands in the same channel."""
    if is_told_here:
        return None
    resume = f"{command} resume {hold.project or ''}".strip()
    words = f"{wording.capitalised(hold.what)} is paused: what runs goes on, nothing new begins. `{resume}` ends it."
    return b.message(words.replace("`", ""), b.section(words))


def resumed(hold: HoldView) -> b.Message:
    """The answer to who resumed."""
    words = f"{wording.capitalised(hold.what)} goes on; it was paused by {hold.by} for {_length(hold)}."
    return b.message(words, b.section(words))


def abandoned(view: TaskView, machines: Sequence[str] = ()) -> b.Message:
    """It is let go of, or what runs on these machines is."""
    if machines:
        words = f"What #{view.number} ({wording.subject(view)}) runs on {wording.few(machines)} is abandoned: it may "
        words += "still run there, so look. The deployment ends when the rest of it has."
        return b.message(words, b.section(words))
    words = (
        f"#{view.number} ({wording.subject(view)}) is abandoned: it counts as canceled, and the next may begin. "
        "What it started may still run: look on its machines."
    )
    return b.message(words, b.section(words))


def _over(hold: HoldView) -> str:
    by = f"{hold.ended_by} " if hold.ended_by else ""
    if hold.kind is HoldKind.DRAIN:
        return f"▶️ {by}lets Foredeck begin new work again, after {_length(hold)}."
    if hold.kind is HoldKind.PAUSE:
        return f"▶️ {by}resumed {hold.what}, which {hold.by} had paused for {_length(hold)}."
    how = f"by {hold.ended_by}" if hold.ended_by else "its time is over"
    of = f" of {hold.by}" if hold.by else ""
    what = "lock" if hold.kind is HoldKind.LOCK else "freeze"
    if hold.kind is HoldKind.LOCK and hold.ended_by not in {None, hold.by}:
        return f"🔓 {hold.ended_by} ended the lock of {hold.by}: {hold.about}."  # perhaps to have it next
    return f"▶️ {wording.capitalised(hold.about)} is open again: the {what}{of} ended, {how}."


def _meaning(hold: HoldView) -> str:
    match hold.kind:
        case HoldKind.DRAIN:
            return "What runs goes on; nothing new begins. What is asked for waits."
        case HoldKind.LOCK:
            return f"Only {hold.by} deploys there; others can queue behind it."
        case HoldKind.FREEZE:
            return "What runs goes on; what waits begins afterwards; what would begin meanwhile is refused."
        case HoldKind.PAUSE:
            whose = f" of {hold.shown}" if hold.shown else ""
            return f"What runs goes on; nothing new{whose} begins. Deployments can be asked for and wait."


def _typed_end(hold: HoldView, command: str) -> str:
    scope = hold.project or "" if hold.kind is HoldKind.PAUSE else holds.scope(hold)
    return f"{command} {_VERB[hold.kind]} {scope}".strip()


def _way_out(hold: HoldView, command: str) -> list[b.Element]:
    if hold.kind is HoldKind.DRAIN:
        return [b.text(" It ends with "), b.code("foredeck drain --end"), b.text(" where Foredeck runs.")]
    return [b.text(" It ends with "), b.code(_typed_end(hold, command)), b.text(".")]


def _buttons(hold: HoldView) -> list[b.Element]:
    if hold.kind is HoldKind.DRAIN:
        return []
    label = wording.capitalised(_VERB[hold.kind])
    words = f"What waits of {hold.about} begins at once, as far as there is room."
    question = b.confirm(f"{label}?", words, yes=label, no="Not yet")
    return [b.button(label, ids.END_HOLD, str(hold.id), confirm=question)]


def _since(hold: HoldView) -> list[b.Element]:
    return [b.text(" since "), b.date(hold.since)]


def _because(hold: HoldView) -> str:
    return f"because {b.shorten(hold.reason, 300)}"


def _length(hold: HoldView) -> str:
    return wording.duration(hold.since, hold.ended_at)
