"""Forms of the app: filled in, refused, sent, stacked, refreshed, closed; with mouse and keyboard."""

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from tests.browser.conftest import OpenPage
from tests.browser.gallery_app import newest
from tests.support.bolt_app import BoltApp

pytestmark = pytest.mark.browser


def open_form(page: Page) -> Locator:
    """Type the command that opens the form."""
    composer = page.get_by_role("combobox", name="Message #deployments")
    composer.fill("/deploy")
    composer.press("Enter")
    form = page.get_by_role("dialog", name="Deploy")
    form.wait_for()
    return form


def choose_release(page: Page, form: Locator, typed: str) -> None:
    """Take the first option that the app offers for what is typed."""
    form.get_by_role("combobox", name="Release").click()
    page.get_by_role("combobox", name="Search: Choose…").fill(typed)
    expect(page.get_by_role("option").first).to_contain_text(typed)
    page.keyboard.press("Enter")
    expect(form.get_by_role("combobox", name="Release")).to_contain_text(typed)


def test_a_form_with_every_kind_of_field_is_sent(app: BoltApp, open_page: OpenPage) -> None:
    page = open_page("ana", timezone_id="UTC")
    form = open_form(page)
    expect(form.get_by_role("combobox", name="Project")).to_be_focused()
    form.get_by_role("combobox", name="Project").click()
    page.get_by_role("option", name="Api").click()
    choose_release(page, form, "1.3.9")
    form.get_by_label("Reason").fill("It is time")
    form.get_by_label("Notes").fill("one\ntwo")
    form.get_by_label("Machines at once").fill("2")
    form.get_by_label("Tell by mail").fill("ana@example.com")
    form.get_by_role("combobox", name="Who else").click()
    page.get_by_role("option", name="ben").click()
    page.get_by_role("option", name="mia").click()
    page.keyboard.press("Escape")
    form.get_by_label("Not before").fill("2026-12-24T08:30")
    form.get_by_role("checkbox", name="Pear").check()
    form.get_by_role("radio", name="Plum").check()
    form.get_by_role("button", name="Deploy", exact=True).click()
    expect(form).to_have_count(0)
    expect(page.get_by_role("combobox", name="Message #deployments")).to_be_focused()

    values = newest(app, "view")["view"]["state"]["values"]
    assert values["project"]["project"]["selected_option"]["value"] == "api"
    assert values["release"]["release"]["selected_option"]["value"] == "1.3.9"
    assert values["reason"]["reason"]["value"] == "It is time"
    assert values["notes"]["notes"]["value"] == "one\ntwo"
    assert values["batch"]["batch"]["value"] == "2"
    assert values["mail"]["mail"]["value"] == "ana@example.com"
    assert values["people"]["people"]["selected_users"] == ["U0BEN000000", "U0MIA000000"]
    assert values["when"]["when"]["selected_date_time"] == 1_798_101_000
    assert [option["value"] for option in values["choice"]["choice"]["selected_options"]] == ["pear"]
    assert values["mode"]["mode"]["selected_option"]["value"] == "plum"


def test_errors_stand_below_their_fields_until_they_are_mended(app: BoltApp, open_page: OpenPage) -> None:
    page = open_page("ana")
    form = open_form(page)
    form.get_by_role("button", name="Deploy", exact=True).click()
    required = form.get_by_text("Please complete this required field.")
    expect(required).to_have_count(2)
    expect(form.get_by_role("combobox", name="Release")).to_be_focused()
    choose_release(page, form, "1.4.0")
    expect(required).to_have_count(1)
    reason = form.get_by_label("Reason")
    reason.fill("no")
    reason.press("Enter")
    expect(form.get_by_text("Say a bit more.")).to_be_visible()
    expect(reason).to_have_attribute("aria-invalid", "true")
    reason.fill("because")
    expect(form.get_by_text("Say a bit more.")).to_have_count(0)
    reason.press("Enter")
    expect(form).to_have_count(0)


def test_a_submission_that_overtakes_what_was_chosen_takes_it_along(app: BoltApp, open_page: OpenPage) -> None:
    page = open_page("ana")
    form = open_form(page)
    choose_release(page, form, "1.4.0")
    form.get_by_label("Reason").fill("It is time")
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    page.route("**/sandbox/clicks", hold)
    with page.expect_request("**/sandbox/clicks"):  # looking for releases again tells the server what was chosen
        form.get_by_role("combobox", name="Release").click()
    page.keyboard.press("Escape")
    form.get_by_role("button", name="Deploy", exact=True).click()
    expect(form).to_have_count(0)
    values = newest(app, "view")["view"]["state"]["values"]
    assert values["release"]["release"]["selected_option"]["value"] == "1.4.0"
    for route in held:
        route.fulfill(json={"ok": True})


