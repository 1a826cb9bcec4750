"""Two projects and one machine: who waits for whom, what is told of it, and that nothing is left of it afterwards."""

from __future__ import annotations

import pytest

from engine import definitions, logs
from engine.contracts import ActionRequest, ActionResult, LogLevel, Outcome
from engine.domain.isolation import Isolation
from engine.ports import RunSink
from engine.services import deployments, isolation, queues, tasks
from engine.services.queue_errors import NothingThere
from engine.services.views import StepStatus, TaskState, Verdict, WaitKind
from tests.support.engine import MAIN, Deck
from tests.support.engine_workers import ScriptedWorkers, ends

KEY = "SHA256:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU"
PEOPLE = MAIN.replace("devs: {people: [ana]}", "devs: {people: [ana, mia]}").replace(
    "grants:\n", "grants:\n  - {team: release-managers, roles: [environment_manager]}\n"
)
STAYS, LOST = ends(Outcome.DETACHED), ends(Outcome.LOST, "Its folder is gone.")


def on_targets(step: str, *, tag: str = "web", more: str = "") -> str:
    """A process of one step on all targets with this tag."""
    return f"steps: [{{step: {step}, target_tags: {tag}, {more}run_script: {{inline: echo}}}}]\n"


def with_two_projects(deck: Deck, **files: str) -> Deck:
    """`web` installs and `shop` migrates on the same targets, web-1 and web-2; `files` by what they are, in words."""
    return deck.configured(
        files.pop("web", on_targets("install")),
        {
            "foredeck.yml": PEOPLE,
            "accounts.yml": 'me: {type: ssh_key, username: me, private_key: {secret: "env:FOREDECK_TEST_KEY"}}\n',
            "targets.yml": "".join(
                f'web-{n}: {{ssh: "w{n}:22", account: me, host_key: "{KEY}", environments: [staging, production], '
                f"tags: [web, {'first' if n == 1 else 'second'}]}}\n"
                for n in (1, 2)
            ),
            "worker_pools.yml": "linux: {default: true}\n",
            "workers.yml": f'build-1: {{pools: [linux], ssh: "b1:22", account: me, host_key: "{KEY}"}}\n'
            f'build-2: {{pools: [linux], ssh: "b2:22", account: me, host_key: "{KEY}"}}\n',
            "projects/shop/project.yml": "slug: shop\n",
            "projects/shop/process.yml": files.pop("shop", on_targets("migrate", tag="first")),
            **{f"projects/{name.replace('_', '/', 1)}.yml": content for name, content in files.items()},
        },
    )


@pytest.fixture(autouse=True)
def _key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FOREDECK_TEST_KEY", "a key")


def states(deck: Deck, number: int) -> dict[str, str]:
    """How the runs of a deployment stand, by machine."""
    return {run.machine or str(run.worker): run.state for run in deck.runs(number)}


def anew(deck: Deck) -> ScriptedWorkers:
    """Workers of which nothing was said yet; what is followed again ends well."""
    deck.workers = ScriptedWorkers()
    return deck.workers


def logged(deck: Deck, number: int, machine: str) -> list[tuple[str, str]]:
    """The log of the run on this machine: level and text."""
    run = next(run for run in deck.runs(number) if run.machine == machine)
    path = logs.path_of(deck.state, number, run.id)
    return [(s.level.value, s.text) for _, s in logs.read(path, start=0, end=run.log_length)]


def test_two_projects_are_on_a_target_one_after_the_other_and_the_second_says_for_whom_it_waits(deck: Deck) -> None:
    with_two_projects(deck)
    deck.workers.when("install", *[STAYS] * 9)
    first, second = deck.deploys(), deck.deploys("shop", "2.0", by="mia")
    deck.works(rounds=2)
    assert states(deck, first) == {"web-1": "running", "web-2": "running"}
    assert states(deck, second) == {"web-1": "queued"}
    view = deck.task(second)
    assert view.waiting is not None
    assert (view.waiting.kind, view.waiting.task) == (WaitKind.MACHINE, first)
    assert view.waiting.text == (
        f"migrate waits for web-1, where #{first} (web 1.0.0 to staging, asked for by ana) runs install"
    )
    assert [(m.slug, m.status, m.detail) for m in view.steps[0].machines] == [
        ("web-1", StepStatus.RUNNING, f"waits for #{first}")
    ]
    assert [entry.why for entry in queues.view(deck.db, "ana").running] == ["", f"waits for #{first} on web-1"]
    anew(deck)
    deck.works()
    assert deck.task(second).state is TaskState.SUCCESS
    assert deck.task(second).waiting is None
    assert logged(deck, second, "web-1") == [
        (LogLevel.WAIT, f"Waits for web-1, where #{first} (web 1.0.0 to staging, asked for by ana) runs install.\n"),
        (LogLevel.WAIT, "It is its turn on web-1.\n"),
    ]


