"""Variables through a real script on the real built-in worker: what it reads, what it hands on, what the log shows."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.services.views import TaskState
from tests.support.engine import MAIN, Deck, a_deck

STORES = """\
secret_stores:
  vault: {command: [printf, "horse battery %s", "{path}"]}
"""
VARIABLES = """\
Password: [{secret: "vault:staple"}]
Url: [{value: "https://web:#{Password}@db.example/#{Octopus.Environment.Id}"}]
Level: [{value: info}, {value: debug, when: {step: install}}]
Commit: [{value: "#{Octopus.Action[build].Output.Commit}"}]
Late: [{value: "#{Octopus.Action[nowhere].Output.X}"}]
"""
PROCESS = """\
steps:
  - step: build
    run_script:
      inline: |
        echo "url $(get_octopusvariable URL)"
        get_octopusvariable Url | base64 -w0; echo
        echo "url $(get_octopusvariable Url)" >&2
        echo "level $(get_octopusvariable level)"
        set_octopusvariable Commit "abc def"
        set_octopusvariable Token "made just now" -sensitive
        echo "token made just now"
  - step: install
    run_condition: "#{Octopus.Action[build].Output.Commit}"
    run_script:
      inline: |
        echo "level $(get_octopusvariable Level), commit $(get_octopusvariable commit)"
        echo "token $(get_octopusvariable 'Octopus.Action[build].Output.Token')"
        echo "late $(get_octopusvariable Late)"
        echo 'body #{Level}'
"""


@pytest.fixture
def deck(tmp_path: Path) -> Iterator[Deck]:
    with a_deck(tmp_path, real_time=True) as made:
        yield made


def test_a_deployment_from_variables_to_log(deck: Deck) -> None:
    deck.configured(PROCESS, {"foredeck.yml": MAIN + STORES, "projects/web/variables.yml": VARIABLES})
    with deck.serving():
        view = deck.over(deck.deploys())
    assert view.state is TaskState.SUCCESS
    built = deck.log(view.number, "build").splitlines()
    assert built[0] == "url https://web:********@db.example/staging"
    assert "********" in built[1], "the secret inside shows in no encoding either"
    assert sorted(built[2:]) == ["level info", "token ********", "url https://web:********@db.example/staging"]
    installed = deck.log(view.number, "install").splitlines()
    assert installed == [
        "In the variable Late, #{Octopus.Action[nowhere].Output.X} cannot be resolved.",
        "level debug, commit abc def",
        "token ********",
        "late #{Octopus.Action[nowhere].Output.X}",
        "body #{Level}",
    ]
    deck.close()
    for path in deck.state.rglob("*"):
        if path.is_file():
            assert b"battery staple" not in path.read_bytes(), path
