"""Scripts that use packages, and one that is a file of a package, on the real built-in worker."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.services import deployments
from engine.services.views import TaskState
from tests.support.engine import Deck, a_deck
from tests.support.packages import an_archive, pushed, with_packages

PROCESS = """\
steps:
  - step: look
    run_script:
      packages: [app, {package: app, name: raw, extract: false}]
      parameters: ["#{Octopus.Action.Package[app].ExtractedPath}/index.html"]
      inline: |
        cat "$1" app/index.html; echo
        cd /
        cat "$(get_octopusvariable 'Octopus.Action.Package[app].ExtractedPath')/index.html"; echo
        file=$(get_octopusvariable 'Octopus.Action.Package[raw].PackageFilePath')
        echo "$(get_octopusvariable 'Octopus.Action.Package[raw].PackageFileName'): $(tar -tzf "$file" | tr '\\n' ' ')"
        echo "$(get_octopusvariable 'Octopus.Action.Package[app].PackageVersion')"
        echo spoilt >"$file"
  - step: report
    run_script:
      packages: app
      syntax: python
      inline: |
        import pathlib
        print(pathlib.Path(get_octopusvariable("Octopus.Action.Package[app].ExtractedPath"), "index.html").read_text())
  - step: own
    run_script: {package: app, file: scripts/run.sh, parameters: ["--to", "#{Octopus.Environment.Id}"]}
  - step: own-python
    run_script: {package: app, file: scripts/run.py}
"""
FILES = {
    "index.html": "hello",
    "scripts/run.sh": 'source scripts/common.sh\r\necho "$0 got $*"\r\n'
    'echo "$(get_octopusvariable Octopus.Action.Package.PackageId) in $(ls)"\r\n',
    "scripts/common.sh": "echo common\n",
    "scripts/run.py": "import helper\nprint(helper.NAME, __file__)\n",
    "scripts/helper.py": "NAME = get_octopusvariable('Octopus.Action.Package.PackageVersion')\n",
}


@pytest.fixture
def deck(tmp_path: Path) -> Iterator[Deck]:
    with a_deck(tmp_path, real_time=True) as made:
        yield with_packages(made, "app: {feed: built-in}", PROCESS)


def test_packages_lie_beside_the_script_unpacked_or_as_they_are_and_a_script_comes_from_one(deck: Deck) -> None:
    pushed(deck, "1.4.0", an_archive(FILES))
    with deck.serving():
        first = deck.over(deck.deploys(version="1.4.0"))
        again = deck.over(deck.deploys(version="1.4.0"))
    assert (first.state, again.state) == (TaskState.SUCCESS, TaskState.SUCCESS), deck.log(first.number, "look")
    told = [line for line in deck.log(first.number, "look").splitlines() if "on the machine" not in line]
    entries = "index.html scripts/run.sh scripts/common.sh scripts/run.py scripts/helper.py "
    assert told[-4:] == ["hellohello", "hello", f"raw.tar.gz: {entries}", "1.4.0"]
    assert deck.log(again.number, "look").endswith("\n".join(told[-4:]) + "\n"), "what a script spoils is its own copy"
    assert deck.log(first.number, "report").endswith("hello\n")
    own = deck.log(first.number, "own").splitlines()
    assert own[-4:] == ["common", "./scripts/run.sh got --to staging", "app in index.html", "scripts"]
    assert deck.log(first.number, "own-python").endswith("1.4.0 ./scripts/run.py\n")
    plan = deployments.preview(deck.db, person="ana", project="web", version="1.4.0", environment="staging")
    assert [step.what for step in plan.steps] == [
        "inline Bash script #{Octopus.Action.Package[app].ExtractedPath}/index.html with the packages app and app (not "
        "unpacked)",
        "inline Python script with the package app",
        "Bash script scripts/run.sh of the package app --to #{Octopus.Environment.Id}",
        "Python script scripts/run.py of the package app",
    ]
