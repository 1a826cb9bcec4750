"""Variables are put into the files of a package when PreDeploy is over, on a machine behind a real OpenSSH server."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.contracts import LogLevel, Outcome, Secret, StepFolder
from tests.support.installs import Installed, Machine
from tests.support.run_sinks import MemorySink, again

VARIABLES = {"Name": "web", "Level": "debug", "Password": Secret("correct-horse"), "/a/@b": "2", "key": "new"}


def patterns(*substitute: str, structured: tuple[str, ...] = (), strict: bool = False) -> StepFolder:
    return StepFolder((), substitute, structured, VARIABLES, fail_on_unresolved=strict)


def installed(machine: Machine, files: dict[str, str], prepares: StepFolder) -> Installed:
    return machine.installs(files, prepares=prepares)


def text(done: Installed, name: str) -> str:
    return (Path(done.folder) / name).read_text()


def test_the_files_that_the_patterns_choose_have_the_variables_and_others_stay(machine: Machine) -> None:
    files = {
        "config/a b.conf": "#{Name} #{Password} #{Missing}\n",
        "deep/er/app.json": '{"Level": "info"}',
        "a.yaml": "Level: info # a comment\n",
        "a.xml": '<a b="1"/>',
        "a.properties": "key=old\n",
        "index.html": "#{Name}",
    }
    chosen = patterns("config/*.conf", structured=("**/*.json", "*.{yaml,xml,properties}", "none/*"))
    done = installed(machine, files, chosen)
    assert done.result.outcome is Outcome.SUCCEEDED, done.log
    assert {name: text(done, name) for name in files} == {
        "config/a b.conf": "web correct-horse #{Missing}\n",
        "deep/er/app.json": '{"Level": "debug"}',
        "a.yaml": "Level: debug # a comment\n",
        "a.xml": '<a b="2"/>',
        "a.properties": "key=new\n",
        "index.html": "#{Name}",
    }
    assert done.told(LogLevel.WARNING) == (
        '"config/a b.conf": there is no value for #{Missing}; it was left as it is.\n'
        'No file matches the pattern "none/*" of structured_values.\n'
    )
    assert "Put variables into 5 files of the package.\n" in done.told(LogLevel.INFO)


def test_it_happens_behind_pre_deploy_and_before_deploy(machine: Machine) -> None:
    files = {
        "a.conf": "#{Name}",
        "PreDeploy.sh": "cat a.conf >>../told; echo ' #{Level}' >>a.conf; echo '#{Name}' >made.conf; chmod 640 a.conf",
        "Deploy.sh": "cat a.conf made.conf >>../told; stat -c %a a.conf >>../told",
    }
    assert installed(machine, files, patterns("*.conf")).result.outcome is Outcome.SUCCEEDED
    assert (machine.place / "told").read_text() == "#{Name}web debug\nweb\n640\n"


@pytest.mark.parametrize(
    ("files", "why"),
    [
        ({"a.json": '{\n"a" 1}'}, '"a.json", line 2, column 5: This is not valid JSON: `:` was expected.'),
        ({"a.conf": "#{Missing}"}, '"a.conf": There is no value for #{Missing}.'),
        (
            {"a.conf": "x" * (1 << 20) + "y"},
            "Variables are put into files of up to 1 MB; this one has 1,048,577 bytes.",
        ),
    ],
)
def test_what_cannot_be_put_in_fails_it_and_says_where(machine: Machine, files: dict[str, str], why: str) -> None:
    done = installed(
        machine, {**files, "Deploy.sh": "echo never"}, patterns("*.conf", structured=("*.json",), strict=True)
    )
    assert done.result.outcome is Outcome.FAILED
    assert why in done.result.message
    assert done.result.message.endswith("Nothing is current there yet.")
    assert "never" not in done.log
    assert not (machine.place / "current").is_symlink()


def test_a_bot_that_is_replaced_answers_what_the_one_before_it_was_asked(machine: Machine) -> None:
    request = machine.asks({"a.conf": "#{Name}", "PreDeploy.sh": "echo begun"}, prepares=patterns("*.conf"))
    sink = MemorySink()
    sink.on_record = sink.stop.set  # it stops when it has read anything
    first = machine.worker.ensure_and_follow(request, sink)
    sink.on_record = lambda: None
    resumed = again(request, sink)
    result = machine.worker.ensure_and_follow(resumed, sink)
    assert (first.outcome, result.outcome) == (Outcome.DETACHED, Outcome.SUCCEEDED)
    assert (machine.place / "1.4.0/a.conf").read_text() == "web"


def test_names_with_any_characters_are_found(machine: Machine) -> None:
    names = ["-rf", "it's", "new\nline", "*?[a]", "größer", "back\\slash"]
    done = installed(machine, {f"c/{name}": "#{Name}" for name in names}, patterns("c/*"))
    assert [text(done, f"c/{name}") for name in names] == ["web"] * len(names)