def test_the_wait_is_said_once_however_often_somebody_looks(deck: Deck) -> None:
    with_two_projects(deck)
    deck.workers.when("install", *[STAYS] * 30)
    deck.deploys()
    second = deck.deploys("shop", "2.0")
    deck.works(rounds=6)
    deck.reopen()
    deck.works(rounds=3)
    assert len(logged(deck, second, "web-1")) == 1


def test_while_the_same_step_goes_on_elsewhere_the_card_says_that_it_runs_and_what_it_waits_for(deck: Deck) -> None:
    with_two_projects(deck)
    deck.workers.when("migrate", *[STAYS] * 9)
    deck.workers.when("install", *[STAYS] * 9)
    deck.deploys("shop", "2.0")
    deck.works(rounds=1)
    number = deck.deploys()
    deck.works(rounds=2)
    assert states(deck, number) == {"web-1": "queued", "web-2": "running"}
    waiting = deck.task(number).waiting
    assert waiting is not None
    assert waiting.goes_on
    assert waiting.text.startswith("install waits for web-1, where #1 (shop 2.0 to staging")


def test_what_both_projects_say_may_run_together_runs_together(deck: Deck) -> None:
    bypass = 'OctopusBypassDeploymentMutex: [{value: "True"}]\n'
    with_two_projects(deck, web_variables=bypass, shop_variables=bypass)
    deck.workers.when("install", *[STAYS] * 9)
    deck.workers.when("migrate", *[STAYS] * 9)
    first, second = deck.deploys(), deck.deploys("shop", "2.0")
    deck.works(rounds=2)
    assert states(deck, first)["web-1"] == states(deck, second)["web-1"] == "running"


def test_when_only_one_of_them_says_so_they_wait_for_each_other(deck: Deck) -> None:
    with_two_projects(deck, shop_variables='OctopusBypassDeploymentMutex: [{value: "True"}]\n')
    deck.workers.when("install", *[STAYS] * 9)
    deck.deploys()
    second = deck.deploys("shop", "2.0")
    deck.works(rounds=2)
    assert states(deck, second) == {"web-1": "queued"}


def test_the_switch_may_be_scoped_and_hold_a_variable(deck: Deck) -> None:
    scoped = (
        'OctopusBypassDeploymentMutex: [{value: "#{Together}", when: {target: web-1}}]\n'
        'Together: [{value: "True", when: {environment: staging}}]\n'
    )
    with_two_projects(deck, web_variables=scoped)
    deck.deploys()
    deck.workers.when("install", *[STAYS] * 9)
    deck.works(rounds=1)
    kinds = {run.machine: run.isolation for run in deck.runs(1)}
    assert kinds == {"web-1": Isolation.NONE, "web-2": Isolation.FULL}


def test_a_step_says_it_in_the_process_and_the_plan_shows_it(deck: Deck) -> None:
    with_two_projects(
        deck,
        web=on_targets("install", more="isolation: none, "),
        shop="steps: [{step: migrate, isolation: full, run_script: {inline: echo}}]\n",
    )
    shown = [
        deployments.preview(deck.db, project=project, version="1.0.0", environment="staging").steps[0].condition
        for project in ("web", "shop")
    ]
    assert shown == ["beside others on its machine", "alone on its machine"]
    deck.workers.when("install", *[STAYS] * 9)
    deck.workers.when("migrate", *[STAYS] * 9)
    deck.deploys()
    deck.deploys("shop", "2.0")
    deck.works(rounds=1)
    assert {run.isolation for run in deck.runs(1)} == {"none"}
    assert {run.isolation for run in deck.runs(2)} == {"full"}


