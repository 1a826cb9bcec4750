"""Nobody may do what no grant allows; grants add up; a grant holds where its scope says."""

from __future__ import annotations

import pytest

from engine.domain.grants import ROLES, Grant, Permission, permissions_of
from engine.domain.scopes import Scope

MEMBERSHIPS = {"web-devs": ("ana",), "release-managers": {"ben", "eva"}}


def allowed(
    person: str, *grants: Grant, project: str | None = "web", environment: str | None = "production"
) -> frozenset[Permission]:
    return permissions_of(person, grants, MEMBERSHIPS, project=project, environment=environment)


def test_without_a_grant_nothing_is_allowed() -> None:
    assert allowed("ana") == frozenset()


def test_a_grant_to_another_team_gives_nothing() -> None:
    assert allowed("mia", Grant("web-devs", ("space_manager",))) == frozenset()


def test_a_grant_to_an_unknown_team_or_role_gives_nothing() -> None:
    assert allowed("ana", Grant("nobody", ("space_manager",)), Grant("web-devs", ("emperor",))) == frozenset()


def test_grants_add_up() -> None:
    lead, deployer = Grant("web-devs", ("project_lead",)), Grant("web-devs", ("project_deployer",))
    assert allowed("ana", lead, deployer) == ROLES["project_lead"] | ROLES["project_deployer"]
    assert allowed("ana", Grant("web-devs", ("project_lead", "project_deployer"))) == allowed("ana", lead, deployer)


def test_a_lead_creates_releases_and_does_not_deploy_and_a_deployer_the_reverse() -> None:
    lead, deployer = ROLES["project_lead"], ROLES["project_deployer"]
    assert Permission.RELEASE_CREATE in lead - deployer
    assert Permission.DEPLOYMENT_CREATE in deployer - lead


@pytest.mark.parametrize("role", ROLES)
def test_every_role_may_look(role: str) -> None:
    assert {Permission.RELEASE_VIEW, Permission.DEPLOYMENT_VIEW} <= ROLES[role]


def test_a_grant_for_one_project_gives_nothing_in_another() -> None:
    grant = Grant("web-devs", ("deployment_creator",), Scope(projects=("web",)))
    assert Permission.DEPLOYMENT_CREATE in allowed("ana", grant)
    assert allowed("ana", grant, project="shop") == frozenset()
    assert allowed("ana", grant, project=None) == frozenset()


def test_a_grant_for_one_environment_does_not_deploy_to_another() -> None:
    grant = Grant("web-devs", ("deployment_creator",), Scope(environments=("staging",)))
    assert Permission.DEPLOYMENT_CREATE in allowed("ana", grant, environment="staging")
    assert Permission.DEPLOYMENT_CREATE not in allowed("ana", grant, environment="production")


def test_a_release_belongs_to_no_environment_so_environments_do_not_restrict_creating_one() -> None:
    grant = Grant("web-devs", ("build_server",), Scope(environments=("staging",), projects=("web",)))
    assert allowed("ana", grant, environment=None) == {
        Permission.RELEASE_VIEW,
        Permission.RELEASE_CREATE,
        Permission.RUNBOOK_VIEW,
    }
    assert Permission.RELEASE_CREATE in allowed("ana", grant, environment="production")
    assert allowed("ana", grant, project="shop", environment="staging") == frozenset()
