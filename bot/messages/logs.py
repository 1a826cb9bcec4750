"""A stretch of log as one message of a thread: inert, bounded, repeats collapsed. And the words around the log file."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from bot.messages import blocks as b
from bot.messages import wording
from engine.services.log_telling import BATCH_CHARACTERS, LINE_CHARACTERS
from engine.services.views import LogSegment, StepView, TaskView

BATCH_LIMIT = BATCH_CHARACTERS
"""Characters of log in one message: what a phone shows with some scrolling, and below Slack's 3,000 for a text."""

_LINE_LIMIT = LINE_CHARACTERS
_NOTICE_LINE_LIMIT = 160
_HIDDEN = frozenset({"verbose"})
_MARK = {"warning": "⚠ ", "error": "⚠ ", "wait": "⏳ ", "highlight": "★ "}
_HIGHLIGHTS_SHOWN = 10


def batch(view: TaskView, step: StepView | None, segments: Sequence[LogSegment], *, is_cut: bool = False) -> b.Message:
    """The message; `is_cut` says that more was written than is read here. Without blocks: nothing is worth showing."""
    name = step.name if step is not None else f"Deployment #{view.number}"
    told = [line for level, line in _lines(segments) if level == "highlight"][:_HIGHLIGHTS_SHOWN]
    kept, left_out = _fitting(_collapsed(_marked(segments)))
    if not kept and not told:
        return b.Message("")
    heading = [b.bold(name)]
    for line in told:
        heading += [b.text("\n★ "), b.bold(line)]
    more = ""
    if left_out:
        more = f"… {wording.plural(left_out, 'more line')}: the whole log follows as a file"
    elif is_cut:
        more = "… there is more: the whole log follows as a file"
    return b.message(
        f"{name}: log" + (f", {told[0]}" if told else ""),
        b.preformatted("\n".join(kept), heading=heading) if kept else b.rich(heading),
        b.context(more) if more else None,
    )


def excerpt(text: str, limit: int = 1_500, line_limit: int = _LINE_LIMIT) -> str:
    """The end of some log, of whole lines where they fit."""
    kept = list(_collapsed(b.shorten_inside(line, line_limit) for line in text.splitlines()))
    while len(kept) > 1 and sum(len(line) + 1 for line in kept) > limit:
        kept.pop(0)
    return "\n".join(kept).strip("\n")


def decisive(lines: str) -> str:
    """The few lines that stand on a notice of failure: a phone shows all of them without scrolling."""
    return excerpt(lines, line_limit=_NOTICE_LINE_LIMIT)


def file_comment(step: StepView | None, highlights: Sequence[str], *, is_capped: bool) -> str:
    """What is said with the file (mrkdwn)."""
    name = step.name if step is not None else "the step"
    note = " It was too long: its middle is left out." if is_capped else ""
    told = "".join(f"\n★ {b.shorten(line, 300)}" for line in highlights[-_HIGHLIGHTS_SHOWN:])
    return b.escape(f"The whole log of {name}.{note}{told}")


def file_refused(view: TaskView, step: StepView | None, command: str) -> b.Message:
    """Said in the thread when Slack takes no file from the bot here."""
    name = step.name if step is not None else "the step"
    words = f"The log of {name} is longer than this, but I may not share files here. Invite me to the channel for that."
    return b.message(words, b.rich([b.text(f"{words} Its end: "), b.code(f"{command} logs {view.number}")]))


def file_name(view: TaskView, step: StepView | None, run_id: int) -> str:
    """Unique for each run, so that a file that went out before a crash is found again."""
    slug = step.slug if step is not None else "step"
    return f"{view.project}-{view.number}-{slug}-{run_id}.log"


def _marked(segments: Iterable[LogSegment]) -> Iterator[str]:
    """The lines but the highlights that stand above them."""
    above = 0
    for level, line in _lines(segments):
        if level == "highlight" and above < _HIGHLIGHTS_SHOWN:
            above += 1
        else:
            yield _MARK.get(level, "") + line


def _lines(segments: Iterable[LogSegment]) -> Iterator[tuple[str, str]]:
    """Level and line. A line read in two pieces is one line again; of a long one only the beginning is kept."""
    shown = (segment for segment in segments if segment.level not in _HIDDEN)
    open_line: tuple[str, str, str] | None = None  # level, stream, what there is of it
    for segment in shown:
        source = (segment.level.value, segment.stream)
        if open_line is not None and open_line[:2] != source:
            yield open_line[0], b.shorten(open_line[2], _LINE_LIMIT)
            open_line = None
        begun = open_line[2] if open_line is not None else ""
        *whole, rest = (begun + segment.text).split("\n")
        for line in whole:
            yield source[0], b.shorten(line.rstrip("\r"), _LINE_LIMIT)
        open_line = (*source, rest[: _LINE_LIMIT + 1]) if rest else None
    if open_line is not None:
        yield open_line[0], b.shorten(open_line[2], _LINE_LIMIT)


def _collapsed(lines: Iterable[str]) -> Iterator[str]:
    """A line that repeats is said once, with how often."""
    previous, times = None, 0
    for line in lines:
        if line == previous:
            times += 1
            continue
        if previous is not None:
            yield from _counted(previous, times)
        previous, times = line, 1
    if previous is not None:
        yield from _counted(previous, times)


def _counted(line: str, times: int) -> Iterator[str]:
    """With its count, where that is shorter than to repeat it: a message never grows by it. Empty ones are one."""
    counted = f"{line}  (×{times})"
    if not line:
        yield line
    elif len(counted) < times * (len(line) + 1):
        yield counted
    else:
        yield from (line for _ in range(times))


def _fitting(lines: Iterable[str]) -> tuple[list[str], int]:
    """The first lines that fit into a message, and how many do not."""
    kept: list[str] = []
    size = left_out = 0
    for line in lines:
        if left_out or size + len(line) + 1 > BATCH_LIMIT:
            left_out += 1
            continue
        if kept or line.strip():
            kept.append(line)
            size += len(line) + 1
    return kept, left_out
