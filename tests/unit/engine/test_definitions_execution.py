"""`runs_on`, cloud regions and pools by variable: what an author may write, and what is wrong with it, in sentences."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine import definitions
from engine.domain.locations import RunsOn, TargetKind
from tests.support.definition_folders import PROCESS, VARIABLES, main_file, problems_of, script, write_folder
from tests.unit.engine.test_definitions_targets import target

WEB = target("web-1")
EU = "eu: {type: cloud_region, environments: [production], tags: [region], worker_pool: linux}\n"
PLACES = {"targets.yml": WEB + EU}


def test_an_author_says_where_a_script_runs(tmp_path: Path) -> None:
    changes = {**PLACES, **script("target_tags: [web]", "runs_on: worker_for_each_target", "worker_pool: linux")}
    loaded = definitions.load(write_folder(tmp_path, changes))
    (step,) = loaded.projects["web"].process.steps
    assert (step.actions[0].runs_on, step.actions[0].worker_pool) == (RunsOn.WORKER_FOR_EACH_TARGET, "linux")
    assert definitions.parse_stored(loaded.to_json()) == loaded


def test_a_cloud_region_is_a_target_without_a_machine(tmp_path: Path) -> None:
    text = '"eu-{1..2}": {type: cloud_region, environments: [production], tags: [region]}\n'
    loaded = definitions.load(write_folder(tmp_path, {"targets.yml": EU + text}))
    assert [(t.slug, t.kind, t.host, t.worker_pool) for t in loaded.targets.values()] == [
        ("eu", TargetKind.CLOUD_REGION, "", "linux"),
        ("eu-1", TargetKind.CLOUD_REGION, "", None),
        ("eu-2", TargetKind.CLOUD_REGION, "", None),
    ]
    assert definitions.parse_stored(loaded.to_json()) == loaded


def test_a_step_aimed_at_regions_may_name_a_pool(tmp_path: Path) -> None:
    assert problems_of(tmp_path, {**PLACES, **script("target_tags: [web, region]", "worker_pool: linux")}) == []


ONE_PROBLEM = [
    (
        script("runs_on: wroker"),
        f'{PROCESS}:4: steps[0].runs_on: A step cannot run on "wroker". Did you mean "worker"? '
        "Known places: targets, worker, worker_for_each_target.",
    ),
    (
        script("runs_on: targets"),
        f"{PROCESS}:4: steps[0].runs_on: `targets` is about targets, and the step names no target tags. "
        "Add `target_tags:` to the step, for example `target_tags: [web]`.",
    ),
    (
        script("runs_on: worker_for_each_target"),
        f"{PROCESS}:4: steps[0].runs_on: `worker_for_each_target` is about targets, and the step names no target tags. "
        "Add `target_tags:` to the step, for example `target_tags: [web]`.",
    ),
    (
        {**PLACES, **script("target_tags: [web]", "runs_on: worker")},
        f"{PROCESS}:5: steps[0].runs_on: This would run once on a worker, and the target tags of its step say that it "
        "is for each target. Write `worker_for_each_target`, or remove `target_tags`.",
    ),
    (
        {
            **PLACES,
            PROCESS: "steps:\n  - step: install\n    target_tags: [web]\n    actions:\n"
            "      - {action: copy, runs_on: worker, run_script: {inline: echo}}\n",
        },
        f"{PROCESS}:5: steps[0].actions[0].runs_on: This would run once on a worker, and the target tags of its step "
        "say that it is for each target. Write `worker_for_each_target`, or remove `target_tags`.",
    ),
    (
        {
            **PLACES,
            PROCESS: "steps:\n  - step: ask\n    runs_on: worker\n"
            "    manual_intervention: {teams: [release-managers], instructions: Good?}\n",
        },
        f"{PROCESS}:3: steps[0].runs_on: `runs_on` means nothing beside `manual_intervention`. Remove it.",
    ),
    (
        {"targets.yml": EU.replace("cloud_region", "cloud-region")},
        'targets.yml:1: eu.type: There is no type "cloud-region" of targets. Did you mean "cloud_region"? '
        "Known types: ssh, cloud_region.",
    ),
    (
        {"targets.yml": EU.replace("worker_pool: linux", 'ssh: "10.0.0.8:22"')},
        "targets.yml:1: eu.ssh: A cloud region has no machine, so `ssh` means nothing for it. "
        "Remove it; what is aimed at a region runs on a worker.",
    ),
    (
        {"targets.yml": EU.replace("linux", "linx")},
        'targets.yml:1: eu.worker_pool: There is no worker pool "linx". Did you mean "linux"? '
        "Known worker pools: linux.",
    ),
    (
        {"targets.yml": target("web-1", "tags", "worker_pool: linux, tags")},
        "targets.yml:1: web-1.worker_pool: Steps run on this machine itself, so it has no worker pool. "
        "Name the pool in the step, beside `runs_on: worker_for_each_target`.",
    ),
]


@pytest.mark.parametrize(("changes", "sentence"), ONE_PROBLEM, ids=[str(n) for n in range(len(ONE_PROBLEM))])
def test_it_is_the_one_problem_and_says(tmp_path: Path, changes: dict[str, str | bytes | None], sentence: str) -> None:
    assert problems_of(tmp_path, changes)[:1] == [sentence]


BY_VARIABLE = script('worker_pool: "#{Pool}"')
AT = f"{PROCESS}:4: steps[0].worker_pool: "
ASKED = "{prompt: {label: Where}}"


@pytest.mark.parametrize(
    ("variables", "sentences"),
    [
        ("Pool: [{value: linux}]\n", []),
        ("Pool: [{value: linux, when: {step: install}}]\n", []),
        (f"Pool: [{ASKED}]\n", []),
        ("Pool: [{prompt: {control: select, options: [linux]}}]\n", []),
        (
            "Pool: [{prompt: {control: select, options: [linux, arm]}}]\n",
            [
                "This comes to no worker pool: when Pool is answered with “arm”, there is no worker pool “arm”. "
                "Known worker pools: linux."
            ],
        ),
        (
            "Poll: [{value: linux}]\n",
            ["This comes to no worker pool: Pool has no value in staging. Known worker pools: linux."],
        ),
        (
            "Pool: [{value: linux, when: {environment: production}}]\n",
            [
                "warning: In staging this comes to no worker pool: Pool has no value in staging. A deployment there "
                "would be refused. Give it a value there, too."
            ],
        ),
        (
            "Pool: [{value: linux}, {value: linx, when: {environment: production}}]\n",
            [
                'This comes to no worker pool: there is no worker pool “linx”. Did you mean "linux"? '
                "Known worker pools: linux."
            ],
        ),
        (
            'Pool: [{secret: "env:POOL"}]\n',
            [
                "This comes to no worker pool: Pool is a secret, and everybody may read the name of a pool. "
                "Known worker pools: linux."
            ],
        ),
        (
            "Pool: [{value: linux, when: {target_tag: region}}]\n",
            [
                "This comes to no worker pool: Pool has values for targets only, and pools are chosen before there is "
                "a target. Known worker pools: linux."
            ],
        ),
    ],
)
def test_what_a_pool_by_variable_comes_to_is_checked_for_each_environment(
    tmp_path: Path, variables: str, sentences: list[str]
) -> None:
    found = problems_of(tmp_path, {**PLACES, **BY_VARIABLE, VARIABLES: variables})
    assert [
        line.replace(AT, "").replace(f"{PROCESS}:4: warning: steps[0].worker_pool:", "warning:") for line in found
    ] == sentences


def test_variables_of_a_set_count_and_a_step_is_checked_where_it_runs_only(tmp_path: Path) -> None:
    changes = {
        **script("when: {environment: production}", 'worker_pool: "#{Pool}"'),
        "foredeck.yml": main_file(
            "variable_sets:\n  pools: {variables: {Pool: [{value: linux, when: {environment: production}}]}}\n"
        ),
        "projects/web/project.yml": "slug: web\nvariable_sets: [pools]\n",
    }
    assert problems_of(tmp_path, changes) == []


def test_a_runbook_is_checked_as_a_runbook(tmp_path: Path) -> None:
    changes = {
        "projects/web/runbooks/restart.yml": "steps:\n"
        '  - {step: restart, worker_pool: "#{Pool}", run_script: {inline: ls}}\n',
        VARIABLES: "Pool: [{value: linux, when: {process: deployment}}]\n",
    }
    (found,) = problems_of(tmp_path, changes)
    assert found.startswith("projects/web/runbooks/restart.yml:2: steps[0].worker_pool: This comes to no worker pool")


def test_a_trigger_finds_its_pool_without_an_answer(tmp_path: Path) -> None:
    trigger = "slug: web\ntriggers:\n  nightly: {cron: '0 3 * * *', environment: production, as: ana}\n"
    changes = {**BY_VARIABLE, "projects/web/project.yml": trigger}
    asked = "Pool: [{prompt: {label: Where}%s}]\n"
    assert problems_of(tmp_path, {**changes, VARIABLES: asked % ", value: linux"}) == []
    (found,) = problems_of(tmp_path, {**changes, VARIABLES: asked % ""})
    assert found.endswith(
        "A deployment to production finds no worker pool for install: nobody is there to answer, and it comes to "
        "nothing. Give the variable a default."
    )
