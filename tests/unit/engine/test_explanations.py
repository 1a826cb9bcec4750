"""`foredeck variables explain`: which value wins, where it is written, why others do not, and never a secret."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from bot.cli import main
from engine.services import explanations
from engine.services.errors import UnknownName
from tests.support.engine import MAIN, Deck

FILES = {
    "foredeck.yml": MAIN
    + "variable_sets:\n  mail:\n    variables:\n      Level: [{value: quiet}]\n      Host: [{value: mail}]\n",
    "projects/web/project.yml": "slug: web\nvariable_sets: [mail]\n",
    "projects/web/variables.yml": """\
Level:
  - {value: info}
  - {value: debug, when: {environment: staging}}
  - {value: trace, when: {environment: staging, step: build}}
  - {value: warn, when: {environment: production}}
  - {value: off-peak, when: {step: build}}
Password: [{secret: "env:WEB_PASSWORD"}]
Ticket: [{value: none, prompt: {label: Change ticket}}]
""",
}


@pytest.fixture
def web(deck: Deck, monkeypatch: pytest.MonkeyPatch) -> Deck:
    monkeypatch.setenv("WEB_PASSWORD", "correct horse")
    return deck.configured(files=FILES)


def told(deck: Deck, name: str = "level", *, environment: str = "staging", **more: str) -> list[str]:
    view = explanations.explain(deck.db, name=name, project="web", environment=environment, **more)
    return [f"{v.standing.value} {v.value} {v.place}{' ' + v.source if v.source else ''}: {v.why}" for v in view.values]


def test_every_value_is_told_the_winner_first_with_its_place_and_the_reason(web: Deck) -> None:
    assert told(web, step="build") == [
        "wins “trace” projects/web/variables.yml:4: "
        "for environment staging, step build; the most specific that applies",
        "loses “off-peak” projects/web/variables.yml:6: names 1 kind of scope, the winner 2",
        "loses “debug” projects/web/variables.yml:3: names 1 kind of scope, the winner 2",
        "loses “info” projects/web/variables.yml:2: names no kind of scope, the winner 2",
        "loses “quiet” foredeck.yml:19 variable set mail: names no kind of scope, the winner 2",
        "elsewhere “warn” projects/web/variables.yml:5: only for environment production",
    ]


def test_before_any_step_what_is_for_a_step_is_elsewhere(web: Deck) -> None:
    found = told(web)
    assert found[0].startswith("wins “debug”")
    assert "elsewhere “off-peak” projects/web/variables.yml:6: only for step build" in found


def test_the_less_specific_kind_and_the_set_are_named(web: Deck) -> None:
    found = told(web, environment="production", step="build")
    assert found[0].startswith("wins “off-peak”")
    assert found[1].endswith("an environment is less specific than a step")
    web.configured(files={**FILES, "projects/web/variables.yml": "Level: [{value: info}]\n"})
    assert told(web)[1].endswith("of a variable set; equal values of the project come first")


def test_a_secret_is_told_by_where_it_is_kept(web: Deck) -> None:
    (line,) = told(web, "PASSWORD")
    assert "secret env:WEB_PASSWORD" in line
    assert "correct" not in line


def test_a_prompt_is_told_with_its_default(web: Deck) -> None:
    assert "asked for, otherwise “none”" in told(web, "Ticket")[0]


def test_a_release_is_explained_as_it_was_frozen(web: Deck) -> None:
    web.deploys()
    web.configured(files={**FILES, "projects/web/variables.yml": "Level: [{value: changed}]\n"})
    assert told(web)[0].startswith("wins “changed”")
    assert told(web, version="1.0.0")[0].startswith("wins “debug”")


def test_what_does_not_exist_is_told_with_what_may_be_meant(web: Deck) -> None:
    for more in ({"name": "Levl"}, {"step": "bild"}):
        with pytest.raises(UnknownName) as caught:
            told(web, **more)
        assert "Did you mean" in caught.value.hint
    with pytest.raises(UnknownName, match="There is no target `web-1`"):
        told(web, target="web-1")


def test_where_lines_were_moved_the_new_ones_are_told(web: Deck) -> None:
    web.configured(files={**FILES, "projects/web/variables.yml": "# a line\n" + FILES["projects/web/variables.yml"]})
    assert told(web)[0].startswith("wins “debug” projects/web/variables.yml:4")


def test_the_command_prints_it(web: Deck, tmp_path: Path) -> None:
    folders = ["--state", str(web.state), "--config", str(web.config)]
    found = CliRunner().invoke(
        main, ["variables", "explain", "Host", "--project", "web", "--environment", "staging", *folders]
    )
    assert found.output == (
        "Host for web in staging\n"
        "  wins: “mail” in foredeck.yml:20 (variable set mail)\n"
        "    for everything; no other value applies\n"
    )
    ours = CliRunner().invoke(
        main, ["variables", "explain", "Octopus.Task.Id", "--project", "web", "--environment", "staging", *folders]
    )
    assert ours.output.startswith("Octopus.Task.Id is set by Foredeck itself")
