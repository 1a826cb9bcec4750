"""The whole main job in a browser: ana types /deploy, ben proceeds on his phone, the new page is up; and a runbook."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.support.demo import Demo, start_demo

SCREENSHOTS = Path(__file__).parents[2] / "screenshots"
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "color_scheme": "dark"}


def _open(browser: Browser, demo: Demo, user: str, **options: object) -> Page:
    context = browser.new_context(**{"viewport": {"width": 1280, "height": 860}, **options})  # type: ignore[arg-type]
    page = context.new_page()
    page.set_default_timeout(20_000)
    page.goto(f"{demo.client.base_url}/?user={user}")
    return page


def _keep(page: Page, name: str) -> None:
    SCREENSHOTS.mkdir(exist_ok=True)
    page.screenshot(path=SCREENSHOTS / f"{name}.png")


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """One demo for the tests of this file."""
    with start_demo(tmp_path_factory.mktemp("demo") / "demo") as started:
        yield started


@pytest.mark.browser
@pytest.mark.slow
def test_ana_types_deploy_ben_proceeds_and_the_new_page_is_up(browser: Browser, demo: Demo) -> None:
    ana = _open(browser, demo, "ana")
    composer = ana.get_by_role("combobox", name=re.compile("Message #deployments"))
    composer.fill("/deploy web 1.4.0 to production")
    composer.press("Enter")
    ana.get_by_role("button", name="Create release 1.4.0 and deploy").click()
    expect(ana.get_by_text("waiting for a person")).to_be_visible(timeout=30_000)
    _keep(ana, "deploy-1-waits")

    ben = _open(browser, demo, "ben", **PHONE)
    ben.get_by_role("button", name="Proceed with confirm").last.click()
    modal = ben.get_by_role("dialog")
    expect(modal.get_by_text("3. install")).to_be_visible()
    _keep(ben, "deploy-2-proceed-on-a-phone")
    modal.get_by_label("Note").fill("looks good")
    modal.get_by_role("button", name="Proceed").click()
    expect(modal).to_be_hidden()

    expect(ana.get_by_text(re.compile("^Done in"))).to_be_visible(timeout=30_000)
    expect(ana.get_by_text("“looks good”")).to_be_visible()
    _keep(ana, "deploy-3-done")
    with ana.expect_popup() as opened:
        ana.get_by_role("link", name=re.compile("^Open 127.0.0.1")).first.click()
    site = opened.value
    expect(site.get_by_role("heading", name="1.4.0", exact=True)).to_be_visible()
    expect(site.locator("main.production")).to_be_visible()
    _keep(site, "deploy-4-the-page")


@pytest.mark.browser
@pytest.mark.slow
def test_ana_publishes_a_runbook_looks_at_its_plan_and_runs_it_on_her_phone(browser: Browser, demo: Demo) -> None:
    by_hand = demo.workspace.person("ana")
    by_hand.types("/release create web 1.5.0")
    by_hand.types("/deploy web 1.5.0 to staging")
    ana = _open(browser, demo, "ana", **PHONE)
    composer = ana.get_by_role("combobox", name=re.compile("Message #deployments"))

    def types(line: str) -> None:
        composer.fill(line)
        composer.press("Enter")

    types("/runbook publish check-page")
    expect(ana.get_by_text("Published Check the page of web as check-page@1.", exact=True)).to_be_visible()
    types("/runbook plan check-page in staging")
    plan = ana.get_by_role("dialog")
    expect(plan.get_by_text("1. look")).to_be_visible()
    _keep(ana, "runbook-1-plan-on-a-phone")
    plan.get_by_role("button", name="Close").last.click()
    demo.workspace.card("1.5.0 → staging", "Done in")
    types("/runbook run check-page in staging")
    expect(ana.get_by_text(re.compile("Check the page of .* → staging")).first).to_be_visible(timeout=30_000)
    demo.workspace.card("Check the page of", "→ staging", "Done in")
    expect(ana.get_by_text(re.compile("^Done in")).last).to_be_visible(timeout=30_000)
    _keep(ana, "runbook-2-done-on-a-phone")


@pytest.mark.browser
@pytest.mark.slow
def test_mia_is_refused_privately_and_nothing_changes(browser: Browser, demo: Demo) -> None:
    mia = _open(browser, demo, "mia", **PHONE)
    composer = mia.get_by_role("combobox", name=re.compile("Message #deployments"))
    composer.fill("/deploy web 1.4.0 to staging")
    composer.press("Enter")
    expect(mia.get_by_text("Only visible to you", exact=True)).to_be_visible()
    expect(mia.get_by_role("listitem").filter(has_text="You may not deploy web to staging. Ask ana.")).to_be_visible()
    _keep(mia, "refused-on-a-phone")
    assert [m["text"] for m in demo.client.messages("deployments") if "1.4.0 → staging" in m["text"]] == []
