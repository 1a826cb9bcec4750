"""A script from a Git repository, from the configuration to its log: the release pins the commit."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.messages import answers
from engine.services import deployments, releases, runbooks
from engine.services.package_errors import ReleaseRefused
from engine.services.views import TaskState
from tests.support.engine import MAIN, Deck, a_deck
from tests.support.git_repositories import Repository
from tests.support.packages import looks

PROCESS = """\
steps:
  - step: migrate
    run_script:
      git: {{url: "{url}", ref: main, path: deploy/run.sh}}
      parameters: ["#{{Octopus.Environment.Id}}"]
  - step: report
    run_script: {{git: {{url: "{url}", ref: main, path: report.py}}}}
"""
RUNBOOK = """\
steps: [{{step: restart, run_script: {{git: {{url: "{url}", ref: main, path: deploy/run.sh}}}}}}]
"""
GRANTS = "grants:\n  - {team: devs, roles: [runbook_producer, runbook_consumer]}\n"


def files(text: str) -> dict[str, str]:
    return {
        "deploy/run.sh": f'. deploy/common.sh\necho "{text} to $1 at $(get_octopusvariable Octopus.Action.GitResource.'
        f'CommitHash)"\n',
        "deploy/common.sh": "echo common\n",
        "report.py": "from lib.names import NAME\nprint(NAME, get_octopusvariable('Octopus.Environment.Id'))\n",
        "lib/names.py": f"NAME = '{text}'\n",
    }


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    return Repository(tmp_path / "git")


@pytest.fixture
def deck(tmp_path: Path, repository: Repository) -> Iterator[Deck]:
    with a_deck(tmp_path / "deck", real_time=True) as made:
        runbook = {"projects/web/runbooks/restart.yml": RUNBOOK.format(url=repository.url)}
        main = {"foredeck.yml": MAIN.replace("grants:\n", GRANTS)}
        yield made.configured(PROCESS.format(url=repository.url), {**runbook, **main})


def test_a_release_keeps_its_commit_and_the_next_one_has_the_newer(deck: Deck, repository: Repository) -> None:
    first = repository.has(files("first"))
    where = str(repository.path.with_suffix(""))
    with deck.serving():
        number = deck.deploys(version="1.0.0")
        waiting = deck.task(number).waiting
        assert waiting is not None
        assert (waiting.text, waiting.brief) == (f"Looks for the scripts in main of {where}", "looks for its scripts")
        looks(deck, "1.0.0")
        deck.over(number)
        second = repository.has(files("second"))
        again = deck.deploys(version="1.0.0", environment="production")
        later = deck.deploys(version="1.1.0")
        looks(deck, "1.1.0")
        states = [deck.over(one).state for one in (number, again, later)]
    assert states == [TaskState.SUCCESS] * 3, deck.log(number, "migrate")
    assert deck.log(number, "migrate").endswith(f"common\nfirst to staging at {first}\n")
    assert deck.log(again, "migrate").endswith(f"common\nfirst to production at {first}\n")
    assert deck.log(later, "migrate").endswith(f"common\nsecond to staging at {second}\n")
    assert deck.log(later, "report").endswith("second staging\n")
    view = releases.view(deck.db, project="web", version="1.1.0")
    assert [(package.name, package.digest) for package in view.packages] == [(f"main of {where}", second)]
    assert f"main of {where} (commit {second[:12]}…)" in str(answers.release_created(view, "/deploy", "/release"))
    plan = deployments.preview(deck.db, person="ana", project="web", version="1.0.0", environment="staging")
    assert [step.what for step in plan.steps] == [
        f"Bash script deploy/run.sh from main of {where} (commit {first[:12]}) #{{Octopus.Environment.Id}}",
        f"Python script report.py from main of {where} (commit {first[:12]})",
    ]


def test_a_release_whose_script_is_nowhere_is_refused_and_its_version_is_free_again(
    deck: Deck, repository: Repository
) -> None:
    repository.has({"deploy/run.sh": "echo\n"})
    number = deck.deploys(version="1.0.0")
    looks(deck, "1.0.0")
    view = deck.task(number)
    why = f'main of {repository.path.with_suffix("")} has no file "report.py"; there is deploy/run.sh.'
    assert (view.state, view.ended_because) == (TaskState.CANCELED, f"refused: {why}")
    with pytest.raises(ReleaseRefused, match=r"report\.py"):
        releases.view(deck.db, project="web", version="1.0.0")
    repository.has(files("first"))
    releases.create(deck.db, deck.clock(), person="ana", project="web", version="1.0.0")
    looks(deck, "1.0.0")
    assert releases.view(deck.db, project="web", version="1.0.0").is_complete


def test_a_runbook_keeps_the_commit_that_it_was_published_with_and_is_published_again_for_another(
    deck: Deck, repository: Repository
) -> None:
    first = repository.has(files("first"))
    runbooks.publish(deck.db, deck.clock(), person="ana", name="restart")
    looks(deck, "restart@1")
    second = repository.has(files("second"))
    with deck.serving():
        old = runbooks.run(deck.db, deck.clock(), person="ana", name="restart", environment="staging")
        assert deck.over(old.number).state is TaskState.SUCCESS
        assert runbooks.publish(deck.db, deck.clock(), person="ana", name="restart").version == "restart@2"
        looks(deck, "restart@2")
        new = runbooks.run(deck.db, deck.clock(), person="ana", name="restart", environment="staging")
        deck.over(new.number)
    assert first in deck.log(old.number, "restart")
    repository.has({"other.sh": "echo\n"})
    runbooks.publish(deck.db, deck.clock(), person="ana", name="restart")
    looks(deck, "restart@3")
    with pytest.raises(
        ReleaseRefused, match=r'^web restart@3 was not published: main of .* has no file "deploy/run\.sh"'
    ):
        releases.view(deck.db, project="web", version="restart@3")
    assert runbooks.listed(deck.db, person="ana")[0].version == "restart@2", "what was published before is so still"
    assert second in deck.log(new.number, "restart")
