"""What is wrong in a folder is told with file, line, path, the rule and the way out: whole sentences, all at once."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine import definitions
from tests.support.definition_folders import (
    GOOD,
    HOST_KEY,
    PROCESS,
    VARIABLES,
    main_file,
    problems_of,
    script,
    write_folder,
)


def worker(change: str, to: str) -> dict[str, str | bytes | None]:
    good = f'{{pools: [linux], ssh: "10.0.0.7:22", account: deploy, host_key: "{HOST_KEY}"}}'
    assert change in good
    return {"foredeck.yml": main_file(f"workers:\n  build-1: {good.replace(change, to)}\n")}


def account(rest: str, kind: str = "ssh_key") -> dict[str, str | bytes | None]:
    return {"foredeck.yml": main_file(f"accounts:\n  deploy: {{type: {kind}, username: deploy, {rest}}}\n")}


def bastions(*entries: str) -> str:
    """Each is its slug and what comes first in it."""
    rest = f'ssh: "10.0.0.9:22", account: deploy, host_key: "{HOST_KEY}"'
    split = (entry.partition(", ") for entry in entries)
    return "bastions:\n" + "".join(f"  {slug}: {{{first}, {rest}}}\n" for slug, _, first in split)


def section(text: str) -> dict[str, str | bytes | None]:
    return {"foredeck.yml": main_file(text)}


ADDRESS = '"10.0.0.7:22" or "[2001:db8::7]:22"'
HOW = 'Write `{secret: "env:NAME"}` or `{secret: "file:/path"}` and keep the secret there.'

ONE_PROBLEM: list[tuple[str, dict[str, str | bytes | None], str]] = [
    (
        "a cap of nothing",
        {"foredeck.yml": GOOD["foredeck.yml"].replace("defaults: {", "defaults: {task_cap: 0, ")},
        "foredeck.yml:2: defaults.task_cap: The least possible number is 1.",
    ),
    (
        "a priority that does not exist",
        {"projects/web/project.yml": "slug: web\nqueue: {priority: urgent}\n"},
        'projects/web/project.yml:2: queue.priority: There is no priority "urgent". '
        "Write `high`, or remove the key: regular.",
    ),
    (
        "a team for emergencies beside which nobody is",
        section("defaults: {emergency_team: web-devs}\n"),
        "foredeck.yml:7: warning: teams.web-devs: Nobody else could acknowledge an emergency that web-devs declares. "
        "Add a second person to the team, or let others answer interruptions, for example as project_deployer.",
    ),
    (
        "a freeze that closes before it opens",
        section('freezes:\n  week: {from: "2026-12-23 18:00", until: "2026-12-20 08:00"}\n'),
        "foredeck.yml:22: freezes.week.until: It would close before it opens. Write a later `until`.",
    ),
    (
        "a freeze that begins at a time that comes twice",
        section('freezes:\n  week: {from: "2026-10-25 02:30", until: "2026-10-26 08:00"}\n'),
        "foredeck.yml:22: freezes.week.from: 02:30 comes twice on 2026-10-25 in Europe/Vienna: the clocks go back. "
        'Write for example "2026-10-25 01:30".',
    ),
    (
        "a freeze that ends at a time that does not exist",
        section('freezes:\n  week: {from: "2026-03-28 08:00", until: "2026-03-29 02:30"}\n'),
        "foredeck.yml:22: freezes.week.until: 02:30 does not exist on 2026-03-29 in Europe/Vienna: the clocks go "
        'forward over it. Write for example "2026-03-29 03:30".',
    ),
    (
        "a time that does not fit how often a freeze comes",
        section('freezes:\n  nights: {repeats: daily, from: "Friday 18:00", until: "06:00"}\n'),
        'foredeck.yml:22: freezes.nights.from: "Friday 18:00" is no time of a window that comes daily. '
        'For example "18:00".',
    ),
    (
        "a freeze of what does not exist",
        section('freezes:\n  week: {when: {environment: prod}, from: "2026-12-23 18:00", until: "2026-12-24 08:00"}\n'),
        'foredeck.yml:22: freezes.week.when.environment: There is no environment "prod". '
        "Known environments: staging, production.",
    ),
    (
        "a schedule that cannot be",
        {
            "projects/web/project.yml": "slug: web\ntriggers:\n"
            '  nightly: {cron: "61 2 * * *", environment: staging, as: ana}\n'
        },
        "projects/web/project.yml:3: triggers.nightly.cron: This cannot be a minute. "
        'For example "30 2 * * 1-5": at 02:30 from Monday to Friday.',
    ),
    (
        "a trigger that brings what is there already",
        {
            "projects/web/project.yml": "slug: web\ntriggers:\n"
            '  nightly: {cron: "0 2 * * *", environment: staging, from: staging, as: ana}\n'
        },
        "projects/web/project.yml:3: triggers.nightly.from: What is live in staging is live there already: this would "
        "never deploy anything. Name another environment, or add `when_current: redeploy`.",
    ),
    (
        "a trigger of what asks a question",
        {
            "projects/web/project.yml": "slug: web\ntriggers:\n"
            '  nightly: {cron: "0 2 * * *", environment: staging, as: ana}\n',
            VARIABLES: "Ticket: [{prompt: {label: Change ticket, required: true}}]\n",
        },
        "projects/web/project.yml:3: triggers.nightly: A deployment to staging asks for Change ticket, and nobody is "
        "there to answer. Give the variable Ticket a default, or choose where it is not asked for.",
    ),
    (
        "a trigger of a step on targets that asks a question",
        {
            **section(
                f'targets: {{db: {{ssh: "db:22", account: deploy, host_key: "{HOST_KEY}", environments: [staging], '
                "tags: [db]}}\n"
            ),
            "projects/web/project.yml": "slug: web\ntriggers:\n"
            '  nightly: {cron: "0 2 * * *", environment: staging, as: ana}\n',
            "projects/web/process.yml": "steps: [{step: migrate, target_tags: db, run_script: {inline: echo}}]\n",
            VARIABLES: "Depth: [{prompt: {required: true}, when: {step: migrate}}]\n",
        },
        "projects/web/project.yml:3: triggers.nightly: A deployment to staging asks for Depth, and nobody is there to "
        "answer. Give the variable Depth a default, or choose where it is not asked for.",
    ),
    (
        "a trigger of a runbook that asks a question",
        {
            "projects/web/project.yml": "slug: web\ntriggers:\n"
            '  nightly: {cron: "0 2 * * *", environment: staging, runbook: rebuild, as: ana}\n',
            "projects/web/runbooks/rebuild.yml": "steps: [{step: index, run_script: {inline: echo}}]\n",
            VARIABLES: "Depth: [{prompt: {required: true}}]\n",
        },
        "projects/web/project.yml:3: triggers.nightly: The runbook rebuild in staging asks for Depth, and nobody is "
        "there to answer. Give the variable Depth a default, or choose where it is not asked for.",
    ),
    (
        "a trigger of a runbook where that is not for",
        {
            "projects/web/project.yml": "slug: web\ntriggers:\n"
            '  nightly: {cron: "0 2 * * *", environment: staging, runbook: rebuild, as: ana}\n',
            "projects/web/runbooks/rebuild.yml": "environments: [production]\n"
            "steps: [{step: index, run_script: {inline: echo}}]\n",
        },
        "projects/web/project.yml:3: triggers.nightly: The runbook rebuild is not for staging: this would never run. "
        "It is for production.",
    ),
    (
        "a trigger on behalf of nobody",
        {"projects/web/project.yml": 'slug: web\ntriggers:\n  nightly: {cron: "0 2 * * *", environment: staging}\n'},
        "projects/web/project.yml:3: triggers.nightly.as: The key `as` is missing. For example `as: ana`.",
    ),
    (
        "a trigger with a choice that there is not",
        {
            "projects/web/project.yml": "slug: web\ntriggers:\n  nightly:\n"
            '    {cron: "0 2 * * *", environment: staging, as: ana, missed: later}\n'
        },
        'projects/web/project.yml:4: triggers.nightly.missed: "later" is not a choice here. Write skip or run.',
    ),
    (
        "a tag that is not known in time",
        {"projects/web/project.yml": 'slug: web\nqueue: {concurrency_tag: "#{Octopus.Task.Id}"}\n'},
        'projects/web/project.yml:2: queue.concurrency_tag: "Octopus.Task.Id" is not known before a deployment '
        "begins. The tag may use #{Octopus.Project.Id} and #{Octopus.Environment.Id}.",
    ),
    (
        "a slug that is a command's word",
        section("environments:\n  staging: {}\n  production: {}\n  freeze: {}\n"),
        'foredeck.yml:21: environments.freeze: "freeze" is a word of the commands and cannot be a slug. '
        'Choose another, for example "freeze-1".',
    ),
    (
        "a slug with capitals and spaces",
        section("environments:\n  staging: {}\n  production: {}\n  Pre Production: {}\n"),
        "foredeck.yml:21: environments.Pre Production: A slug is made of lower-case letters, digits and "
        "single hyphens, "
        'and begins with a letter. For example "pre-production"; `name` is what is shown.',
    ),
    (
        "a feature that is not there yet",
        section("environments:\n  staging: {}\n  production: {approval: two-people}\n"),
        'foredeck.yml:20: environments.production.approval: The key "approval" is not known here. '
        "Known keys: name, slack_channel, protected, guided_failure.",
    ),
    (
        "a reserved section",
        section("tenants: {}"),
        'foredeck.yml:21: tenants: The key "tenants" is not known here. '
        "`tenants` is a reserved word; nothing implements it yet.",
    ),
    (
        "a channel with its sign",
        section('defaults: {slack_channel: "#deployments"}'),
        "foredeck.yml:20: defaults.slack_channel: A Slack channel's name has lower-case letters, digits, "
        "hyphens and no #. "
        'Write "deployments".',
    ),
    (
        "a channel lost to a comment",
        section("defaults:\n  slack_channel: #deployments\n"),
        "foredeck.yml:22: defaults.slack_channel: The key `slack_channel` is empty. "
        "Write a value, or remove the key; after a space, `#` begins a comment.",
    ),
    (
        "an unknown time zone",
        section("defaults: {time_zone: Europe/Wien}"),
        'foredeck.yml:20: defaults.time_zone: There is no time zone "Europe/Wien". Did you mean "Europe/Vienna"?',
    ),
    (
        "an unknown role",
        section("grants:\n  - {team: web-devs, roles: [deployment-creator]}\n"),
        'foredeck.yml:20: grants[0].roles[0]: There is no role "deployment-creator". Did you mean '
        '"deployment_creator"? '
        "Known roles: project_viewer, project_contributor, project_lead, project_deployer, release_creator, "
        "deployment_creator, build_server, environment_manager, runbook_consumer, runbook_producer, "
        "script_runner, space_manager.",
    ),
    (
        "a grant to nobody",
        section("grants:\n  - {roles: [project_viewer]}\n"),
        "foredeck.yml:20: grants[0].team: The key `team` is missing. For example `team: web-devs`.",
    ),
    (
        "a scope in the plural",
        section("grants:\n  - {team: web-devs, roles: [project_viewer], when: {environments: staging}}\n"),
        'foredeck.yml:20: grants[0].when.environments: The key "environments" is not known here. '
        "Write `environment:`; a list is fine.",
    ),
    (
        "a scope of nothing",
        section("grants:\n  - {team: web-devs, roles: [project_viewer], when: {environment: []}}\n"),
        "foredeck.yml:20: grants[0].when.environment: This names nothing, so it would apply nowhere. "
        "Name at least one, or remove the key.",
    ),
    (
        "one person twice",
        section("people:\n  ana: {slack: U01ANA}\n  ben: {slack: U02BEN}\n  eva: {slack: U01ANA}\n"),
        "foredeck.yml:20: people.eva.slack: ana and eva have the same Slack member id. One person is declared once.",
    ),
    (
        "a name where a member id belongs",
        section("people:\n  ana: {slack: ana}\n  ben: {}\n  eva: {}\n"),
        "foredeck.yml:18: people.ana.slack: This is not a member id of Slack. It looks like U01ANA; "
        "Slack shows it in the profile.",
    ),
    (
        "a team without anybody",
        section("teams:\n  web-devs: {}\n  release-managers: {people: [ben, eva]}\n"),
        "foredeck.yml:19: warning: teams.web-devs: The team web-devs has neither people nor a Slack group. "
        "Add `people: […]` or `slack_group: S…`.",
    ),
    (
        "somebody in a team twice",
        section("teams:\n  web-devs: {people: [ana, ana]}\n  release-managers: {people: [ben, eva]}\n"),
        'foredeck.yml:19: teams.web-devs.people[1]: "ana" is in this list twice. Keep one of them.',
    ),
    (
        "two default pools",
        section("worker_pools:\n  linux: {default: true}\n  arm: {default: true}\n"),
        "foredeck.yml:21: worker_pools.arm.default: linux and arm are both the default pool; there is one at most. "
        "Remove one `default: true`.",
    ),
    (
        "a pool without workers that is not the default",
        section("worker_pools:\n  linux: {default: true}\n  arm: {}\n"),
        "foredeck.yml:21: warning: worker_pools.arm: No worker is in the pool arm, so steps that name it cannot run. "
        "Add a worker to it.",
    ),
    (
        "a worker without port",
        worker("10.0.0.7:22", "10.0.0.7"),
        f"foredeck.yml:20: workers.build-1.ssh: The port is missing. Write host and port: {ADDRESS}.",
    ),
    (
        "a worker with a user",
        worker("10.0.0.7:22", "root@10.0.0.7:22"),
        f"foredeck.yml:20: workers.build-1.ssh: The account says who logs in. Write host and port only: {ADDRESS}.",
    ),
    (
        "a host that is an option",
        worker("10.0.0.7:22", "-oProxyCommand=x:22"),
        f"foredeck.yml:20: workers.build-1.ssh: This is not the name or the address of a host. For example {ADDRESS}.",
    ),
    (
        "a port that is none",
        worker("10.0.0.7:22", "10.0.0.7:99999"),
        f"foredeck.yml:20: workers.build-1.ssh: A port is a number from 1 to 65535. For example {ADDRESS}.",
    ),
    (
        "a host key that is none",
        worker(HOST_KEY, "SHA256:…"),
        "foredeck.yml:20: workers.build-1.host_key: This is not the fingerprint of a host key. It is `SHA256:` and "
        "43 characters, as `ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub` prints it there.",
    ),
    (
        "a worker in no pool",
        worker("[linux]", "[]"),
        "foredeck.yml:20: workers.build-1.pools: The worker build-1 is in no pool, so nothing runs on it. Name a pool.",
    ),
    (
        "an account that is not declared",
        worker("deploy", "deplyo"),
        'foredeck.yml:20: workers.build-1.account: There is no account "deplyo". Did you mean "deploy"? '
        "Known accounts: deploy.",
    ),
    (
        "a bastion that is not declared",
        worker("account:", "via: gate, account:"),
        'foredeck.yml:20: workers.build-1.via: There is no bastion "gate". No bastions are declared.',
    ),
    (
        "bastions that lead in a circle",
        section(bastions("a, via: b", "b, via: c", "c, via: a", "d, via: a")),
        "foredeck.yml:22: bastions.a.via: These bastions lead in a circle: "
        "a is reached via b, b is reached via c, c is reached via a. One of them must be reached without the others.",
    ),
    (
        "a bastion behind itself",
        section(bastions("a, via: a")),
        "foredeck.yml:22: bastions.a.via: These bastions lead in a circle: a is reached via a. "
        "One of them must be reached without the others.",
    ),
    (
        "a key written out",
        account("private_key: hunter2"),
        f"foredeck.yml:20: accounts.deploy.private_key: A secret is not written out in the configuration. {HOW}",
    ),
    (
        "a password",
        account('private_key: {secret: "env:KEY"}, password: hunter2'),
        "foredeck.yml:20: accounts.deploy.password: An account of type ssh_key has no `password`. "
        "It has `private_key` and `passphrase`.",
    ),
    (
        "a password written out",
        account("password: hunter2", "ssh_password"),
        f"foredeck.yml:20: accounts.deploy.password: A secret is not written out in the configuration. {HOW}",
    ),
    (
        "an account without its password",
        account("", "ssh_password"),
        "foredeck.yml:20: accounts.deploy.password: The key `password` is missing. "
        'For example `password: {secret: "env:NAME"}`.',
    ),
    (
        "an agent that is given a key",
        account('private_key: {secret: "env:KEY"}', "ssh_agent"),
        "foredeck.yml:20: accounts.deploy.private_key: An account of type ssh_agent has no `private_key`. "
        "It has `socket` and `public_key`.",
    ),
    (
        "an agent's socket without its folder",
        account("socket: agent.sock", "ssh_agent"),
        "foredeck.yml:20: accounts.deploy.socket: This is not an absolute path. For example /run/foredeck/agent.sock.",
    ),
    (
        "the name of an agent's key",
        account("public_key: id_ed25519", "ssh_agent"),
        "foredeck.yml:20: accounts.deploy.public_key: This is not the fingerprint of a key. "
        "It is `SHA256:` and 43 characters, as `ssh-add -l` prints it.",
    ),
    (
        "a type of account that is none",
        account('private_key: {secret: "env:KEY"}', "ssh_keys"),
        "foredeck.yml:20: accounts.deploy.type: This type of account is not known. "
        "The types are ssh_key, ssh_password and ssh_agent.",
    ),
    (
        "a store that is none",
        account('private_key: {secret: "hunter:hunter2"}'),
        "foredeck.yml:20: accounts.deploy.private_key.secret: This is not a reference to a secret; "
        f"the stores are `env` and `file`. {HOW}",
    ),
    (
        "a secret file by a relative path",
        account('private_key: {secret: "file:key"}'),
        f"foredeck.yml:20: accounts.deploy.private_key.secret: After `file:` stands an absolute path. {HOW}",
    ),
    (
        "a project of another slug",
        {"projects/web/project.yml": "slug: shop\n"},
        'projects/web/project.yml:1: slug: The slug "shop" is not the name of the project\'s folder, "web". '
        "Rename one of them.",
    ),
    (
        "a project without its file",
        {"projects/web/project.yml": None},
        'projects/web/project.yml: The project "web" has no project.yml. Begin it with `slug: web`.',
    ),
    (
        "variables in the wrong file",
        {"projects/web/project.yml": "slug: web\nvariables: {}\n"},
        'projects/web/project.yml:2: variables: The key "variables" is not known here. Variables are in variables.yml.',
    ),
    (
        "a file that nothing reads",
        {"projects/web/variable.yml": "A: []"},
        'projects/web/variable.yml: The file "variable.yml" has no meaning here. Did you mean "variables.yml"?',
    ),
    (
        "a folder that nothing reads yet",
        {"tenants/web.yml": "web-1: {}"},
        'tenants: The folder "tenants" is read by nobody. Nothing implements it yet: remove it.',
    ),
    (
        "a section in two places",
        {"people.yml": "mia: {}\n"},
        "people.yml: The section people is in foredeck.yml:4 and in people.yml. Keep one of them.",
    ),
    (
        "a slug in two files",
        {
            "foredeck.yml": main_file("teams:").replace("teams:\n", ""),
            "teams/a.yml": GOOD["foredeck.yml"][:0]
            + "web-devs: {people: [ana]}\nrelease-managers: {people: [ben, eva]}\n",
            "teams/b.yml": "web-devs: {people: [ben]}\n",
        },
        'teams/b.yml:1: web-devs: The team "web-devs" is declared in teams/a.yml:1 as well. Keep one of them.',
    ),
    (
        "a section that repeats its name",
        {
            "foredeck.yml": main_file("people:").replace("people:\n", ""),
            "people.yml": "people:\n  ana: {}\n  ben: {}\n  eva: {}\n",
        },
        "people.yml:1: This file is the section people already. "
        "Remove the line `people:` and the indentation below it.",
    ),
    (
        "a key that is there twice",
        section("environments:\n  staging: {}\n  production: {}\n  staging: {}\n"),
        'foredeck.yml:21: The key "staging" is here a second time; the first is in line 19, column 3. Keep '
        "one of them.",
    ),
    (
        "a newer format",
        {"foredeck.yml": "foredeck: 2\nwhatever: [that, means]\n"},
        "foredeck.yml:1: foredeck: This folder is written in format 2; this Foredeck reads format 1. "
        "Update Foredeck, or go back to the earlier folder.",
    ),
    (
        "a version in quotes",
        {"foredeck.yml": GOOD["foredeck.yml"].replace("foredeck: 1", 'foredeck: "1"')},
        "foredeck.yml:1: foredeck: This must be the number of the format's version. Write `foredeck: 1`.",
    ),
    (
        "no version",
        {"foredeck.yml": GOOD["foredeck.yml"].replace("foredeck: 1\n", "")},
        "foredeck.yml:1: foredeck: The key `foredeck` is missing. For example `foredeck: 1`.",
    ),
    (
        "no main file",
        {"foredeck.yml": None},
        "foredeck.yml: There is no foredeck.yml in this folder. Begin it with the line `foredeck: 1`.",
    ),
]


@pytest.mark.parametrize(
    ("changes", "sentence"), [case[1:] for case in ONE_PROBLEM], ids=[case[0] for case in ONE_PROBLEM]
)
def test_it_is_the_one_problem_and_says(tmp_path: Path, changes: dict[str, str | bytes | None], sentence: str) -> None:
    assert problems_of(tmp_path, changes) == [sentence]


def test_all_problems_are_told_at_once_in_the_order_of_files_and_lines(tmp_path: Path) -> None:
    changes = {
        "foredeck.yml": GOOD["foredeck.yml"] + "acounts: {}\n",
        PROCESS: "steps:\n  - step: a\n    time_limit: 5\n    run_script: {file: missing.sh}\n  - {step: a}\n",
        VARIABLES: "A: [{value: 1}, {}]\nB: [",
    }
    with pytest.raises(definitions.InvalidDefinitions) as caught:
        definitions.load(write_folder(tmp_path, changes))
    problems = caught.value.problems
    assert [(problem.file, problem.line, problem.rule) for problem in problems] == [
        ("foredeck.yml", 21, "unknown-key"),
        (PROCESS, 3, "duration"),
        (PROCESS, 4, "missing-file"),
        (PROCESS, 5, "missing-key"),
        (PROCESS, 5, "duplicate-name"),
        (VARIABLES, 2, "yaml-syntax"),
    ]
    assert str(caught.value).startswith("The configuration has 6 problems.\nforedeck.yml:21: acounts: ")
    assert caught.value.hint == "Correct what is listed and check it again with `foredeck check`."


def test_a_warning_does_not_hinder_loading(tmp_path: Path) -> None:
    folder = write_folder(tmp_path, {"projects/web/install.sh": "echo a\r\n"})
    (warning,) = definitions.check(folder)
    assert not warning.is_error
    assert str(warning) == (
        f'{PROCESS}:3: warning: steps[0].run_script.file: The lines of "install.sh" end as on Windows; '
        "Bash stumbles over that. Save it with Unix line endings."
    )
    assert definitions.load(folder).projects["web"]


def test_a_broken_section_causes_no_follow_on_problems(tmp_path: Path) -> None:
    changes = {
        "foredeck.yml": main_file("environments:").replace("environments:\n", ""),
        "environments.yml": "staging: {}\n\tproduction: {}\n",
    }
    (problem,) = problems_of(tmp_path, changes)
    assert problem.startswith("environments.yml:2: This is not valid YAML: ")


def test_a_broken_main_file_still_lets_the_projects_be_read(tmp_path: Path) -> None:
    changes = {"foredeck.yml": "foredeck: 1\nteams: [", **script("time_limit: 5")}
    assert [problem.partition(": ")[0] for problem in problems_of(tmp_path, changes)] == [
        "foredeck.yml:2",
        f"{PROCESS}:4",
    ]
