"""What is typed after `/runbook` and must not be taken for something else."""

from __future__ import annotations

import pytest

from bot import runbook_requests
from bot.orders import NotUnderstood
from bot.runbook_requests import OpenRunForm, PlanRunbook, RunRunbook
from engine.services.gates import Way


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("run restart in production emergency because INC-7", "run restart in production because INC-7"),
        ("run restart of web in production emergency", "run restart of web in production"),
    ],
)
def test_a_run_is_no_emergency_and_never_one_silently(typed: str, meant: str) -> None:
    assert runbook_requests.parse_runbook(typed) == NotUnderstood("Only deployments can be emergencies.", meant)
    assert isinstance(runbook_requests.parse_runbook(meant), RunRunbook)


@pytest.mark.parametrize(
    ("typed", "name", "project", "is_draft"),
    [
        ("run restart in production", "restart", "", False),
        ("run restart of web in production", "restart", "web", False),
        ("run restart in production of web", "restart", "web", False),
        ('run "Restart the shop" in production', "Restart the shop", "", False),
        ("run “Restart the shop” of web to production", "Restart the shop", "web", False),
        ("run restart@2 in production", "restart@2", "", False),
        ("run restart draft in production", "restart", "", True),
        ("run restart in production Draft", "restart", "", True),
    ],
)
def test_a_run_is_typed_as_one_says_it(typed: str, name: str, project: str, is_draft: bool) -> None:
    found = runbook_requests.parse_runbook(typed)
    assert isinstance(found, RunRunbook)
    assert (found.name, found.environment, found.project, found.is_draft) == (name, "production", project, is_draft)


def test_its_clauses_are_those_of_a_deployment() -> None:
    typed = "run restart on web-1 of web at 22:00 in production skip stop with Ticket=OPS-7 because it is of no use"
    found = runbook_requests.parse_runbook(typed)
    assert isinstance(found, RunRunbook)
    assert (found.project, found.environment) == ("web", "production")
    chosen = found.choices
    assert (chosen.on, chosen.at, chosen.skip) == (("web-1",), "22:00", ("stop",))
    assert chosen.answers == (("Ticket", "OPS-7"),)
    assert chosen.reason == "it is of no use"


@pytest.mark.parametrize(
    ("typed", "suggestion"),
    [
        ("plan", "plan restart in production"),
        ("plan restart of web", "plan restart of web in production"),
        ("run restart production now please", "run restart in production"),
        ("run restart of web at 22:00", "run restart of web in production"),
        ("run restart in production skip", "run restart in production skip smoke-test"),
    ],
)
def test_what_is_not_understood_speaks_of_runbooks(typed: str, suggestion: str) -> None:
    found = runbook_requests.parse_runbook(typed)
    assert isinstance(found, NotUnderstood)
    assert found.suggestion == suggestion
    assert "version" not in found.sentence


@pytest.mark.parametrize(
    ("typed", "form"),
    [
        ("", OpenRunForm()),
        ("run", OpenRunForm()),
        ("restart", OpenRunForm("restart")),
        ("run restart of web", OpenRunForm("restart", "web")),
        ('"Restart the shop" draft', OpenRunForm("Restart the shop", is_draft=True)),
        ("restart@2 in production", OpenRunForm("restart@2", environment="production")),
        (
            "restart in production on web-1 at 22:00 skip stop with Ticket=OPS-7 because it hangs",
            OpenRunForm(
                "restart",
                environment="production",
                answers=(("Ticket", "OPS-7"),),
                besides={"a": "22:00", "o": ["web-1"], "r": "it hangs", "s": ["stop"]},
            ),
        ),
        (
            "restart queue with Ticket=OPS-7",
            OpenRunForm("restart", answers=(("Ticket", "OPS-7"),), besides={"w": "queue"}),
        ),
    ],
)
def test_what_is_not_said_in_full_opens_the_form_with_what_was(typed: str, form: OpenRunForm) -> None:
    assert runbook_requests.parse_runbook(typed) == form
    assert OpenRunForm.from_carried(form.carried) == form


def test_a_full_form_asks_for_the_same_run_as_the_words() -> None:
    words = "run restart@2 of web in production on web-1 at 22:00 skip stop with Ticket=OPS-7 because it hangs"
    form = runbook_requests.parse_runbook(words.removeprefix("run "))
    assert isinstance(form, OpenRunForm)
    assert RunRunbook.entered(form) == runbook_requests.parse_runbook(words)


def test_a_plan_is_typed_like_a_run() -> None:
    found = runbook_requests.parse_runbook("plan restart@2 of web in production on web-1")
    assert isinstance(found, PlanRunbook)
    assert (found.wanted.name, found.wanted.choices.on) == ("restart@2", ("web-1",))
    found = runbook_requests.parse_runbook("plan restart of web")
    assert isinstance(found, NotUnderstood)
    assert found.suggestion == "plan restart of web in production"


@pytest.mark.parametrize(
    "typed",
    [
        "run restart in production",
        'run "Restart the shop" of web draft in production on web-1 not on web-2 at 22:00 guided because it hangs',
        "run restart@2 queue in production with Ticket=OPS-7",
        "run restart in production skip stop, start",
    ],
)
def test_what_is_shown_to_be_typed_means_the_same(typed: str) -> None:
    found = runbook_requests.parse_runbook(typed)
    assert isinstance(found, RunRunbook)
    assert runbook_requests.parse_runbook(found.typed) == found


def test_a_run_waits_behind_a_lock_when_it_is_said_and_passes_freezes_anyway() -> None:
    for typed in ("run restart queue in production", "run restart in production queued"):
        found = runbook_requests.parse_runbook(typed)
        assert isinstance(found, RunRunbook)
        assert found.choices.way is Way.QUEUE
    found = runbook_requests.parse_runbook("run restart in production override because INC-7")
    assert isinstance(found, RunRunbook)
    assert found.choices.way is Way.NONE
