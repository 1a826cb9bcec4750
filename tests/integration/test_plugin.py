"""The pytest plugin: the page's examples run as they stand, and a failure shows what a person needs."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.sandbox.testing.errors import NotDone, NotSeen, NotStarted, NotThere
from bot.sandbox.testing.plugin import StartWorkspace
from bot.sandbox.testing.rehearsals import Rehearsal
from bot.sandbox.testing.workspaces import Workspace
from engine import definitions
from tests.support.sandbox import REPOSITORY

DOCS = REPOSITORY / "docs"


def _write_blocks(page: str, folder: Path, *left_out: str) -> Path:
    """The blocks of a page whose first line names a file."""
    text = (DOCS / page).read_text()
    for name, content in re.findall(r"^```\w+\n# (\S+)\n(.*?)^```$", text, re.MULTILINE | re.DOTALL):
        if name.partition("/")[0] not in left_out:
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(content)
    return folder


@pytest.fixture(scope="module")
def configuration(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The example of docs/testing.md."""
    return _write_blocks("testing.md", tmp_path_factory.mktemp("configuration"))


@pytest.fixture(scope="module")
def workspace(foredeck: StartWorkspace, configuration: Path) -> Iterator[Workspace]:
    with foredeck(configuration=configuration, scripts={"migrate": "touch ran; sleep 60"}) as started:
        started.timeout = 10.0
        yield started


@pytest.mark.slow
def test_the_examples_of_the_page_run_as_they_stand(tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    _write_blocks("testing.md", tmp_path)
    written = {path: path.read_text() for path in tmp_path.rglob("*.*")}
    record = tmp_path_factory.mktemp("record") / "record.txt"
    command = [sys.executable, "-B", "-m", "pytest", "-q", "-p", "no:cacheprovider", "-W", "error"]
    command.append(f"--foredeck-record={record}")
    ran = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert "5 passed" in ran.stdout
    recorded = record.read_text()
    assert recorded.count("Transcript of a sandbox") == 4, "one of each workspace"
    assert "test_trouble.py::test_a_busy_slack_delays_a_card_and_loses_nothing\nTranscript of" in recorded
    assert "@eva submits “Proceed”" in recorded
    assert {path: path.read_text() for path in tmp_path.rglob("*.*")} == written, "the folder is not touched"


@pytest.mark.parametrize("scripts", [{}, None])
def test_the_copy_of_every_kind_of_configuration_is_good(tmp_path: Path, scripts: dict[str, str] | None) -> None:
    """The example of docs/configuration.md and processes.md: workers, secrets, user groups, channels, all files."""
    source = _write_blocks("configuration.md", tmp_path / "source", "elsewhere", "wrong")
    _write_blocks("processes.md", source, "shop")
    rehearsal = Rehearsal(source, tmp_path / "copy", scripts)
    rehearsal.write(lambda slug, _name: f"U0{slug.upper()}", lambda slug, _people: f"S0{slug[:3].upper()}")
    loaded = definitions.load(rehearsal.folder)
    assert {slug: person.slack for slug, person in loaded.people.items()}["ana"] == "U0ANA"
    assert loaded.teams["release-managers"].slack_group == "S0REL"
    assert {"deployments", "prod", "web-team"} <= rehearsal.channels
    assert bool(loaded.workers) == (scripts is None)
    written = "".join(path.read_text() for path in rehearsal.folder.rglob("*.*"))
    assert ("env:WEB_DB_PASSWORD" in written) == (scripts is None)
    assert ('echo "Migrating the database"' in written) == (scripts is None)


def test_a_run_that_uses_no_fixture_of_it_imports_nothing_of_it(tmp_path: Path) -> None:
    (tmp_path / "test_it.py").write_text(
        "import sys\n\ndef test_it():\n"
        "    loaded = {name for name in sys.modules if name.split('.')[0] in ('bot', 'engine', 'workers', 'ruamel')}\n"
        "    ours = {'bot', 'bot.sandbox', 'bot.sandbox.testing', 'bot.sandbox.testing.plugin'}\n"
        "    assert loaded == ours\n"
    )
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(tmp_path)]
    ran = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stdout


