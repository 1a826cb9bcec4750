"""The modals show what will happen, keep ids only, and stay within Slack's rules."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot import ids
from bot.messages.guidance import guided_failure
from bot.modals import deployments as form
from bot.modals import forms
from bot.modals.decisions import closing_modal, decision_modal, note_of
from bot.modals.deployments import Entered
from bot.modals.failures import failures_modal, on_page
from bot.modals.guidance import field_of, guidance_modal, left_out_of, machines_of, searched_in
from bot.modals.plans import plan_modal
from engine.services.offers import Offers
from engine.services.views import FailedRunView, InterruptionKind, InterruptionView, PlannedStepView, PlanView, Verdict
from tests.support.slack_blocks import assert_modal, assert_sendable, shown, shown_in, walk
from tests.support.task_views import NASTY, decision, interruption, plan, task


@pytest.mark.parametrize("verdict", [Verdict.PROCEED, Verdict.ABORT, Verdict.RUN_AGAIN, Verdict.FAIL])
def test_the_decision_modal_is_the_confirmation_and_keeps_ids_only(verdict: Verdict) -> None:
    kind = InterruptionKind.MANUAL if verdict in {Verdict.PROCEED, Verdict.ABORT} else InterruptionKind.LOST
    modal = decision_modal(verdict, interruption(kind=kind), task(), plan())
    assert_modal(modal)
    assert ids.unpack(modal["private_metadata"]) == {"i": 5, "v": verdict.value}
    assert not any(block["type"] in {"plan", "table", "markdown"} for block in modal["blocks"])


def test_proceeding_shows_what_will_run() -> None:
    shown = shown_in(decision_modal(Verdict.PROCEED, interruption(), task(), plan(2)))
    assert "Then this runs:" in shown
    assert "2. step 2  Bash script run.sh, built-in worker" in shown


def test_proceeding_says_when_others_have_to_agree_too() -> None:
    shown = shown_in(decision_modal(Verdict.PROCEED, interruption(minimum=3, decisions=(decision(),)), task(), plan(1)))
    assert "After you, 1 more answer is needed." in shown


def test_a_very_long_plan_still_fits() -> None:
    modal = decision_modal(Verdict.RUN_AGAIN, interruption(step_name=NASTY), task(project_name=NASTY * 9), plan(300))
    assert_modal(modal)
    assert "and 285 more steps" in shown_in(modal)


def test_a_note_is_read_without_the_space_around_it() -> None:
    assert note_of({"values": {"note": {"note": {"value": "  because \n"}}}}) == "because"
    assert note_of({"values": {}}) == ""
    assert note_of({"values": {"note": {"note": {"value": None}}}}) == ""


def test_a_modal_that_only_says_something_has_nothing_to_submit() -> None:
    modal = closing_modal("Nothing was changed", "ben has already answered.", "")
    assert_modal(modal)
    assert "submit" not in modal


@pytest.mark.parametrize(
    "entered",
    [
        Entered(),
        Entered("web"),
        Entered("web", "1.4.0", "production"),
        Entered("web", "1.4.0", "production", is_new=True),
        Entered("web", "9" * 349, "production"),
        Entered("web", "1.4.0", "production", offers=Offers(0, False)),
        Entered("web", "1.4.0", "production", offers=Offers(900, True), besides={"x": ["web-1"], "g": "unguided"}),
        Entered(
            "web", "1.4.0", "production", offers=Offers(900, True), besides={"o": [f"{n:0>63}" for n in range(100)]}
        ),
    ],
)
def test_the_deploy_modal_fits_whatever_was_entered(entered: Entered) -> None:
    assert_modal(form.deploy_modal(entered, slack_channel="C0DEPLOY1"))


def test_more_than_a_form_can_keep_is_refused_with_the_way_out() -> None:
    typed = Entered("web", besides={"o": [f"a-long-name-of-a-machine-{n}" for n in range(150)]})
    with pytest.raises(forms.TooMuchForAForm, match="more than the form can keep"):
        form.deploy_modal(typed, slack_channel="C1")


def test_release_and_environment_appear_with_the_project() -> None:
    fields = [block.get("block_id") for block in form.deploy_modal(Entered(), slack_channel="C1")["blocks"]]
    assert fields == ["project", None]
    fields = [block.get("block_id") for block in form.deploy_modal(Entered("web"), slack_channel="C1")["blocks"]]
    assert fields == ["project", "release:web", "environment:web", "plan_in_form"]


def test_what_stands_in_the_form_is_read_back() -> None:
    options = {"project": "web", "release": "2.0.0", "environment": "staging"}
    blocks = {"project": "project", "release": "release:web", "environment": "environment:web"}
    state = {"values": {blocks[f]: {f: {"selected_option": {"value": v}}} for f, v in options.items()}}
    assert form.entered_in(state, {}) == Entered("web", "2.0.0", "staging")
    assert form.entered_in({"values": {"project": {"project": {"selected_option": None}}}}, {}) == Entered()


def test_a_new_version_is_offered_to_who_may_create_it() -> None:
    known = [("1.4.0", "on staging"), ("1.3.0", "")]
    options = form.release_options(known, "1.5.0", may_create=True, is_valid=True)
    assert [option["text"]["text"] for option in options] == ["1.4.0 · on staging", "1.3.0", "Create release 1.5.0"]
    assert [option["value"] for option in options] == ["1.4.0", "1.3.0", "1.5.0"]
    for refused in (
        form.release_options(known, "1.5.0", may_create=False, is_valid=True),
        form.release_options(known, "1 5", may_create=True, is_valid=False),
        form.release_options(known, "1.4.0", may_create=True, is_valid=True),
        form.release_options(known, "", may_create=True, is_valid=False),
    ):
        assert not any(option["text"]["text"].startswith("Create") for option in refused)


def test_options_keep_slacks_limits() -> None:
    versions = [(f"{'9' * 148}{n}", "x" * 100) for n in range(200)]
    options = form.release_options(versions, "", may_create=True, is_valid=True)
    assert len(options) <= 100
    assert all(len(option["text"]["text"]) <= 75 and len(option["value"]) <= 150 for option in options)


def test_names_are_found_by_slug_and_by_name() -> None:
    choices = [("web", "Website"), ("api", "api")]
    assert [o["text"]["text"] for o in forms.name_options(choices, "SITE")] == ["Website (web)"]
    assert [o["value"] for o in forms.name_options(choices, "")] == ["web", "api"]


def test_what_is_filled_in_reads_as_what_is_offered() -> None:
    entered = Entered("web", environment="production", project_name="Web shop", environment_name="production")
    blocks = {block["block_id"]: block for block in form.deploy_modal(entered, slack_channel="C1")["blocks"]}
    (offered,) = forms.name_options([("web", "Web shop")], "")
    assert blocks["project"]["element"]["initial_option"] == offered
    (offered,) = forms.name_options([("production", "production")], "")
    assert blocks["environment:web"]["element"]["initial_option"] == offered


def test_every_select_answers_from_the_first_letter() -> None:
    modal = form.deploy_modal(Entered("web"), slack_channel="C1")
    selects = [element for element in walk(modal["blocks"]) if element.get("type") == "external_select"]
    assert [select["min_query_length"] for select in selects] == [0, 0, 0]


def test_a_plan_of_500_steps_fits_into_a_modal_and_says_how_many_it_does_not_show() -> None:
    wide = "200 targets: web-1, web-2, web-3, web-4, web-5 and 195 more"
    steps = tuple(
        PlannedStepView(n, f"step {n} {NASTY}", "Bash script run.sh", wide, "only after a failure", notes="x" * 500)
        for n in range(1, 501)
    )
    view = PlanView(
        "web", "1.4.0", "production", steps, tuple((f"out {n}", "disabled") for n in range(100)), guided=True
    )
    modal = plan_modal(view)
    assert_modal(modal)
    shown = shown_in(modal)
    assert " more; `foredeck plan` in a terminal shows them all." in shown
    assert "Left out: out 0 (disabled)." in shown


def test_500_ordinary_steps_are_all_shown() -> None:
    wide = "200 targets: web-1, web-2, web-3, web-4, web-5 and 195 more"
    steps = tuple(PlannedStepView(n, f"step {n}", "Bash script run.sh", wide, "") for n in range(1, 501))
    modal = plan_modal(
        PlanView("web", "1.4.0", "production", steps, (), project_name="Web shop", environment_name="Production")
    )
    assert_modal(modal)
    assert "Web shop 1.4.0 → Production" in shown_in(modal)
    assert "500. step 500" in shown_in(modal)
    assert "more; " not in shown_in(modal)


def test_a_plan_says_what_each_step_does_where_and_when() -> None:
    shown = shown_in(plan_modal(replace(plan(2), guided=True, not_chosen=("web-3",), note="It is planned.")))
    assert "2. step 2  Bash script run.sh, built-in worker" in shown
    assert "Not on web-3: not chosen." in shown
    assert "When a step fails somebody is asked how to go on." in shown
    assert "It is planned." in shown


def failed_on(count: int, said: Verdict | None = None) -> InterruptionView:
    offered = () if said else (Verdict.RUN_AGAIN, Verdict.FAIL)
    runs = tuple(
        FailedRunView(n, f"web-{n}", "install", f"Exit code 3. {NASTY}", "", False, 1, offered, said)
        for n in range(1, count + 1)
    )
    return interruption(kind=InterruptionKind.GUIDED, step_name="install", failed=runs)


@pytest.mark.parametrize("page", [-1, 0, 3, 4, 99])
def test_what_failed_is_shown_ten_to_a_page_with_its_last_lines(page: int) -> None:
    asked = failed_on(41)
    number, runs = on_page(asked, page)
    modal = failures_modal(
        asked, task(), page, {run.run: f"lines of {run.machine}\n" * 50 for run in runs}, command="/d"
    )
    assert_modal(modal)
    shown = shown_in(modal)
    assert number == min(max(page, 0), 4)
    assert f"lines of web-{10 * number + 1}" in shown
    assert f"{10 * number + 1} to {10 * number + len(runs)} of 41." in shown
    assert ("Next" in shown, "Back" in shown) == (number < 4, number > 0)


@pytest.mark.parametrize(
    ("count", "fields"), [(1, []), (2, ["machines"]), (100, ["machines"]), (240, ["failed_on", "failed_not_on"])]
)
def test_of_which_machines_an_answer_is_can_be_chosen_however_many_failed(count: int, fields: list[str]) -> None:
    modal = guidance_modal(Verdict.RUN_AGAIN, failed_on(count), task())
    assert_modal(modal)
    blocks = [str(block["block_id"]).partition(":")[0] for block in modal["blocks"] if "block_id" in block]
    assert blocks == [*fields, "note"]


def test_where_nothing_was_chosen_an_answer_is_of_all() -> None:
    state = {"values": {"failed_on:5:fail": {"failed_on": {"selected_options": []}}}}
    assert (machines_of({}, state), left_out_of(state)) == ((), ())
    state["values"]["failed_not_on:5:fail"] = {"failed_not_on": {"selected_options": [{"value": "web-1"}]}}
    assert (machines_of({}, state), left_out_of(state)) == ((), ("web-1",))
    assert field_of("web-1", state) == "failed_not_on:5:fail"
    assert searched_in("failed_on:5:fail") == (5, Verdict.FAIL)


def test_what_failed_alike_is_told_once_and_everything_else_by_itself() -> None:
    asked = failed_on(5)
    lines = {1: "no room", 2: "no room", 3: "no room on web-3", 4: "no room", 5: "no network"}
    message = guided_failure(asked, task(), {}, last_lines=lines)
    assert_sendable(message)
    told = shown(message)
    assert "web-1, web-2 and web-4: Exit code 3." in told
    for once in ("web-3: Exit code 3.", "web-5: Exit code 3.", "no room on web-3", "no network"):
        assert once in told
    assert "Also:" not in told
    assert "Also: web-5" in shown(
        guided_failure(asked, task(), {}, last_lines={n: f"{n}" for n in (1, 2, 3, 4)} | {4: "1"})
    )


def test_what_was_typed_and_has_no_field_is_said() -> None:
    typed = {"a": "22:00", "o": ["web-1"], "s": ["warm-up", "tell"], "g": "guided", "r": "INC-7."}
    words = "Only on web-1. Without warm-up, tell. When a step fails somebody is asked. Because INC-7."
    assert f"It begins as typed: 22:00. {words}" in shown_in(
        form.deploy_modal(Entered("web", besides=typed), slack_channel="C1")
    )
    placed = Entered("web", "1.4.0", "production", offers=Offers(2, is_guided=False), besides=typed)
    told = shown_in(form.deploy_modal(placed, slack_channel="C1"))
    assert "It begins as typed: 22:00. Without warm-up, tell. Because INC-7." in told
