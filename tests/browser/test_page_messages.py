"""What people read: texts, cards, threads, files, notes for one person, and what is new."""

import pytest
from playwright.sync_api import expect

from tests.browser import gallery
from tests.browser.conftest import OpenPage
from tests.support.bolt_app import BoltApp
from tests.support.sandbox import SandboxClient

pytestmark = pytest.mark.browser


def test_words_are_drawn_in_all_their_ways_and_never_run(app: BoltApp, open_page: OpenPage) -> None:
    app.client.chat_postMessage(channel="deployments", text="texts", blocks=gallery.texts())
    page = open_page("ben")
    message = page.locator("main .message")
    expect(message.locator("strong", has_text="Bold").first).to_be_visible()
    expect(message.locator("em", has_text="italic").first).to_be_visible()
    expect(message.locator("del", has_text="strike")).to_be_visible()
    expect(message.locator("code", has_text="code with <tags>")).to_be_visible()
    expect(message.get_by_role("link", name="a link", exact=True)).to_have_attribute("rel", "noopener noreferrer")
    expect(message.get_by_role("link", name="https://example.com/path?x=1", exact=True)).to_be_visible()
    expect(message.locator(".mention.is-me")).to_have_text(["@ben", "@channel"])
    expect(message.get_by_role("link", name="#deployments")).to_have_attribute("href", "#/channel/deployments")
    expect(message.get_by_role("img", name="rocket")).to_have_text("🚀")
    expect(message).to_contain_text("snake_case_stays. @ben in #deployments, @channel; 🚀 :not_an_emoji: <b> &amp;")
    expect(message.locator("ol.rich-list > li").first).to_have_text("first")
    expect(message.get_by_role("heading", name="Changes in 1.4.0")).to_be_visible()
    expect(message.get_by_role("cell", name="12 s")).to_be_visible()
    expect(message.locator(".markdown")).to_contain_text("<img src=x onerror")
    expect(message.locator(".message-blocks").locator("img, script")).to_have_count(0)
    expect(page).not_to_have_title("broken")


def test_hostile_names_and_links_stay_text(sandbox: SandboxClient, app: BoltApp, open_page: OpenPage) -> None:
    sandbox.post("users", name="eve", real_name=gallery.HOSTILE)
    sandbox.post("members", channel="deployments", user="eve")
    sandbox.writes("eve", "deployments", f"{gallery.HOSTILE} <javascript:alert(1)|click> javascript:alert(1)")
    blocks = [
        gallery.section("<javascript:alert(1)|click me>"),
        {"type": "markdown", "text": "[x](javascript:alert(1))"},
    ]
    app.client.chat_postMessage(channel="deployments", text="links", blocks=blocks)
    page = open_page("ana")
    expect(page.locator("main .message")).to_have_count(3)  # eve's coming in is one
    expect(page.locator("main .message a[href^='javascript']")).to_have_count(0)
    expect(page.locator("main .message script")).to_have_count(0)
    expect(page).not_to_have_title("broken")


def test_a_card_is_edited_in_place_and_what_a_person_opened_stays_open(app: BoltApp, open_page: OpenPage) -> None:
    ts = app.client.chat_postMessage(channel="deployments", text="card", blocks=gallery.card())["ts"]
    page = open_page("ana")
    plan = page.get_by_role("region", name="web 1.4.0 to production")
    expect(plan.locator("[data-task-id=smoke]")).to_contain_text("Pending")
    plan.get_by_role("button", name="Install on production").click()
    expect(plan.get_by_text("web-2 ok")).to_be_visible()
    page.get_by_role("button", name="Abort…").focus()
    app.client.chat_update(channel="C0DEPLOYMEN", ts=ts, text="card", blocks=gallery.card(smoke_test="complete"))
    expect(plan.locator("[data-task-id=smoke]")).to_contain_text("Complete")
    expect(plan.get_by_text("web-2 ok")).to_be_visible()
    expect(page.get_by_role("button", name="Abort…")).to_be_focused()


