"""A good folder becomes values; the same meaning has the same digest; a stored revision needs no folder."""

from __future__ import annotations

import json
import shutil
from datetime import timedelta
from pathlib import Path

import pytest

from engine import definitions
from engine.domain.processes import Action, ManualIntervention, RunCondition, RunScript, Step
from engine.domain.scopes import Scope
from engine.domain.variables import SecretReference, Variable
from tests.support.definition_folders import GOOD, HOST_KEY, main_file, write_folder


def test_a_good_folder_has_no_problems(tmp_path: Path) -> None:
    assert definitions.check(write_folder(tmp_path)) == ()


def test_the_sections_become_values(tmp_path: Path) -> None:
    loaded = definitions.load(write_folder(tmp_path))
    assert loaded.format == 1
    assert loaded.defaults == definitions.Defaults("deployments", "Europe/Vienna")
    assert loaded.people["ana"] == definitions.Person("ana", "ana", "U01ANA")
    assert loaded.teams["release-managers"] == definitions.Team(
        "release-managers", "release-managers", ("ben", "eva"), None
    )
    assert loaded.grants == (definitions.Grant("web-devs", ("deployment_creator",), Scope(projects=("web",))),)
    assert loaded.worker_pools["linux"] == definitions.WorkerPool("linux", "linux", default=True)
    assert loaded.workers["build-1"] == definitions.WorkerDefinition(
        "build-1", "build-1", ("linux",), "10.0.0.7", 22, "deploy", HOST_KEY
    )
    assert loaded.accounts["deploy"] == definitions.AccountDefinition(
        "deploy", "deploy", SecretReference("file", "/etc/foredeck/key"), None, "ssh_key"
    )


def test_environments_keep_their_order_because_it_is_the_lifecycle(tmp_path: Path) -> None:
    changes = {"foredeck.yml": main_file("environments:\n  staging: {}\n  production: {}\n  archive: {}\n")}
    assert list(definitions.load(write_folder(tmp_path, changes)).environments) == ["staging", "production", "archive"]


def test_a_project_becomes_a_process_and_variables(tmp_path: Path) -> None:
    project = definitions.load(write_folder(tmp_path)).projects["web"]
    production = Scope(environments=("production",))
    install = Action(
        "install", "install", RunScript("echo installing\n", source="install.sh"), time_limit=timedelta(minutes=15)
    )
    confirm = Action("confirm", "confirm", ManualIntervention("Is it good?", ("release-managers",), minimum=2))
    assert project.name == "Web shop"
    assert project.process.steps == (
        Step("install", "install", RunCondition.SUCCESS, Scope(), (install,)),
        Step("confirm", "confirm", RunCondition.SUCCESS, production, (confirm,)),
    )
    assert project.variables == (
        Variable("LogLevel", "info"),
        Variable("LogLevel", "debug", Scope(environments=("staging",))),
        Variable("DbPassword", SecretReference("env", "DB_PASSWORD")),
    )


def test_one_action_is_written_flat_and_means_the_same(tmp_path: Path) -> None:
    flat = "steps: [{step: install, run_script: {inline: echo}, idempotent: true}]"
    listed = "steps: [{step: install, actions: [{action: install, run_script: {inline: echo}, idempotent: true}]}]"
    first, second = (
        definitions.load(write_folder(tmp_path / name, {"projects/web/process.yml": process})).digest
        for name, process in (("flat", flat), ("listed", listed))
    )
    assert first == second


def test_a_step_may_have_several_actions_with_their_own_scope(tmp_path: Path) -> None:
    process = """\
steps:
  - step: install
    name: Install it
    run_condition: always
    actions:
      - {action: copy, run_script: {inline: a}, worker_pool: linux}
      - {action: switch, run_script: {inline: b}, when: {environment: [staging, production]}}
"""
    (step,) = (
        definitions.load(write_folder(tmp_path, {"projects/web/process.yml": process})).projects["web"].process.steps
    )
    assert (step.name, step.condition) == ("Install it", RunCondition.ALWAYS)
    assert [action.slug for action in step.actions] == ["copy", "switch"]
    assert step.actions[0].worker_pool == "linux"
    assert step.actions[1].scope == Scope(environments=("staging", "production"))


def test_nothing_but_the_version_is_a_complete_configuration(tmp_path: Path) -> None:
    (tmp_path / "foredeck.yml").write_text("foredeck: 1\n")
    loaded = definitions.load(tmp_path)
    assert loaded.defaults == definitions.Defaults(None, "UTC")
    assert not loaded.projects


def test_any_section_may_be_a_file_of_its_own(tmp_path: Path) -> None:
    inline = definitions.load(write_folder(tmp_path / "inline"))
    sections: dict[str, str] = {}
    name = ""
    for line in GOOD["foredeck.yml"].splitlines():
        if line.startswith(("foredeck", "defaults")):
            continue
        if line.endswith(":") and not line.startswith(" "):
            name = f"{line[:-1]}.yml"
        sections[name] = sections.get(name, "") + ("" if line.endswith(":") else line + "\n")
    sections["foredeck.yml"] = "foredeck: 1\n"
    sections["defaults.yml"] = "slack_channel: deployments\ntime_zone: Europe/Vienna\n"
    assert definitions.load(write_folder(tmp_path / "files", sections)).digest == inline.digest


