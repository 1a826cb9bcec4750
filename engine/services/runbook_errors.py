"""What can go wrong with runbooks, as sentences."""

from __future__ import annotations

from engine.errors import ForedeckError


class NotPublished(ForedeckError):
    """Nothing was frozen that could run."""

    message = "The runbook {name} of {project} is not published yet."
    hint_text = (
        "Publish it: `/runbook publish {name}`. Who may do that can try it before: `/runbook run {name} draft in …`."
    )


class AlreadyPublished(ForedeckError):
    """It is what it was."""

    message = "The runbook {name} has not changed since {version} was published."


class NotForThere(ForedeckError):
    """It does not run in this environment."""

    message = "The runbook {name} does not run in {environment}, only in {environments}."


class SeveralProjects(ForedeckError):
    """The name alone does not say which."""

    message = "There is a runbook {name} of {projects}."
    hint_text = "Say which: `{name} of {project}`."
