"""The queue as a private answer: what runs, what waits for people, what stands in line and why. Made for a phone."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from bot.messages import blocks as b
from bot.messages import wording
from bot.messages.holds import headline
from engine.services.views import HoldView, QueueEntryView, QueueView, TaskView, TriggerFireView, Waiting, WaitKind


def queue(
    view: QueueView,
    command: str,
    *,
    card_url: Callable[[int], str] = lambda _number: "",
    hold_url: Callable[[int], str] = lambda _hold: "",
) -> b.Message:
    """Two short lines a task; `card_url` makes its number a link, `hold_url` what holds it up."""
    of = f" of {view.project}" if view.project else ""
    lines: list[list[b.Element]] = [_hold(hold, hold_url(hold.id)) for hold in view.holds]
    if view.is_empty:
        empty = [b.text(f"The queue{of} is empty: nothing runs or waits.")]
        return b.message(f"The queue{of} is empty.", b.rich(*lines, empty))
    running = f"Running: {view.running_count}" + ("" if view.project else f" of at most {view.cap}")
    lines += _group(running, view.running, view.running_count, card_url)
    lines += _group(f"Waiting for people: {view.asking_count}", view.asking, view.asking_count, card_url)
    lines += _group(f"In line: {view.in_line_count}", view.in_line, view.in_line_count, card_url, numbered=True)
    lines += _group(f"Looking for packages: {view.looking_count}", view.looking, view.looking_count, card_url)
    lines += _group(f"Scheduled: {view.scheduled_count}", view.scheduled, view.scheduled_count, card_url, time="begins")
    if view.in_line_count > 1:
        lines.append([b.text("To the front: "), b.code(f"{command} queue {view.in_line[-1].number} first")])
    summary = (
        f"The queue{of}: {view.running_count} running, {view.asking_count} waiting for people, "
        f"{view.in_line_count} in line"
    )
    if view.looking_count:
        summary += f", {view.looking_count} looking for packages"
    if view.scheduled_count:
        summary += f", {view.scheduled_count} scheduled"
    return b.message(summary, b.rich(*lines))


def moved_first(view: TaskView) -> b.Message:
    """It is at the front now."""
    then = f" {waiting_sentence(view.waiting)}" if view.waiting else " It begins now."
    words = f"#{view.number} ({wording.subject(view)}) is at the front of the queue.{then}"
    return b.message(words, b.section(words))


def trigger_refused(fired: TriggerFireView, command: str) -> b.Message:
    """A trigger did nothing; told in the channel, because nobody is there who typed. When it comes again, and how the
    same is done by hand.
    """
    did = f"did not run {fired.runbook}" if fired.runbook else "deployed nothing"
    where = f" {'in' if fired.runbook else 'to'} {fired.environment_name}" if fired.environment_name else ""
    words = f"⏰ The trigger {fired.slug} of {fired.project_name} {did}{where}"
    return b.message(
        f"{words}: {fired.outcome}",
        b.rich(
            [b.bold(words), b.text(" "), b.date(fired.fire_at)],
            b.dated(b.shorten(fired.outcome, 500)),
            *_again(fired, command),
        ),
    )


def _again(fired: TriggerFireView, command: str) -> list[list[b.Element]]:
    if fired.next_fire_at is None:
        return []
    typed = f"{command} {fired.project} to {fired.environment}"
    if fired.runbook:
        typed = f"/runbook run {fired.runbook} of {fired.project} in {fired.environment}"
    return [[b.text("It comes again "), b.date(fired.next_fire_at), b.text("; by hand: "), b.code(typed)]]


def waiting_sentence(waiting: Waiting) -> str:
    """Why it waits, as a sentence."""
    return f"{wording.capitalised(waiting.text)}."


def waiting_line(waiting: Waiting, card_url: str, *, bold: bool = True) -> list[b.Element]:
    """Why it waits, what is in the way as a link to its message."""
    words = wording.capitalised(waiting.text)
    if waiting.since is not None:
        until = [b.text(", until "), b.date(waiting.until)] if waiting.until else []
        what = b.link(words, card_url, bold=True) if card_url else b.bold(words)
        return [what, b.text(" since "), b.date(waiting.since), *until]
    if waiting.kind is WaitKind.TIME and waiting.until is not None:
        return [b.bold("Begins "), b.date(waiting.until), b.text(" by your clock")]
    number = f"#{waiting.task}"
    if waiting.task is None or not card_url or number not in words:
        return [b.text(words, bold=bold)]
    head, _, tail = words.partition(number)
    parts = (b.text(head, bold=bold), b.link(number, card_url), b.text(tail, bold=bold))
    return [part for part in parts if part["text"].strip()]


def _hold(hold: HoldView, url: str) -> list[b.Element]:
    why = f" because {hold.reason}" if hold.reason else ""
    until = [b.text(", until "), b.date(hold.until)] if hold.until else []
    what = b.link(headline(hold), url, bold=True) if url else b.bold(headline(hold))
    return [what, b.text(b.shorten(why, 300) or ","), b.text(" since "), b.date(hold.since), *until]


def _group(
    title: str,
    entries: Sequence[QueueEntryView],
    count: int,
    card_url: Callable[[int], str],
    *,
    numbered: bool = False,
    time: str = "since",
) -> list[list[b.Element]]:
    if not count:
        return []
    lines = [[b.bold(title)]]
    for place, entry in enumerate(entries, start=1):
        number, url = f"#{entry.number}", card_url(entry.number)
        lines.append(
            [
                b.text(f"{place}. " if numbered else "• "),
                b.link(number, url) if url else b.text(number),
                b.text(f" {wording.entry_subject(entry)}"),
            ]
        )
        why = f"{entry.why} · " if entry.why else ""
        lines.append([b.text(f"     {why}{entry.requested_by}, {time} "), b.date(entry.since)])
    if count > len(entries):
        lines.append([b.text(f"… and {count - len(entries):,} more")])
    return lines
