"""Evaluating variables: for a script, for people, for a condition; and that a secret inside stays hidden."""

from __future__ import annotations

import base64
from datetime import UTC, datetime

import pytest

from engine.contracts import Secret
from engine.domain import templates
from engine.domain.variables import SecretReference
from engine.services import evaluations
from engine.services.evaluations import Evaluated
from engine.services.system_variables import literal
from workers.masking import Masks

NOW = datetime(2026, 5, 4, tzinfo=UTC)
PASSWORD = Secret("correct horse")


def evaluated(**values: str | Secret) -> Evaluated:
    return evaluations.for_script(values, NOW)


def printed(text: str, found: Evaluated) -> str:
    """What of it the log shows, masked as the workers do."""
    secrets = [*found.masks, *(value for value in found.values.values() if isinstance(value, Secret))]
    return Masks(secret.reveal() for secret in secrets).mask(text)


def test_a_value_that_holds_variables_reaches_the_script_evaluated() -> None:
    found = evaluated(Url="https://#{Host}/#{Path}", Host="#{Name}.example.com", Name="shop", Path="x")
    assert found.values["Url"] == "https://shop.example.com/x"
    assert found.flaws == {}


def test_a_composed_value_is_not_itself_a_secret_but_the_secret_in_it_is_hidden() -> None:
    found = evaluated(Url="postgres://web:#{Password}@db", Password=PASSWORD)
    assert found.values["Url"] == "postgres://web:correct horse@db"
    assert printed(f"connecting to {found.values['Url']}", found) == "connecting to postgres://web:********@db"


def test_the_secret_part_is_hidden_when_the_whole_was_encoded() -> None:
    found = evaluated(Header="user:#{Password}", Password=PASSWORD)
    text = base64.b64encode(str(found.values["Header"]).encode()).decode()
    shown = printed(text, found)
    assert "********" in shown
    assert base64.b64encode(b"correct horse").decode().rstrip("=")[4:-4] not in shown


def test_a_secret_with_a_template_is_hidden_as_it_is_written_and_as_it_came_out() -> None:
    found = evaluated(Password=Secret("pre-#{Name}-post"), Name="abc")
    assert found.values["Password"] == Secret("pre-abc-post")
    assert printed("pre-#{Name}-post", found) == printed("pre-abc-post", found) == "********"


def test_what_cannot_be_resolved_stays_as_it_is_written_and_is_told_with_its_name() -> None:
    found = evaluated(Url="https://#{Host}")
    assert found.values["Url"] == "https://#{Host}"
    assert found.flaws == {"Url": "In the variable Url, #{Host} cannot be resolved."}


def test_only_what_the_script_reads_is_told() -> None:
    found = evaluated(Url="https://#{Host}", UrlOfOthers="#{Other}")
    told = (found.flaws["Url"],)
    in_bash = ('echo "$(get_octopusvariable "URL")"', "x=${octopus_parameters[Url]}", "get_octopusvariable Url")
    in_others = ("print(get_octopusvariable('Url'))", 'octopusvariables["Url"]', '$OctopusParameters["Url"]')
    for script in (*in_bash, *in_others):
        assert found.flaws_in(script) == told
    for script in ("echo nothing", "set_octopusvariable Url x", "echo Url", "get_octopusvariable Url.Host"):
        assert found.flaws_in(script) == ()


def test_a_chain_of_variables_tells_what_is_missing_at_its_end() -> None:
    found = evaluated(A="#{B}", B="#{Missing}")
    assert "#{Missing}" in found.flaws["A"]


def test_no_message_about_a_template_holds_a_secret() -> None:
    found = evaluated(A="#{B} #{Missing}", B=Secret("text #{Hidden} text"))
    assert set(found.flaws) == {"A", "B"}
    assert not any("Hidden" in flaw or "text" in flaw for flaw in found.flaws.values())


def test_a_variable_that_refers_to_itself_is_told_and_handed_on_as_it_is() -> None:
    found = evaluated(A="#{B}", B="#{A}")
    assert found.values["A"] == "#{B}"
    assert "A" in found.flaws["A"]


