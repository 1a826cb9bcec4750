"""Variables of a deployment: which value applies, what steps hand on, and that secrets stay secrets."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from engine.contracts import Outcome, OutputVariable, Secret
from engine.models import Output, Task
from engine.services import configuration, variables
from tests.support.engine import MAIN, Deck
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


# Values that hold variables, and what becomes of what cannot be resolved.


def test_a_script_gets_values_with_their_variables_put_in(deck: Deck, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WEB_PASSWORD", "correct horse")
    files = {
        "projects/web/variables.yml": 'Password: [{secret: "env:WEB_PASSWORD"}]\n'
        'Url: [{value: "https://#{Octopus.Project.Id}:#{PASSWORD}@#{Host}"}]\nHost: [{value: "#{Name}.example"}]\n'
        "Name: [{value: a}, {value: b, when: {step: install}}]\n"
    }
    deck.configured(TWO_STEPS, files)
    deck.deploys()
    deck.works()
    assert given_to(deck, "build")["Url"] == "https://web:correct horse@a.example"
    assert given_to(deck, "install")["Url"] == "https://web:correct horse@b.example"


UNRESOLVED = {"projects/web/variables.yml": 'Url: [{value: "https://#{Host}"}]\n'}
USES_IT = "steps: [{step: build, run_script: {inline: 'curl $(get_octopusvariable Url)'}}]\n"


def test_a_token_that_nothing_resolves_is_warned_of_in_the_log_of_a_step_that_names_it(deck: Deck) -> None:
    deck.configured(USES_IT, UNRESOLVED)
    number = deck.deploys()
    deck.works()
    assert given_to(deck, "build")["Url"] == "https://#{Host}"
    assert deck.log(number, "build") == "In the variable Url, #{Host} cannot be resolved.\n"
    assert deck.steps(number) == {"build": "warnings"}


def test_a_script_that_does_not_name_it_says_nothing(deck: Deck) -> None:
    deck.configured(files=UNRESOLVED)
    number = deck.deploys()
    deck.works()
    assert deck.steps(number) == {"build": "succeeded"}


@pytest.mark.parametrize(
    ("process", "variables_"),
    [
        (f"fail_on_unresolved: true\n{USES_IT}", ""),
        (USES_IT, 'OctopusShouldFailDeploymentOnSubstitutionFails: [{value: "True"}]\n'),
    ],
)
def test_it_fails_the_step_where_that_is_wanted(deck: Deck, process: str, variables_: str) -> None:
    deck.configured(process, {"projects/web/variables.yml": UNRESOLVED["projects/web/variables.yml"] + variables_})
    number = deck.deploys()
    deck.works()
    (step,) = deck.task(number).failed_steps
    assert step.detail == "In the variable Url, #{Host} cannot be resolved."
    assert step.hint
    assert deck.workers.requests == []


def test_instructions_with_a_token_that_nothing_resolves_fail_the_step_and_nobody_is_asked(deck: Deck) -> None:
    process = "steps: [{step: ok, manual_intervention: {teams: [devs], instructions: 'Is #{Missing} good?'}}]\n"
    deck.configured(process)
    number = deck.deploys()
    deck.works()
    (step,) = deck.task(number).failed_steps
    assert step.detail == "The instructions cannot be shown: #{Missing} cannot be resolved."
    assert deck.task(number).pending is None
    assert deck.task(number).state.is_final


def test_what_somebody_notes_is_no_template(deck: Deck, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WEB_PASSWORD", "correct horse")
    process = "steps: [{step: ok, manual_intervention: {teams: [release-managers], instructions: Good?}},"
    deck.configured(f"{process} {{step: build, run_script: {{inline: a}}}}]\n", SECRET)
    number = deck.deploys()
    deck.works()
    deck.proceeds(number, note="#{Password}")
    deck.works()
    assert given_to(deck, "build")["Octopus.Action[ok].Output.Manual.Notes"] == "#{Password}"


def test_why_somebody_aborted_is_no_template_either(deck: Deck, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WEB_PASSWORD", "correct horse")
    process = "steps: [{step: ok, manual_intervention: {teams: [release-managers], instructions: Good?}},"
    tell = "{step: tell, run_condition: failure, run_script: {inline: a}}]\n"
    deck.configured(f"{process} {tell}", SECRET)
    number = deck.deploys()
    deck.works()
    deck.aborts(number, note="no: #{Password}")
    deck.works()
    assert given_to(deck, "tell")["Octopus.Deployment.Error"] == "aborted by ben: no: #{Password}"


# Run conditions that are expressions.


def conditional(condition: str, variables_: str = "") -> tuple[str, dict[str, str]]:
    process = f"""\
