"""The `/deploy` form chooses targets and guided failure, and asks for the same deployment as the words do."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from bot.sandbox.testing.modals import Modal
from engine.services import machine_use, tasks
from engine.services.views import PlanView
from engine.times import utc_now
from tests.support.bot_workspaces import BotWorkspace, connect_workspace
from tests.support.engine import Deck
from tests.support.sandbox import start_sandbox
from tests.support.served_bot import FOREDECK

ON, NOT_ON, FAILING = "Only on these targets", "On all but these targets", "When a step fails"
PROCESS = """\
steps:
  - step: install
    target_tags: [web]
    run_script: {inline: echo installed}
"""
VARIABLES = """\
Ticket: [{prompt: {label: Change ticket, required: true}, when: {environment: production}}]
Slot: [{value: "1", prompt: {required: true}, when: {target: spare-1}}]
"""
TARGETS = """\
targets:
  web-{001..130}: {ssh: "{}.example.org:22", account: me, host_key: "SHA256:%s", environments: [staging], tags: [web]}
  db-1: {ssh: "127.0.0.1:9", account: me, host_key: "SHA256:%s", environments: [staging], tags: [db]}
  spare-1: {ssh: "127.0.0.1:9", account: me, host_key: "SHA256:%s", environments: [staging], tags: [web, canary]}
  prod-1: {ssh: "127.0.0.1:9", account: me, host_key: "SHA256:%s", environments: [production], tags: [web]}
  prod-2: {ssh: "127.0.0.1:9", account: me, host_key: "SHA256:%s", environments: [production], tags: [web]}
accounts:
  me: {type: ssh_key, username: me, private_key: {secret: "env:NOBODY_ASKS_FOR_IT"}}