def test_a_second_view_lies_on_top_and_what_was_typed_below_stays(app: BoltApp, open_page: OpenPage) -> None:
    page = open_page("ana")
    form = open_form(page)
    form.get_by_label("Reason").fill("It is time")
    form.get_by_role("button", name="Show the plan").click()
    top = page.get_by_role("dialog", name="The plan")
    expect(top).to_contain_text("What would run.")
    typed = newest(app, "action")["view"]["state"]["values"]["reason"]["reason"]["value"]
    assert typed == "It is time"
    top.get_by_role("button", name="Back").click()
    expect(form.get_by_label("Reason")).to_have_value("It is time")
    form.get_by_role("button", name="Show the plan").click()
    top.get_by_role("button", name="Close the dialog").click()
    expect(page.get_by_role("dialog")).to_have_count(0)


def test_three_views_lie_on_each_other_and_a_fourth_is_refused(app: BoltApp, open_page: OpenPage) -> None:
    page = open_page("ana")
    form = open_form(page)
    form.get_by_label("Reason").fill("It is time")
    form.get_by_role("button", name="Show the plan").click()
    top = page.get_by_role("dialog", name="The plan")
    second = top.get_attribute("data-view-id")
    top.get_by_role("button", name="One deeper").click()
    expect(top).not_to_have_attribute("data-view-id", str(second))
    third = top.get_attribute("data-view-id")
    top.get_by_role("button", name="One deeper").click()
    assert newest(app, "refusal") == {"error": "push_limit_reached"}
    expect(page.locator("[aria-busy=true]")).to_have_count(0)
    expect(top).to_have_attribute("data-view-id", str(third))
    expect(top.get_by_role("button", name="One deeper")).to_be_enabled()
    top.get_by_role("button", name="Back").click()
    expect(top).to_have_attribute("data-view-id", str(second))
    top.get_by_role("button", name="Back").click()
    expect(form.get_by_label("Reason")).to_have_value("It is time")


def test_an_update_of_the_form_keeps_what_was_typed_and_the_focus(app: BoltApp, open_page: OpenPage) -> None:
    page = open_page("ana")
    form = open_form(page)
    form.get_by_label("Reason").fill("It is time")
    form.get_by_role("button", name="Refresh").focus()
    page.keyboard.press("Enter")
    expect(form).to_contain_text("Refreshed.")
    expect(form.get_by_label("Reason")).to_have_value("It is time")
    expect(form.get_by_role("button", name="Refresh")).to_be_focused()
    page.reload()
    expect(form.get_by_label("Reason")).to_have_value("It is time")


def test_escape_closes_first_the_list_then_the_form(app: BoltApp, open_page: OpenPage) -> None:
    page = open_page("ana")
    form = open_form(page)
    form.get_by_role("combobox", name="Project").press("Enter")
    expect(page.get_by_role("listbox")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("listbox")).to_have_count(0)
    expect(form.get_by_role("combobox", name="Project")).to_be_focused()
    page.keyboard.press("Escape")
    expect(form).to_have_count(0)
    assert newest(app, "closed")["view"]["callback_id"] == "deploy"


def test_the_focus_stays_in_the_form(app: BoltApp, open_page: OpenPage) -> None:
    page = open_page("ana")
    form = open_form(page)
    form.get_by_role("button", name="Deploy", exact=True).focus()
    for _ in range(4):
        page.keyboard.press("Tab")
        inside = page.evaluate(
            "document.activeElement === document.body || Boolean(document.activeElement.closest('dialog'))"
        )
        assert inside


def test_another_persons_form_is_not_mine(app: BoltApp, open_page: OpenPage) -> None:
    ana, ben = open_page("ana"), open_page("ben")
    open_form(ana)
    expect(ben.get_by_role("dialog")).to_have_count(0)
    ben.get_by_role("button", name="You are ben").click()
    ben.get_by_role("menuitemradio", name="ana").click()
    expect(ben.get_by_role("dialog", name="Deploy")).to_be_visible()


def test_typing_on_a_select_opens_it_with_what_is_typed(app: BoltApp, open_page: OpenPage) -> None:
    page = open_page("ana")
    form = open_form(page)
    release = form.get_by_role("combobox", name="Release")
    release.focus()
    page.keyboard.type("1.3.9")
    expect(page.get_by_role("combobox", name="Search: Choose…")).to_have_value("1.3.9")
    expect(page.get_by_role("option")).to_have_text(["1.3.9"])
    page.keyboard.press("Enter")
    expect(release).to_contain_text("1.3.9")
    expect(release).to_be_focused()
    page.keyboard.press("Control+c")
    expect(page.get_by_role("listbox")).to_have_count(0)


def test_the_page_stays_where_it_is_while_forms_come_and_go(app: BoltApp, open_page: OpenPage) -> None:
    page = open_page("ana")
    form = open_form(page)
    form.get_by_role("button", name="Close the dialog").click()
    expect(form).to_have_count(0)
    page.evaluate("scrollTo(0, 100)")
    assert page.evaluate("[scrollY, document.documentElement.scrollHeight - innerHeight]") == [0, 0]