def test_workers_are_shared_and_whoever_wants_to_be_alone_takes_one_on_which_nobody_is(deck: Deck) -> None:
    plain = "steps: [{step: build, run_script: {inline: echo}}]\n"
    alone = "steps: [{step: test, isolation: full, run_script: {inline: echo}}]\n"
    with_two_projects(deck, web=plain, shop=alone)
    deck.workers.when("build", *[STAYS] * 99)
    deck.workers.when("test", *[STAYS] * 99)
    numbers = [deck.deploys(), deck.deploys("shop", "2.0"), deck.deploys("shop", "2.0", "production")]
    deck.works(rounds=3)
    assert [deck.runs(number)[0].worker for number in numbers] == ["build-1", "build-2", None]
    waiting = deck.task(numbers[2]).waiting
    assert waiting is not None
    assert waiting.text.startswith("test waits for build-1, where #1 (web")
    late = deck.deploys(environment="production")
    deck.works(rounds=2)
    assert states(deck, late) == {"None": "queued"}, "it does not overtake whoever waits to be alone"
    anew(deck).when("build", STAYS, STAYS, STAYS)
    deck.works(rounds=1)
    deck.works(rounds=2)
    assert deck.task(numbers[2]).state is TaskState.SUCCESS
    assert deck.runs(numbers[2])[0].worker == "build-2", "the first that came free"


def test_one_that_wants_to_be_alone_and_whose_worker_is_away_waits_for_another_of_the_pool(deck: Deck) -> None:
    plain = "steps: [{step: build, run_script: {inline: echo}}]\n"
    with_two_projects(deck, web=plain, shop=plain.replace("build,", "test, isolation: full,"))
    deck.workers.when("build", *[STAYS] * 9)
    deck.workers.when("test", lambda _request, _sink: ActionResult(Outcome.UNREACHABLE, message="It is off."))
    first, number = deck.deploys(), deck.deploys("shop", "2.0")
    deck.works(rounds=3)
    assert [(run.state, run.worker, run.waits_for) for run in deck.runs(number)] == [("queued", None, "build-1")]
    anew(deck)
    deck.works()
    assert deck.task(number).state is TaskState.SUCCESS
    assert deck.runs(number)[0].worker == "build-1"
    assert [text for _, text in logged(deck, number, "")] == [
        "build-2 could not be reached. It is off.\n"
        f"Waits for build-1, where #{first} (web 1.0.0 to staging, asked for by ana) runs build.\n",
        "It is its turn on build-1.\n",
    ]


def test_steps_of_one_deployment_beside_each_other_take_turns_on_a_target(deck: Deck) -> None:
    beside = on_targets("copy", tag="first").replace(
        "}}]", "}}, {step: warm, start_trigger: with_previous, target_tags: first, run_script: {inline: echo}}]"
    )
    with_two_projects(deck, web=beside)
    deck.workers.when("copy", *[STAYS] * 9)
    number = deck.deploys()
    deck.works(rounds=2)
    waiting = deck.task(number).waiting
    assert waiting is not None
    assert waiting.text == "warm waits for web-1, where copy of this deployment runs"
    assert waiting.goes_on
    assert waiting.task is None
    anew(deck)
    deck.works()
    assert deck.task(number).state is TaskState.SUCCESS


def test_a_crowd_on_one_machine_gets_through_without_a_clock_that_wakes_anybody(deck: Deck) -> None:
    crowd = [f"e{n}" for n in range(4)]
    environments = PEOPLE.replace("  production: {}\n", "  production: {}\n" + "".join(f"  {e}: {{}}\n" for e in crowd))
    alone = "steps: [{step: one, isolation: full, run_script: {inline: echo}}]\n"
    deck.configured(
        alone.replace(
            "}]", "}, {step: two, isolation: full, start_trigger: with_previous, run_script: {inline: echo}}]"
        ),
        {"foredeck.yml": environments},
    )
    there: list[int] = []
    met: list[int] = []

    def looks_round(request: ActionRequest, sink: RunSink) -> ActionResult:
        there.append(request.action_run_id)
        sink.launch_confirmed()
        met.append(len(there))
        there.remove(request.action_run_id)
        return ActionResult(Outcome.SUCCEEDED, exit_code=0)

    for step in ("one", "two"):
        deck.workers.when(step, *[looks_round] * 9)
    with deck.serving(deck.workers):
        numbers = [deck.deploys(environment=environment) for environment in crowd]
        assert {deck.over(number).state for number in numbers} == {TaskState.SUCCESS}
    assert met == [1] * 8, "each was alone"