""".replace("%s", "A" * 43)


@pytest.fixture(scope="module")
def bot(tmp_path_factory: pytest.TempPathFactory) -> Iterator[BotWorkspace]:
    """One bot for the tests of this file. Its queue is paused: nothing that is asked for runs."""
    foredeck = FOREDECK.replace("  production: {}", "  production: {guided_failure: true}").replace(
        "roles: [project_contributor], when: {project: web}", "roles: [project_lead, space_manager]"
    )
    folder = tmp_path_factory.mktemp("bot")
    files = {"foredeck.yml": foredeck + TARGETS, "projects/web/variables.yml": VARIABLES}
    Deck(folder, clock=utc_now).configured(PROCESS, files).checks_later().db.close()
    with start_sandbox() as sandbox, connect_workspace(folder, folder / "config", sandbox) as served:
        served.ana.types("/release create web 1.0.0")
        served.ben.types("/deploy pause web because nothing shall run")
        yield served


@pytest.fixture
def form(bot: BotWorkspace) -> Iterator[Modal]:
    """The form with a release and staging."""
    yield from opened(bot, "/deploy web 1.0.0 to staging")


def opened(bot: BotWorkspace, line: str) -> Iterator[Modal]:
    """What stands there when everything but the environment was typed, and that is chosen afterwards."""
    said, _, environment = line.partition(" to ")
    environment, _, rest = environment.partition(" ")
    assert bot.ana.types(f"{said} {rest}").message is None
    modal = bot.ana.modal
    modal.field("Environment").choose(environment)
    modal.wait_for(f"{FAILING}:")  # the field, and not the words that the form keeps until it has one
    yield modal
    if modal.is_open:
        modal.close()


def latest(bot: BotWorkspace) -> int:
    return max((view.number for view in tasks.active(bot.db, "ana")), default=0)


def asked_for(bot: BotWorkspace, ask: Any) -> PlanView:
    """The plan of the deployment that this asks for."""
    before = latest(bot)
    ask()
    number = latest(bot)
    assert number > before, bot.transcript
    return tasks.plan_of(bot.db, number, "ana")


def typed(bot: BotWorkspace, line: str) -> PlanView:
    return asked_for(bot, lambda: bot.ana.types(line))


@pytest.mark.parametrize(
    ("chosen", "words"),
    [
        ({}, ""),
        ({ON: ["web-001", "spare-1"]}, "on web-001,spare-1"),
        ({ON: ["web-010..020", "tag:canary"], NOT_ON: ["web-015"]}, "not on web-015 on web-010..020 and canary"),
        ({NOT_ON: ["web-*"]}, "except web-*"),
        ({FAILING: "Somebody is asked how to go on"}, "with guided failure"),
        ({FAILING: "Nobody is asked, it fails", ON: ["spare-1"]}, "unguided on spare-1"),
    ],
)
def test_the_form_asks_for_the_same_deployment_as_the_words(
    bot: BotWorkspace, form: Modal, chosen: dict[str, Any], words: str
) -> None:
    by_form = asked_for(bot, lambda: form.submit(chosen))
    assert by_form == typed(bot, f"/deploy web 1.0.0 to staging {words}")


def test_what_was_typed_stands_in_the_fields_and_can_be_changed(bot: BotWorkspace) -> None:
    for form in opened(bot, "/deploy web 1.0.0 to staging guided on web-001,web-002 not on web-002"):
        assert form.values[ON] == "web-001, web-002"
        assert form.values[NOT_ON] == "web-002"
        assert form.values[FAILING] == "Somebody is asked how to go on"
        plain = asked_for(bot, lambda form=form: form.submit({ON: [], NOT_ON: [], FAILING: "usual"}))
    assert plain == typed(bot, "/deploy web 1.0.0 to staging")


def test_targets_are_found_by_typing_however_many_there_are(form: Modal) -> None:
    assert form.values[FAILING] == "As usual: nobody is asked"
    everything = form.field(ON).options()
    assert (len(everything), everything[:3]) == (100, ["tag:web · 131 targets", "tag:canary · 1 target", "web-001"])
    assert form.field(ON).options("web-13") == ["web-130"]
    assert form.field(NOT_ON).options("web-120..140") == ["web-120..140 · 11 targets"]
    assert form.field(ON).options("web")[:2] == ["web-* · 130 targets", "tag:web · 131 targets"]
    assert form.field(ON).options("prod") == [], "they are elsewhere"
    assert form.field(ON).options("db") == [], "no step of it runs there"


def test_what_one_field_leaves_out_the_other_does_not_offer(form: Modal) -> None:
    form.field(NOT_ON).choose(["web-*"])
    assert form.field(ON).options() == ["tag:web · 1 target", "tag:canary · 1 target", "spare-1"]
    form.field(NOT_ON).choose([])
    form.field(ON).choose(["web-001..003"])
    assert form.field(NOT_ON).options("web-00") == ["web-001", "web-002", "web-003"]


def test_a_target_that_is_not_there_is_refused_below_its_field(bot: BotWorkspace) -> None:
    for form in opened(bot, "/deploy web 1.0.0 to production not on prod-3"):
        assert form.values[FAILING] == "As usual: somebody is asked"
        refused = form.try_submit({"Change ticket": "OPS-7"})
        assert refused == {NOT_ON: "There is no target in production prod-3. Did you mean prod-2 or prod-1?"}


def test_the_plan_judges_what_stands_in_the_form(bot: BotWorkspace) -> None:
    for form in opened(bot, "/deploy web 1.0.0 to production not on prod-2"):
        form.field(FAILING).choose("Nobody is asked, it fails")
        form.button("Plan").click(as_=bot.ana)
        plan = bot.ana.modal_with(
            "⛔ As it stands this would be refused:", "an answer", "Change ticket", "1 target: prod-1"
        )
        assert "somebody is asked" not in plan.text
        plan.close()
        form.field("Change ticket").choose("OPS-7")
        form.field(FAILING).choose("usual")
        form.button("Plan").click(as_=bot.ana)
        plan = bot.ana.modal_with("When a step fails somebody is asked how to go on.")
        assert "refused" not in plan.text
        plan.close()


def test_leaving_out_every_target_is_refused_below_the_field(form: Modal) -> None:
    refused = form.try_submit({ON: ["web-001"], NOT_ON: ["web-*"]})
    assert list(refused) == [ON]
    assert "No step of this deployment runs on web-001" in refused[ON]


def test_what_cannot_be_used_now_is_said(bot: BotWorkspace) -> None:
    machine_use.disable(bot.db, utc_now(), person="ben", names=["web-130"], reason="its disk is full")
    for form in opened(bot, "/deploy web 1.0.0 to staging"):
        assert "All 130 targets that can be used; 1 cannot" in str(form.raw["blocks"])
        assert form.field(ON).options("130") == ["web-130 · cannot be used now"]
    machine_use.enable(bot.db, utc_now(), person="ben", names=["web-130"])


def test_what_is_asked_for_one_target_is_answered_where_it_takes_part(bot: BotWorkspace, form: Modal) -> None:
    asked_for(bot, lambda: form.submit({NOT_ON: ["spare-1"], "Slot (spare-1)": "2"}))
    assert tasks.view(bot.db, latest(bot)).answers == ()
    for again in opened(bot, "/deploy web 1.0.0 to staging"):
        assert "An answer is needed unless these targets are left out." in str(again.raw["blocks"])
        assert again.try_submit({"Slot (spare-1)": ""}) == {"Slot (spare-1)": "An answer is needed."}
        asked_for(bot, lambda again=again: again.submit({ON: ["spare-1"], "Slot (spare-1)": "3"}))
    assert tasks.view(bot.db, latest(bot)).answers == (("Slot (spare-1)", "3"),)
    typed(bot, "/deploy web 1.0.0 to staging with Slot@spare-1=4")
    assert tasks.view(bot.db, latest(bot)).answers == (("Slot (spare-1)", "4"),)
