"""Private answers: only who typed or clicked sees them. Errors, lists, help; never state that others need."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from bot import commands, ids
from bot.messages import blocks as b
from bot.messages import checklists, wording
from bot.messages.cards import cancel_button, link_buttons
from bot.messages.help import help_text
from engine.errors import ForedeckError
from engine.services.errors import NotPermitted, ReleaseNotFound, newest_of
from engine.services.prompt_errors import AnswersMissing
from engine.services.views import ReleaseView, StepView, TaskState, TaskView

_SUGGESTED = 3
NO_GRANT = "You may not deploy anything yet. Ask whoever looks after Foredeck for a grant."


def said(words: str, *more: str) -> b.Message:
    """A sentence or several, each on its own line; what stands between backticks is shown as code."""
    lines = [line for line in (words, *more) if line]
    return b.message(" ".join(lines).replace("`", ""), b.rich(*(b.sentence(b.shorten(line, 1_500)) for line in lines)))


def refused(error: ForedeckError, *more: str) -> b.Message:
    """What a service said, and the way out."""
    words = f"You may not {error.facts['what']}." if isinstance(error, NotPermitted) else str(error)
    return said(words, error.hint, *more)


def help_for_unknown(error: ForedeckError, command: str, release_command: str) -> b.Message:
    """Help needs no permission; but whom to ask comes first."""
    shown = help_text(command, release_command)
    return b.Message(f"{error} {error.hint.replace(chr(96), '')} {shown.text}", (*refused(error).blocks, *shown.blocks))


_TOO_MUCH = "So many targets are more than a button can carry: type the command, with a range (web-01..20) or a tag."


def with_choices(answer: b.Message, choices: Sequence[b.Element]) -> b.Message:
    """The same with buttons below; without those that cannot carry what was chosen: that has to be typed."""
    fitting = [choice for choice in choices if len(str(choice.get("value", ""))) <= b.VALUE_LIMIT]
    missing = b.context(_TOO_MUCH) if len(fitting) < len(choices) else None
    return b.Message(answer.text, (*answer.blocks, *filter(None, [b.actions(*fitting), missing])))


def deploy_button(
    label: str,
    *,
    project: str,
    version: str,
    environment: str,
    request_key: str,
    create: bool,
    number: int = 0,
    besides: Mapping[str, Any] | None = None,
) -> b.Element:
    """One press asks for this deployment. It carries what was typed, `besides` too; authorised like typing it."""
    value = ids.pack(p=project, v=version, e=environment, k=request_key, c=1 if create else None, **(besides or {}))
    return b.button(label, f"{ids.DEPLOY_THIS}:{number}", value, style="primary" if number == 0 else None)


def form_button(wanted: commands.Deploy) -> b.Element:
    """One press opens the form with what was typed so far."""
    value = ids.pack(**wanted.place, **wanted.besides)
    return b.button("Fill in and deploy…", ids.FILL_IN, value, style="primary")


def not_answered(error: ForedeckError, instead: str, nothing: str = "Nothing was deployed yet.") -> b.Message:
    """Something was not answered as it should be. `instead`: the command as it may have been meant."""
    if isinstance(error, AnswersMissing):  # its hint is for the command line
        return said(str(error), nothing, f"Typed, it is `{instead}`")
    return refused(error, f"`{instead}`")


def not_understood(sentence: str, suggestion: str, command: str) -> b.Message:
    """What was typed makes no sense; this may have been meant."""
    meant = f"Did you mean `{command} {suggestion}`?" if suggestion else ""
    return said(sentence, meant, f"`{command} help` shows everything." if suggestion != "help" else "")


def scheduled(view: TaskView, command: str) -> b.Message:
    """It begins later: when, by which clock, and how to call it off."""
    assert view.waiting is not None  # noqa: S101 - only what waits for its time is told like this
    expiry = view.waiting.not_after
    latest = [b.text(" If it has not begun by "), b.date(expiry), b.text(", it does not run.")] if expiry else []
    return b.message(
        f"{wording.title(view)} is #{view.number}; it {view.waiting.text}.",
        b.rich(
            b.dated(f"{wording.title(view)} is #{view.number}; it {view.waiting.text}.", bold=True),
            [b.text("Call it off with "), b.code(f"{command} cancel {view.number}"), b.text("."), *latest],
        ),
    )


def told_elsewhere(view: TaskView) -> b.Message:
    """The card goes to another Slack channel than the one where it was typed."""
    where = b.slack_channel_mention(view.slack_channel or "")
    return b.message(
        f"{wording.title(view)} is #{view.number}; its card is in another channel.",
        b.rich([b.text(f"{wording.title(view)} is #{view.number}. Its card is in "), where, b.text(".")]),
    )


def asked_for(view: TaskView, *, person: str, created: bool) -> b.Message:
    """Takes the place of the suggestion whose button was pressed, by this person. One press counts: the first."""
    if view.requested_by != person:
        return said(f"{view.requested_by} was first: deployment #{view.number} is {wording.subject(view)}.")
    made = f"Release {view.version} is created. " if created else ""
    return said(f"{made}Deployment #{view.number} is {wording.subject(view)}; its card shows how it goes.")


def release_missing(error: ReleaseNotFound, release_command: str, environment: str) -> b.Message:
    """The version was never created; whoever may create it gets a button with this."""
    newest = f"It does not look like the others; did you mean {error.meant}?" if error.meant else newest_of(error.known)
    create = f"{release_command} create {error.facts['project']} {error.facts['version']}"
    way_out = f"The button creates it and deploys it to {environment}; `{create}` only creates it."
    return said(str(error), newest, way_out if error.can_create else "You may not create releases of it.")


def cannot_post(view: TaskView, code: str, bot_name: str) -> b.Message:
    """The card cannot be posted where it belongs; told to who asked, with the way out."""
    where = b.slack_channel_mention(view.slack_channel or "")
    why, way_out = {
        "is_archived": ("it is archived", "Unarchive it, or name another `slack_channel` in the configuration."),
        "channel_not_found": (
            "it does not exist, or it is private and I am not in it",
            f"Type `/invite @{bot_name}` there, or name another `slack_channel` in the configuration.",
        ),
        "not_in_channel": ("I am not in it", f"Type `/invite @{bot_name}` there."),
    }.get(code, (f"Slack says {code}", f"Type `/invite @{bot_name}` there, or ask an admin of the workspace."))
    subject = f"{wording.title(view)} (#{view.number})"
    return b.message(
        f"I cannot post the card of {subject}: {why}. {way_out}".replace("`", ""),
        b.rich(
            [b.text(f"I cannot post the card of {subject} in "), where, b.text(f": {why}.")],
            b.sentence(way_out),
            [b.text("The deployment goes on meanwhile. I try again every minute.")],
        ),
    )


def canceling(view: TaskView, command: str) -> b.Message:
    """A cancel was asked for."""
    if view.state is TaskState.CANCELED or view.started_at is None:
        return said(f"Canceling {wording.subject(view)} (#{view.number}).")
    return said(
        f"Canceling {wording.subject(view)} (#{view.number}). What runs is being ended; the card shows it.",
        f"If it does not end within ten minutes, who may can let go of it: `{command} abandon {view.number}`.",
    )


def listed(
    active: Sequence[TaskView],
    recent: Sequence[TaskView],
    command: str,
    *,
    first: Sequence[str] | None = None,
    broken: int = 0,
) -> b.Message:
    """What runs, and what ran last, of what the reader may see. `first`: a project that the reader may deploy, and
    where to. `broken`: how many problems the configuration folder has."""
    warning = (
        f"⚠️ The configuration folder is broken ({wording.plural(broken, 'problem')}); what was good before stays in "
        "force. `foredeck check` names them."
    )
    if not active and not recent:
        start = f"Start with `{command} {first[0]} 1.4.0 to {first[1]}`, or just `{command}`." if first else NO_GRANT
        return said("There is no deployment yet that you may see.", start, *([warning] if broken else []))
    lines: list[list[b.Element]] = [b.sentence(warning)] if broken else []
    if active:
        lines.append([b.bold("Now")])
        lines.extend(_line(view) for view in active[:20])
    else:
        lines.append([b.bold("Nothing runs now.")])
    if recent:
        lines.append([b.bold("Last")])
        lines.extend(_line(view) for view in recent[:10])
    return b.message(f"{len(active)} running or waiting, {len(recent)} ended", b.rich(*lines))


def status(view: TaskView, *, card_url: str = "") -> b.Message:
    """One deployment, privately; `card_url`: of its card, where that stands."""
    may_cancel = not view.state.is_final and view.state is not TaskState.CANCELLING
    return b.message(
        f"#{view.number} {wording.subject(view)}: {wording.state(view)}",
        b.rich(
            [b.bold(f"{wording.sign(view)} {wording.title(view)}"), b.text(f" · #{view.number}"), *_to_card(card_url)],
            b.dated(wording.state(view)),
            *([b.text(f"{label}: "), b.text(b.shorten(value, 300))] for label, value in view.answers),
        ),
        checklists.lines(view),
        b.actions(*link_buttons(view.links), *([cancel_button(view)] if may_cancel else [])),
    )


def log_excerpt(view: TaskView, step: StepView | None, excerpt: str, *, card_url: str = "") -> b.Message:
    """The end of a log, privately; `card_url`: of the card, where that stands."""
    if step is None or not excerpt:
        nothing = f"{step.name} of #{view.number}" if step is not None else f"#{view.number}"
        return said(f"{nothing} printed nothing." if view.state.is_final else f"{nothing} has printed nothing yet.")
    card = b.link("its card", card_url) if card_url else b.text("its card")
    return b.message(
        f"The end of the log of {step.name} (#{view.number})",
        b.preformatted(excerpt, heading=[b.bold(f"{step.name} of #{view.number}, its last lines")]),
        b.rich(
            [b.text("The rest: "), b.code(f"foredeck logs {view.number}"), b.text(" where Foredeck runs.")]
            if step.machines
            else [b.text("The rest is in the thread of "), card, b.text(".")]
        ),
    )


def release_created(release: ReleaseView, command: str, release_command: str) -> b.Message:
    """A release was made, perhaps without its packages so far."""
    frozen = "its process and variables are frozen."
    found = [
        f"{p.name} ({'commit' if p.is_commit else 'SHA-256'} {p.digest[:12]}…)" for p in release.packages if p.digest
    ]
    sought = [f"{p.name}{f' ({p.trouble})' if p.trouble else ''}" for p in release.packages if not p.digest]
    lines = [f"It is made with {wording.either(found, 'and')}." if found else ""]
    if sought:
        lines.append(
            f"I still look for {wording.either(sought, 'and')}; `{release_command} list {release.project}` shows it."
        )
    return said(
        f"Release {release.version} of {release.project} is created: {frozen}",
        *filter(None, lines),
        f"Deploy it: `{command} {release.project} {release.version}` asks where.",
    )


def releases(found: Sequence[ReleaseView], project: str, command: str) -> b.Message:
    """The newest releases of a project."""
    if not found:
        return said(f"{project} has no release yet.", f"Create one: `{command} create {project} 1.0.0`")
    lines = [
        [
            b.bold(release.version),
            b.text("  "),
            b.day(release.created_at),
            b.text(f" by {release.created_by}"),
            b.text(f"  last success on {wording.either(release.deployed_to, 'and')}" if release.deployed_to else " "),
            b.text("" if release.is_complete else " looks for its packages"),
        ]
        for release in found
    ]
    return b.message(f"{wording.plural(len(found), 'release')} of {project}", b.rich([b.bold(project)], *lines))


def went_wrong(reference: str) -> b.Message:
    """Something that nobody foresaw; the log has the rest under this reference."""
    return said(
        "Something went wrong on my side; nothing was changed.",
        f"Try once more. If it happens again, tell whoever looks after Foredeck this reference: `{reference}`",
    )


def suggestions_shown(names: Sequence[str]) -> Sequence[str]:
    """As many as fit beside each other on a phone."""
    return names[:_SUGGESTED]


def _to_card(card_url: str) -> list[b.Element]:
    return [b.text(" · "), b.link("its card", card_url)] if card_url else []


def _line(view: TaskView) -> list[b.Element]:
    return [
        b.text(f"{wording.sign(view)} #{view.number} "),
        b.bold(wording.subject(view)),
        *b.dated(f": {wording.state(view)} · {view.requested_by}"),
        *([b.text(", "), b.date(view.finished_at)] if view.finished_at else []),
    ]