@pytest.mark.parametrize(("text", "fails"), [("True", True), ("true", True), ("False", False), ("", False)])
def test_octopuss_switch_is_read_whatever_its_case(text: str, fails: bool) -> None:
    found = evaluations.for_script({"octopusshouldfaildeploymentonsubstitutionfails": text}, NOW)
    assert found.fails_on_unresolved is fails


def test_what_somebody_typed_is_no_template() -> None:
    for typed in ("#{Password}", "a ##{Password} ###{Password} # #", "#{if Password}x#{/if}"):
        values = {"Ticket": literal(typed), "Password": PASSWORD, "Foredeck.Hash": "#", "Note": "for #{Ticket}"}
        found = evaluations.for_script(values, NOW)
        assert found.values["Ticket"] == typed
        assert found.values["Note"] == f"for {typed}"
        # The files of a step are templates themselves, and take the values as they are written.
        written = {name: str(value) for name, value in found.written.items()}
        assert templates.evaluate("#{Note}", written).text == f"for {typed}"


# For people, and for conditions.


def test_people_see_asterisks_for_secrets_wherever_they_are_kept() -> None:
    values = {"A": PASSWORD, "B": SecretReference("env", "X"), "C": "c and #{A}"}
    assert evaluations.for_people("#{A} #{B} #{C}", values, NOW) == ("******** ******** c and ********", "")


def test_people_are_told_which_token_is_missing() -> None:
    _, flaw = evaluations.for_people("Deploy #{Version}?", {}, NOW)
    assert flaw == "#{Version} cannot be resolved"


@pytest.mark.parametrize("text", ["True", "yes", "1", "anything", "00"])
def test_a_condition_holds_for_whatever_is_not_false(text: str) -> None:
    assert evaluations.judge("#{A}", {"A": text}, NOW).holds


@pytest.mark.parametrize("text", ["", "0", "no", " No ", "FALSE", " false"])
def test_a_condition_does_not_hold_for_nothing_zero_no_and_false(text: str) -> None:
    found = evaluations.judge("#{A}", {"A": text}, NOW)
    assert (found.holds, found.why_not) == (False, "its run condition is false")


def test_a_condition_with_a_token_that_is_missing_fails_and_names_it() -> None:
    found = evaluations.judge("#{Missing}", {}, NOW)
    assert found.failure == "The run condition cannot be told: #{Missing} cannot be resolved."


def test_a_condition_that_refers_to_itself_fails() -> None:
    assert evaluations.judge("#{A}", {"A": "#{A}"}, NOW).failure.startswith("The run condition cannot be told:")


def test_a_secret_counts_as_being_there_in_a_condition() -> None:
    assert evaluations.judge("#{A}", {"A": SecretReference("env", "X")}, NOW).holds


def given(*parameters: str, **values: str | Secret) -> Evaluated:
    return evaluations.for_script(values, NOW, parameters)


def test_what_variables_hold_stays_within_its_parameter_and_counts_as_a_secret() -> None:
    found = given("--to", "#{Where}", "--pass=#{Password}", Where="a b; rm", Password=PASSWORD)
    assert found.parameters == ("--to", Secret("a b; rm"), Secret("--pass=correct horse"))
    assert printed("--pass=correct horse", found) == "--pass=********"


def test_a_secret_that_a_filter_changed_in_a_parameter_is_hidden() -> None:
    found = given("#{Password | ToUpper}", Password=PASSWORD)
    assert printed("CORRECT HORSE", found) == "********"


def test_a_parameter_with_nothing_to_put_in_stays_as_it_is_written_and_is_told() -> None:
    found = given("--to=#{Nowhere}", "plain")
    assert found.parameters == (Secret("--to=#{Nowhere}"), "plain")
    assert found.flaws_in("") == ("In the parameter --to=#{Nowhere}, #{Nowhere} cannot be resolved.",)


def test_the_filter_null_takes_a_parameter_away_and_an_empty_one_stays() -> None:
    assert given("#{Flag}", "#{Gone | null}", "last", Flag="", Gone="").parameters == (Secret(""), "last")


@pytest.mark.parametrize(("written", "is_set"), [("True", True), ("true ", True), ("False", False), ("", False)])
def test_the_switch_for_stderr_is_a_variable(written: str, is_set: bool) -> None:
    assert (
        evaluations.for_script({"octopus.action.failScriptOnErrorOutput": written}, NOW).fails_on_error_output is is_set
    )
