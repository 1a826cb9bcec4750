"""What is wrong in a process or in variables is told with its place, the rule and the way out: whole sentences."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine import definitions
from tests.support.definition_folders import PROCESS, VARIABLES, main_file, problems_of, script, step, write_folder

UNITS = "Write a whole number and its unit: `90s`, `15m`, `4h` or `2d`."
STEP_KEYS = (
    "Known keys: step, name, when, run_condition, start_trigger, required, disabled, notes, target_tags, rolling, "
    "run_script, manual_intervention, health_check, deploy_package, runs_on, worker_pool, time_limit, idempotent, "
    "retries, isolation, actions."
)

ONE_PROBLEM: list[tuple[str, dict[str, str | bytes | None], str]] = [
    (
        "a reference that leads nowhere",
        script("when: {environment: prodction}"),
        f'{PROCESS}:4: steps[0].when.environment: There is no environment "prodction". Did you mean "production"? '
        "Known environments: staging, production.",
    ),
    (
        "a pool that is not declared",
        script("worker_pool: windows"),
        f'{PROCESS}:4: steps[0].worker_pool: There is no worker pool "windows". Known worker pools: linux.',
    ),
    (
        "a team that is not declared",
        step("manual_intervention: {instructions: ok, teams: [release-manager]}"),
        f'{PROCESS}:3: steps[0].manual_intervention.teams[0]: There is no team "release-manager". '
        'Did you mean "release-managers"? Known teams: web-devs, release-managers.',
    ),
    (
        "a key nothing implements yet",
        script("extract_to: /srv"),
        f'{PROCESS}:4: steps[0].extract_to: The key "extract_to" is not known here. {STEP_KEYS}',
    ),
    (
        "more retries than there can be",
        script("retries: {attempts: 4}"),
        f"{PROCESS}:4: steps[0].retries.attempts: At most 3 retries are possible. Mend what fails so often.",
    ),
    (
        "a retry that waits for ever",
        script("retries: {attempts: 1, delay: 2h}"),
        f"{PROCESS}:4: steps[0].retries.delay: A retry waits an hour at most. For example `delay: 15s`.",
    ),
    (
        "retries of an approval",
        step("manual_intervention: {instructions: ok, teams: [release-managers]}", "retries: {attempts: 1}"),
        f"{PROCESS}:4: steps[0].retries: `retries` means nothing beside `manual_intervention`. Remove it.",
    ),
    (
        "an action for where its step never is",
        {
            PROCESS: "steps:\n  - step: a\n    when: {environment: production}\n    actions:\n"
            "      - {action: x, run_script: {inline: a}}\n"
            "      - {action: z, when: {environment: staging}, run_script: {inline: b}}\n"
        },
        f"{PROCESS}:6: steps[0].actions[1].when: Its step is never where this action is meant to be, so it would never "
        "run. Change one of the two `when`.",
    ),
    (
        "a condition that cannot be read",
        script("run_condition: '#{if X'"),
        f"{PROCESS}:4: steps[0].run_condition: This expression cannot be read: Expected '}}', found the end "
        '(line 1, column 7). For example `"#{if Octopus.Deployment.Error}true#{/if}"`.',
    ),
    (
        "a condition that asks for a variable that there is not",
        {
            **script("run_condition: '#{unless Octopus.Deployment.Error}#{WarmUpp}#{/unless}'"),
            VARIABLES: "WarmUp: [{value: 'True'}]\n",
        },
        f'{PROCESS}:4: steps[0].run_condition: There is no variable "WarmUpp" in this project. '
        'Did you mean "WarmUp"? Known variables: WarmUp.',
    ),
    (
        "a condition that asks for a step that there is not",
        script("run_condition: '#{if Octopus.Step[Instal].Status.Code == \"Failed\"}true#{/if}'"),
        f'{PROCESS}:4: steps[0].run_condition: There is no step with the name "Instal". '
        'Did you mean "install"? Known names: install.',
    ),
    (
        "a condition that asks for a step by its slug, which is not its name",
        {
            PROCESS: "steps:\n  - {step: a, name: Look first, run_script: {inline: a}}\n"
            "  - {step: b, run_condition: '#{Octopus.Action[a].Output.Found}', run_script: {inline: b}}\n"
        },
        f'{PROCESS}:3: steps[1].run_condition: There is no action with the name "a". Its name is "Look first", and '
        "variables go by the name.",
    ),
    (
        "a condition that asks for what comes later",
        {
            PROCESS: "steps:\n  - {step: a, run_condition: '#{Octopus.Step[b].Status.Code}', run_script: {inline: a}}\n"
            "  - {step: b, run_condition: '#{Octopus.Step[A].Status.Code}', run_script: {inline: b}}\n"
        },
        f'{PROCESS}:2: steps[0].run_condition: Nothing is known of "b" yet when this is evaluated: it does not run '
        "before. Ask for a step before this one, or change their order.",
    ),
    (
        "a condition that asks for what runs beside it",
        {
            PROCESS: "steps:\n  - {step: a, run_script: {inline: a}}\n"
            "  - {step: b, start_trigger: with_previous, run_condition: '#{Octopus.Step[a].Status.Code}', "
            "run_script: {inline: b}}\n"
        },
        f'{PROCESS}:3: steps[1].run_condition: Nothing is known of "a" yet when this is evaluated: it runs beside this '
        "one. Ask for a step before this one, or change their order.",
    ),
    (
        "an action that shall always run",
        {
            PROCESS: "steps:\n  - step: a\n    actions:\n"
            "      - {action: x, run_script: {inline: a}}\n"
            "      - {action: z, run_condition: always, run_script: {inline: b}}\n"
        },
        f"{PROCESS}:5: steps[0].actions[1].run_condition: An action cannot run always. Make it a step of its own; of "
        "an action the condition is an expression.",
    ),
    (
        "a condition of an action that asks for a later one",
        {
            PROCESS: "steps:\n  - step: a\n    actions:\n"
            "      - {action: x, run_condition: '#{Octopus.Action[z].Output.A}', run_script: {inline: a}}\n"
            "      - {action: z, run_condition: '#{Octopus.Action[x].Output.A}', run_script: {inline: b}}\n"
        },
        f'{PROCESS}:4: steps[0].actions[0].run_condition: Nothing is known of "z" yet when this is evaluated: it does '
        "not run before. Ask for a step before this one, or change their order.",
    ),
    (
        "a step for failures beside the first",
        {
            PROCESS: "steps:\n  - {step: a, run_script: {inline: a}}\n"
            "  - {step: b, start_trigger: with_previous, run_condition: failure, run_script: {inline: b}}\n"
        },
        f"{PROCESS}:3: steps[1].run_condition: It starts with the first step, and nothing can have failed before that: "
        "it would never run. Remove `start_trigger`, or `run_condition`.",
    ),
    (
        "a first step for failures",
        script("run_condition: failure"),
        f"{PROCESS}:4: steps[0].run_condition: Nothing can have failed before the first step, so it would never run. "
        "Move it behind what it is for, or remove `run_condition`.",
    ),
    (
        "a first step that starts with the one before it",
        script("start_trigger: with_previous"),
        f"{PROCESS}:4: steps[0].start_trigger: The first step has no step before it to start with. "
        "Remove `start_trigger`, or move the step behind the one it starts with.",
    ),
    (
        "a start trigger that does not exist",
        script("start_trigger: with_previos"),
        f'{PROCESS}:4: steps[0].start_trigger: There is no start trigger "with_previos". '
        'Did you mean "with_previous"? Known start triggers: after_previous, with_previous.',
    ),
    (
        "a step that must and cannot run",
        script("required: true", "disabled: true"),
        f"{PROCESS}:5: steps[0].disabled: A step cannot be required and disabled. Remove one of the two.",
    ),
    (
        "an environment that is named and excluded",
        script("when: {environment: staging, excluded_environment: production}"),
        f"{PROCESS}:4: steps[0].when.excluded_environment: `environment` and `excluded_environment` exclude each "
        "other. Keep `environment`: what it does not name is excluded anyway.",
    ),
    (
        "a misspelt key",
        script("time_limt: 15m"),
        f'{PROCESS}:4: steps[0].time_limt: The key "time_limt" is not known here. Did you mean "time_limit"? '
        f"{STEP_KEYS}",
    ),
    (
        "a number without unit",
        script("time_limit: 15"),
        f"{PROCESS}:4: steps[0].time_limit: A duration needs its unit. {UNITS}",
    ),
    (
        "a time of day as duration",
        script("time_limit: 12:30"),
        f"{PROCESS}:4: steps[0].time_limit: This is not a duration. {UNITS}",
    ),
    (
        "an endless duration",
        script("time_limit: 999999999d"),
        f"{PROCESS}:4: steps[0].time_limit: A duration is longer than 0s and at most 365d. "
        "For example `90s`, `15m`, `4h` or `2d`.",
    ),
    (
        "two kinds of work",
        step("run_script: {inline: echo}\n    manual_intervention: {teams: [web-devs], instructions: ok}"),
        f"{PROCESS}:4: steps[0].manual_intervention: `run_script` and `manual_intervention` exclude each other. "
        "Keep one of them, or list both under `actions:`.",
    ),
    (
        "no work",
        step("name: Install"),
        f"{PROCESS}:2: steps[0]: This does not say what to do. "
        "Write one of: run_script, manual_intervention, health_check, deploy_package.",
    ),
    (
        "an approval that nobody can give",
        step("manual_intervention: {teams: [release-managers], instructions: ok, minimum: 3}"),
        f"{PROCESS}:3: steps[0].manual_intervention.minimum: This can never be met: it needs 3 people, and "
        f"there is only "
        "2 people in release-managers. Lower `minimum`, or add people or a Slack group to the team.",
    ),
    (
        "an approval of nobody",
        step("manual_intervention: {teams: [], instructions: ok}"),
        f"{PROCESS}:3: steps[0].manual_intervention.teams: Nobody is named who may answer. Name at least one team.",
    ),
    (
        "a time limit for a person",
        step("manual_intervention: {teams: [web-devs], instructions: ok}\n    time_limit: 4h"),
        f"{PROCESS}:4: steps[0].time_limit: `time_limit` means nothing beside `manual_intervention`. Remove it.",
    ),
    (
        "an unknown run condition",
        script("run_condition: failed"),
        f'{PROCESS}:4: steps[0].run_condition: There is no run condition "failed". Did you mean "failure"? '
        "Known run conditions: success, failure, always.",
    ),
    (
        "two steps of one name",
        {PROCESS: "steps:\n  - {step: a, run_script: {inline: x}}\n  - {step: b, name: A, run_script: {inline: x}}\n"},
        f'{PROCESS}:3: steps[1].step: The step "a" is in line 2 already. Slugs and names are unique in a process.',
    ),
    (
        "a yes where true is meant",
        script("idempotent: yes"),
        f'{PROCESS}:4: steps[0].idempotent: This must be true or false, but it is "yes". For example `true`.',
    ),
    (
        "a process without steps",
        {PROCESS: "steps: []\n"},
        f"{PROCESS}:1: steps: A process has at least one step. Add a step, for example `- step: install`.",
    ),
    (
        "a script of an unknown language",
        step("run_script: {inline: echo, syntax: PowerShel}"),
        f'{PROCESS}:3: steps[0].run_script.syntax: Scripts in "PowerShel" cannot be run. '
        'Did you mean "powershell"? Known languages: bash, python, powershell.',
    ),
    (
        "a script whose file is of another language",
        {PROCESS: "steps:\n  - {step: a, run_script: {file: a.py, syntax: bash}}\n", "projects/web/a.py": "print()\n"},
        f"{PROCESS}:2: steps[0].run_script.syntax: The file is named as a script in python, and `syntax` says bash. "
        "Remove `syntax`, or rename the file.",
    ),
    (
        "a script in C#",
        {PROCESS: "steps:\n  - {step: a, run_script: {file: a.csx}}\n", "projects/web/a.csx": "x\n"},
        f"{PROCESS}:2: steps[0].run_script.file: Scripts in C# cannot be run. "
        "The known languages are bash, python and powershell; a script in one of them may start it.",
    ),
    (
        "a script given as text",
        step("run_script: echo hello"),
        f"{PROCESS}:3: steps[0].run_script: A script is given by `file` or `inline`. "
        'Write `{file: install.sh}` or `{inline: "echo hello"}`.',
    ),
    (
        "a script that is not there",
        step("run_script: {file: instal.sh}"),
        f'{PROCESS}:3: steps[0].run_script.file: There is no file "instal.sh" in the project\'s folder. '
        'Did you mean "install.sh"?',
    ),
    (
        "a number where text is meant",
        {VARIABLES: "Version: [{value: 1.10}]\n"},
        f'{VARIABLES}:1: Version[0].value: Text is meant here, but "1.10" without quotes is a number. '
        'Write it in quotes: "1.10".',
    ),
    (
        "a time where text is meant",
        {VARIABLES: "Window: [{value: 12:30}]\n"},
        f'{VARIABLES}:1: Window[0].value: Text is meant here, but "12:30" without quotes is a time. '
        'Write it in quotes: "12:30".',
    ),
    (
        "a no where text is meant",
        {VARIABLES: "Country: [{value: no}]\n"},
        f'{VARIABLES}:1: Country[0].value: Text is meant here, but "no" without quotes is yes or no. '
        'Write it in quotes: "no".',
    ),
    (
        "a variable that is not a list",
        {VARIABLES: "LogLevel: info\n"},
        f"{VARIABLES}:1: LogLevel: A variable has a list of values. "
        "For example `[{value: info}, {value: debug, when: {environment: staging}}]`.",
    ),
    (
        "two values for one place",
        {
            VARIABLES: "A:\n"
            "  - {value: x, when: {environment: [staging, production]}}\n"
            "  - {value: z, when: {environment: staging}}\n"
        },
        f'{VARIABLES}:3: A[1]: "A" has two values for "staging"; the first is in {VARIABLES}:2. '
        "Keep one of them, or restrict one with `when`.",
    ),
    (
        "a variable of Foredeck itself",
        {VARIABLES: "Octopus.Release.Number: [{value: x}]\n"},
        f'{VARIABLES}:1: Octopus.Release.Number: Names that begin with "Octopus." are set by Foredeck. Choose '
        f"another name.",
    ),
]


@pytest.mark.parametrize(
    ("changes", "sentence"), [case[1:] for case in ONE_PROBLEM], ids=[case[0] for case in ONE_PROBLEM]
)
def test_it_is_the_one_problem_and_says(tmp_path: Path, changes: dict[str, str | bytes | None], sentence: str) -> None:
    assert problems_of(tmp_path, changes) == [sentence]


def test_a_problem_knows_its_place_to_the_column(tmp_path: Path) -> None:
    (problem,) = definitions.check(write_folder(tmp_path, step("manual_intervention: {instructions: ok, teams: [x]}")))
    assert (problem.file, problem.line, problem.column) == (PROCESS, 3, 53)
    assert problem.path == "projects.web.process.steps[0].manual_intervention.teams[0]"
    assert (problem.rule, problem.severity) == ("dangling-reference", "error")


@pytest.mark.parametrize(
    ("expression", "unknown"),
    [
        ("#{LogLevel}", None),
        ("#{loglevel | ToUpper}", None),
        ("#{Db}", None),
        ("#{Db.Hosts[a].Port}", None),
        ("#{Db.Hosts[#{LogLevel}].Port}", None),
        ("#{each host in Db.Hosts}#{host.Port}#{Octopus.Template.Each.Index}#{/each}", None),
        ("#{if Octopus.Environment.Id == LogLevel}#{Foredeck.Hash}#{/if}", None),
        ("#{SmtpHost}", None),
        ("#{Db.Name}", "Db.Name"),
        ("#{each host in Hosts}#{host.Port}#{/each}", "Hosts"),
        ('#{if Octopus.Deployment.Error}#{/if}#{if LogLevl == "debug"}x#{/if}', "LogLevl"),
        ("#{Db.Hosts[#{Which}].Port}", "Which"),
        ("#{LogLevel | Replace #{What} x}", "What"),
    ],
)
def test_a_condition_may_ask_for_what_the_project_its_sets_and_foredeck_have(
    tmp_path: Path, expression: str, unknown: str | None
) -> None:
    found = problems_of(
        tmp_path,
        {
            "foredeck.yml": main_file("variable_sets:\n  mail: {variables: {SmtpHost: [{value: mail}]}}\n"),
            "projects/web/project.yml": "slug: web\nvariable_sets: [mail]\n",
            **script(f"run_condition: '{expression}'"),
            VARIABLES: "LogLevel: [{value: info}]\n'Db.Hosts': [{value: '{}'}]\n",
        },
    )
    assert [words.split('"')[1] for words in found] == ([unknown] if unknown else []), found


@pytest.mark.parametrize(
    ("asked", "meant"),
    [
        ("Octopus.Deployment.Eror", "Octopus.Deployment.Error"),
        ("octopus.environment.naem", "Octopus.Environment.Name"),
        ("Octopus.Action[install].IsSkiped", "Octopus.Action[ACTION].IsSkipped"),
        ("Octopus.Deployment.Tenant.Id", ""),
        ("Octopus.Action[install].IsSkipped", None),
        ("Octopus.Action[install].Output.Anything", None),
        ("Octopus.Action[install].Output[web-1].Anything", None),
        ("Octopus.Step[install].Status.Code", None),
        ("Foredeck.Slack.UserId", None),
    ],
)
def test_what_foredeck_does_not_set_is_warned_of(tmp_path: Path, asked: str, meant: str | None) -> None:
    steps = "steps:\n  - {step: install, run_script: {inline: a}}\n"
    steps += f"  - {{step: b, run_condition: '#{{if {asked}}}x#{{/if}}', run_script: {{inline: b}}}}\n"
    told = list(definitions.check(write_folder(tmp_path, {PROCESS: steps})))
    assert [(problem.severity, problem.line) for problem in told] == ([] if meant is None else [("warning", 3)])
    assert all(not meant or f'Did you mean "{meant}"?' in str(problem) for problem in told), told


def test_of_variables_that_cannot_be_read_nothing_is_said(tmp_path: Path) -> None:
    (problem,) = problems_of(tmp_path, {**script("run_condition: '#{LogLevel}'"), VARIABLES: "LogLevel: info\n"})
    assert problem.startswith(VARIABLES)


def test_the_conditions_of_runbooks_are_looked_at_too(tmp_path: Path) -> None:
    runbook = "steps:\n  - {step: a, run_condition: '#{LogLevle}', run_script: {inline: a}}\n"
    (problem,) = problems_of(tmp_path, {"projects/web/runbooks/restart.yml": runbook})
    assert problem.startswith('projects/web/runbooks/restart.yml:2: steps[0].run_condition: There is no variable "LogL')
    assert 'Did you mean "LogLevel"?' in problem


def test_an_approval_by_a_slack_group_is_not_counted_by_the_list(tmp_path: Path) -> None:
    changes = {
        "foredeck.yml": main_file(
            "teams:\n  web-devs: {people: [ana]}\n  release-managers: {people: [ben], slack_group: S07RM}\n"
        ),
        **step("manual_intervention: {teams: [release-managers], instructions: ok, minimum: 5}"),
    }
    assert problems_of(tmp_path, changes) == []


@pytest.mark.parametrize(
    "content",
    [
        "DbPassword: [{value: hunter2}]",
        "api_token: [{value: 12345}]",
        "Db.Password: [{value: 'hunter2', when: {environment: staging}}]",
        'Config: [{value: "-----BEGIN OPENSSH PRIVATE KEY-----\\nhunter2hunter2hunter2"}]',
        "SlackHook: [{value: xoxb-123456789012-hunter2}]",
        "Cloud: [{value: AKIAHUNTER2HUNTER2HU}]",
        "DbPassword: [{secret: hunter2}]",
        "DbPassword: [{secret: [hunter2]}]",
        "DbPassword: [hunter2]",
        "DbPassword: hunter2",
        "DbPassword: [{value:hunter2}]",
        "DbPassword: [{value hunter2}]",
        "DbPassword: [{hunter2}]",
        'DbPassword: [{secret:"hunter2"}]',
        "{DbPassword:hunter2}",
    ],
)
def test_a_secret_that_is_written_out_is_refused_and_never_repeated(tmp_path: Path, content: str) -> None:
    problems = problems_of(tmp_path, {VARIABLES: content})
    assert problems
    for value in ("hunter2", "12345", "AKIA"):
        assert value not in "".join(problems)


@pytest.mark.parametrize(
    "content",
    ["TokenUrl: [{value: 'https://x'}]", "DbPassword: [{value: '#{Shared.Password}'}]", "Empty: [{value: ''}]"],
)
def test_what_only_sounds_like_a_secret_is_let_through(tmp_path: Path, content: str) -> None:
    assert problems_of(tmp_path, {VARIABLES: content}) == []


def test_a_key_in_a_script_is_refused(tmp_path: Path) -> None:
    key = "-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXktdjEAAAAABG5vbmU\n"
    (problem,) = definitions.check(write_folder(tmp_path, {"projects/web/install.sh": key}))
    assert problem.rule == "literal-secret"
    assert "b3Bl" not in str(problem)