def test_tables_cards_and_folded_containers_are_drawn(app: BoltApp, open_page: OpenPage) -> None:
    app.client.chat_postMessage(channel="deployments", text="boxes", blocks=[gallery.table(), *gallery.boxes()])
    page = open_page("ana")
    expect(page.get_by_role("columnheader")).to_have_text(["Project", "staging", "production"])
    hidden = page.get_by_text("Hidden until opened.")
    expect(hidden).to_be_hidden()
    page.get_by_role("button", name="Step details").click()
    expect(hidden).to_be_visible()
    page.get_by_role("button", name="Deploy", exact=True).click()
    expect(page.locator(".control-warning")).to_have_count(0)


def test_a_thread_opens_beside_the_channel_and_takes_replies(
    sandbox: SandboxClient, app: BoltApp, open_page: OpenPage
) -> None:
    ts = app.client.chat_postMessage(channel="deployments", text="The card")["ts"]
    app.client.chat_postMessage(channel="deployments", text="Step 1 is done", thread_ts=ts)
    shout = {"channel": "deployments", "text": "It failed", "thread_ts": ts, "reply_broadcast": True}
    app.client.chat_postMessage(**shout)
    page = open_page("ana")
    main = page.get_by_role("main")
    expect(main.get_by_text("Step 1 is done")).to_have_count(0)
    expect(main.get_by_text("replied to a thread:")).to_be_visible()
    main.get_by_role("link", name="2 replies").click()
    thread = page.get_by_role("complementary", name="Thread")
    expect(thread.get_by_text("Step 1 is done")).to_be_visible()
    expect(thread.get_by_text("Also sent to the channel")).to_be_visible()
    reply = thread.get_by_role("combobox", name="Reply in the thread")
    expect(reply).to_be_focused()
    reply.fill("/deploy web")
    reply.press("Enter")
    expect(thread.get_by_role("alert")).to_have_text("/deploy is not supported in threads. Sorry!")
    reply.fill("Looking.")
    reply.press("Enter")
    expect(thread.locator(".message", has_text="Looking.")).to_be_visible()
    expect(main.get_by_role("link", name="3 replies")).to_be_visible()
    assert f"#/channel/deployments/thread/{ts}" in page.url
    page.keyboard.press("Escape")
    expect(thread).to_have_count(0)


def test_a_permalink_opens_the_thread_of_its_message(app: BoltApp, open_page: OpenPage) -> None:
    ts = app.client.chat_postMessage(channel="deployments", text="The card")["ts"]
    reply = app.client.chat_postMessage(channel="deployments", text="Inside", thread_ts=ts)["ts"]
    link = str(app.client.chat_getPermalink(channel="C0DEPLOYMEN", message_ts=reply)["permalink"])
    page = open_page("ana")
    page.goto(link)
    expect(page.get_by_role("complementary", name="Thread").get_by_text("Inside")).to_be_visible()


def test_what_only_i_see_says_so_and_can_be_dismissed(app: BoltApp, open_page: OpenPage) -> None:
    app.client.chat_postEphemeral(channel="deployments", user="U0ANA000000", text="You may not.")
    ana, ben = open_page("ana"), open_page("ben")
    note = ana.locator(".message.ephemeral")
    expect(note).to_contain_text("Only visible to you")
    expect(ben.get_by_text("You may not.")).to_have_count(0)
    note.get_by_role("button", name="Dismiss").click()
    expect(note).to_have_count(0)


def test_a_file_shows_its_beginning_and_can_be_fetched(app: BoltApp, open_page: OpenPage) -> None:
    lines = "\n".join(f"{number:04d} a line" for number in range(500))
    app.client.files_upload_v2(channel="C0DEPLOYMEN", content=lines, filename="build.log", title="Log of Build")
    page = open_page("ana")
    file = page.locator(".file")
    expect(file).to_contain_text("Log of Build")
    expect(file).to_contain_text("0001 a line")
    file.get_by_role("button", name="Show more").click()
    expect(file).to_contain_text("0499 a line")
    with page.expect_download() as download:
        file.get_by_role("link", name="Download build.log").click()
    assert download.value.path().read_text() == lines


