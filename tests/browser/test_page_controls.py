"""What people do in messages: buttons, menus, selects, pickers, choices; and what a silent app looks like."""

import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser import gallery
from tests.browser.conftest import OpenPage
from tests.browser.gallery_app import newest
from tests.support.bolt_app import BoltApp
from tests.support.sandbox import SandboxClient

pytestmark = pytest.mark.browser


def chosen(page: Page, app: BoltApp, action_id: str) -> dict[str, Any]:
    """The newest action that the app got for this element."""
    for _ in range(200):
        actions = [payload["actions"][0] for payload in app.payloads("action")]
        found = [action for action in actions if action["action_id"] == action_id]
        if found:
            return dict(found[-1])
        page.wait_for_timeout(25)
    raise AssertionError(f"The app heard nothing of {action_id}.")


def test_a_dangerous_button_asks_first(app: BoltApp, open_page: OpenPage) -> None:
    app.client.chat_postMessage(channel="deployments", text="card", blocks=gallery.card())
    page = open_page("ben")
    dialog = page.get_by_role("alertdialog", name="Abort the deployment?")
    page.get_by_role("button", name="Abort…").click()
    expect(dialog).to_contain_text("web 1.4.0 stays half deployed in production.")
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    expect(page.get_by_role("button", name="Abort…")).to_be_focused()
    assert app.payloads("action") == []
    page.get_by_role("button", name="Abort…").click()
    dialog.get_by_role("button", name="Abort").click()
    assert chosen(page, app, "abort")["value"] == "Abort…"
    assert newest(app, "action")["user"]["name"] == "ben"


def test_a_button_for_some_people_is_drawn_for_them_alone(
    sandbox: SandboxClient, app: BoltApp, open_page: OpenPage
) -> None:
    both = {"type": "button", "text": {"type": "plain_text", "text": "For both"}, "action_id": "both"}
    one = {**both, "text": {"type": "plain_text", "text": "For Ben"}, "action_id": "one"}
    row = {"type": "actions", "elements": [both, {**one, "visible_to_user_ids": ["U0BEN000000"]}]}
    posted = app.client.chat_postMessage(channel="deployments", text="card", blocks=[row])
    expect(open_page("ben").get_by_role("button", name=re.compile("^For "))).to_have_count(2)
    expect(open_page("ana").get_by_role("button", name=re.compile("^For "))).to_have_count(1)
    assert sandbox.clicks("ana", "one", channel="deployments", ts=posted["ts"])["error"] == "unknown_action"


def test_a_button_that_nobody_answers_shows_the_warning(app: BoltApp, open_page: OpenPage) -> None:
    app.client.chat_postMessage(channel="deployments", text="card", blocks=gallery.card())
    page = open_page("ben")
    page.get_by_role("button", name="Nobody listens").click()
    warning = page.locator("main .control-warning")
    expect(warning).to_have_text("The app did not answer within 3 seconds.")
    page.get_by_role("button", name="Deliveries and calls").click()
    expect(page.get_by_role("dialog", name="Deliveries and calls").locator(".bad")).to_contain_text("operation_timeout")


def test_without_an_app_controls_and_commands_say_so(sandbox: SandboxClient, open_page: OpenPage) -> None:
    page = open_page("ana")
    page.get_by_role("combobox", name="Message #deployments").fill("/deploy web")
    page.keyboard.press("Enter")
    expect(page.locator(".message.ephemeral")).to_contain_text('/deploy failed with the error "dispatch_failed"')
    expect(page.locator(".message.ephemeral")).to_contain_text("Slackbot")


def test_a_menu_is_used_with_the_keyboard(app: BoltApp, open_page: OpenPage) -> None:
    app.client.chat_postMessage(channel="deployments", text="card", blocks=gallery.card())
    page = open_page("ben")
    page.get_by_role("button", name="More actions").press("Enter")
    expect(page.get_by_role("menuitem", name="Plan")).to_be_focused()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    assert chosen(page, app, "more")["selected_option"]["value"] == "mute"
    expect(page.get_by_role("menu")).to_have_count(0)


def test_every_select_tells_the_app_what_was_chosen(app: BoltApp, open_page: OpenPage) -> None:
    app.client.chat_postMessage(channel="deployments", text="controls", blocks=gallery.controls())
    page = open_page("ana")
    page.locator("[data-action-id=environment]").click()
    page.get_by_role("option", name="Production").click()
    assert chosen(page, app, "environment")["selected_option"]["value"] == "production"
    expect(page.locator("[data-action-id=environment]")).to_contain_text("Production")

    page.locator("[data-action-id=release]").click()
    page.keyboard.type("1.3")
    expect(page.get_by_role("option")).to_have_text(["1.3.9", "1.3.8"])
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    assert chosen(page, app, "release")["selected_option"]["value"] == "1.3.8"

    page.locator("[data-action-id=person]").press("ArrowDown")
    page.keyboard.type("eva")
    expect(page.get_by_role("option")).to_have_count(1)
    page.keyboard.press("Enter")
    assert chosen(page, app, "person")["selected_user"] == "U0EVA000000"

    page.locator("[data-action-id=channel]").click()
    page.get_by_role("option", name="#deployments").click()
    assert chosen(page, app, "channel")["selected_channel"] == "C0DEPLOYMEN"


def test_a_multi_select_is_told_once_when_it_closes(app: BoltApp, open_page: OpenPage) -> None:
    app.client.chat_postMessage(channel="deployments", text="controls", blocks=gallery.controls())
    page = open_page("ana")
    page.locator("[data-action-id=fruits]").click()
    page.get_by_role("option", name="Apple").click()
    page.get_by_role("option", name="Plum").click()
    expect(page.get_by_role("option", name="Plum")).to_have_attribute("aria-selected", "true")
    page.keyboard.press("Escape")
    options = chosen(page, app, "fruits")["selected_options"]
    assert [option["value"] for option in options] == ["apple", "plum"]
    assert len(app.payloads("action")) == 1


def test_pickers_and_choices_tell_the_app(app: BoltApp, open_page: OpenPage) -> None:
    app.client.chat_postMessage(channel="deployments", text="controls", blocks=gallery.controls())
    page = open_page("ana", timezone_id="Europe/Vienna")
    expect(page.locator("[data-action-id=moment]")).to_have_value("2023-11-14T23:14")
    page.locator("[data-action-id=day]").fill("2026-12-24")
    assert chosen(page, app, "day")["selected_date"] == "2026-12-24"
    page.locator("[data-action-id=time]").fill("08:30")
    assert chosen(page, app, "time")["selected_time"] == "08:30"
    page.locator("[data-action-id=moment]").fill("2023-11-14T23:15")
    assert chosen(page, app, "moment")["selected_date_time"] == 1_700_000_100
    page.get_by_role("checkbox", name="Pear").check()
    values = [option["value"] for option in chosen(page, app, "checks")["selected_options"]]
    assert values == ["apple", "pear"]
    page.get_by_role("radio", name="Plum").check()
    assert chosen(page, app, "radios")["selected_option"]["value"] == "plum"
