"""What concerns a person: activity, threads, direct messages; who the others are; what went to the app and back."""

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import OpenPage
from tests.support.bolt_app import BoltApp
from tests.support.sandbox import SandboxClient

pytestmark = pytest.mark.browser


def test_activity_says_what_would_have_buzzed_me_and_why(
    sandbox: SandboxClient, app: BoltApp, open_page: OpenPage
) -> None:
    sandbox.post("channels", name="quiet", members=["ben"])
    sandbox.post("usergroups", handle="sre", users=["ben"])
    ts = str(app.client.chat_postMessage(channel="deployments", text="Asked for by <@U0BEN000000>")["ts"])
    app.client.chat_update(channel="C0DEPLOYMEN", ts=ts, text="Done, <@U0BEN000000> and <@U0EVA000000>")
    app.client.chat_postMessage(channel="deployments", text="Step 1 is done", thread_ts=ts)
    app.client.chat_postMessage(channel="deployments", text="<!subteam^S0SRE000000|@sre> <!here>")
    app.client.chat_postMessage(channel="U0BEN000000", text="Your turn")
    ben, again = open_page("ben", path="/#/activity"), open_page("ben", path="/#/channel/quiet")
    why = ben.locator(".activity-why")
    expect(why).to_have_text([
        "Direct message (new)",
        "Mentioned a group of yours in #deployments (new)",
        "Replied in a thread you follow in #deployments (new)",
        "Mentioned you in #deployments (new)",
    ])  # fmt: skip
    expect(again).to_have_title("(4) Sandbox workspace")
    ben.get_by_role("link", name="Replied in a thread you follow").click()
    expect(ben.get_by_role("complementary", name="Thread").get_by_text("Step 1 is done")).to_be_visible()
    expect(again).to_have_title("(1) Sandbox workspace")
    expect(again.get_by_role("link", name="Activity").locator(".badge")).to_have_text("1")
    again.get_by_role("link", name="Activity").click()
    again.get_by_role("button", name="Mark all as read").click()
    expect(ben).to_have_title("Sandbox workspace")
    expect(again.locator(".activity-entry.is-new")).to_have_count(0)
    eva = open_page("eva", path="/#/activity")
    expect(eva.locator(".activity-why")).to_have_text(["Mentioned everybody in #deployments (new)"])


def test_the_threads_i_follow_stand_together_and_are_read_there(
    sandbox: SandboxClient, app: BoltApp, open_page: OpenPage
) -> None:
    ts = sandbox.writes("ana", "deployments", "When is the freeze?")["ts"]
    for number in range(5):
        sandbox.moves_clock(1, only="rate_limits")
        app.client.chat_postMessage(channel="deployments", text=f"answer {number}", thread_ts=ts)
    sandbox.writes("ben", "deployments", "Not mine")
    page = open_page("ana", path="/#/channel/deployments")
    threads = page.get_by_role("link", name="Threads")
    expect(threads.locator(".badge")).to_have_text("5")
    threads.click()
    card = page.get_by_role("region", name="Thread in #deployments")
    expect(card).to_contain_text("When is the freeze?")
    expect(card.get_by_role("link", name="2 more replies")).to_be_visible()
    expect(card).to_contain_text("New")
    expect(page).to_have_title("Sandbox workspace")
    card.get_by_role("link", name="Open the thread").click()
    thread = page.get_by_role("complementary", name="Thread")
    expect(thread.get_by_text("answer 0")).to_be_visible()
    thread.locator(".message", has_text="answer 4").hover()
    thread.locator(".message", has_text="answer 4").get_by_role("button", name="More about this message").click()
    page.get_by_role("menuitem", name="Turn off notifications for replies").click()
    sandbox.wait_for(lambda state: state["follows"][f"C0DEPLOYMEN {ts}"] == [])
    app.client.chat_postMessage(channel="deployments", text="answer 5", thread_ts=ts)
    expect(thread.get_by_text("answer 5")).to_be_visible()
    threads.click()
    expect(page.get_by_text("You follow no thread yet.")).to_be_visible()


