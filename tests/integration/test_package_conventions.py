"""The scripts of a package and of the process run in Octopus's order, on a machine behind a real OpenSSH server."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from engine.contracts import Outcome, OutputVariable, Script, Secret, StepFile
from tests.support.installs import Machine

EVERY_MOMENT = ("PreDeploy", "Deploy", "PostDeploy", "DeployFailed")
CURRENT = "$(readlink ../current || echo none)"


def saying(who: str, **instead: str) -> dict[str, str]:
    """A script for every moment that says which one it is, and what is current then."""
    said = {moment: f'echo "{who} {moment}, current is {CURRENT}" >>../told' for moment in EVERY_MOMENT}
    return {**said, **instead}


def in_package(scripts: dict[str, str]) -> dict[str, str]:
    """As a package brings them along that was made on Windows."""
    return {f"{moment}.sh": f"set -e\r\n{script}\r\n" for moment, script in scripts.items()}


def told(machine: Machine) -> list[str]:
    return (machine.place / "told").read_text().splitlines()


def test_scripts_of_the_process_come_before_those_of_the_package_first_and_behind_them_later(machine: Machine) -> None:
    done = machine.installs(in_package(saying("package")), scripts=saying("process"))
    assert done.result.outcome is Outcome.SUCCEEDED, done.log
    assert told(machine) == [
        "process PreDeploy, current is none",
        "package PreDeploy, current is none",
        "package Deploy, current is none",
        "process Deploy, current is none",
        "package PostDeploy, current is 1.4.0",
        "process PostDeploy, current is 1.4.0",
    ]
    assert list(Path(done.folder).iterdir()) == [], "the package's own scripts are removed"


@pytest.mark.parametrize(
    ("failing", "ran"),
    [
        ("PreDeploy", ["process PreDeploy"]),
        ("Deploy", ["process PreDeploy", "package PreDeploy", "package Deploy", "process Deploy"]),
    ],
)
def test_after_a_failure_both_scripts_for_that_run_and_nothing_else(
    machine: Machine, failing: str, ran: list[str]
) -> None:
    machine.installs(version="1.3.0")
    scripts = saying("process", **{failing: saying("process")[failing] + "\nexit 4"})
    done = machine.installs(in_package(saying("package")), scripts=scripts)
    assert done.result.outcome is Outcome.FAILED
    assert done.result.message == (f"{failing} of the process failed (exit code 4). Current is still 1.3.0.")
    assert told(machine) == [
        f"{one}, current is 1.3.0" for one in (*ran, "package DeployFailed", "process DeployFailed")
    ]


def test_a_failure_after_the_switch_says_what_is_current(machine: Machine) -> None:
    done = machine.installs({"PostDeploy.sh": "false"})
    assert done.result.message == (
        "PostDeploy.sh of the package failed (exit code 1). "
        "It is the current one: deploy the release before it to go back."
    )
    assert machine.current == "1.4.0"


def test_the_script_for_failures_knows_what_failed_and_the_reason_that_was_given_stays(machine: Machine) -> None:
    failed = 'echo "$(get_octopusvariable OctopusLastErrorMessage)" >../why; fail_step "It cannot be undone."'
    done = machine.installs({"Deploy.sh": 'fail_step "The port is taken"', "DeployFailed.sh": failed})
    assert (machine.place / "why").read_text() == "Deploy.sh of the package failed (exit code 1).\n"
    assert done.result.message == (
        "The port is taken. Deploy.sh of the package failed (exit code 1). Nothing is current there yet."
    )


def test_a_script_is_a_process_of_its_own(machine: Machine) -> None:
    files = {
        "PreDeploy.sh": 'set -e\nfalse\necho "was not ended" >../told',
        "Deploy.sh": 'package=other folder=/; trap "echo trapped >>../told" EXIT; return 0 2>/dev/null; exit 0',
    }
    assert machine.installs(files).result.message.startswith("PreDeploy.sh of the package failed (exit code 1).")
    del files["PreDeploy.sh"]
    assert machine.installs(files).result.outcome is Outcome.SUCCEEDED
    assert told(machine) == ["trapped"]


def test_scripts_have_the_variables_in_their_language_and_say_what_they_set(machine: Machine) -> None:
    python = (
        "import beside, os\n"
        'where = get_octopusvariable("Octopus.Action.Package.InstallationDirectoryPath")\n'
        "assert os.getcwd() == where and os.listdir(where), where\n"
        'set_octopusvariable("Said", beside.WORD + get_octopusvariable("Odd"))\n'
        'failstep("enough") if "FOREDECK_SCRIPT" in os.environ else None\n'
    )
    odd = 'it\'s "quoted" \\ $HOME `id`\ngrößer'
    done = machine.installs(
        {
            "Deploy.py": python,
            "beside.py": 'WORD = "beside "',
            "PreDeploy.sh": 'printf %s "$(get_octopusvariable odd)" >../told',
        },
        variables={"Odd": odd, "Password": Secret("correct-horse")},
        scripts={"PostDeploy": Script('print(get_octopusvariable("Password"))', "python")},
    )
    assert done.result.outcome is Outcome.SUCCEEDED, done.log
    assert "\n".join(told(machine)) == odd
    assert OutputVariable("Said", f"beside {odd}") in done.sink.outputs
    assert "Running PostDeploy of the process.\n********\n" in done.log


@pytest.mark.skipif(bool(shutil.which("pwsh")), reason="PowerShell is here")
def test_a_language_that_the_machine_lacks_is_named(machine: Machine) -> None:
    done = machine.installs({"Deploy.ps1": "exit 0"})
    assert done.result.message.startswith("Deploy.ps1 of the package failed (exit code 127).")
    assert "This machine has no pwsh, which runs Deploy.ps1." in done.log


def test_no_variable_lies_on_the_disk_while_a_script_runs(machine: Machine) -> None:
    done = machine.installs(
        scripts={"Deploy": 'grep -rl "correct-${x-}horse" "${0%/*}/.." && exit 1; exit 0'},
        variables={"Password": Secret("correct-horse")},
    )
    assert done.result.outcome is Outcome.SUCCEEDED, done.log


def test_the_variables_of_octopus_leave_the_scripts_of_the_package_alone(machine: Machine) -> None:
    off = {"Octopus.Action.Package.RunScripts": "False", "OctopusDeleteScriptsOnCleanup": "false"}
    done = machine.installs({"Deploy.sh": "exit 1"}, variables=off)
    assert done.result.outcome is Outcome.SUCCEEDED
    assert (Path(done.folder) / "Deploy.sh").exists()


def test_files_have_the_modes_of_the_archive_whatever_the_accounts_of_others(machine: Machine) -> None:
    done = machine.installs()
    assert Path(done.folder).stat().st_mode & 0o777 == 0o755
    assert (Path(done.folder) / "index.html").stat().st_mode & 0o777 == 0o644


def test_scripts_of_package_and_process_use_the_modules_of_the_process(machine: Machine) -> None:
    modules = (
        StepFile("tools.sh", b'greet() { echo "hello from $1" >>../told; }\n'),
        StepFile("names.py", b"def name():\n    return get_octopusvariable('Octopus.Action.Package.PackageId')\n"),
    )
    python = "from names import name\nopen('../told', 'a').write(name() + '\\n')\n"
    process = {"Deploy": "source tools.sh; greet process", "PostDeploy": Script(python, "python")}
    done = machine.installs({"Deploy.sh": "source tools.sh\ngreet package\n"}, scripts=process, modules=modules)
    assert done.result.outcome is Outcome.SUCCEEDED, done.log
    assert told(machine) == ["hello from package", "hello from process", "app"]


def test_text_on_stderr_fails_a_script_of_a_package_where_it_is_meant_to(machine: Machine) -> None:
    quiet = "echo '##octopus[stderr-progress]' >&2; echo >&2"
    files = {"PreDeploy.sh": quiet, "Deploy.sh": "echo careful >&2", "DeployFailed.sh": "echo failed >../told"}
    strictly = Script("", fails_on_error_output=True)
    done = machine.installs(files, script=strictly)
    assert done.result.outcome is Outcome.FAILED
    assert "Deploy.sh of the package ended with exit code 0, but wrote to stderr" in done.result.message
    assert "careful" in done.sink.text("stderr")
    assert told(machine) == ["failed"]
    assert not (machine.place / "current").exists()
    assert machine.installs(files, version="1.5.0").result.outcome is Outcome.SUCCEEDED