def test_unread_channels_and_mentions_are_marked_for_whom_they_concern(
    sandbox: SandboxClient, app: BoltApp, open_page: OpenPage
) -> None:
    sandbox.post("channels", name="random")
    page = open_page("ben", path="/#/channel/random")
    entry = page.get_by_role("link", name="deployments")
    expect(page.get_by_role("heading", name="random", exact=True)).to_be_visible()
    sandbox.writes("ana", "deployments", "Hello everybody")
    expect(entry).to_contain_text("(unread)")
    ts = sandbox.writes("ana", "deployments", "@ben please look")["ts"]
    expect(entry.locator(".badge")).to_have_text("1")
    app.client.chat_postMessage(channel="deployments", text="<@U0EVA000000> waits", thread_ts=ts)
    page.get_by_role("button", name="You are ben").click()
    expect(page.get_by_role("menuitemradio", name="eva")).to_contain_text("1")
    page.keyboard.press("Escape")
    entry.click()
    expect(entry.locator(".badge")).to_have_count(0)
    expect(page.locator(".message", has_text="please look").locator(".mention.is-me")).to_have_text("@ben")


def test_the_list_stays_at_its_end_and_says_when_more_came_below(sandbox: SandboxClient, open_page: OpenPage) -> None:
    for number in range(60):
        sandbox.writes("ana", "deployments", f"message {number}")
    page = open_page("ben")
    expect(page.get_by_text("message 59", exact=True)).to_be_in_viewport()
    sandbox.writes("ana", "deployments", "message 60")
    expect(page.get_by_text("message 60", exact=True)).to_be_in_viewport()
    page.locator("main .message-scroller").evaluate("node => { node.scrollTop = 0; }")
    expect(page.get_by_text("message 0", exact=True)).to_be_in_viewport()
    sandbox.writes("ana", "deployments", "message 61")
    page.get_by_role("button", name="New messages").click()
    expect(page.get_by_text("message 61", exact=True)).to_be_in_viewport()
    expect(page.locator("#announcements")).to_have_text("ana: message 61")


def test_new_is_what_others_wrote_while_one_was_away(sandbox: SandboxClient, open_page: OpenPage) -> None:
    sandbox.writes("ana", "deployments", "before")
    page = open_page("ben")
    line = page.get_by_role("separator", name="New messages")
    sandbox.writes("ben", "deployments", "mine")
    sandbox.writes("ana", "deployments", "watched")
    expect(page.get_by_text("watched", exact=True)).to_be_in_viewport()
    page.get_by_role("link", name="eva").click()
    sandbox.writes("ben", "deployments", "mine, from elsewhere")
    sandbox.writes("ana", "deployments", "missed")
    page.get_by_role("link", name="deployments").click()
    expect(page.locator(".unread-line + .message")).to_contain_text("missed")
    page.get_by_role("link", name="eva").click()
    page.get_by_role("link", name="deployments").click()
    sandbox.writes("ana", "deployments", "seen as it came")
    expect(page.get_by_text("seen as it came", exact=True)).to_be_in_viewport()
    expect(line).to_have_count(0)


def test_older_messages_come_while_scrolling_up(sandbox: SandboxClient, open_page: OpenPage) -> None:
    for number in range(300):
        sandbox.writes("ana", "deployments", f"message {number}")
    page = open_page("ben")
    expect(page.get_by_text("message 299", exact=True)).to_be_in_viewport()
    assert page.locator("main .message").count() < 200
    first = page.get_by_text("message 0", exact=True)
    scroller = page.locator("main .message-scroller")
    for _ in range(60):
        scroller.evaluate("node => { node.scrollTop = 0; }")
        if first.count():
            break
        page.wait_for_timeout(50)
    scroller.evaluate("node => { node.scrollTop = 0; }")
    expect(first).to_be_in_viewport()
