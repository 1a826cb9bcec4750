"""Modals: typed into, submitted, refused, updated, stacked, closed; and the Home tab."""

import pytest
from slack_sdk.errors import SlackApiError

from tests.support.answering_app import Body, modal, plain
from tests.support.bolt_app import BoltApp
from tests.support.sandbox import SandboxClient

ANA = "U0ANA000000"
VIEW_KEYS = (
    "id team_id type blocks private_metadata callback_id state hash title clear_on_close notify_on_close close submit "
    "previous_view_id root_view_id app_id external_id app_installed_team_id bot_id"
)


def test_a_view_has_every_key(form: Body) -> None:
    assert form.keys() == set(VIEW_KEYS.split())
    assert form["state"]["values"]["kind"]["kind"]["selected_option"]["value"] == "fast"


def test_values_reach_the_app_and_the_modal_closes(sandbox: SandboxClient, bolt: BoltApp, form: Body) -> None:
    answer = sandbox.submits("ana", form["id"], {"note": {"text": "fine"}, "project": {"project": "web"}})
    assert answer["ok"] is True
    body = bolt.payloads("view")[-1]
    values = body["view"]["state"]["values"]
    assert values["note"]["text"] == {"type": "plain_text_input", "value": "fine"}
    assert values["project"]["project"]["selected_option"]["value"] == "web"
    assert values["kind"]["kind"]["selected_option"]["value"] == "fast"
    assert body["view"]["private_metadata"] == "kept"
    assert {"team", "user", "api_app_id", "token", "trigger_id", "response_urls", "enterprise"} <= body.keys()
    assert ANA not in sandbox.state()["modals"]


def test_a_required_field_is_asked_for_before_the_app_hears_of_it(
    sandbox: SandboxClient, bolt: BoltApp, form: Body
) -> None:
    heard = len(bolt.payloads("view"))
    answer = sandbox.submits("ana", form["id"])
    assert answer["ok"] is False
    assert answer["response"]["errors"] == {"note": "Please complete this required field."}
    assert len(bolt.payloads("view")) == heard


def test_errors_keep_the_modal_and_what_was_typed(sandbox: SandboxClient, bolt: BoltApp, form: Body) -> None:
    answer = sandbox.submits("ana", form["id"], {"note": {"text": "errors"}})
    assert answer["ok"] is True
    assert answer["response"] == {"response_action": "errors", "errors": {"note": "Not like this."}}
    assert sandbox.modal(ANA)["state"]["values"]["note"]["text"]["value"] == "errors"


def test_an_update_shows_another_view_and_keeps_what_was_typed(
    sandbox: SandboxClient, bolt: BoltApp, form: Body
) -> None:
    sandbox.submits("ana", form["id"], {"note": {"text": "update"}})
    view = sandbox.modal(ANA)
    assert (view["id"], view["title"]["text"]) == (form["id"], "Second")
    assert view["state"]["values"]["note"]["text"]["value"] == "update"
    assert view["hash"] != form["hash"]


def test_views_stack_three_high(sandbox: SandboxClient, bolt: BoltApp, form: Body) -> None:
    sandbox.submits("ana", form["id"], {"note": {"text": "push"}})
    second = sandbox.modal(ANA)
    assert (second["previous_view_id"], second["root_view_id"]) == (form["id"], form["id"])
    sandbox.submits("ana", second["id"], {"note": {"text": "push"}})
    third = sandbox.modal(ANA)
    assert sandbox.submits("ana", third["id"], {"note": {"text": "push"}})["error"] == "push_limit_reached"
    sandbox.submits("ana", third["id"], {"note": {"text": "fine"}})
    assert sandbox.modal(ANA)["id"] == second["id"]
    sandbox.submits("ana", second["id"], {"note": {"text": "clear"}})
    assert ANA not in sandbox.state()["modals"]


@pytest.mark.parametrize("how", ["broken", "home", "nameless"])
def test_a_broken_answer_is_told_to_the_test(sandbox: SandboxClient, bolt: BoltApp, form: Body, how: str) -> None:
    answer = sandbox.submits("ana", form["id"], {"note": {"text": how}})
    assert (answer["ok"], answer["error"]) == (False, "invalid_arguments")


def test_a_dispatching_input_tells_the_app_and_others_do_not(sandbox: SandboxClient, bolt: BoltApp, form: Body) -> None:
    heard = len(bolt.payloads("action"))
    assert sandbox.clicks("ana", "text", view_id=form["id"], value="typed")["ack_ms"] is None
    assert len(bolt.payloads("action")) == heard
    assert sandbox.clicks("ana", "kind", view_id=form["id"], value="slow")["ok"] is True
    body = bolt.payloads("action")[-1]
    assert body["container"] == {"type": "view", "view_id": form["id"]}
    assert body["view"]["state"]["values"]["note"]["text"]["value"] == "typed"
    assert body["view"]["state"]["values"]["kind"]["kind"]["selected_option"]["value"] == "slow"


def test_suggestions_are_asked_for_as_somebody_types(sandbox: SandboxClient, bolt: BoltApp, form: Body) -> None:
    answer = sandbox.suggestions("ana", "project", "ap", view_id=form["id"])
    assert [known["value"] for known in answer["options"]] == ["api"]
    body = bolt.payloads("options")[-1]
    assert (body["action_id"], body["block_id"], body["value"]) == ("project", "project", "ap")
    unknown = sandbox.submits("ana", form["id"], {"project": {"project": "nothing"}})
    assert unknown["error"] == "invalid_arguments"


def test_closing_is_told_when_it_was_asked_for(sandbox: SandboxClient, bolt: BoltApp, form: Body) -> None:
    assert sandbox.closes("ana", form["id"])["ok"] is True
    body = bolt.payloads("closed")[-1]
    assert (body["is_cleared"], body["view"]["id"]) == (False, form["id"])
    assert ANA not in sandbox.state()["modals"]


def test_nobody_acts_in_somebody_elses_modal(sandbox: SandboxClient, form: Body) -> None:
    assert sandbox.submits("ben", form["id"])["error"] == "unknown_view"


def test_views_update_heeds_the_hash(sandbox: SandboxClient, bolt: BoltApp, form: Body) -> None:
    updated = bolt.client.views_update(view_id=form["id"], hash=form["hash"], view=modal("New"))["view"]
    assert updated["title"]["text"] == "New"
    with pytest.raises(SlackApiError, match="hash_conflict"):
        bolt.client.views_update(view_id=form["id"], hash=form["hash"], view=modal("Late"))
    with pytest.raises(SlackApiError, match="not_found"):
        bolt.client.views_update(view_id="V1", view=modal())
    large = {**modal(), "blocks": [{"type": "section", "text": plain("x" * 3000)}] * 90}
    with pytest.raises(SlackApiError, match="view_too_large"):
        bolt.client.views_update(view_id=form["id"], view=large)


def test_a_home_is_published_and_opened(sandbox: SandboxClient, bolt: BoltApp) -> None:
    sandbox.post("homes", user="eva")
    assert bolt.event("app_home_opened", user="U0EVA000000")["tab"] == "home"
    home = {"type": "home", "blocks": [{"type": "divider"}]}
    bolt.client.views_publish(user_id="U0EVA000000", view=home)
    assert sandbox.state()["homes"]["U0EVA000000"]["type"] == "home"
