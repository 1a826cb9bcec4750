"""A package is installed on the built-in worker. On a machine: `tests/scenarios/test_going_back.py`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.services.views import StepStatus, TaskState, TaskView
from tests.support.engine import MAIN, Deck, a_deck
from tests.support.packages import an_archive, in_folder, looks, pushed

ON_WORKER = """steps:
  - {{step: install, deploy_package: {{package: app, root: {root}, substitute_in_files: "*.html"}}}}
  - step: look
    run_script:
      inline: |
        name="Octopus.Action[install].Output.Package.InstallationDirectoryPath"
        echo "it is in $(get_octopusvariable "$name")"
"""
EVERYTHING = """steps:
  - step: install
    deploy_package:
      package: app
      root: {root}
      keep: 1
      skip_if_installed: true
      custom_folder: "WWW/#{{Octopus.Environment.Id}}"
      purge: true
      protect: "#{{Octopus.Environment.Id}}.env"
      deploy: {{inline: get_octopusvariable Octopus.Release.Number >deployed; echo >>deployed}}
"""
CONVENTIONS = {
    "PreDeploy.sh": 'echo "pre in $(basename "$PWD")" > told',
    "Deploy.sh": 'echo "deploy $(get_octopusvariable Octopus.Action.Package.PackageVersion)" >> told',
    "PostDeploy.sh": 'echo "post, current is $(readlink ../current)" >> told',
}


@pytest.fixture
def deck(tmp_path: Path) -> Iterator[Deck]:
    with a_deck(tmp_path / "deck", real_time=True) as made:
        yield made


def configured(deck: Deck, process: str, packages: str = "app: {feed: built-in}", main: str = MAIN) -> Path:
    root = deck.folder / "apps"
    files = {"foredeck.yml": main, "projects/web/project.yml": f"slug: web\npackages:\n  {packages}\n"}
    deck.configured(process.format(root=root), files)
    return root / "staging" / "app"


def deployed(deck: Deck, version: str) -> TaskView:
    return deck.over(deck.deploys(version=version))


def test_each_deployment_has_a_folder_of_its_own_and_the_link_goes_from_one_to_the_next(deck: Deck) -> None:
    place = configured(deck, ON_WORKER)
    pushed(deck, "1.4.0", an_archive({"index.html": "four: #{Octopus.Release.Number}", **CONVENTIONS}))
    pushed(deck, "1.5.0", an_archive({"index.html": "five"}))
    with deck.serving():
        assert deployed(deck, "1.4.0").state is TaskState.SUCCESS, deck.log(1, "install")
        assert (place / "1.4.0/told").read_text().splitlines() == [
            "pre in 1.4.0",
            "deploy 1.4.0",
            "post, current is 1.4.0",
        ]
        assert not (place / "1.4.0/Deploy.sh").exists()
        assert f"it is in {place}/1.4.0" in deck.log(1, "look")
        assert deployed(deck, "1.5.0").state is TaskState.SUCCESS
        assert (place / "current/index.html").read_text() == "five"
        assert deployed(deck, "1.4.0").state is TaskState.SUCCESS
    assert str((place / "current").readlink()) == "1.4.0_1"
    assert (place / "1.4.0/index.html").read_text() == (place / "current/index.html").read_text() == "four: 1.4.0"


def test_all_that_the_step_says_reaches_the_machine(deck: Deck) -> None:
    where = deck.folder / "www" / "staging"
    place = configured(deck, EVERYTHING.replace("WWW", str(where.parent)))
    pushed(deck, "1.0.0", an_archive({"staging.env": "x"}))
    with deck.serving():
        deployed(deck, "1.0.0")
        (where / "staging.env").write_text("mine")
        (where / "old").touch()
        for version in ("1.1.0", "1.1.0", "1.2.0"):
            pushed(deck, version)
            assert deployed(deck, version).state is TaskState.SUCCESS, deck.log(1, "install")
    assert "is installed already, by deployment #2" in deck.log(3, "install")
    assert sorted(path.name for path in place.iterdir()) == ["1.1.0", "1.2.0", "current"]
    assert {path.name: path.read_text() for path in where.iterdir()} == {
        "staging.env": "mine",
        "version": "1.2.0",
        "deployed": "1.2.0\n",
    }


def test_a_folder_that_depends_on_nothing_known_is_not_guessed(deck: Deck) -> None:
    configured(deck, EVERYTHING.replace("WWW", "/srv/#{{Missing}}"))
    pushed(deck, "1.0.0")
    with deck.serving():
        failed = deployed(deck, "1.0.0")
    assert failed.steps[0].detail.startswith(
        "app cannot be installed into /srv/#{Missing}/#{Octopus.Environment.Id}: #{Missing} cannot be resolved."
    )


def test_what_must_not_be_unpacked_is_not(deck: Deck, tmp_path: Path) -> None:
    builds = in_folder(tmp_path / "builds")
    (builds / "web-1.4.0.tgz").write_bytes(an_archive({"../evil": "x"}))
    place = configured(deck, ON_WORKER, f'app: {{folder: {builds}, file: "web-{{version}}.tgz"}}')
    number = deck.deploys(version="1.4.0")
    looks(deck, "1.4.0")
    with deck.serving():
        failed = deck.over(number)
    assert failed.steps[0].status is StepStatus.FAILED
    assert "app 1.4.0 cannot be installed: `../evil` leads out of its folder." in failed.steps[0].detail
    assert not place.exists()


def test_one_that_was_changed_after_its_release_was_made_is_refused(deck: Deck, tmp_path: Path) -> None:
    builds = in_folder(tmp_path / "builds", "1.4.0")
    configured(deck, ON_WORKER, f'app: {{folder: {builds}, file: "web-{{version}}.tgz"}}')
    number = deck.deploys(version="1.4.0")
    looks(deck, "1.4.0")
    (builds / "web-1.4.0.tgz").write_bytes(an_archive({"other": "content"}))
    with deck.serving():
        failed = deck.over(number)
    assert "app 1.4.0 cannot be installed: its SHA-256 is" in failed.steps[0].detail
