"""Variables of a deployment: which value applies, what steps hand on, and that secrets stay secrets."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from engine.contracts import Outcome, OutputVariable, Secret
from engine.models import Output, Task
from engine.services import configuration, variables
from tests.support.engine import Deck
from tests.support.engine_workers import ends, says

TWO_STEPS = "steps: [{step: build, run_script: {inline: a}}, {step: install, run_script: {inline: b}}]\n"


def given_to(deck: Deck, step: str) -> dict[str, str | Secret]:
    """What the worker got for this step."""
    return dict(next(request.variables for request in deck.workers.requests if request.step_name == step))


def test_a_script_gets_the_projects_the_systems_and_the_steps_own_variables(deck: Deck) -> None:
    deck.configured(files={"projects/web/variables.yml": "Color: [{value: blue}]\n"})
    deck.deploys(version="1.4.0", environment="production")
    deck.works()
    given = given_to(deck, "build")
    assert given["Color"] == "blue"
    assert given["Octopus.Project.Name"] == "web"
    assert given["Octopus.Release.Number"] == "1.4.0"
    assert given["Octopus.Environment.Name"] == "production"
    assert given["Octopus.Deployment.CreatedBy.Username"] == "ana"
    assert given["Octopus.Action.Name"] == given["Octopus.Step.Name"] == "build"
    assert given["Octopus.Deployment.Created"] == "2026-05-04T09:00:00+00:00"


def test_an_action_of_many_knows_its_step(deck: Deck) -> None:
    deck.configured("steps: [{step: install, actions: [{action: copy, run_script: {inline: a}}]}]\n")
    deck.deploys()
    deck.works()
    given = given_to(deck, "copy")
    assert (given["Octopus.Step.Name"], given["Octopus.Action.Name"]) == ("install", "copy")


def test_outputs_of_a_step_reach_the_later_ones_by_its_name(deck: Deck) -> None:
    deck.configured(TWO_STEPS)
    deck.workers.when("build", says(outputs=(OutputVariable("Commit", "abc"),)))
    deck.deploys()
    deck.works()
    assert "Octopus.Action[build].Output.Commit" not in given_to(deck, "build")
    assert given_to(deck, "install")["Octopus.Action[build].Output.Commit"] == "abc"


def test_an_output_set_twice_has_its_last_value(deck: Deck) -> None:
    deck.configured(TWO_STEPS)
    deck.workers.when("build", says(outputs=(OutputVariable("Commit", "abc"), OutputVariable("Commit", "def"))))
    deck.deploys()
    deck.works()
    assert given_to(deck, "install")["Octopus.Action[build].Output.Commit"] == "def"


def test_a_sensitive_output_is_stored_sealed_and_handed_on_as_a_secret(deck: Deck) -> None:
    deck.configured(TWO_STEPS)
    deck.workers.when("build", says(outputs=(OutputVariable("Token", Secret("correct horse")),)))
    deck.deploys()
    deck.works()
    with deck.db.read() as session:
        row = session.scalars(select(Output)).one()
    assert row.sensitive
    assert "correct" not in row.value
    handed_on = given_to(deck, "install")["Octopus.Action[build].Output.Token"]
    assert handed_on == Secret("correct horse")
    assert str(handed_on) == "********"


def test_a_sealed_output_that_cannot_be_read_any_more_is_left_out(deck: Deck) -> None:
    deck.configured(TWO_STEPS)
    deck.workers.when("build", says(outputs=(OutputVariable("Token", Secret("correct horse")),)))
    deck.deploys()
    deck.works(rounds=1)
    (deck.state / "seal.key").unlink()
    deck.reopen()
    deck.works()
    assert "Octopus.Action[build].Output.Token" not in given_to(deck, "install")


def test_after_a_failure_the_next_steps_know_the_error(deck: Deck) -> None:
    deck.configured(
        "steps: [{step: build, run_script: {inline: a}},"
        " {step: tell, run_condition: failure, run_script: {inline: b}}]\n"
    )
    deck.workers.when("build", ends(Outcome.FAILED, "The script ended with exit code 3."))
    deck.deploys()
    deck.works()
    assert "Octopus.Deployment.Error" not in given_to(deck, "build")
    assert given_to(deck, "tell")["Octopus.Deployment.Error"] == "The script ended with exit code 3."


# Secrets by reference.

SECRET = {"projects/web/variables.yml": 'Password: [{secret: "env:WEB_PASSWORD"}]\n'}


def test_a_secret_is_read_when_it_is_used_and_never_stored(deck: Deck, monkeypatch: pytest.MonkeyPatch) -> None:
    deck.configured(files=SECRET)
    deck.deploys()
    monkeypatch.setenv("WEB_PASSWORD", "correct horse")
    deck.works()
    assert given_to(deck, "build")["Password"] == Secret("correct horse")
    deck.close()
    for path in deck.state.rglob("*"):
        if path.is_file():
            assert b"correct horse" not in path.read_bytes(), path


def test_a_secret_that_is_missing_fails_the_step_and_says_which(deck: Deck, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("WEB_PASSWORD", raising=False)
    deck.configured(files=SECRET)
    number = deck.deploys()
    deck.works()
    (step,) = deck.task(number).failed_steps
    assert step.detail == "The secret env:WEB_PASSWORD is not available: the environment variable is not set."
    assert step.hint
    assert deck.workers.requests == []


def test_a_secret_that_is_missing_after_a_restart_does_not_call_a_running_script_failed(
    deck: Deck, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WEB_PASSWORD", "correct horse")
    deck.configured(files=SECRET)
    deck.workers.when("build", ends(Outcome.DETACHED))
    number = deck.deploys()
    deck.works(rounds=1)
    monkeypatch.delenv("WEB_PASSWORD")
    deck.works()
    assert deck.steps(number) == {"build": "lost"}
    assert deck.task(number).pending is not None


# Substitution for people.


def test_instructions_show_variables_but_no_secrets(deck: Deck, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WEB_PASSWORD", "correct horse")
    process = (
        "steps: [{step: confirm, manual_intervention: {teams: [release-managers],"
        " instructions: 'Deploy #{Octopus.Release.Number} with #{Password}? ##{this}'}}]\n"
    )
    deck.configured(process, SECRET)
    number = deck.deploys(version="1.4.0")
    deck.works()
    pending = deck.task(number).pending
    assert pending is not None
    assert pending.instructions == "Deploy 1.4.0 with ********? #{this}"


def test_every_variable_of_a_task_can_be_asked_for_without_a_step(deck: Deck) -> None:
    number = deck.deploys()
    with deck.db.read() as session:
        found = variables.of_task(
            session, session.get_one(Task, number), configuration.current(session).definitions, deck.sealer
        )
    assert "Octopus.Step.Name" not in found
    assert found["Octopus.Deployment.Id"] == str(number)