def test_sections_may_be_folders_of_files(tmp_path: Path) -> None:
    changes = {
        "foredeck.yml": main_file("teams:").replace("teams:\n", ""),
        "teams/b.yml": "web-devs: {people: [ana]}\n",
        "teams/a.yml": "release-managers: {people: [ben, eva]}\n",
        "teams/README.md": "not read",
    }
    loaded = definitions.load(write_folder(tmp_path / "folders", changes))
    assert loaded.digest == definitions.load(write_folder(tmp_path / "inline")).digest


def test_files_are_found_in_the_folder_scripts_too(tmp_path: Path) -> None:
    changes = {"projects/web/install.sh": None, "projects/web/scripts/install.sh": "echo from scripts\n"}
    work = definitions.load(write_folder(tmp_path, changes)).projects["web"].process.steps[0].actions[0].work
    assert work == RunScript("echo from scripts\n", source="install.sh")


def test_instructions_may_be_a_file(tmp_path: Path) -> None:
    process = "steps: [{step: ask, manual_intervention: {teams: [web-devs], instructions: {file: ask.md}}}]"
    changes = {"projects/web/process.yml": process, "projects/web/ask.md": "Is it *good*?\n"}
    work = definitions.load(write_folder(tmp_path, changes)).projects["web"].process.steps[0].actions[0].work
    assert work == ManualIntervention("Is it *good*?\n", ("web-devs",))


def test_a_byte_order_mark_and_windows_lines_in_yaml_are_fine(tmp_path: Path) -> None:
    content = ("\ufeff" + GOOD["foredeck.yml"]).replace("\n", "\r\n").encode()
    assert definitions.check(write_folder(tmp_path, {"foredeck.yml": content})) == ()


@pytest.mark.parametrize(
    ("address", "host", "port"),
    [
        ("10.0.0.7:22", "10.0.0.7", 22),
        ("build.example.com:2222", "build.example.com", 2222),
        ("[2001:db8::7]:22", "2001:db8::7", 22),
    ],
)
def test_a_worker_is_reached_by_name_ipv4_or_ipv6(tmp_path: Path, address: str, host: str, port: int) -> None:
    worker = f'build-1: {{pools: [linux], ssh: "{address}", account: deploy, host_key: "{HOST_KEY}"}}'
    changes = {"foredeck.yml": main_file(f"workers:\n  {worker}\n")}
    loaded = definitions.load(write_folder(tmp_path, changes)).workers["build-1"]
    assert (loaded.host, loaded.port) == (host, port)


def test_a_stored_revision_works_when_the_folder_is_gone(tmp_path: Path) -> None:
    loaded = definitions.load(write_folder(tmp_path))
    stored = loaded.to_json()
    shutil.rmtree(tmp_path)
    assert definitions.parse_stored(stored) == loaded
    assert definitions.parse_stored(stored).digest == loaded.digest
    assert list(definitions.parse_stored(stored).environments) == ["staging", "production"]


def test_a_stored_revision_holds_scripts_and_no_secret(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DB_PASSWORD", "correct horse")
    stored = definitions.load(write_folder(tmp_path)).to_json()
    assert "echo installing" in stored
    assert "env:DB_PASSWORD" in stored
    assert "correct horse" not in stored


def test_the_digest_follows_the_meaning_and_not_the_writing(tmp_path: Path) -> None:
    good = definitions.load(write_folder(tmp_path / "good")).digest
    commented = {"foredeck.yml": "# a comment\n" + GOOD["foredeck.yml"]}
    script = {"projects/web/install.sh": "echo something else\n"}
    order = {
        "foredeck.yml": main_file("environments:\n  production: {name: Production, slack_channel: prod}\n  staging: {}")
    }
    assert definitions.load(write_folder(tmp_path / "commented", commented)).digest == good
    assert definitions.load(write_folder(tmp_path / "script", script)).digest != good
    assert definitions.load(write_folder(tmp_path / "order", order)).digest != good


@pytest.mark.parametrize(
    "damage", ["", "[]", "{}", '{"format": 1}', "null", "[" * 100_000, '{"format": 1, "defaults": 3}']
)
def test_a_damaged_revision_is_refused_with_a_sentence(damage: str) -> None:
    with pytest.raises(definitions.StoredDefinitionsUnreadable) as caught:
        definitions.parse_stored(damage)
    assert str(caught.value).startswith("The stored configuration revision cannot be read: it is damaged (")


def test_a_revision_of_another_format_is_refused(tmp_path: Path) -> None:
    stored = json.loads(definitions.load(write_folder(tmp_path)).to_json())
    with pytest.raises(definitions.StoredDefinitionsUnreadable, match="its format is 2, not 1"):
        definitions.parse_stored(json.dumps({**stored, "format": 2}))


def test_the_language_of_a_script_is_that_of_its_file_or_its_syntax(tmp_path: Path) -> None:
    scripts = {"a.sh": "bash", "b.py": "python", "c.PS1": "powershell", "d": "bash", "e.txt": "bash"}
    steps = [f"  - {{step: s{number}, run_script: {{file: {name}}}}}" for number, name in enumerate(scripts)]
    steps.append("  - {step: inline, run_script: {inline: print(1), syntax: python}}")
    files = {f"projects/web/{name}": "x\n" for name in scripts}
    folder = write_folder(tmp_path, files | {"projects/web/process.yml": "\n".join(["steps:", *steps, ""])})
    process = definitions.load(folder).projects["web"].process
    works = [action.work for step in process.steps for action in step.actions]
    assert [work.syntax for work in works if isinstance(work, RunScript)] == [*scripts.values(), "python"]
