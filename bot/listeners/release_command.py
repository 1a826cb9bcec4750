"""`/release …`: create and list."""

from __future__ import annotations

import time

from bot import release_requests
from bot.commands import Help
from bot.listeners.requests import Answer, Desk, Typed
from bot.messages import answers
from bot.messages.help import help_text
from bot.orders import NotUnderstood
from bot.release_requests import CreateRelease, ListReleases
from engine.services import releases
from engine.services.views import ReleaseView

_PATIENCE_SECONDS = 10.0
_LOOK_SECONDS = 0.1


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
                desk.db,
                desk.clock(),
                person=typed.person.slug,
                project=wanted.project,
                version=wanted.version,
                packages=dict(wanted.packages),
            )
            return Answer(answers.release_created(completed(desk, created), desk.command, typed.command))
        case ListReleases():
            found = releases.recent(desk.db, person=typed.person.slug, project=wanted.project)
            return Answer(answers.releases(found, wanted.project, typed.command))


def completed(desk: Desk, created: ReleaseView) -> ReleaseView:
    """The release with its packages, if they are found soon: it is committed, and the command is acked meanwhile. The
    same of a runbook that was published.

    Raises ReleaseRefused when a package is nowhere.
    """
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while not created.is_complete and time.monotonic() < deadline:
        time.sleep(_LOOK_SECONDS)
        created = releases.view(desk.db, project=created.project, version=created.version)
    return created
