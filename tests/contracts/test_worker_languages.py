"""What every worker promises about the language of a script: those written for Octopus run unchanged."""

from pathlib import Path

import pytest

from engine.contracts import ActionResult, Link, LogLevel, Outcome, OutputVariable, Script, Secret
from tests.contracts.conftest import Site
from tests.support.run_sinks import MemorySink, run

SCRIPTS = Path(__file__).with_name("octopus_scripts")
MASK = "********"


def run_sample(
    site: Site, name: str, variables: dict[str, str | Secret], *parameters: str | Secret
) -> tuple[ActionResult, MemorySink]:
    syntax = "python" if name.endswith(".py.txt") else "bash"
    script = Script((SCRIPTS / name).read_text(), syntax, parameters)
    return run(site.worker(), "", script=script, variables=variables)


def told(sink: MemorySink, level: LogLevel) -> list[str]:
    return "".join(segment.text for segment in sink.segments if segment.level is level).splitlines()


def test_a_smoke_test_in_bash_runs_unchanged(full_site: Site) -> None:
    variables = {
        "Application.Name": "Web shop",
        "SmokeTest.MaxAttempts": "5",
        "Octopus.Environment.Name": "Staging",
        "Application.ApiKey": Secret("k3y-of-the-shop"),
    }
    result, sink = run_sample(full_site, "smoke_test.sh", variables)
    assert result == ActionResult(Outcome.SUCCEEDED, exit_code=0)
    assert told(sink, LogLevel.INFO) == ["Testing Web shop in Staging", f"token: {MASK}"]
    assert told(sink, LogLevel.WAIT) == ["Waiting for Web shop (attempt 1)", "Waiting for Web shop (attempt 2)"]
    assert told(sink, LogLevel.VERBOSE) == ["ready after 3 attempts"]
    assert told(sink, LogLevel.HIGHLIGHT) == ["Web shop is [up](https://shop.example.org)"]
    assert told(sink, LogLevel.WARNING) == ["The certificate expires soon"]
    assert sink.percentages[-1] == 40
    assert sink.outputs == [
        OutputVariable("Attempts", "3"),
        OutputVariable("SessionToken", Secret("k3y-of-the-shop-session")),
    ]
    assert sink.links == [Link("https://shop.example.org", "Shop")]


def test_a_smoke_test_that_fails_says_why(full_site: Site) -> None:
    variables = {"Application.Name": "Web shop", "SmokeTest.MaxAttempts": "1"}
    result, _ = run_sample(full_site, "smoke_test.sh", variables)
    assert (result.outcome, result.exit_code) == (Outcome.FAILED, 1)
    assert result.message == "Web shop did not answer after 1 attempts"


def test_messages_that_a_script_writes_itself_are_understood(full_site: Site) -> None:
    result, sink = run_sample(full_site, "service_messages.sh", {})
    assert (result.exit_code, result.message) == (4, "The cluster is full")
    assert sink.outputs == [OutputVariable("Raw", "a\nb"), OutputVariable("One", "1")]
    assert told(sink, LogLevel.INFO) == ["before  after", MASK]
    assert "many lines" in told(sink, LogLevel.VERBOSE)
    assert told(sink, LogLevel.WARNING) == [
        "The service message createStepPackageTarget is not supported (targets stand in foredeck.yml); it was left out."
    ]


def test_a_script_in_python_runs_unchanged(full_site: Site) -> None:
    variables = {
        "Octopus.Action.Package[web].PackageId": "web",
        "Octopus.Release.Number": "1.4.0",
        "Octopus.Environment.Name": "Staging",
        "Registry.Password": Secret("correct-horse"),
    }
    result, sink = run_sample(full_site, "build_manifest.py.txt", variables, "--fast", "it's")
    assert result == ActionResult(Outcome.SUCCEEDED, exit_code=0)
    assert told(sink, LogLevel.INFO) == [
        '{"package": "web", "release": "1.4.0", "optional": ""}', f"Using {MASK}"
    ]  # fmt: skip
    assert told(sink, LogLevel.VERBOSE) == ["Arguments: --fast it's"]
    assert told(sink, LogLevel.HIGHLIGHT) == ["Manifest of 1.4.0"]
    assert told(sink, LogLevel.WARNING) == ["No changelog"]
    assert told(sink, LogLevel.WAIT) == ["Waiting for the registry"]
    assert sink.outputs == [
        OutputVariable("Manifest", "web:1.4.0"),
        OutputVariable("Password", Secret("correct-horse-derived")),
    ]
    production = {**variables, "Octopus.Environment.Name": "Production", "Weekday": "Friday"}
    result, _ = run_sample(full_site, "build_manifest.py.txt", production)
    assert (result.outcome, result.exit_code) == (Outcome.FAILED, 255)
    assert result.message == "Production takes no manifests on Friday"


def test_without_powershell_it_is_said_and_nothing_starts(full_site: Site) -> None:
    result, sink = run(full_site.worker(), "", script=Script("Write-Host hi", "powershell"))
    assert result.outcome is Outcome.FAILED
    place = "the built-in worker" if full_site.name == "built-in" else "build-1 ("
    assert result.message.startswith(f"The script was not started: `pwsh` is not installed on {place}")
    assert result.hint.startswith("Install the package powershell there")
    assert sink.confirmed == 0


@pytest.mark.parametrize(
    ("syntax", "body"),
    [
        ("bash", "echo oh no >&2"),
        ("python", "import sys; print('oh no', file=sys.stderr)"),
    ],
)
def test_text_on_stderr_fails_a_script_that_succeeded_only_where_it_is_meant_to(
    full_site: Site, syntax: str, body: str
) -> None:
    result, _ = run(full_site.worker(), "", script=Script(body, syntax))
    assert result.outcome is Outcome.SUCCEEDED
    result, _ = run(full_site.worker(), "", script=Script(body, syntax, fails_on_error_output=True))
    assert (result.outcome, result.exit_code) == (Outcome.FAILED, 0)
    assert result.message == "The script ended with exit code 0, but wrote to stderr, which fails this step."


def test_service_messages_on_stderr_and_warnings_fail_nothing_and_an_exit_code_keeps_its_reason(
    full_site: Site,
) -> None:
    quiet = "printf \"##octopus[mask value='aHVudGVyMjI=']\\n\" >&2; write_warning careful; echo fine"
    result, _ = run(full_site.worker(), "", script=Script(quiet, fails_on_error_output=True))
    assert result == ActionResult(Outcome.SUCCEEDED, exit_code=0)
    result, _ = run(full_site.worker(), "", script=Script("echo no >&2; exit 3", fails_on_error_output=True))
    assert (result.exit_code, result.message) == (3, "The script ended with exit code 3.")


def test_a_script_that_parses_its_parameters_runs_unchanged_and_a_secret_is_in_no_argv(full_site: Site) -> None:
    parameters = ("--environment", Secret("Staging 'n' more"), "--token=" + "k3y-of-the-shop", "-v", "--", "*.conf")
    result, sink = run_sample(full_site, "parameters.sh", {"Token": Secret("k3y-of-the-shop")}, *parameters)
    assert result == ActionResult(Outcome.SUCCEEDED, exit_code=0)
    assert told(sink, LogLevel.INFO) == [
        "environment: Staging 'n' more", f"token: {MASK}", "verbose: 1", "rest: *.conf", "seen by others: 0"
    ]  # fmt: skip
