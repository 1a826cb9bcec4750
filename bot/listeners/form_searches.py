"""What the selects of the `/deploy` form offer for what was typed into them, by what this person may deploy."""

from __future__ import annotations

from collections.abc import Sequence

from bot import ids
from bot.listeners import runbook_form
from bot.listeners.requests import Desk, Searched
from bot.messages.blocks import Element
from bot.modals import choices, forms
from bot.modals import deployments as form
from engine.services import access, offers, packages, releases


def projects(desk: Desk, searched: Searched) -> Sequence[Element]:
    """The projects that this person may deploy."""
    known = access.projects_for(desk.db, searched.person.slug)
    return forms.name_options([(choice.slug, choice.name) for choice in known], searched.typed)


def environments(desk: Desk, searched: Searched) -> Sequence[Element]:
    """The environments that this person may deploy the chosen project to."""
    known = access.environments_for(desk.db, searched.person.slug, forms.place_in(searched.block_id))
    return forms.name_options([(choice.slug, choice.name) for choice in known], searched.typed)


def targets(desk: Desk, searched: Searched) -> Sequence[Element]:
    """The targets of this deployment or run, and what means several of them; for who may deploy there. What the other
    field leaves out is not offered.
    """
    if searched.modal.get("callback_id") == ids.RUN_MODAL:
        return runbook_form.search_targets(desk, searched)
    project, environment = choices.place_in(searched.block_id)
    allowed = {choice.slug for choice in access.environments_for(desk.db, searched.person.slug, project)}
    if environment not in allowed:
        return ()
    entered = form.entered_in(searched.modal.get("state", {}), ids.unpack(searched.modal.get("private_metadata", "")))
    found = offers.targets(
        desk.db,
        project=project,
        version=entered.version,
        environment=environment,
        choices=choices.besides_field(searched.block_id, entered.besides),
        typed=searched.typed,
        limit=choices.OPTIONS,
    )
    return choices.target_options(found)


def releases_of_project(desk: Desk, searched: Searched) -> Sequence[Element]:
    """The newest releases of the chosen project that match; and a new one, for those who may create it."""
    project, typed = forms.place_in(searched.block_id), searched.typed.strip()
    found = releases.recent(desk.db, person=searched.person.slug, project=project, limit=50, prefix=typed)
    return form.release_options(
        [(release.version, _whereabouts(release.deployed_to)) for release in found],
        typed,
        offered=packages.offered(desk.db, person=searched.person.slug, project=project, contains=typed),
        may_create=access.may_create_release(desk.db, searched.person.slug, project),
        is_valid=releases.is_valid_version(typed) and packages.may_exist(desk.db, project=project, version=typed),
    )


def _whereabouts(environments: Sequence[str]) -> str:
    return f"last success on {', '.join(environments)}" if environments else ""
