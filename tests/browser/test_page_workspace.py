"""The page as a place: the composer, who I am, narrow screens, themes, a strict policy, and a sandbox that restarts."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

import bot.sandbox
from tests.browser import gallery
from tests.browser.conftest import OpenPage
from tests.browser.gallery_app import newest
from tests.support.bolt_app import BoltApp
from tests.support.sandbox import SandboxClient, start_sandbox

pytestmark = pytest.mark.browser
PAGE = Path(bot.sandbox.__file__).parent / "page"
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
TOUCHED = "button, a, [role=combobox], input:not([type=checkbox], [type=radio])"
INLINE = ".plain-text, .section-text, .section-field, .message-note, .skip-link"
TOO_SMALL = f"""() => [...document.querySelectorAll('{TOUCHED}')]
  .filter((node) => node.checkVisibility({{visibilityProperty: true}}) && !node.closest('{INLINE}'))
  .filter((node) => node.getBoundingClientRect().height < 43.5 && node.getBoundingClientRect().height > 1)
  .map((node) => node.outerHTML.slice(0, 120))"""


def test_a_command_is_completed_with_its_usage_and_sent(app: BoltApp, open_page: OpenPage) -> None:
    page = open_page("ana")
    composer = page.get_by_role("combobox", name="Message #deployments")
    expect(composer).to_be_focused()
    page.keyboard.type("/")
    options = page.get_by_role("listbox", name="Completions").get_by_role("option")
    expect(options.first).to_contain_text("/deploy")
    expect(options.first).to_have_attribute("aria-selected", "true")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Tab")
    expect(composer).to_have_value("/deploy ")
    expect(options).to_have_count(0)
    expect(page.locator(".composer-hint")).to_contain_text("/deploy")
    page.keyboard.type("web 1.4.0 to production")
    page.keyboard.press("Enter")
    expect(composer).to_have_value("")
    command = newest(app, "command")
    assert (command["text"], command["user_name"]) == ("web 1.4.0 to production", "ana")


def test_what_is_typed_into_nothing_goes_into_the_box(sandbox: SandboxClient, open_page: OpenPage) -> None:
    sandbox.writes("ben", "deployments", "Hello")
    page = open_page("ana")
    page.get_by_role("main").get_by_text("Hello").click()
    page.keyboard.type("Hi")
    expect(page.get_by_role("combobox", name="Message #deployments")).to_have_value("Hi")


def test_unknown_commands_are_refused_and_stay_in_the_box(open_page: OpenPage) -> None:
    page = open_page("ana")
    composer = page.get_by_role("combobox", name="Message #deployments")
    composer.fill("/nothing at all")
    composer.press("Enter")
    expect(page.get_by_text("/nothing is not a valid command.")).to_be_visible()
    expect(composer).to_have_value("/nothing at all")


def test_shift_enter_breaks_the_line_and_names_are_completed(open_page: OpenPage) -> None:
    page = open_page("ana")
    page.keyboard.type("Hello @be")
    expect(page.get_by_role("option")).to_have_text(re.compile("@ben"))
    page.keyboard.press("Enter")
    page.keyboard.type("please")
    page.keyboard.press("Shift+Enter")
    page.keyboard.type("*look*")
    page.keyboard.press("Enter")
    message = page.locator("main .message")
    expect(message).to_contain_text("Hello @ben please")
    expect(message.locator("strong")).to_have_text("look")
    expect(message.locator(".mention")).to_have_attribute("data-user-id", "U0BEN000000")


def test_another_person_is_one_press_away_and_is_remembered(sandbox: SandboxClient, open_page: OpenPage) -> None:
    page = open_page("ana")
    page.get_by_role("button", name="You are ana. Switch person").click()
    page.get_by_role("menuitemradio", name="eva").click()
    expect(page.get_by_role("button", name="You are eva. Switch person")).to_be_visible()
    assert "user=eva" in page.url
    page.goto(sandbox.base_url)
    expect(page.get_by_role("button", name="You are eva. Switch person")).to_be_visible()


def test_the_apps_direct_messages_can_be_written_into(open_page: OpenPage, app: BoltApp) -> None:
    page = open_page("ana")
    page.get_by_role("navigation").get_by_role("link", name="Foredeck").click()
    page.get_by_role("combobox", name="Message Foredeck").fill("Are you there?")
    page.keyboard.press("Enter")
    expect(page.get_by_role("main").get_by_text("Are you there?")).to_be_visible()
    app.client.chat_postMessage(channel="U0ANA000000", text="I am.")
    expect(page.get_by_role("main").get_by_text("I am.")).to_be_visible()


def test_the_whole_page_works_under_a_policy_without_inline_anything(app: BoltApp, open_page: OpenPage) -> None:
    blocks = [*gallery.card(), gallery.table(), *gallery.boxes()]
    app.client.chat_postMessage(channel="deployments", text="all", blocks=blocks)
    app.client.chat_postMessage(channel="deployments", text="all", blocks=[*gallery.texts(), *gallery.controls()])
    page = open_page("ana", strict=True)
    page.get_by_role("combobox", name="Message #deployments").fill("/deploy")
    page.keyboard.press("Enter")
    page.get_by_role("dialog", name="Deploy").get_by_role("combobox", name="Release").click()
    expect(page.get_by_role("option").first).to_be_visible()
    assert page.evaluate("document.querySelectorAll('[onclick], [onerror], script:not([src]), style').length") == 0


def test_a_phone_has_a_drawer_full_threads_and_large_targets(app: BoltApp, open_page: OpenPage) -> None:
    ts = app.client.chat_postMessage(channel="deployments", text="card", blocks=gallery.card())["ts"]
    app.client.chat_postMessage(channel="deployments", text="controls", blocks=gallery.controls())
    app.client.chat_postMessage(channel="deployments", text="Step 1", thread_ts=ts)
    page = open_page("ana", **PHONE)
    sidebar = page.get_by_role("navigation")
    expect(sidebar).to_be_hidden()
    assert page.evaluate(TOO_SMALL) == []
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    page.get_by_role("button", name="Open the sidebar").click()
    expect(sidebar.get_by_role("link", name="deployments")).to_be_in_viewport()
    assert page.evaluate(TOO_SMALL) == []
    sidebar.get_by_role("link", name="deployments").click()
    expect(sidebar).to_be_hidden()
    page.get_by_role("link", name="1 reply").click()
    box = page.get_by_role("complementary", name="Thread").bounding_box()
    assert box == {"x": 0, "y": 0, "width": 390, "height": 844}
    page.get_by_role("button", name="Close the thread").click()
    page.get_by_role("combobox", name="Message #deployments").fill("/deploy")
    page.keyboard.press("Enter")
    form = page.get_by_role("dialog", name="Deploy")
    expect(form).to_be_visible()
    assert form.bounding_box() == {"x": 0, "y": 0, "width": 390, "height": 844}
    assert page.evaluate(TOO_SMALL) == []


def test_dark_follows_the_system_until_the_toggle_says_otherwise(open_page: OpenPage) -> None:
    page = open_page("ana", color_scheme="dark")
    background = "getComputedStyle(document.body).backgroundColor"
    assert page.evaluate(background) == "rgb(25, 28, 32)"
    page.get_by_role("button", name="Use the light theme").click()
    assert page.evaluate(background) == "rgb(255, 255, 255)"
    page.reload()
    page.get_by_role("button", name="Use the dark theme").wait_for()
    assert page.evaluate(background) == "rgb(255, 255, 255)"


def test_the_page_comes_back_after_the_sandbox_was_gone(tmp_path: Path, open_page: OpenPage) -> None:
    with start_sandbox(state_dir=tmp_path) as first:
        first.writes("ana", "deployments", "before")
        port = int(first.base_url.rsplit(":", 1)[1])
        page = open_page("ana")
        page.goto(first.base_url)
        expect(page.get_by_text("before")).to_be_visible()
    expect(page.get_by_text("The sandbox does not answer. Trying again…")).to_be_visible()
    with start_sandbox(state_dir=tmp_path, port=port) as second:
        second.writes("ben", "deployments", "after")
        expect(page.get_by_text("after", exact=True)).to_be_visible()
        expect(page.get_by_text("The sandbox does not answer")).to_be_hidden()
        second.writes("ben", "deployments", "and live again")
        expect(page.get_by_text("and live again", exact=True)).to_be_visible()
        page.close()


def test_the_page_names_all_its_modules_and_styles_and_nothing_from_elsewhere() -> None:
    index = (PAGE / "index.html").read_text()
    named = set(re.findall(r'(?:href|src)="/page/([^"]+)"', index))
    assert named == {str(file.relative_to(PAGE)) for file in PAGE.rglob("*") if file.is_file()} - {"index.html"}
    assert not re.search(r'(?:href|src)="(?!/page/|#)', index)
    for module in PAGE.rglob("*.js"):
        written = module.read_text()
        assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(", written), module
        assert len(written.splitlines()) < 250, module