# How a wait ends.


def test_a_cancel_ends_the_wait_at_once_and_who_stood_behind_moves_up(deck: Deck) -> None:
    with_two_projects(deck, shop_variables='OctopusBypassDeploymentMutex: [{value: "True"}]\n')
    bypassing = deck.deploys("shop", "2.0")
    deck.workers.when("migrate", *[STAYS] * 99)
    deck.works(rounds=1)
    alone = deck.deploys()
    deck.works(rounds=1)
    third = deck.deploys("shop", "2.0", "production")
    deck.works(rounds=1)
    waiting = deck.task(third).waiting
    assert waiting is not None
    assert waiting.text.startswith(f"migrate waits for web-1, behind install of #{alone}")
    deck.cancels(alone)
    deck.workers.when("install", ends(Outcome.CANCELED))
    deck.settles()
    assert states(deck, alone)["web-1"] == "canceled"
    deck.works(rounds=2)
    assert states(deck, bypassing) == states(deck, third) == {"web-1": "running"}
    assert deck.task(alone).state is TaskState.CANCELED


def test_a_restart_forgets_neither_who_is_there_nor_who_waits_in_which_order(deck: Deck) -> None:
    with_two_projects(deck)
    deck.workers.when("install", *[STAYS] * 9)
    numbers = [deck.deploys(), deck.deploys("shop", "2.0"), deck.deploys("shop", "2.0", "production")]
    deck.works(rounds=2)
    deck.reopen()
    with deck.db.read() as session:
        found = isolation.situation(session)
    assert [holder.machine for holder in found.holders] == ["web-1", "web-2"]
    assert len(found.line) == 2
    anew(deck)
    deck.works()
    assert [deck.task(number).state for number in numbers] == [TaskState.SUCCESS] * 3
    begun = [deck.runs(number)[0].started_at for number in numbers]
    assert None not in begun
    assert [r.task_id for r in deck.workers.requests if r.step_name == "migrate"] == numbers[1:]


def test_the_time_limit_counts_from_when_it_had_its_turn(deck: Deck) -> None:
    with_two_projects(deck, shop=on_targets("migrate", tag="first", more="time_limit: 5m, "))
    deck.workers.when("install", *[STAYS] * 2)
    deck.deploys()
    second = deck.deploys("shop", "2.0")
    deck.works(rounds=1)
    deck.time.passes(hours=3)
    deck.works()
    request = next(r for r in deck.workers.requests if r.task_id == second)
    assert request.started_at == deck.clock()
    assert deck.task(second).state is TaskState.SUCCESS


def test_a_lost_run_keeps_the_machine_until_somebody_has_answered(deck: Deck) -> None:
    with_two_projects(deck, web=on_targets("install", tag="first"))
    deck.workers.when("install", LOST)
    first, second = deck.deploys(), deck.deploys("shop", "2.0")
    deck.works()
    assert states(deck, second) == {"web-1": "queued"}
    waiting = deck.task(second).waiting
    assert waiting is not None
    assert waiting.text == (
        f"migrate waits for web-1, where the end of install of #{first} (web 1.0.0 to staging, asked for by ana) is "
        "unknown and somebody has to answer"
    )
    deck.decides(first, Verdict.FAIL, by="ana")
    deck.works()
    assert deck.task(second).state is TaskState.SUCCESS


def test_what_is_run_again_after_it_was_lost_stands_at_the_end_of_the_line(deck: Deck) -> None:
    with_two_projects(deck, web=on_targets("install", tag="first"))
    deck.workers.when("install", LOST)
    deck.workers.when("migrate", STAYS, STAYS)
    first, second = deck.deploys(), deck.deploys("shop", "2.0")
    deck.works()
    deck.decides(first, Verdict.RUN_AGAIN, by="ana")
    deck.works()
    assert [deck.task(number).state for number in (first, second)] == [TaskState.SUCCESS] * 2
    assert [r.step_name for r in deck.workers.requests if not r.launch_confirmed] == ["install", "migrate", "install"]


