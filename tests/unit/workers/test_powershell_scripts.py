"""What a PowerShell script is started with. PowerShell itself is on no machine of these tests: texts are compared."""

import base64
import re

import pytest

from engine.contracts import Secret
from tests.support.script_runs import a_request
from workers.scripts import bundle

CMDLETS = {
    "Set-OctopusVariable": ("setVariable", {"name", "value", "sensitive"}),
    "New-OctopusArtifact": ("createArtifact", {"path", "name", "length"}),
    "Fail-Step": ("resultMessage", {"message"}),
    "Update-Progress": ("progress", {"percentage", "message"}),
    "Set-EnvironmentState": ("set-environmentstate", {"key", "value", "type", "sensitive"}),
    "Set-EnvironmentUrl": ("set-environmentstate", {"key", "value", "type"}),
    "New-OctopusTarget": (
        "createStepPackageTarget",
        {"name", "targetId", "inputs", "octopusRoles", "octopusDefaultWorkerPoolIdOrName", "updateIfExisting"},
    ),
    "Remove-OctopusTarget": ("delete-target", {"machine"}),
    "Report-KubernetesManifest": ("k8s-manifest-applied", {"manifest", "ns"}),
}


def prelude() -> str:
    return bundle(a_request("", syntax="powershell")).files[".foredeck-prelude.ps1"].decode()


def functions() -> dict[str, str]:
    parts = re.split(r"^function ([\w-]+)", prelude(), flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


@pytest.mark.parametrize("cmdlet", CMDLETS)
def test_each_cmdlet_sends_the_message_of_its_twin(cmdlet: str) -> None:
    name, attributes = CMDLETS[cmdlet]
    found = re.search(r"Write-ServiceMessage '([\w-]+)' \(\[ordered\]@\{(.*?)\}\)", functions()[cmdlet], re.DOTALL)
    assert found is not None
    assert found[1] == name
    assert set(re.findall(r"(\w+) = ", found[2])) == attributes


@pytest.mark.parametrize("level", ["verbose", "highlight", "wait", "warning"])
def test_each_level_has_its_cmdlet(level: str) -> None:
    assert f"Write-ForedeckLevel '{level}' $message" in functions()[f"Write-{level.capitalize()}"]


def test_every_function_that_is_called_is_there_and_brackets_close() -> None:
    known = functions()
    for called in re.findall(r"\b(?:Write-Foredeck\w+|Write-ServiceMessage|ConvertTo-Service\w+)", prelude()):
        assert called in known
    text = re.sub(r"'[^'\n]*'|#.*", "", prelude())
    for opening, closing in ("()", "{}", "[]"):
        assert text.count(opening) == text.count(closing), opening


def test_it_is_started_without_a_variable_or_a_secret_in_argv() -> None:
    made = bundle(a_request("Write-Host hi", {"Pass": Secret("hunter22"), "pass": "x\ny"}, syntax="powershell"))
    assert made.command == ("pwsh", "-NoProfile", "-NoLogo", "-NonInteractive", "-File", "./.foredeck-prelude.ps1")
    assert made.files["script.ps1"] == b"Write-Host hi"
    lines = made.files[".foredeck-variables"].decode().splitlines()
    decoded = [tuple(base64.b64decode(word).decode() for word in line.split(" ")) for line in lines]
    assert decoded == [("Pass", "hunter22"), ("pass", "x\ny")]


def test_parameters_are_bound_by_name_and_values_are_quoted() -> None:
    parameters = ("-Environment", "Production", "-Force", "-Dry:$true", "it's $(rm)", "-1", "-x; rm")
    made = bundle(a_request("", syntax="powershell", parameters=parameters))
    assert made.files[".foredeck-start.ps1"].decode() == (
        ". './script.ps1' -Environment 'Production' -Force -Dry:$true 'it''s $(rm)' '-1' '-x; rm'\n"
    )


def test_what_came_of_a_variable_is_a_value_and_names_no_parameter() -> None:
    parameters = ("-Name", Secret("-Force"), Secret("it\u2019s"))
    made = bundle(a_request("", syntax="powershell", parameters=parameters))
    assert made.files[".foredeck-start.ps1"].decode() == ". './script.ps1' -Name '-Force' 'it\u2019\u2019s'\n"
