"""What a deployment asks for, which answers will do, and what becomes of them."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import text

from bot.cli import main
from engine.domain import plans, prompts
from engine.domain.processes import Action, Process, RunCondition, RunScript, Step
from engine.domain.prompts import Question
from engine.domain.scopes import EVERYWHERE, Scope
from engine.domain.variables import Control, Option, Prompt, Variable
from engine.services import deployments, offers
from engine.services.choices import Choices
from engine.services.prompt_errors import AnswersMissing, UnknownAnswer, WrongAnswer
from engine.services.views import TaskView
from tests.support.engine import Deck

PRODUCTION = Scope(environments=("production",))


def step(slug: str, scope: Scope = EVERYWHERE) -> Step:
    return Step(slug, slug, RunCondition.SUCCESS, scope, (Action(slug, slug, RunScript("x")),))


PROCESS = Process((step("install"), step("tidy", Scope(environments=("staging",)))))


def labels(*variables: Variable, environment: str = "production") -> list[str]:
    plan = plans.make(PROCESS, project="web", environment=environment)
    return [found.label for found in prompts.asked(variables, plan, project="web", environment=environment)]


def prompt(label: str = "", **more: object) -> Prompt:
    return Prompt(label, **more)  # type: ignore[arg-type]


def test_prompts_are_sorted_by_label_or_by_name_without_one() -> None:
    found = labels(
        Variable("Zeta", "", prompt=prompt("2 First")),
        Variable("beta", "", prompt=prompt()),
        Variable("Alpha", "", prompt=prompt()),
        Variable("X", "", prompt=prompt("1 Second")),
    )
    assert found == ["1 Second", "2 First", "Alpha", "beta"]


def test_only_what_applies_there_is_asked_for() -> None:
    only = Variable("Ticket", "", PRODUCTION, prompt())
    assert labels(only) == ["Ticket"]
    assert labels(only, environment="staging") == []


def test_what_is_for_a_step_is_asked_for_where_that_step_runs() -> None:
    only = Variable("Depth", "", Scope(steps=("tidy",)), prompt())
    assert labels(only, environment="staging") == ["Depth"]
    assert labels(only) == []


def test_what_is_for_runbooks_is_not_asked_for_at_a_deployment() -> None:
    assert labels(Variable("A", "", Scope(processes=("runbook",)), prompt())) == []


def test_a_prompt_that_a_more_specific_value_replaces_is_not_asked_for() -> None:
    asked = Variable("Ticket", "", prompt=prompt())
    assert labels(asked, Variable("ticket", "none", PRODUCTION)) == []
    assert labels(asked, Variable("ticket", "none", PRODUCTION), environment="staging") == ["Ticket"]


SIDE = Question(
    "Side", prompt("Which side", control=Control.SELECT, options=(Option("b", "Blue"), Option("g", "Green")))
)
WARM = Question("Warm", prompt(control=Control.CHECKBOX), "False")
NOTE = Question("Note", prompt("A note", control=Control.MULTILINE))
TICKET = Question("Ticket", prompt("Change ticket", required=True))
ALL = (SIDE, WARM, NOTE, TICKET)


def answered(*given: tuple[str, str]) -> dict[str, str]:
    return dict(prompts.judge(ALL, given).values)


def flaw(name: str, value: str) -> str:
    return dict(prompts.judge(ALL, [(name, value)]).wrong)[name]


@pytest.mark.parametrize("name", ["Ticket", "ticket", "TICKET", "change ticket", "Change  Ticket"])
def test_an_answer_names_the_variable_or_its_label_in_any_case(name: str) -> None:
    assert answered((name, "OPS-7")) == {"Ticket": "OPS-7"}


def test_a_name_that_is_not_asked_for_is_told() -> None:
    assert prompts.judge(ALL, [("Tickt", "x")]).unknown == ("Tickt",)


@pytest.mark.parametrize("blank", ["", "  ", "\t"])
def test_what_is_required_must_hold_more_than_blanks(blank: str) -> None:
    assert prompts.judge(ALL, [("Ticket", blank)]).missing == (TICKET,)
    assert prompts.judge(ALL, []).missing == (TICKET,)


def test_a_default_answers_what_is_required() -> None:
    assert prompts.judge([Question("T", prompt(required=True), "x")], []).missing == ()
    assert prompts.judge([Question("T", prompt(required=True), "x")], [("T", " ")]).missing != ()


@pytest.mark.parametrize("text_", ["g", "G", "green", "Green"])
def test_a_select_takes_a_value_or_what_is_shown_for_it(text_: str) -> None:
    assert answered(("Side", text_)) == {"Side": "g"}


def test_a_wrong_option_is_refused_with_the_choices() -> None:
    assert flaw("Side", "red") == "is one of b, g"


@pytest.mark.parametrize(("text_", "value"), [("yes", "True"), ("TRUE", "True"), ("off", "False"), ("", "False")])
def test_a_checkbox_is_true_or_false(text_: str, value: str) -> None:
    assert answered(("Warm", text_)) == {"Warm": value}


def test_what_no_field_could_hold_is_refused() -> None:
    assert flaw("Warm", "perhaps") == "is True or False"
    assert flaw("Ticket", "a\nb") == "is one line"
    assert flaw("Note", "x" * 3001) == "has 3001 characters; 3000 are allowed"
    assert flaw("Note", "a\x00") == "has control characters in it"
    assert answered(("Note", "a\r\nb")) == {"Note": "a\nb"}


# For single targets.

ON_TARGETS = Process(
    (replace(step("roll"), target_tags=("web",)), step("tidy")),
)
MACHINES = [
    plans.Target(slug, ("production",), tags)
    for slug, tags in (("web-1", ("web", "db")), ("web-2", ("web",)), ("web-3", ("web",)), ("db-1", ("db",)))
]


def on_targets(*variables: Variable, not_chosen: tuple[str, ...] = ()) -> list[str]:
    plan = plans.make(ON_TARGETS, project="web", environment="production", targets=MACHINES, not_chosen=not_chosen)
    tags = {machine.slug: machine.tags for machine in MACHINES}
    found = prompts.asked(variables, plan, project="web", environment="production", tags=tags)
    return [question.name for question in found]


def test_what_is_for_a_target_is_asked_for_where_that_takes_part() -> None:
    of_one = Variable("Ticket", "", Scope(machines=("web-1",)), prompt())
    assert on_targets(of_one) == ["Ticket@web-1"]
    assert on_targets(of_one, not_chosen=("web-1",)) == []
    assert on_targets(Variable("Ticket", "", Scope(machines=("db-1",)), prompt())) == [], "no step runs there"
    assert on_targets(Variable("Ticket", "", Scope(target_tags=("db",)), prompt())) == ["Ticket@tag:db"]
    assert on_targets(Variable("Ticket", "", Scope(target_tags=("db",)), prompt()), not_chosen=("web-1",)) == []


def test_beside_what_is_asked_for_all_each_target_has_a_question_of_its_own() -> None:
    general, one = (
        Variable("T", "", prompt=prompt("Ticket")),
        Variable("T", "x", Scope(machines=("web-1", "web-2")), prompt("Ticket")),
    )
    assert on_targets(general, one) == ["T", "T@web-1+web-2"]
    asked_for_two = Question("T@web-1+web-2", prompt("Ticket"), "x", ("web-1", "web-2"))
    assert asked_for_two.label == "Ticket (web-1, web-2)"


def test_a_target_that_a_more_specific_value_covers_is_not_asked_about() -> None:
    by_tag = Variable("T", "", Scope(target_tags=("db",)), prompt())
    assert on_targets(by_tag, Variable("T", "fixed", Scope(machines=("web-1",)))) == []


def test_a_name_alone_answers_for_all_its_targets_but_those_that_are_named() -> None:
    one, other = (
        Question("T@web-1", prompt(required=True), "", ("web-1",)),
        Question("T@tag:db", prompt(), "", ("tag:db",)),
    )
    assert prompts.judge([one, other], [("t@WEB-1", "a"), ("T", "b")]).values == {"T@web-1": "a", "T@tag:db": "b"}
    general = Question("T", prompt())
    assert prompts.judge([general, one], [("T", "b")]).values == {"T": "b"}
    assert prompts.judge([general, one], [("T", "b")]).missing == (one,)


# Through the services.

VARIABLES = """\
Ticket: [{prompt: {label: Change ticket, required: true}, when: {environment: production}}]
Side: [{value: blue, prompt: {options: [blue, green]}}]
Warm: [{prompt: {control: checkbox}}]
Password: [{secret: "env:WEB_PASSWORD"}]
Note: [{value: "on #{Octopus.Release.Number}", prompt: {label: Note}}]
"""


@pytest.fixture
def web(deck: Deck, monkeypatch: pytest.MonkeyPatch) -> Deck:
    monkeypatch.setenv("WEB_PASSWORD", "correct horse")
    return deck.configured(files={"projects/web/variables.yml": VARIABLES})


def deploys(deck: Deck, *answers: tuple[str, str], environment: str = "production") -> TaskView:
    return deployments.request(
        deck.db, deck.clock(), person="ana", project="web", version="1.0.0", environment=environment,
        create_release=True, choices=Choices(answers=answers),
    )  # fmt: skip


def given(deck: Deck) -> dict[str, object]:
    deck.works()
    return dict(deck.workers.requests[-1].variables)


def test_answers_are_kept_with_the_task_shown_and_given_to_the_script(web: Deck) -> None:
    view = deploys(web, ("ticket", "OPS-7"), ("Side", "green"))
    assert view.answers == (("Change ticket", "OPS-7"), ("Side", "green"))
    values = given(web)
    assert (values["Ticket"], values["Side"], values["Warm"]) == ("OPS-7", "green", "False")


def test_what_nobody_answers_has_its_default_evaluated(web: Deck) -> None:
    deploys(web, ("Ticket", "OPS-7"))
    values = given(web)
    assert (values["Side"], values["Note"]) == ("blue", "on 1.0.0")


def test_the_default_as_the_form_shows_it_means_the_default(web: Deck) -> None:
    deploys(web, ("Ticket", "OPS-7"), ("Note", "on #{Octopus.Release.Number}"))
    assert given(web)["Note"] == "on 1.0.0"


def test_what_is_typed_reads_no_other_variable(web: Deck) -> None:
    deploys(web, ("Ticket", "#{Password}"))
    assert given(web)["Ticket"] == "#{Password}"


def test_what_is_missing_is_told_and_nothing_is_made(web: Deck) -> None:
    with pytest.raises(AnswersMissing) as caught:
        deploys(web)
    assert str(caught.value) == "web 1.0.0 needs an answer before it goes to production: Change ticket."
    assert caught.value.hint == "Nothing was deployed. Add --with Ticket=…."
    with web.db.read() as session:
        assert session.scalar(text("SELECT count(*) FROM releases")) == 0


def test_nothing_is_demanded_where_it_does_not_apply(web: Deck) -> None:
    assert deploys(web, environment="staging").answers == ()
    with pytest.raises(UnknownAnswer) as caught:
        deploys(web, ("Ticket", "x"), environment="staging")
    assert str(caught.value) == "web does not ask for `Ticket` in staging."


def test_names_and_options_that_do_not_exist_are_refused_with_the_choices(web: Deck) -> None:
    with pytest.raises(UnknownAnswer) as unknown:
        deploys(web, ("Tickt", "x"))
    assert unknown.value.hint == "Did you mean Ticket?"
    with pytest.raises(WrongAnswer) as wrong:
        deploys(web, ("Ticket", "x"), ("Side", "red"))
    assert str(wrong.value) == "Side is one of blue, green."


def test_a_release_asks_for_what_it_froze(web: Deck) -> None:
    deploys(web, ("Ticket", "OPS-7"))
    web.configured(files={"projects/web/variables.yml": "Other: [{prompt: {label: Other}}]\n"})
    found = offers.of(web.db, project="web", version="1.0.0", environment="production").questions
    assert [question.name for question in found] == ["Ticket", "Note", "Side", "Warm"]
    fresh = offers.of(web.db, project="web", version="2.0.0", environment="production").questions
    assert [question.name for question in fresh] == ["Other"]


def test_the_plan_says_what_is_asked_for(web: Deck) -> None:
    view = deployments.preview(web.db, project="web", version="1.0.0", environment="production")
    assert [question.label for question in view.questions] == ["Change ticket", "Note", "Side", "Warm"]


def test_tasks_of_before_were_asked_nothing(web: Deck) -> None:
    number = deploys(web, environment="staging").number
    with web.db.write() as session:
        session.execute(text("UPDATE tasks SET form_values = :none"), {"none": json.dumps({})})
    assert web.task(number).answers == ()
    assert given(web)["Side"] == "blue"


def typed(deck: Deck, *words: str) -> Result:
    folders = ["--state", str(deck.state), "--config", str(deck.config), "--as", "ana"]
    return CliRunner().invoke(
        main, ["deploy", "web", "1.0.0", "--to", "production", "--create-release", *words, *folders]
    )


def test_answers_are_given_on_the_command_line(web: Deck) -> None:
    found = typed(web, "--with", "Change ticket=OPS=7", "--with", "side=green")
    assert found.exit_code == 0, found.output
    assert web.task(1).answers == (("Change ticket", "OPS=7"), ("Side", "green"))


def test_the_command_line_says_what_is_missing_and_how_it_is_given(web: Deck) -> None:
    found = typed(web)
    assert found.exit_code == 1
    assert "Error: web 1.0.0 needs an answer before it goes to production: Change ticket." in found.output
    assert "Add --with Ticket=…." in found.output
    assert typed(web, "--with", "Ticket").exit_code == 2