def test_what_does_not_come_is_answered_with_what_is_there(workspace: Workspace) -> None:
    ana = workspace.person("ana")
    answer = ana.types("/deploy web 1.4.0 to staging")
    with pytest.raises(NotThere) as missing:
        answer.message.button("Create relase 1.4.0 and deploy", timeout=0.1)  # type: ignore[union-attr]
    assert str(missing.value).startswith(
        "There is no button “Create relase 1.4.0 and deploy” on “web has no release 1.4.0.”; there is “Create release "
        "1.4.0 and deploy”. Did you mean “Create release 1.4.0 and deploy”?\n\nWhat happened:\n"
    )
    assert "@ana types in #deployments: /deploy web 1.4.0 to staging" in str(missing.value)
    answer.button("create release 1.4.0 and deploy").click()
    card = workspace.card("web 1.4.0 → staging")
    with pytest.raises(NotSeen) as waited:
        card.wait_for("Done in", timeout=0.1)
    sentence, _, _ = str(waited.value).partition("\n\n")
    assert re.match(r"Waited \d\.\d s for “Done in” in “\S+ web 1.4.0 → staging”; it did not come.\n", sentence)
    assert "It says:" in sentence
    assert "[Cancel]" in sentence
    with pytest.raises(NotSeen, match=r"(?s)a card with “api 1”; it did not come.\n    There is:\n    - . web 1.4.0"):
        workspace.card("api 1", timeout=0.1)
    assert card.button("Cancel").confirm.startswith("Cancel this deployment?")


def test_who_and_what_does_not_exist_is_named(workspace: Workspace) -> None:
    with pytest.raises(NotThere, match=r"There is no person “anna” in this workspace; there are .* mean “ana”\?"):
        workspace.person("anna")
    with pytest.raises(NotThere, match="There is no channel “deployment” in this workspace; there are"):
        workspace.messages("deployment")
    with pytest.raises(NotDone, match=r"“/nothing”, typed by ana, was not done: .*no command"):
        workspace.person("ana").types("/nothing")


def test_a_form_is_filled_in_by_its_labels_and_its_errors_are_told_by_them(workspace: Workspace) -> None:
    ana = workspace.person("ana")
    ana.types("/deploy web 1.4.0")
    modal = ana.modal
    assert modal.title == "Deploy"
    assert modal.values["Project"] == "web"
    assert modal.field("Environment").options("prod") == ["production"]
    with pytest.raises(NotThere, match=r"There is no field “Enviroment” here; there are .*Did you mean “Environment”"):
        modal.field("Enviroment")
    errors = modal.try_submit()
    assert list(errors) == ["Environment"]
    with pytest.raises(NotDone, match=r"The form “Deploy” was not taken from ana. Environment: "):
        modal.submit()
    modal.close()
    assert not modal.is_open


def test_scripts_that_run_end_with_the_workspace(foredeck: StartWorkspace, configuration: Path, tmp_path: Path) -> None:
    pid = tmp_path / "pid"
    with foredeck(
        configuration=configuration, scripts={"web/migrate": f"echo $$ > {pid}; exec sleep 600"}
    ) as workspace:
        ana = workspace.person("ana")
        ana.types("/deploy web 1.4.0 to staging").button("Create release").click()
        workspace.control.looks_for(lambda _: pid.exists() and pid.read_text().strip(), 20)
        process = Path("/proc", pid.read_text().strip())
        assert process.exists()
    assert not process.exists() or "Z" in (process / "stat").read_text()


def test_what_cannot_be_tested_is_said_at_the_start(
    foredeck: StartWorkspace, configuration: Path, tmp_path: Path
) -> None:
    with pytest.raises(NotStarted, match=r"There is no foredeck.yml in .* ini option foredeck_config"):
        foredeck(configuration=tmp_path)
    (tmp_path / "foredeck.yml").write_text("foredeck: 1\nteams: {web: {people: [nobody]}}\n")
    with pytest.raises(NotStarted, match=r"is broken:\nforedeck.yml:2: teams.web.people"):
        foredeck(configuration=tmp_path)
    with (
        pytest.raises(NotStarted, match=r"There is no action “instal” with a script in .* there are “install”"),
        foredeck(configuration=configuration, scripts={"instal": "true"}),
    ):
        pass
