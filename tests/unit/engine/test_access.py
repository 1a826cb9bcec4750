"""Who may do what: nobody, unless it is granted; and a Slack group that was not told for a day grants nothing."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from engine.domain.grants import Permission
from engine.services import access, deployments, interruptions, tasks
from engine.services.errors import MayNotDecide, NotPermitted, TaskIsOver, UnknownPerson, UnknownTask
from tests.support.engine import MAIN, Deck

ASKING = "steps: [{step: confirm, manual_intervention: {teams: [release-managers], instructions: Good?}}]\n"
GROUP = MAIN.replace("release-managers: {people: [ben, eva]}", "release-managers: {slack_group: S07RM, people: [ben]}")


def preview_by(deck: Deck, person: str) -> None:
    deployments.request(
        deck.db, deck.clock(), person=person, project="web", version="1.0.0", environment="staging", create_release=True
    )


@pytest.mark.parametrize("person", ["mia", "ben", "nobody-we-know", ""])
def test_nobody_deploys_without_a_grant_and_is_told_whom_to_ask(deck: Deck, person: str) -> None:
    with pytest.raises(NotPermitted) as caught:
        preview_by(deck, person)
    assert str(caught.value) == f"{person} may not deploy web to staging."
    assert caught.value.hint == "Ask ana."


def test_a_grant_reaches_no_further_than_its_scope(deck: Deck) -> None:
    scoped = MAIN.replace("release_creator]}", "release_creator], when: {environment: staging}}")
    deck.configured(files={"foredeck.yml": scoped})
    preview_by(deck, "ana")
    with pytest.raises(NotPermitted, match="ana may not deploy web to production"):
        deck.deploys(environment="production")
    assert [choice.slug for choice in access.environments_for(deck.db, "ana", "web")] == ["staging"]
    assert access.environments_for(deck.db, "mia", "web") == ()
    assert access.projects_for(deck.db, "mia") == ()


def test_a_grant_that_is_taken_away_counts_at_once(deck: Deck) -> None:
    preview_by(deck, "ana")
    deck.configured(files={"foredeck.yml": MAIN.replace("devs: {people: [ana]}", "devs: {people: [mia]}")})
    with pytest.raises(NotPermitted):
        preview_by(deck, "ana")


# Slack groups.


def test_members_of_a_slack_group_count_when_slack_told_them_lately(deck: Deck) -> None:
    deck.configured(ASKING, {"foredeck.yml": GROUP})
    number = deck.deploys()
    deck.works()
    with pytest.raises(MayNotDecide, match=r"Only release-managers can decide this\."):
        deck.proceeds(number, by="eva")
    access.store_group(deck.db, "S07RM", ["U03EVA", "U99NOBODY"], deck.clock())
    assert deck.proceeds(number, by="eva").decisions[0].person == "eva"


def test_a_group_that_was_not_told_for_a_day_is_empty_but_the_listed_people_stay(deck: Deck) -> None:
    deck.configured(ASKING, {"foredeck.yml": GROUP})
    number = deck.deploys()
    deck.works()
    access.store_group(deck.db, "S07RM", ["U03EVA"], deck.clock())
    deck.time.passes(hours=24, seconds=1)
    with pytest.raises(MayNotDecide):
        deck.proceeds(number, by="eva")
    assert deck.proceeds(number, by="ben").decisions[0].person == "ben"


def test_a_stale_group_opens_nothing_to_those_who_only_look(deck: Deck) -> None:
    """Whoever asks without a time is judged by the machine's own."""
    viewing = GROUP.replace("environments:", "  - {team: release-managers, roles: [project_viewer]}\nenvironments:")
    deck.configured(files={"foredeck.yml": viewing})
    number = deck.deploys()
    access.store_group(deck.db, "S07RM", ["U03EVA"], datetime.now(UTC))
    assert tasks.authorised_view(deck.db, number, "eva").number == number
    access.store_group(deck.db, "S07RM", ["U03EVA"], datetime(2020, 1, 1, tzinfo=UTC))
    with pytest.raises(NotPermitted):
        tasks.authorised_view(deck.db, number, "eva")


