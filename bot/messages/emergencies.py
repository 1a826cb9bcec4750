"""Emergencies in chat: first privately what is passed over, then loudly who did it, until somebody acknowledges it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from bot import ids
from bot.commands import Deploy
from bot.messages import answers, wording
from bot.messages import blocks as b
from bot.messages.interruptions import MENTIONED
from bot.messages.people import named
from engine.services.emergency_errors import RulesUnseen
from engine.services.emergency_views import EmergencyView

_SHOWN = 20


def rules(error: RulesUnseen, wanted: Deploy, key: str, command: str, *, creates: bool = False) -> b.Message:
    """Every rule that would be passed over, and the one button that does it. The press is judged anew."""
    confirmed = replace(wanted, seen=error.keys)
    button = answers.deploy_button(
        "Deploy in an emergency",
        project=wanted.project,
        version=wanted.version,
        environment=wanted.environment,
        request_key=f"{key}:emergency",
        create=creates,
        besides=confirmed.besides,
    )
    lines: list[list[b.Element]] = [[b.bold(f"🚨 {wanted.project} {wanted.version} to {wanted.environment}. {error}")]]
    lines += _bullets(tuple(rule.text for rule in error.rules))
    if error.stays:
        lines += [[b.bold("Not even an emergency passes:")], *_bullets(error.stays)]
    told = "Everybody in the channel is told, and somebody else has to acknowledge it afterwards."
    lines.append([b.text(f"\n{told}" if lines[1:] else told)])
    if not error.rules:
        plain = replace(wanted, way=type(wanted.way).NONE).typed
        lines.append([b.text("Without an emergency: "), b.code(f"{command} {plain}")])
    text = f"🚨 {error} {'; '.join(rule.text for rule in error.rules)}".strip()
    return answers.with_choices(b.message(text, b.rich(*lines)), [{**button, "style": "danger"}])


def announcement(view: EmergencyView, slack_ids: Mapping[str, str], *, card_url: str, command: str) -> b.Message:
    """The loud message; once somebody has acknowledged it, it says who and is quiet."""
    if view.acknowledged_by:
        return _acknowledged(view, slack_ids, card_url)
    words = f"🚨 Emergency: {view.person} deploys {view.subject} past the rules"
    return b.message(
        f"{words} (#{view.task}), because {view.reason}",
        b.rich(
            [b.bold(words), b.text(" "), _number(view, card_url), b.text(" "), b.here()],
            [b.text(f"“{b.shorten(view.reason, 500)}”", italic=True)],
            *_passed(view),
            [b.text("Somebody else has to look at it: "), *_asked(view, slack_ids)],
        ),
        _button(view),
        b.context(f"or type {command} acknowledge {view.task} and what you found"),
    )


def reminder(view: EmergencyView, slack_ids: Mapping[str, str], *, card_url: str, command: str) -> b.Message:
    """Nobody has acknowledged it yet; once somebody has, a line."""
    if view.acknowledged_by:
        words = f"☑️ {view.acknowledged_by} has acknowledged the emergency of {view.person}: {view.subject}"
        return b.message(f"{words} (#{view.task})", b.rich([b.text(f"{words} "), _number(view, card_url), b.text(".")]))
    words = f"🚨 Nobody has acknowledged the emergency of {view.person} yet: {view.subject}"
    return b.message(
        f"{words} (#{view.task})",
        b.rich(
            [b.bold(words), b.text(" "), _number(view, card_url), b.text(", since "), b.date(view.declared_at)],
            [b.text(f"“{b.shorten(view.reason, 500)}”", italic=True)],
            [*_asked(view, slack_ids)],
        ),
        _button(view),
        b.context(f"or type {command} acknowledge {view.task} and what you found"),
    )


def thanks(view: EmergencyView) -> b.Message:
    """The private answer to who typed it."""
    return answers.said(f"You have acknowledged the emergency of #{view.task} ({view.subject}).")


def _acknowledged(view: EmergencyView, slack_ids: Mapping[str, str], card_url: str) -> b.Message:
    words = f"☑️ Emergency of {view.person}: {view.subject}"
    by = named(view.acknowledged_by or "", slack_ids)
    when = [b.date(view.acknowledged_at)] if view.acknowledged_at else []
    note = [[b.text(f"“{b.shorten(view.note, 1_000)}”", italic=True)]] if view.note else []
    return b.message(
        f"{words} (#{view.task}), acknowledged by {view.acknowledged_by}",
        b.rich(
            [b.bold(f"{words} "), _number(view, card_url)],
            [b.text(f"“{b.shorten(view.reason, 500)}”", italic=True)],
            *_passed(view),
            [b.text("Acknowledged by "), by, b.text(", "), *when],
            *note,
        ),
    )


def _passed(view: EmergencyView) -> list[list[b.Element]]:
    return [[b.text("Passed over:")], *_bullets(view.passed)] if view.passed else [[b.text("Nothing was in the way.")]]


def _bullets(texts: tuple[str, ...]) -> list[list[b.Element]]:
    lines = [b.dated(f"• {b.shorten(wording.capitalised(text), 300)}") for text in texts[:_SHOWN]]
    return [*lines, [b.text(f"… and {len(texts) - _SHOWN} more")]] if len(texts) > _SHOWN else lines


def _asked(view: EmergencyView, slack_ids: Mapping[str, str]) -> list[b.Element]:
    line: list[b.Element] = []
    for index, person in enumerate(view.eligible[:MENTIONED]):
        line += [b.text(", ")] if index else []
        line.append(named(person, slack_ids))
    if len(view.eligible) > MENTIONED:
        line.append(b.text(f" and {len(view.eligible) - MENTIONED} more"))
    return line or [b.bold("nobody may now; add somebody to the team for emergencies.")]


def _number(view: EmergencyView, card_url: str) -> b.Element:
    return b.link(f"#{view.task}", card_url) if card_url else b.text(f"#{view.task}")


def _button(view: EmergencyView) -> b.Block | None:
    label = f"Acknowledge the emergency of deployment {view.task}"
    return b.actions(b.button("Acknowledge…", ids.ACKNOWLEDGE, str(view.task), accessibility_label=label))
