"""`machine_policies:`: how machines are checked, read as a whole, with every problem named."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from engine import definitions
from engine.definitions import MachinePolicy
from engine.domain import crons
from tests.support.machines import MACHINES, ROLES


def written(folder: Path, policies: str, **files: str) -> Path:
    everything = {"foredeck.yml": ROLES, **MACHINES, "machine_policies.yml": policies, **files}
    for name, text in everything.items():
        (folder / name).write_text(text)
    return folder


def problems(folder: Path, policies: str) -> list[str]:
    return [problem.message for problem in definitions.check(written(folder, policies))]


def test_without_any_configuration_all_machines_have_the_default_policy(tmp_path: Path) -> None:
    loaded = definitions.load(written(tmp_path, ""))
    policy = loaded.policy_of(loaded.workers["build-1"])
    assert policy == MachinePolicy("default", "default")
    assert (policy.every, policy.connection_only, policy.script, policy.skips_unavailable) == (
        timedelta(hours=1), False, "", False,
    )  # fmt: skip


def test_a_policy_called_default_is_that_of_all_who_name_none(tmp_path: Path) -> None:
    policies = "default: {health_check: {type: connection, every: 10m}, unavailable: skip}\n"
    loaded = definitions.load(written(tmp_path, policies))
    found = loaded.policy_of(loaded.targets["web-1"])
    assert (found.connection_only, found.every, found.skips_unavailable) == (True, timedelta(minutes=10), True)


def test_a_machine_names_its_policy_and_the_script_is_read_with_the_configuration(tmp_path: Path) -> None:
    policies = 'disks: {health_check: {file: disk.sh, cron: "0 3 * * *", time_zone: Europe/Vienna}}\n'
    targets = MACHINES["targets.yml"].replace("tags: [web]", "tags: [web], policy: disks", 1)
    folder = written(tmp_path, policies, **{"targets.yml": targets, "disk.sh": "df -h\n"})
    loaded = definitions.load(folder)
    policy = loaded.policy_of(loaded.targets["web-1"])
    assert (policy.script, policy.source, policy.cron, policy.time_zone) == (
        "df -h\n", "disk.sh", "0 3 * * *", "Europe/Vienna",
    )  # fmt: skip
    assert loaded.policy_of(loaded.targets["web-2"]).slug == "default"


def test_what_is_stored_is_what_was_read(tmp_path: Path) -> None:
    loaded = definitions.load(written(tmp_path, "disks: {health_check: {inline: df, every: 5m}}\n"))
    assert definitions.parse_stored(loaded.to_json()) == replace(loaded, contents={})


@pytest.mark.parametrize(
    ("policy", "message"),
    [
        ("{health_check: {type: ping}}", '"ping" is not a choice here.'),
        ("{unavailable: ignore}", '"ignore" is not a choice here.'),
        ("{health_check: {every: 10s}}", "A machine is checked once a minute at most."),
        ('{health_check: {every: 1h, cron: "0 3 * * *"}}', "`every` and `cron` exclude each other."),
        ("{health_check: {every: 1h, time_zone: Europe/Vienna}}", "A time zone says something of a `cron` only."),
        ("{health_check: {type: connection, inline: df}}", "A check of the type connection runs no script."),
        ("{health_check: {file: none.sh}}", 'There is no file "none.sh" in the configuration folder.'),
        ('{health_check: {cron: "0 3"}}', crons.flaw_of("0 3")),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said(tmp_path: Path, policy: str, message: str) -> None:
    assert problems(tmp_path, f"disks: {policy}\n") == [message]


def test_a_policy_that_does_not_exist_is_named(tmp_path: Path) -> None:
    workers = MACHINES["workers.yml"].replace("account: me", "account: me, policy: disk", 1)
    folder = written(tmp_path, "disks: {}\n", **{"workers.yml": workers})
    (problem,) = definitions.check(folder)
    assert problem.rule == "dangling-reference"
    assert "disk" in problem.message


def test_the_examples_of_the_page_are_complete(tmp_path: Path) -> None:
    page = (Path(__file__).parents[3] / "docs" / "health.md").read_text()
    blocks = dict(
        re.findall(r"^```\w+\n# (machine_policies.yml|checks/\S+)\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)
    )
    (tmp_path / "checks").mkdir()
    assert set(blocks) == {"machine_policies.yml", "checks/disks.sh"}
    assert definitions.check(written(tmp_path, "", **blocks)) == ()
