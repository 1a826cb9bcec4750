"""What is live where, as a private answer: a line for each environment, and what was tried there since."""

from __future__ import annotations

from collections.abc import Sequence

from bot.messages import blocks as b
from bot.messages import wording
from engine.services.views import LiveView, TaskState, TriedView


def live(project: str, environments: Sequence[LiveView]) -> b.Message:
    """`/deploy status web`."""
    known = [f"{e.environment_name}: {e.version}" for e in environments if e.version]
    lines = [line for environment in environments for line in _lines(environment)]
    return b.message(
        f"{project} is live: {', '.join(known)}" if known else f"{project} is live nowhere",
        b.rich([b.bold(f"What is live of {project}")], *lines),
    )


def tried(what: TriedView) -> str:
    """What was tried since, in words."""
    word = _WORDS.get(what.state, "is under way")
    targets = f": {what.targets_done} of {wording.plural(what.targets, 'target')} have it" if what.targets else ""
    return f"{what.version} {word}{targets} (#{what.number})"


def on_how_many(environment: LiveView) -> str:
    """On how many of its targets, where not all have it."""
    if environment.targets_done == environment.targets:
        return ""
    others = "".join(f", {version} on {count}" for version, count in environment.elsewhere)
    return f" on {environment.targets_done} of {wording.plural(environment.targets, 'target')}{others}"


_WORDS = {
    TaskState.FAILED: "failed since",
    TaskState.CANCELED: "was canceled since",
    TaskState.CANCELLING: "is being canceled",
    TaskState.TIMED_OUT: "expired since",
}


def _lines(environment: LiveView) -> list[list[b.Element]]:
    line = [b.bold(environment.environment_name), b.text(": ")]
    if environment.version is None or environment.since is None:
        line.append(b.text("nothing yet"))
    else:
        line += [b.bold(environment.version), b.text(f"{on_how_many(environment)} since "), b.date(environment.since)]
        line.append(b.text(f" · #{environment.number}, {environment.by}"))
    return [line, [b.text(f"    {tried(environment.tried)}")]] if environment.tried else [line]
