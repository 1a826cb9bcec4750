"""What a screen reader finds in the main views: names of controls, landmarks, and words with contrast."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser import gallery
from tests.browser.conftest import OpenPage
from tests.support.bolt_app import BoltApp
from tests.support.sandbox import SandboxClient

pytestmark = pytest.mark.browser
ROLES = [
    "button",
    "link",
    "textbox",
    "combobox",
    "checkbox",
    "radio",
    "menuitem",
    "menuitemradio",
    "option",
    "dialog",
    "alertdialog",
    "region",
    "tab",
    "img",
]
# The contrast of words with the nearest ground that is painted behind them, by the formula of WCAG 2.
FAINT = r"""() => {
  const paint = document.createElement("canvas").getContext("2d", {willReadFrequently: true});
  const channels = (color) => {
    paint.clearRect(0, 0, 1, 1); paint.fillStyle = color; paint.fillRect(0, 0, 1, 1);
    return [...paint.getImageData(0, 0, 1, 1).data];
  };
  const light = (color) => {
    const linear = (part) => part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
    const [r, g, b] = color.map((part) => linear(part / 255));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const ground = (node) => {
    for (let at = node; at; at = at.parentElement) {
      const color = channels(getComputedStyle(at).backgroundColor);
      if (color[3] > 250) return color.slice(0, 3);
    }
    return [255, 255, 255];
  };
  const wordy = (node) => [...node.childNodes].some((child) => child.nodeType === 3 && child.data.trim());
  return [...document.querySelectorAll("body *")]
    .filter((node) => wordy(node) && node.checkVisibility({opacityProperty: true, visibilityProperty: true}))
    .filter((node) => !node.closest(":disabled, [aria-hidden=true], .visually-hidden, .skip-link"))
    .map((node) => [node, channels(getComputedStyle(node).color)])
    .filter(([, color]) => color[3] > 250)
    .map(([node, color]) => {
      const [high, low] = [light(color.slice(0, 3)), light(ground(node))].sort((left, right) => right - left);
      return [(high + 0.05) / (low + 0.05), node];
    })
    .filter(([ratio]) => ratio < 4.45)
    .map(([ratio, node]) => `${ratio.toFixed(2)} ${node.className} ${node.textContent.trim().slice(0, 40)}`);
}"""


def nameless(page: Page) -> list[str]:
    """The lines of the accessibility tree whose control has no name."""
    lines = [line.strip().removeprefix("- ") for line in page.locator("body").aria_snapshot().splitlines()]
    return [line for line in lines if line.split()[0].rstrip(":") in ROLES and '"' not in line and "/" not in line]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_control_of_the_main_views_has_a_name_and_words_can_be_read(
    app: BoltApp, open_page: OpenPage, scheme: str
) -> None:
    ts = app.client.chat_postMessage(channel="deployments", text="card", blocks=gallery.card())["ts"]
    blocks = [*gallery.controls(), gallery.table(), *gallery.boxes()]
    app.client.chat_postMessage(channel="deployments", text="controls", blocks=blocks)
    app.client.chat_postMessage(channel="deployments", text="For <@U0ANA000000>", thread_ts=ts)
    page = open_page("ana", path=f"/#/channel/deployments/thread/{ts}", color_scheme=scheme)
    expect(page.get_by_role("complementary", name="Thread").get_by_text("For @ana")).to_be_visible()
    seen = {"thread": (nameless(page), page.evaluate(FAINT))}
    for view, heading in (("threads", "Threads"), ("activity", "Activity")):
        page.get_by_role("link", name=heading).click()
        expect(page.get_by_role("heading", name=heading, exact=True)).to_be_visible()
        seen[view] = (nameless(page), page.evaluate(FAINT))
    page.get_by_role("link", name="deployments").first.click()
    composer = page.get_by_role("combobox", name="Message #deployments")
    composer.fill("/deploy")
    composer.press("Enter")
    expect(page.get_by_role("dialog", name="Deploy")).to_be_visible()
    seen["form"] = (nameless(page), page.evaluate(FAINT))
    assert seen == dict.fromkeys(seen, ([], []))


def test_the_check_itself_finds_what_is_nameless_or_faint(open_page: OpenPage) -> None:
    page = open_page("ana")
    page.evaluate("""() => {
      const faint = document.createElement("button");
      faint.style.cssText = "width: 9px; height: 9px";
      const words = document.createElement("p");
      words.textContent = "hardly there";
      words.style.cssText = "color: #ccc; background: #fff";
      document.querySelector("main").append(faint, words);
    }""")
    assert nameless(page) == ["button"]
    assert page.evaluate(FAINT) == ["1.61  hardly there"]


def test_the_keyboard_goes_round_from_the_sidebar_to_the_thread(sandbox: SandboxClient, open_page: OpenPage) -> None:
    ts = sandbox.writes("ben", "deployments", "first")["ts"]
    sandbox.writes("eva", "deployments", "an answer", thread_ts=ts)
    sandbox.writes("ben", "deployments", "newest")
    page = open_page("ana")
    expect(page.get_by_role("combobox", name="Message #deployments")).to_be_focused()
    page.keyboard.press("Shift+F6")
    expect(page.locator("main .message", has_text="newest")).to_be_focused()
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Enter")
    reply = page.get_by_role("combobox", name="Reply in the thread")
    expect(reply).to_be_focused()
    page.keyboard.type("#dep")
    page.keyboard.press("Tab")
    expect(reply).to_have_value("#deployments ")
    page.keyboard.press("F6")
    expect(page.get_by_role("link", name="deployments")).to_be_focused()
    reply.fill("for @ben and #deployments")
    reply.press("Enter")
    expect(page.get_by_role("complementary", name="Thread").get_by_text("for @ben and #deployments")).to_be_visible()


def test_who_follows_an_address_of_what_is_not_there_is_told_so(open_page: OpenPage) -> None:
    page = open_page("ana", path="/#/channel/nowhere")
    expect(page.get_by_text("There is nothing called nowhere here.")).to_be_visible()
    page = open_page("ana", path="/#/channel/deployments/thread/1.000000")
    expect(page.get_by_role("complementary", name="Thread").get_by_text("This message is not here")).to_be_visible()


def test_the_page_has_its_landmarks(open_page: OpenPage) -> None:
    page = open_page("ana")
    for role in ("navigation", "main"):
        expect(page.get_by_role(role)).to_have_count(1)  # type: ignore[arg-type]
    expect(page.get_by_role("region", name="Messages in #deployments")).to_be_visible()
    expect(page.locator("html")).to_have_attribute("lang", "en")
    expect(page.locator("#announcements")).to_have_attribute("aria-live", "polite")
