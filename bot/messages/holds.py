"""What holds deployments up, told once in the channel, and answered to who typed it."""

from __future__ import annotations

from bot import ids
from bot.messages import blocks as b
from bot.messages import wording
from engine.services.views import HoldKind, HoldView, TaskView


def announcement(hold: HoldView, command: str) -> b.Message:
    """One message that always says the latest: first that nothing begins, in the end that it does again."""
    if hold.ended_at is not None:
        words = _over(hold)
        return b.message(words, b.rich([b.text(words), b.text(" Since "), b.date(hold.ended_at), b.text(".")]))
    words = headline(hold)
    lines = [[b.bold(words), b.text(" since "), b.date(hold.since)]]
    if hold.reason:
        lines.append([b.text(f"“{b.shorten(hold.reason, 500)}”", italic=True)])
    lines.append([b.text(_meaning(hold)), *_way_out(hold, command)])
    return b.message(words, b.rich(*lines), b.actions(*_buttons(hold)))


def headline(hold: HoldView) -> str:
    """What is held up, and by whom."""
    if hold.kind is HoldKind.DRAIN:
        return f"🚰 Foredeck is being drained by {hold.by}"
    return f"⏸️ {wording.capitalised(hold.what) if hold.project is None else hold.what} is paused by {hold.by}"


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


def abandoned(view: TaskView) -> b.Message:
    """It is let go of."""
    words = (
        f"#{view.number} ({wording.subject(view)}) is abandoned: it counts as canceled, and the next may begin. "
        "What it started may still run: look on its machines."
    )
    return b.message(words, b.section(words))


def _over(hold: HoldView) -> str:
    by = f"{hold.ended_by} " if hold.ended_by else ""
    if hold.kind is HoldKind.DRAIN:
        return f"▶️ {by}lets Foredeck begin new work again, after {_length(hold)}."
    return f"▶️ {by}resumed {hold.what}, which {hold.by} had paused for {_length(hold)}."


def _meaning(hold: HoldView) -> str:
    if hold.kind is HoldKind.DRAIN:
        return "What runs goes on; nothing new begins."
    whose = f" of {hold.project}" if hold.project else ""
    return f"What runs goes on; nothing new{whose} begins. Deployments can be asked for and wait."


def _way_out(hold: HoldView, command: str) -> list[b.Element]:
    if hold.kind is HoldKind.DRAIN:
        return []
    return [b.text(" It ends with "), b.code(f"{command} resume {hold.project or ''}".strip()), b.text(".")]


def _buttons(hold: HoldView) -> list[b.Element]:
    if hold.kind is HoldKind.DRAIN:
        return []
    question = b.confirm(
        "Resume?", f"What waits of {hold.what} begins at once, as far as there is room.", yes="Resume", no="Not yet"
    )
    return [b.button("Resume", ids.RESUME, str(hold.id), confirm=question)]


def _length(hold: HoldView) -> str:
    return wording.duration(hold.since, hold.ended_at)
