"""Every block and element is drawn and can be used; the same for the App Home, shortcuts, reactions and files."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from bot.sandbox.blocks import spec
from tests.browser.conftest import OpenPage
from tests.browser.gallery_app import newest
from tests.support import every_element
from tests.support.bolt_app import BoltApp, start_bolt_app
from tests.support.sandbox import EVERYTHING, SandboxClient, start_sandbox

pytestmark = pytest.mark.browser
SPEC = json.loads(Path(spec.__file__).with_name("spec.json").read_text())
SCREENSHOTS = Path(__file__).parents[2] / "screenshots"
# As high as the highest message, so that each is one picture.
DESKTOP = {"viewport": {"width": 1280, "height": 2000}}
PHONE = {"viewport": {"width": 390, "height": 2000}, "has_touch": True}
MANY = (
    ("static", "Moon"),
    ("external", "Staging"),
    ("users", "ben"),
    ("conversations", "#deployments"),
    ("channels", "#deployments"),
)
PARTS = ("classic", "progress", "figures", "controls")

DROP = """(node, name) => {
  const dataTransfer = new DataTransfer();
  dataTransfer.items.add(new File(["x"], name));
  node.dispatchEvent(new DragEvent("drop", { dataTransfer, bubbles: true, cancelable: true }));
}"""


@pytest.fixture
def sandbox() -> Iterator[SandboxClient]:
    with start_sandbox(EVERYTHING) as client:
        yield client


@pytest.fixture
def app(sandbox: SandboxClient) -> Iterator[BoltApp]:
    with start_bolt_app(sandbox, every_element.listen) as bolt:
        yield bolt


def send_everything(app: BoltApp) -> None:
    """One message a part."""
    picture = app.client.base_url.replace("/api/", "/page/icon.svg")
    for part in PARTS:
        blocks = json.dumps(getattr(every_element, part)()).replace(every_element.PIXEL, picture)
        app.client.chat_postMessage(channel="C0DEPLOYMEN", text=part, blocks=json.loads(blocks))


def test_the_app_sends_everything_that_the_validator_knows() -> None:
    views = [every_element.form(), every_element.home()]
    sent = set(every_element.kinds([*(getattr(every_element, part)() for part in PARTS), *views]))
    assert {*SPEC["blocks"], *SPEC["elements"], *SPEC["rich_text"]} - sent == set()


def test_every_block_and_element_is_drawn_on_all_screens(app: BoltApp, open_page: OpenPage) -> None:
    send_everything(app)
    SCREENSHOTS.mkdir(exist_ok=True)
    for look, options in (("light", DESKTOP), ("dark-phone", {**PHONE, "color_scheme": "dark"})):
        page = open_page("ana", **options)
        messages = page.locator("main .message")
        expect(messages).to_have_count(len(PARTS))
        expect(page.get_by_text("is not drawn here")).to_have_count(0)
        for part, message in zip(PARTS, messages.all(), strict=True):
            message.scroll_into_view_if_needed()
            message.screenshot(path=SCREENSHOTS / f"every-{part}-{look}.png")
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_what_is_chosen_in_any_element_reaches_the_app(app: BoltApp, open_page: OpenPage) -> None:
    send_everything(app)
    page = open_page("ana")
    page.get_by_role("button", name="Deployments", exact=True).click()
    expect(page.locator(".data-table tbody tr").first).to_contain_text("web")
    page.get_by_role("button", name="Next").click()
    expect(page.locator(".data-table tbody tr")).to_have_count(1)
    choose(page, "static", "Moon")
    choose(page, "external", "Staging")
    choose(page, "one_users", "ben")
    choose(page, "one_conversations", "#deployments")
    choose(page, "one_channels", "#deployments")
    for kind, label in MANY:
        choose(page, f"many_{kind}", label)
        page.keyboard.press("Escape")
    page.locator("[data-action-id=overflow]").click()
    page.get_by_role("menuitem", name="Mute").click()
    for action_id in ("feedback", "bin", "show_card", "deploy_3", "primary", "flow"):
        page.locator(f"[data-action-id={action_id}]").first.click()
    expect(page.locator("[aria-busy=true]")).to_have_count(0)
    expect(page.locator(".control-warning")).to_have_count(0)
    heard = {payload["actions"][0]["action_id"] for payload in app.payloads("action")}
    assert heard == {
        "static", "external", "one_users", "one_conversations", "one_channels", "many_static", "many_external",
        "many_users", "many_conversations", "many_channels", "overflow", "feedback", "bin", "show_card", "deploy_3",
        "primary", "flow",
    }  # fmt: skip


def choose(page: Page, action_id: str, label: str) -> None:
    """Choose one option, found by typing."""
    page.locator(f"[data-action-id={action_id}]").click()
    page.locator(".option-label").get_by_text(label, exact=True).click()


def test_shortcuts_open_the_form_which_takes_rich_text_and_files(
    sandbox: SandboxClient, app: BoltApp, open_page: OpenPage
) -> None:
    ts = sandbox.writes("ben", "deployments", "web 1.4.0 please")["ts"]
    page = open_page("ana")
    message = page.locator("main .message")
    message.hover()
    message.get_by_role("button", name="More about this message").click()
    page.get_by_role("menuitem", name="Deploy this").click()
    form = page.get_by_role("dialog", name="Everything")
    form.get_by_role("button", name="Close the dialog").click()
    assert newest(app, "message_shortcut")["message"]["ts"] == ts
    expect(form).to_have_count(0)
    page.get_by_role("button", name="Shortcuts and files").click()
    page.get_by_role("menuitem", name="Deploy", exact=False).click()
    form.get_by_label("Rich text").fill("two\nlines")
    form.get_by_label("Files").set_input_files({"name": "a.log", "mimeType": "text/plain", "buffer": b"ok"})
    expect(form.get_by_role("button", name="Remove a.log")).to_be_visible()
    form.get_by_role("button", name="Send").click()
    expect(form).to_have_count(0)
    values = newest(app, "view")["view"]["state"]["values"]
    assert values["files"]["files"]["files"][0]["name"] == "a.log"
    assert "two\nlines" in json.dumps(values["rich"]["rich"]["rich_text_value"]).replace("\\n", "\n")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_input_fits_on_a_phone(app: BoltApp, open_page: OpenPage, scheme: str) -> None:
    page = open_page("ana", **PHONE, color_scheme=scheme)
    page.get_by_role("button", name="Shortcuts and files").click()
    page.get_by_role("menuitem", name="Deploy", exact=False).click()
    form = page.get_by_role("dialog", name="Everything")
    for label in ("Text", "Number", "Mail", "Link", "Rich text", "Files"):
        expect(form.get_by_label(f"{label} (optional)", exact=True)).to_be_visible()
    inside = "(nodes) => nodes.every((node) => node.getBoundingClientRect().right <= innerWidth)"
    assert form.locator("*").evaluate_all(inside)
    SCREENSHOTS.mkdir(exist_ok=True)
    page.screenshot(path=SCREENSHOTS / f"every-input-{scheme}-phone.png")


def test_the_home_is_published_for_who_looks(app: BoltApp, open_page: OpenPage) -> None:
    page = open_page("ana", path="/#/channel/U0FOREDECK0/tab/home")
    expect(page.get_by_text("Welcome home")).to_be_visible()
    page.get_by_role("button", name="Refresh").click()
    assert newest(app, "action")["view"]["type"] == "home"
    page.get_by_role("link", name="About").click()
    expect(page.get_by_role("region", name="About")).to_contain_text("Deploy this")
    page.get_by_role("link", name="Messages").click()
    expect(page.get_by_role("combobox", name="Message foredeck")).to_be_visible()


def test_editing_a_message_begins_with_what_was_typed(sandbox: SandboxClient, open_page: OpenPage) -> None:
    sandbox.post("usergroups", handle="sre", users=["ben"])
    typed = "@ben @here @sre @foredeck #deployments https://x.example/?a=1&b=2 <b> & `@ben` *now*"
    ts = sandbox.writes("ana", "deployments", typed)["ts"]
    page = open_page("ana")
    message = page.locator("main .message").first
    message.hover()
    message.get_by_role("button", name="More about this message").click()
    page.get_by_role("menuitem", name="Edit message").click()
    words = page.get_by_role("dialog", name="Edit message").get_by_label("Message")
    expect(words).to_have_value(typed)
    before = next(known for known in sandbox.messages() if known["ts"] == ts)
    words.press("Enter")
    expect(words).to_have_count(0)
    assert next(known for known in sandbox.messages() if known["ts"] == ts) == before


def test_people_react_edit_delete_and_share_files(sandbox: SandboxClient, open_page: OpenPage) -> None:
    sandbox.writes("ana", "deployments", "A tpyo")
    ana, ben = open_page("ana"), open_page("ben")
    message = ana.locator("main .message").first
    message.hover()
    message.get_by_role("button", name="Add a reaction").click()
    ana.get_by_role("textbox", name="Search emoji").fill("tada")
    ana.keyboard.press("Enter")
    reaction = ben.get_by_role("button", name="tada: ana")
    reaction.click()
    expect(ana.get_by_role("button", name="tada: ana, ben")).to_have_text("🎉 2")
    message.hover()
    message.get_by_role("button", name="More about this message").click()
    ana.get_by_role("menuitem", name="Edit message").click()
    words = ana.get_by_role("dialog", name="Edit message").get_by_label("Message")
    expect(words).to_have_value("A tpyo")
    words.fill("A typo")
    words.press("Enter")
    expect(ben.locator("main .message").first).to_contain_text("A typo (edited)")
    ana.locator("main input[type=file]").set_input_files(
        [
            {"name": "notes.txt", "mimeType": "text/plain", "buffer": b"what happened"},
            {"name": "by-mistake.txt", "mimeType": "text/plain", "buffer": b"a secret"},
        ]
    )
    ana.get_by_role("button", name="Do not send by-mistake.txt").click()
    composer = ana.get_by_role("combobox", name="Message #deployments")
    composer.fill("Here it is")
    expect(ben.locator(".file")).to_have_count(0)
    composer.press("Enter")
    expect(ben.locator(".file")).to_contain_text("what happened")
    expect(ben.locator("main .message").last).to_contain_text("Here it is")
    expect(ana.get_by_role("list", name="Files to send")).to_be_hidden()
    expect(ben.locator(".file")).to_have_count(1)
    ana.locator("main .message-scroller").evaluate(DROP, "dropped.txt")
    expect(ana.get_by_role("list", name="Files to send")).to_have_text("dropped.txt")
    ana.get_by_role("button", name="Do not send dropped.txt").click()
    message.hover()
    message.get_by_role("button", name="More about this message").click()
    ana.get_by_role("menuitem", name="Delete message").click()
    expect(ben.get_by_text("A typo")).to_have_count(0)
