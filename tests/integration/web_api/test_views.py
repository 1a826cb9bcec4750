"""views.*: trigger ids, the stack of three, hashes, external ids, sizes, and the App Home."""

from typing import Any

import pytest
from slack_sdk import WebClient

from tests.integration.web_api.conftest import World
from tests.support.web_api import ANA, BEN, EVA, MIA, refused


def modal(title: str = "Title", **more: Any) -> dict[str, Any]:
    blocks = [{"type": "section", "text": {"type": "mrkdwn", "text": "x"}}]
    return {"type": "modal", "title": {"type": "plain_text", "text": title}, "blocks": blocks, **more}


def home(text: str = "x", **more: Any) -> dict[str, Any]:
    return {"type": "home", "blocks": [{"type": "section", "text": {"type": "mrkdwn", "text": text}}], **more}


def opened(world: World, user: str = ANA, **more: Any) -> dict[str, Any]:
    view: dict[str, Any] = world.client.views_open(trigger_id=world.sandbox.triggers.new(user), view=modal(**more))[
        "view"
    ]
    return view


def test_a_view_comes_back_as_slack_keeps_it(world: World) -> None:
    view = opened(world, callback_id="deploy", private_metadata="7", notify_on_close=True)
    assert view["id"] == view["root_view_id"]
    assert (view["callback_id"], view["private_metadata"], view["state"]) == ("deploy", "7", {"values": {}})
    assert (view["notify_on_close"], view["clear_on_close"], view["previous_view_id"]) == (True, False, None)
    assert view["blocks"][0]["block_id"]


def test_a_trigger_opens_one_view_within_three_seconds(world: World, client: WebClient) -> None:
    trigger = world.sandbox.triggers.new(ANA)
    client.views_open(trigger_id=trigger, view=modal())
    assert refused(client.views_open, trigger_id=trigger, view=modal())["error"] == "exchanged_trigger_id"
    late = world.sandbox.triggers.new(ANA)
    world.sandbox.clock.move(3.1)
    assert refused(client.views_open, trigger_id=late, view=modal())["error"] == "expired_trigger_id"


def test_a_view_that_is_refused_does_not_spend_the_trigger(world: World, client: WebClient) -> None:
    trigger = world.sandbox.triggers.new(ANA)
    answer = refused(client.views_open, trigger_id=trigger, view=modal("t" * 25))
    assert answer["response_metadata"]["messages"] == [
        "[ERROR] must be less than 25 characters [json-pointer:/view/title/text]"
    ]
    assert client.views_open(trigger_id=trigger, view=modal())["ok"]


def test_three_views_lie_on_each_other_at_most(world: World, client: WebClient) -> None:
    first = opened(world, EVA)
    for title in ("Second", "Third"):
        trigger = world.sandbox.triggers.new(EVA, first["id"])
        pushed = client.views_push(trigger_id=trigger, view=modal(title))["view"]
        assert pushed["root_view_id"] == first["id"]
        assert pushed["previous_view_id"] != pushed["id"]
    trigger = world.sandbox.triggers.new(EVA, first["id"])
    assert refused(client.views_push, trigger_id=trigger, view=modal())["error"] == "push_limit_reached"


def test_only_a_view_that_is_open_is_pushed_onto(world: World, client: WebClient) -> None:
    without_view = world.sandbox.triggers.new(ANA)
    assert refused(client.views_push, trigger_id=without_view, view=modal())["error"] == "not_found"
    gone = world.sandbox.triggers.new(ANA, "V1")
    assert refused(client.views_push, trigger_id=gone, view=modal())["error"] == "not_found"
    used = world.sandbox.triggers.new(ANA, opened(world)["id"])
    client.views_push(trigger_id=used, view=modal())
    assert refused(client.views_push, trigger_id=used, view=modal())["error"] == "exchanged_trigger_id"


def test_an_update_needs_the_hash_that_is_now(world: World, client: WebClient) -> None:
    view = opened(world)
    updated = client.views_update(view_id=view["id"], view=modal("Second"), hash=view["hash"])["view"]
    assert (updated["id"], updated["title"]["text"]) == (view["id"], "Second")
    stale = refused(client.views_update, view_id=view["id"], view=modal("Third"), hash=view["hash"])
    assert stale["error"] == "hash_conflict"
    assert client.views_update(view_id=view["id"], view=modal("Third"), hash=updated["hash"])["ok"]
    world.people.closes("ana", view["id"])
    assert refused(client.views_update, view_id=view["id"], view=modal())["error"] == "not_found"


def test_an_external_id_names_one_view_of_the_workspace(world: World, client: WebClient) -> None:
    opened(world, external_id="deploy-7")
    trigger = world.sandbox.triggers.new(BEN)
    again = refused(client.views_open, trigger_id=trigger, view=modal(external_id="deploy-7"))
    assert again["error"] == "duplicate_external_id"
    updated = client.views_update(external_id="deploy-7", view=modal("By name", external_id="deploy-7"))
    assert updated["view"]["title"]["text"] == "By name"


@pytest.mark.parametrize("method", ["views.open", "views.push", "views.update", "views.publish"])
def test_a_view_has_250_kilobytes_at_most(world: World, client: WebClient, method: str) -> None:
    text = {"type": "mrkdwn", "text": "x" * 2_900}
    blocks = [{"type": "section", "text": text}] * 90
    given = {"trigger_id": world.sandbox.triggers.new(ANA), "view_id": "V1", "user_id": ANA}
    view = {**home(), "blocks": blocks} if method == "views.publish" else modal(blocks=blocks)
    answer = refused(client.api_call, method, json={**given, "view": view})
    assert answer["error"] == "view_too_large"


def test_a_home_is_published_for_one_person(world: World, client: WebClient) -> None:
    first = client.views_publish(user_id=MIA, view=home("one"))["view"]
    second = client.views_publish(user_id=MIA, view=home("two"), hash=first["hash"])["view"]
    assert (second["id"], second["type"]) == (first["id"], "home")
    stale = refused(client.views_publish, user_id=MIA, view=home("three"), hash=first["hash"])
    assert stale["error"] == "hash_conflict"
    assert world.people.state()["homes"][MIA]["blocks"][0]["text"]["text"] == "two"
    client.views_publish(user_id=MIA, view=home(external_id="home-mia"))
    taken = refused(client.views_publish, user_id=ANA, view=home(external_id="home-mia"))
    assert taken["error"] == "duplicate_external_id"


def test_rich_text_and_files_are_entered_like_anything_else(world: World, client: WebClient) -> None:
    notes = {"type": "rich_text_input", "action_id": "notes"}
    logs = {"type": "file_input", "action_id": "logs", "max_files": 2}
    blocks = [
        {"type": "input", "block_id": name, "label": {"type": "plain_text", "text": name}, "element": element}
        for name, element in (("notes", notes), ("logs", logs))
    ]
    view = opened(world, blocks=blocks, submit={"type": "plain_text", "text": "Go"})
    assert view["state"]["values"]["notes"]["notes"] == {"type": "rich_text_input", "rich_text_value": None}
    world.people.clicks("ana", "notes", view_id=view["id"], value="all green")
    world.people.clicks("ana", "logs", view_id=view["id"], value=[world.names["file"]])
    values = world.people.modal(ANA)["state"]["values"]
    written = values["notes"]["notes"]["rich_text_value"]["elements"][0]["elements"]
    assert written == [{"type": "text", "text": "all green"}]
    assert [file["name"] for file in values["logs"]["logs"]["files"]] == ["log.txt"]
