"""What `/deploy help` and `/release help` say: enough to deploy, approve and cancel without reading anything else."""

from __future__ import annotations

from bot.messages import blocks as b

_GROUPS: tuple[tuple[str, tuple[tuple[str, str], ...]], ...] = (
    (
        "Deploy",
        (
            ("{c}", "asks for everything in a form"),
            ("{c} {p} 1.4.0 to {e}", "deploys release 1.4.0 of {p} to {e}"),
            ("… at 22:00", "later; also tomorrow 06:30, Monday 8:00, in 2h"),
            ("… with Ticket=OPS-7", "answers what it asks for"),
            ("… skip smoke-test", "leaves out a step"),
            ("… on web-1,web-2", "only there; not on web-3 everywhere else"),
            ("… guided", "asks somebody when a step fails; unguided does not"),
            ("… because …", "says why"),
            (
                "… emergency because INC-7",
                "past freezes, locks and approvals; shows first which, for the team named for it",
            ),
        ),
    ),
    (
        "While it runs",
        (
            ("{c} approve 17", "proceeds where it waits for you, like Proceed…; abort 17 says no"),
            ("{c} cancel 17", "stops it; abandon 17 [on web-1] lets go of a cancel that is stuck"),
            ("{c} logs 17", "the end of its log; logs 17 web-3 of one target"),
            ("{c} retry 17", "runs a failed or lost step again; exclude 17 web-3, ignore 17 and fail 17 go on without"),
            ("{c} take 17", "you are the one who is on it"),
            ("{c} acknowledge 17 …", "you have looked at the emergency of somebody else"),
        ),
    ),
    (
        "Look",
        (
            ("{c} status", "what runs and what ran last; status 17 shows one deployment"),
            ("{c} status {p}", "what is live where"),
            ("{c} plan {p} 1.4.0 to {e}", "what that would do; plan 17 what a deployment does"),
            ("{c} queue", "what waits, and why; queue 17 first moves it to the front"),
            ("/workers", "how workers and targets are; /workers help for more"),
        ),
    ),
    (
        "Hold back",
        (
            (
                "{c} pause {p} because …",
                "nothing new of {p} begins, without a project nothing at all; resume {p} ends it",
            ),
            (
                "{c} lock {e} of {p} because …",
                "only you deploy there, for 8 hours or until …; unlock {e} of {p} ends it",
            ),
            ("{c} freeze {e} until Monday 08:00 because …", "nothing begins there; thaw {e} ends it"),
        ),
    ),
    (
        "Releases",
        (
            ("{r} create {p} 1.4.0", "freezes {p} as it is now under a version"),
            ("{r} list {p}", "the newest ones"),
        ),
    ),
)


def help_text(
    command: str, release_command: str = "/release", *, project: str = "web", environment: str = "production"
) -> b.Message:
    """All commands, each with what it does, the most needed first; the examples are of what the reader may deploy."""
    names = {"c": command, "r": release_command, "p": project, "e": environment}
    lines: list[list[b.Element]] = []
    for heading, commands in _GROUPS:
        lines.append([*([b.text("\n")] if lines else []), b.bold(heading)])
        for typed, meaning in commands:
            lines.append([b.code(typed.format(**names)), b.text(f"  {meaning.format(**names)}")])
    lines.append([b.text("\n17 is the number on the card. I tell everything in that card and its thread.")])
    return b.message(f"What you can type after {command}", b.rich(*lines))