def test_people_talk_directly_and_their_kind_is_shown(sandbox: SandboxClient, open_page: OpenPage) -> None:
    sandbox.post("users", name="gus", real_name="Gus Guest", is_restricted=True)
    sandbox.post("users", name="dora", real_name="Dora Gone")
    sandbox.post("members", channel="deployments", user="dora")
    sandbox.writes("dora", "deployments", "My last word")
    sandbox.post("users", name="dora", deleted=True)
    ana, gus = open_page("ana"), open_page("gus")
    expect(ana.locator("main .message", has_text="My last word")).to_contain_text("Deactivated")
    ana.get_by_role("main").get_by_role("button", name="dora").last.click()
    expect(ana.get_by_role("dialog", name="Dora Gone")).to_contain_text("This account is deactivated.")
    ana.keyboard.press("Escape")
    expect(ana.get_by_role("main").get_by_role("button", name="dora").last).to_be_focused()
    ana.get_by_role("link", name="gus").click()
    expect(ana.get_by_role("combobox", name="Message gus")).to_be_focused()
    ana.keyboard.type("Welcome")
    ana.keyboard.press("Enter")
    expect(ana.get_by_role("main").get_by_text("Welcome")).to_be_visible()
    gus.get_by_role("link", name="ana").click()
    expect(gus.get_by_role("main").get_by_text("Welcome")).to_be_visible()
    gus.reload()
    expect(gus.get_by_role("main").get_by_text("Welcome")).to_be_visible()


def test_the_keyboard_reaches_every_place_and_message(sandbox: SandboxClient, open_page: OpenPage) -> None:
    sandbox.post("channels", name="random")
    for number in range(3):
        sandbox.writes("ben", "deployments", f"message {number}")
    page = open_page("ana", path="/#/channel/random")
    page.keyboard.press("Control+k")
    page.keyboard.type("dep")
    expect(page.get_by_role("dialog", name="Jump to").get_by_role("option")).to_have_text("deployments")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="deployments", exact=True)).to_be_visible()
    page.keyboard.press("Alt+ArrowDown")
    expect(page.get_by_role("heading", name="random", exact=True)).to_be_visible()
    page.keyboard.press("Alt+ArrowUp")
    page.get_by_role("region", name="Messages in #deployments").focus()
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowUp")
    expect(page.locator("main .message", has_text="message 1")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("combobox", name="Reply in the thread")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator("main .message", has_text="message 1")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.get_by_role("combobox", name="Message #deployments")).to_be_focused()


def test_escape_twice_at_once_leaves_the_thread_and_then_the_message(
    sandbox: SandboxClient, open_page: OpenPage
) -> None:
    ts = sandbox.writes("ben", "deployments", "a question")["ts"]
    page = open_page("ana", path=f"/#/channel/deployments/thread/{ts}")
    expect(page.get_by_role("combobox", name="Reply in the thread")).to_be_focused()
    page.evaluate("""() => {
        for (const _ of [1, 2])
            document.activeElement.dispatchEvent(new KeyboardEvent("keydown", { key: "Escape", bubbles: true }));
    }""")
    expect(page.get_by_role("combobox", name="Message #deployments")).to_be_focused()
    expect(page.get_by_role("combobox", name="Reply in the thread")).to_have_count(0)


def test_a_drawer_shows_what_went_to_the_app_and_back(app: BoltApp, open_page: OpenPage) -> None:
    page = open_page("ana", permissions=["clipboard-read", "clipboard-write"])
    page.get_by_role("combobox", name="Message #deployments").fill("/deploy web 1.4.0")
    page.keyboard.press("Enter")
    app.client.chat_postMessage(channel="deployments", text="Heard")
    expect(page.get_by_role("main").get_by_text("Heard")).to_be_visible()
    page.get_by_role("button", name="Deliveries and calls").click()
    drawer = page.get_by_role("dialog", name="Deliveries and calls")
    drawer.locator("summary", has_text="slash_commands").click()
    payload = drawer.get_by_role("region", name="Payload")
    expect(payload).to_contain_text('"text": "web 1.4.0"')
    payload.get_by_role("button", name="Copy: Payload").click()
    expect(payload).to_contain_text("Copied")
    assert '"command": "/deploy"' in page.evaluate("navigator.clipboard.readText()")
    drawer.locator("summary", has_text="chat.postMessage").click()
    expect(drawer.get_by_role("region", name="Arguments")).to_contain_text('"text": "Heard"')
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="Deliveries and calls")).to_be_focused()
