"""`/release …`: create and list."""

from __future__ import annotations

from bot import release_requests
from bot.commands import Help
from bot.listeners.requests import Answer, Desk, Typed
from bot.messages import answers
from bot.messages.help import help_text
from bot.orders import NotUnderstood
from bot.release_requests import CreateRelease, ListReleases
from engine.services import releases


def release(desk: Desk, typed: Typed) -> Answer:
    """Understand it, do it, say what came of it."""
    wanted = release_requests.parse_release(typed.text)
    match wanted:
        case Help():
            return Answer(help_text(desk.command, typed.command))
        case NotUnderstood():
            return Answer(answers.not_understood(wanted.sentence, wanted.suggestion, typed.command))
        case CreateRelease():
            created = releases.create(
                desk.db, desk.clock(), person=typed.person.slug, project=wanted.project, version=wanted.version
            )
            return Answer(answers.release_created(created, desk.command))
        case ListReleases():
            found = releases.recent(desk.db, person=typed.person.slug, project=wanted.project)
            return Answer(answers.releases(found, wanted.project, typed.command))