steps:
  - {{step: build, run_script: {{inline: a}}}}
  - {{step: extra, run_condition: "{condition}", run_script: {{inline: b}}}}
"""
    return process, {"projects/web/variables.yml": variables_} if variables_ else {}


@pytest.mark.parametrize(("value", "status"), [("True", "succeeded"), ("No", "skipped"), ("0", "skipped")])
def test_a_condition_is_evaluated_with_what_earlier_steps_put_out(deck: Deck, value: str, status: str) -> None:
    deck.configured(*conditional("#{Octopus.Action[build].Output.More}"))
    deck.workers.when("build", says(outputs=(OutputVariable("More", value),)))
    number = deck.deploys()
    deck.works()
    assert deck.steps(number)["extra"] == status


def test_a_condition_that_does_not_hold_says_so(deck: Deck) -> None:
    deck.configured(*conditional("#{More}", 'More: [{value: "False"}]\n'))
    number = deck.deploys()
    deck.works()
    assert deck.task(number).steps[1].detail == "its run condition is false"


def test_a_condition_is_evaluated_after_a_failure_too(deck: Deck) -> None:
    deck.configured(*conditional("#{Octopus.Step[build].Status.Error}"))
    deck.workers.when("build", ends(Outcome.FAILED, "It broke."))
    number = deck.deploys()
    deck.works()
    assert deck.steps(number) == {"build": "failed", "extra": "succeeded"}
    assert deck.task(number).state.value == "Failed", "a later success mends nothing"


def test_a_condition_with_a_token_that_nothing_resolves_fails_the_step_with_its_name(deck: Deck) -> None:
    deck.configured(*conditional("#{Octopus.Action[build].Output.Missing}"))
    number = deck.deploys()
    deck.works()
    (step,) = deck.task(number).failed_steps
    assert step.slug == "extra"
    assert (
        step.detail == "The run condition cannot be told: #{Octopus.Action[build].Output.Missing} cannot be resolved."
    )
    assert deck.workers.started() == ["build"]


def test_a_step_whose_condition_cannot_be_told_is_not_tried_again(deck: Deck) -> None:
    process, files = conditional("#{Octopus.Action[build].Output.Missing}")
    retried = process.replace("{inline: b}", "{inline: b}, retries: {attempts: 2, delay: 1s}")
    deck.configured(retried, files)
    number = deck.deploys()
    deck.works()
    assert deck.task(number).state.is_final
    assert deck.workers.started() == ["build"]


# Secret stores.


def test_a_secret_of_a_store_is_read_when_it_is_used_and_reaches_the_script(deck: Deck) -> None:
    stores = 'secret_stores:\n  op: {command: [printf, "secret of %s", "{path}"]}\n'
    files = {"foredeck.yml": MAIN + stores, "projects/web/variables.yml": 'Password: [{secret: "op:web/db"}]\n'}
    deck.configured(files=files)
    deck.deploys()
    deck.works()
    assert given_to(deck, "build")["Password"] == Secret("secret of web/db")


def test_a_store_that_gives_nothing_fails_the_step_with_what_to_do(deck: Deck) -> None:
    stores = 'secret_stores:\n  op: {command: [/bin/sh, -c, "echo no session >&2; exit 4", "{path}"]}\n'
    files = {"foredeck.yml": MAIN + stores, "projects/web/variables.yml": 'Password: [{secret: "op:web/db"}]\n'}
    deck.configured(files=files)
    number = deck.deploys()
    deck.works()
    (step,) = deck.task(number).failed_steps
    assert step.detail == (
        "The secret store op gave no secret for op:web/db: its command ended with exit code 4 and said “no session”."
    )
    assert step.hint.startswith("Run the command of the store op as the bot's account")


# Library sets.


def test_a_set_is_frozen_with_the_release(deck: Deck) -> None:
    def files(host: str) -> dict[str, str]:
        sets = f"variable_sets:\n  mail: {{variables: {{Host: [{{value: {host}}}]}}}}\n"
        return {"foredeck.yml": MAIN + sets, "projects/web/project.yml": "slug: web\nvariable_sets: [mail]\n"}

    deck.configured(files=files("before"))
    deck.deploys()
    deck.works()
    deck.configured(files=files("after"))
    deck.deploys()
    deck.works()
    assert [request.variables["Host"] for request in deck.workers.requests] == ["before", "before"]
    deck.deploys(version="2.0.0")
    deck.works()
    assert deck.workers.requests[-1].variables["Host"] == "after"
