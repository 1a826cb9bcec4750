"""What `/deploy help` and `/release help` say: enough to deploy, approve and cancel without reading anything else."""

from __future__ import annotations

from bot.messages import blocks as b

_DEPLOY = (
    ("{c}", "asks for everything in a form"),
    ("{c} web 1.4.0 to production", "deploys release 1.4.0 of web to production"),
    ("{c} status", "what runs and what ran last; with a number, e.g. status 17, one deployment"),
    ("{c} cancel 17", "stops it"),
    ("{c} logs 17", "the end of its log"),
    ("{c} approve 17 because …", "answers a waiting approval, like Proceed…; abort 17 … says no"),
    ("{c} retry 17", "runs a step again whose end is unknown; fail 17 gives it up"),
    ("{r} create web 1.4.0", "creates a release"),
    ("{r} list web", "the newest releases"),
)


def help_text(command: str, release_command: str = "/release") -> b.Message:
    """All commands, each with what it does."""
    lines: list[list[b.Element]] = [
        [b.text("17 is the number on the card. I tell everything in that card and its thread.")]
    ]
    for typed, meaning in _DEPLOY:
        lines.append([b.code(typed.format(c=command, r=release_command)), b.text(f"  {meaning}")])
    return b.message(f"What you can type after {command}", b.rich([b.bold("What you can type")], *lines))