def test_a_group_told_anew_replaces_the_old_members(deck: Deck) -> None:
    deck.configured(files={"foredeck.yml": GROUP})
    access.store_group(deck.db, "S07RM", ["U03EVA"], deck.clock())
    access.store_group(deck.db, "S07RM", ["U04MIA"], deck.clock())
    with deck.db.read() as session:
        found = access.rules(session, deck.clock())
    assert found.members["release-managers"] == {"mia"}, "the list counts only where Slack told nothing"


# People.


def test_people_are_known_by_slack_id_or_slug(deck: Deck) -> None:
    found = access.person_by_slack(deck.db, "U01ANA")
    assert found is not None
    assert found.slug == "ana"
    assert access.person_by_slack(deck.db, "") is None
    assert access.person_by_slack(deck.db, "U99") is None
    with pytest.raises(UnknownPerson):
        access.person_by_slug(deck.db, "anna")


def test_a_person_without_a_slack_id_is_nobody_in_slack(deck: Deck) -> None:
    deck.configured(files={"foredeck.yml": MAIN.replace("mia: {slack: U04MIA}", "mia: {}")})
    assert access.person_by_slack(deck.db, "") is None
    assert access.slack_ids(deck.db, ["mia", "ben"]) == {"ben": "U02BEN"}


# The requester, and canceling.


def test_the_requester_sees_and_cancels_the_own_deployment_others_need_a_permission(deck: Deck) -> None:
    number = deck.deploys()
    with pytest.raises(NotPermitted, match="mia may not cancel deployments of web") as caught:
        deck.cancels(number, by="mia")
    assert caught.value.hint == "Ask ana."
    with pytest.raises(NotPermitted, match="mia may not see deployments of web to staging"):
        tasks.authorised_view(deck.db, number, "mia")
    assert deck.cancels(number, by="ana").cancel_requested_by == "ana"


def test_somebody_with_the_permission_cancels_what_others_asked_for(deck: Deck) -> None:
    managing = MAIN.replace(
        "environments:", "  - {team: release-managers, roles: [environment_manager]}\nenvironments:"
    )
    deck.configured(files={"foredeck.yml": managing})
    assert deck.cancels(deck.deploys(), by="ben").cancel_requested_by == "ben"


def test_what_is_over_is_not_canceled_and_what_does_not_exist_is_said(deck: Deck) -> None:
    number = deck.deploys()
    deck.works()
    with pytest.raises(TaskIsOver, match=r"Deployment #1 is done; nothing was changed\."):
        deck.cancels(number)
    with pytest.raises(UnknownTask, match="There is no deployment #99"):
        deck.cancels(99)


def test_the_requester_may_be_kept_from_approving(deck: Deck) -> None:
    both = MAIN.replace("release-managers: {people: [ben, eva]}", "release-managers: {people: [ana, ben]}")
    process = ASKING.replace("instructions", "requester_may: false, instructions")
    deck.configured(process, {"foredeck.yml": both})
    number = deck.deploys()
    deck.works()
    pending = deck.task(number).pending
    assert pending is not None
    assert pending.eligible == ("ben",)
    with pytest.raises(MayNotDecide, match="You asked for this deployment, so somebody else has to decide"):
        deck.proceeds(number, by="ana")
    assert interruptions.refusal(deck.db, person="ana", interruption_id=pending.id) is not None
    assert interruptions.refusal(deck.db, person="ben", interruption_id=pending.id) is None


def test_only_what_a_person_may_see_is_listed(deck: Deck) -> None:
    deck.deploys()
    done = deck.deploys(environment="production")
    deck.works()
    assert [view.number for view in tasks.recent(deck.db, "ana")] == [done, 1]
    assert tasks.recent(deck.db, "mia") == ()
    waiting = deck.deploys()
    assert [view.number for view in tasks.active(deck.db, "ana")] == [waiting]
    assert tasks.active(deck.db, "mia") == ()


def test_permissions_are_asked_for_by_name(deck: Deck) -> None:
    with deck.db.read() as session:
        found = access.rules(session)
    assert found.may("ana", Permission.DEPLOYMENT_CREATE, project="web", environment="staging")
    assert not found.may("ana", Permission.TASK_CANCEL, project="web", environment="staging")
    assert found.people_who_may(Permission.RELEASE_CREATE, project="web") == ("ana",)
