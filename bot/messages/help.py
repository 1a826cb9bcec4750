"""What `/deploy help` and `/release help` say: enough to deploy, approve and cancel without reading anything else."""

from __future__ import annotations

from bot.messages import blocks as b

_DEPLOY = (
    ("{c}", "asks for everything in a form"),
    ("{c} {p} 1.4.0 to {e}", "deploys release 1.4.0 of {p} to {e}"),
    (
        "{c} {p} 1.4.0 to {e} at 22:00",
        "later: also tomorrow 06:30, Monday 8:00, 2026-11-30 22:00, or in 2h; because … adds why",
    ),
    (
        "{c} {p} 1.4.0 to {e} with Ticket=OPS-7",
        "the same, with answers to what it asks for; skip smoke-test leaves out a step",
    ),
    ("{c} status", "what runs and what ran last; status 17: one deployment; status {p}: what is live where"),
    ("{c} queue", "what runs, what waits and why; queue {p} shows one project, queue 17 first moves it to the front"),
    ("{c} pause {p} because …", "nothing new of {p} begins, without a project nothing at all; resume {p} ends it"),
    ("{c} lock {e} of {p} because …", "only you deploy there, for 8 hours or until …; unlock {e} of {p} ends it"),
    ("{c} freeze {e} until Monday 08:00 because …", "nothing begins there; thaw {e} ends it"),
    ("{c} cancel 17", "stops it; abandon 17 lets go of one whose cancel is stuck"),
    ("{c} logs 17", "the end of its log"),
    ("{c} approve 17 because …", "answers a waiting approval, like Proceed…; abort 17 … says no"),
    ("{c} retry 17", "runs a step again whose end is unknown; fail 17 gives it up"),
    ("{r} create {p} 1.4.0", "creates a release"),
    ("{r} list {p}", "the newest releases"),
)


def help_text(
    command: str, release_command: str = "/release", *, project: str = "web", environment: str = "production"
) -> b.Message:
    """All commands, each with what it does; the examples are of what the reader may deploy."""
    names = {"c": command, "r": release_command, "p": project, "e": environment}
    lines: list[list[b.Element]] = [
        [b.text("17 is the number on the card. I tell everything in that card and its thread.")]
    ]
    for typed, meaning in _DEPLOY:
        lines.append([b.code(typed.format(**names)), b.text(f"  {meaning.format(**names)}")])
    return b.message(f"What you can type after {command}", b.rich([b.bold("What you can type")], *lines))
