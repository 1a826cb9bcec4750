"""The page in a browser: opening a channel of 5,000 messages, scrolling through it, and how soon a new message shows.

The sandbox runs in a process of its own. A new message is timed from the call that posts it to the frame that shows
it; both clocks are this machine's."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from slack_sdk import WebClient

from benchmarks.calibration import p95
from tests.support.sandbox import SandboxClient, start_sandbox_child

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

MESSAGES = 5_000
SAMPLES = 50
OPENINGS = 5

# Records when the words first stand in the page, by the clock that Python reads, too.
WATCH = r"""() => {
  window.shownAt = {};
  new MutationObserver((changes) => changes.forEach((change) => change.addedNodes.forEach((node) => {
    const found = /sample \d+/.exec(node.textContent ?? "");
    if (found) requestAnimationFrame(() => { window.shownAt[found[0]] ??= Date.now(); });
  }))).observe(document.querySelector("main .message-rows"), {childList: true, subtree: true});
}"""
# Scrolls up in steps of 400 pixels, one a frame, to the first message; gives the length of each frame in ms.
SCROLL = """async () => {
  const scroller = document.querySelector("main .message-scroller");
  const frames = [];
  let last = await new Promise(requestAnimationFrame);
  while (!scroller.querySelector(".intro")) {
    scroller.scrollTop -= 400;
    const now = await new Promise(requestAnimationFrame);
    frames.push(now - last);
    last = now;
  }
  return frames;
}"""


def main() -> None:
    """Measure and print."""
    from playwright.sync_api import sync_playwright

    with start_sandbox_child("--no-rate-limits") as sandbox, sync_playwright() as playwright:
        client = WebClient(token=sandbox.client.bot_token, base_url=sandbox.client.api_url)
        for number in range(MESSAGES):
            client.chat_postMessage(channel="C0DEPLOYMEN", text=f"message {number} of a long channel")
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--headless", "--no-sandbox"])
        page = _open(browser, sandbox.client)
        _new_messages(page, client)
        _scroll(page)
        browser.close()


def _open(browser: Browser, client: SandboxClient) -> Page:
    context = browser.new_context(viewport={"width": 1280, "height": 860})
    times = []
    for _ in range(OPENINGS):
        page = context.new_page()
        begin = time.perf_counter()
        page.goto(f"{client.base_url}/?user=ana")
        page.get_by_text(f"message {MESSAGES - 1} of").wait_for()
        times.append((time.perf_counter() - begin) * 1000)
    print(f"open a channel of {MESSAGES:,}       first {times[0]:6.0f} ms, then at best {min(times[1:]):6.0f} ms")
    return page


def _new_messages(page: Page, client: WebClient) -> None:
    page.evaluate(WATCH)
    posted = {}
    for number in range(SAMPLES):
        words = f"sample {number}"
        posted[words] = time.time() * 1000
        client.chat_postMessage(channel="C0DEPLOYMEN", text=f"{words} ")
        page.wait_for_function("words => words in window.shownAt", arg=words)
    shown = page.evaluate("window.shownAt")
    delays = [shown[words] - at for words, at in posted.items()]
    print(f"posted → on the page             p95 {p95(delays):6.0f} ms   (goal < 100)")


def _scroll(page: Page) -> None:
    frames = sorted(page.evaluate(SCROLL))
    late = sum(frame > 50 for frame in frames)
    print(
        f"{len(frames)} frames of scrolling        p95 {p95(frames):6.0f} ms, longest {frames[-1]:.0f} ms, "
        f"{late} over 50 ms"
    )


if __name__ == "__main__":
    main()