def test_an_abandoned_deployment_lets_go_of_its_machines(deck: Deck) -> None:
    with_two_projects(deck)
    deck.workers.when("install", *[STAYS] * 99)
    first, second = deck.deploys(), deck.deploys("shop", "2.0")
    deck.works(rounds=2)
    deck.cancels(first)
    deck.time.passes(minutes=11)
    tasks.abandon(deck.db, deck.clock(), person="ben", number=first)
    deck.works()
    assert deck.task(second).state is TaskState.SUCCESS


def test_what_is_abandoned_on_one_machine_lets_go_of_that_one_and_the_rest_is_waited_for(deck: Deck) -> None:
    with_two_projects(deck)
    deck.workers.when("install", *[STAYS] * 99)
    number = deck.deploys()
    deck.works(rounds=1)
    assert states(deck, number) == {"web-1": "running", "web-2": "running"}
    deck.cancels(number)
    deck.time.passes(minutes=11)
    with pytest.raises(NothingThere) as refused:
        tasks.abandon(deck.db, deck.clock(), person="ben", number=number, machines=["web-9"])
    assert refused.value.hint == "It runs on web-1, web-2."
    tasks.abandon(deck.db, deck.clock(), person="ben", number=number, machines=["web-1"])
    deck.settles()
    assert states(deck, number) == {"web-1": "canceled", "web-2": "running"}
    assert deck.task(number).state is TaskState.CANCELLING
    behind = deck.deploys("shop", "2.0")
    deck.works(rounds=1)
    assert "web-1" in {run.worker for run in deck.runs(behind)}, "it has the machine that was let go of"
    tasks.abandon(deck.db, deck.clock(), person="ben", number=number, machines=["WEB-2"])
    deck.settles()
    assert deck.task(number).state is TaskState.CANCELED
    assert [run.reason for run in deck.runs(number)] == [
        f"abandoned by ben; it may still run on {machine}" for machine in ("web-1", "web-2")
    ]


def test_a_guided_question_keeps_the_machine_until_it_is_answered(deck: Deck) -> None:
    guided = "slug: web\nguided_failure: true\n"
    with_two_projects(deck, web=on_targets("install", tag="first"), web_project=guided)
    deck.workers.when("install", LOST)
    first, second = deck.deploys(), deck.deploys("shop", "2.0")
    deck.works()
    assert states(deck, second) == {"web-1": "queued"}
    deck.decides(first, Verdict.IGNORE, by="ana")
    deck.works()
    assert [deck.task(number).state for number in (first, second)] == [TaskState.SUCCESS] * 2


def test_a_word_that_is_no_isolation_or_affinity_is_refused_with_what_there_is(deck: Deck) -> None:
    loaded = deck.reloaded(
        "steps: [{step: build, isolation: ful, run_script: {inline: echo}}]\n",
        {"worker_pools.yml": "linux: {affinity: packages}\n"},
    )
    assert [str(problem) for problem in loaded.problems] == [
        'projects/web/process.yml:1: steps[0].isolation: There is no isolation "ful". Did you mean "full"? Known '
        "isolations: full, none.",
        'worker_pools.yml:1: linux.affinity: There is no affinity "packages". Did you mean "package"? Known '
        "affinities: deployment, package, none.",
    ]


def test_a_switch_in_words_that_mean_nothing_is_warned_of(deck: Deck) -> None:
    written = 'OctopusBypassDeploymentMutex: [{value: "yes"}, {value: "#{Together}", when: {environment: staging}}]\n'
    written += 'Octopus.Deployment.WorkerLeaseCap: [{value: "many"}, {value: "3", when: {environment: staging}}]\n'
    written += 'Together: [{value: "yes"}]\n'
    deck.configured(files={"projects/web/variables.yml": written})
    assert [(problem.severity, problem.message) for problem in definitions.check(deck.config)] == [
        ("warning", 'OctopusBypassDeploymentMutex is True or False; "yes" changes nothing.'),
        ("warning", 'Octopus.Deployment.WorkerLeaseCap is a whole number; "many" changes nothing.'),
    ]
